// SPDX-License-Identifier: Apache-2.0
// sending: reads the queues and sends what their consumers may have. While one batch goes out, the server reads the
// next. A turn of the loop sends one batch, shared fairly, so that a bureau that comes back to a million lines delays
// the others by little.
#ifndef DISPATCHER_SENDING_H
#define DISPATCHER_SENDING_H

#include "delivery.h"

void sending_turn(void *delivery); // a timer; delivery_soon calls it

#endif
