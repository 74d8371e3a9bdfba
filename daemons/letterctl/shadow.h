// SPDX-License-Identifier: Apache-2.0
// shadow: what another model would have made of the letters that came in last.
#ifndef LETTERCTL_SHADOW_H
#define LETTERCTL_SHADOW_H

#include "core/model.h"

// Reads the newest `letters` of the database under the policy in force by both models, and prints how many would be
// read otherwise, by what they are and would be, and the numbers of the first ones. Returns the exit code.
int shadow_report(const char *command, const char *config_file, const struct model *now, const struct model *next,
                  int64_t letters);

#endif
