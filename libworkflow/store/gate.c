// SPDX-License-Identifier: Apache-2.0
#include "store/gate.h"

#include "run/clock.h"
#include "run/zap.h"

#include <stdlib.h>
#include <string.h>

#define REFRESH_MS 1000
#define LINES_A_SECOND 10
#define DENIALS 4096 // kinds of denial that are kept for the auditor between two looks at the keys

// What a key may still send: millionths of a message and of a byte, at most one second's.
struct bucket {
    int64_t messages, bytes;
    int64_t at; // clock_mono
};

struct gate {
    struct stage *stage;
    struct key_set set;
    struct bucket buckets[KEYS_MAX]; // of set.of
    int64_t messages_per_s, bytes_per_s;
    int64_t changed, denied, throttled;
    struct key_denial denials[DENIALS];
    int denials_n;
    int64_t lines_at;
    int lines;
};

// ---- The keys ----

static bool same_keys(const struct key_set *a, const struct key_set *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (memcmp(a->of[i].key, b->of[i].key, CURVE_BYTES) != 0 || a->of[i].role != b->of[i].role ||
            a->of[i].holder != b->of[i].holder)
            return false;
    return true;
}

// Who is known keeps what he has left; who is new begins with a full bucket.
static void take_keys(struct gate *g, const struct key_set *fresh)
{
    static uint8_t keys[KEYS_MAX][CURVE_BYTES];
    static struct bucket buckets[KEYS_MAX];
    for (int i = 0; i < fresh->n; i++) {
        const struct peer_key *old = keys_find(&g->set, fresh->of[i].key);
        buckets[i] = old ? g->buckets[old - g->set.of]
                         : (struct bucket){g->messages_per_s * WF_SECOND, g->bytes_per_s * WF_SECOND, clock_mono()};
        memcpy(keys[i], fresh->of[i].key, CURVE_BYTES);
    }
    memcpy(g->buckets, buckets, sizeof buckets);
    g->set = *fresh;
    g->changed++;
    zap_allow(keys, (size_t)fresh->n);
}

static enum result refresh(struct gate *g, struct err *err)
{
    static struct key_set fresh;
    enum result result = keys_load(g->stage->db, &fresh, err);
    if (result == OK && (g->changed == 0 || !same_keys(&fresh, &g->set)))
        take_keys(g, &fresh);
    return result;
}

static enum result write_denials(struct gate *g, struct err *err)
{
    if (g->denials_n == 0)
        return OK;
    enum result result = keys_denied(g->stage->db, clock_now(), g->denials, g->denials_n, err);
    if (result == OK)
        g->denials_n = 0;
    return result;
}

static void on_timer(void *arg)
{
    struct gate *g = arg;
    struct err err;
    if (!stage_ready(g->stage))
        return;
    enum result result = refresh(g, &err);
    if (result == OK)
        result = write_denials(g, &err);
    if (result != OK)
        stage_failed(g->stage, result, &err);
}

struct gate *gate_open(struct stage *stage, const char *option, int hwm, struct bus **bus)
{
    struct run *run = stage->run;
    struct str address = config_address(run->config, option, run->instance);
    *bus = NULL;
    if (!address.p || str_is(address, "none"))
        return NULL;
    char endpoint[256];
    struct text t = TEXT(endpoint);
    text_str(&t, address);
    struct curve_key server = {.has_secret = false};
    struct err err;
    struct gate *g = calloc(1, sizeof *g);
    insist(g);
    g->stage = stage;
    g->messages_per_s = config_int(run->config, "security/messages_per_s");
    g->bytes_per_s = config_int(run->config, "security/bytes_per_s");
    enum result result = curve_read(config_text(run->config, "security/server_key"), &server, &err);
    if (result == OK && !server.has_secret)
        result = err_set(&err, REJECT, "key_file", "security/server_key",
                         "has no secret key: make it with `letterctl keys server FILE`");
    if (result == OK)
        result = zap_start(&err);
    if (result == OK)
        result = refresh(g, &err);
    if (result == OK)
        result = bus_router_bind_curve(endpoint, &server, hwm, bus, &err);
    curve_forget(&server);
    run_must(result, &err);
    loop_every(run->loop, REFRESH_MS, on_timer, g);
    log_line(LOG_INFO, "%s: open for %d keys at %s", option, g->set.n, endpoint);
    return g;
}

