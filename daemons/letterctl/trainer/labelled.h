// SPDX-License-Identifier: Apache-2.0
// labelled: letters with what they should be read as, from JSON lines and tab-separated files.
#ifndef TRAINER_LABELLED_H
#define TRAINER_LABELLED_H

#include "core/letter.h"

#define UNKNOWN (-1)
#define LABELLED_SETS 100 // whose names are kept

struct labelled {
    char *id, *title, *body, *place, *date;      // date: as written, "2016-08-11 …"; "" where there is none
    char *klass;                                 // of --classes
    int32_t mailbox;                             // 0: not said
    enum kind claimed;                           // what the writer ticked; KIND_NONE: not said
    int kind, category, conduct, urgent, police; // UNKNOWN: leave it out; kind by enum kind, category by its code
    int32_t city;                                // 0: none is right; UNKNOWN
    char *district;                              // "": none is right; NULL: unknown
    char *accused;                               // whom the letter names, in words; NULL: unknown
    int set;                                     // which file its labels came from
    bool doubtful;                               // its reader was not sure of kind and category
};

struct labelled_set {
    struct labelled *of;
    size_t n, cap;
    int sets;
    const char *name[LABELLED_SETS]; // of the sets
};

// Reads labels. FILE.jsonl: a letter with its labels a line (id, title, body, mailbox, place, kind, category, conduct,
// urgent, city, district, accused). FILE.tsv: a header; id, kind, category, conduct, urgent, district, city, sure (0:
// another careful reader might differ); the texts come with labelled_letters. "?" and what is not there is unknown;
// district "-" means that none is right. false: the reason was said.
bool labelled_read(const char *command, const char *file, struct labelled_set *out);

// Reads texts for the labels whose id they have: FILE.tsv with a header; id or row, and in front of a bare number the
// part of the file's name before '_' (sz_letters.tsv: sz0, sz1, …); title, body, mailbox, kind (what the writer
// ticked), dept, and ask_date, time or date. When `all` is not NULL, the letters without labels go there, if their dept
// says whether they are the police's (公安, 交警).
bool labelled_letters(const char *command, const char *file, int32_t mailbox, struct labelled_set *labels,
                      struct labelled_set *all);

// Any tab-separated file: the class in one column, the text in another.
bool labelled_classes(const char *command, const char *file, const char *class_column, const char *text_column,
                      struct labelled_set *out);

// Drops labels that have no text; says how many.
void labelled_drop_empty(const char *command, struct labelled_set *set);

#endif
