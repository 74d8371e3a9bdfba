// SPDX-License-Identifier: Apache-2.0
#ifndef LETTERCTL_CMD_QUEUE_H
#define LETTERCTL_CMD_QUEUE_H

int cmd_queue(int argc, char **argv);

#endif
