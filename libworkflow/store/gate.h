// SPDX-License-Identifier: Apache-2.0
// gate: who speaks, and how much. In front of every socket that strangers' hosts can reach: keys from the table into
// the ZAP handler, a key's messages only for itself, a flood throttled, a revoked key out within two seconds.
//
// A message that came over ipc has no key: the runtime directory's rights were its check, and it may speak for whom it
// says.
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "store/keys.h"
#include "store/stage.h"

struct gate;

// Reads security/server_key, starts zap, and keeps the keys fresh (a timer, every second; while the database is away
// the last ones stay). Only where `option` (e.g. "dispatcher/public") names an address: otherwise *bus is NULL and
// nothing is started. hwm as bus_router_bind. Exits as run_must when it cannot.
struct gate *gate_open(struct stage *stage, const char *option, int hwm, struct bus **bus);
void gate_close(struct gate *gate); // NULL is fine; ends zap, closes no socket

// May this message's sender speak for `named` (a bureau, unit or channel) in this role? OK, or REJECT: not_yours,
// key_revoked, or RETRY: throttled. Refusals are counted and logged, at most 10 lines a second; not_yours is also
// written down (keys_denied; if the database is away, only logged). gate NULL, or a message without key: OK.
enum result gate_check(struct gate *gate, const struct msg *msg, enum key_role role, int64_t named, struct str what,
                       struct err *err) MUST_USE;
// Does this key still stand for `holder`? For sessions that were opened earlier: ask after each gate_changed.
bool gate_holds(const struct gate *gate, const uint8_t key[CURVE_BYTES], enum key_role role, int64_t holder);
// Counts up with each change of the live keys.
int64_t gate_changed(const struct gate *gate);
int64_t gate_denied(const struct gate *gate); // not_yours so far; and
int64_t gate_throttled(const struct gate *gate);

#endif
