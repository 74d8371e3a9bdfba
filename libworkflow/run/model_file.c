// SPDX-License-Identifier: Apache-2.0
#include "run/model_file.h"

#include <string.h>

#define BEFORE_NAME "; model "

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

void model_file_sign(const struct model_file *m, char *why, size_t cap)
{
    size_t sign = sizeof(BEFORE_NAME) - 1 + SEAL_NAME - 1, n = strlen(why);
    insist(cap > sign);
    if (n > cap - 1 - sign)
        n = cap - 1 - sign;
    while (n > 0 && ((unsigned char)why[n] & 0xC0) == 0x80) // not within a character
        n--;
    struct text t = {why, cap, n};
    text_put(&t, BEFORE_NAME);
    text_put(&t, m->sealed.name);
}
