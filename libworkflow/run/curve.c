// SPDX-License-Identifier: Apache-2.0
#include "run/curve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define FILE_MAX_BYTES 8192
#define NAME_MAX_BYTES 200

static const char hex_digits[] = "0123456789abcdef";

bool curve_of_z85(struct str z85, uint8_t out[CURVE_BYTES])
{
    char text[CURVE_Z85];
    uint8_t key[CURVE_BYTES];
    if (z85.n != CURVE_Z85 - 1)
        return false;
    memcpy(text, z85.p, z85.n);
    text[z85.n] = '\0';
    bool good = strlen(text) == CURVE_Z85 - 1 && zmq_z85_decode(key, text) != NULL;
    if (good)
        memcpy(out, key, CURVE_BYTES);
    explicit_bzero(text, sizeof text);
    explicit_bzero(key, sizeof key);
    return good;
}

void curve_z85(const uint8_t key[CURVE_BYTES], char out[CURVE_Z85])
{
    insist(zmq_z85_encode(out, key, CURVE_BYTES) != NULL);
}

void curve_fingerprint(const uint8_t key[CURVE_BYTES], char out[CURVE_FINGERPRINT])
{
    for (int i = 0; i < CURVE_FINGERPRINT / 2; i++) {
        out[2 * i] = hex_digits[key[i] >> 4];
        out[2 * i + 1] = hex_digits[key[i] & 15];
    }
    out[CURVE_FINGERPRINT - 1] = '\0';
}

void curve_forget(struct curve_key *key)
{
    explicit_bzero(key->secret, sizeof key->secret);
    key->has_secret = false;
}

void curve_new(struct curve_key *out)
{
    char public[CURVE_Z85];
    char secret[CURVE_Z85];
    insist(zmq_curve_keypair(public, secret) == 0); // fails only when libzmq was built without CURVE
    out->has_secret = true;
    insist(curve_of_z85(str_of(public), out->public) && curve_of_z85(str_of(secret), out->secret));
    explicit_bzero(secret, sizeof secret);
}

// ---- Reading. zconfig is not used: it leaves copies of the secret in freed memory, and prints on standard output ----

static enum result refuse(struct err *err, const char *path, const char *what)
{
    return err_set(err, REJECT, "key_file", path, what);
}

// The bytes of the file, at most cap; -1 with err filled.
static ssize_t read_bytes(const char *path, char *out, size_t cap, struct stat *st, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO does not hold us up
    ssize_t n = fd >= 0 && fstat(fd, st) == 0 ? 0 : -1;
    if (n == 0 && !S_ISREG(st->st_mode)) {
        errno = EINVAL;
        n = -1;
    }
    ssize_t got = 1;
    while (n >= 0 && got > 0 && (size_t)n < cap) {
        got = read(fd, out + n, cap - (size_t)n);
        if (got < 0 && errno == EINTR)
            got = 1;
        else
            n = got < 0 ? -1 : n + got;
    }
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (n < 0)
        (void)err_set_str(err, REJECT, "key_file", path, "cannot read the key file: ", str_of(strerror(why)), "");
    return n;
}

// The text between the quotation marks of `name = "value"`; p == NULL when the line does not set `name`.
static struct str value_of(struct str line, const char *name)
{
    struct str rest = line;
    if (!str_is(str_trim(str_split(&rest, '=')), name) || rest.p == NULL)
        return STR_NONE;
    rest = str_trim(rest);
    char mark = rest.n > 0 ? rest.p[0] : '\0';
    if (mark != '"' && mark != '\'')
        return rest;
    rest.p++;
    rest.n--;
    return str_split(&rest, mark);
}

struct found {
    bool public, secret, wrong;
};

static void take(struct str line, const char *name, uint8_t out[CURVE_BYTES], bool *seen, bool *wrong)
{
    struct str value = value_of(line, name);
    if (value.p == NULL)
        return;
    *wrong |= *seen || !curve_of_z85(value, out);
    *seen = true;
}

static struct found parse(struct str rest, struct curve_key *key)
{
    struct found found = {0};
    bool inside = false;
    while (rest.p != NULL) {
        struct str line = str_split(&rest, '\n');
        struct str words = str_trim(line);
        if (words.n > 0 && words.p[words.n - 1] == '\r')
            words = str_trim((struct str){words.p, words.n - 1});
        if (words.n == 0 || words.p[0] == '#')
            continue;
        if (words.p == line.p)
            inside = str_is(words, "curve"); // a section stands at the margin
        else if (inside) {
            take(words, "public-key", key->public, &found.public, &found.wrong);
            take(words, "secret-key", key->secret, &found.secret, &found.wrong);
        }
    }
    return found;
}

