// SPDX-License-Identifier: Apache-2.0
#include "core/replay_clocks.h"

#include <string.h>

const struct code clock_results[] = {
    {CLOCK_RUNNING, "running", "计时中"}, {CLOCK_MET, "met", "按时"},
    {CLOCK_LATE, "late", "超时"},         {CLOCK_SUPERSEDED, "superseded", "已由新期限取代"},
    {CLOCK_VOID, "void", "不再计时"},     {0, NULL, NULL},
};

// Clocks of one kind follow each other; those of different kinds run side by side on a case.
enum series {
    OF_STAGE,       // what the state itself waits for
    OF_ANSWER,      // until the writer has the answer: through every state from dispatch on
    OF_SUPERVISION, // a supervisor's: beside the others
};

static enum series series_of(enum clock clock)
{
    switch (clock) {
    case CLOCK_K8:
    case CLOCK_K12:
    case CLOCK_K15:
        return OF_ANSWER;
    case CLOCK_K13:
        return OF_SUPERVISION;
    default:
        return OF_STAGE;
    }
}

static struct clock_run *newest(struct replayed *r, int16_t leg, enum series series)
{
    for (int i = r->clocks_n - 1; i >= 0; i--)
        if (r->clocks[i].leg == leg && series_of(r->clocks[i].clock) == series)
            return &r->clocks[i];
    return NULL;
}

static struct clock_run *running(struct replayed *r, int16_t leg, enum series series)
{
    struct clock_run *run = newest(r, leg, series);
    return run && run->ended_at == 0 ? run : NULL;
}

// ---- Pauses ----

static void forget_oldest_pause(struct replayed *r)
{
    memmove(r->pauses, r->pauses + 1, (REPLAY_PAUSES - 1) * sizeof *r->pauses);
    r->pauses_n--;
}

static void stop(struct replayed *r, struct clock_run *run)
{
    if (!run || run->paused)
        return;
    if (r->pauses_n == REPLAY_PAUSES)
        forget_oldest_pause(r);
    r->pauses[r->pauses_n++] = (struct clock_pause){.run = (int16_t)(run - r->clocks), .span = {.from = r->at}};
    run->paused = true;
}

static void go_on(struct replayed *r, struct clock_run *run)
{
    if (!run || !run->paused)
        return;
    for (int i = 0; i < r->pauses_n; i++)
        if (r->pauses[i].run == run - r->clocks && r->pauses[i].span.to == 0)
            r->pauses[i].span.to = r->at;
    run->paused = false;
}

// ---- Beginning and end ----

static void forget_oldest_run(struct replayed *r)
{
    memmove(r->clocks, r->clocks + 1, (REPLAY_CLOCKS - 1) * sizeof *r->clocks);
    r->clocks_n--;
    int kept = 0;
    for (int i = 0; i < r->pauses_n; i++)
        if (r->pauses[i].run > 0) {
            r->pauses[kept] = r->pauses[i];
            r->pauses[kept++].run--;
        }
    r->pauses_n = (int16_t)kept;
}

static void begin(struct replayed *r, enum clock clock, int16_t leg, wf_time started_at, wf_time due_at)
{
    if (r->clocks_n == REPLAY_CLOCKS)
        forget_oldest_run(r);
    r->clocks[r->clocks_n++] = (struct clock_run){
        .clock = clock, .leg = leg, .started_at = started_at, .due_at = due_at, .result = CLOCK_RUNNING};
}

static void end(struct replayed *r, struct clock_run *run, enum clock_result result)
{
    if (!run)
        return;
    go_on(r, run);
    run->ended_at = r->at;
    run->result = result;
}

static enum clock_result in_time(const struct replayed *r, const struct clock_run *run)
{
    return run && (run->breached || (run->due_at != 0 && r->at > run->due_at)) ? CLOCK_LATE : CLOCK_MET;
}

static void meet(struct replayed *r, struct clock_run *run)
{
    end(r, run, in_time(r, run));
}

// The same clock goes on from its start under another date; what has passed stays told. A date that had passed was
// missed, unless it was a wrong calendar's.
static void move_date(struct replayed *r, struct clock_run *run, wf_time due_at, enum event event)
{
    if (!run || run->due_at == due_at)
        return;
    struct clock_run was = *run;
    bool missed = event != EV_RECOMPUTE && in_time(r, run) == CLOCK_LATE;
    end(r, run, missed ? CLOCK_LATE : CLOCK_SUPERSEDED);
    begin(r, was.clock, was.leg, was.started_at, due_at);
    if (was.paused)
        stop(r, &r->clocks[r->clocks_n - 1]);
}

// What ended with a report or an answer goes on when that is given back.
static void take_up_again(struct replayed *r, int16_t leg)
{
    struct clock_run *run = newest(r, leg, OF_ANSWER);
    if (!run || run->ended_at == 0)
        return;
    struct clock_run was = *run;
    run->result = CLOCK_SUPERSEDED;
    begin(r, was.clock, was.leg, was.started_at, was.due_at);
}

// ---- Lines ----

