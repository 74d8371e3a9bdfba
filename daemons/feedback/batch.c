// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "feedback.h"
#include "run/clock.h"
#include "store/identity.h"

#include <string.h>

#define BATCH_BYTES ((size_t)4 << 20)
#define NOBODYS INT64_C(260101000000001) // a number to work on where none was given

// ---- One message ----

// Do number and code belong together? The same work for a number that is none as for a wrong code, and no look at the
// database; a number that was guessed at too often is closed for a while, whatever the code.
static bool code_fits(struct feedback *fb, const struct request *rq, const struct change *change)
{
    char number[NUMBER_MAX];
    bool known = change->case_id != 0, open = !known || tries_open(&fb->tries, change->case_id, clock_now());
    number_format(known ? change->mailbox : POLICY_PROVINCE, known ? change->case_id : NOBODYS, number);
    bool right = code_is(&fb->key, number, rq->code) && known;
    if (!open) {
        count(&feedback_counters[CLOSED_NUMBERS], 1);
    } else if (!right) {
        count(&feedback_counters[WRONG_CODES], 1);
        if (known)
            tries_wrong(&fb->tries, change->case_id, clock_now());
    }
    return open && right;
}

static bool of_portal(enum asks asks)
{
    return asks == ASKS_LOOKUP || asks == ASKS_WRITER_ACT;
}

// Decodes one frame into the batch; false when it was refused.
static bool take(struct door *door, const struct msg *msg, int n)
{
    struct feedback *fb = door->fb;
    struct request *rq = &fb->requests[n];
    struct change *change = &fb->changes[fb->changes_n];
    struct err err;
    *rq = (struct request){0};
    *change = (struct change){0};
    enum result result = door->desk ? request_of_desk(msg, fb->stage.policy, rq, change, &err)
                                    : request_of_peer(msg, fb->stage.policy, rq, change, &err);
    // Whatever is wrong with it besides: who may not speak for whom he names is told nothing else.
    enum key_role role = of_portal(rq->asks) ? KEY_PORTAL : KEY_BUREAU;
    struct err denied;
    if (rq->named != 0 && gate_check(door->gate, msg, role, rq->named, STR("feedback"), &denied) != OK) {
        result = denied.result;
        err = denied;
    }
    if (result == OK && of_portal(rq->asks) && !code_fits(fb, rq, change))
        result = err_set(&err, REJECT, "not_found", "", "");
    fb->ids[n] = change->case_id;
    fb->of[n] = rq->asks == ASKS_LOOKUP ? -1 : fb->changes_n;
    if (result == OK) {
        fb->changes_n += fb->of[n] >= 0;
        return true;
    }
    count(&feedback_counters[rq->ref.p ? REFUSED_TOTAL : BAD_FRAMES], 1);
    if (of_portal(rq->asks) && strcmp(err.code, "not_found") == 0)
        answer_not_found(door, &msg->peer, rq);
    else
        answer_refusal(door, &msg->peer, rq, &err);
    return false;
}

// ---- The changes ----

// What a bureau reported and the table refused is kept for the desk, whole, so that it can be tried again; but not what
// speaks of a case that the bureau does not have: there is nothing to look at, and it could be sent without end. Who
// asks for an identity, or is a portal or the desk, reads the answer.
static enum result keep_refused(struct feedback *fb, int n, struct err *err)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        const struct applied *a = fb->of[i] >= 0 ? &fb->applied[fb->of[i]] : NULL;
        if (fb->requests[i].asks != ASKS_EVENT || a->result != REJECT || strcmp(a->err.code, "not_found") == 0)
            continue;
        struct text ref = TEXT(fb->poison_refs[kept]);
        text_i64(&ref, fb->changes[fb->of[i]].cause_by);
        text_put(&ref, "/");
        text_str(&ref, fb->requests[i].ref);
        fb->poison[kept++] = (struct poison){.ref = text_get(&ref),
                                             .case_id = fb->ids[i],
                                             .err = &a->err,
                                             .frame = {(const char *)fb->msgs[i].p, fb->msgs[i].n}};
    }
    count(&feedback_counters[POISONED], kept);
    return poison_add(fb->stage.db, "feedback", clock_now(), fb->poison, kept, err);
}

void batch_hint(void *feedback, const struct change *changes, const struct applied *applied, int n)
{
    struct feedback *fb = feedback;
    struct msg_case_accepted m = {.case_ids_n = 0};
    for (int i = 0; i < n; i++)
        if (applied[i].result == OK && (applied[i].state == ACCEPTED || applied[i].state == REWORK))
            m.case_ids[m.case_ids_n++] = changes[i].case_id;
    if (m.case_ids_n == 0)
        return;
    fb->out.n = 0;
    wire_put_case_accepted(&fb->out, (uint64_t)m.case_ids[0], &m);
    (void)!bus_send(fb->dispatch, NULL, fb->out.p, fb->out.n); // else its sweep finds them
}

// What a writer adds to a letter that was merged is for the case that it was merged into (domain §2, 2.11). It is
// answered once, with that case's state. A primary is merged no further, so once is enough. Not a withdrawal: the
// primary is another writer's letter, which this one cannot take back.
static enum result forward(struct feedback *fb, struct err *err)
{
    int found = 0;
    for (int i = 0; i < fb->changes_n; i++) {
        struct applied *a = &fb->applied[i];
        if (a->result != REJECT || a->primary == 0 || strcmp(a->err.code, "merged") != 0)
            continue;
        fb->forwards[found] = fb->changes[i];
        fb->forwards[found].case_id = a->primary;
        fb->forwards[found].mailbox = 0; // its number is not the one that the writer knows
        fb->forwards[found].leg = 0;
        fb->forwards[found].seen = 0;
        fb->forward_of[found++] = i;
    }
    if (found == 0)
        return OK;
    enum result result = cases_apply(fb->cases, fb->stage.policy, clock_now(), fb->forwards, found, fb->forwarded, err);
    for (int i = 0; result == OK && i < found; i++) {
        fb->applied[fb->forward_of[i]] = fb->forwarded[i];
        fb->changes[fb->forward_of[i]].case_id = fb->forwards[i].case_id;
    }
    count(&feedback_counters[FORWARDED], result == OK ? found : 0);
    return result;
}

