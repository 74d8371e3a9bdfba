// SPDX-License-Identifier: Apache-2.0
// messages: what consumers say: hello, ack, reject, goodbye. Whatever cannot be read, or breaks a rule, gets a refusal
// that names it, and ends the session; nobody else's.
#ifndef DISPATCHER_MESSAGES_H
#define DISPATCHER_MESSAGES_H

#include "delivery.h"

void messages_take(struct delivery *d, enum door_id door, const struct msg *msg);

#endif
