// SPDX-License-Identifier: Apache-2.0
#include "core/reader.h"
#include "core/seeded.h"

// Whose work is with letters. The others look after the system, count, or keep identities.
#define READS_LETTERS                                                                                                  \
    (DUTY_TRIAGE | DUTY_DISPATCH | DUTY_APPROVE | DUTY_CALLBACK | DUTY_SUPERVISE | DUTY_WATCH | DUTY_LEAD |            \
     DUTY_INSPECT | DUTY_LIAISE | DUTY_HANDLE)

enum result reader_parse(const struct policy *p, struct str post, struct viewer *out, struct err *err)
{
    const struct post *found;
    struct viewer v = {.post = post.p ? post : STR(READER_DESK)};
    enum result result = policy_post_parse(p, v.post, &found, &v.unit, &v.officer, err);
    if (result != OK)
        return result;
    v.duties = found->duties;
    *out = v;
    return OK;
}

enum reading reader_level(uint32_t duties)
{
    if (duties & READS_LETTERS)
        return READ_ALL;
    return duties & DUTY_AUDIT ? READ_JOURNAL : READ_FACTS;
}

bool reader_internal(uint32_t duties)
{
    return (duties & (DUTY_APPROVE | DUTY_HANDLE | DUTY_SUPERVISE)) != 0;
}

static bool is_centre(const struct policy *p, int32_t unit)
{
    const struct unit *u = policy_unit(p, unit);
    return u && u->level == UNIT_PROVINCE;
}

bool reader_wants_legs(const struct policy *p, const struct viewer *v)
{
    return !is_centre(p, v->unit);
}

static bool has_leg(const struct policy *p, struct date day, int32_t unit, const struct reader_leg *legs, int legs_n)
{
    for (int i = 0; i < legs_n; i++)
        if (!(legs[i].flags & LEG_CONFLICT) && (legs[i].unit == unit || policy_above(p, unit, legs[i].unit, day)))
            return true;
    return false;
}

enum reading reader_case(const struct policy *p, struct date day, const struct viewer *v, const struct accused_list *x,
                         const struct reader_leg *legs, int legs_n)
{
    if (guard_excludes_reader(p, day, x, v->unit, v->officer) != GUARD_FREE)
        return READ_NOTHING;
    if (!is_centre(p, v->unit) && !has_leg(p, day, v->unit, legs, legs_n))
        return READ_NOTHING;
    return reader_level(v->duties);
}

bool reader_queue(const struct policy *p, const struct viewer *v, int32_t queue)
{
    return SEEDED("queues") || is_centre(p, v->unit) || v->unit == queue;
}

bool reader_delivery(const struct policy *p, struct date day, int32_t queue, int32_t unit, enum leg_state state,
                     const struct accused_list *x)
{
    if (SEEDED("replay"))
        return true;
    return state != LEG_REVOKED && guard_excludes(p, day, x, queue) == GUARD_FREE &&
           guard_excludes(p, day, x, unit) == GUARD_FREE;
}
