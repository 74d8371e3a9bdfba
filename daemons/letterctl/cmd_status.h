// SPDX-License-Identifier: Apache-2.0
// cmd_status: how each daemon is, from its status socket.
#ifndef LETTERCTL_CMD_STATUS_H
#define LETTERCTL_CMD_STATUS_H

int cmd_status(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
