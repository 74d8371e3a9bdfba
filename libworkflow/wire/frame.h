// SPDX-License-Identifier: Apache-2.0
// frame: the 16-byte header before every message body, and the growing buffer that messages are written into.
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "core/err.h"

#define FRAME_HEADER 16
#define FRAME_VERSION 1
#define FRAME_MAX ((size_t)256 << 10) // a whole frame; also what sockets accept

struct frame {
    uint16_t id; // enum message_id of wire.gen.h
    uint64_t trace;
    const uint8_t *body; // into the bytes given
    size_t body_n;
};

// REJECT: code old_protocol on a version that is not FRAME_VERSION, bad_frame on a wrong magic, reserved bytes, length.
enum result frame_get(const void *bytes, size_t n, struct frame *out, struct err *err) MUST_USE;

// A growing buffer, kept and reused by its owner; out of memory ends the process.
struct buf {
    uint8_t *p;
    size_t n, cap;
};
void buf_reserve(struct buf *b, size_t more);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_free(struct buf *b);

#endif
