// SPDX-License-Identifier: Apache-2.0
#include "core/matcher.h"
#include "core/classify.h"

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
    uint32_t mask, nodes_n, matches_n, classes_n;
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

static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) { // full-width forms of ASCII
        c -= 0xFEE0;
    }
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static void add(struct matcher *m, struct str text, bool place, uint32_t index)
{
    uint32_t node = 0;
    for (size_t at = 0; at < text.n;) {
        uint32_t c = fold(utf8_next(text, &at));
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
    m->matches[m->matches_n] = (struct match){place, index, m->nodes[node].first, m->nodes[node].depth};
    m->nodes[node].first = m->matches_n++;
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
    for (uint32_t depth = 1; depth <= MATCHER_TEXT_MAX; depth++) {
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
    for (uint32_t c = 0; c < PLANE; c++) { // as fold has it, so that the scan need not
        m->class_of[c] = m->class_of[fold(c)];
    }
}

static bool get_memory(struct matcher *m, struct arena *arena, size_t texts, size_t chars)
{
    size_t slots = 1024;
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

const struct matcher *matcher_build(const struct policy *p, struct arena *arena)
{
    size_t texts = p->terms_n, chars = 0, n = 0;
    for (size_t i = 0; i < p->terms_n; i++) {
        chars += utf8_check(p->terms[i].term, &n) ? n : 0;
    }
    for (size_t i = 0; i < p->places_n; i++) {
        struct str names = p->places[i].names;
        chars += utf8_check(names, &n) ? n : 0;
        while (names.p != NULL) {
            texts++;
            (void)str_split(&names, '|');
        }
    }
    struct matcher *m = arena_get(arena, sizeof(*m));
    if (m == NULL || !get_memory(m, arena, texts, chars)) {
        return NULL;
    }
    for (size_t i = 0; i < p->terms_n; i++) {
        add(m, p->terms[i].term, false, (uint32_t)i);
    }
    for (size_t i = 0; i < p->places_n; i++) {
        struct str names = p->places[i].names;
        while (names.p != NULL) {
            add(m, str_split(&names, '|'), true, (uint32_t)i);
        }
    }
    link_nodes(m);
    return m;
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
