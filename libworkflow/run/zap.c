// SPDX-License-Identifier: Apache-2.0
#include "run/zap.h"

#include "run/clock.h"
#include "run/context.h"
#include "run/log.h"
#include "run/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#define ENDPOINT "inproc://zeromq.zap.01" // RFC 27
#define LINES_A_SECOND 10
// RFC 27: version, request id, domain, address, identity, mechanism, then the mechanism's credentials. CURVE has one.
#define PARTS 7
#define PART_MAX 255

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // over running, keys and count
static bool running;
static uint8_t (*keys)[CURVE_BYTES]; // in the order of their bytes
static size_t count;

static pthread_t thread;
static int wake = -1;
static void *handler;
static _Atomic int64_t refused;

struct request {
    char part[PARTS][PART_MAX + 1]; // terminated
    size_t n[PARTS];
    bool good; // has the parts that RFC 27 names, none too long
};

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, CURVE_BYTES);
}

void zap_allow(const uint8_t (*list)[CURVE_BYTES], size_t n)
{
    if (n > ZAP_KEYS_MAX) {
        log_line(LOG_ERROR, "%zu keys are too many; those behind the first %d are refused", n, ZAP_KEYS_MAX);
        n = ZAP_KEYS_MAX;
    }
    uint8_t(*fresh)[CURVE_BYTES] = malloc((n + 1) * sizeof *fresh);
    insist(fresh != NULL);
    if (n > 0) {
        memcpy(fresh, list, n * sizeof *fresh);
        qsort(fresh, n, sizeof *fresh, compare);
    }
    pthread_mutex_lock(&lock);
    void *old = fresh;
    if (running) {
        old = keys;
        keys = fresh;
        count = n;
    }
    pthread_mutex_unlock(&lock);
    free(old);
}

static bool allowed(const char *key)
{
    pthread_mutex_lock(&lock);
    bool found = count > 0 && bsearch(key, keys, count, sizeof *keys, compare) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

int64_t zap_refused(void)
{
    return refused;
}

// ---- The thread ----

// false: nothing is there, or the context ends.
static bool read_request(struct request *r)
{
    zmq_msg_t part;
    int i = 0;
    bool more = true;
    r->good = true;
    for (; more; i++) {
        insist(zmq_msg_init(&part) == 0);
        while (zmq_msg_recv(&part, handler, ZMQ_DONTWAIT) < 0) {
            if (errno == EINTR)
                continue;
            zmq_msg_close(&part);
            return false;
        }
        size_t n = zmq_msg_size(&part);
        if (i < PARTS && n <= PART_MAX) {
            memcpy(r->part[i], zmq_msg_data(&part), n);
            r->part[i][n] = '\0';
            r->n[i] = n;
        } else {
            r->good = false;
        }
        more = zmq_msg_more(&part);
        zmq_msg_close(&part);
    }
    for (int missing = i; missing < PARTS; missing++) {
        r->part[missing][0] = '\0';
        r->n[missing] = 0;
    }
    r->good = r->good && i == PARTS;
    return true;
}

// Why not; NULL: may connect.
static const char *judge(const struct request *r)
{
    if (!r->good || strcmp(r->part[0], "1.0") != 0)
        return "malformed request";
    if (strcmp(r->part[2], ZAP_DOMAIN) != 0)
        return "another domain";
    if (strcmp(r->part[5], "CURVE") != 0 || r->n[6] != CURVE_BYTES)
        return "no CURVE key";
    return allowed(r->part[6]) ? NULL : "unknown key";
}

static void note(const struct request *r, const char *why)
{
    static int64_t second; // of the thread alone
    static int lines, hidden;
    char fingerprint[CURVE_FINGERPRINT] = "none";
    refused++;
    int64_t now = clock_mono() / WF_SECOND;
    if (now != second) {
        if (hidden > 0)
            log_line(LOG_WARN, "connections refused and not shown: %d", hidden);
        second = now;
        lines = hidden = 0;
    }
    if (++lines > LINES_A_SECOND) {
        hidden++;
        return;
    }
    if (r->n[6] == CURVE_BYTES)
        curve_fingerprint((const uint8_t *)r->part[6], fingerprint);
    log_line(LOG_WARN, "connection refused: %s key=%s address=%s", why, fingerprint, r->part[3]);
}

static void answer(const struct request *r)
{
    const char *why = judge(r);
    char user[CURVE_Z85] = "";
    if (why == NULL)
        curve_z85((const uint8_t *)r->part[6], user);
    else
        note(r, why);
    const struct str parts[] = {
        STR("1.0"),
        {r->part[1], r->n[1]},
        why == NULL ? STR("200") : STR("400"),
        str_of(why == NULL ? "OK" : why),
        str_of(user),
        STR(""),
    };
    const int last = sizeof parts / sizeof parts[0] - 1;
    for (int i = 0; i <= last; i++) {
        while (zmq_send(handler, parts[i].p, parts[i].n, ZMQ_DONTWAIT | (i < last ? ZMQ_SNDMORE : 0)) < 0) {
            if (errno != EINTR)
                return; // the context ends; a REP drops by itself what nobody waits for
        }
    }
}

static void *serve(void *arg)
{
    static struct request request; // of the thread alone
    zmq_pollitem_t items[] = {{.socket = handler, .events = ZMQ_POLLIN}, {.fd = wake, .events = ZMQ_POLLIN}};
    while (items[1].revents == 0) {
        if (zmq_poll(items, 2, WATCH_MS) < 0) {
            if (errno == EINTR)
                continue;
            break; // ETERM: the context ends
        }
        while (read_request(&request))
            answer(&request);
        watch_look();
    }
    watch_end();
    zmq_unbind(handler, ENDPOINT); // at once; a close does it later, and a new handler could not bind
    zmq_close(handler);            // from here on libzmq finds no handler and refuses everybody
    return NULL;
}

enum result zap_start(struct err *err)
{
    pthread_mutex_lock(&lock);
    bool twice = running;
    running = true;
    pthread_mutex_unlock(&lock);
    if (twice)
        return err_set(err, REJECT, "zap", ENDPOINT, "this process has a ZAP handler already");
    handler = zmq_socket(context_get(), ZMQ_REP);
    wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    insist(handler != NULL && wake >= 0); // fails only when descriptors run out before the daemon has begun
    const int zero = 0;                   // LINGER, and no limit: an answer that is dropped is a handshake that hangs
    insist(zmq_setsockopt(handler, ZMQ_LINGER, &zero, sizeof zero) == 0);
    insist(zmq_setsockopt(handler, ZMQ_SNDHWM, &zero, sizeof zero) == 0);
    insist(zmq_setsockopt(handler, ZMQ_RCVHWM, &zero, sizeof zero) == 0);
    insist(zmq_bind(handler, ENDPOINT) == 0);
    sigset_t all, before;
    sigfillset(&all);
    insist(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    insist(pthread_create(&thread, NULL, serve, NULL) == 0);
    insist(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    return OK;
}

void zap_stop(void)
{
    pthread_mutex_lock(&lock);
    bool was = running;
    pthread_mutex_unlock(&lock);
    if (!was)
        return;
    const uint64_t one = 1;
    insist(write(wake, &one, sizeof one) == (ssize_t)sizeof one);
    insist(pthread_join(thread, NULL) == 0);
    close(wake);
    wake = -1;
    pthread_mutex_lock(&lock);
    running = false;
    free(keys);
    keys = NULL;
    count = 0;
    pthread_mutex_unlock(&lock);
}
