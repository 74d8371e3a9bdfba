// SPDX-License-Identifier: Apache-2.0
// cmd_fsm: the case and leg tables with their reasons.
#ifndef LETTERCTL_CMD_FSM_H
#define LETTERCTL_CMD_FSM_H

int cmd_fsm(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
