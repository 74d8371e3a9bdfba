// SPDX-License-Identifier: Apache-2.0
#include "score.h"

#include "core/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES 128

struct share {
    int right, of;
};

static void count(struct share *s, bool right)
{
    s->right += right;
    s->of++;
}

static double ratio(double a, double b)
{
    return b == 0 ? 0 : (double)(long)(a / b * 10000 + 0.5) / 10000;
}

static json_t *of(struct share s)
{
    return json_pack("{s:f, s:i}", "share", ratio(s.right, s.of), "of", s.of);
}

// ---- One axis of classes ----

struct axis {
    int pair[CLASSES][CLASSES]; // truth, guess
};

static json_t *axis_figures(const struct axis *a, int least)
{
    int right = 0, n = 0, classes = 0;
    double f1 = 0;
    for (int t = 0; t < CLASSES; t++) {
        int truth = 0, guessed = 0;
        for (int g = 0; g < CLASSES; g++) {
            truth += a->pair[t][g];
            guessed += a->pair[g][t];
        }
        n += truth;
        right += a->pair[t][t];
        if (truth < least)
            continue;
        classes++;
        f1 += 2.0 * a->pair[t][t] / (truth + guessed);
    }
    return json_pack("{s:f, s:f, s:i, s:i}", "accuracy", ratio(right, n), "macro_f1", ratio(f1, classes), "classes",
                     classes, "letters", n);
}

static int by_count(const void *a, const void *b)
{
    return ((const int *)b)[0] - ((const int *)a)[0];
}

// The commonest mistakes.
static json_t *confusion(const struct axis *a, const char *(*name)(int))
{
    static int pairs[CLASSES * CLASSES][3];
    size_t n = 0;
    json_t *list = json_array();
    for (int t = 0; t < CLASSES; t++)
        for (int g = 0; g < CLASSES; g++)
            if (t != g && a->pair[t][g] > 0) {
                pairs[n][0] = a->pair[t][g];
                pairs[n][1] = t;
                pairs[n++][2] = g;
            }
    qsort(pairs, n, sizeof(pairs[0]), by_count);
    for (size_t i = 0; i < n && i < 16; i++) {
        char words[64], truth[24];
        snprintf(truth, sizeof(truth), "%s", name(pairs[i][1]));
        snprintf(words, sizeof(words), "%s read as %s: %d", truth, name(pairs[i][2]), pairs[i][0]);
        json_array_append_new(list, json_string(words));
    }
    return list;
}

static const char *category_name(int code)
{
    static char name[8];
    snprintf(name, sizeof(name), "%02d", code);
    return name;
}

static const char *kind_name(int code)
{
    return code_name(kinds, code);
}

json_t *score_classes(const int *truth, const int *guess, size_t n, int classes)
{
    static struct axis a;
    memset(&a, 0, sizeof(a));
    insist(classes <= CLASSES);
    for (size_t i = 0; i < n; i++)
        a.pair[truth[i]][guess[i]]++;
    return axis_figures(&a, 1);
}

// ---- A flag ----

struct flag {
    int found, missed, wrong, none;
};

static void flag_count(struct flag *f, bool is, bool said)
{
    f->found += is && said;
    f->missed += is && !said;
    f->wrong += !is && said;
    f->none += !is && !said;
}

static json_t *flag_figures(struct flag f)
{
    double recall = ratio(f.found, f.found + f.missed), none = ratio(f.none, f.none + f.wrong);
    return json_pack("{s:f, s:f, s:f, s:f, s:i}", "recall", recall, "precision", ratio(f.found, f.found + f.wrong),
                     "false_alarms", ratio(f.wrong, f.wrong + f.none), "balanced_accuracy", (recall + none) / 2,
                     "positive", f.found + f.missed);
}

// ---- A set ----

struct tally {
    const struct policy *p;
    struct axis category, kind, main_kind; // main_kind: consult, help, complaint, report
    struct share first_two, city, district, named, unnamed, automatic, auto_right, watched;
    struct flag conduct, urgent, police, police_category;
    int goes[11], goes_right[11]; // without the desk, were accept_at 0, 10, …
};

static int32_t county_of(const struct policy *p, int32_t place)
{
    const struct place *at = policy_place(p, place > 999999 ? place / 1000 : place);
    return at && at->code != at->city ? at->code : 0;
}

static bool district_right(const struct policy *p, const struct labelled *l, const struct classification *c)
{
    int32_t county = county_of(p, c->place);
    const struct place *at = county ? policy_place(p, county) : NULL;
    return at ? str_is(at->name, l->district) : l->district[0] == '\0';
}

