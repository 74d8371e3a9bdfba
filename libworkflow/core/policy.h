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

// Police lines: what a unit does. Those up to LINE_LEGAL may look into police conduct (domain §3.11 G3).
enum line {
    LINE_NONE = 0,
    LINE_SUPERVISION, // 督察
    LINE_DISCIPLINE,  // 纪检监察
    LINE_LEGAL,       // 法制
    LINE_GENERAL,     // the department, a bureau or a branch itself
    LINE_STATION,     // 派出所
    LINE_TRAFFIC,
    LINE_HOUSEHOLD,
    LINE_EXIT_ENTRY,
    LINE_ORDER, // 治安
    LINE_CRIMINAL,
    LINE_ECONOMIC,
    LINE_DRUGS,
    LINE_CYBER,
    LINE_FRAUD,
    LINE_FOOD_ENVIRONMENT,
    LINE_COMMAND, // 指挥中心, 110
    LINE_DETENTION,
    LINE_SERVICE, // 政务服务窗口
    LINE_MAX
};

// units.tsv: code level parent line name from to. One row for each time of validity; those of one code do not overlap.
// On each of its days a unit has a valid unit of a higher level as its parent; the province and the 21 bureaus never
// end.
struct unit {
    int32_t code, parent; // parent 0: the province
    enum unit_level level;
    enum line line;
    struct date from, to; // first and last day; "-" is INT32_MIN and INT32_MAX
    struct str name;      // 深圳市公安局
};

// officers.tsv: id name unit role from to. Who serves or served where; role: head or officer. Needed by the guard only.
struct officer {
    int32_t id;   // 警号, 1..99999999
    int32_t unit; // any that ever was
    bool head;
    struct date from, to;
    struct str name;
};

// posts.tsv: post duties. Both with '|' between: the post's names, and what it may do; a person acts as "name",
// "name@unit" or "name@unit:警号".
enum duty {
    DUTY_TRIAGE = 1,     // 受理: triage, classify, merge and split, ask for a supplement
    DUTY_DISPATCH = 2,   // 派单, and deciding returns
    DUTY_APPROVE = 4,    // 审核: approves what another proposed
    DUTY_CALLBACK = 8,   // 回访
    DUTY_SUPERVISE = 16, // 督办
    DUTY_WATCH = 32,     // 值班: acknowledges emergencies
    DUTY_LEAD = 64,      // 领导: instructions, listing, designation
    DUTY_INSPECT = 128,  // 督察/纪检核查
    DUTY_LIAISE = 256,   // 联络员 of a unit
    DUTY_HANDLE = 512,   // 承办民警
    DUTY_ANALYSE = 1024, // de-identified data only
    DUTY_SECRECY = 2048, // 保密员
    DUTY_ADMIN = 4096,   // never reads a letter
    DUTY_AUDIT = 8192,   // reads the journal, writes nothing
};
struct post {
    struct str names;
    uint32_t duties;
};

// routes.tsv: id category kind to line basis. Every category has one; the most specific row wins, as in steps.tsv.
enum route_to { ROUTE_BUREAU = 1, ROUTE_SUPERVISION, ROUTE_ELSEWHERE }; // of the place; above the accused; not ours
struct route {
    int16_t id, category; // category 0: *
    enum kind kind;       // KIND_NONE: *
    enum route_to to;
    enum line line; // who in the bureau usually does it; LINE_GENERAL: nobody special
    struct str basis;
};

// reasons.tsv: use code name basis. The closed lists that an officer chooses from.
enum reason_use { REASON_REFUSE = 1, REASON_REFER, REASON_RETURN, REASON_TERMINATE, REASON_DEFER };
struct reason {
    enum reason_use use;
    struct str code, name, basis;
};

// authorities.tsv: code name reason. Whose a matter is that is not the police's, and for which reason of the list it is
// referred there; the first row where the letter's words do not say whose.
#define POLICY_AUTHORITIES 64
struct authority {
    struct str code, name, reason;
};

// ladder.tsv: at supervision. What a warning does beside being journalled (K16): 50% 80% due +1wd +5wd.
#define WARNINGS 5
enum supervision {
    SUPERVISION_NONE = 0,
    SUPERVISION_URGED,
    SUPERVISION_SUPERVISED,
    SUPERVISION_LISTED,
    SUPERVISION_SUMMONED
};

// queues.tsv: queue. Which units below a bureau have a queue of their own, by code, and which channels have one for
// their portal, by name. The province and the bureaus always have one.
#define POLICY_QUEUES 900 // rows, at most

struct place {          // places.tsv: code level name parent names (the divisions of Guangdong)
    int32_t code, city; // code: 440300, 440305, 440305001: six digits for a city and a county, nine for a town
    struct str name;
    struct str names; // what letters may call it, with '|' between; n == 0: it is never looked for
};

