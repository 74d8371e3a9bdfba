// SPDX-License-Identifier: Apache-2.0
#include "store/because.h"

#include "store/because.sql.h"

const struct statement because_statements[] = {{"because_read", SQL_because_read}, {0}};

// The database's number of a rule's words, 0 when it has none; the rows are those of the last flush.
static int16_t find(const struct db *db, const struct rule *rule)
{
    for (int row = 0; row < db_rows(db, 0); row++)
        if (str_is(db_text(db, 0, row, 1), rule->id) && str_is(db_text(db, 0, row, 2), rule->because))
            return (int16_t)db_int(db, 0, row, 0);
    return 0;
}

enum result because_read(struct because *because, struct db *db, struct err *err)
{
    if (because->known)
        return OK;
    enum result result = db_run(db, "because_read", 0, NULL, err);
    if (result != OK)
        return result;
    for (int k = 0; rules[k].id; k++) {
        insist(k < RULES_MAX);
        because->id[k] = find(db, &rules[k]);
        if (because->id[k] == 0)
            return err_set_str(err, REJECT, "old_schema", "because", "the database does not know the reason of rule ",
                               str_of(rules[k].id), ": run `letterctl migrate`");
    }
    because->known = true;
    return OK;
}

int16_t because_of(const struct because *because, const struct rule *rule)
{
    insist(because->known);
    return because->id[rule - rules];
}
