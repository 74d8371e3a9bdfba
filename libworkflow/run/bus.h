// SPDX-License-Identifier: Apache-2.0
// bus: ZeroMQ sockets with every dangerous option set in one place. Never blocks.
//
// ipc sockets are guarded by the runtime directory's rights (0750); tcp is CURVE only.
// Set on every socket: LINGER 0, MAXMSGSIZE FRAME_MAX, HANDSHAKE_IVL 5 s, RECONNECT_IVL 100–5000 ms, no ZMTP
// heartbeats, IMMEDIATE on PUSH and DEALER, ROUTER_MANDATORY on ROUTER. An ipc bind is done by ipc.h: mode 0600, and
// nobody can steal it.
#ifndef RUN_BUS_H
#define RUN_BUS_H

#include "run/curve.h"

// Messages on their way to one peer of a ROUTER: as many as it may have open requests, or credit.
#define BUS_ROUTER_OUT 10000

struct bus;

// One ZeroMQ context a process, made at the first socket, ended by bus_term after all sockets are closed.
// endpoint: one address; for connecting sockets a blank-separated list. hwm: messages per peer, each way.
enum result bus_router_bind(const char *endpoint, int hwm, struct bus **out, struct err *err) MUST_USE;
// The same on tcp://, with CURVE: whom zap.h allows may connect. zap_start first. Of each peer at most 128 messages
// wait here, whatever hwm; one that sends a message without end is cut (watch.h).
enum result bus_router_bind_curve(const char *endpoint, const struct curve_key *server, int hwm, struct bus **out,
                                  struct err *err) MUST_USE;
enum result bus_pull_bind(const char *endpoint, int hwm, struct bus **out, struct err *err) MUST_USE;
enum result bus_push_connect(const char *endpoints, int hwm, struct bus **out, struct err *err) MUST_USE;
enum result bus_dealer_connect(const char *endpoint, int hwm, struct bus **out, struct err *err) MUST_USE;
// On tcp://, with CURVE: own key with its secret, and the server's public key.
enum result bus_dealer_connect_curve(const char *endpoint, const struct curve_key *own,
                                     const uint8_t server[CURVE_BYTES], int hwm, struct bus **out,
                                     struct err *err) MUST_USE;
void bus_close(struct bus *bus); // NULL is fine
void bus_term(void);

// The way back to a ROUTER's peer. Fixed size; a peer's routing id that is longer than 32 bytes is dropped and counted.
struct peer {
    uint8_t id[32];
    uint8_t n;
};

// One received frame. Its bytes stay valid until bus_done. Opaque storage: a zmq_msg_t.
struct msg {
    struct peer peer;         // ROUTER only
    bool has_key;             // came over CURVE:
    uint8_t key[CURVE_BYTES]; // by whom, as libzmq proved it; never what the message says
    const uint8_t *p;
    size_t n;
    _Alignas(8) uint8_t zmq[64];
};

// false when nothing is there. Frames of a wrong multipart shape are dropped and counted (bus_dropped), not returned.
bool bus_recv(struct bus *bus, struct msg *msg);
void bus_done(struct msg *msg);

// Never blocks. false when the frame could not be handed over: peer gone (errno EHOSTUNREACH), queue full, or longer
// than FRAME_MAX. The bytes are copied.
bool bus_send(struct bus *bus, const struct peer *peer, const void *p, size_t n); // peer NULL for PUSH and DEALER
int64_t bus_dropped(void); // by all sockets of this process since it began; any thread may ask
// Waits until the socket can be read or `ms` pass; for clients without a loop. true when readable.
bool bus_wait(struct bus *bus, int64_t ms);
// The same for two sockets at once (either may be NULL); bit 1: a, bit 2: b.
int bus_wait2(struct bus *a, struct bus *b, int64_t ms);
// The same for many: true when any can be read, false after ms or at a signal.
#define BUS_WAIT_MOST 64
bool bus_wait_any(struct bus *const *list, size_t n, int64_t ms);
void *bus_handle(struct bus *bus); // the zmq socket, for loop.c and bus_wait_any.c only
// For a foreign poll(): readable when bus_recv may have something. Edge-triggered: poll only after bus_recv said false.
int bus_fd(struct bus *bus);

#endif
