// SPDX-License-Identifier: Apache-2.0
// tell: journals written by hand, a row of the table at a time.
#ifndef UNIT_TELL_H
#define UNIT_TELL_H

#include "core/replay.h"

#include <string.h>

#define TELL_BEGIN INT64_C(1795406400000000) // 2026-11-23T12:00:00+08:00, a Monday
#define AFTER(hours) (TELL_BEGIN + (hours)*WF_HOUR)

static inline const struct rule *tell_rule(const char *id)
{
    const struct rule *r = rules;
    while (r->id && strcmp(r->id, id) != 0)
        r++;
    insist(r->id);
    return r;
}

static inline struct replay_line tell_line(const struct replayed *r, const char *id, int hours, int leg, int32_t unit)
{
    const struct rule *rule = tell_rule(id);
    enum actor actor = ACTOR_WRITER;
    while (!(rule->by & BY(actor)))
        actor++;
    return (struct replay_line){.seq = r->version + 1,
                                .at = AFTER(hours),
                                .rule = rule,
                                .state = rule->case_to != CASE_NONE ? rule->case_to : r->state,
                                .leg = (int16_t)leg,
                                .unit = unit,
                                .actor = actor};
}

// due: hours after the beginning, 0: the line sets no date.
static inline bool tell(struct replayed *r, const char *id, int hours, int leg, int32_t unit, int due)
{
    struct replay_line line = tell_line(r, id, hours, leg, unit);
    line.due_at = due != 0 ? AFTER(due) : 0;
    return replay_apply(r, &line);
}

#endif
