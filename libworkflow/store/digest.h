// SPDX-License-Identifier: Apache-2.0
// digest: 64 bits over a request's members, kept beside its idempotency key to tell a repeat from another request under
// the same key.
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

#include "core/str.h"

int64_t digest_of(const struct str *members, int n, int64_t also);

#endif
