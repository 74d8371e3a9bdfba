// SPDX-License-Identifier: Apache-2.0
// cmd_keys: the CURVE keys of bureaus, units and portals, and the server's own.
#ifndef LETTERCTL_CMD_KEYS_H
#define LETTERCTL_CMD_KEYS_H

int cmd_keys(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
