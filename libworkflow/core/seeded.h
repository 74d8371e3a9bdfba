// SPDX-License-Identifier: Apache-2.0
// seeded: faults that are planted on purpose, so that a test can show that it would find them. A build with
// -DPA_SEED_BUG=CHOSEN holds all of them, and the environment variable PA_SEED_BUG wakes one; any other build has none.
#ifndef CORE_SEEDED_H
#define CORE_SEEDED_H

#ifdef PA_SEED_BUG_CHOSEN
#include <stdlib.h>
#include <string.h>

static inline bool seeded(const char *name)
{
    const char *chosen = getenv("PA_SEED_BUG");
    return chosen && strcmp(chosen, name) == 0;
}
#define SEEDED(name) seeded(name)
#else
#define SEEDED(name) false
#endif

#endif
