// SPDX-License-Identifier: Apache-2.0
#include "client/json.h"

#include "core/wftime.h"

#include <string.h>

static void put(struct buf *out, const char *terminated)
{
    buf_put(out, terminated, strlen(terminated));
}

// A JSON text, or null. Our texts are UTF-8 already, so only what JSON itself forbids is escaped.
static void put_text(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    if (s.p == NULL) {
        put(out, "null");
        return;
    }
    put(out, "\"");
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        buf_put(out, s.p + from, i - from);
        if (c == '"' || c == '\\')
            buf_put(out, (char[]){'\\', (char)c}, 2);
        else if (c == '\n')
            put(out, "\\n");
        else
            buf_put(out, escape, sizeof(escape));
        from = i + 1;
    }
    buf_put(out, s.p + from, s.n - from);
    put(out, "\"");
}

// The object's next member: its name, and a comma before it unless it is the first.
static void name(struct buf *out, const char *member)
{
    put(out, out->p[out->n - 1] == '{' ? "\"" : ",\"");
    put(out, member);
    put(out, "\":");
}

static void member_text(struct buf *out, const char *member, struct str s)
{
    name(out, member);
    put_text(out, s);
}

static void member_int(struct buf *out, const char *member, int64_t v)
{
    char digits[24];
    struct text t = TEXT(digits);
    text_i64(&t, v);
    name(out, member);
    buf_put(out, t.p, t.n);
}

static void member_known(struct buf *out, const char *member, bool known, int64_t v)
{
    if (known)
        member_int(out, member, v);
    else
        member_text(out, member, STR_NONE);
}

static void member_bool(struct buf *out, const char *member, bool v)
{
    name(out, member);
    put(out, v ? "true" : "false");
}

static void member_time(struct buf *out, const char *member, bool has, wf_time at)
{
    char time[48];
    struct text t = TEXT(time);
    if (has)
        time_format(at, &t);
    member_text(out, member, has ? text_get(&t) : STR_NONE);
}

void json_put_receipt(struct buf *out, const struct msg_receipt *receipt)
{
    put(out, "{");
    member_text(out, "client_ref", receipt->client_ref);
    member_text(out, "number", receipt->number);
    member_text(out, "code", receipt->code);
    member_bool(out, "duplicate", receipt->duplicate);
    put(out, "}\n");
}

void json_put_feedback_result(struct buf *out, const struct msg_feedback_result *result)
{
    put(out, "{");
    member_text(out, "event_id", result->event_id);
    member_bool(out, "ok", true);
    member_text(out, "number", result->number);
    member_text(out, "state", result->state);
    member_bool(out, "duplicate", result->duplicate);
    if (result->has_version)
        member_int(out, "version", result->version);
    put(out, "}\n");
}

void json_put_desk_result(struct buf *out, const struct msg_desk_result *result)
{
    put(out, "{");
    member_text(out, "number", result->number);
    member_text(out, "state", result->state);
    if (result->has_version)
        member_int(out, "version", result->version);
    if (result->number_new.p)
        member_text(out, "number_new", result->number_new);
    put(out, "}\n");
}

void json_put_delivery(struct buf *out, const struct msg_delivery *d)
{
    put(out, "{");
    member_int(out, "seq", d->seq);
    member_text(out, "number", d->number);
    member_text(out, "notice", d->notice.p ? d->notice : STR("letter"));
    member_int(out, "leg", d->leg);
    member_known(out, "unit", d->has_unit, d->unit);
    member_text(out, "role", d->role);
    member_text(out, "state", d->state);
    member_known(out, "parent", d->has_parent, d->parent);
    member_known(out, "round", d->has_round, d->round);
    member_text(out, "kind", d->kind);
    member_text(out, "category", d->category);
    member_text(out, "title", d->title);
    member_text(out, "body", d->body);
    member_text(out, "supplement", d->supplement);
    member_text(out, "place", d->place);
    member_known(out, "place_code", d->has_place_code, d->place_code);
    member_bool(out, "urgent", d->urgent);
    member_bool(out, "confidential", d->confidential);
    member_time(out, "occurred_at", d->has_occurred_at, d->occurred_at);
    member_time(out, "received_at", true, d->received_at);
    member_time(out, "due_at", d->has_due_at, d->due_at);
    member_time(out, "sent_at", true, d->sent_at);
    put(out, "}\n");
}

void json_put_writer_notice(struct buf *out, const struct msg_writer_notice *m)
{
    put(out, "{");
    member_int(out, "seq", m->seq);
    member_text(out, "number", m->number);
    member_text(out, "client_ref", m->client_ref);
    member_text(out, "event", m->event);
    member_time(out, "at", true, m->at);
    member_text(out, "label", m->label);
    member_text(out, "line", m->line);
    member_time(out, "due_at", m->has_due_at, m->due_at);
    member_text(out, "reply", m->reply);
    member_text(out, "outcome", m->outcome);
    member_text(out, "asked", m->asked);
    put(out, "}\n");
}

void json_put_refusal(struct buf *out, const char *ref_name, struct str ref, int64_t line, const struct err *err)
{
    put(out, "{");
    member_text(out, ref_name, ref);
    if (line > 0)
        member_int(out, "line", line);
    name(out, "error");
    put(out, "{");
    member_text(out, "code", str_of(err->code));
    member_text(out, "message", str_of(err->text));
    member_text(out, "field", err->field[0] ? str_of(err->field) : STR_NONE);
    put(out, "}}\n");
}
