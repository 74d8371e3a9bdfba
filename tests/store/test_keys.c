// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "store/keys.h"
#include "store/policy_store.h"

#include <stdio.h>
#include <string.h>

static struct fixture f;
static struct db *admin, *daemon_db;
static struct policy *policy;
static struct err err;
static struct key_set set;

static int setup(void **state)
{
    static const struct statement *const of_admin[] = {keys_admin_statements, policy_store_statements, NULL};
    static const struct statement *const of_daemon[] = {keys_statements, NULL};
    fixture_open(&f);
    admin = fixture_db(&f, "pa_admin", of_admin);
    daemon_db = fixture_db(&f, "pa_dispatcher", of_daemon);
    return policy_load_rules(admin, &policy, &err);
}

static int teardown(void **state)
{
    policy_free(policy);
    db_close(admin);
    db_close(daemon_db);
    fixture_close(&f);
    return 0;
}

static struct peer_key a_key(int first, enum key_role role, int32_t holder)
{
    struct peer_key k = {.role = role, .holder = holder};
    memset(k.key, first, sizeof k.key);
    return k;
}

static enum result add(struct peer_key k)
{
    return keys_add(admin, policy, &k, STR("sz-gw"), FIXTURE_NOW, STR("operator"), &err);
}

static void load(int n)
{
    assert_int_equal(keys_load(daemon_db, &set, &err), OK);
    assert_int_equal(set.n, n);
}

static void who_holds_a_key(void **state)
{
    load(0);
    assert_int_equal(add(a_key(200, KEY_BUREAU, 440300)), OK);
    assert_int_equal(add(a_key(3, KEY_BUREAU, 440000)), OK);
    assert_int_equal(add(a_key(100, KEY_PORTAL, CHANNEL_WEB)), OK);
    assert_int_equal(add(a_key(101, KEY_PORTAL, CHANNEL_TRANSFER)), OK);
    load(4);
    for (int i = 1; i < set.n; i++)
        assert_true(memcmp(set.of[i - 1].key, set.of[i].key, CURVE_BYTES) < 0);
    struct peer_key k = a_key(200, KEY_BUREAU, 0);
    const struct peer_key *found = keys_find(&set, k.key);
    assert_true(found && found->role == KEY_BUREAU && found->holder == 440300);
    k.key[31] = 0;
    assert_null(keys_find(&set, k.key));
    // Nobody whom policy does not give a queue; no channel that there is not.
    static const struct {
        enum key_role role;
        int32_t holder;
    } none[] = {{KEY_BUREAU, 440304}, {KEY_BUREAU, 440399}, {KEY_BUREAU, 1},      {KEY_BUREAU, 0},
                {KEY_PORTAL, 0},      {KEY_PORTAL, 7},      {KEY_PORTAL, 440300}, {0, 440300}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(add(a_key(50, none[i].role, none[i].holder)), REJECT);
        assert_string_equal(err.code, "unknown_value");
    }
    // One key has one holder.
    assert_int_equal(add(a_key(200, KEY_BUREAU, 440400)), REJECT);
    assert_string_equal(err.code, "exists");
    load(4);
}

static void revoking(void **state)
{
    struct peer_key a = a_key(0xab, KEY_BUREAU, 440300), b = a;
    b.key[7] = 0xac; // the first 14 digits are the same
    assert_true(add(a) == OK && add(b) == OK);
    static const struct {
        const char *fingerprint, *code;
    } wrong[] = {{"abababab", "ambiguous"},       {"ababababababab", "ambiguous"},
                 {"abababa", "bad_fingerprint"},  {"ababababababababab", "bad_fingerprint"},
                 {"ABABABAB", "bad_fingerprint"}, {"abab%%%%", "bad_fingerprint"},
                 {"cdcdcdcd", "not_found"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(keys_revoke(admin, str_of(wrong[i].fingerprint), STR("x"), FIXTURE_NOW, STR("y"), &err),
                         REJECT);
        assert_string_equal(err.code, wrong[i].code);
    }
    load(2);
    struct str it = STR("abababababababac");
    assert_int_equal(keys_revoke(admin, it, STR("lost"), FIXTURE_NOW, STR("operator"), &err), OK);
    load(1);
    assert_null(keys_find(&set, b.key));
    assert_non_null(keys_find(&set, a.key));
    assert_int_equal(keys_revoke(admin, it, STR("again"), FIXTURE_NOW, STR("x"), &err), REJECT);
    assert_string_equal(err.code, "revoked");
    assert_int_equal(add(b), REJECT); // never again
    assert_string_equal(err.code, "exists");
    assert_int_equal(
        fixture_int(&f, "SELECT count(*) FROM peer_key WHERE revoked_by = 'operator' AND reason = 'lost' AND "
                        "revoked_at = '2026-11-23T12:00:00+08:00' AND added_by = 'operator' AND name = 'sz-gw'"),
        1);
}

static void see(void *arg, const struct key_view *k)
{
    struct key_view *views = arg;
    int i = 0;
    while (views[i].key.holder != 0)
        i++;
    views[i] = *k;
    views[i].name = views[i].reason = STR_NONE;
}

// Kept for the auditor, and counted where the keys are listed.
static void denials(void **state)
{
    struct peer_key a = a_key(9, KEY_BUREAU, 440300);
    struct key_view views[4] = {{.denied = 0}};
    assert_int_equal(add(a), OK);
    struct key_denial list[] = {{.named = 440400, .what = "hello", .times = 3},
                                {.named = 0, .what = "feedback", .times = 1}};
    memcpy(list[0].key, a.key, sizeof a.key);
    memcpy(list[1].key, a.key, sizeof a.key);
    assert_int_equal(keys_denied(daemon_db, FIXTURE_NOW, list, 2, &err), OK);
    assert_int_equal(keys_denied(daemon_db, FIXTURE_NOW, list, 1, &err), OK);
    assert_int_equal(
        fixture_int(&f, "SELECT count(*) FROM denied_peer WHERE named = 440400 AND what = 'hello' AND times = 3 AND "
                        "at = '2026-11-23T12:00:00+08:00'"),
        2);
    assert_int_equal(keys_each(admin, see, views, &err), OK);
    assert_true(views[0].denied == 7 && views[0].added_at == FIXTURE_NOW && views[0].revoked_at == 0 &&
                !views[0].revoked_by.p && views[1].key.holder == 0);
}

static void no_more_than_there_is_room_for(void **state)
{
    fixture_exec(&f,
                 "INSERT INTO peer_key SELECT sha256(i::text::bytea), 1, 440300, 'x', now(), 'x' FROM "
                 "generate_series(1, %d) i",
                 KEYS_MAX);
    load(KEYS_MAX);
    assert_int_equal(add(a_key(9, KEY_BUREAU, 440300)), REJECT);
    assert_string_equal(err.code, "too_many");
    fixture_exec(
        &f, "UPDATE peer_key SET revoked_at = now(), revoked_by = 'x', reason = 'y' WHERE key = sha256('1'::bytea)");
    assert_int_equal(add(a_key(9, KEY_BUREAU, 440300)), OK);
    load(KEYS_MAX);
    fixture_exec(&f, "UPDATE peer_key SET revoked_at = NULL, revoked_by = NULL, reason = NULL");
    assert_int_equal(keys_load(daemon_db, &set, &err), BROKEN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_holds_a_key),
        TEST(revoking),
        TEST(denials),
        TEST(no_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
