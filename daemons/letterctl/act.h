// SPDX-License-Identifier: Apache-2.0
// act: an event of the duty desk, through the feedback daemon.
#ifndef LETTERCTL_ACT_H
#define LETTERCTL_ACT_H

int cmd_act(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
