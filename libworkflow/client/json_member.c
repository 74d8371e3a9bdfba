// SPDX-License-Identifier: Apache-2.0
#include "client/json_member.h"

#include "core/letter.h"
#include "core/wftime.h"

#include <string.h>

const char *json_type_name(const json_t *value)
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
    return err_set_str(err, REJECT, "wrong_type", field, before, str_of(json_type_name(value)), "");
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

static enum result take_int(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    int64_t v = 0;
    if (json_is_integer(value))
        v = json_integer_value(value);
    else if (m->type == MEMBER_INT || !json_is_string(value) ||
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

static enum result take_time(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    struct date day;
    wf_time at = 0;
    if (!json_is_string(value))
        return wrong_type(err, field, "a date or a time", value);
    struct str s = {json_string_value(value), json_string_length(value)};
    if (date_parse(s, &day))
        at = date_begin((struct date){day.day + 1});
    else if (!time_parse(s, &at))
        return err_set(err, REJECT, "bad_time", field, "write 2026-11-23 (its end) or 2026-11-23T18:20:00+08:00");
    if (at <= 0)
        return err_set(err, REJECT, "out_of_range", field, "must be after 1970");
    *(wf_time *)m->to = at;
    *(bool *)m->has = true;
    return OK;
}

static enum result take_bool(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    bool yes = m->type == MEMBER_YES && json_is_string(value) && strcmp(json_string_value(value), "yes") == 0;
    bool no = m->type == MEMBER_YES && json_is_string(value) && strcmp(json_string_value(value), "no") == 0;
    if (!json_is_boolean(value) && !yes && !no)
        return wrong_type(err, field, m->type == MEMBER_YES ? "yes or no" : "true or false", value);
    *(bool *)m->to = yes || json_is_true(value);
    *(bool *)m->has = true;
    return OK;
}

static enum result take(const struct member *m, const char *field, const json_t *value, struct err *err)
{
    switch (m->type) {
    case MEMBER_TEXT:
        return take_text(m, field, value, m->to, err);
    case MEMBER_TEXTS:
        return take_texts(m, field, value, err);
    case MEMBER_INT:
    case MEMBER_COUNT:
    case MEMBER_CODE:
        return take_int(m, field, value, err);
    case MEMBER_TIME:
        return take_time(m, field, value, err);
    case MEMBER_OBJECT:
        return json_is_object(value) ? json_take(m->to, value, err) : wrong_type(err, field, "an object", value);
    case MEMBER_BOOL:
    case MEMBER_YES:
        break;
    }
    return take_bool(m, field, value, err);
}

enum result json_take(const struct members *members, const json_t *object, struct err *err)
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
