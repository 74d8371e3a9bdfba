// SPDX-License-Identifier: Apache-2.0
// A letter's text as it comes: what letter_check takes is folded within its limits, marked in order, and read by the
// matcher; without class characters and misspellings, folding again changes nothing.
#include "core/fold.h"
#include "core/matcher.h"
#include "sample_policy.h"

static struct folded folded;
static char once[4 * FOLD_MAX], twice[4 * FOLD_MAX];

static void found(void *context, const struct match *match, uint32_t end)
{
    insist(match->chars > 0 && match->chars <= end && end <= folded.n);
}

static void fold(const struct policy *p, struct str text, size_t chars)
{
    fold_begin(&folded);
    fold_add(p, text, &folded);
    insist(folded.n <= chars && folded.n <= FOLD_MAX && folded.marks_n <= FOLD_MARKS);
    for (uint32_t i = 0; i < folded.n; i++) {
        insist(folded.at[i] < text.n && (i == 0 || folded.at[i - 1] <= folded.at[i]));
    }
    for (uint32_t i = 0; i < folded.marks_n; i++) {
        const struct mark *m = &folded.marks[i];
        insist(m->begin < m->end && m->end <= text.n && (i == 0 || m[-1].end <= m->begin));
        insist(utf8_check((struct str){text.p + m->begin, m->end - m->begin}, NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {size > 0 ? (const char *)data : "", size};
    size_t chars = 0;
    if (!utf8_check(text, &chars) || chars > LETTER_BODY_MAX) {
        return 0;
    }
    const struct policy *p = sample_policy();
    fold(p, text, chars);
    matcher_scan(p->matcher, folded.c, folded.n, found, NULL);
    fold(NULL, text, chars);
    struct text a = TEXT(once), b = TEXT(twice);
    once[0] = twice[0] = 0;
    for (uint32_t i = 0; i < folded.n; i++) {
        if (folded.c[i] >= 0xE000 && folded.c[i] < 0xF900) {
            return 0;
        }
    }
    insist(fold_to_utf8(folded.c, folded.n, &a) == folded.n);
    fold(NULL, text_get(&a), chars);
    insist(fold_to_utf8(folded.c, folded.n, &b) == folded.n && str_eq(text_get(&a), text_get(&b)));
    return 0;
}
