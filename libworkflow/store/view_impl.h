// SPDX-License-Identifier: Apache-2.0
// view_impl: what view.c (who may look, and what is asked), view_rows.c (rows into structs) and view_list.c share.
#ifndef STORE_VIEW_IMPL_H
#define STORE_VIEW_IMPL_H

#include "store/view.h"

// The columns that view_case and view_list have in common; not whom it accuses.
void view_row(const struct db *db, const struct policy *policy, int i, int row, struct case_row *out);

// What is asked first, by its place behind looking.first: enough to say who may read the case, and what else there is.
enum { BEGIN, CASE, ACCUSED, LEGS, EVENTS };

// What is asked once that is decided.
enum part {
    LETTER,
    SUPPLEMENTS,    // any change may bring words,
    REFUSED_EVENTS, // and a refusal has no line: these are always asked for
    REPLIES,
    INTERNAL,
    REQUESTS,
    ANSWERS,
    INQUIRIES,
    MERGED_CASES,
    KIN_LETTER,  // of the case whose letter it is, where that is another
    KIN_PRIMARY, // of the case that it was merged into
    PARTS
};
#define PART(part) (1u << (part))

// One look: who asks for which case, when, and what was found so far.
struct looking {
    struct db *db;
    const struct policy *policy;
    const struct viewer *viewer;
    wf_time now;
    struct date day; // on which the organisation is looked at
    int64_t id;
    int first;     // place of BEGIN's result
    int next;      // place of the next result
    int at[PARTS]; // place of each part's result; 0: not asked for
    struct case_view *view;
};

// Of what was asked first: the case, its legs, its journal.
void view_read_first(const struct looking *l);
// Of the parts that were asked for; keys of other cases stay only where the viewer may see those.
void view_read_rest(const struct looking *l);

#endif
