// SPDX-License-Identifier: Apache-2.0
// What a letter that came again does: it joins the first by itself where nothing speaks against it, and counts there.
#include "core/case_impl.h"
#include "core/classify.h"

// Of the letter that joins by itself, what it is to the primary: the pair that says so, NULL when the desk merged.
static const struct near_pair *repeat_of(const struct deciding *d)
{
    const struct near_found *near = d->change->near;
    for (int i = 0; near && i < near->n; i++)
        if (d->other && near->pair[i].id == d->other->id)
            return &near->pair[i];
    return NULL;
}

// Why it may not join by itself; NULL: it may. What may be an emergency, or says something new that was not read for
// sure, is for a person.
static const char *held(const struct deciding *d)
{
    const struct classification *found = d->change->found;
    const struct near_pair *pair = repeat_of(d);
    if (!found || !pair)
        return "not compared";
    if (found->watch)
        return "perhaps urgent";
    if (pair->fresh > NEAR_FRESH && found->confidence < d->policy->sure)
        return "something new that is not clear";
    return near_held(d->policy, d->facts, d->other);
}

bool case_joins_by_itself(const struct deciding *d)
{
    return !held(d);
}

// What is said of the letters that this one is like: never their numbers, which not every reader of the journal may
// know.
void case_note_near(struct deciding *d, struct case_step *step)
{
    const struct near_found *near = d->change->near;
    struct text t = case_detail(step);
    for (int i = 0; near && i < near->n && i < 3; i++) {
        const struct near_pair *pair = &near->pair[i];
        const char *why = pair == repeat_of(d) ? held(d) : NULL;
        text_put(&t, i == 0 ? "near: " : ", ");
        text_put(&t, code_name(near_reasons, (int)pair->reason));
        text_put(&t, " ");
        text_i64(&t, pair->score);
        if (why) {
            text_put(&t, " but ");
            text_put(&t, why);
        }
    }
}

void case_note_repeat(struct deciding *d, struct case_step *step)
{
    const struct near_pair *pair = repeat_of(d);
    struct text t = case_detail(step);
    if (!pair)
        return;
    text_put(&t, "the same writer, ");
    text_i64(&t, pair->score);
    text_put(&t, pair->fresh > NEAR_FRESH ? "% of the text, with something new" : "% of the text, nothing new");
}

// A letter that came again counts as a supplement, or as a reminder (催办) where it says nothing new: the n-th is told
// to the level above (complaint 2.25).
void case_count_repeat(struct deciding *d, struct case_step *step)
{
    const struct near_pair *pair = repeat_of(d);
    struct course *course = &d->other->course;
    struct text t = case_detail(step);
    if (!pair)
        return;
    course->got_supplements++;
    course->changed = true;
    text_put(&t, pair->fresh > NEAR_FRESH ? "supplement " : "reminder ");
    text_i64(&t, course->got_supplements);
    d->press = course->got_supplements >= d->policy->pressing && course->supervision == SUPERVISION_NONE &&
               rule_for_case(d->other->state, EV_SUPERVISE);
}
