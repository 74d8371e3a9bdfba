// SPDX-License-Identifier: Apache-2.0
// cmd_verify: the whole database against the promises.
#ifndef LETTERCTL_CMD_VERIFY_H
#define LETTERCTL_CMD_VERIFY_H

int cmd_verify(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
