// SPDX-License-Identifier: Apache-2.0
#include "run/watch.h"

#include "core/err.h"
#include "run/log.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define PORTS 8
#define FDS 65536 // connections behind this number are not watched

static _Atomic int ports[PORTS];
static _Atomic uint32_t taken[FDS]; // counts the messages taken over each connection
static _Atomic int64_t cut;

// Of the looking thread alone: what it saw at a descriptor the last time.
static struct seen {
    uint64_t cookie; // the kernel's number of this connection, as descriptors are used again
    uint64_t base;   // bytes that had come in when the program last took something
    uint32_t taken;
} seen[FDS];
static DIR *fds; // kept open: a process that has run out of descriptors needs it most

void watch_port(int port, bool on)
{
    for (int i = 0; i < PORTS; i++) {
        int expected = on ? 0 : port;
        if (atomic_compare_exchange_strong(&ports[i], &expected, on ? port : 0))
            return;
    }
    insist(!on);
}

void watch_took(int fd)
{
    if (fd >= 0 && fd < FDS)
        taken[fd]++;
}

int64_t watch_cut(void)
{
    return cut;
}

// The peer of a public port's connection at this descriptor; false when it is something else.
static bool is_ours(int fd, struct sockaddr_storage *peer, socklen_t *length)
{
    struct sockaddr_storage own;
    socklen_t n = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &n) != 0)
        return false;
    int port = own.ss_family == AF_INET    ? ntohs(((const struct sockaddr_in *)&own)->sin_port)
               : own.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)&own)->sin6_port)
                                           : 0;
    *length = sizeof *peer;
    for (int i = 0; port != 0 && i < PORTS; i++) {
        if (ports[i] == port)
            return getpeername(fd, (struct sockaddr *)peer, length) == 0;
    }
    return false;
}

// Bytes that libzmq has read from the connection since the program last took something from it.
static int64_t unread(int fd)
{
    struct tcp_info info;
    uint64_t cookie;
    int waiting = 0; // still in the kernel, which bounds it
    socklen_t n = sizeof info;
    socklen_t n_cookie = sizeof cookie;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received ||
        getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &n_cookie) != 0 || ioctl(fd, SIOCINQ, &waiting) != 0)
        return 0;
    uint64_t in = info.tcpi_bytes_received - (uint64_t)waiting;
    struct seen *s = &seen[fd];
    const uint32_t now = taken[fd];
    if (s->cookie != cookie)
        *s = (struct seen){.cookie = cookie, .taken = now};
    if (s->taken != now) {
        s->taken = now;
        s->base = in;
    }
    return in > s->base ? (int64_t)(in - s->base) : 0;
}

static void cut_off(int fd, const struct sockaddr_storage *peer, socklen_t length, int64_t bytes)
{
    char host[INET6_ADDRSTRLEN + 32] = "";
    if (shutdown(fd, SHUT_RDWR) != 0) // libzmq reads the end and closes the descriptor
        return;
    seen[fd].base += (uint64_t)bytes;
    cut++;
    (void)getnameinfo((const struct sockaddr *)peer, length, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    log_line(LOG_WARN, "connection cut: a message without end address=%s bytes=%lld", host, (long long)bytes);
}

void watch_look(void)
{
    struct sockaddr_storage peer;
    socklen_t length;
    if (fds == NULL)
        fds = opendir("/proc/self/fd");
    if (fds == NULL)
        return;
    rewinddir(fds);
    for (const struct dirent *e; (e = readdir(fds)) != NULL;) {
        int fd = atoi(e->d_name); // "." and ".." give 0, which is no connection of ours
        if (fd >= FDS || !is_ours(fd, &peer, &length))
            continue;
        int64_t bytes = unread(fd);
        if (bytes > WATCH_UNREAD_MAX)
            cut_off(fd, &peer, length, bytes);
    }
}

void watch_end(void)
{
    if (fds != NULL)
        closedir(fds);
    fds = NULL;
}
