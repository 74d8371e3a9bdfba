// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <sodium.h>

int64_t digest_of(const struct str *members, int n, int64_t also)
{
    crypto_generichash_state state;
    uint8_t out[16];
    int64_t digest;
    crypto_generichash_init(&state, NULL, 0, sizeof out);
    crypto_generichash_update(&state, (const uint8_t *)&also, sizeof also);
    for (int i = 0; i < n; i++) {
        // The length keeps "ab","c" apart from "a","bc"; an absent member is not an empty one.
        int64_t length = members[i].p ? (int64_t)members[i].n : -1;
        crypto_generichash_update(&state, (const uint8_t *)&length, sizeof length);
        if (length > 0)
            crypto_generichash_update(&state, (const uint8_t *)members[i].p, members[i].n);
    }
    crypto_generichash_final(&state, out, sizeof out);
    for (size_t i = 0; i < sizeof digest; i++)
        ((uint8_t *)&digest)[i] = out[i];
    return digest;
}
