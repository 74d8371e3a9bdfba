// SPDX-License-Identifier: Apache-2.0
// Any letter that letter_check takes is decided within bounds, with a model and without, and the same each time. The
// first line is the title, the second the place, the third whom it accuses; an empty one is absent. The rest is the
// body.
#include "core/classify.h"
#include "sample_model.h"
#include "sample_policy.h"

static const struct model *known(void)
{
    static struct model m;
    static const struct sample_weight weights[] = {
        {"路口", SAMPLE_CATEGORY(1), 4000},  {"户口", SAMPLE_CATEGORY(2), 4000},
        {"督察", SAMPLE_CATEGORY(14), 9000}, {"垃圾", SAMPLE_CATEGORY(90), 9000},
        {"救命", MODEL_URGENT, 9000},        {"民警", MODEL_CONDUCT, 9000},
        {"我", MODEL_URGENT, -30000},        {"的", MODEL_URGENT, 30000},
        {"a", MODEL_CONDUCT, 30000},         {"投诉", SAMPLE_KIND(KIND_COMPLAINT), 4000}};
    if (m.head == NULL)
        insist(model_open(sample_model_bytes(weights, sizeof(weights) / sizeof(weights[0])), &m, NULL) == OK);
    return &m;
}

static void check(const struct classification *c, bool by_model)
{
    const int16_t sure[] = {c->confidence,   c->sure_kind,   c->sure_category, c->sure_police,
                            c->sure_conduct, c->sure_urgent, c->sure_place};
    for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
        insist(sure[i] >= 0 && sure[i] <= 100);
    insist(by_model ? c->category > 0 && c->next > 0 && c->next != c->category : c->category == 0);
    insist(c->kind >= KIND_CONSULT && c->kind <= KIND_OTHER);
    insist(c->accused.n >= 0 && c->accused.n <= GUARD_ACCUSED);
    insist((c->accused.n > 0) == ((c->flags & FLAG_ACCUSED) != 0));
    insist(!(c->flags & FLAG_URGENT) || c->watch);
    insist(!c->watch || (c->confidence == 0 && c->urgent_why[0] != '\0'));
    insist(memchr(c->why, '\0', sizeof(c->why)) && utf8_check(str_of(c->why), NULL));
    insist(memchr(c->urgent_why, '\0', sizeof(c->urgent_why)) && utf8_check(str_of(c->urgent_why), NULL));
    for (const char *p = c->why; *p; p++)
        insist((unsigned char)*p >= 0x20);
}

static struct str line(struct str *rest)
{
    struct str s = rest->p ? str_split(rest, '\n') : STR_NONE;
    return s.n > 0 ? s : STR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct folded text;
    struct str rest = {size > 0 ? (const char *)data : "", size};
    const struct policy *p = sample_policy();
    struct letter_in in = {.channel = STR("web"), .client_ref = STR("f")};
    struct writer writer = {.name = STR_NONE};
    struct letter letter;
    struct classification c, again;
    in.title = line(&rest);
    in.place = line(&rest);
    in.accused[0] = line(&rest);
    in.accused_n = in.accused[0].p != NULL;
    in.body = rest.p ? rest : STR("");
    in.mailbox = size % 2 ? STR("440300") : STR("440000");
    if (letter_check(&in, &writer, p, &letter, NULL) != OK)
        return 0;
    classify(p, known(), &letter, &text, &c);
    check(&c, true);
    (void)classify_route(p, &c);
    classify(p, known(), &letter, &text, &again);
    insist(strcmp(c.why, again.why) == 0 && c.flags == again.flags && c.kind == again.kind && c.place == again.place);
    classify(p, NULL, &letter, &text, &c);
    check(&c, false);
    return 0;
}
