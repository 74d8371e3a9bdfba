// SPDX-License-Identifier: Apache-2.0
// show_json: one case as show --json prints it.
#ifndef LETTERCTL_SHOW_JSON_H
#define LETTERCTL_SHOW_JSON_H

#include "life.h"

json_t *show_json(const struct case_view *v, const struct life *life);

// A leg's flags in words, machine names in the order of their bits.
extern const struct code leg_flags[];

#endif
