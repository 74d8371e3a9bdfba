// SPDX-License-Identifier: Apache-2.0
// The guard against a second definition of X and of G3, by closing sets over small random organisations: units that
// come, go and change their parent, officers with histories, heads. Both have to agree on every unit; and what must
// hold of any list does: no handler is in X, joining never shrinks X, nobody is suggested who may not handle.
#include "core/guard.h"
#include "random_org.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TREES 2000
#define LISTS 4

// What was met, so that agreement on nothing does not pass.
static struct {
    long lists, units, excluded, allowed, inspectors, nobody, gone, moved, widened, long_ago;
} met;

// The second definition -----------------------------------------------------------------------------------------------

struct set {
    bool in[UNITS];
};

static int index_of(int32_t code)
{
    for (int i = 0; i < codes_n; i++)
        if (codes[i] == code)
            return i;
    return -1;
}

// 0: not there on that day; -1: there, with nothing above it.
static int32_t parent_on(int32_t code, struct date d)
{
    for (size_t i = 0; i < rows_n; i++)
        if (rows[i].code == code && rows[i].from.day <= d.day && rows[i].to.day >= d.day)
            return rows[i].parent == 0 ? -1 : rows[i].parent;
    return 0;
}

static enum line line_on(int32_t code, struct date d)
{
    for (size_t i = 0; i < rows_n; i++)
        if (rows[i].code == code && rows[i].from.day <= d.day && rows[i].to.day >= d.day)
            return rows[i].line;
    return LINE_NONE;
}

static struct date stands_on(int32_t code)
{
    struct date d = today;
    if (parent_on(code, today) == 0)
        for (size_t i = 0; i < rows_n; i++)
            if (rows[i].code == code) // the last one counts
                d = rows[i].to.day < today.day ? rows[i].to : rows[i].from;
    return d;
}

// All that is below `code` on that day, itself not.
static struct set below(int32_t code, struct date d)
{
    struct set s = {{false}};
    if (parent_on(code, d) == 0)
        return s;
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < codes_n; i++) {
            int32_t up = parent_on(codes[i], d);
            if (!s.in[i] && up > 0 && (up == code || s.in[index_of(up)]))
                s.in[i] = more = true;
        }
    }
    return s;
}

static void add_below(struct set *s, int32_t code)
{
    struct set more = below(code, stands_on(code));
    for (int i = 0; i < codes_n; i++)
        s->in[i] = s->in[i] || more.in[i];
}

// Day by day back to the month that is served_months earlier, and in it to a day that is not later in the month.
static struct date looks_back_to(void)
{
    int ymd = date_ymd(today), target = ymd / 10000 * 12 + ymd / 100 % 100 - p.served_months;
    for (struct date d = today;; d.day--) {
        int at = date_ymd(d);
        if (at / 10000 * 12 + at / 100 % 100 == target && at % 100 <= ymd % 100)
            return d;
    }
}

struct model {
    struct set x;
    int32_t roots[OFFICERS + GUARD_ACCUSED];
    int roots_n;
    bool impossible;
};

static void model_officer(struct model *m, int32_t id, struct date since)
{
    const struct officer *newest = NULL;
    bool recent = false;
    for (size_t i = 0; i < officers_n; i++) {
        const struct officer *o = &officers[i];
        if (o->id != id)
            continue;
        newest = o;
        if (o->from.day > today.day || o->to.day < since.day)
            continue;
        recent = true;
        m->roots[m->roots_n++] = o->unit;
        m->x.in[index_of(o->unit)] = true;
        if (o->head && o->to.day >= today.day)
            add_below(&m->x, o->unit);
    }
    if (!recent && newest == NULL)
        m->impossible = true;
    else if (!recent) {
        m->roots[m->roots_n++] = newest->unit;
        met.long_ago++;
    }
}

static struct model model_of(const struct accused_list *x)
{
    struct model m = {.roots_n = 0};
    struct date since = looks_back_to();
    for (int i = 0; i < x->n; i++) {
        if (x->of[i].officer != 0) {
            model_officer(&m, x->of[i].officer, since);
            continue;
        }
        m.roots[m.roots_n++] = x->of[i].unit;
        m.x.in[index_of(x->of[i].unit)] = true;
        add_below(&m.x, x->of[i].unit);
        met.gone += parent_on(x->of[i].unit, today) == 0;
    }
    for (int i = 0; i < codes_n; i++)
        m.x.in[i] = m.x.in[i] || (x->n > 0 && parent_on(codes[i], today) == 0);
    return m;
}

