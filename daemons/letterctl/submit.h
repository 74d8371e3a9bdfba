// SPDX-License-Identifier: Apache-2.0
// submit: letters in (JSON lines), receipts out, in the same order.
#ifndef LETTERCTL_SUBMIT_H
#define LETTERCTL_SUBMIT_H

int cmd_submit(int argc, char **argv); // argv[0]: the command's name; returns the exit code

#endif
