// SPDX-License-Identifier: Apache-2.0
#include "run/model_file.h"

enum result model_file_open(const char *path, struct model_file *out, struct err *err)
{
    struct model_file m = {.refused = {.inode = 0}};
    struct err why;
    enum result result = sealed_map(path, &m.sealed, err);
    if (result != OK)
        return result;
    if (model_open(m.sealed.bytes, &m.model, &why) != OK) {
        char text[sizeof(why.text)];
        struct text t = TEXT(text);
        text_put(&t, ": ");
        text_put(&t, why.text);
        sealed_unmap(&m.sealed);
        return err_set_str(err, REJECT, why.code, "", "", str_of(path), text);
    }
    *out = m;
    return OK;
}

void model_file_close(struct model_file *m)
{
    sealed_unmap(&m->sealed);
    *m = (struct model_file){.refused = {.inode = 0}};
}

enum result model_file_renew(const char *path, struct model_file *m, struct err *err)
{
    struct sealed seen;
    struct model_file newer;
    if (!sealed_replaced(&m->sealed, path) || !sealed_replaced(&m->refused, path))
        return DUPLICATE;
    sealed_look(path, &seen);
    enum result result = model_file_open(path, &newer, err);
    if (result != OK) {
        m->refused = seen;
        return result;
    }
    model_file_close(m);
    *m = newer;
    return OK;
}
