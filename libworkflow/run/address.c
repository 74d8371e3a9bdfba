// SPDX-License-Identifier: Apache-2.0
#include "run/address.h"

#include "run/ipc.h"

#include <string.h>

static const char ipc[] = "ipc://";
static const char tcp[] = "tcp://";

static bool begins(struct str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

bool address_is_tcp(struct str a)
{
    return begins(a, tcp);
}

bool address_ipc(struct str a)
{
    return begins(a, "ipc:///") && a.n <= strlen(ipc) + IPC_PATH_MAX;
}

static bool all_of(struct str s, const char *allowed)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || strchr(allowed, s.p[i]) == NULL)
            return false;
    }
    return s.n > 0;
}

bool address_tcp(struct str a, bool any)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    if (!address_is_tcp(a) || a.n > ADDRESS_MAX)
        return false;
    struct str host = {a.p + strlen(tcp), a.n - strlen(tcp)};
    const char *colon = memrchr(host.p, ':', host.n);
    if (colon == NULL)
        return false;
    struct str port = {colon + 1, (size_t)(host.p + host.n - colon - 1)};
    int64_t number;
    host.n = (size_t)(colon - host.p);
    if (!all_of(port, "0123456789") || !str_to_i64(port, &number) || number < 1 || number > 65535)
        return false;
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        return all_of((struct str){host.p + 1, host.n - 2}, "0123456789abcdefABCDEF:.");
    return (any && str_is(host, "*")) || all_of(host, name);
}
