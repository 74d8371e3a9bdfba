// SPDX-License-Identifier: Apache-2.0
#include "client/stream.h"

#include "client/lines.h"
#include "run/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLICE_MS 10 // the longest a new line waits while answers are outstanding
#define NO_SLOT SIZE_MAX
#define SLOT_KEEP 16384 // bytes of a slot's buffers that stay for the next line

// A line's place, in a ring in the order of the lines, until its answer is written.
struct slot {
    enum { HELD, SENT, DONE } state;
    int64_t line;
    struct buf bytes; // HELD: the frame, and behind it the ref; DONE: what to write
    size_t frame_n;
    struct buf name; // for a refusal; n == 0: absent
    size_t behind;   // the slot that is sent when this one has its answer, or NO_SLOT
};

struct run {
    struct stream *s;
    struct wf_pipe *pipe;
    struct lines lines;
    struct slot *slots;
    uint64_t *keys; // per slot, 0 once answered: scanned for each line, so kept together
    size_t first, used;
    struct stream_request request;
    uint64_t trace;
    int64_t heard_at;
    bool input_ended, unflushed;
};

static uint64_t key_of(struct str s)
{
    return str_hash(s) | 1; // 0: answered
}

static size_t ring(const struct run *run, size_t offset)
{
    size_t i = run->first + offset;
    return i < run->s->window ? i : i - run->s->window;
}

static void refuse(struct run *run, struct slot *slot, const struct err *err)
{
    struct str name = {slot->name.n > 0 ? (const char *)slot->name.p : NULL, slot->name.n};
    slot->bytes.n = 0;
    json_put_refusal(&slot->bytes, run->s->kind->name, name, slot->line, err);
    slot->state = DONE;
    run->s->refused++;
}

static void send_slot(struct run *run, size_t i)
{
    struct slot *slot = &run->slots[i];
    struct buf frame = {slot->bytes.p, slot->frame_n, slot->frame_n};
    struct str ref = {(const char *)slot->bytes.p + slot->frame_n, slot->bytes.n - slot->frame_n};
    if (wf_pipe_open_n(run->pipe) == 0)
        run->heard_at = clock_mono();                // patience is counted from when there is something to wait for
    insist(wf_pipe_send(run->pipe, ref, &frame, i)); // its window is the ring's
    slot->state = SENT;
}

// The newest line with this key that has no answer yet.
static size_t same_key(const struct run *run, uint64_t key)
{
    for (size_t offset = run->used; offset-- > 0;) {
        size_t i = ring(run, offset);
        if (run->keys[i] == key)
            return i;
    }
    return NO_SLOT;
}

static void take(struct run *run, enum lines_got got, struct str line)
{
    size_t i = ring(run, run->used);
    struct slot *slot = &run->slots[i];
    struct stream_request *request = &run->request;
    struct err err;
    enum result r = REJECT;
    slot->line = run->lines.number;
    slot->behind = NO_SLOT;
    slot->name.n = slot->bytes.n = request->frame.n = 0;
    run->keys[i] = 0;
    request->ref = request->name = request->key = STR_NONE;
    run->s->lines++;
    if (got == LINES_TOO_LONG)
        r = err_set_limit(&err, REJECT, "too_long", "", "a line has at most ", (int64_t)LINES_MAX, " bytes");
    else
        r = run->s->kind->request(run->s->arg, line, slot->line, run->trace++, request, &err);
    if (request->name.p)
        buf_put(&slot->name, request->name.p, request->name.n);
    if (r != OK) {
        if (strcmp(err.code, "bad_json") == 0) {
            char before[40];
            struct text t = TEXT(before);
            text_put(&t, "line ");
            text_i64(&t, slot->line);
            text_put(&t, ": ");
            struct err plain = err;
            r = err_set_str(&err, r, "bad_json", plain.field, before, str_of(plain.text), "");
        }
        refuse(run, slot, &err);
    } else {
        size_t before = same_key(run, key_of(request->key));
        slot->frame_n = request->frame.n;
        buf_put(&slot->bytes, request->frame.p, request->frame.n);
        buf_put(&slot->bytes, request->ref.p, request->ref.n);
        run->keys[i] = key_of(request->key);
        slot->state = HELD;
        if (before == NO_SLOT)
            send_slot(run, i);
        else
            run->slots[before].behind = i;
    }
    if (got == LINES_ONE)
        run->s->kind->request_done(run->s->arg);
    run->used++;
}

