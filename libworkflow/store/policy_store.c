// SPDX-License-Identifier: Apache-2.0
#include "store/policy_store.h"

#include "store/policy_store.sql.h"
#include "store/scalar.h"

#include <sodium.h>
#include <stdlib.h>

#define DIGEST_BYTES 32
#define DIGEST_HEX (2 * DIGEST_BYTES + 1)

const struct statement policy_store_statements[] = {
    {"policy_newest", SQL_policy_newest},
    {"policy_files", SQL_policy_files},
    {"policy_insert", SQL_policy_insert},
    {"policy_queues_open", SQL_policy_queues_open},
    {NULL, NULL},
};

// A policy and the memory that its texts lie in.
struct loaded {
    struct policy policy; // first: policy_free gets its address
    struct arena arena;
};

typedef enum result parser(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out,
                           struct err *err);

static enum result parse(parser *how, const struct str files[POLICY_FILES], struct loaded **out, struct err *err)
{
    struct loaded *l = calloc(1, sizeof *l);
    insist(l);
    l->arena.cap = POLICY_ARENA;
    l->arena.p = malloc(POLICY_ARENA);
    insist(l->arena.p);
    enum result result = how(files, &l->arena, &l->policy, err);
    if (result == OK)
        *out = l;
    else
        policy_free(&l->policy);
    return result;
}

void policy_free(struct policy *policy)
{
    struct loaded *l = (struct loaded *)policy;
    if (!l)
        return;
    free(l->arena.p);
    free(l);
}

static void digest_of(const struct str files[POLICY_FILES], char hex[DIGEST_HEX])
{
    crypto_generichash_state state;
    uint8_t hash[DIGEST_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (int i = 0; i < POLICY_FILES; i++) {
        uint64_t n = files[i].n; // so that a line cannot move from one file into the next unseen
        crypto_generichash_update(&state, (const uint8_t *)&n, sizeof n);
        crypto_generichash_update(&state, (const uint8_t *)files[i].p, files[i].n);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, DIGEST_HEX, hash, sizeof hash);
}

// The queues that it names: as a parameter.
static struct column *queues_of(const struct policy *policy, struct column *c)
{
    int32_t queues[POLICY_QUEUES_ALL];
    int n = policy_queues(policy, queues, POLICY_QUEUES_ALL);
    column_start(c, COL_INT4);
    for (int i = 0; i < n; i++)
        column_int(c, queues[i]);
    return c;
}

// Writes the version and makes the queues that it names and that are not there, in one transaction.
static enum result insert(struct db *db, struct column *const *version, struct column *queues, struct err *err)
{
    db_command(db, "BEGIN");
    db_query(db, "policy_insert", 5, version);
    db_query(db, "policy_queues_open", 1, (struct column *[]){queues});
    db_command(db, "COMMIT");
    return db_flush(db, err);
}

enum result policy_save(struct db *db, const struct str files[POLICY_FILES], struct str by, wf_time now,
                        int32_t *version, struct err *err)
{
    struct loaded *parsed;
    enum result result = parse(policy_parse, files, &parsed, err);
    if (result != OK)
        return result;
    struct column c[6] = {0};
    queues_of(&parsed->policy, &c[5]);
    policy_free(&parsed->policy);

    char digest[DIGEST_HEX];
    digest_of(files, digest);
    result = db_run(db, "policy_newest", 0, NULL, err);
    if (result == OK && db_rows(db, 0) == 1 && str_is(db_text(db, 0, 0, 1), digest)) {
        *version = (int32_t)db_int(db, 0, 0, 0);
        result = DUPLICATE;
    }
    if (result != OK) {
        column_free(&c[5]);
        return result;
    }

    scalar_time(&c[0], now);
    scalar_text(&c[1], by);
    scalar_text(&c[2], str_of(digest));
    column_start(&c[3], COL_TEXT);
    column_start(&c[4], COL_TEXT);
    for (int i = 0; i < POLICY_FILES; i++) {
        column_text(&c[3], str_of(policy_file_names[i]));
        column_text(&c[4], files[i]);
    }
    struct column *params[] = {&c[0], &c[1], &c[2], &c[3], &c[4]};
    result = insert(db, params, &c[5], err);
    if (result == OK)
        *version = (int32_t)db_int(db, 1, 0, 0);
    for (int i = 0; i < 6; i++)
        column_free(&c[i]);
    return result;
}

static enum result newest(struct db *db, int32_t *version, struct err *err)
{
    enum result result = db_run(db, "policy_newest", 0, NULL, err);
    if (result == OK)
        *version = db_rows(db, 0) == 0 ? 0 : (int32_t)db_int(db, 0, 0, 0);
    return result;
}

static enum result fetch(struct db *db, bool all, struct policy_fetched *out, struct err *err)
{
    struct column whole = {0};
    struct column *params[] = {scalar_int(&whole, COL_BOOL, all)};
    enum result result = scalar_run(db, "policy_files", 1, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return err_set(err, REJECT, "no_policy", "", "no policy is loaded: run `letterctl policy load DIR`");
    *out = (struct policy_fetched){.version = (int32_t)db_int(db, 0, 0, 2)};
    for (int row = 0; row < db_rows(db, 0); row++)
        for (int i = 0; i < POLICY_FILES; i++)
            if (str_is(db_text(db, 0, row, 0), policy_file_names[i]))
                out->files[i] = db_text(db, 0, row, 1);
    return OK;
}

static enum result make(parser *how, const struct policy_fetched *fetched, struct policy **out, struct err *err)
{
    struct loaded *loaded;
    enum result result = parse(how, fetched->files, &loaded, err);
    if (result != OK)
        return result;
    loaded->policy.version = fetched->version;
    *out = &loaded->policy;
    return OK;
}

enum result policy_load(struct db *db, struct policy **out, struct err *err)
{
    struct policy_fetched fetched;
    enum result result = fetch(db, true, &fetched, err);
    return result == OK ? make(policy_parse, &fetched, out, err) : result;
}

enum result policy_load_rules(struct db *db, struct policy **out, struct err *err)
{
    struct policy_fetched fetched;
    enum result result = policy_fetch_rules(db, &fetched, err);
    return result == OK ? policy_make_rules(&fetched, out, err) : result;
}

enum result policy_fetch_rules(struct db *db, struct policy_fetched *out, struct err *err)
{
    return fetch(db, false, out, err);
}

enum result policy_make_rules(const struct policy_fetched *fetched, struct policy **out, struct err *err)
{
    return make(policy_parse_rules, fetched, out, err);
}

enum result policy_newer(struct db *db, int32_t than, bool *newer, struct err *err)
{
    int32_t version = 0;
    enum result result = newest(db, &version, err);
    if (result == OK)
        *newer = version > than;
    return result;
}
