// SPDX-License-Identifier: Apache-2.0
#include "core/matcher.h"
#include "core/classify.h"
#include "core/fold.h"

#include <string.h>

#define CHARACTERS 65536

struct node {
    uint64_t onward; // a bit per class % 64 that leads on from here: most characters do not, and need no look-up
    uint32_t fail;   // the node of the longest proper suffix
    uint32_t first;  // matches that end here, 0: none
    uint32_t out;    // the nearest node on the way of fail links that has matches, 0: none
    uint32_t parent;
    uint16_t class; // of the character that leads here
    uint8_t depth;
};

// Nodes are in order of their depth, so that those near the root, where nearly all steps end, are near each other.
struct matcher {
    uint16_t *class_of; // by character; 0: in no term
    uint32_t *root;     // by class: where the root leads
    struct node *nodes;
    uint32_t *edges; // a hash table by (from, class) of the nodes they lead to; 0: free
    uint64_t *taken; // a bit for each of its slots: fits a near cache, where the table does not
    struct match *matches;
    uint32_t mask, nodes_n, matches_n, classes_n, deepest;
    const struct matcher *names;
};

// What a matcher is built with.
struct building {
    const struct policy *p;
    struct matcher *m;
    struct folded text;
};

static uint32_t slot_of(uint32_t from, uint16_t class)
{
    uint32_t h = from * 0x9E3779B1u ^ class * 0x85EBCA6Bu;
    return h ^ h >> 15;
}

// The slot of an edge, or the free one where it would go.
static uint32_t find_edge(const struct matcher *m, uint32_t from, uint16_t class)
{
    for (uint32_t i = slot_of(from, class);; i++) {
        uint32_t to = m->edges[i & m->mask];
        if (to == 0 || (m->nodes[to].parent == from && m->nodes[to].class == class)) {
            return i & m->mask;
        }
    }
}

static void put_edge(struct matcher *m, uint32_t slot, uint32_t to)
{
    m->edges[slot] = to;
    m->taken[slot / 64] |= UINT64_C(1) << (slot & 63);
}

// What is done with every text: count first, then add.
typedef void (*with_text)(struct building *b, struct str text, enum match_of of, uint32_t index);

// No text has more characters folded.
static void count(struct building *b, struct str text, enum match_of of, uint32_t index)
{
    size_t chars = 0;
    b->m->matches_n++;
    b->m->nodes_n += utf8_check(text, &chars) ? (uint32_t)chars : 0;
}

static void add(struct building *b, struct str text, enum match_of of, uint32_t index)
{
    struct matcher *m = b->m;
    uint32_t node = 0;
    fold_begin(&b->text);
    fold_add(b->p, text, &b->text);
    for (uint32_t i = 0; i < b->text.n; i++) {
        uint16_t *class = &m->class_of[b->text.c[i]];
        *class = *class == 0 ? (uint16_t)++m->classes_n : *class;
        uint32_t slot = find_edge(m, node, *class);
        if (m->edges[slot] == 0) {
            put_edge(m, slot, m->nodes_n);
            m->nodes[m->nodes_n++] =
                (struct node){.parent = node, .class = *class, .depth = (uint8_t)(m->nodes[node].depth + 1)};
        }
        node = m->edges[slot];
    }
    if (node == 0) { // nothing of it is left
        return;
    }
    m->matches[m->matches_n] = (struct match){of, index, m->nodes[node].first, m->nodes[node].depth};
    m->nodes[node].first = m->matches_n++;
    m->deepest = m->nodes[node].depth > m->deepest ? m->nodes[node].depth : m->deepest;
}

static uint32_t step(const struct matcher *m, uint32_t node, uint16_t class)
{
    for (; node != 0; node = m->nodes[node].fail) {
        if (m->nodes[node].onward >> (class & 63) & 1) {
            uint32_t slot = slot_of(node, class) & m->mask;
            if (m->taken[slot / 64] >> (slot & 63) & 1) {
                uint32_t to = m->edges[find_edge(m, node, class)];
                if (to != 0) {
                    return to;
                }
            }
        }
    }
    return m->root[class];
}

// Numbers the nodes by depth; `order` has room for each.
static void sort_nodes(struct matcher *m, struct node *sorted, uint32_t *order)
{
    uint32_t at[UINT8_MAX + 2] = {0};
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        at[m->nodes[i].depth + 1]++;
    }
    at[1] = 1; // the root
    for (uint32_t depth = 1; depth <= UINT8_MAX; depth++) {
        at[depth + 1] += at[depth];
    }
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        order[i] = at[m->nodes[i].depth]++;
    }
    memset(m->edges, 0, ((size_t)m->mask + 1) * sizeof(*m->edges));
    memset(m->taken, 0, ((size_t)m->mask + 1) / 8);
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        struct node *n = &sorted[order[i]];
        *n = m->nodes[i];
        n->parent = order[n->parent];
    }
    memcpy(m->nodes + 1, sorted + 1, (m->nodes_n - 1) * sizeof(*sorted));
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        const struct node *n = &m->nodes[i];
        put_edge(m, find_edge(m, n->parent, n->class), i);
        m->nodes[n->parent].onward |= UINT64_C(1) << (n->class & 63);
    }
}

