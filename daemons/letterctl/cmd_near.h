// SPDX-License-Identifier: Apache-2.0
// cmd_near: which letters say the same as one, and the bands of letters from before there were bands.
#ifndef LETTERCTL_CMD_NEAR_H
#define LETTERCTL_CMD_NEAR_H

#include "ctl.h"
#include "store/near.h"

int cmd_near(int argc, char **argv); // argv[0]: the command's name; returns the exit code

// What there is like a case, for one who may read its letter (`all`); nothing for others. What was read before on this
// connection is gone then. 0, or the exit code after the reason was said.
int near_read_case(struct ctl *ctl, const struct ctl_case *of, bool all, struct near_found *out);
json_t *near_json(const struct near_found *found);
void near_print(const struct near_found *found); // nothing when there is nothing

#endif
