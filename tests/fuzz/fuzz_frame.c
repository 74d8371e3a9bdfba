// SPDX-License-Identifier: Apache-2.0
// The header and the bounded check; and whatever passes it, msgpack-c takes whole, with memory in proportion.
#include "wire/codec.h"

#include <msgpack.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame;
    struct err err;
    if (frame_get(data, size, &frame, &err) || wire_check(NULL, frame.body, frame.body_n, &err))
        return 0;
    msgpack_unpacked u;
    size_t end = 0;
    msgpack_unpacked_init(&u);
    insist(msgpack_unpack_next(&u, (const char *)frame.body, frame.body_n, &end) == MSGPACK_UNPACK_SUCCESS);
    insist(end == frame.body_n && u.data.type == MSGPACK_OBJECT_MAP);
    msgpack_unpacked_destroy(&u);
    return 0;
}
