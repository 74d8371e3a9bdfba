// SPDX-License-Identifier: Apache-2.0
// view_impl: what view.c and view_list.c share.
#ifndef STORE_VIEW_IMPL_H
#define STORE_VIEW_IMPL_H

#include "store/view.h"

// The columns that view_case and view_list have in common. False: more accused than a case can have.
bool view_row(const struct db *db, const struct policy *policy, int i, int row, struct case_row *out);

#endif
