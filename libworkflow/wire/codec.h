// SPDX-License-Identifier: Apache-2.0
// codec: what stands between the generated tables and msgpack. For wire's own files and tests; everybody else includes
// wire.gen.h.
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "wire/frame.h"

enum wire_type { WIRE_TEXT, WIRE_INT, WIRE_BOOL, WIRE_TEXTS, WIRE_INTS };

// One field of a message: where it lies in the message's struct, and what it may hold.
struct wire_field {
    const char *name;
    uint8_t key;
    enum wire_type type;
    bool need;
    uint32_t at;      // offset of the value
    uint32_t more;    // offset of has_ (0: there is none) or of _n
    uint32_t count;   // of a list: entries, at most
    int64_t min, max; // of a text: max characters; of an int: its range
};

struct wire_message {
    uint16_t id;
    const char *name;
    const struct wire_field *fields; // by ascending key, at most 64
    uint32_t fields_n;
    size_t size; // of the struct
};
extern const struct wire_message wire_messages[];
extern const size_t wire_messages_n;

const struct wire_field *wire_field_of(const struct wire_message *m, int64_t key); // NULL when unknown

// Walks msgpack bytes without allocating: exactly one value, a map at the top, depth <= 4, every count within the bytes
// left, at most 4096 elements, text well-formed UTF-8 without NUL, no ext, no float, integer keys, no key twice in a
// map. Whatever passes is safe to unpack with memory proportional to n. err names the field at fault where m, which may
// be NULL, has it.
enum result wire_check(const struct wire_message *m, const uint8_t *body, size_t n, struct err *err) MUST_USE;

// What wire_get_x and wire_put_x of wire.gen.h do.
enum result wire_decode(const struct wire_message *m, const struct frame *frame, void *out, struct err *err) MUST_USE;
void wire_encode(const struct wire_message *m, struct buf *buf, uint64_t trace, const void *message);

#endif
