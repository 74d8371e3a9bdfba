// SPDX-License-Identifier: Apache-2.0
#include "run/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

int ipc_lock(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -1;
    char pid[24];
    struct text t = TEXT(pid);
    text_i64(&t, getpid());
    text_put(&t, "\n");
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(fd, 0) == 0 && pwrite(fd, pid, t.n, 0) == (ssize_t)t.n)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

// A listening socket in place of whatever stands at the path; the caller holds its lock.
static int listen_at(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    // The umask makes the mode right from the first instant on.
    mode_t mask = umask(0177);
    int rc = unlink(address->sun_path) != 0 && errno != ENOENT ? -1 : 0;
    if (rc == 0)
        rc = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int why = errno;
    umask(mask);
    if (rc == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    why = rc == 0 ? errno : why;
    close(fd);
    errno = why;
    return -1;
}

enum result ipc_listen(const char *endpoint, struct ipc *out, struct err *err)
{
    const char *path = strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : endpoint;
    size_t n = strlen(path);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char lock_path[IPC_PATH_MAX + sizeof ".lock"];
    if (path[0] != '/' || n > IPC_PATH_MAX)
        return err_set_limit(err, REJECT, "bind", endpoint, "a socket's path begins with / and has at most ",
                             IPC_PATH_MAX, " bytes");
    memcpy(address.sun_path, path, n + 1);
    struct text t = TEXT(lock_path);
    text_put(&t, path);
    text_put(&t, ".lock");
    struct ipc ipc = {.lock = ipc_lock(lock_path)};
    if (ipc.lock < 0 && errno == EWOULDBLOCK)
        return err_set(err, REJECT, "in_use", endpoint, "another process listens here; stop it, or name another path");
    if (ipc.lock >= 0)
        ipc.fd = listen_at(&address);
    if (ipc.lock < 0 || ipc.fd < 0) {
        int why = errno;
        if (ipc.lock >= 0)
            close(ipc.lock);
        return err_set_str(err, REJECT, "bind", endpoint, "cannot listen: ", str_of(strerror(why)), "");
    }
    memcpy(ipc.path, path, n + 1);
    *out = ipc;
    return OK;
}

void ipc_close(struct ipc *ipc)
{
    if (ipc->lock < 0)
        return;
    unlink(ipc->path);
    if (ipc->fd >= 0)
        close(ipc->fd);
    close(ipc->lock);
    *ipc = IPC_NONE;
}
