// SPDX-License-Identifier: Apache-2.0
// json_member: what members a JSON object may have, what each may hold, and where it goes. For client's own files.
#ifndef CLIENT_JSON_MEMBER_H
#define CLIENT_JSON_MEMBER_H

#include "client/json.h"

#include <jansson.h>

enum member_type {
    MEMBER_TEXT,
    MEMBER_BOOL,
    MEMBER_YES,   // a bool that may also be "yes" or "no"
    MEMBER_INT,   // a whole number
    MEMBER_COUNT, // the same, which may also come as a text of digits
    MEMBER_CODE,  // the same, as codes are written elsewhere ("01")
    MEMBER_TIME,  // RFC 3339, or a date, which means the end of that day
    MEMBER_TEXTS,
    MEMBER_OBJECT
};

// A member that an object may have and where it goes.
struct member {
    const char *name;
    enum member_type type;
    bool needed;      // must be there; a text also not blank
    int64_t min, max; // a text's characters (min unused), a number's range
    void *to;         // struct str, bool, int64_t, struct str[]; a MEMBER_OBJECT's: const struct members
    void *has;        // bool: set when the member was there; texts: uint32_t, their number; NULL: not asked for
};

struct members {
    const char *prefix; // of the field's name in errors: "writer."
    const struct member *list;
    size_t n;
};

#define MEMBERS(array) (sizeof(array) / sizeof((array)[0]))

const char *json_type_name(const json_t *value); // "a text"
enum result json_take(const struct members *members, const json_t *object, struct err *err) MUST_USE;
// Reads one line as an object. ref: the member that a refusal of this line will show, NULL: none.
enum result json_parse(struct str text, const char *ref, struct json_line *line, struct err *err) MUST_USE;

#endif
