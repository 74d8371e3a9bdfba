// SPDX-License-Identifier: Apache-2.0
// cmd_ledger: the time of a case, charged to whoever held it.
#ifndef LETTERCTL_CMD_LEDGER_H
#define LETTERCTL_CMD_LEDGER_H

int cmd_ledger(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
