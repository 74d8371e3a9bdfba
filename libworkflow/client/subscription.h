// SPDX-License-Identifier: Apache-2.0
// subscription: what the rest of the client library needs of a wf_subscription beyond wf.h.
#ifndef CLIENT_SUBSCRIPTION_H
#define CLIENT_SUBSCRIPTION_H

#include "client/wf.h"

struct bus *subscription_bus(struct wf_subscription *s); // changes when the connection is made anew

#endif
