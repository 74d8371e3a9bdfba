// SPDX-License-Identifier: Apache-2.0
// cmd_exec: commands that letterctl-train, the program beside this one, carries out; and the desk's corrections as
// letters to learn from.
#ifndef LETTERCTL_CMD_EXEC_H
#define LETTERCTL_CMD_EXEC_H

int cmd_train(int argc, char **argv); // argv[0]: the command's name; returns the exit code
int cmd_evaluate(int argc, char **argv);
int cmd_labels(int argc, char **argv);

#endif