static enum result apply(struct door *door, int n, struct err *err)
{
    struct feedback *fb = door->fb;
    if (!stage_ready(&fb->stage))
        return err_set(err, RETRY, "database_away", "", "the database is away; send it again");
    enum result result =
        cases_apply(fb->cases, fb->stage.policy, clock_now(), fb->changes, fb->changes_n, fb->applied, err);
    if (result == OK)
        result = forward(fb, err);
    if (result == OK && !door->desk)
        result = keep_refused(fb, n, err);
    if (result != OK)
        stage_failed(&fb->stage, result == REJECT ? BROKEN : result, err);
    return result;
}

// ---- The answers ----

// Who wrote, for what of the batch is committed and asks so.
static enum result read_identities(struct feedback *fb, int n, struct err *err)
{
    static struct identity_want wants[CASES_MAX];
    int wanted = 0;
    for (int i = 0; i < n; i++) {
        if (fb->requests[i].asks != ASKS_IDENTITY || fb->applied[fb->of[i]].result == REJECT)
            continue;
        wants[wanted++] = (struct identity_want){fb->ids[i], fb->changes[fb->of[i]].unit};
    }
    if (wanted == 0)
        return OK;
    enum result result = identity_read(fb->stage.db, wants, wanted, err);
    if (result != OK)
        stage_failed(&fb->stage, result == REJECT ? BROKEN : result, err);
    return result;
}

// In the order in which they came: of a unit and a case, that is the order of what happened.
static void answer_changes(struct door *door, int n, enum result result, const struct err *err)
{
    struct feedback *fb = door->fb;
    struct err away = {0};
    enum result identities = result == OK ? read_identities(fb, n, &away) : result;
    int at = 0;
    for (int i = 0; i < n; i++) {
        const struct peer *peer = &fb->msgs[i].peer;
        const struct request *rq = &fb->requests[i];
        if (fb->of[i] < 0)
            continue;
        const struct applied *a = &fb->applied[fb->of[i]];
        if (result != OK) {
            count(&feedback_counters[RETRIES], 1);
            answer_refusal(door, peer, rq, err);
            continue;
        }
        if (a->result == REJECT) {
            count(&feedback_counters[REFUSED_TOTAL], 1);
            answer_refusal(door, peer, rq, &a->err);
            continue;
        }
        count(&feedback_counters[a->result == DUPLICATE ? DUPLICATES : APPLIED], 1);
        if (rq->asks == ASKS_IDENTITY && identities != OK) {
            answer_refusal(door, peer, rq, &away); // sent again, it is a duplicate, and reads
        } else if (rq->asks == ASKS_IDENTITY) {
            count(&feedback_counters[IDENTITIES], 1);
            answer_identity(door, peer, rq, a, at++);
        } else if (rq->asks == ASKS_WRITER_ACT) {
            count(&feedback_counters[WRITER_ACTS], 1);
            answer_writer(door, peer, rq, a);
        } else {
            (door->desk ? answer_desk : answer_event)(door, peer, rq, a);
        }
    }
}

static void answer_lookups(struct door *door, int n, enum result result, const struct err *err)
{
    struct feedback *fb = door->fb;
    static int64_t ids[CASES_MAX];
    struct err why = *err;
    int wanted = 0, at = 0;
    for (int i = 0; i < n; i++)
        if (fb->of[i] < 0)
            ids[wanted++] = fb->ids[i];
    if (wanted == 0)
        return;
    if (result == OK) {
        result = lookup_read(fb->stage.db, ids, wanted, &why);
        if (result != OK)
            stage_failed(&fb->stage, result == REJECT ? BROKEN : result, &why);
    }
    for (int i = 0; i < n; i++) {
        if (fb->of[i] >= 0)
            continue;
        count(&feedback_counters[result == OK ? LOOKUPS : RETRIES], 1);
        if (result == OK)
            answer_lookup(door, &fb->msgs[i].peer, &fb->requests[i], at++);
        else
            answer_refusal(door, &fb->msgs[i].peer, &fb->requests[i], &why);
    }
}

void batch_events(void *arg)
{
    struct door *door = arg;
    struct feedback *fb = door->fb;
    struct err err = {0};
    int n = 0;
    size_t bytes = 0;
    fb->changes_n = 0;
    while (n < fb->batch && bytes < BATCH_BYTES && bus_recv(door->bus, &fb->msgs[n])) {
        size_t size = fb->msgs[n].n;
        if (take(door, &fb->msgs[n], n)) {
            bytes += size;
            n++;
        } else {
            bus_done(&fb->msgs[n]);
        }
    }
    if (n == 0)
        return;
    enum result result = apply(door, n, &err);
    answer_changes(door, n, result, &err);
    answer_lookups(door, n, result, &err);
    count(&feedback_counters[DESK_ACTS], door->desk ? n : 0);
    if (result == OK)
        batch_hint(fb, fb->changes, fb->applied, fb->changes_n);
    count(&feedback_counters[BATCHES], 1);
    for (int i = 0; i < n; i++)
        bus_done(&fb->msgs[i]);
}
