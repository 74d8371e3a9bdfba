// SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

#include "counts.h"
#include "messages.h"
#include "run/clock.h"
#include "sending.h"
#include "turns.h"

#define DELIVER_HWM 1000 // hellos and acks per consumer
#define TAKE_MAX 500     // messages of one door in a turn of the loop
#define SEND_MS 1000
#define CURSOR_MS 250 // cursors are written a few times a second
#define HEARTBEAT_MS 2000
#define MAINTAIN_MS 30000

void delivery_soon(struct delivery *d)
{
    loop_soon(d->stage->run->loop, d->send_timer);
}

// ---- What the table says, and is told ----

bool delivery_look(struct delivery *d, int64_t age)
{
    static struct queue_head heads[QUEUES_MAX];
    struct err err;
    int n;
    int64_t now = clock_mono();
    if (d->looked_at != 0 && now - d->looked_at < age)
        return true;
    enum result result = queue_heads(d->stage->db, heads, &n, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return false;
    }
    d->looked_at = now;
    queues_take(&d->queues, heads, n);
    return true;
}

static bool save_cursors(struct delivery *d)
{
    static struct queue_cursor cursors[QUEUES_MAX];
    int n = 0;
    struct err err;
    for (int i = 0; i < d->queues.n; i++) {
        const struct queue *q = &d->queues.of[i];
        if (q->unsaved)
            cursors[n++] =
                (struct queue_cursor){q->code, q->epoch, q->acked, q->active ? str_of(q->sessions->name) : STR_NONE,
                                      q->active ? q->sessions->since : 0};
    }
    if (n == 0)
        return true;
    enum result result = cursor_save(d->stage->db, clock_now(), cursors, n, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return false;
    }
    for (int i = 0; i < d->queues.n; i++)
        d->queues.of[i].unsaved = false;
    return true;
}

// After the cursors: a block stands right behind its cursor.
static void save_blocks(struct delivery *d)
{
    struct err err;
    for (int i = 0; i < d->queues.n; i++) {
        struct queue *q = &d->queues.of[i];
        if (!q->block_unsaved)
            continue;
        enum result result =
            queue_block(d->stage->db, q->code, q->epoch, q->blocked, q->failed_n, str_of(q->why), clock_now(), &err);
        if (result == REJECT) { // the table knows better
            log_err(LOG_WARN, "a block was not written", &err);
            q->blocked = 0;
        } else if (result != OK) {
            stage_failed(d->stage, result, &err);
            return;
        }
        q->block_unsaved = false;
    }
}

// ---- The loop ----

static void publish(struct delivery *d)
{
    int64_t active = 0, standing = 0, blocked = 0, bytes = 0;
    for (int i = 0; i < d->queues.n; i++) {
        const struct queue *q = &d->queues.of[i];
        for (const struct session *s = q->sessions; s != NULL; s = s->next)
            standing++;
        active += q->active;
        blocked += q->blocked != 0;
        bytes += q->flight.bytes + q->flight.debt;
    }
    gauge(&counters[SUBSCRIBED], active);
    gauge(&counters[STANDBYS], standing - active);
    gauge(&counters[BLOCKED], blocked);
    gauge(&counters[IN_FLIGHT], bytes);
    if (d->gate != NULL) {
        gauge(&counters[DENIED], gate_denied(d->gate));
        gauge(&counters[THROTTLED], gate_throttled(d->gate));
    }
}

static void on_cursor_timer(void *arg)
{
    struct delivery *d = arg;
    turns_tick(d);
    publish(d);
    if (stage_ready(d->stage) && save_cursors(d))
        save_blocks(d);
    delivery_soon(d); // pauses end, sockets take again
}

// Also finds what others appended, and what the desk decided: both come through feedbackd.
static void on_heartbeat(void *arg)
{
    struct delivery *d = arg;
    if (stage_ready(d->stage) && delivery_look(d, 0))
        delivery_soon(d);
    turns_beats(d);
}

static void on_maintain(void *arg)
{
    struct delivery *d = arg;
    const struct config *config = d->stage->run->config;
    struct err err;
    int dropped;
    if (!stage_ready(d->stage))
        return;
    enum result result = queue_maintain(d->stage->db, clock_now(), config_int(config, "dispatcher/partition"),
                                        config_int(config, "dispatcher/retain") * 86400 * WF_SECOND, &dropped, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return;
    }
    count(&counters[RETIRED], dropped);
    if (dropped > 0) {
        log_line(LOG_INFO, "%d acknowledged ranges of queues were retired", dropped);
        (void)!delivery_look(d, 0);
    }
}

static void on_door(void *arg)
{
    struct door *door = arg;
    struct msg msg;
    for (int i = 0; i < TAKE_MAX && bus_recv(door->bus, &msg); i++) {
        messages_take(door->d, door->id, &msg);
        bus_done(&msg);
    }
    delivery_soon(door->d);
}

static void open_door(struct delivery *d, enum door_id id)
{
    struct door *door = &d->doors[id];
    door->d = d;
    door->id = id;
    if (door->bus != NULL)
        loop_socket(d->stage->run->loop, door->bus, on_door, door);
}

enum result delivery_open(struct delivery *d, struct stage *stage, struct err *err)
{
    struct run *run = stage->run;
    d->stage = stage;
    d->window = config_int(run->config, "dispatcher/window");
    d->attempts = config_int(run->config, "dispatcher/attempts");
    queues_init(&d->queues);
    if (!delivery_look(d, 0))
        return err_set(err, RETRY, "database_away", "", "the bureaus' queues cannot be read");
    d->gate = gate_open(stage, "dispatcher/public", DELIVER_HWM, &d->doors[DOOR_PUBLIC].bus);
    enum result result =
        bus_router_bind(run_endpoint(run, "dispatcher/deliver"), DELIVER_HWM, &d->doors[DOOR_IPC].bus, err);
    if (result != OK)
        return result;
    d->send_timer = loop_every(run->loop, SEND_MS, sending_turn, d);
    open_door(d, DOOR_IPC);
    open_door(d, DOOR_PUBLIC);
    loop_every(run->loop, CURSOR_MS, on_cursor_timer, d);
    loop_every(run->loop, HEARTBEAT_MS, on_heartbeat, d);
    loop_soon(run->loop, loop_every(run->loop, MAINTAIN_MS, on_maintain, d));
    return OK;
}

void delivery_close(struct delivery *d)
{
    for (int i = 0; i < d->queues.n; i++)
        while (d->queues.of[i].sessions != NULL)
            session_remove(&d->queues, &d->queues.of[i], d->queues.of[i].sessions);
    if (db_connected(d->stage->db) && save_cursors(d))
        save_blocks(d);
    for (int i = 0; i < DOORS; i++)
        bus_close(d->doors[i].bus);
    gate_close(d->gate);
    queues_free(&d->queues);
    buf_free(&d->out);
}

void delivery_appended(struct delivery *d, int32_t queue)
{
    struct queue *q = queues_find(&d->queues, queue);
    if (q != NULL)
        q->head++;
}
