// SPDX-License-Identifier: Apache-2.0
// Events: what bureaus report and what the desk does.
#include "client/json_member.h"

#include <string.h>

#define UNIT_MAX 999999999
#define TEXT_MAX 20000
#define REASON_MAX 500

// What people say of an event, and its name.
static const char *const spellings[][2] = {
    {"review", "reviewed"},
    {"call_back", "start_callback"},
    {"callback", "start_callback"},
};

enum result json_event(struct str event, char name[JSON_EVENT_MAX], struct err *err)
{
    struct str trimmed = str_trim(event);
    if (trimmed.n >= JSON_EVENT_MAX)
        return err_set_limit(err, REJECT, "too_long", "event", "at most ", JSON_EVENT_MAX - 1, " characters");
    struct text t = {name, JSON_EVENT_MAX, 0};
    text_str(&t, trimmed);
    for (size_t i = 0; i < t.n; i++)
        if (name[i] == ' ' || name[i] == '-')
            name[i] = '_';
    for (size_t i = 0; i < MEMBERS(spellings); i++) {
        if (strcmp(name, spellings[i][0]) != 0)
            continue;
        t.n = 0;
        text_put(&t, spellings[i][1]);
        break;
    }
    return OK;
}

enum result json_feedback(struct str text, int32_t bureau, struct json_line *line, struct msg_feedback *out,
                          struct err *err)
{
    struct msg_feedback m = {.bureau = bureau};
    const struct member list[] = {
        {"event_id", MEMBER_TEXT, true, 0, 64, &m.event_id, NULL},
        {"number", MEMBER_TEXT, true, 0, 32, &m.number, NULL},
        {"event", MEMBER_TEXT, true, 0, 32, &m.event, NULL},
        {"leg", MEMBER_INT, false, 0, INT16_MAX, &m.leg, &m.has_leg},
        {"outcome", MEMBER_TEXT, false, 0, 32, &m.outcome, NULL},
        {"public_reply", MEMBER_TEXT, false, 0, TEXT_MAX, &m.public_reply, NULL},
        {"internal_report", MEMBER_TEXT, false, 0, TEXT_MAX, &m.internal_report, NULL},
        {"reason", MEMBER_TEXT, false, 0, REASON_MAX, &m.reason, NULL},
        {"officer", MEMBER_TEXT, false, 0, 32, &m.officer, NULL},
        {"unit", MEMBER_CODE, false, 0, UNIT_MAX, &m.unit, &m.has_unit},
        {"to", MEMBER_CODE, false, 0, UNIT_MAX, &m.to, &m.has_to},
        {"days", MEMBER_COUNT, false, 1, 999, &m.days, &m.has_days},
        {"until", MEMBER_TIME, false, 0, 0, &m.until, &m.has_until},
        {"request", MEMBER_COUNT, false, 1, INT16_MAX, &m.request, &m.has_request},
        {"reason_code", MEMBER_TEXT, false, 0, 32, &m.reason_code, NULL},
    };
    enum result r = json_parse(text, "event_id", line, err);
    if (r == OK)
        r = json_take(&(struct members){"", list, MEMBERS(list)}, line->tree, err);
    if (r == OK)
        r = json_event(m.event, line->event, err);
    if (r != OK)
        return r;
    m.event = str_of(line->event);
    *out = m;
    return OK;
}

#define ACT_DATA_MEMBERS 21

static void act_data_members(struct msg_desk_act *m, struct member list[ACT_DATA_MEMBERS])
{
    const struct member members[ACT_DATA_MEMBERS] = {
        {"kind", MEMBER_TEXT, false, 0, 16, &m->kind, NULL},
        {"category", MEMBER_CODE, false, 1, 99, &m->category, &m->has_category},
        {"outcome", MEMBER_TEXT, false, 0, 32, &m->outcome, NULL},
        {"public_reply", MEMBER_TEXT, false, 0, TEXT_MAX, &m->public_reply, NULL},
        {"internal_report", MEMBER_TEXT, false, 0, TEXT_MAX, &m->internal_report, NULL},
        {"reason", MEMBER_TEXT, false, 0, REASON_MAX, &m->reason, NULL},
        {"reason_code", MEMBER_TEXT, false, 0, 32, &m->reason_code, NULL},
        {"version", MEMBER_COUNT, false, 1, INT32_MAX, &m->version, &m->has_version},
        {"to", MEMBER_CODE, false, 0, UNIT_MAX, &m->to, &m->has_to},
        {"into", MEMBER_TEXT, false, 0, 32, &m->into, NULL},
        {"request", MEMBER_COUNT, false, 1, INT16_MAX, &m->request, &m->has_request},
        {"days", MEMBER_COUNT, false, 1, 999, &m->days, &m->has_days},
        {"until", MEMBER_TIME, false, 0, 0, &m->until, &m->has_until},
        {"level", MEMBER_TEXT, false, 0, 16, &m->level, NULL},
        {"accused", MEMBER_TEXTS, false, 0, 32, m->accused, &m->accused_n},
        {"reached", MEMBER_YES, false, 0, 0, &m->reached, &m->has_reached},
        {"contacted", MEMBER_YES, false, 0, 0, &m->contacted, &m->has_contacted},
        {"true", MEMBER_YES, false, 0, 0, &m->true_, &m->has_true},
        {"satisfied", MEMBER_YES, false, 0, 0, &m->satisfied, &m->has_satisfied},
        {"solved", MEMBER_YES, false, 0, 0, &m->solved, &m->has_solved},
        {"words", MEMBER_TEXT, false, 0, TEXT_MAX, &m->words, NULL},
    };
    memcpy(list, members, sizeof(members));
}

enum result json_act(struct str text, struct json_line *line, char name[JSON_EVENT_MAX], struct msg_desk_act *out,
                     struct err *err)
{
    struct msg_desk_act m = {0};
    struct member data_list[ACT_DATA_MEMBERS];
    act_data_members(&m, data_list);
    struct members data = {"data.", data_list, ACT_DATA_MEMBERS};
    const struct member list[] = {
        {"number", MEMBER_TEXT, true, 0, 32, &m.number, NULL},
        {"event", MEMBER_TEXT, true, 0, 32, &m.event, NULL},
        {"leg", MEMBER_INT, false, 0, INT16_MAX, &m.leg, &m.has_leg},
        {"as", MEMBER_TEXT, false, 0, 64, &m.post, NULL},
        {"unit", MEMBER_CODE, false, 0, UNIT_MAX, &m.unit, &m.has_unit},
        {"version", MEMBER_COUNT, false, 1, INT32_MAX, &m.version, &m.has_version},
        {"data", MEMBER_OBJECT, false, 0, 0, &data, NULL},
    };
    enum result r = json_parse(text, "number", line, err);
    if (r == OK)
        r = json_take(&(struct members){"", list, MEMBERS(list)}, line->tree, err);
    if (r == OK)
        r = json_event(m.event, name, err);
    if (r != OK)
        return r;
    m.event = str_of(name);
    *out = m;
    return OK;
}

enum result json_act_data(struct str text, struct json_line *line, struct msg_desk_act *out, struct err *err)
{
    struct msg_desk_act m = *out;
    struct member list[ACT_DATA_MEMBERS];
    act_data_members(&m, list);
    enum result r = json_parse(text, NULL, line, err);
    if (r == OK)
        r = json_take(&(struct members){"data.", list, ACT_DATA_MEMBERS}, line->tree, err);
    if (r == OK)
        *out = m;
    return r;
}
