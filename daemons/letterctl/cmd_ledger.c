// SPDX-License-Identifier: Apache-2.0
#include "cmd_ledger.h"

#include "ctl.h"
#include "life.h"

#define COMMAND "letterctl ledger"

static json_t *leg_json(const struct life *life, int leg)
{
    const struct replayed_leg *of = &life->replayed.legs[leg];
    json_t *o = json_object();
    json_object_set_new(o, "leg", json_integer(of->id));
    json_object_set_new(o, "unit", json_integer(of->unit));
    for (int k = 0; k < LEG_TIMES; k++)
        json_object_set_new(o, code_name(leg_times, k + 1), ctl_json_seconds(life->ledger.legs[leg][k]));
    return o;
}

static void print_json(const struct case_view *v, const struct life *life)
{
    json_t *o = json_object(), *legs = json_array();
    for (int i = 0; i < life->ledger.legs_n; i++)
        json_array_append_new(legs, leg_json(life, i));
    json_object_set_new(o, "number", ctl_json_number(v->row.mailbox, v->row.id));
    json_object_set_new(o, "state", ctl_json_name(case_states, (int)v->row.state));
    json_object_set_new(o, "age_seconds", ctl_json_seconds(life->age));
    json_object_set_new(o, "ledger", life_ledger_json(life));
    json_object_set_new(o, "legs", legs);
    ctl_json_print(o);
}

static void put_spell(struct table *t, wf_time time)
{
    char spell[SPELL_MAX];
    life_spell(time, spell);
    table_put(t, spell);
}

static void print_holders(const struct life *life)
{
    struct table t = table_of("由谁占用|单位|时间");
    for (int i = 0; i < life->ledger.of_n; i++) {
        const struct held *h = &life->ledger.of[i];
        table_put(&t, code_label(holders, (int)h->holder));
        table_put_code(&t, h->unit);
        put_spell(&t, h->time);
    }
    table_put(&t, "合计");
    table_put(&t, "-");
    put_spell(&t, life->age);
    table_print(&t, stdout);
}

static void print_legs(const struct life *life)
{
    struct table t = {.columns = 2 + LEG_TIMES};
    table_put(&t, "承办");
    table_put(&t, "单位");
    for (int k = 0; k < LEG_TIMES; k++)
        table_put(&t, code_label(leg_times, k + 1));
    for (int i = 0; i < life->ledger.legs_n; i++) {
        table_put_int(&t, life->replayed.legs[i].id);
        table_put_int(&t, life->replayed.legs[i].unit);
        for (int k = 0; k < LEG_TIMES; k++)
            put_spell(&t, life->ledger.legs[i][k]);
    }
    putchar('\n');
    table_print(&t, stdout);
}

static const char help[] = "usage: letterctl ledger NUMBER [--as POST] [--json] [-c FILE]\n"
                           "The time of the case charged to whoever held it: the centre, each unit, the writer. The "
                           "sum is the case's age. And "
                           "what\n"
                           "each leg's time went into: unsigned, at work, with a unit below, returned and undecided, "
                           "waiting for review.\n" CTL_AS "  --json         one JSON object, in seconds\n"
                           "  -c FILE        configuration file\n"
                           "Exit status: 0 done, 1 there is no such case, 2 wrong usage.\n";

static int tell(struct ctl *ctl, const struct ctl_case *of)
{
    static struct life life;
    struct case_view view;
    int code = life_read(ctl, of, &view, &life);
    if (code != 0)
        return code;
    code = life.told < view.events_n;
    if (code != 0)
        fprintf(stderr, COMMAND ": line %d of the journal cannot be told: run letterctl verify\n", life.told + 1);
    if (of->json) {
        print_json(&view, &life);
    } else {
        print_holders(&life);
        if (life.ledger.legs_n > 0)
            print_legs(&life);
    }
    view_case_free(&view);
    return code;
}

int cmd_ledger(int argc, char **argv)
{
    return ctl_view(COMMAND, help, argc, argv, tell);
}