// Fail links, from the root outwards: a node's is one step from its parent's, which is nearer to the root.
static void link_nodes(struct matcher *m)
{
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        struct node *n = &m->nodes[i];
        if (n->depth == 1) {
            m->root[n->class] = i;
        } else {
            n->fail = step(m, m->nodes[n->parent].fail, n->class);
        }
        const struct node *fail = &m->nodes[n->fail];
        n->out = fail->first != 0 ? n->fail : fail->out;
    }
}

// What was counted is room enough.
static bool get_memory(struct matcher *m, struct arena *arena)
{
    size_t slots = 4096, chars = m->nodes_n, texts = m->matches_n;
    while (slots < 2 * chars) {
        slots *= 2;
    }
    m->mask = (uint32_t)slots - 1;
    m->class_of = arena_get(arena, CHARACTERS * sizeof(*m->class_of));
    m->root = arena_get(arena, CHARACTERS * sizeof(*m->root));
    m->nodes = arena_get(arena, (chars + 1) * sizeof(*m->nodes));
    m->edges = arena_get(arena, slots * sizeof(*m->edges));
    m->taken = arena_get(arena, slots / 8);
    m->matches = arena_get(arena, (texts + 1) * sizeof(*m->matches));
    m->nodes_n = m->matches_n = 1;
    return m->class_of != NULL && m->root != NULL && m->nodes != NULL && m->edges != NULL && m->taken != NULL &&
           m->matches != NULL;
}

static void each_term(struct building *b, with_text use)
{
    const struct policy *p = b->p;
    for (size_t i = 0; i < p->terms_n; i++) {
        use(b, p->terms[i].term, MATCH_TERM, (uint32_t)i);
    }
    for (size_t i = 0; i < p->places_n; i++) {
        struct str names = p->places[i].names;
        while (names.p != NULL) {
            use(b, str_split(&names, '|'), MATCH_PLACE, (uint32_t)i);
        }
    }
    for (size_t i = 0; i < p->aliases_n; i++) {
        if (p->aliases[i].first) {
            use(b, p->aliases[i].text, MATCH_ALIAS, (uint32_t)i);
        }
    }
}

// A name longer than an accused member can be is never found: it needs no room.
static void use_name(struct building *b, with_text use, struct str name, enum match_of of, size_t index)
{
    size_t chars = 0;
    if (utf8_check(name, &chars) && chars >= 2 && chars <= LETTER_ACCUSED_MAX) {
        use(b, name, of, (uint32_t)index);
    }
}

static void each_unit(struct building *b, with_text use)
{
    const struct policy *p = b->p;
    static const char province[] = "省";
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        use_name(b, use, u->name, MATCH_UNIT, i);
        for (size_t at = 0; at + sizeof(province) - 1 < u->name.n; at++) {
            if (memcmp(u->name.p + at, province, sizeof(province) - 1) == 0) {
                at += sizeof(province) - 1;
                use_name(b, use, (struct str){u->name.p + at, u->name.n - at}, MATCH_UNIT, i);
                break;
            }
        }
        const struct place *town = u->line == LINE_STATION ? policy_place(p, u->code) : NULL;
        for (struct str names = town == NULL ? STR_NONE : town->names; names.p != NULL;) {
            char name[MATCHER_TEXT_MAX + 16];
            struct text t = TEXT(name);
            text_str(&t, str_split(&names, '|'));
            text_put(&t, code_label(policy_lines, LINE_STATION));
            use_name(b, use, text_get(&t), MATCH_UNIT, i);
        }
    }
}

static void each_name(struct building *b, with_text use)
{
    const struct policy *p = b->p;
    each_unit(b, use);
    for (size_t i = 0; i < p->officers_n; i++) {
        const struct officer *o = &p->officers[i], *before = i == 0 ? NULL : o - 1;
        if (before == NULL || before->id != o->id || !str_eq(before->name, o->name)) {
            use_name(b, use, o->name, MATCH_OFFICER, i);
        }
    }
}

static struct matcher *build(const struct policy *p, struct arena *arena,
                             void (*each)(struct building *b, with_text use))
{
    struct building b;
    struct matcher *m = arena_get(arena, sizeof(*m));
    b.p = p;
    b.m = m;
    if (m == NULL) {
        return NULL;
    }
    each(&b, count);
    if (!get_memory(m, arena)) {
        return NULL;
    }
    each(&b, add);
    struct arena rest = *arena; // what is there only while sorting
    struct node *sorted = arena_get(&rest, m->nodes_n * sizeof(*sorted));
    uint32_t *order = arena_get(&rest, m->nodes_n * sizeof(*order));
    if (sorted == NULL || order == NULL) {
        return NULL;
    }
    sort_nodes(m, sorted, order);
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

void matcher_scan(const struct matcher *m, const uint16_t *c, uint32_t n, matcher_found found, void *context)
{
    uint32_t node = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint16_t class = m->class_of[c[i]];
        node = class == 0 ? 0 : step(m, node, class);
        for (uint32_t at = node; at != 0; at = m->nodes[at].out) {
            for (uint32_t k = m->nodes[at].first; k != 0; k = m->matches[k].next) {
                found(context, &m->matches[k], i + 1);
            }
        }
    }
}
