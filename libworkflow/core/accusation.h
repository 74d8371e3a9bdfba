// SPDX-License-Identifier: Apache-2.0
// accusation: whom the accused member of a letter names (G1 of domain §3.11): units, and officers by name or 警号.
#ifndef CORE_ACCUSATION_H
#define CORE_ACCUSATION_H

#include "core/fold.h"
#include "core/guard.h"
#include "core/letter.h"

// Adds whoever is named to `out`. Is true when police are spoken of at all, even if nobody can be told ("某派出所").
// A text names
// - a unit by its name in the policy, or a city's, county's or town's bureau by the place, when the text speaks of
//   police (axis o of the lexicon): 南山分局. A unit above the one that follows it is only its address (深圳市公安局
//   南山分局) unless something else stands between them. A name of several units: those of a city that the text names
//   too, or else of `bureau` (0: unknown), or else all.
// - an officer by his full name, or by a 警号 of five to eight digits. A name of several officers: those who serve or
//   served in a city that the text names too, or else all.
// A name inside a longer one says nothing of its own. More than an accused_list holds are widened (accused_join).
bool accusation_read(const struct policy *p, const struct letter *letter, int32_t bureau, struct accused_list *out);

// Whom a letter accuses that is about police conduct: what its member names, read as above but to the squad, and those
// whom title and body complain of. Of the units that the text names it is the one of which most is said; not one that
// is asked for help, written to, passed a letter on, or is praised; one above another only when it covered up. A unit
// that is not in the tree is the nearest that holds it. Police without a name are the lowest unit of their line where
// it happened; where nobody is spoken of, the lowest that covers the place (G1): `place`, a city's, county's or town's
// code, or else `city`; 0: not known. Where the member and the text differ in narrowness, the member decides. `text`:
// title and body, folded. Nobody in `out`: no place is known and nobody is named. Takes some tens of microseconds; time
// is bounded by the mentions looked at (64).
void accusation_find(const struct policy *p, const struct folded *text, int32_t city, int32_t place,
                     const struct letter *letter, struct accused_list *out);

#endif
