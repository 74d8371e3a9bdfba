// SPDX-License-Identifier: Apache-2.0
// wire_vectors: reads proto/vectors/*.txt for the tests of wire.
#ifndef UNIT_WIRE_VECTORS_H
#define UNIT_WIRE_VECTORS_H

#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTOR_MAX 16384 // bytes of a frame in a vector

struct vector {
    const struct wire_message *message;
    char name[64]; // message/variant
    uint8_t frame[VECTOR_MAX];
    size_t n;
    char *rest[3]; // the line's further words
    int rest_n;
};

static inline size_t vector_hex(const char *hex, uint8_t out[VECTOR_MAX])
{
    size_t n = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    assert_true(n <= VECTOR_MAX);
    for (size_t i = 0; i < n; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        char *end;
        out[i] = (uint8_t)strtoul(two, &end, 16);
        assert_ptr_equal(end, two + 2);
    }
    return n;
}

static inline const struct wire_message *vector_message(const char *name)
{
    size_t n = strcspn(name, "/");
    for (size_t i = 0; i < wire_messages_n; i++) {
        if (str_is((struct str){name, n}, wire_messages[i].name))
            return &wire_messages[i];
    }
    fail_msg("no message for vector %s", name);
    return NULL;
}

// Calls fn for each vector of the file; returns how many there were.
static inline int vectors_each(const char *file, void (*fn)(const struct vector *v))
{
    char path[4096];
    static char line[4 * VECTOR_MAX + 200];
    static struct vector v;
    int n = 0;
    snprintf(path, sizeof path, "%s/proto/vectors/%s", SOURCE_DIR, file);
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("cannot open %s", path);
    while (fgets(line, sizeof line, in)) {
        if (line[0] == '#')
            continue;
        char *save, *name = strtok_r(line, " \n", &save);
        v.message = vector_message(name);
        snprintf(v.name, sizeof v.name, "%s", name);
        v.n = vector_hex(strtok_r(NULL, " \n", &save), v.frame);
        v.rest_n = 0;
        for (char *word; v.rest_n < 3 && (word = strtok_r(NULL, " \n", &save)) != NULL; v.rest_n++)
            v.rest[v.rest_n] = word;
        fn(&v);
        n++;
    }
    fclose(in);
    return n;
}

// The struct of any message, big enough and aligned for all.
static inline void *vector_struct(void)
{
    static _Alignas(16) char space[65536];
    for (size_t i = 0; i < wire_messages_n; i++)
        assert_true(wire_messages[i].size <= sizeof space);
    return space;
}

static inline enum result vector_decode(const struct wire_message *m, const uint8_t *p, size_t n, void *out,
                                        struct err *err)
{
    struct frame frame;
    enum result r = frame_get(p, n, &frame, err);
    return r ? r : wire_decode(m, &frame, out, err);
}

#endif
