// SPDX-License-Identifier: Apache-2.0
#include "core/matcher.h"
#include "core/classify.h"

#include <string.h>

#define PLANE 65536 // characters beyond the basic plane are in no term

struct node {
    uint64_t onward; // a bit per class % 64 that leads on from here: most characters do not, and need no look-up
    uint32_t fail;   // the node of the longest proper suffix
    uint32_t first;  // matches that end here, 0: none
    uint32_t out;    // the nearest node on the way of fail links that has matches, 0: none
    uint32_t parent;
    uint16_t class; // of the character that leads here
    uint8_t depth;
};

struct edge { // a slot of the hash table; to == 0: free
    uint32_t from, to;
    uint16_t class;
};

struct matcher {
    uint16_t *class_of; // by character; 0: in no term
    uint32_t *root;     // by class: where the root leads
    struct node *nodes;
    struct edge *edges;
    struct match *matches;
    uint32_t mask, nodes_n, matches_n, classes_n, deepest;
    const struct matcher *names;
};

static uint32_t slot_of(uint32_t from, uint16_t class)
{
    return (from * 0x9E3779B1u) ^ (class * 0x85EBCA6Bu) ^ ((from * 0x9E3779B1u ^ class * 0x85EBCA6Bu) >> 15);
}

// The slot of an edge, or the free one where it would go.
static struct edge *find_edge(const struct matcher *m, uint32_t from, uint16_t class)
{
    for (uint32_t i = slot_of(from, class);; i++) {
        struct edge *e = &m->edges[i & m->mask];
        if (e->to == 0 || (e->from == from && e->class == class)) {
            return e;
        }
    }
}

uint32_t matcher_fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) { // full-width forms of ASCII
        c -= 0xFEE0;
    }
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

// What is done with every text: count first, then add.
typedef void (*with_text)(struct matcher *m, struct str text, enum match_of of, uint32_t index);

static void count(struct matcher *m, struct str text, enum match_of of, uint32_t index)
{
    size_t chars = 0;
    m->matches_n++;
    m->nodes_n += utf8_check(text, &chars) ? (uint32_t)chars : 0;
}

static void add(struct matcher *m, struct str text, enum match_of of, uint32_t index)
{
    uint32_t node = 0;
    for (size_t at = 0; at < text.n;) {
        uint32_t c = matcher_fold(utf8_next(text, &at));
        if (c >= PLANE) {
            return;
        }
        if (m->class_of[c] == 0) {
            m->class_of[c] = (uint16_t)++m->classes_n;
        }
        uint16_t class = m->class_of[c];
        struct edge *e = find_edge(m, node, class);
        if (e->to == 0) {
            *e = (struct edge){node, m->nodes_n, class};
            m->nodes[node].onward |= UINT64_C(1) << (class & 63);
            m->nodes[m->nodes_n] =
                (struct node){.parent = node, .class = class, .depth = (uint8_t)(m->nodes[node].depth + 1)};
            m->nodes_n++;
        }
        node = e->to;
    }
    m->matches[m->matches_n] = (struct match){of, index, m->nodes[node].first, m->nodes[node].depth};
    m->nodes[node].first = m->matches_n++;
    m->deepest = m->nodes[node].depth > m->deepest ? m->nodes[node].depth : m->deepest;
}

static uint32_t step(const struct matcher *m, uint32_t node, uint16_t class)
{
    while (node != 0) {
        if (m->nodes[node].onward >> (class & 63) & 1) {
            const struct edge *e = find_edge(m, node, class);
            if (e->to != 0) {
                return e->to;
            }
        }
        node = m->nodes[node].fail;
    }
    return m->root[class];
}

// Fail links, from the root outwards: a node's is one step from its parent's, which is nearer to the root.
static void link_nodes(struct matcher *m)
{
    for (uint32_t depth = 1; depth <= m->deepest; depth++) {
        for (uint32_t i = 1; i < m->nodes_n; i++) {
            struct node *n = &m->nodes[i];
            if (n->depth != depth) {
                continue;
            }
            if (depth == 1) {
                m->root[n->class] = i;
            } else {
                n->fail = step(m, m->nodes[n->parent].fail, n->class);
            }
            const struct node *fail = &m->nodes[n->fail];
            n->out = fail->first != 0 ? n->fail : fail->out;
        }
    }
    for (uint32_t c = 0; c < PLANE; c++) { // as matcher_fold has it, so that the scan need not
        m->class_of[c] = m->class_of[matcher_fold(c)];
    }
}

