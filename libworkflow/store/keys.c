// SPDX-License-Identifier: Apache-2.0
#include "store/keys.h"

#include "store/keys.sql.h"
#include "store/rows.h"
#include "store/scalar.h"

#include <stdlib.h>
#include <string.h>

const struct statement keys_statements[] = {
    {"keys_load", SQL_keys_load},
    {"keys_denied", SQL_keys_denied},
    {0},
};
const struct statement keys_admin_statements[] = {
    {"keys_known", SQL_keys_known},   {"keys_add", SQL_keys_add},   {"keys_find", SQL_keys_find},
    {"keys_revoke", SQL_keys_revoke}, {"keys_each", SQL_keys_each}, {0},
};

const struct code key_roles[] = {{KEY_BUREAU, "bureau", "单位"}, {KEY_PORTAL, "portal", "渠道"}, {0, NULL, NULL}};

#define FINGERPRINT_LEAST 8 // digits that name a key

static struct peer_key peer_key(const struct db *db, int row)
{
    struct peer_key k = {.role = (enum key_role)db_int(db, 0, row, 1), .holder = (int32_t)db_int(db, 0, row, 2)};
    struct str bytes = db_text(db, 0, row, 0);
    insist(bytes.n == sizeof k.key);
    memcpy(k.key, bytes.p, sizeof k.key);
    return k;
}

enum result keys_load(struct db *db, struct key_set *out, struct err *err)
{
    struct column most = {0};
    struct column *params[] = {scalar_int(&most, COL_INT4, KEYS_MAX + 1)};
    enum result result = scalar_run(db, "keys_load", 1, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) > KEYS_MAX)
        return err_set_limit(err, BROKEN, "too_many", "", "more live keys than ", KEYS_MAX, "");
    out->n = db_rows(db, 0);
    for (int row = 0; row < out->n; row++)
        out->of[row] = peer_key(db, row);
    return OK;
}

static int compare_key(const void *key, const void *of)
{
    return memcmp(key, ((const struct peer_key *)of)->key, CURVE_BYTES);
}

const struct peer_key *keys_find(const struct key_set *set, const uint8_t key[CURVE_BYTES])
{
    return bsearch(key, set->of, (size_t)set->n, sizeof *set->of, compare_key);
}

enum result keys_denied(struct db *db, wf_time now, const struct key_denial *list, int n, struct err *err)
{
    static struct rows args;
    ROWS_START(&args, COL_BYTES, COL_INT4, COL_TEXT, COL_INT8);
    for (int i = 0; i < n; i++) {
        column_bytes(&args.c[0], list[i].key, CURVE_BYTES);
        column_int(&args.c[1], list[i].named);
        column_text(&args.c[2], str_of(list[i].what));
        column_int(&args.c[3], list[i].times);
    }
    column_time(rows_scalar(&args, COL_TIME), now);
    rows_query(db, "keys_denied", &args);
    return db_flush(db, err);
}

// ---- letterctl keys ----

static struct column *scalar_bytes(struct column *c, const void *p, size_t n)
{
    column_bytes(scalar_start(c, COL_BYTES), p, n);
    return c;
}

static bool may_hold(const struct policy *policy, const struct peer_key *key)
{
    if (key->role == KEY_PORTAL)
        return key->holder >= CHANNEL_WEB && key->holder <= CHANNEL_TRANSFER;
    return key->role == KEY_BUREAU && policy_unit(policy, key->holder) &&
           policy_queue(policy, key->holder) == key->holder;
}

static enum result is_new(struct db *db, const uint8_t key[CURVE_BYTES], struct err *err)
{
    struct column c = {0};
    struct column *params[] = {scalar_bytes(&c, key, CURVE_BYTES)};
    enum result result = scalar_run(db, "keys_known", 1, params, err);
    if (result != OK)
        return result;
    if (db_int(db, 0, 0, 0))
        return err_set(err, REJECT, "exists", "key", "the key is known already; make a new pair");
    if (db_int(db, 0, 0, 1) >= KEYS_MAX)
        return err_set_limit(err, REJECT, "too_many", "key", "there are ", KEYS_MAX, " keys; revoke what nobody uses");
    return OK;
}

