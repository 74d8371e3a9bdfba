// SPDX-License-Identifier: Apache-2.0
// cmd_near: which letters say the same as one, and the bands of letters from before there were bands.
#ifndef LETTERCTL_CMD_NEAR_H
#define LETTERCTL_CMD_NEAR_H

int cmd_near(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
