// SPDX-License-Identifier: Apache-2.0
#ifndef LETTERCTL_CMD_WRITER_H
#define LETTERCTL_CMD_WRITER_H

int cmd_writer(int argc, char **argv);

#endif
