// SPDX-License-Identifier: Apache-2.0
#include "client/json.h"

#include "core/letter.h"

#include <jansson.h>
#include <string.h>

enum member_type { MEMBER_TEXT, MEMBER_BOOL, MEMBER_INT, MEMBER_CODE, MEMBER_TEXTS, MEMBER_OBJECT };

// A member that an object may have and where it goes.
struct member {
    const char *name;
    enum member_type type;
    bool needed;      // must be there; a text also not blank
    int64_t min, max; // a text's characters (min unused), a number's range
    void *to;         // struct str, bool, int64_t, struct str[]; a MEMBER_OBJECT's: const struct members
    void *has;        // bool: set when the member was there; texts: uint32_t, their number; NULL: not asked for
};

struct members {
    const char *prefix; // of the field's name in errors: "writer."
    const struct member *list;
    size_t n;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_NULL:
        return "null";
    case JSON_TRUE:
    case JSON_FALSE:
        break;
    }
    return "true or false";
}

static enum result wrong_type(struct err *err, const char *field, const char *wanted, const json_t *value)
{
    char before[64];
    struct text t = TEXT(before);
    text_put(&t, wanted);
    text_put(&t, " is needed, not ");
    return err_set_str(err, REJECT, "wrong_type", field, before, str_of(type_name(value)), "");
}

static enum result take_text(const struct member *m, const char *field, const json_t *value, struct str *to,
                             struct err *err)
{
    if (!json_is_string(value))
        return wrong_type(err, field, "a text", value);
    struct str s = {json_string_value(value), json_string_length(value)};
    size_t chars = 0;
    if (memchr(s.p, 0, s.n))
        return err_set(err, REJECT, "nul", field, "a NUL character is not allowed in text");
    if (!utf8_check(s, &chars))
        return err_set(err, REJECT, "bad_utf8", field, "not well-formed UTF-8");
    if ((int64_t)chars > m->max)
        return err_set_limit(err, REJECT, "too_long", field, "at most ", m->max, " characters");
    if (m->needed && str_trim(s).n == 0)
        return err_set(err, REJECT, "blank", field, "may not be empty or blanks only");
    *to = s;
    return OK;
}

static enum result take_texts(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    if (!json_is_array(value))
        return wrong_type(err, field, "an array of texts", value);
    size_t n = json_array_size(value);
    if (n > LETTER_ACCUSED)
        return err_set_limit(err, REJECT, "too_long", field, "at most ", LETTER_ACCUSED, " entries");
    for (size_t i = 0; i < n; i++) {
        enum result r = take_text(m, field, json_array_get(value, i), (struct str *)m->to + i, err);
        if (r != OK)
            return r;
    }
    *(uint32_t *)m->has = (uint32_t)n;
    return OK;
}

// A MEMBER_CODE may also come as a text of digits, as codes are written elsewhere ("01").
static enum result take_int(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    int64_t v = 0;
    if (json_is_integer(value))
        v = json_integer_value(value);
    else if (m->type != MEMBER_CODE || !json_is_string(value) ||
             !str_to_i64((struct str){json_string_value(value), json_string_length(value)}, &v))
        return wrong_type(err, field, m->type == MEMBER_CODE ? "a code of digits" : "a whole number", value);
    if (v < m->min || v > m->max) {
        char between[64];
        struct text t = TEXT(between);
        text_put(&t, "must be between ");
        text_i64(&t, m->min);
        text_put(&t, " and ");
        return err_set_limit(err, REJECT, "out_of_range", field, between, m->max, "");
    }
    *(int64_t *)m->to = v;
    if (m->has)
        *(bool *)m->has = true;
    return OK;
}

static enum result take_object(const struct members *members, const json_t *object, struct err *err);

static enum result take(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    switch (m->type) {
    case MEMBER_TEXT:
        return take_text(m, field, value, m->to, err);
    case MEMBER_TEXTS:
        return take_texts(m, field, value, err);
    case MEMBER_INT:
    case MEMBER_CODE:
        return take_int(m, field, value, err);
    case MEMBER_OBJECT:
        return json_is_object(value) ? take_object(m->to, value, err) : wrong_type(err, field, "an object", value);
    case MEMBER_BOOL:
        break;
    }
    if (!json_is_boolean(value))
        return wrong_type(err, field, "true or false", value);
    *(bool *)m->to = json_is_true(value);
    *(bool *)m->has = true;
    return OK;
}

