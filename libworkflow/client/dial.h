// SPDX-License-Identifier: Apache-2.0
// dial: whom a client connects to, and as whom. A local socket needs no keys; tcp is CURVE only and needs both.
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include "run/bus.h"

struct dial {
    const char *endpoint;   // ipc:///PATH (or several, between blanks), or one tcp://HOST:PORT
    const char *server_key; // tcp: the server's public key, 40 characters of Z85, or a certificate file with it
    const char *key_file;   // tcp: our certificate file, with its secret
};                          // "none" counts as NULL

// A DEALER there. The files are read again each time, so no secret is kept. REJECT: endpoint or keys are wrong; err
// names the field endpoint, server_key or key.
enum result dial(const struct dial *to, int hwm, struct bus **out, struct err *err) MUST_USE;
struct dial dial_copy(const struct dial *d);
void dial_free(struct dial *d);

#endif
