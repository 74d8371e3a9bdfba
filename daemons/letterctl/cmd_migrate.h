// SPDX-License-Identifier: Apache-2.0
// cmd_migrate: the database's schema.
#ifndef LETTERCTL_CMD_MIGRATE_H
#define LETTERCTL_CMD_MIGRATE_H

int cmd_migrate(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