static enum result take_object(const struct members *members, const json_t *object, struct err *err)
{
    char field[sizeof(((struct err *)0)->field)];
    size_t known = 0;
    for (size_t i = 0; i < members->n; i++) {
        const struct member *m = &members->list[i];
        const json_t *value = json_object_get(object, m->name);
        struct text t = TEXT(field);
        text_put(&t, members->prefix);
        text_put(&t, m->name);
        if (value == NULL && m->needed)
            return err_set(err, REJECT, "missing", field, "this member is needed");
        if (value == NULL)
            continue;
        known++;
        enum result r = take(m, field, value, err);
        if (r != OK)
            return r;
    }
    if (known == json_object_size(object))
        return OK;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value) // jansson's iterators are not const
    {
        bool found = false;
        for (size_t i = 0; i < members->n && !found; i++)
            found = strcmp(name, members->list[i].name) == 0;
        if (found)
            continue;
        struct text t = TEXT(field);
        text_put(&t, members->prefix);
        text_put(&t, name);
        return err_set_str(err, REJECT, "unknown_member", field, "no such member: ", text_get(&t), "");
    }
    return OK;
}

// The string that ends before line.p[*at] on return; *at stood on its opening quote.
static struct str raw_string(struct str line, size_t *at)
{
    size_t from = ++*at;
    while (*at < line.n && line.p[*at] != '"')
        *at += line.p[*at] == '\\' ? 2 : 1;
    size_t end = *at < line.n ? *at : line.n;
    return (struct str){line.p + from, end - from};
}

// The parser says at which byte a text goes wrong; the sender wants to know in which member. So the line, which may be
// anything at all, is walked with just enough knowledge of JSON to find the names.
static enum result bad_text(struct str line, struct err *err)
{
    struct str name[2] = {STR_NONE, STR_NONE}, last = STR_NONE;
    int depth = 0;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (--depth == 1)
                name[1] = STR_NONE;
        } else if (c == ':' && (depth == 1 || depth == 2)) {
            name[depth - 1] = last;
        } else if (c == ',' && (depth == 1 || depth == 2) && !(depth == 2 && name[1].p == NULL)) {
            name[depth - 1] = STR_NONE;
        } else if (c == '"') {
            last = raw_string(line, &i);
            if (utf8_check(last, NULL))
                continue;
            char field[sizeof(err->field)];
            struct text t = TEXT(field);
            text_str(&t, name[0]);
            text_put(&t, name[1].p ? "." : "");
            text_str(&t, name[1]);
            if (memchr(last.p, 0, last.n))
                return err_set(err, REJECT, "nul", field, "a NUL character is not allowed in text");
            return err_set(err, REJECT, "bad_utf8", field, "not well-formed UTF-8");
        }
    }
    return err_set(err, REJECT, "bad_json", "", "not JSON: bytes outside of texts that are not UTF-8");
}

// jansson ends its words with what stands near the fault, which may be a person's name: not passed on.
static enum result bad_json(const json_error_t *error, struct err *err)
{
    const char *near = strstr(error->text, " near ");
    if (json_error_code(error) == json_error_duplicate_key && near) {
        const char *from = near + strlen(" near '\"");
        const char *end = strrchr(from, '"');
        struct str name = {from, end ? (size_t)(end - from) : 0};
        char field[sizeof(err->field)];
        struct text t = TEXT(field);
        text_str(&t, name);
        return err_set_str(err, REJECT, "duplicate_member", field, "this member occurs twice: ", name, "");
    }
    struct str words = {error->text, near ? (size_t)(near - error->text) : strlen(error->text)};
    char after[40];
    struct text t = TEXT(after);
    text_put(&t, " (at byte ");
    text_i64(&t, error->position);
    text_put(&t, ")");
    return err_set_str(err, REJECT, "bad_json", "", "not JSON: ", words, after);
}

static enum result parse(struct str text, const char *ref, struct json_line *line, struct err *err)
{
    json_line_done(line);
    if (text.n > JSON_LINE_MAX)
        return err_set_limit(err, REJECT, "too_long", "", "a line has at most ", (int64_t)JSON_LINE_MAX, " bytes");
    if (!utf8_check(text, NULL))
        return bad_text(text, err);
    json_error_t error;
    json_t *tree = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (tree == NULL)
        return bad_json(&error, err);
    line->tree = tree;
    if (!json_is_object(tree))
        return err_set_str(err, REJECT, "bad_json", "", "an object is needed, not ", str_of(type_name(tree)), "");
    // Only a ref that can be written back whole.
    const json_t *value = ref ? json_object_get(tree, ref) : NULL;
    if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value))
        line->ref = (struct str){json_string_value(value), json_string_length(value)};
    return OK;
}

