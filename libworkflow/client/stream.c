// SPDX-License-Identifier: Apache-2.0
#include "client/stream.h"

#include "client/lines.h"
#include "run/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLICE_MS 10     // the longest a new line waits while answers are outstanding
#define SLOT_KEEP 16384 // bytes of a slot's buffers that stay for the next line

// A line's place, in a ring in the order of the lines, until its answer is written.
struct slot {
    bool done;
    int64_t line;
    struct buf bytes; // done: what to write
    struct buf name;  // for a refusal; n == 0: absent
};

struct run {
    struct stream *s;
    struct pipe *pipe;
    struct lines lines;
    struct slot *slots;
    size_t first, used;
    struct stream_request request;
    uint64_t trace;
    int64_t heard_at;
    bool input_ended, unflushed;
};

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
    slot->done = true;
    run->s->refused++;
}

static void take(struct run *run, enum lines_got got, struct str line)
{
    size_t i = ring(run, run->used);
    struct slot *slot = &run->slots[i];
    struct stream_request *request = &run->request;
    struct err err;
    enum result r = REJECT;
    slot->line = run->lines.number;
    slot->done = false;
    slot->name.n = slot->bytes.n = request->frame.n = 0;
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
        if (pipe_open_n(run->pipe) == 0)
            run->heard_at = clock_mono(); // patience is counted from when there is something to wait for
        insist(pipe_send(run->pipe, request->ref, request->key, &request->frame, i)); // its window is the ring's
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
    slot->done = true;
    if (run->s->kind->answer(answer, &slot->bytes, &err) != OK)
        refuse(run, slot, &err);
}

// Writes the answers whose turn has come.
static enum result write_answers(struct run *run, struct err *err)
{
    while (run->used > 0 && run->slots[run->first].done) {
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
    if (!pipe_wait(run->pipe, ms, &tag, &answer))
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
    if (pipe_open_n(run->pipe) == 0)
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
    enum result r = pipe_open(&s->to, s->window, s->resend_ms, &run.pipe, err);
    if (r != OK)
        return r;
    run.slots = calloc(s->window, sizeof(*run.slots));
    insist(run.slots);
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
    pipe_close(run.pipe);
    for (size_t i = 0; i < s->window; i++) {
        buf_free(&run.slots[i].bytes);
        buf_free(&run.slots[i].name);
    }
    buf_free(&run.request.frame);
    free(run.slots);
    return r;
}
