// SPDX-License-Identifier: Apache-2.0
#include "core/matcher.h"
#include "core/classify.h"
#include "core/fold.h"

#include <string.h>

#define CHARACTERS 65536
#define NODES (UINT32_C(1) << 24) // fewer than this

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
    uint16_t *class_of; // by character; 0: in no term. Up to `firsts` it is the node that the root leads to
    struct node *nodes;
    uint64_t *edges; // a hash table; 0: free
    uint64_t *taken; // a bit for each of its slots: fits a near cache, where the table does not
    struct match *matches;
    uint32_t mask, nodes_n, matches_n, classes_n, firsts;
    const struct matcher *names;
};

// What a matcher is built with.
struct building {
    const struct policy *p;
    struct matcher *m;
    struct folded text;
};

// An edge: where it comes from, its class, where it leads.
static uint64_t edge_of(uint32_t from, uint16_t class)
{
    return (uint64_t)from << 40 | (uint64_t) class << 24;
}

static uint32_t edge_to(uint64_t edge)
{
    return edge & (NODES - 1);
}

static uint32_t slot_of(const struct matcher *m, uint64_t edge)
{
    return (uint32_t)((edge >> 24) * UINT64_C(0x9E3779B97F4A7C15) >> 32 & m->mask);
}

// The slot of an edge, or the free one where it would go.
static uint32_t find_edge(const struct matcher *m, uint64_t edge)
{
    for (uint32_t i = slot_of(m, edge);; i = (i + 1) & m->mask) {
        if (m->edges[i] == 0 || (m->edges[i] ^ edge) < NODES) {
            return i;
        }
    }
}

static void put_edge(struct matcher *m, uint32_t slot, uint64_t edge, uint32_t to)
{
    m->edges[slot] = edge | to;
    m->taken[slot / 64] |= UINT64_C(1) << (slot & 63);
    m->nodes[edge >> 40].onward |= UINT64_C(1) << (edge >> 24 & 63);
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
        uint64_t edge = edge_of(node, *class);
        uint32_t slot = find_edge(m, edge);
        if (m->edges[slot] == 0) {
            put_edge(m, slot, edge, m->nodes_n);
            m->nodes[m->nodes_n++] =
                (struct node){.parent = node, .class = *class, .depth = (uint8_t)(m->nodes[node].depth + 1)};
        }
        node = edge_to(m->edges[slot]);
    }
    if (node == 0) { // nothing of it is left
        return;
    }
    m->matches[m->matches_n] = (struct match){of, index, m->nodes[node].first, m->nodes[node].depth};
    m->nodes[node].first = m->matches_n++;
}

static uint32_t step(const struct matcher *m, uint32_t node, uint16_t class)
{
    for (; node != 0; node = m->nodes[node].fail) {
        if (m->nodes[node].onward >> (class & 63) & 1) {
            uint64_t edge = edge_of(node, class);
            uint32_t slot = slot_of(m, edge);
            if (m->taken[slot / 64] >> (slot & 63) & 1) {
                uint32_t to = edge_to(m->edges[find_edge(m, edge)]);
                if (to != 0) {
                    return to;
                }
            }
        }
    }
    return class <= m->firsts ? class : 0;
}

// Writes the nodes of `from` to m in order of their depth. Those of depth 1 come first, and a class that leads to one
// has its number. `order` has room for each node and class.
static void sort_nodes(struct matcher *m, const struct matcher *from, uint32_t *order)
{
    uint32_t at[UINT8_MAX + 2] = {0};
    uint32_t *class_of = order + from->nodes_n; // by class of `from`
    for (uint32_t i = 1; i < from->nodes_n; i++) {
        at[from->nodes[i].depth + 1]++;
    }
    at[1] = 1; // behind the root
    for (uint32_t depth = 1; depth <= UINT8_MAX; depth++) {
        at[depth + 1] += at[depth];
    }
    m->firsts = m->classes_n = at[2] - 1;
    for (uint32_t i = 1; i < from->nodes_n; i++) {
        const struct node *n = &from->nodes[i];
        order[i] = at[n->depth]++;
        class_of[n->class] = n->depth == 1 ? order[i] : class_of[n->class];
    }
    for (uint32_t c = 0; c < CHARACTERS; c++) {
        uint32_t *class = &class_of[from->class_of[c]];
        if (from->class_of[c] != 0) {
            *class = *class == 0 ? ++m->classes_n : *class;
            m->class_of[c] = (uint16_t) * class;
        }
    }
    for (uint32_t i = 1; i < from->nodes_n; i++) {
        const struct node *n = &from->nodes[i];
        m->nodes[order[i]] = (struct node){
            .first = n->first, .parent = order[n->parent], .class = (uint16_t)class_of[n->class], .depth = n->depth};
    }
    m->nodes_n = from->nodes_n;
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        const struct node *n = &m->nodes[i];
        uint64_t edge = edge_of(n->parent, n->class);
        put_edge(m, find_edge(m, edge), edge, i);
    }
}

// Fail links, from the root outwards: a node's is one step from its parent's, which is nearer to the root.
static void link_nodes(struct matcher *m)
{
    for (uint32_t i = 1; i < m->nodes_n; i++) {
        struct node *n = &m->nodes[i];
        n->fail = n->depth == 1 ? 0 : step(m, m->nodes[n->parent].fail, n->class);
        const struct node *fail = &m->nodes[n->fail];
        n->out = fail->first != 0 ? n->fail : fail->out;
    }
}

// For so many nodes, and slots for so many edges.
static bool get_memory(struct matcher *m, struct arena *arena, size_t nodes, size_t edges)
{
    size_t slots = 4096;
    while (slots < edges) {
        slots *= 2;
    }
    m->mask = (uint32_t)slots - 1;
    m->class_of = arena_get(arena, CHARACTERS * sizeof(*m->class_of));
    m->nodes = arena_get(arena, nodes * sizeof(*m->nodes));
    m->edges = arena_get(arena, slots * sizeof(*m->edges));
    m->taken = arena_get(arena, slots / 8);
    m->nodes_n = 1; // the root
    return m->class_of != NULL && m->nodes != NULL && m->edges != NULL && m->taken != NULL;
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

// First with room for as many nodes as the texts have characters, at the far end of the arena; then what it came to.
static struct matcher *build(const struct policy *p, struct arena *arena,
                             void (*each)(struct building *b, with_text use))
{
    struct building b;
    struct matcher first = {.nodes_n = 1, .matches_n = 1}, *m = arena_get(arena, sizeof(*m));
    b.p = p;
    b.m = &first;
    each(&b, count);
    struct match *matches = arena_get(arena, first.matches_n * sizeof(*matches));
    size_t nodes = first.nodes_n, far = nodes * 60 + ((size_t)1 << 19); // get_memory of as many, and order
    if (m == NULL || matches == NULL || nodes >= NODES || far > arena->cap - arena->n) {
        return NULL;
    }
    struct arena end = {arena->p + arena->cap - far, far, 0};
    arena->cap -= far;
    first.matches = matches;
    first.matches_n = 1;
    insist(get_memory(&first, &end, nodes, nodes + nodes / 4));
    each(&b, add);
    uint32_t *order = arena_get(&end, ((size_t)first.nodes_n + first.classes_n + 1) * sizeof(*order));
    bool room = get_memory(m, arena, first.nodes_n, 2 * (size_t)first.nodes_n);
    arena->cap += far;
    if (!room || order == NULL) {
        return NULL;
    }
    m->matches = matches;
    sort_nodes(m, &first, order);
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
