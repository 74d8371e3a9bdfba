// SPDX-License-Identifier: Apache-2.0
#include "client/json.h"

#include "client/json_member.h"
#include "core/letter.h"

#include <string.h>

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

enum result json_parse(struct str text, const char *ref, struct json_line *line, struct err *err)
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
        return err_set_str(err, REJECT, "bad_json", "", "an object is needed, not ", str_of(json_type_name(tree)), "");
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

static enum result take_letter(struct str text, bool channel_needed, struct json_line *line,
                               struct msg_letter_submit *out, struct err *err)
{
    struct msg_letter_submit m = {0};
    const struct member writer_list[] = {
        {"name", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_name, NULL},
        {"phone", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_phone, NULL},
        {"id_number", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_id_number, NULL},
        {"email", MEMBER_TEXT, false, 0, WRITER_FIELD_MAX, &m.writer_email, NULL},
    };
    struct members writer = {"writer.", writer_list, MEMBERS(writer_list)};
    const struct member list[] = {
        {"channel", MEMBER_TEXT, channel_needed, 0, 64, &m.channel, NULL},
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
    enum result r = json_parse(text, "client_ref", line, err);
    if (r == OK)
        r = json_take(&(struct members){"", list, MEMBERS(list)}, line->tree, err);
    if (r == OK)
        *out = m;
    return r;
}

enum result json_letter(struct str text, struct json_line *line, struct msg_letter_submit *out, struct err *err)
{
    return take_letter(text, true, line, out, err);
}

enum result json_letter_read(struct str text, struct json_line *line, struct msg_letter_submit *out, struct err *err)
{
    return take_letter(text, false, line, out, err);
}