static void settle(struct run *run, size_t i, const struct frame *answer)
{
    struct slot *slot = &run->slots[i];
    struct err err;
    slot->bytes.n = 0;
    slot->state = DONE;
    if (run->s->kind->answer(answer, &slot->bytes, &err) != OK)
        refuse(run, slot, &err);
    run->keys[i] = 0;
    if (slot->behind != NO_SLOT)
        send_slot(run, slot->behind);
}

// Writes the answers whose turn has come.
static enum result write_answers(struct run *run, struct err *err)
{
    while (run->used > 0 && run->slots[run->first].state == DONE) {
        struct slot *slot = &run->slots[run->first];
        if (fwrite(slot->bytes.p, 1, slot->bytes.n, run->s->out) != slot->bytes.n)
            return err_set_str(err, REJECT, "output", "", "cannot write the answers: ", str_of(strerror(errno)), "");
        if (slot->bytes.cap > SLOT_KEEP)
            buf_free(&slot->bytes);
        run->first = ring(run, 1);
        run->used--;
        run->unflushed = true;
    }
    return OK;
}

static enum result flush(struct run *run, struct err *err)
{
    if (run->unflushed && fflush(run->s->out) != 0)
        return err_set_str(err, REJECT, "output", "", "cannot write the answers: ", str_of(strerror(errno)), "");
    run->unflushed = false;
    return OK;
}

// Takes lines while there is room, the first one within ms.
static enum result read_lines(struct run *run, int ms, bool *moved, struct err *err)
{
    while (!run->input_ended && run->used < run->s->window) {
        struct str line = STR_NONE;
        enum lines_got got = lines_next(&run->lines, *moved ? 0 : ms, &line);
        if (got == LINES_WAIT)
            return OK;
        if (got == LINES_FAULT)
            return err_set_str(err, REJECT, "input", "", "cannot read the input: ", str_of(strerror(errno)), "");
        *moved = true;
        if (got == LINES_END)
            run->input_ended = true;
        else
            take(run, got, line);
    }
    return OK;
}

static bool read_answer(struct run *run, int64_t ms)
{
    struct frame answer;
    uint64_t tag;
    if (!wf_pipe_wait(run->pipe, ms, &tag, &answer))
        return false;
    run->heard_at = clock_mono();
    settle(run, (size_t)tag, &answer);
    return true;
}

// Does what can be done at once; waits only when that was nothing.
static enum result turn(struct run *run, struct err *err)
{
    bool moved = false;
    enum result r = read_lines(run, 0, &moved, err);
    while (r == OK && read_answer(run, 0))
        moved = true;
    if (r == OK)
        r = write_answers(run, err);
    if (r != OK || moved)
        return r;
    r = flush(run, err);
    if (r != OK)
        return r;
    if (wf_pipe_open_n(run->pipe) == 0)
        return read_lines(run, -1, &moved, err);
    bool more = !run->input_ended && run->used < run->s->window;
    int64_t patience = run->s->timeout_s * 1000000;
    if (!read_answer(run, more ? SLICE_MS : 10 * SLICE_MS) && patience > 0 && clock_mono() - run->heard_at > patience)
        return RETRY;
    return OK;
}

enum result stream_run(struct stream *s, struct err *err)
{
    struct run run = {.s = s};
    enum result r = wf_pipe_open(s->endpoint, s->window, s->resend_ms, &run.pipe, err);
    if (r != OK)
        return r;
    run.slots = calloc(s->window, sizeof(*run.slots));
    run.keys = calloc(s->window, sizeof(*run.keys));
    insist(run.slots && run.keys);
    insist(getrandom(&run.trace, sizeof(run.trace), 0) == sizeof(run.trace));
    lines_open(&run.lines, s->in);
    s->lines = s->refused = s->unanswered = 0;
    while (r == OK && !(run.input_ended && run.used == 0))
        r = turn(&run, err);
    struct err ignored;
    if (r != REJECT && flush(&run, r == OK ? err : &ignored) != OK)
        r = REJECT;
    s->unanswered = (int64_t)run.used;
    lines_close(&run.lines);
    wf_pipe_close(run.pipe);
    for (size_t i = 0; i < s->window; i++) {
        buf_free(&run.slots[i].bytes);
        buf_free(&run.slots[i].name);
    }
    buf_free(&run.request.frame);
    free(run.slots);
    free(run.keys);
    return r;
}
