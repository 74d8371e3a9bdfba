// SPDX-License-Identifier: Apache-2.0
#include "shadow.h"

#include "core/classify.h"
#include "core/number.h"
#include "ctl.h"
#include "store/history.h"
#include "store/policy_store.h"

#include <string.h>

#define PAGE 500
#define SHOWN 20 // numbers

enum { CATEGORY, KIND, CONDUCT, URGENT, ROUTE, ASPECTS };
static const struct code aspects[] = {{CATEGORY, "category", "分类"}, {KIND, "kind", "类型"},
                                      {CONDUCT, "conduct", "涉警"},   {URGENT, "urgent", "紧急"},
                                      {ROUTE, "route", "去向"},       {0, NULL, NULL}};
#define VALUES 100 // of an aspect: categories have two digits

struct shadow {
    const struct policy *policy;
    const struct model *model[2];
    int64_t read, changed[ASPECTS], any;
    int pairs[ASPECTS][VALUES][VALUES];
    struct table first;
};

static void values_of(const struct policy *p, const struct classification *c, int out[ASPECTS])
{
    out[CATEGORY] = c->category >= 0 && c->category < VALUES ? c->category : 0;
    out[KIND] = (int)c->kind;
    out[CONDUCT] = (c->flags & FLAG_CONDUCT) != 0;
    out[URGENT] = c->flags & FLAG_URGENT ? 2 : c->watch;
    out[ROUTE] = (int)classify_route(p, c);
}

static void put_value(int aspect, int value, struct text *out)
{
    static const char *const conduct[] = {"否", "是"}, *const urgent[] = {"否", "疑似", "是"},
                             *const route[] = {"专班", "自动受理", "自动拟转办"};
    if (aspect == CATEGORY)
        text_pad(out, value, 2);
    else
        text_put(out, aspect == KIND      ? code_label(kinds, value)
                      : aspect == CONDUCT ? conduct[value]
                      : aspect == URGENT  ? urgent[value]
                                          : route[value]);
}

static void put_change(int aspect, int from, int to, struct text *out)
{
    put_value(aspect, from, out);
    text_put(out, " → ");
    put_value(aspect, to, out);
}

static void compare(struct shadow *s, const struct letter *letter)
{
    static struct folded text;
    struct classification c[2];
    int value[2][ASPECTS];
    char words[256] = "", number[NUMBER_MAX];
    struct text t = TEXT(words);
    for (int m = 0; m < 2; m++) {
        classify(s->policy, s->model[m], letter, &text, &c[m]);
        values_of(s->policy, &c[m], value[m]);
    }
    s->read++;
    for (int a = 0; a < ASPECTS; a++) {
        if (value[0][a] == value[1][a])
            continue;
        s->changed[a]++;
        s->pairs[a][value[0][a]][value[1][a]]++;
        text_put(&t, t.n > 0 ? ", " : "");
        text_put(&t, aspects[a].label);
        text_put(&t, " ");
        put_change(a, value[0][a], value[1][a], &t);
    }
    if (t.n == 0 || s->any++ >= SHOWN)
        return;
    number_format(letter->mailbox, letter->id, number);
    table_put(&s->first, number);
    table_put(&s->first, words);
}

static enum result read_all(struct shadow *s, struct db *db, int64_t letters, struct err *err)
{
    static struct letter page[PAGE];
    int64_t before = INT64_MAX;
    int n = PAGE;
    enum result result = OK;
    while (result == OK && letters > 0 && n == PAGE) {
        int max = letters < PAGE ? (int)letters : PAGE;
        result = history_letters(db, before, max, page, &n, err);
        for (int i = 0; result == OK && i < n; i++)
            compare(s, &page[i]);
        before = result == OK && n > 0 ? page[n - 1].id : before;
        letters -= n;
    }
    return result;
}

static void print(struct shadow *s)
{
    struct table sums = table_of("项目|变化|件数");
    printf("最近 %lld 件来信, %lld 件读法不同\n", (long long)s->read, (long long)s->any);
    for (int a = 0; a < ASPECTS; a++) {
        for (int i = 0; s->changed[a] > 0 && i < VALUES * VALUES; i++) {
            int n = s->pairs[a][i / VALUES][i % VALUES];
            char words[96] = "";
            struct text t = TEXT(words);
            if (n == 0)
                continue;
            put_change(a, i / VALUES, i % VALUES, &t);
            table_put(&sums, aspects[a].label);
            table_put(&sums, words);
            table_put_int(&sums, n);
        }
    }
    if (s->any > 0) {
        table_print(&sums, stdout);
        putchar('\n');
        table_print(&s->first, stdout);
    }
    table_free(&sums);
    table_free(&s->first);
}

int shadow_report(const char *command, const char *config_file, const struct model *now, const struct model *next,
                  int64_t letters)
{
    static const struct statement *const lists[] = {history_statements, policy_store_statements, NULL};
    static struct shadow s;
    struct ctl ctl;
    struct err err;
    int code = ctl_open(&ctl, command, config_file, "pa_desk", lists);
    if (code != 0)
        return code;
    s = (struct shadow){.model = {now, next}, .first = table_of("编号|变化")};
    enum result result = policy_load(ctl.db, &ctl.policy, &err);
    s.policy = ctl.policy;
    if (result == OK)
        result = read_all(&s, ctl.db, letters, &err);
    if (result == OK)
        print(&s);
    else
        code = tool_fail(command, &err);
    ctl_close(&ctl);
    return code;
}
