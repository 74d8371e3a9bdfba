// SPDX-License-Identifier: Apache-2.0
// cmd_readers: who has read a letter, and who was denied it.
#ifndef LETTERCTL_CMD_READERS_H
#define LETTERCTL_CMD_READERS_H

int cmd_readers(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