void gate_close(struct gate *gate)
{
    if (!gate)
        return;
    if (db_connected(gate->stage->db))
        (void)!write_denials(gate, &(struct err){0});
    zap_stop();
    free(gate);
}

// ---- Messages ----

static bool may_log(struct gate *g)
{
    int64_t now = clock_mono();
    if (now - g->lines_at >= WF_SECOND) {
        g->lines_at = now;
        g->lines = 0;
    }
    return g->lines++ < LINES_A_SECOND;
}

static enum result refuse(struct gate *g, const struct msg *msg, struct str what, const struct err *err)
{
    char fingerprint[CURVE_FINGERPRINT];
    if (may_log(g)) {
        curve_fingerprint(msg->key, fingerprint);
        log_line(LOG_WARN, "refused %.*s of key %s: %s (%s)", (int)what.n, what.p, fingerprint, err->text, err->code);
    }
    return err->result;
}

static void note_denial(struct gate *g, const struct msg *msg, int64_t named, struct str what)
{
    const struct policy *policy = g->stage->policy;
    struct key_denial d = {.times = 1};
    memcpy(d.key, msg->key, sizeof d.key);
    if (named >= CHANNEL_WEB && named <= INT32_MAX &&
        (named <= CHANNEL_TRANSFER || policy_unit(policy, (int32_t)named)))
        d.named = (int32_t)named;
    struct text t = TEXT(d.what);
    text_str(&t, what);
    struct key_denial *same_key = NULL;
    for (int i = 0; i < g->denials_n; i++) {
        struct key_denial *k = &g->denials[i];
        if (memcmp(k->key, d.key, sizeof d.key) != 0)
            continue;
        same_key = k;
        if (k->named == d.named && strcmp(k->what, d.what) == 0) {
            k->times++;
            return;
        }
    }
    if (g->denials_n < DENIALS)
        g->denials[g->denials_n++] = d;
    else if (same_key) // full: who it was and how often still counts
        same_key->times++;
}

static void refill(int64_t *left, int64_t per_s, int64_t elapsed)
{
    int64_t most = per_s * WF_SECOND;
    *left = elapsed >= WF_SECOND || *left + elapsed * per_s > most ? most : *left + elapsed * per_s;
}

// A message larger than a second's bytes goes through on a full bucket.
static bool take(struct gate *g, struct bucket *b, size_t bytes)
{
    int64_t now = clock_mono(), cost = (int64_t)bytes * WF_SECOND, most = g->bytes_per_s * WF_SECOND;
    refill(&b->messages, g->messages_per_s, now - b->at);
    refill(&b->bytes, g->bytes_per_s, now - b->at);
    b->at = now;
    if (cost > most)
        cost = most;
    if (b->messages < WF_SECOND || b->bytes < cost)
        return false;
    b->messages -= WF_SECOND;
    b->bytes -= cost;
    return true;
}

enum result gate_check(struct gate *gate, const struct msg *msg, enum key_role role, int64_t named, struct str what,
                       struct err *err)
{
    if (!gate || !msg->has_key)
        return OK;
    struct err why;
    const struct peer_key *k = keys_find(&gate->set, msg->key);
    if (!k) {
        gate->denied++;
        err_set(&why, REJECT, "key_revoked", "", "the key was revoked; the session has ended");
    } else if (!take(gate, &gate->buckets[k - gate->set.of], msg->n)) {
        gate->throttled++;
        err_set(&why, RETRY, "throttled", "", "more than this key may send in a second: send it again after a second");
    } else if (k->role != role || k->holder != named) {
        gate->denied++;
        note_denial(gate, msg, named, what);
        err_set(&why, REJECT, "not_yours", role == KEY_BUREAU ? "bureau" : "channel",
                "the key belongs to another bureau, unit or portal than the message names");
    } else {
        return OK;
    }
    if (err)
        *err = why;
    return refuse(gate, msg, what, &why);
}

bool gate_holds(const struct gate *gate, const uint8_t key[CURVE_BYTES], enum key_role role, int64_t holder)
{
    const struct peer_key *k = keys_find(&gate->set, key);
    return k && k->role == role && k->holder == holder;
}

int64_t gate_changed(const struct gate *gate)
{
    return gate->changed;
}

int64_t gate_denied(const struct gate *gate)
{
    return gate->denied;
}

int64_t gate_throttled(const struct gate *gate)
{
    return gate->throttled;
}
