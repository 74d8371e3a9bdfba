// SPDX-License-Identifier: Apache-2.0
#include "store/code_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTWXYZ";
#define BASE (sizeof alphabet - 1)

enum result code_key_read(const char *path, struct code_key *out, struct err *err)
{
    static const char make[] = ": make one with `(umask 077; head -c 32 /dev/urandom > FILE)`";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_str(err, REJECT, "no_key", "intake/code_key", "cannot open the key file ", str_of(path), make);
    struct stat st;
    uint8_t bytes[sizeof out->bytes + 1];
    bool private_file = fstat(fd, &st) == 0 && (st.st_mode & 077) == 0;
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    if (!private_file)
        return err_set_str(err, REJECT, "bad_key", "intake/code_key", "others may read the key file ", str_of(path),
                           ": chmod 0400 it");
    if (n != (ssize_t)sizeof out->bytes)
        return err_set_str(err, REJECT, "bad_key", "intake/code_key", "32 bytes are needed in ", str_of(path), make);
    memcpy(out->bytes, bytes, sizeof out->bytes);
    sodium_memzero(bytes, sizeof bytes);
    return OK;
}

void code_of(const struct code_key *key, const char *number, char out[CODE_LENGTH + 1])
{
    uint8_t hash[16];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)number, strlen(number), key->bytes, sizeof key->bytes);
    // The hash as one big number, taken apart in base 29.
    for (int k = 0; k < CODE_LENGTH; k++) {
        unsigned rest = 0;
        for (size_t i = 0; i < sizeof hash; i++) {
            unsigned v = rest << 8 | hash[i];
            hash[i] = (uint8_t)(v / BASE);
            rest = v % BASE;
        }
        out[k] = alphabet[rest];
    }
    out[CODE_LENGTH] = '\0';
}

bool code_is(const struct code_key *key, const char *number, struct str given)
{
    char code[CODE_LENGTH + 1], whole[CODE_LENGTH] = {0};
    code_of(key, number, code);
    if (given.n > 0)
        memcpy(whole, given.p, given.n < CODE_LENGTH ? given.n : CODE_LENGTH);
    bool same = sodium_memcmp(whole, code, CODE_LENGTH) == 0;
    return same && given.n == CODE_LENGTH;
}
