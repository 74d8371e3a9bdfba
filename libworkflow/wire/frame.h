// SPDX-License-Identifier: Apache-2.0
// frame: the 16-byte header before every message body, the growing buffer that messages are written into, and the
// bounded check of a body before it is unpacked.
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

// REJECT (code bad_frame) on a wrong magic, version, reserved bytes, length.
enum result frame_get(const void *bytes, size_t n, struct frame *out, struct err *err) MUST_USE;

// A growing buffer, kept and reused by its owner; out of memory ends the process.
struct buf {
    uint8_t *p;
    size_t n, cap;
};
void buf_reserve(struct buf *b, size_t more);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_free(struct buf *b);

// Walks msgpack bytes without allocating: exactly one value, a map at the top, depth <= 4, every count within the bytes
// left, at most 4096 elements, text well-formed UTF-8 without NUL, no ext, no float, integer keys, no key twice in a
// map. Whatever passes is safe to unpack with memory proportional to n.
enum result wire_check(const uint8_t *body, size_t n, struct err *err) MUST_USE;

#endif
