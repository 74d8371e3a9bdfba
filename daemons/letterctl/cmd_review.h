// SPDX-License-Identifier: Apache-2.0
// cmd_review: 回头看: closed cases are drawn, looked at again, and what was found is kept.
#ifndef LETTERCTL_CMD_REVIEW_H
#define LETTERCTL_CMD_REVIEW_H

int cmd_review(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