static bool model_above(const struct model *m, int32_t code)
{
    for (int i = 0; i < m->roots_n; i++)
        if (!below(code, stands_on(m->roots[i])).in[index_of(m->roots[i])])
            return false;
    return !m->impossible;
}

static struct set model_handlers(const struct model *m)
{
    struct set s;
    for (int i = 0; i < codes_n; i++) {
        int32_t up = parent_on(codes[i], today);
        enum line line = line_on(codes[i], today);
        bool inspector = line == LINE_SUPERVISION || line == LINE_DISCIPLINE || line == LINE_LEGAL;
        bool by_organ = inspector && up > 0 && model_above(m, up);
        s.in[i] = !m->x.in[i] && (model_above(m, codes[i]) || by_organ);
        met.inspectors += s.in[i] && by_organ;
    }
    return s;
}

// The checks ----------------------------------------------------------------------------------------------------------

static struct accused_list any_list(int most, int persons) // persons: so many of three, about
{
    struct accused_list x = {0};
    for (int n = roll(most + 1); n > 0; n--) {
        struct accused a = {.unit = codes[roll(codes_n)]};
        if (roll(3) < persons)
            a = (struct accused){.officer = 1 + roll(15)}; // 15 is in no row
        if (!accused_has(&x, a))
            x.of[x.n++] = a;
    }
    return x;
}

static void fail_list(const char *what, const struct accused_list *x, int32_t unit)
{
    print_error("%s: unit %d on day %d, served_months %d, accused", what, unit, today.day, p.served_months);
    for (int i = 0; i < x->n; i++)
        print_error(" %s%d", x->of[i].officer ? "officer " : "", x->of[i].officer ? x->of[i].officer : x->of[i].unit);
    for (size_t i = 0; i < rows_n; i++)
        print_error("\n%d < %d line %d %d..%d", rows[i].code, rows[i].parent, (int)rows[i].line, rows[i].from.day,
                    rows[i].to.day);
    for (size_t i = 0; i < officers_n; i++)
        print_error("\nofficer %d of %d %s %d..%d", officers[i].id, officers[i].unit, officers[i].head ? "head" : "",
                    officers[i].from.day, officers[i].to.day);
    fail_msg("seed %#llx", (unsigned long long)SEED);
}

static void agree(const struct accused_list *x)
{
    struct model m = model_of(x);
    struct set handlers = model_handlers(&m);
    bool anybody = false;
    for (int i = 0; i < codes_n; i++) {
        char line[200];
        struct text proof = TEXT(line);
        bool in = guard_excludes(&p, today, x, codes[i]) != GUARD_FREE;
        bool may = guard_handler(&p, today, x, codes[i], &proof) == GUARD_FREE;
        if (in != m.x.in[i])
            fail_list(in ? "in X, and the model has it out" : "out of X, and the model has it in", x, codes[i]);
        if (x->n > 0 && may != handlers.in[i])
            fail_list(may ? "may handle, and not in the model" : "may in the model, and not here", x, codes[i]);
        if (may && in)
            fail_list("a handler in X", x, codes[i]);
        if (proof.n == 0 || proof.n > 110)
            fail_list("no proof, or a long one", x, codes[i]);
        anybody = anybody || handlers.in[i];
        met.units++;
        met.excluded += in;
        met.allowed += may && x->n > 0;
    }
    met.lists++;
    int32_t best = guard_suggests(&p, today, x);
    if (x->n == 0 || !anybody) {
        met.nobody += x->n > 0;
        if (best != 0)
            fail_list("suggested, where nobody may", x, best);
        return;
    }
    if (best == 0 || !handlers.in[index_of(best)])
        fail_list("the one suggested may not", x, best);
    // Nothing that may handle stands below it, or below the organ that it inspects for.
    int32_t organ = model_above(&m, best) ? best : parent_on(best, today);
    struct set under = below(organ, today);
    for (int i = 0; i < codes_n; i++)
        if (handlers.in[i] && under.in[i] && (model_above(&m, codes[i]) || best == organ) &&
            line_on(codes[i], today) != LINE_DISCIPLINE && line_on(codes[i], today) != LINE_LEGAL)
            fail_list("a lower one may", x, codes[i]);
}

