// SPDX-License-Identifier: Apache-2.0
// context: the process's one ZeroMQ context, for bus.c and zap.c. Made at the first call.
#ifndef RUN_CONTEXT_H
#define RUN_CONTEXT_H

void *context_get(void); // any thread
void context_term(void); // waits until all its sockets are closed; harmless when there is none

#endif
