// SPDX-License-Identifier: Apache-2.0
// cmd_inquiry: an approved 核查函, as the paper that is handed to the accused unit.
#ifndef LETTERCTL_CMD_INQUIRY_H
#define LETTERCTL_CMD_INQUIRY_H

int cmd_inquiry(int argc, char **argv);

#endif