void replay_clocks_leg(struct replayed *r, int16_t id, enum leg_state before, enum event event)
{
    enum leg_state state = r->legs[id - 1].state;
    struct clock_run *signing = running(r, id, OF_STAGE);
    if (event == EV_DEEM_SIGNED)
        end(r, signing, CLOCK_LATE);
    else if (before == LEG_SENT)
        end(r, signing, state == LEG_SIGNED ? in_time(r, signing) : CLOCK_VOID);
    if (state == LEG_REPORTED || state == LEG_DONE)
        meet(r, running(r, id, OF_ANSWER));
    else if (state == LEG_RETURNED || state == LEG_REVOKED)
        end(r, running(r, id, OF_ANSWER), CLOCK_VOID);
    else if (before == LEG_REPORTED || before == LEG_DONE)
        take_up_again(r, id);
}

// What the case's new state makes of the clocks that ran in the old one.
static void tell_state(struct replayed *r, const struct rule *rule)
{
    bool dropped = r->state == WITHDRAWN || r->state == MERGED;
    struct clock_run *stage = running(r, 0, OF_STAGE);
    if (stage && stage->clock != rule->clock)
        end(r, stage, dropped || r->state == EMERGENCY ? CLOCK_VOID : in_time(r, stage));
    if (r->state == ANSWERED)
        meet(r, running(r, 0, OF_ANSWER));
    if (!case_final(r->state))
        return;
    end(r, running(r, 0, OF_ANSWER), CLOCK_VOID);
    end(r, running(r, 0, OF_SUPERVISION), CLOCK_VOID);
}

static bool is_about(const struct replay_line *line, const char *clock)
{
    struct str first = line->detail;
    first = str_split(&first, ' ');
    return str_is(first, clock);
}

// A supervisor's clock runs beside the others; no line says its date.
static void tell_supervision(struct replayed *r, const struct replay_line *line)
{
    struct clock_run *run = running(r, 0, OF_SUPERVISION);
    switch (line->rule->event) {
    case EV_SUPERVISE:
        end(r, run, in_time(r, run) == CLOCK_LATE ? CLOCK_LATE : CLOCK_SUPERSEDED);
        begin(r, CLOCK_K13, 0, r->at, line->due_at);
        return;
    case EV_SUPERVISION_ANSWERED:
        meet(r, run);
        return;
    case EV_LIFT:
        end(r, run, CLOCK_VOID);
        return;
    default:
        return;
    }
}

static struct clock_run *of_state(struct replayed *r)
{
    struct clock_run *stage = running(r, 0, OF_STAGE);
    return stage ? stage : running(r, 0, OF_ANSWER);
}

static void tell_breach(struct replayed *r, const struct replay_line *line)
{
    bool of_leg = line->rule->event == EV_LEG_BREACH;
    if ((line->rule->event != EV_BREACH && !of_leg) || is_about(line, "K18") || is_about(line, "K7"))
        return; // a request's, the first contact's: no line starts them
    struct clock_run *run = of_leg                  ? running(r, line->leg, OF_ANSWER)
                            : is_about(line, "K13") ? running(r, 0, OF_SUPERVISION)
                                                    : of_state(r);
    if (run)
        run->breached = true;
}

bool replay_resumes(enum event event)
{
    return event == EV_SUPPLEMENT_ENDED || event == EV_RESUME;
}

// While the writer is waited for, and while the case is deferred, every answer clock stands, the case's and its legs'.
static void tell_pause(struct replayed *r, enum event event)
{
    bool stops = event == EV_SUPPLEMENT_GRANTED || event == EV_SUSPENSION_APPROVED;
    if (!stops && !replay_resumes(event))
        return;
    r->stands = stops;
    for (int16_t leg = 0; leg <= r->legs_n; leg++) {
        struct clock_run *run = running(r, leg, OF_ANSWER);
        if (!run)
            continue;
        if (stops) {
            stop(r, run);
        } else {
            go_on(r, run);
            run->due_at = leg == 0 ? r->due_at : r->legs[leg - 1].due_at;
        }
    }
}

static void start(struct replayed *r, enum clock clock, int16_t leg, wf_time due_at)
{
    struct clock_run *before = running(r, leg, series_of(clock));
    if (before && before->clock == clock)
        end(r, before, in_time(r, before) == CLOCK_LATE ? CLOCK_LATE : CLOCK_SUPERSEDED);
    else
        meet(r, before);
    begin(r, clock, leg, r->at, due_at);
}

void replay_clocks_line(struct replayed *r, const struct replay_line *line, enum case_state before)
{
    const struct rule *rule = line->rule;
    bool of_leg = rule_of_leg(rule);
    if (r->state != before)
        tell_state(r, rule);
    tell_supervision(r, line);
    tell_breach(r, line);
    if (rule->clock != CLOCK_NONE)
        start(r, rule->clock, of_leg ? line->leg : 0, line->due_at);
    tell_pause(r, rule->event);
    if (rule->opens != 0) // what says the case's date does not say by when the leg is to be signed
        start(r, CLOCK_K5, line->leg, r->legs[line->leg - 1].due_at);
    bool moves = line->due_at != 0 && rule->clock == CLOCK_NONE && rule->opens == 0 && !replay_resumes(rule->event);
    if (moves && of_leg)
        move_date(r, running(r, line->leg, OF_ANSWER), line->due_at, rule->event);
    if (moves && (!of_leg || rule->event == EV_EXTENSION_GRANTED))
        move_date(r, of_state(r), r->due_at, rule->event);
    for (int16_t leg = 1; leg <= r->legs_n && moves && !of_leg; leg++)
        move_date(r, running(r, leg, OF_ANSWER), r->legs[leg - 1].due_at, rule->event);
}
