// SPDX-License-Identifier: Apache-2.0
// Officers whom a text names. Names are common property: one counts only where it stands beside police.
#include "core/accusation_impl.h"
#include "core/matcher.h"

#define NEAR 6 // characters between police and a name: 粤海派出所的值班员某某某

static const char16_t titles[] = u"民警|警官|辅警|协警|警察|警员|警长|所长|队长|局长|政委|导员|刑警|交警";

struct naming {
    const struct hearing *h;
    int32_t of[GUARD_ACCUSED];
    bool here[GUARD_ACCUSED]; // serves or served in the city
    int n;
};

static bool is_of_city(const struct hearing *h, size_t row)
{
    const struct officer *all = h->p->officers;
    int32_t id = all[row].id;
    bool here = false;
    while (row > 0 && all[row - 1].id == id) {
        row--;
    }
    for (; row < h->p->officers_n && all[row].id == id; row++) {
        here = here || policy_bureau(h->p, all[row].unit) == h->city;
    }
    return here && h->city != 0;
}

static void name(struct naming *n, int32_t id, bool here)
{
    for (int i = 0; i < n->n; i++) {
        if (n->of[i] == id) {
            return;
        }
    }
    if (n->n < GUARD_ACCUSED) {
        n->of[n->n] = id;
        n->here[n->n++] = here;
    }
}

static bool has_title(const struct hearing *h, uint32_t begin, uint32_t end)
{
    end += end < h->n && (h->c[end] == u'的' || h->c[end] == '(');
    return accusation_word(h->c, end, h->n, titles) > 0 ||
           (begin >= 2 && accusation_word(h->c, begin - 2, begin, titles) > 0);
}

static bool is_near_police(const struct hearing *h, uint32_t begin)
{
    for (int i = 0; i < h->mentions; i++) {
        if (h->at[i].end <= begin && begin - h->at[i].end <= NEAR) {
            return true;
        }
    }
    return false;
}

static void found(void *context, const struct match *match, uint32_t end)
{
    struct naming *n = context;
    uint32_t begin = end - match->chars;
    if (match->of != MATCH_OFFICER || match->chars < 2 || accusation_word(n->h->c, begin, end, titles) > 0) {
        return;
    }
    bool here = is_of_city(n->h, match->index);
    if (has_title(n->h, begin, end) || (here && match->chars > 2 && is_near_police(n->h, begin))) {
        name(n, n->h->p->officers[match->index].id, here);
    }
}

static void find_number(struct naming *n, int64_t number)
{
    const struct policy *p = n->h->p;
    for (size_t low = 0, high = p->officers_n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (p->officers[middle].id == number) {
            name(n, (int32_t)number, true);
            return;
        }
        if (p->officers[middle].id < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
}

// 警号: 012345. Other numbers are nobody's.
static void find_numbers(struct naming *n)
{
    const struct hearing *h = n->h;
    for (uint32_t i = 0; i < h->n; i++) {
        uint32_t at = i + 2, digits = 0;
        int64_t number = 0;
        if (h->c[i] != u'警' || accusation_word(h->c, i, h->n, u"警号") == 0) {
            continue;
        }
        while (at < h->n && at < i + 5 && (h->c[at] < '0' || h->c[at] > '9') && fold_hotline(h->c[at]) < 10000) {
            at++;
        }
        for (; at < h->n && digits < 9 && h->c[at] >= '0' && h->c[at] <= '9'; at++, digits++) {
            number = number * 10 + (h->c[at] - '0');
        }
        if (digits >= 5 && digits <= 8) {
            find_number(n, number);
        } else if (digits == 0 && at < h->n && fold_hotline(h->c[at]) > 9999) { // five digits, whatever else they are
            find_number(n, fold_hotline(h->c[at]));
        }
    }
}

void accusation_officers(const struct hearing *h, struct accused_list *out)
{
    struct naming n = {.h = h};
    bool here = false;
    if (h->p->officers_n == 0) {
        return;
    }
    matcher_scan(matcher_names(h->p->matcher), h->c, h->n, found, &n);
    find_numbers(&n);
    for (int i = 0; i < n.n; i++) {
        here = here || n.here[i];
    }
    for (int i = 0; i < n.n; i++) {
        if (n.here[i] || !here) {
            accusation_add(h, (struct accused){.officer = n.of[i]}, out);
        }
    }
}
