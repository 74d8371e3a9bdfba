// SPDX-License-Identifier: Apache-2.0
// recompute: after a new calendar, the dates that open clocks have under it; each through the feedback daemon.
#ifndef LETTERCTL_CMD_RECOMPUTE_H
#define LETTERCTL_CMD_RECOMPUTE_H

int cmd_recompute(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
