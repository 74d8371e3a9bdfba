// SPDX-License-Identifier: Apache-2.0
// writer: what the writer of a letter is told, and in which words (domain §3.2, §3.9). Never opinions, 督办, other
// writers, or who an officer is; of a letter about police conduct only the level of who handles it. Pure.
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include "core/case.h"

#define WRITER_LINE_MAX 1600 // bytes of one line, with the terminator: at most 400 characters
#define WRITER_SAYS 300      // characters of somebody's words in a line; more is cut

// Which of a case's steps its writer is told by the portal's queue; 0: none. leg: the step's leg, NULL: of the case.
enum writer_event writer_event_of(const struct rule *rule, const struct leg_facts *leg);

// Of one line, what its words need.
struct writer_said {
    enum writer_event event;
    wf_time due_at;   // promised, or by when something is asked of the writer; 0: no date is said
    int32_t unit;     // who handles it, or looked at the identity; 0: not told
    bool conduct;     // about police conduct
    struct str words; // asked, refused, referred, terminated: what and why; extended: why; identity_opened: the
                      // purpose; merged: into which number; p == NULL: not known
};
// The line of such a notice: "已转深圳市公安机关有关部门办理，将于2026年12月2日前答复".
void writer_say(const struct policy *p, const struct writer_said *said, struct text *out);

// One journal line as a line of the timeline; false: the writer is not shown it.
struct writer_entry {
    const struct rule *rule;
    enum actor actor;
    wf_time due_at;
    int32_t unit; // of its leg, or the unit that acted
    bool lead;    // its leg is one that the centre opened, and leads; a line without a leg: false
    bool conduct;
    struct str detail; // of the journal
    struct str why;    // extended: the unit's reason; refused, referred: the proposal's words; merged: the number
};
bool writer_line(const struct policy *p, const struct writer_entry *entry, struct text *out);

// The state as the writer reads it. primary: the number that it was merged into; p == NULL: none.
void writer_label(enum case_state state, struct str primary, struct text *out);

// What the desk wrote for the writer in a journal's detail: without the reason's code before it.
struct str writer_words(struct str detail);

// Which of supplement, withdraw, rate and appeal the table would take from the writer now: a bit (1 << n) for each of
// writer_acts. clock_at: as in case_facts.
extern const enum event writer_acts[4];
uint32_t writer_may(const struct policy *p, enum case_state state, enum kind kind, wf_time clock_at, wf_time now);

#endif
