// SPDX-License-Identifier: Apache-2.0
// wf_subscription: a public subscription's state, for client's own files.
#ifndef CLIENT_WF_SUBSCRIPTION_H
#define CLIENT_WF_SUBSCRIPTION_H

#include "client/subscription.h"
#include "client/wf_impl.h"

struct wf_subscription {
    struct subscription *session;
    struct queue_line line; // that was handed out last
    bool has_line;
    struct buf texts, json;
    union {
        struct wf_delivery delivery;
        struct wf_notice notice;
    };
    // wf_apply's:
    int64_t checked;  // the epoch in which the store was asked where it stands; -1: not yet
    int64_t alone_to; // up to this seq each line has a transaction of its own
};

#endif
