// SPDX-License-Identifier: Apache-2.0
// keys: which CURVE key speaks for whom (table peer_key). A key is never deleted: a revoked one stays revoked.
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "core/policy.h"
#include "run/curve.h"
#include "store/db.h"

#define KEYS_MAX 4096 // live keys

extern const struct statement keys_statements[];       // daemons: keys_load, keys_denied
extern const struct statement keys_admin_statements[]; // letterctl, as pa_admin: add, list, revoke

enum key_role { KEY_BUREAU = 1, KEY_PORTAL = 2 }; // stored
extern const struct code key_roles[];             // bureau, portal

struct peer_key {
    uint8_t key[CURVE_BYTES];
    enum key_role role;
    int32_t holder; // KEY_BUREAU: the bureau or the unit with a queue of its own; KEY_PORTAL: enum channel
};

struct key_set {
    struct peer_key of[KEYS_MAX]; // in the order of the keys' bytes
    int n;
};
// The live keys. BROKEN when there are more than KEYS_MAX.
enum result keys_load(struct db *db, struct key_set *out, struct err *err) MUST_USE;
const struct peer_key *keys_find(const struct key_set *set, const uint8_t key[CURVE_BYTES]); // NULL: none, or revoked

// A key named somebody else's queue, letters or events, so many times: kept for the auditor (table denied_peer).
#define DENIAL_WHAT 24
struct key_denial {
    uint8_t key[CURVE_BYTES];
    int32_t named; // 0: nobody that there is
    char what[DENIAL_WHAT];
    int64_t times;
};
enum result keys_denied(struct db *db, wf_time now, const struct key_denial *list, int n, struct err *err) MUST_USE;

// ---- letterctl keys ----

// REJECT: code "exists" when the key is known (also revoked), "too_many" beyond KEYS_MAX, "unknown_value" when holder
// is none: a bureau or a unit that has a queue of its own, or a channel.
enum result keys_add(struct db *db, const struct policy *policy, const struct peer_key *key, struct str name,
                     wf_time now, struct str by, struct err *err) MUST_USE;
// fingerprint: at least 8 of its hex digits. REJECT: "not_found", "ambiguous", "revoked" (already).
enum result keys_revoke(struct db *db, struct str fingerprint, struct str reason, wf_time now, struct str by,
                        struct err *err) MUST_USE;
struct key_view {
    struct peer_key key;
    struct str name, added_by, revoked_by, reason; // p == NULL: not revoked
    wf_time added_at, revoked_at;                  // 0: not revoked
    int64_t denied;                                // how often it named somebody else's
};
enum result keys_each(struct db *db, void (*each)(void *arg, const struct key_view *k), void *arg,
                      struct err *err) MUST_USE;

#endif
