// SPDX-License-Identifier: Apache-2.0
// intaked: takes citizens' letters from portals: checks, numbers, commits, and only then answers (P1).
// A batch is what the socket holds: while one transaction commits, the next batch gathers.
#include "core/number.h"
#include "run/clock.h"
#include "store/because.h"
#include "store/code_key.h"
#include "store/gate.h"
#include "store/letters.h"
#include "store/policy_store.h"
#include "store/stage.h"
#include "wire/refusal.h"

#define BATCH_BYTES ((size_t)4 << 20) // letters may be long: memory is bounded by bytes as well as by count
#define SUBMIT_HWM 500                // per portal
#define CLASSIFY_HWM 400

enum {
    ACCEPTED_TOTAL,
    DUPLICATES,
    REFUSED_TOTAL,
    BAD_FRAMES,
    RETRIES,
    BATCHES,
    HINTS_LOST,
    ANSWERS_LOST,
    DENIED,
    THROTTLED,
};
static struct counter counters[] = {
    [ACCEPTED_TOTAL] = {"letters_accepted_total", "letters committed and acknowledged", COUNTER, 0},
    [DUPLICATES] = {"letters_duplicate_total", "letters acknowledged again", COUNTER, 0},
    [REFUSED_TOTAL] = {"letters_refused_total", "letters refused for what is in them", COUNTER, 0},
    [BAD_FRAMES] = {"bad_frames_total", "frames that are no letter at all", COUNTER, 0},
    [RETRIES] = {"letters_retry_total", "letters not taken because the database was away", COUNTER, 0},
    [BATCHES] = {"batches_total", "transactions", COUNTER, 0},
    [HINTS_LOST] = {"hints_lost_total", "hints the classifier will find by its sweep instead", COUNTER, 0},
    [ANSWERS_LOST] = {"answers_lost_total", "answers whose portal was gone", COUNTER, 0},
    [DENIED] = {"messages_denied_total", "letters whose key stands for another channel", COUNTER, 0},
    [THROTTLED] = {"messages_throttled_total", "letters over their key's rate", COUNTER, 0},
    {0},
};

// Where portals come in: the local socket, and the public one with its keys.
enum { DOOR_IPC, DOOR_PUBLIC, DOORS };
struct door {
    struct intake *in;
    struct bus *bus; // NULL: not open
};

struct intake {
    struct stage stage;
    struct gate *gate;
    struct door doors[DOORS];
    struct bus *classify;
    struct letters *letters;
    struct code_key key;
    int batch;
    struct buf out;
    // The batch under way, all of one door.
    struct bus *from;
    struct msg msgs[LETTERS_MAX];
    struct letter letter[LETTERS_MAX];
    struct writer writer[LETTERS_MAX];
    struct stored stored[LETTERS_MAX];
    uint64_t trace[LETTERS_MAX];
};

static void answer(struct intake *in, const struct peer *peer)
{
    if (!bus_send(in->from, peer, in->out.p, in->out.n))
        count(&counters[ANSWERS_LOST], 1);
}

static void answer_refusal(struct intake *in, const struct peer *peer, uint64_t trace, struct str ref,
                           const struct err *err)
{
    in->out.n = 0;
    struct msg_refusal m = refusal_of(ref, err);
    wire_put_refusal(&in->out, trace, &m);
    answer(in, peer);
}

// A key stands for one channel; a channel that there is not is left to the letter's check.
static enum result check_key(struct intake *in, const struct msg *msg, struct str channel, struct err *err)
{
    int named = code_find(channels, channel);
    return named == 0 ? OK : gate_check(in->gate, msg, KEY_PORTAL, named, STR("letter_submit"), err);
}

// Decodes and checks one frame into the batch; false when it was refused.
static bool take(struct intake *in, struct msg *msg, int n)
{
    struct frame frame = {0};
    struct msg_letter_submit m = {0};
    struct err err;
    enum result result = frame_get(msg->p, msg->n, &frame, &err);
    if (result == OK)
        result = wire_get_letter_submit(&frame, &m, &err);
    if (result != OK) {
        count(&counters[BAD_FRAMES], 1);
    } else if ((result = check_key(in, msg, m.channel, &err)) == OK) {
        struct letter_in letter = {.channel = m.channel,
                                   .client_ref = m.client_ref,
                                   .mailbox = m.mailbox,
                                   .title = m.title,
                                   .body = m.body,
                                   .place = m.place,
                                   .kind = m.kind,
                                   .occurred_at = m.occurred_at,
                                   .confidential = m.has_confidential && m.confidential,
                                   .accused_n = m.accused_n};
        for (uint32_t i = 0; i < m.accused_n; i++)
            letter.accused[i] = m.accused[i];
        in->writer[n] = (struct writer){m.writer_name, m.writer_phone, m.writer_id_number, m.writer_email};
        in->trace[n] = frame.trace;
        result = letter_check(&letter, &in->writer[n], in->stage.policy, &in->letter[n], &err);
        if (result != OK)
            count(&counters[REFUSED_TOTAL], 1);
    }
    if (result != OK)
        answer_refusal(in, &msg->peer, frame.trace, m.client_ref, &err);
    return result == OK;
}

