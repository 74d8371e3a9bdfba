// SPDX-License-Identifier: Apache-2.0
// zap: who may connect to this process's CURVE sockets (ZeroMQ RFC 27). One handler a process, on a thread of its own,
// so that a database that hangs refuses nobody and lets nobody in. Fail-closed: bus.c sets the domain and
// ZMQ_ZAP_ENFORCE_DOMAIN (93), so without a living handler libzmq refuses everybody (libzmq 4.3.4 accepts any key
// otherwise).
#ifndef RUN_ZAP_H
#define RUN_ZAP_H

#include "run/curve.h"

#define ZAP_DOMAIN "pinganting"
#define ZAP_KEYS_MAX 4096

// Starts the handler with an empty list: nobody may connect yet. Before the first bus_router_bind with a server key.
// REJECT when this process has one already.
enum result zap_start(struct err *err) MUST_USE;
void zap_stop(void); // before bus_term; harmless when none runs
// From now on exactly these public keys may connect. Living connections are not cut: whoever takes messages checks
// msg.key again (store/gate.h).
void zap_allow(const uint8_t (*keys)[CURVE_BYTES], size_t n);
// Handshakes refused since the start; any thread may ask. Each is logged with the key's fingerprint and the peer's
// address, at most 10 lines a second.
int64_t zap_refused(void);

#endif
