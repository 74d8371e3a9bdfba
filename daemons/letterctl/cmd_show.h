// SPDX-License-Identifier: Apache-2.0
// cmd_show: one case with all that the desk may see of it.
#ifndef LETTERCTL_CMD_SHOW_H
#define LETTERCTL_CMD_SHOW_H

int cmd_show(int argc, char **argv);

#endif
