// SPDX-License-Identifier: Apache-2.0
// guard: who may never get, read or decide a letter. X is the set that the accused units and officers span (domain
// §3.11 G2); the whole system asks these functions at every way out (G4). Pure: the organisation is a parameter.
// Basis: 信访工作条例 art. 28, 30, 46(5); 公安机关督察条例 art. 5–6.
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "core/policy.h"

#define GUARD_ACCUSED 8

// Who is accused: a unit (officer 0), or an officer by 警号 (unit 0).
struct accused {
    int32_t unit, officer;
};
struct accused_list {
    struct accused of[GUARD_ACCUSED];
    int16_t n;
};

bool accused_has(const struct accused_list *list, struct accused a);
// Adds all of `more`. When there is no room, units are replaced by what stands above them, and officers by a unit above
// wherever they serve and served: on `day`, X never shrinks and nobody may handle who might not before (G7).
void accused_join(const struct policy *p, struct date day, struct accused_list *list, const struct accused_list *more);

// Why a unit is in X; the lowest code where there are several reasons.
// In X: an accused unit; a unit below it; a unit whose head on `day` is an accused officer, and what is below it; a
// unit where an accused officer serves or served within served_months before `day`. A unit that is unknown or not valid
// on `day` is in X of every letter that accuses anybody. An accused unit that is no more stands where it stood last.
enum guard_why {
    GUARD_FREE = 0,
    GUARD_ACCUSED_UNIT,
    GUARD_BELOW, // an accused unit, or one headed by an accused officer
    GUARD_HEAD,
    GUARD_SERVED,
    GUARD_OFFICER, // the person is accused
    GUARD_NOT_ABOVE,
    GUARD_UNKNOWN,
};
extern const struct code guard_whys[];
enum guard_why guard_excludes(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit);
// The same of a person who acts or reads: of a unit, with a 警号 (0: not known). He is kept out when he is accused
// himself, and when the unit that he says, or one where he serves on `day`, is in X.
enum guard_why guard_excludes_reader(const struct policy *p, struct date day, const struct accused_list *x,
                                     int32_t unit, int32_t officer);

// May this unit handle the letter? Not in X; and where anybody is accused (G3), strictly above every accused root, or a
// 督察/纪检/法制 unit whose own organ (what it is part of) is. The roots: the accused units, and the units where an
// accused officer serves or served within served_months, or else served last; above an officer of whom nothing is known
// there is nobody. proof (may be NULL) gets the line for the journal in either case, at most 110 bytes, with no person
// in it: "440000901 allowed: supervision of 440000, which is above the accused 440300".
enum guard_why guard_handler(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit,
                             struct text *proof);
// The lowest unit that may handle it: the 督察 unit of the nearest organ above all of X where there is one, else that
// organ. 0: nobody in the province may (the province itself is accused: 公安部; or an officer of whom nothing is known:
// his unit has to be said), or nobody is accused.
int32_t guard_suggests(const struct policy *p, struct date day, const struct accused_list *x);

#endif
