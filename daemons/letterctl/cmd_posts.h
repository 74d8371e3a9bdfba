// SPDX-License-Identifier: Apache-2.0
// posts: who may act, under which names, with which duties.
#ifndef LETTERCTL_CMD_POSTS_H
#define LETTERCTL_CMD_POSTS_H

int cmd_posts(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