static bool belong_together(const struct curve_key *key)
{
    char secret[CURVE_Z85];
    char public[CURVE_Z85];
    char found[CURVE_Z85];
    curve_z85(key->secret, secret);
    curve_z85(key->public, public);
    bool good = zmq_curve_public(found, secret) == 0 && memcmp(found, public, CURVE_Z85) == 0;
    explicit_bzero(secret, sizeof secret);
    return good;
}

enum result curve_read(const char *path, struct curve_key *out, struct err *err)
{
    char bytes[FILE_MAX_BYTES + 1];
    struct stat st;
    struct curve_key key = {0};
    ssize_t n = read_bytes(path, bytes, sizeof bytes, &st, err);
    if (n < 0)
        return REJECT;
    struct found found = {.wrong = n > FILE_MAX_BYTES};
    if (!found.wrong)
        found = parse((struct str){bytes, (size_t)n}, &key);
    explicit_bzero(bytes, (size_t)n);
    key.has_secret = found.secret;
    enum result result = OK;
    if (found.wrong || !found.public)
        result = refuse(err, path,
                        "not a key file: it needs, once each and in 40 characters of Z85, public-key (and "
                        "secret-key) under curve");
    else if (found.secret && (st.st_mode & 077) != 0)
        result = refuse(err, path,
                        "others than its owner may use the file with the secret key: chmod 600, and take a "
                        "new key if anybody may have read it");
    else if (found.secret && !belong_together(&key))
        result = refuse(err, path, "its public-key does not belong to its secret-key");
    else
        *out = key;
    explicit_bzero(&key, sizeof key);
    return result;
}

// ---- Writing ----

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, p, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        p += written;
        n -= (size_t)written;
    }
    return true;
}

// So that the file's name outlasts a power cut as well.
static bool sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    struct text t = TEXT(folder);
    if (slash == NULL)
        text_put(&t, ".");
    else
        text_str(&t, (struct str){path, slash == path ? 1 : (size_t)(slash - path)});
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

static void print(struct text *t, const struct curve_key *key, const char *name)
{
    char z85[CURVE_Z85];
    text_put(t, key->has_secret ? "#   ZeroMQ CURVE **Secret** Certificate\n"
                                  "#   Whoever has this file is its owner: keep it to yourself, mode 0600.\n"
                                : "#   ZeroMQ CURVE Public Certificate\n");
    text_put(t, "\nmetadata\n    name = \"");
    text_put(t, name);
    curve_z85(key->public, z85);
    text_put(t, "\"\ncurve\n    public-key = \"");
    text_put(t, z85);
    if (key->has_secret) {
        curve_z85(key->secret, z85);
        text_put(t, "\"\n    secret-key = \"");
        text_put(t, z85);
        explicit_bzero(z85, sizeof z85);
    }
    text_put(t, "\"\n");
}

enum result curve_write(const char *path, const struct curve_key *key, const char *name, struct err *err)
{
    char bytes[1024];
    struct text t = TEXT(bytes);
    if (strlen(name) > NAME_MAX_BYTES || strpbrk(name, "\"'\n\r\t#=") != NULL || !utf8_check(str_of(name), NULL))
        return err_set_limit(err, REJECT, "key_name", "name", "one line without quotation marks, # and =, of at most ",
                             NAME_MAX_BYTES, " bytes");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return err_set(err, REJECT, "exists", path, "there is a file already; a key is never overwritten");
    if (fd < 0)
        return err_set_str(err, REJECT, "key_file", path, "cannot make the key file: ", str_of(strerror(errno)), "");
    print(&t, key, name);
    bool good = write_all(fd, bytes, t.n) && fchmod(fd, key->has_secret ? 0600 : 0644) == 0 && fsync(fd) == 0 &&
                sync_folder(path);
    int why = errno;
    explicit_bzero(bytes, sizeof bytes);
    close(fd);
    if (good)
        return OK;
    unlink(path);
    return err_set_str(err, REJECT, "key_file", path, "cannot write the key file: ", str_of(strerror(why)), "");
}
