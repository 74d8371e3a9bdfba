// SPDX-License-Identifier: Apache-2.0
// db_prepare: statements are prepared all at once, or each in the batch that first uses it.
#include "store/db_impl.h"

#include <string.h>

void db_prepare_when_used(struct db *db)
{
    db->when_used = true;
}

static void send_prepare(struct db *db, const struct statement *s, bool *prepared)
{
    insist(db->preparing_n < BATCH_MAX);
    db->preparing[db->preparing_n++] = (struct preparing){s->name, prepared, db->kept + db->queries};
    if (!PQsendPrepare(db->conn, s->name, s->sql, 0, NULL))
        db->send_failed = true;
}

// One that stands in no list was prepared by db_prepare.
void db_prepare_first_use(struct db *db, const char *name)
{
    bool *prepared = db->prepared;
    for (const struct statement *const *list = db->lists; list && *list; list++)
        for (const struct statement *s = *list; s->name; s++, prepared++) {
            insist(prepared < db->prepared + STATEMENTS_MAX);
            if (strcmp(s->name, name) != 0)
                continue;
            if (!*prepared)
                send_prepare(db, s, prepared);
            *prepared = true;
            return;
        }
}

// As many as a batch holds, with one answer to wait for.
static enum result prepare_batch(struct db *db, const struct statement *list, int n, struct err *err)
{
    db_begin_batch(db);
    for (int i = 0; i < n && db->conn; i++)
        send_prepare(db, &list[i], NULL);
    return db_flush(db, err);
}

enum result db_prepare(struct db *db, const struct statement *list, struct err *err)
{
    enum result result = OK;
    while (result == OK && list->name) {
        int n = 0;
        while (n < BATCH_MAX && list[n].name)
            n++;
        result = prepare_batch(db, list, n, err);
        list += n;
    }
    return result;
}
