// SPDX-License-Identifier: Apache-2.0
// cmd_list: cases, newest first; queues: where each bureau is in its queue.
#ifndef LETTERCTL_CMD_LIST_H
#define LETTERCTL_CMD_LIST_H

#include "ctl.h"
#include "store/view.h"

int cmd_list(int argc, char **argv);
int cmd_queues(int argc, char **argv);

// The members that list and show have in common.
json_t *case_row_json(const struct case_row *row);
// "01"; "-" when there is none.
#define CATEGORY_TEXT 8
void category_text(int category, char out[CATEGORY_TEXT]);

#endif
