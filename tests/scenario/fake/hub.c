// SPDX-License-Identifier: Apache-2.0
#include "hub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int hub = -1;

static _Noreturn void gone(void)
{
    _exit(3); // as if killed: nothing of ours may run any more
}

static void write_all(const void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t wrote = send(hub, (const char *)p + done, n - done, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            gone();
        done += (size_t)wrote;
    }
}

static void read_all(void *p, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = recv(hub, (char *)p + done, n - done, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            gone();
        done += (size_t)got;
    }
}

static void put(enum hub_type type, uint8_t handle, int64_t value, const void *p, size_t n)
{
    struct hub_message m = {.n = (uint32_t)n, .type = (uint8_t)type, .handle = handle, .value = value};
    write_all(&m, sizeof m);
    if (n > 0)
        write_all(p, n);
}

static void connect_hub(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("SCENARIO_HUB");
    if (path == NULL || strlen(path) >= sizeof address.sun_path) {
        fputs("this program runs in scenarios only: tests/run-scenario starts it\n", stderr);
        exit(2);
    }
    memcpy(address.sun_path, path, strlen(path));
    hub = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (hub < 0 || connect(hub, (const struct sockaddr *)&address, sizeof address) != 0)
        gone();
    put(HUB_HELLO, 0, getpid(), program_invocation_short_name, strlen(program_invocation_short_name));
}

void hub_put(enum hub_type type, uint8_t handle, int64_t value, const void *p, size_t n)
{
    if (hub < 0)
        connect_hub();
    put(type, handle, value, p, n);
}

struct hub_message hub_get(uint8_t **bytes)
{
    struct hub_message m;
    read_all(&m, sizeof m);
    *bytes = NULL;
    if (m.n > 0) {
        *bytes = malloc(m.n);
        insist(*bytes != NULL);
        read_all(*bytes, m.n);
    }
    return m;
}