void json_line_done(struct json_line *line)
{
    json_decref(line->tree);
    *line = (struct json_line){0};
}

enum result json_letter(struct str text, struct json_line *line, struct msg_letter_submit *out, struct err *err)
{
    struct msg_letter_submit m = {0};
    const struct member writer_list[] = {
        {"name", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_name, NULL},
        {"phone", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_phone, NULL},
        {"id_number", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_id_number, NULL},
        {"email", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_email, NULL},
    };
    struct members writer = {"writer.", writer_list, COUNT(writer_list)};
    const struct member list[] = {
        {"channel", MEMBER_TEXT, true, 0, 64, &m.channel, NULL},
        {"client_ref", MEMBER_TEXT, true, 0, LETTER_REF_MAX, &m.client_ref, NULL},
        {"mailbox", MEMBER_TEXT, false, 0, 64, &m.mailbox, NULL},
        {"title", MEMBER_TEXT, false, 0, LETTER_TITLE_MAX, &m.title, NULL},
        {"body", MEMBER_TEXT, true, 0, LETTER_BODY_MAX, &m.body, NULL},
        {"place", MEMBER_TEXT, false, 0, LETTER_PLACE_MAX, &m.place, NULL},
        {"kind", MEMBER_TEXT, false, 0, 64, &m.kind, NULL},
        {"occurred_at", MEMBER_TEXT, false, 0, 64, &m.occurred_at, NULL},
        {"confidential", MEMBER_BOOL, false, 0, 0, &m.confidential, &m.has_confidential},
        {"accused", MEMBER_TEXTS, false, 0, LETTER_ACCUSED_MAX, m.accused, &m.accused_n},
        {"writer", MEMBER_OBJECT, false, 0, 0, &writer, NULL},
    };
    enum result r = parse(text, "client_ref", line, err);
    if (r == OK)
        r = take_object(&(struct members){"", list, COUNT(list)}, line->tree, err);
    if (r == OK)
        *out = m;
    return r;
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
        {"public_reply", MEMBER_TEXT, false, 0, 20000, &m.public_reply, NULL},
        {"internal_report", MEMBER_TEXT, false, 0, 20000, &m.internal_report, NULL},
        {"reason", MEMBER_TEXT, false, 0, 500, &m.reason, NULL},
    };
    enum result r = parse(text, "event_id", line, err);
    if (r == OK)
        r = take_object(&(struct members){"", list, COUNT(list)}, line->tree, err);
    if (r == OK)
        *out = m;
    return r;
}

#define ACT_DATA_MEMBERS 6

static void act_data_members(struct msg_desk_act *m, struct member list[ACT_DATA_MEMBERS])
{
    const struct member members[ACT_DATA_MEMBERS] = {
        {"kind", MEMBER_TEXT, false, 0, 16, &m->kind, NULL},
        {"category", MEMBER_CODE, false, 1, 99, &m->category, &m->has_category},
        {"outcome", MEMBER_TEXT, false, 0, 32, &m->outcome, NULL},
        {"public_reply", MEMBER_TEXT, false, 0, 20000, &m->public_reply, NULL},
        {"internal_report", MEMBER_TEXT, false, 0, 20000, &m->internal_report, NULL},
        {"reason", MEMBER_TEXT, false, 0, 500, &m->reason, NULL},
    };
    memcpy(list, members, sizeof(members));
}

enum result json_event(struct str event, char name[JSON_EVENT_MAX], struct err *err)
{
    struct str trimmed = str_trim(event);
    if (trimmed.n >= JSON_EVENT_MAX)
        return err_set_limit(err, REJECT, "too_long", "event", "at most ", JSON_EVENT_MAX - 1, " characters");
    struct text t = {name, JSON_EVENT_MAX, 0};
    text_str(&t, str_is(trimmed, "review") ? STR("reviewed") : trimmed);
    for (size_t i = 0; i < t.n; i++)
        if (name[i] == ' ' || name[i] == '-')
            name[i] = '_';
    return OK;
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
        {"unit", MEMBER_CODE, false, 0, 999999999, &m.unit, &m.has_unit},
        {"data", MEMBER_OBJECT, false, 0, 0, &data, NULL},
    };
    enum result r = parse(text, "number", line, err);
    if (r == OK)
        r = take_object(&(struct members){"", list, COUNT(list)}, line->tree, err);
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
    enum result r = parse(text, NULL, line, err);
    if (r == OK)
        r = take_object(&(struct members){"data.", list, ACT_DATA_MEMBERS}, line->tree, err);
    if (r == OK)
        *out = m;
    return r;
}
