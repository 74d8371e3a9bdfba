// SPDX-License-Identifier: Apache-2.0
// curve: CURVE keys and their files. A file is a ZeroMQ certificate (ZPL, as czmq and pyzmq read it): metadata, and
// public-key and secret-key in Z85 under curve. Whoever has the secret is the bureau, so such a file has mode 0600.
#ifndef RUN_CURVE_H
#define RUN_CURVE_H

#include "core/err.h"

#define CURVE_BYTES 32
#define CURVE_Z85 41         // 40 characters and the terminator
#define CURVE_FINGERPRINT 17 // 16 hex digits of the public key's first 8 bytes, and the terminator

struct curve_key {
    uint8_t public[CURVE_BYTES];
    uint8_t secret[CURVE_BYTES];
    bool has_secret;
};

void curve_new(struct curve_key *out);
// REJECT (code "key_file"), naming the file and what is wrong: not there, not readable, no certificate, keys that do
// not belong together, or a secret that others may read (mode & 077).
enum result curve_read(const char *path, struct curve_key *out, struct err *err) MUST_USE;
// Writes a new file, mode 0600 with a secret, else 0644; never over one that is there (code "exists"). name: a line of
// metadata that says whose it is.
enum result curve_write(const char *path, const struct curve_key *key, const char *name, struct err *err) MUST_USE;
void curve_forget(struct curve_key *key); // overwrites the secret

bool curve_of_z85(struct str z85, uint8_t out[CURVE_BYTES]); // false: not 40 characters of Z85
void curve_z85(const uint8_t key[CURVE_BYTES], char out[CURVE_Z85]);
void curve_fingerprint(const uint8_t key[CURVE_BYTES], char out[CURVE_FINGERPRINT]);

#endif
