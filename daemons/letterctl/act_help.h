// SPDX-License-Identifier: Apache-2.0
// act_help: which event whose duty it is, in words, from the table itself.
#ifndef LETTERCTL_ACT_HELP_H
#define LETTERCTL_ACT_HELP_H

#include "core/str.h"

// The events that the desk may raise, by duty; what a bureau raises; what follows by itself.
void act_help_events(struct text *out);

#endif