enum result keys_add(struct db *db, const struct policy *policy, const struct peer_key *key, struct str name,
                     wf_time now, struct str by, struct err *err)
{
    if (!may_hold(policy, key))
        return err_set_limit(err, REJECT, "unknown_value", "holder", "", key->holder,
                             " has no queue of its own: a bureau, the province, a unit that queues.tsv names, or a "
                             "channel");
    enum result result = is_new(db, key->key, err);
    if (result != OK)
        return result;
    struct column c[6] = {0};
    struct column *params[] = {scalar_bytes(&c[0], key->key, CURVE_BYTES),
                               scalar_int(&c[1], COL_INT2, (int64_t)key->role),
                               scalar_int(&c[2], COL_INT4, key->holder),
                               scalar_text(&c[3], name),
                               scalar_time(&c[4], now),
                               scalar_text(&c[5], by)};
    result = scalar_run(db, "keys_add", 6, params, err);
    if (result == OK && db_affected(db, 0) == 0)
        return err_set(err, REJECT, "exists", "key", "the key is known already; make a new pair");
    return result;
}

static enum result find(struct db *db, struct str fingerprint, uint8_t out[CURVE_BYTES], struct err *err)
{
    struct column prefix = {0};
    struct column *params[] = {scalar_text(&prefix, fingerprint)};
    enum result result = scalar_run(db, "keys_find", 1, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return err_set_str(err, REJECT, "not_found", "fingerprint", "no key's fingerprint begins with ", fingerprint,
                           "; letterctl keys list shows them");
    if (db_rows(db, 0) > 1)
        return err_set_str(err, REJECT, "ambiguous", "fingerprint", "more than one key's fingerprint begins with ",
                           fingerprint, "; give more digits");
    if (db_int(db, 0, 0, 1))
        return err_set_str(err, REJECT, "revoked", "fingerprint", "the key ", fingerprint, " is revoked already");
    memcpy(out, db_text(db, 0, 0, 0).p, CURVE_BYTES);
    return OK;
}

enum result keys_revoke(struct db *db, struct str fingerprint, struct str reason, wf_time now, struct str by,
                        struct err *err)
{
    uint8_t key[CURVE_BYTES];
    for (size_t i = 0; i < fingerprint.n; i++)
        if (!memchr("0123456789abcdef", fingerprint.p[i], 16))
            return err_set(err, REJECT, "bad_fingerprint", "fingerprint", "fingerprint: hex digits, as list shows it");
    if (fingerprint.n < FINGERPRINT_LEAST || fingerprint.n >= CURVE_FINGERPRINT)
        return err_set(err, REJECT, "bad_fingerprint", "fingerprint", "fingerprint: 8 to 16 hex digits");
    enum result result = find(db, fingerprint, key, err);
    if (result != OK)
        return result;
    struct column c[4] = {0};
    struct column *params[] = {scalar_bytes(&c[0], key, sizeof key), scalar_time(&c[1], now), scalar_text(&c[2], by),
                               scalar_text(&c[3], reason)};
    result = scalar_run(db, "keys_revoke", 4, params, err);
    if (result == OK && db_affected(db, 0) == 0)
        return err_set_str(err, REJECT, "revoked", "fingerprint", "the key ", fingerprint, " is revoked already");
    return result;
}

enum result keys_each(struct db *db, void (*each)(void *arg, const struct key_view *k), void *arg, struct err *err)
{
    enum result result = db_run(db, "keys_each", 0, NULL, err);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct key_view k = {
            .key = peer_key(db, row),
            .name = db_text(db, 0, row, 3),
            .added_by = db_text(db, 0, row, 4),
            .revoked_by = db_text(db, 0, row, 5),
            .reason = db_text(db, 0, row, 6),
            .added_at = db_time(db, 0, row, 7),
            .revoked_at = db_time(db, 0, row, 8),
            .denied = db_int(db, 0, row, 9),
        };
        each(arg, &k);
    }
    return result;
}
