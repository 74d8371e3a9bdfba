// SPDX-License-Identifier: Apache-2.0
// sealed: a file that ends with the checksum (BLAKE2b-256) of what stands before, mapped into memory.
#ifndef RUN_SEALED_H
#define RUN_SEALED_H

#include "core/err.h"

#define SEAL_BYTES 32
#define SEAL_NAME 9 // eight hexadecimal digits of the seal, by which people call a file, and NUL

struct sealed {
    struct str bytes; // without the seal; read only
    char name[SEAL_NAME];
    int64_t device, inode; // which file this was, to see whether another has its place
    int64_t changed;
};

// Maps the file and compares its seal. REJECT, code "unreadable" or "damaged": says which file and why; *out is
// untouched.
enum result sealed_map(const char *path, struct sealed *out, struct err *err) MUST_USE;
void sealed_unmap(struct sealed *s);
// Which file stands under this path, without reading it, in s; what s had is forgotten, not unmapped.
void sealed_look(const char *path, struct sealed *s);
// Does another file, or another content, stand under this path by now? false when there is none.
bool sealed_replaced(const struct sealed *s, const char *path);
// Writes the bytes and their seal beside the path, to the disk, and puts it in its place: whoever maps it has the old
// or the new one. name (may be NULL) gets its name. RETRY, code "unwritable": says why.
enum result sealed_write(const char *path, struct str bytes, char name[SEAL_NAME], struct err *err) MUST_USE;

#endif
