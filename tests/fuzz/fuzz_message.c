// SPDX-License-Identifier: Apache-2.0
// One message's decoder, MESSAGE. What it takes is written and read again: the second writing gives the same bytes.
#include "wire/wire.gen.h"

#include <string.h>

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define GET JOIN(wire_get_, MESSAGE)
#define PUT JOIN(wire_put_, MESSAGE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct JOIN(msg_, MESSAGE) message;
    static struct buf first, second;
    struct frame frame;
    struct err err;
    if (frame_get(data, size, &frame, &err) || GET(&frame, &message, &err))
        return 0;
    first.n = second.n = 0;
    PUT(&first, frame.trace, &message);
    insist(first.n <= size && frame_get(first.p, first.n, &frame, &err) == OK);
    insist(GET(&frame, &message, &err) == OK);
    PUT(&second, frame.trace, &message);
    insist(second.n == first.n && memcmp(second.p, first.p, first.n) == 0);
    return 0;
}
