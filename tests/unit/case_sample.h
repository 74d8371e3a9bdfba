// SPDX-License-Identifier: Apache-2.0
// case_sample: facts and changes that the rows of the case table accept, for tests to spoil one way at a time.
#ifndef UNIT_CASE_SAMPLE_H
#define UNIT_CASE_SAMPLE_H

#include "core/case.h"
#include "core/classify.h"
#include "sample_policy.h"

#define SAMPLE_NOW INT64_C(1795406400000000) // 2026-11-23T12:00:00+08:00, a Monday
#define SHENZHEN 440300
#define ZHUHAI 440400
#define NANSHAN 440305       // a branch of Shenzhen
#define SQUAD 440300903      // Shenzhen's traffic squad
#define INSPECTORS 440300901 // Shenzhen's 督察
#define PROVINCIAL 440000901 // the department's
#define ALL_DUTIES 0x3fffu

// The sample policy with every step left to the machine, or to people.
static inline const struct policy *sample_policy_all(enum step_mode mode)
{
    static struct policy kept[MODE_AUTO + 1];
    struct policy *p = &kept[mode];
    if (p->units == NULL) {
        *p = *sample_policy();
        memset(p->steps, (int)mode, sizeof p->steps);
    }
    return p;
}

// A case in this state with one lead leg in that one; LEG_NONE: no leg. Both were sent just now.
static inline struct case_facts sample_facts(enum case_state state, enum leg_state leg)
{
    struct case_facts f = {.id = INT64_C(261123000000042),
                           .letter = INT64_C(261123000000042),
                           .mailbox = SHENZHEN,
                           .version = 1,
                           .state = state,
                           .kind = KIND_HELP,
                           .category = 1,
                           .bureau = SHENZHEN,
                           .place = SHENZHEN,
                           .confidence = 90,
                           .received_at = SAMPLE_NOW,
                           .clock_at = SAMPLE_NOW};
    if (!case_final(state) && state != CASE_NONE)
        f.due_at = policy_due(sample_policy(), CLOCK_K8, KIND_HELP, SAMPLE_NOW);
    if (leg != LEG_NONE) {
        f.legs_n = 1;
        f.legs[0] = (struct leg_facts){
            .id = 1, .role = ROLE_LEAD, .state = leg, .unit = SHENZHEN, .sent_at = SAMPLE_NOW, .due_at = f.due_at};
    }
    return f;
}

// By the centre's desk, which has every duty, by the unit that leads, or by whoever else; with the members that the
// event needs.
static inline struct change sample_change(enum event event, enum actor actor)
{
    static struct classification found = {.kind = KIND_HELP,
                                          .category = 1,
                                          .place = SHENZHEN,
                                          .bureau = SHENZHEN,
                                          .confidence = 90,
                                          .why = "category 01"};
    struct change c = {.case_id = INT64_C(261123000000042),
                       .event = event,
                       .actor = actor,
                       .outcome = OUTCOME_RESOLVED,
                       .public_reply = STR("已修复"),
                       .internal_report = STR("已派员"),
                       .words = STR("补充"),
                       .reason = STR("理由"),
                       .queue = SHENZHEN,
                       .queue_seq = 42};
    if (actor == ACTOR_BUREAU) {
        c.unit = SHENZHEN;
        c.post = STR("200001");
    }
    if (actor == ACTOR_DESK) {
        c.unit = POLICY_PROVINCE;
        c.duties = ALL_DUTIES;
    }
    if (event == EV_EXTENSION_REQUESTED)
        c.days = 2;
    if (event == EV_REFUSE || event == EV_REFER)
        c.reason_code = event == EV_REFUSE ? STR("no_facts") : STR("petition");
    if (event == EV_TRIAGE || event == EV_FLAG_EMERGENCY)
        c.found = &found;
    return c;
}

#endif