// What else a letter may call a place or something in it; each needs something that speaks for the place. Made of
// villages.tsv (town names), landmarks.tsv (name code kind) and the names in places.tsv.
enum alias_kind {
    ALIAS_FULL = 1, // a village with its suffix (麻布村, 麻布社区); a town by another rank (沙井镇)
    ALIAS_SHORT,    // a village of three characters or more without its suffix
    ALIAS_TOWN,     // a town or county without what says its rank: 园洲
    ALIAS_LANDMARK, // a station, a port, a quarter, a former county: there is one in the province
    ALIAS_LOCAL,    // one in its city, there may be others elsewhere: roads, names of two characters
    ALIAS_WORD,     // of landmarks.tsv: no place of its own; holds shorter names
};
struct alias {
    struct str text;
    uint32_t place; // index into places; not for ALIAS_WORD
    uint32_t next;  // another one of the same text; 0: none
    bool first;     // of its text
    bool word;      // an ordinary word too (和平): it counts only beside the name of what it lies in
    enum alias_kind kind;
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
                          // 'a' another authority's business: code is its row
    int16_t code, weight; // weight: -200..200, in tenths of a nat; negative where the term speaks against the code
};

// steps.tsv: step category kind mode. The most specific row wins: (category, kind), (category, *), (*, kind), (*, *).
enum step { STEP_ACCEPT = 1, STEP_DISPATCH, STEP_REVIEW, STEP_ISSUE, STEP_CALLBACK, STEP_REFER };
#define POLICY_STEPS (STEP_REFER + 1)
enum step_mode { MODE_HUMAN = 1, MODE_AUTO };

// clocks.tsv: clock kind amount. Names as in domain §3.4; kind `*` or a kind's name.
enum clock {
    CLOCK_NONE = 0,
    CLOCK_K1,   // receipt
    CLOCK_K2,   // acknowledgement of an emergency
    CLOCK_K3,   // triage
    CLOCK_K4,   // dispatch
    CLOCK_K5,   // signing
    CLOCK_K6,   // objection: until when a unit may ask to return a leg
    CLOCK_K7,   // first contact with the writer
    CLOCK_K8,   // answer
    CLOCK_K9,   // extension: at most so much in all
    CLOCK_K10,  // the writer's supplement
    CLOCK_K11,  // callback
    CLOCK_K12,  // rework
    CLOCK_K13,  // feedback on a supervision
    CLOCK_K14A, // 信访: inform
    CLOCK_K14B, // 信访: finish
    CLOCK_K14C, // 信访: extension
    CLOCK_K14D, // 信访: 复查
    CLOCK_K14E, // 信访: 复核
    CLOCK_K15,  // police conduct: answer
    CLOCK_K15A, // police conduct: receipt
    CLOCK_K15B, // police conduct: first check
    CLOCK_K15C, // police conduct: inquiry
    CLOCK_K17,  // look again at a deferred case
    CLOCK_K18,  // decision on a request
    CLOCK_K19,  // archive after the end
    CLOCK_K20,  // appeal after the end
    CLOCK_MAX
};

struct variants; // policy_variants.c: misspellings and what is meant, for fold.c
struct matcher;  // classify.c: all terms and place names in one automaton

struct policy {
    int32_t version; // of the store; 0 when parsed from a directory
    const struct unit *units;
    size_t units_n;
    const struct officer *officers; // by id, then from
    size_t officers_n;
    const struct post *posts;
    size_t posts_n;
    const struct route *routes; // by id
    size_t routes_n;
    int16_t route_of[100][KIND_OTHER + 1]; // index into routes; resolved at load
    const struct reason *reasons;
    size_t reasons_n;
    const struct authority *authorities; // none: a policy that was loaded before there was this file
    size_t authorities_n;
    const int32_t *queues; // of queues.tsv: units, ascending
    size_t queues_n;
    uint8_t told; // of queues.tsv: a bit (1 << enum channel) for each channel
    enum supervision ladder[WARNINGS];
    const struct place *places;
    size_t places_n;
    const struct alias *aliases; // those of one text form a chain; the first of all is none
    size_t aliases_n;
    const struct category *categories;
    size_t categories_n;
    const struct term *terms;
    size_t terms_n;
    uint8_t steps[POLICY_STEPS][100][KIND_OTHER + 1]; // enum step_mode; resolved at load, category 0 = unknown
    struct span clocks[CLOCK_MAX][KIND_OTHER + 1];    // CLOCK_K1 has amount 0; all others are there
    struct calendar calendar;
    // settings.tsv: the confidence (0..100) from which a machine may accept; how far the model's thresholds for an
    // emergency and for police conduct are moved (20: not at all), and the head start of the kind that the writer
    // claimed, and of police conduct where he claimed a complaint, in tenths of a nat.
    int16_t sure, urgent_at, conduct_at, claimed, claimed_conduct;
    // settings.tsv: how often a leg may be handed back before the common superior designates; how often a supplement
    // may be asked for; working days that one extension may have; working days between a child's due date and its
    // parent's; calls before a case may be closed on nobody's answer, and on how many days; rework rounds before a case
    // is supervised; supplements before the level above is told; months that a former unit stays excluded (G2).
    int16_t hops, supplements, extension_days, margin_days, calls, call_days, rounds, pressing, served_months;
    // settings.tsv: percent of the text that letters share which are alike, and which are the same; for how many days a
    // letter is compared with those of other writers.
    int16_t near_at, same_text, near_days;
    const struct variants *variants; // NULL: none
    const struct matcher *matcher;
};

