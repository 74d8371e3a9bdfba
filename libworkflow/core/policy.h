// SPDX-License-Identifier: Apache-2.0
// policy: the catalogues as one immutable value: units, gazetteer, categories, lexicon, human steps, clocks, calendar.
//
// Source: the tab-separated files of deploy/policy (one header line, '#' comments, UTF-8). The store keeps each loaded
// version's files; every daemon parses them with policy_parse, so `policy check` and the daemons cannot disagree.
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/calendar.h"
#include "core/codes.h"
#include "core/err.h"

enum unit_level { UNIT_PROVINCE = 1, UNIT_CITY, UNIT_COUNTY, UNIT_SQUAD };

struct unit { // units.tsv: code level parent name
    int32_t code, parent;
    enum unit_level level;
    struct str name; // 深圳市公安局
};

struct place {          // places.tsv: code level name parent names (the divisions of Guangdong)
    int32_t code, city; // code: 440300, 440305, 440305001: six digits for a city and a county, nine for a town
    struct str name;
    struct str names; // what letters may call it, with '|' between; n == 0: it is never looked for
};

struct category { // categories.tsv: code name
    int16_t code; // 1..99, domain §3.7
    struct str name;
};

#define POLICY_TERMS 16384 // rows of lexicon.tsv, at most
struct term {              // lexicon.tsv: axis code weight term
    struct str term;
    char axis;            // 'k' kind, 'c' category, 'u' urgent, 'p' police conduct, 'v' vague,
                          // 'o' names a police unit or officer, 'n' holds a place's name but is none (中山路)
    int16_t code, weight; // weight: -200..200, in tenths of a nat; negative where the term speaks against the code
};

// steps.tsv: step category kind mode. The most specific row wins: (category, kind), (category, *), (*, kind), (*, *).
enum step { STEP_ACCEPT = 1, STEP_DISPATCH, STEP_REVIEW, STEP_ISSUE, STEP_CALLBACK };
enum step_mode { MODE_HUMAN = 1, MODE_AUTO };

// clocks.tsv: clock kind amount. Names K3 (triage), K5 (sign), K8 (answer), …; kind `*` or a kind's name.
enum clock {
    CLOCK_NONE = 0,
    CLOCK_K2 = 2,
    CLOCK_K3 = 3,
    CLOCK_K4 = 4,
    CLOCK_K5 = 5,
    CLOCK_K8 = 8,
    CLOCK_K11 = 11,
    CLOCK_K12 = 12,
    CLOCK_MAX = 17
};

struct matcher; // classify.c: all terms and place names in one automaton

struct policy {
    int32_t version; // of the store; 0 when parsed from a directory
    const struct unit *units;
    size_t units_n;
    const struct place *places;
    size_t places_n;
    const struct category *categories;
    size_t categories_n;
    const struct term *terms;
    size_t terms_n;
    uint8_t steps[STEP_CALLBACK + 1][100][KIND_OTHER + 1]; // enum step_mode; resolved at load, category 0 = unknown
    struct span clocks[CLOCK_MAX][KIND_OTHER + 1];         // amount 0: no such clock
    struct calendar calendar;
    // settings.tsv: the confidence (0..100) from which a machine may accept; the sums of weights from which a letter is
    // urgent or about police conduct; the head start of the kind that the writer claimed.
    int16_t sure, urgent_at, conduct_at, claimed;
    const struct matcher *matcher;
};

// The names of steps and clocks in the files.
extern const struct code policy_steps[], policy_clocks[];

#define POLICY_FILES 8
extern const char *const policy_file_names[POLICY_FILES]; // "units.tsv", "places.tsv", …

// Parses the files (in the order of policy_file_names) into memory of the arena; texts are copied.
// REJECT: err->field is "units.tsv:17", err->text what is wrong and what is allowed. RETRY: the arena is too small.
enum result policy_parse(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out,
                         struct err *err) MUST_USE;
#define POLICY_ARENA ((size_t)48 << 20) // enough for files of 4 MiB together

// The prefectural bureaus of Guangdong, by GB/T 2260: letters of every one of them have to have somewhere to go.
#define POLICY_BUREAUS 21
extern const int32_t policy_bureaus[POLICY_BUREAUS];

const struct unit *policy_unit(const struct policy *p, int32_t code);   // NULL when unknown
const struct place *policy_place(const struct policy *p, int32_t code); // NULL when unknown
bool policy_has_category(const struct policy *p, int64_t code);
bool policy_is_bureau(const struct policy *p, int32_t code);  // a city's bureau
bool policy_is_mailbox(const struct policy *p, int32_t code); // the province or a city's bureau
enum step_mode policy_step(const struct policy *p, enum step step, int16_t category, enum kind kind);
// When `clock` is due for a letter of `kind` if started now; 0 when the policy has no such clock.
wf_time policy_due(const struct policy *p, enum clock clock, enum kind kind, wf_time start);

#endif
