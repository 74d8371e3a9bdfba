// SPDX-License-Identifier: Apache-2.0
// near_impl: what near.c (a batch of letters) and near_look.c (one that somebody looks at, and old ones) share.
#ifndef STORE_NEAR_IMPL_H
#define STORE_NEAR_IMPL_H

#include "core/fold.h"
#include "store/near.h"
#include "store/rows.h"

#define NEAR_MOST 8  // letters that a band is kept of: more say the same, or the band says nothing
#define NEAR_READ 4  // letters that share bands, of which the texts are compared
#define NEAR_PAGE 64 // texts that are read at a time: a letter has up to 80,000 bytes
#define NEAR_LEADS (NEAR_READ + 8)

// A letter that may be like one of the batch.
struct near_lead {
    int64_t id;
    int16_t of; // which of the batch
    bool writer;
};

// Bands that are full, so that a text which thousands send is looked up once and not each time.
#define NEAR_FULL 4096
struct near_full {
    uint32_t band;
    int8_t n; // 0: no band is here
    int64_t id[NEAR_MOST];
};

// Which letters share how many bands with one of the batch.
#define NEAR_TALLY 48
struct near_tally {
    int64_t id[NEAR_TALLY];
    uint8_t shared[NEAR_TALLY];
    int8_t n;
};

struct near {
    struct db *db;
    int64_t connection; // whose partitions were looked after
    int32_t year, hour; // of that; of the bands that are full
    struct rows search, writers, fetch, same;
    struct buf texts;         // folded, one behind the other
    size_t at[CASES_MAX + 1]; // where each begins, in characters
    struct near_sketch sketch[CASES_MAX];
    struct near_found found[CASES_MAX];
    struct near_tally tally[CASES_MAX];
    bool known[CASES_MAX]; // the writer can be told from others
    uint8_t holders[CASES_MAX * NEAR_BANDS];
    struct near_lead leads[CASES_MAX * NEAR_LEADS];
    int leads_n;
    struct near_full full[NEAR_FULL];
    struct folded folded;
    struct near_work work;
};

int64_t near_oldest(const struct policy *policy, wf_time now); // the first id of near_days
// Makes this year's partition and the next one's, once a year and connection.
enum result near_partitions(struct near *near, const struct policy *policy, wf_time now, struct err *err) MUST_USE;
void near_start(struct near *near); // of a batch
// Folds and sketches the i-th text of a batch that near->at[i] begins.
void near_read(struct near *near, int i, struct str body);
// Adds bands that are not known to be full, and what is known of the others. Then what the database says of them, as
// the q-th result.
void near_ask_bands(struct near *near, const struct policy *policy, wf_time now, int n, const int64_t *ids);
void near_take_bands(struct near *near, int q, const int64_t *ids);
// The letters of a batch among each other, and which bands are to be kept: of the first that share them.
void near_compare_batch(struct near *near, int n, const int64_t *ids);
// The writers' earlier letters, and who of the batch has a writer that can be told.
void near_ask_writers(struct near *near, int n, const int64_t *ids);
void near_take_writers(struct near *near, int q, int n, const int64_t *ids);
// Whose texts are to be compared; then the pairs, into near->found.
void near_add_lead(struct near *near, int of, int64_t id, bool writer);
void near_choose(struct near *near, int of);
enum result near_compare(struct near *near, const struct policy *policy, wf_time now, const int64_t *ids,
                         struct err *err) MUST_USE;

#endif
