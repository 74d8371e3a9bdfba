// SPDX-License-Identifier: Apache-2.0
// pipe: what the rest of the client library needs of a wf_pipe beyond wf.h.
#ifndef CLIENT_PIPE_H
#define CLIENT_PIPE_H

#include "client/wf.h"

struct bus *pipe_bus(struct wf_pipe *pipe); // changes when the connection is made anew

#endif
