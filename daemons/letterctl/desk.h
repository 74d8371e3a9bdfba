// SPDX-License-Identifier: Apache-2.0
// desk: one act of the duty desk, handed to the feedback daemon.
#ifndef LETTERCTL_DESK_H
#define LETTERCTL_DESK_H

#include "client/tool.h"
#include "wire/wire.gen.h"

#define DESK_REF_MAX 48

// A ref that no act had before.
struct str desk_ref(char out[DESK_REF_MAX]);
// Sends it and waits for the answer, which says that it is committed. *version: the case's journal lines then. REJECT:
// what the daemon says. RETRY, code "no_answer".
enum result desk_send(const struct config *config, const struct msg_desk_act *act, int32_t *version,
                      struct err *err) MUST_USE;

#endif
