// SPDX-License-Identifier: Apache-2.0
// cmd_policy: catalogues: check a folder, load it as the newest version.
#ifndef LETTERCTL_CMD_POLICY_H
#define LETTERCTL_CMD_POLICY_H

int cmd_policy(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
