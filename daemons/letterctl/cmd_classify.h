// SPDX-License-Identifier: Apache-2.0
#ifndef LETTERCTL_CMD_CLASSIFY_H
#define LETTERCTL_CMD_CLASSIFY_H

int cmd_classify(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
