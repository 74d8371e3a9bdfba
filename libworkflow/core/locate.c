// SPDX-License-Identifier: Apache-2.0
#include "core/locate.h"
#include "core/fold.h"

#include <string.h>

struct where {
    int32_t city, place; // 0: none
    bool doubtful;       // several cities, and nothing that says which
};

void locate_found(const struct policy *p, struct areas *areas, const struct match *match, uint32_t base, uint32_t end)
{
    const struct place *place = match->of == MATCH_PLACE ? &p->places[match->index] : NULL;
    if (place == NULL && (match->of != MATCH_TERM || p->terms[match->index].axis != 'n')) {
        return;
    }
    if (areas->n < LOCATE_AREAS) {
        areas->at[areas->n++] = (struct area){base + end - match->chars, base + end, place};
    }
}

// Only the names of places: for the place member.
struct member {
    const struct policy *p;
    struct areas *areas;
};
static void found_name(void *context, const struct match *match, uint32_t end)
{
    struct member *m = context;
    locate_found(m->p, m->areas, match, 0, end);
}

// A name inside a longer one (中山 in 中山路, 龙华 in 龙华区) says nothing of its own.
static void drop_covered(struct areas *areas)
{
    size_t kept = 0;
    struct areas all = {.n = areas->n};
    memcpy(all.at, areas->at, areas->n * sizeof(all.at[0]));
    for (size_t i = 0; i < all.n; i++) {
        const struct area *a = &all.at[i];
        bool covered = a->place == NULL;
        for (size_t j = 0; j < all.n && !covered; j++) {
            const struct area *b = &all.at[j];
            covered = b->begin <= a->begin && b->end >= a->end && b->end - b->begin > a->end - a->begin;
        }
        if (!covered) {
            areas->at[kept++] = *a;
        }
    }
    areas->n = kept;
}

// Does the same name stand for a place of another city as well?
static bool ambiguous(const struct areas *areas, const struct area *a)
{
    for (size_t i = 0; i < areas->n; i++) {
        const struct area *b = &areas->at[i];
        if (b->begin == a->begin && b->end == a->end && b->place->city != a->place->city) {
            return true;
        }
    }
    return false;
}

// The city and the narrowest place that the names found agree on; where they do not, `context` (0: none) decides if it
// is among them.
static struct where agree(struct areas *areas, int32_t context)
{
    struct where w = {0};
    bool context_named = false;
    drop_covered(areas);
    for (size_t i = 0; i < areas->n; i++) {
        const struct area *a = &areas->at[i];
        context_named = context_named || a->place->city == context;
        if (ambiguous(areas, a)) {
            continue;
        }
        w.doubtful = w.doubtful || (w.city != 0 && w.city != a->place->city);
        w.city = a->place->city;
    }
    if (context_named && (w.doubtful || w.city == 0)) {
        w = (struct where){.city = context};
    }
    for (size_t i = 0; i < areas->n && !w.doubtful; i++) {
        const struct place *place = areas->at[i].place;
        if (place->city == w.city && (w.place == 0 || place->code > w.place)) {
            w.place = place->code; // towns have nine digits, counties six that are above their city's
        }
    }
    return w;
}

void locate(const struct policy *p, const struct letter *letter, struct areas *areas, struct location *out)
{
    int32_t box = letter->mailbox == MAILBOX_PROVINCE ? 0 : letter->mailbox;
    struct where text = agree(areas, box);
    areas->n = 0;
    if (letter->place.n > 0) {
        struct folded place;
        fold_begin(&place);
        fold_add(p, letter->place, &place);
        matcher_scan(p->matcher, place.c, place.n, found_name, &(struct member){p, areas});
    }
    struct where member = agree(areas, text.city != 0 && !text.doubtful ? text.city : box);
    *out = (struct location){.most = 100, .source = "the place member"};
    if (member.city != 0 && !member.doubtful) {
        out->city = member.city;
        out->place = text.city == member.city && text.place > member.place ? text.place : member.place;
    } else if (text.city != 0 && !text.doubtful) {
        out->source = "the text";
        out->city = text.city;
        out->place = text.place;
        out->most = box != 0 && box != text.city ? 50 : 100; // written to one city about another
    } else {
        out->source = box != 0 ? "the mailbox" : "nothing";
        out->city = box;
        out->most = text.doubtful ? 50 : 100;
    }
    if (out->city == 0) {
        out->most = 30;
    }
}
