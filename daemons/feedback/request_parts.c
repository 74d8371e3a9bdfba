// SPDX-License-Identifier: Apache-2.0
#include "request_parts.h"

#include "store/digest.h"

#include <string.h>

#define NAME_MAX 40 // bytes of an event's name
#define OFFICER_MAX 99999999

static const char *const spellings[][2] = {
    {"review", "reviewed"},
    {"granted", "grant"},
    {"denied", "deny"},
};

// The table says who may raise what. Granting and denying stand in it by what they grant.
static bool may_raise(enum actor actor, enum event event)
{
    if (event == EV_GRANT || event == EV_DENY)
        return true;
    for (const struct rule *r = rules; r->id; r++)
        if (r->event == event && (r->by & BY(actor)))
            return true;
    return false;
}

// What grant and deny become: understood, but not what a person should look for.
static bool decides_a_request(enum event event)
{
    switch (event) {
    case EV_REFUSAL_APPROVED:
    case EV_REFERRAL_APPROVED:
    case EV_PROPOSAL_REJECTED:
    case EV_RETURN_GRANTED:
    case EV_RETURN_DENIED:
    case EV_EXTENSION_GRANTED:
    case EV_EXTENSION_DENIED:
    case EV_SUPPLEMENT_GRANTED:
    case EV_SUPPLEMENT_DENIED:
    case EV_SUSPENSION_APPROVED:
    case EV_WITHDRAWAL_GRANTED:
    case EV_WITHDRAWAL_DENIED:
    case EV_REQUEST_GRANTED:
    case EV_REQUEST_DENIED:
    case EV_INQUIRY_APPROVED:
    case EV_IDENTITY_ASKED: // identity_open, where the writer wants secrecy
    case EV_IDENTITY_GRANTED:
    case EV_IDENTITY_DENIED:
        return true;
    default:
        return false;
    }
}

static struct str spelt(struct str name, char out[NAME_MAX])
{
    struct text t = {out, NAME_MAX, 0};
    text_str(&t, str_trim(name));
    for (size_t i = 0; i < t.n; i++)
        if (out[i] == ' ' || out[i] == '-')
            out[i] = '_';
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
        if (strcmp(out, spellings[i][0]) == 0)
            return str_of(spellings[i][1]);
    return text_get(&t);
}

enum result requested_event(struct str name, enum actor actor, enum event *out, struct err *err)
{
    char buffer[NAME_MAX];
    *out = (enum event)code_find(events, spelt(name, buffer));
    if (*out != EV_NONE && may_raise(actor, *out))
        return OK;
    char words[sizeof(err->text)];
    struct text t = TEXT(words);
    text_put(&t, "event: one of");
    for (const struct code *e = events; e->name; e++) {
        if (!may_raise(actor, (enum event)e->code) || decides_a_request((enum event)e->code))
            continue;
        text_put(&t, " ");
        text_put(&t, e->name);
    }
    return err_set(err, REJECT, "unknown_value", "event", words);
}

enum result requested_code(const struct code *list, struct str name, const char *field, int *out, struct err *err)
{
    *out = 0;
    if (!name.p)
        return OK;
    *out = code_find(list, name);
    if (*out != 0)
        return OK;
    char words[sizeof(err->text)];
    struct text t = TEXT(words);
    text_put(&t, field);
    text_put(&t, ": one of");
    for (const struct code *c = list; c->name; c++) {
        text_put(&t, " ");
        text_put(&t, c->name);
    }
    return err_set(err, REJECT, "unknown_value", field, words);
}

enum result requested_unit(const struct policy *policy, int64_t code, const char *field, int32_t *out, struct err *err)
{
    *out = (int32_t)code;
    if (code == 0 || policy_unit(policy, *out))
        return OK;
    char before[80];
    struct text t = TEXT(before);
    text_put(&t, field);
    text_put(&t, ": there is no unit ");
    return err_set_limit(err, REJECT, "unknown_value", field, before, code, " in units.tsv");
}

// Is `bureau` the unit, or above it by their newest rows?
static bool is_or_above(const struct policy *policy, int32_t bureau, int32_t unit)
{
    const struct unit *u = policy_unit(policy, unit);
    while (u && u->code != bureau && u->level > UNIT_CITY)
        u = policy_unit(policy, u->parent);
    return u && u->code == bureau;
}

enum result requested_unit_of(const struct policy *policy, int64_t bureau, int64_t said, int32_t *unit, struct err *err)
{
    int32_t named = (int32_t)bureau;
    if (!policy_unit(policy, named) || policy_queue(policy, named) != named)
        return err_set(err, REJECT, "unknown_value", "bureau",
                       "bureau: not one of the 21 bureaus, nor the province, nor a unit with a queue of its own");
    enum result result = requested_unit(policy, said != 0 ? said : bureau, "unit", unit, err);
    if (result != OK)
        return result;
    if (policy_bureau(policy, *unit) != named && !is_or_above(policy, named, *unit))
        return err_set_limit(err, REJECT, "unknown_value", "unit", "unit: neither the bureau ", bureau,
                             " nor one below it");
    return OK;
}

int32_t requested_officer(struct str digits)
{
    int64_t number = 0;
    bool plain = digits.p && digits.n >= 1 && digits.n <= 8 && digits.p[0] != '-' && digits.p[0] != '+';
    return plain && str_to_i64(digits, &number) && number >= 1 && number <= OFFICER_MAX ? (int32_t)number : 0;
}

int64_t requested_person(int32_t unit, struct str name)
{
    char digits[16];
    struct text number = TEXT(digits);
    int32_t officer = requested_officer(name);
    if (officer != 0) { // one person wherever he acts, however the number is written
        text_i64(&number, officer);
        name = text_get(&number);
        unit = 0;
    }
    int64_t digest = digest_of(&name, 1, unit);
    return digest ? digest : 1;
}