// What was counted is room enough.
static bool get_memory(struct matcher *m, struct arena *arena)
{
    size_t slots = 1024, chars = m->nodes_n, texts = m->matches_n;
    while (slots < 2 * chars) {
        slots *= 2;
    }
    m->mask = (uint32_t)slots - 1;
    m->class_of = arena_get(arena, PLANE * sizeof(*m->class_of));
    m->root = arena_get(arena, PLANE * sizeof(*m->root));
    m->nodes = arena_get(arena, (chars + 1) * sizeof(*m->nodes));
    m->edges = arena_get(arena, slots * sizeof(*m->edges));
    m->matches = arena_get(arena, (texts + 1) * sizeof(*m->matches));
    m->nodes_n = m->matches_n = 1;
    return m->class_of != NULL && m->root != NULL && m->nodes != NULL && m->edges != NULL && m->matches != NULL;
}

static void each_term(const struct policy *p, struct matcher *m, with_text use)
{
    for (size_t i = 0; i < p->terms_n; i++) {
        use(m, p->terms[i].term, MATCH_TERM, (uint32_t)i);
    }
    for (size_t i = 0; i < p->places_n; i++) {
        struct str names = p->places[i].names;
        while (names.p != NULL) {
            use(m, str_split(&names, '|'), MATCH_PLACE, (uint32_t)i);
        }
    }
    for (size_t i = 0; i < p->aliases_n; i++) {
        if (p->aliases[i].first) {
            use(m, p->aliases[i].text, MATCH_ALIAS, (uint32_t)i);
        }
    }
}

// A name longer than an accused member can be is never found: it needs no room.
static void use_name(struct matcher *m, with_text use, struct str name, enum match_of of, size_t index)
{
    size_t chars = 0;
    if (utf8_check(name, &chars) && chars >= 2 && chars <= LETTER_ACCUSED_MAX) {
        use(m, name, of, (uint32_t)index);
    }
}

static void each_unit(const struct policy *p, struct matcher *m, with_text use)
{
    static const char province[] = "省";
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        use_name(m, use, u->name, MATCH_UNIT, i);
        for (size_t at = 0; at + sizeof(province) - 1 < u->name.n; at++) {
            if (memcmp(u->name.p + at, province, sizeof(province) - 1) == 0) {
                at += sizeof(province) - 1;
                use_name(m, use, (struct str){u->name.p + at, u->name.n - at}, MATCH_UNIT, i);
                break;
            }
        }
        const struct place *town = u->line == LINE_STATION ? policy_place(p, u->code) : NULL;
        for (struct str names = town == NULL ? STR_NONE : town->names; names.p != NULL;) {
            char name[MATCHER_TEXT_MAX + 16];
            struct text t = TEXT(name);
            text_str(&t, str_split(&names, '|'));
            text_put(&t, code_label(policy_lines, LINE_STATION));
            use_name(m, use, text_get(&t), MATCH_UNIT, i);
        }
    }
}

static void each_name(const struct policy *p, struct matcher *m, with_text use)
{
    each_unit(p, m, use);
    for (size_t i = 0; i < p->officers_n; i++) {
        const struct officer *o = &p->officers[i], *before = i == 0 ? NULL : o - 1;
        if (before == NULL || before->id != o->id || !str_eq(before->name, o->name)) {
            use_name(m, use, o->name, MATCH_OFFICER, i);
        }
    }
}

static struct matcher *build(const struct policy *p, struct arena *arena,
                             void (*each)(const struct policy *p, struct matcher *m, with_text use))
{
    struct matcher *m = arena_get(arena, sizeof(*m));
    if (m == NULL) {
        return NULL;
    }
    each(p, m, count);
    if (!get_memory(m, arena)) {
        return NULL;
    }
    each(p, m, add);
    link_nodes(m);
    return m;
}

const struct matcher *matcher_build(const struct policy *p, struct arena *arena)
{
    struct matcher *m = build(p, arena, each_term), *names = build(p, arena, each_name);
    if (m == NULL || names == NULL) {
        return NULL;
    }
    m->names = names;
    return m;
}

const struct matcher *matcher_names(const struct matcher *m)
{
    return m->names;
}

void matcher_scan(const struct matcher *m, struct str text, matcher_found found, void *context)
{
    uint32_t node = 0, chars = 0;
    for (size_t at = 0; at < text.n;) {
        // Nearly every character of a letter has three bytes; a call for each would be a third of the time.
        const unsigned char *p = (const unsigned char *)text.p + at;
        uint32_t c;
        if ((p[0] & 0xF0) == 0xE0) {
            c = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
            at += 3;
        } else {
            c = utf8_next(text, &at);
        }
        uint16_t class = c < PLANE ? m->class_of[c] : 0;
        chars++;
        node = class == 0 ? 0 : step(m, node, class);
        for (uint32_t n = node; n != 0; n = m->nodes[n].out) {
            for (uint32_t i = m->nodes[n].first; i != 0; i = m->matches[i].next) {
                found(context, &m->matches[i], chars);
            }
        }
    }
}
