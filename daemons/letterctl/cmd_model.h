// SPDX-License-Identifier: Apache-2.0
// cmd_model: which model the classifier reads by, and how it gets another one.
#ifndef LETTERCTL_CMD_MODEL_H
#define LETTERCTL_CMD_MODEL_H

int cmd_model(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
