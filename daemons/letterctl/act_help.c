// SPDX-License-Identifier: Apache-2.0
#include "act_help.h"

#include "core/case.h"

#include <string.h>

#define WIDTH 110 // columns of a line
#define INDENT "      "

// Adds one word to a list that is broken into lines; *column is where the line stands.
static void put_word(struct text *out, int *column, const char *word)
{
    int n = (int)strlen(word);
    if (*column == 0 || *column + n + 2 > WIDTH) {
        text_put(out, *column == 0 ? INDENT : ",\n" INDENT);
        *column = (int)strlen(INDENT);
    } else {
        text_put(out, ", ");
        *column += 2;
    }
    text_put(out, word);
    *column += n;
}

static bool raises(enum event event, uint32_t by, uint32_t duty)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->event == event && (r->by & by) && (duty == 0 || (r->duty & duty)))
            return true;
    return false;
}

static void put_list(struct text *out, uint32_t by, uint32_t duty)
{
    int column = 0;
    for (const struct code *e = events; e->name; e++)
        if (raises((enum event)e->code, by, duty))
            put_word(out, &column, e->name);
    text_put(out, "\n");
}

static bool has_any(uint32_t by, uint32_t duty)
{
    for (const struct rule *r = rules; r->id; r++)
        if ((r->by & by) && (r->duty & duty))
            return true;
    return false;
}

void act_help_events(struct text *out)
{
    text_put(out,
             "Events of the desk, by the duty of the post that acts (letterctl posts); grant and deny decide whatever\n"
             "request is open, by the duty that this needs:\n");
    for (const struct code *duty = policy_duties; duty->name; duty++) {
        if (!has_any(BY_DESK, (uint32_t)duty->code))
            continue;
        text_put(out, "  ");
        text_put(out, duty->name);
        text_put(out, " ");
        text_put(out, duty->label);
        text_put(out, "\n");
        put_list(out, BY_DESK, (uint32_t)duty->code);
    }
    text_put(out, "  what the writer says, entered by the desk\n");
    put_list(out, BY_WRITER, 0);
    text_put(out, "Events of a bureau (bureauctl report), and grant and deny for the units below it:\n");
    put_list(out, BY_BUREAU, 0);
}
