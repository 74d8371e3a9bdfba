// SPDX-License-Identifier: Apache-2.0
// ipc: a listening unix socket that nobody can steal. libzmq's own ipc bind unlinks whatever stands at the path, and
// its close unlinks the path later, from another thread; so bus.c and status.c listen here.
#ifndef RUN_IPC_H
#define RUN_IPC_H

#include "core/err.h"

#define IPC_PATH_MAX 107 // bytes: sun_path without its terminator

struct ipc {
    int fd;   // listening, non-blocking
    int lock; // held on "<path>.lock" as long as the socket lives
    char path[IPC_PATH_MAX + 1];
};
#define IPC_NONE ((struct ipc){.fd = -1, .lock = -1})

// Takes an flock on `path`, made with mode 0600, and writes our process id into it. -1 with errno when it cannot;
// EWOULDBLOCK: another process (or another call) holds it. The file is never removed: that would let two hold "the"
// lock.
int ipc_lock(const char *path) MUST_USE;

// endpoint: ipc://PATH or PATH. Mode 0600. REJECT, code "in_use" when a living process listens there, "bind" otherwise.
enum result ipc_listen(const char *endpoint, struct ipc *out, struct err *err) MUST_USE;
// Removes the path and gives the lock back. The descriptor is closed unless libzmq owns it.
void ipc_close(struct ipc *ipc);

#endif
