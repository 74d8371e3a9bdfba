// SPDX-License-Identifier: Apache-2.0
// cmd_due: when a clock of the policy, or an amount, is due, and why, day by day.
#ifndef LETTERCTL_CMD_DUE_H
#define LETTERCTL_CMD_DUE_H

int cmd_due(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