// The names in the files, with labels. policy_clocks has every clock but K1.
extern const struct code policy_steps[], policy_clocks[], policy_lines[], policy_duties[], policy_supervisions[];

#define POLICY_FILES 18
extern const char *const policy_file_names[POLICY_FILES]; // "units.tsv", "places.tsv", …

// Parses the files (in the order of policy_file_names) into memory of the arena; texts are copied.
// REJECT: err->field is "units.tsv:17", err->text what is wrong and what is allowed. RETRY: the arena is too small.
enum result policy_parse(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out,
                         struct err *err) MUST_USE;
// The same in a third of the time for whoever does not classify: the files of places, authorities and words are not
// looked at, so there is nothing of them, and policy.matcher is NULL.
enum result policy_parse_rules(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out,
                               struct err *err) MUST_USE;
#define POLICY_ARENA ((size_t)48 << 20) // enough for files of 4 MiB together

#define POLICY_PROVINCE 440000     // the department
#define POLICY_DEFAULT_POST "desk" // 专班: who acts where no post is said

// The prefectural bureaus of Guangdong, by GB/T 2260: letters of every one of them have to have somewhere to go.
#define POLICY_BUREAUS 21
extern const int32_t policy_bureaus[POLICY_BUREAUS];

const struct unit *policy_unit(const struct policy *p, int32_t code); // its newest row; NULL when unknown
const struct unit *policy_unit_at(const struct policy *p, int32_t code, struct date d); // NULL: not valid that day
// Is `above` strictly above `unit` on that day? Units that are not valid then have nothing above or below them.
bool policy_above(const struct policy *p, int32_t above, int32_t unit, struct date d);
// The one of the 21 bureaus, or the province, that this unit is or stands below (or stood, when it ended); 0 when
// unknown.
int32_t policy_bureau(const struct policy *p, int32_t unit);
// The same on that day, where the unit is there then: one that moves belongs to its new bureau from then on, not
// before.
int32_t policy_bureau_at(const struct policy *p, int32_t unit, struct date d);
// Whose queue serves this unit: the nearest unit at or above it that has one; 0 when unknown. Lines that were appended
// before a unit got or lost its queue stay where they are.
int32_t policy_queue(const struct policy *p, int32_t unit);
int32_t policy_queue_at(const struct policy *p, int32_t unit, struct date d);
bool policy_told(const struct policy *p, enum channel channel); // has this channel a queue for its portal?
// Every queue that this policy has: channels, the province and the bureaus, units. Returns how many.
#define POLICY_QUEUES_ALL (POLICY_QUEUES + POLICY_BUREAUS + 1 + 6)
int policy_queues(const struct policy *p, int32_t *out, int max);
// The post of that name; NULL when unknown.
const struct post *policy_post(const struct policy *p, struct str name);
// "name", "name@unit" or "name@unit:警号" → post (POLICY_DEFAULT_POST where none is said), unit (the province where
// none is said), officer (0: not said). REJECT, code "unknown_post", "unknown_unit" or "bad_officer": names what is
// wrong and what there is; nothing is filled in.
enum result policy_post_parse(const struct policy *p, struct str s, const struct post **post, int32_t *unit,
                              int32_t *officer, struct err *err) MUST_USE;
// Never NULL; a category that this policy does not have has the route of category 0.
const struct route *policy_route(const struct policy *p, int16_t category, enum kind kind);
const struct reason *policy_reason(const struct policy *p, enum reason_use use, struct str code); // NULL when unknown
const struct place *policy_place(const struct policy *p, int32_t code);                           // NULL when unknown
bool policy_has_category(const struct policy *p, int64_t code);
bool policy_is_bureau(const struct policy *p, int32_t code);  // a city's bureau
bool policy_is_mailbox(const struct policy *p, int32_t code); // the province or a city's bureau
enum step_mode policy_step(const struct policy *p, enum step step, int16_t category, enum kind kind);
// When `clock` is due for a letter of `kind` if started now; 0 for CLOCK_K1.
wf_time policy_due(const struct policy *p, enum clock clock, enum kind kind, wf_time start);

#endif
