// SPDX-License-Identifier: Apache-2.0
// cmd_dead: dead letters: look, try again, drop.
#ifndef LETTERCTL_CMD_DEAD_H
#define LETTERCTL_CMD_DEAD_H

int cmd_dead(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
