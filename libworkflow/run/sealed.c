// SPDX-License-Identifier: Apache-2.0
#include "run/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void seal_of(struct str bytes, unsigned char seal[SEAL_BYTES])
{
    crypto_generichash(seal, SEAL_BYTES, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
}

static void name_of(const unsigned char *seal, char name[SEAL_NAME])
{
    sodium_bin2hex(name, SEAL_NAME, seal, (SEAL_NAME - 1) / 2);
}

static enum result fail(struct err *err, enum result result, const char *code, const char *path, const char *why)
{
    return err_set_str(err, result, code, "", "", str_of(path), why);
}

static void identify(const struct stat *st, struct sealed *s)
{
    s->device = (int64_t)st->st_dev;
    s->inode = (int64_t)st->st_ino;
    s->changed = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static enum result check(const char *path, int fd, struct sealed *s, struct err *err)
{
    struct stat st;
    unsigned char seal[SEAL_BYTES];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < SEAL_BYTES)
        return fail(err, REJECT, "damaged", path, ": too short to be a sealed file");
    size_t n = (size_t)st.st_size;
    void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (p == MAP_FAILED)
        return fail(err, REJECT, "unreadable", path, ": cannot be mapped into memory");
    identify(&st, s);
    s->bytes = (struct str){p, n - SEAL_BYTES};
    seal_of(s->bytes, seal);
    if (memcmp(seal, s->bytes.p + s->bytes.n, SEAL_BYTES) != 0) {
        munmap(p, n);
        return fail(err, REJECT, "damaged", path, ": its checksum does not fit: it is truncated or damaged");
    }
    name_of(seal, s->name);
    return OK;
}

enum result sealed_map(const char *path, struct sealed *out, struct err *err)
{
    struct sealed s;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, REJECT, "unreadable", path, errno == ENOENT ? ": no such file" : ": cannot be read");
    enum result result = check(path, fd, &s, err);
    close(fd);
    if (result == OK)
        *out = s;
    return result;
}

void sealed_unmap(struct sealed *s)
{
    if (s->bytes.p)
        munmap((void *)(uintptr_t)s->bytes.p, s->bytes.n + SEAL_BYTES);
    *s = (struct sealed){0};
}

void sealed_look(const char *path, struct sealed *s)
{
    struct stat st;
    *s = (struct sealed){0};
    if (stat(path, &st) == 0)
        identify(&st, s);
}

bool sealed_replaced(const struct sealed *s, const char *path)
{
    struct sealed now;
    sealed_look(path, &now);
    return now.inode != 0 && (s->device != now.device || s->inode != now.inode || s->changed != now.changed);
}

static bool put(int fd, const void *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t w = write(fd, (const char *)bytes + at, n - at);
        if (w < 0 && errno != EINTR)
            return false;
        at += w > 0 ? (size_t)w : 0;
    }
    return true;
}

enum result sealed_write(const char *path, struct str bytes, char name[SEAL_NAME], struct err *err)
{
    char beside[4096];
    unsigned char seal[SEAL_BYTES];
    seal_of(bytes, seal);
    snprintf(beside, sizeof(beside), "%s.new", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool written = fd >= 0 && put(fd, bytes.p, bytes.n) && put(fd, seal, SEAL_BYTES) && fsync(fd) == 0;
    if (fd >= 0)
        written = close(fd) == 0 && written;
    if (!written || rename(beside, path) != 0) {
        const char *why = strerror(errno);
        unlink(beside);
        char text[256];
        snprintf(text, sizeof(text), ": cannot be written: %s", why);
        return fail(err, RETRY, "unwritable", path, text);
    }
    if (name)
        name_of(seal, name);
    return OK;
}
