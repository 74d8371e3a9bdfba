// SPDX-License-Identifier: Apache-2.0
#include "core/letter.h"
#include "core/policy.h"

#include <string.h>

// The limits of one text member, in characters.
struct limit {
    const char *field;
    size_t max;
    bool needed; // may not be absent
    bool filled; // may not be blanks only
    bool lines;  // may hold control characters; else it is stored and shown as one line among others
};

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static enum result check_text(struct str s, const struct limit *limit, struct err *err)
{
    size_t chars = 0;
    if (s.p == NULL) {
        return limit->needed ? err_set(err, REJECT, "missing", limit->field, "this member is needed") : OK;
    }
    if (memchr(s.p, 0, s.n) != NULL) {
        return err_set(err, REJECT, "nul", limit->field, "a NUL character is not allowed in text");
    }
    if (!utf8_check(s, &chars)) {
        return err_set(err, REJECT, "bad_utf8", limit->field, "not well-formed UTF-8");
    }
    if (chars > limit->max) {
        return err_set_limit(err, REJECT, "too_long", limit->field, "at most ", (int64_t)limit->max, " characters");
    }
    if (!limit->lines && has_control(s)) {
        return err_set(err, REJECT, "control", limit->field, "one line: no line break, tab or other control character");
    }
    if (limit->filled && str_trim(s).n == 0) {
        return err_set(err, REJECT, "blank", limit->field, "may not be empty or blanks only");
    }
    return OK;
}

static enum result check_texts(const struct letter_in *in, const struct writer *w, struct err *err)
{
    static const struct limit limits[] = {
        {"client_ref", LETTER_REF_MAX, true, true, false},
        {"title", LETTER_TITLE_MAX, false, true, false},
        {"body", LETTER_BODY_MAX, true, true, true},
        {"place", LETTER_PLACE_MAX, false, false, false},
        {"writer.name", WRITER_FIELD_MAX, false, false, false},
        {"writer.phone", WRITER_FIELD_MAX, false, false, false},
        {"writer.id_number", WRITER_FIELD_MAX, false, false, false},
        {"writer.email", WRITER_FIELD_MAX, false, false, false},
    };
    static const struct limit accused = {"accused", LETTER_ACCUSED_MAX, true, true, false};
    const struct str texts[] = {in->client_ref, in->title, in->body,     in->place,
                                w->name,        w->phone,  w->id_number, w->email};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        enum result r = check_text(texts[i], &limits[i], err);
        if (r != OK) {
            return r;
        }
    }
    if (in->accused_n > LETTER_ACCUSED) {
        return err_set_limit(err, REJECT, "too_long", "accused", "at most ", LETTER_ACCUSED, " entries");
    }
    for (uint32_t i = 0; i < in->accused_n; i++) {
        enum result r = check_text(in->accused[i], &accused, err);
        if (r != OK) {
            return r;
        }
    }
    return OK;
}

static enum result check_values(const struct letter_in *in, const struct policy *policy, struct letter *l,
                                struct err *err)
{
    if (in->channel.p == NULL) {
        return err_set(err, REJECT, "missing", "channel", "this member is needed");
    }
    l->channel = (enum channel)code_find(channels, in->channel);
    if (l->channel == 0) {
        return err_set(err, REJECT, "unknown_value", "channel",
                       "must be web, wechat, phone, paper, hotline12345 or transfer");
    }
    int64_t mailbox = MAILBOX_PROVINCE;
    if (in->mailbox.p != NULL &&
        (in->mailbox.n != 6 || !str_to_i64(in->mailbox, &mailbox) || !policy_is_mailbox(policy, (int32_t)mailbox))) {
        return err_set(err, REJECT, "unknown_value", "mailbox",
                       "must be 440000 or the six-digit code of one of the 21 cities, like 440300");
    }
    l->mailbox = (int32_t)mailbox;
    l->claimed = in->kind.p == NULL ? KIND_NONE : (enum kind)code_find(kinds, in->kind);
    if (in->kind.p != NULL && l->claimed == KIND_NONE) {
        return err_set(err, REJECT, "unknown_value", "kind",
                       "must be consult, help, complaint, report, suggest, praise or other");
    }
    if (in->occurred_at.p != NULL && !time_parse(in->occurred_at, &l->occurred_at)) {
        return err_set(err, REJECT, "bad_time", "occurred_at",
                       "must be a time with its offset, like 2026-11-01T18:20:00+08:00");
    }
    return OK;
}

enum result letter_check(const struct letter_in *in, const struct writer *writer, const struct policy *policy,
                         struct letter *out, struct err *err)
{
    struct letter l = {
        .confidential = in->confidential,
        .client_ref = in->client_ref,
        .title = in->title,
        .body = in->body,
        .place = in->place,
        .accused_n = in->accused_n,
    };
    enum result r = check_values(in, policy, &l, err);
    if (r == OK) {
        r = check_texts(in, writer, err);
    }
    if (r == OK) {
        memcpy(l.accused, in->accused, sizeof(l.accused));
        *out = l;
    }
    return r;
}