static void answer_stored(struct intake *in, int i)
{
    const struct stored *s = &in->stored[i];
    if (s->result == REJECT) {
        count(&counters[REFUSED_TOTAL], 1);
        answer_refusal(in, &in->msgs[i].peer, in->trace[i], in->letter[i].client_ref, &s->err);
        return;
    }
    char number[NUMBER_MAX], code[CODE_LENGTH + 1];
    number_format(s->mailbox, s->id, number);
    code_of(&in->key, number, code);
    count(&counters[s->result == DUPLICATE ? DUPLICATES : ACCEPTED_TOTAL], 1);
    in->out.n = 0;
    wire_put_receipt(&in->out, in->trace[i],
                     &(struct msg_receipt){.client_ref = in->letter[i].client_ref,
                                           .number = str_of(number),
                                           .code = str_of(code),
                                           .duplicate = s->result == DUPLICATE});
    answer(in, &in->msgs[i].peer);
}

static void hint(struct intake *in, int i)
{
    const struct letter *l = &in->letter[i];
    if (in->stored[i].result != OK)
        return;
    struct msg_letter_received m = {.case_id = l->id,
                                    .mailbox = l->mailbox,
                                    .claimed = l->claimed,
                                    .confidential = l->confidential,
                                    .title = l->title,
                                    .body = l->body,
                                    .place = l->place,
                                    .accused_n = l->accused_n};
    for (uint32_t k = 0; k < l->accused_n; k++)
        m.accused[k] = l->accused[k];
    in->out.n = 0;
    wire_put_letter_received(&in->out, in->trace[i], &m);
    if (!bus_send(in->classify, NULL, in->out.p, in->out.n))
        count(&counters[HINTS_LOST], 1);
}

static void commit(struct intake *in, int n)
{
    struct err err;
    enum result result = RETRY;
    err_set(&err, RETRY, "database_away", "", "the database is away; send the letter again");
    if (stage_ready(&in->stage)) {
        result = letters_store(in->letters, in->stage.policy, clock_now(), in->letter, in->writer, n, in->stored, &err);
        if (result != OK)
            stage_failed(&in->stage, result == REJECT ? BROKEN : result, &err);
    }
    for (int i = 0; i < n; i++) {
        if (result == OK) {
            answer_stored(in, i);
            hint(in, i);
        } else {
            count(&counters[RETRIES], 1);
            answer_refusal(in, &in->msgs[i].peer, in->trace[i], in->letter[i].client_ref, &err);
        }
    }
#ifdef PA_SEED_BUG_ACK_BEFORE_COMMIT
    letters_commit_late(in->letters);
#endif
    count(&counters[BATCHES], 1);
}

static void on_submit(void *arg)
{
    struct door *door = arg;
    struct intake *in = door->in;
    in->from = door->bus;
    int n = 0;
    size_t bytes = 0;
    while (n < in->batch && bytes < BATCH_BYTES && bus_recv(in->from, &in->msgs[n])) {
        size_t size = in->msgs[n].n;
        if (take(in, &in->msgs[n], n)) {
            bytes += size;
            n++;
        } else {
            bus_done(&in->msgs[n]);
        }
    }
    if (n > 0)
        commit(in, n);
    for (int i = 0; i < n; i++)
        bus_done(&in->msgs[i]);
}

static void on_second(void *arg)
{
    struct intake *in = arg;
    stage_refresh(&in->stage);
    if (in->gate == NULL)
        return;
    gauge(&counters[DENIED], gate_denied(in->gate));
    gauge(&counters[THROTTLED], gate_throttled(in->gate));
}

static void open_doors(struct intake *in)
{
    struct run *run = in->stage.run;
    struct err err;
    in->gate = gate_open(&in->stage, "intake/public", SUBMIT_HWM, &in->doors[DOOR_PUBLIC].bus);
    run_must(bus_router_bind(run_endpoint(run, "intake/submit"), SUBMIT_HWM, &in->doors[DOOR_IPC].bus, &err), &err);
    for (int i = 0; i < DOORS; i++) {
        in->doors[i].in = in;
        if (in->doors[i].bus != NULL)
            loop_socket(run->loop, in->doors[i].bus, on_submit, &in->doors[i]);
    }
}

int main(int argc, char **argv)
{
    static struct intake in;
    static const struct statement *const lists[] = {because_statements, letters_statements, policy_store_statements,
                                                    keys_statements, NULL};
    struct err err;
    struct run *run = run_start(argc, argv, "intaked", counters);
    run_must(code_key_read(config_text(run->config, "intake/code_key"), &in.key, &err), &err);
    stage_open(&in.stage, run, "pa_intake", lists);
    in.letters = letters_new(in.stage.db);
    letters_mark(in.letters, &in.key);
    in.batch = (int)config_int(run->config, "intake/batch");
    run_must(bus_push_connect(config_text(run->config, "classifier/listen"), CLASSIFY_HWM, &in.classify, &err), &err);
    open_doors(&in);
    loop_every(run->loop, 1000, on_second, &in);
    int status = run_loop(run);
    for (int i = 0; i < DOORS; i++)
        bus_close(in.doors[i].bus);
    gate_close(in.gate);
    bus_close(in.classify);
    bus_term();
    letters_free(in.letters);
    stage_close(&in.stage);
    buf_free(&in.out);
    run_free(run);
    return status;
}
