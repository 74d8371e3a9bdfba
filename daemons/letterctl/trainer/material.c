// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include <stdlib.h>
#include <string.h>

static int32_t mailbox_of(const struct material *m, const char *file)
{
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    for (size_t i = 0; i < m->mailboxes.n; i++) {
        size_t n = strcspn(m->mailboxes.list[i], "=");
        if (strncmp(base, m->mailboxes.list[i], n) == 0 && base[n] == '_' && m->mailboxes.list[i][n] == '=')
            return atoi(m->mailboxes.list[i] + n + 1);
    }
    return 0;
}

bool material_read(const char *command, const char *first, struct material *m)
{
    struct labelled_set rest = {0};
    if (first && !labelled_read(command, first, &m->set))
        return false;
    for (size_t i = 0; i < m->labels.n; i++)
        if (!labelled_read(command, m->labels.list[i], &m->set))
            return false;
    rest.sets = m->set.sets;
    for (size_t i = 0; i < m->letters.n; i++)
        if (!labelled_letters(command, m->letters.list[i], mailbox_of(m, m->letters.list[i]), &m->set,
                              m->departments ? &rest : NULL))
            return false;
    labelled_drop_empty(command, &m->set);
    m->set.of = realloc(m->set.of, (m->set.n + rest.n + 1) * sizeof(m->set.of[0]));
    insist(m->set.of);
    if (rest.n > 0) {
        memcpy(m->set.of + m->set.n, rest.of, rest.n * sizeof(rest.of[0]));
        m->set.name[m->set.sets++] = "departments";
    }
    m->set.n += rest.n;
    free(rest.of);
    return true;
}

void material_docs(struct material *m, const struct policy *p)
{
    m->docs = calloc(m->set.n + 1, sizeof(m->docs[0]));
    insist(m->docs);
    for (size_t i = 0; i < m->set.n; i++)
        m->docs[i] = doc_of(p, m->set.of[i].title, m->set.of[i].body);
}
