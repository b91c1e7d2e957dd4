/* SPDX-License-Identifier: MIT
 *
 * Files never; an eventfd may be written (and read by the engine); sockets belong to the
 * engine and must be unable to block.
 */
#include "guard.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void wake_only(const char *function, int fd)
{
    if (guard_role() == BJ_RT_GUARD_OFF)
        return;
    if (!guard_is_eventfd(fd))
        guard_violation(function, "not on an eventfd");
    if (!guard_is_nonblocking(fd))
        guard_violation(function, "the eventfd may block");
}

static void socket_only(const char *function, int fd, int flags)
{
    guard_forbid_jack(function);
    if (guard_role() == BJ_RT_GUARD_ENGINE && !(flags & MSG_DONTWAIT) &&
        !guard_is_nonblocking(fd))
        guard_violation(function, "the socket may block");
}

GUARD_API ssize_t read(int fd, void *bytes, size_t size)
{
    static __typeof__(&read) next;
    enum bj_rt_guard_role role;
    ssize_t got;
    guard_forbid_jack("read");
    wake_only("read", fd);
    guard_resolve(&next, "read");
    role = guard_pause();
    got = next(fd, bytes, size);
    bj_rt_guard_set(role);
    return got;
}

GUARD_API ssize_t write(int fd, const void *bytes, size_t size)
{
    static __typeof__(&write) next;
    enum bj_rt_guard_role role;
    ssize_t put;
    wake_only("write", fd);
    guard_resolve(&next, "write");
    role = guard_pause();
    put = next(fd, bytes, size);
    bj_rt_guard_set(role);
    return put;
}

GUARD_API ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static __typeof__(&writev) next;
    guard_forbid("writev");
    guard_resolve(&next, "writev");
    return next(fd, parts, count);
}

GUARD_API ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    static __typeof__(&send) next;
    socket_only("send", fd, flags);
    guard_resolve(&next, "send");
    return next(fd, bytes, size, flags);
}

GUARD_API ssize_t sendto(int fd, const void *bytes, size_t size, int flags,
                         __CONST_SOCKADDR_ARG to, socklen_t to_size)
{
    static __typeof__(&sendto) next;
    socket_only("sendto", fd, flags);
    guard_resolve(&next, "sendto");
    return next(fd, bytes, size, flags, to, to_size);
}

GUARD_API ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    static __typeof__(&recv) next;
    socket_only("recv", fd, flags);
    guard_resolve(&next, "recv");
    return next(fd, bytes, size, flags);
}

GUARD_API ssize_t recvfrom(int fd, void *bytes, size_t size, int flags, __SOCKADDR_ARG from,
                           socklen_t *from_size)
{
    static __typeof__(&recvfrom) next;
    socket_only("recvfrom", fd, flags);
    guard_resolve(&next, "recvfrom");
    return next(fd, bytes, size, flags, from, from_size);
}

GUARD_API int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t to_size)
{
    static __typeof__(&connect) next;
    socket_only("connect", fd, 0);
    guard_resolve(&next, "connect");
    return next(fd, to, to_size);
}

GUARD_API int close(int fd)
{
    static __typeof__(&close) next;
    guard_forbid_jack("close");
    guard_resolve(&next, "close");
    return next(fd);
}

GUARD_API int open(const char *path, int flags, ...)
{
    static __typeof__(&open) next;
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    guard_forbid("open");
    guard_resolve(&next, "open");
    return next(path, flags, mode);
}

GUARD_API FILE *fopen(const char *path, const char *mode)
{
    static __typeof__(&fopen) next;
    guard_forbid("fopen");
    guard_resolve(&next, "fopen");
    return next(path, mode);
}

GUARD_API int fsync(int fd)
{
    static __typeof__(&fsync) next;
    guard_forbid("fsync");
    guard_resolve(&next, "fsync");
    return next(fd);
}

GUARD_API int getaddrinfo(const char *host, const char *service,
                          const struct addrinfo *hints, struct addrinfo **found)
{
    static __typeof__(&getaddrinfo) next;
    guard_forbid("getaddrinfo");
    guard_resolve(&next, "getaddrinfo");
    return next(host, service, hints, found);
}