static bool model_reads(const struct model *m, const struct accused_list *x, int unit, int32_t id)
{
    bool reads = !m->x.in[unit];
    for (int i = 0; i < x->n; i++)
        reads = reads && (id == 0 || x->of[i].officer != id);
    for (size_t i = 0; i < officers_n; i++)
        if (officers[i].id == id && officers[i].from.day <= today.day && today.day <= officers[i].to.day)
            reads = reads && !m->x.in[index_of(officers[i].unit)];
    return reads;
}

static void agree_on_readers(const struct accused_list *x)
{
    struct model m = model_of(x);
    for (int32_t id = 0; id <= 15; id++)
        for (int i = 0; i < codes_n; i++)
            if ((guard_excludes_reader(&p, today, x, codes[i], id) == GUARD_FREE) != model_reads(&m, x, i, id))
                fail_list("not the readers of the model", x, codes[i]);
}

// Whoever could not read before cannot read now.
static void readers_stay_out(const struct accused_list *was, const struct accused_list *is)
{
    for (int32_t id = 0; id <= 15; id++)
        for (int i = 0; i < codes_n; i++)
            if (guard_excludes_reader(&p, today, was, codes[i], id) != GUARD_FREE &&
                guard_excludes_reader(&p, today, is, codes[i], id) == GUARD_FREE)
                fail_list("a reader came in", is, codes[i]);
}

static void contains(const struct accused_list *is, const struct accused_list *was)
{
    for (int i = 0; i < codes_n; i++) {
        if (guard_excludes(&p, today, was, codes[i]) != GUARD_FREE &&
            guard_excludes(&p, today, is, codes[i]) == GUARD_FREE)
            fail_list("X shrank", is, codes[i]);
        if (guard_handler(&p, today, was, codes[i], NULL) != GUARD_FREE &&
            guard_handler(&p, today, is, codes[i], NULL) == GUARD_FREE)
            fail_list("a handler came in", is, codes[i]);
    }
    readers_stay_out(was, is);
}

static void join(const struct accused_list *a, const struct accused_list *b)
{
    struct accused_list both = *a;
    accused_join(&p, today, &both, b);
    assert_true(both.n <= GUARD_ACCUSED);
    contains(&both, a);
    contains(&both, b);
    agree(&both);
    int all = a->n;
    for (int i = 0; i < b->n; i++)
        all += !accused_has(a, b->of[i]);
    met.widened += all > GUARD_ACCUSED;
    if (all > GUARD_ACCUSED)
        return;
    for (int i = 0; i < codes_n; i++) // with room, not a unit more
        if (guard_excludes(&p, today, &both, codes[i]) != GUARD_FREE &&
            guard_excludes(&p, today, a, codes[i]) == GUARD_FREE &&
            guard_excludes(&p, today, b, codes[i]) == GUARD_FREE)
            fail_list("X grew", &both, codes[i]);
}

// An accused unit replaced by the one above it.
static void widen(const struct accused_list *x)
{
    for (int i = 0; i < x->n; i++) {
        struct accused_list wider = *x;
        int32_t up = x->of[i].officer != 0 ? 0 : parent_on(x->of[i].unit, today);
        if (up <= 0)
            continue;
        wider.of[i].unit = up;
        contains(&wider, x);
    }
}

static void the_guard_and_the_model(void **state)
{
    for (int tree = 0; tree < TREES; tree++) {
        grow();
        met.moved += rows_n > (size_t)codes_n;
        for (int i = 0; i < LISTS; i++) {
            struct accused_list a = any_list(i == 1 ? 3 : 8, i), b = any_list(8, i == 3 ? 3 : roll(4));
            agree(&a);
            agree_on_readers(&a);
            widen(&a);
            join(&a, &b);
        }
    }
    print_message("seed %#llx: %ld lists, %ld units, %ld excluded, %ld may handle (%ld by their organ), nobody %ld, "
                  "accused units that are no more %ld, long ago %ld, widened %ld, trees with transfers %ld\n",
                  (unsigned long long)SEED, met.lists, met.units, met.excluded, met.allowed, met.inspectors, met.nobody,
                  met.gone, met.long_ago, met.widened, met.moved);
    assert_true(met.excluded > 10000 && met.excluded < met.units && met.allowed > 5000 && met.inspectors > 1000);
    assert_true(met.nobody > 1000 && met.gone > 100 && met.long_ago > 100 && met.widened > 100 && met.moved > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_guard_and_the_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
