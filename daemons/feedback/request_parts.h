// SPDX-License-Identifier: Apache-2.0
// request_parts: what a bureau's event and the desk's act have in common. Each REJECT names the field and what there
// is.
#ifndef FEEDBACK_REQUEST_PARTS_H
#define FEEDBACK_REQUEST_PARTS_H

#include "request.h"

// By name; blanks and hyphens count as '_', and what people say for an event is understood. Only what this actor can
// raise at all: anything else is unknown to it.
enum result requested_event(struct str name, enum actor actor, enum event *out, struct err *err) MUST_USE;
// A name of a closed list; absent: 0.
enum result requested_code(const struct code *list, struct str name, const char *field, int *out,
                           struct err *err) MUST_USE;
// A unit that the policy knows; 0: not said.
enum result requested_unit(const struct policy *policy, int64_t code, const char *field, int32_t *out,
                           struct err *err) MUST_USE;
// Tells two who act apart; never 0.
int64_t requested_person(int32_t unit, struct str name);
// May this bureau, or unit with a queue of its own, speak for the unit? For itself and what is below it; the province
// for its own squads. *unit: who is said to act, 0: the bureau itself; becomes who acts.
enum result requested_unit_of(const struct policy *policy, int64_t bureau, int64_t said, int32_t *unit,
                              struct err *err) MUST_USE;
// A police number of 1 to 8 digits; 0 when it is none.
int32_t requested_officer(struct str digits);

#endif