static void tally(struct tally *t, const struct labelled *l, const struct decision *d)
{
    const struct classification *c = &d->c;
    bool category = c->category == l->category;
    if (l->category != UNKNOWN) {
        t->category.pair[l->category][c->category]++;
        count(&t->first_two, category || c->next == l->category);
        bool elsewhere = l->category == 90, said = c->category == 90;
        struct policy p = *t->p;
        for (int i = 0; i <= 10; i++) {
            p.sure = (int16_t)(i < 10 ? i * 10 : 99);
            bool goes = classify_route(&p, c) != ROUTE_DESK;
            t->goes[i] += goes;
            t->goes_right[i] += goes && category;
        }
        count(&t->automatic, d->automatic);
        if (d->automatic)
            count(&t->auto_right, category && elsewhere == said);
    }
    if (l->kind != UNKNOWN) {
        t->kind.pair[l->kind][c->kind]++;
        if (l->kind <= KIND_REPORT)
            t->main_kind.pair[l->kind][c->kind]++;
    }
    if (l->conduct != UNKNOWN)
        flag_count(&t->conduct, l->conduct, (c->flags & FLAG_CONDUCT) != 0);
    if (l->police != UNKNOWN)
        flag_count(&t->police, l->police, c->police),
            flag_count(&t->police_category, l->police, c->category != 90 && c->category != 99);
    if (l->urgent != UNKNOWN) {
        flag_count(&t->urgent, l->urgent, (c->flags & FLAG_URGENT) != 0);
        if (l->urgent)
            count(&t->watched, (c->flags & FLAG_URGENT) || !d->automatic);
    }
    if (l->city != UNKNOWN)
        count(&t->city, l->city == c->bureau);
    if (l->district) {
        bool right = district_right(t->p, l, c);
        count(&t->district, right);
        count(l->district[0] ? &t->named : &t->unnamed, right);
    }
}

struct mistake {
    int sure;
    const struct labelled *l;
    const struct decision *d;
};

static int surest(const void *a, const void *b)
{
    return ((const struct mistake *)b)->sure - ((const struct mistake *)a)->sure;
}

static json_t *worst_of(const struct labelled_set *labels, const struct decision *decisions, int set, int worst)
{
    struct mistake *list = malloc((labels->n + 1) * sizeof(*list));
    size_t n = 0;
    json_t *out = json_array();
    insist(list);
    for (size_t i = 0; i < labels->n; i++) {
        const struct labelled *l = &labels->of[i];
        if ((set < 0 || l->set == set) && decisions[i].made && l->category != UNKNOWN &&
            l->category != decisions[i].c.category)
            list[n++] = (struct mistake){decisions[i].c.sure_category, l, &decisions[i]};
    }
    qsort(list, n, sizeof(*list), surest);
    for (size_t i = 0; i < n && i < (size_t)worst; i++) {
        char words[400];
        snprintf(words, sizeof(words), "%s is %02d, read as %s", list[i].l->id, list[i].l->category, list[i].d->c.why);
        json_array_append_new(out, json_string(words));
    }
    free(list);
    return out;
}

json_t *score_set(const struct policy *p, const struct labelled_set *labels, const struct decision *decisions, int set,
                  enum readers readers, int worst)
{
    static struct tally t;
    memset(&t, 0, sizeof(t));
    t.p = p;
    int letters = 0;
    for (size_t i = 0; i < labels->n; i++)
        if ((set < 0 || labels->of[i].set == set) && decisions[i].made &&
            !(readers == SURE_READER && labels->of[i].doubtful)) {
            tally(&t, &labels->of[i], &decisions[i]);
            letters++;
        }
    json_t *coverage = json_object();
    for (int i = 0; i <= 10; i++) {
        char at[8];
        snprintf(at, sizeof(at), "%d", i == 10 ? 99 : i * 10);
        json_object_set_new(coverage, at,
                            json_pack("{s:f, s:f}", "coverage", ratio(t.goes[i], t.first_two.of), "right",
                                      ratio(t.goes_right[i], t.goes[i])));
    }
    json_t *category = axis_figures(&t.category, 5);
    json_object_set_new(category, "first_two", json_real(ratio(t.first_two.right, t.first_two.of)));
    json_t *urgent = flag_figures(t.urgent);
    json_object_set_new(urgent, "flagged_or_desk", json_real(ratio(t.watched.right, t.watched.of)));
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "letters", letters, "category", category, "kind", axis_figures(&t.kind, 1), "kind_main",
                     axis_figures(&t.main_kind, 1), "conduct", flag_figures(t.conduct), "urgent", urgent, "police",
                     flag_figures(t.police), "police_category", flag_figures(t.police_category), "city", of(t.city),
                     "district", of(t.district), "district_named", of(t.named), "district_none", of(t.unnamed), "auto",
                     of(t.automatic), "auto_right", of(t.auto_right), "coverage", coverage, "category_confusion",
                     confusion(&t.category, category_name), "kind_confusion", confusion(&t.kind, kind_name), "worst",
                     worst_of(labels, decisions, set, worst));
}

// ---- For people ----

static void print(json_t *v, const char *path)
{
    char name[200];
    const char *key;
    json_t *child;
    size_t i;
    if (json_is_object(v)) {
        bool flat = true;
        json_object_foreach(v, key, child) flat = flat && json_is_number(child);
        if (flat)
            printf("%-34s", path);
        json_object_foreach(v, key, child)
        {
            snprintf(name, sizeof(name), "%s%s%s", path, *path ? " " : "", key);
            if (!flat)
                print(child, name);
            else if (json_is_integer(child))
                printf("  %s %lld", key, json_integer_value(child));
            else
                printf("  %s %.3f", key, json_real_value(child));
        }
        if (flat)
            putchar('\n');
    } else if (json_is_array(v)) {
        json_array_foreach(v, i, child) printf("%-34s  %s\n", path, json_string_value(child));
    } else {
        printf("%-34s  %g\n", path, json_number_value(v));
    }
}

void score_print(json_t *figures)
{
    print(figures, "");
}
