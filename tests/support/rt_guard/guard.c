/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct guard_counts guard_counts;

/* initial-exec: the first use in a thread must not allocate. */
static _Thread_local enum bj_rt_guard_role role __attribute__((tls_model("initial-exec")));

enum bj_rt_guard_role guard_role(void)
{
    return role;
}

enum bj_rt_guard_role guard_pause(void)
{
    enum bj_rt_guard_role kept = role;
    role = BJ_RT_GUARD_OFF;
    return kept;
}

GUARD_API void bj_rt_guard_set(enum bj_rt_guard_role wanted)
{
    role = wanted;
}

void guard_violation(const char *function, const char *why)
{
    void *frames[32];
    char text[200];
    const char *who = role == BJ_RT_GUARD_JACK ? "process callback" : "engine thread";
    role = BJ_RT_GUARD_OFF;
    int size = snprintf(text, sizeof text, "rt-guard: %s called in the %s%s%s\n", function,
                        who, why ? ": " : "", why ? why : "");
    syscall(SYS_write, STDERR_FILENO, text, (size_t)size);
    backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
    abort();
}

void guard_forbid(const char *function)
{
    if (role != BJ_RT_GUARD_OFF)
        guard_violation(function, NULL);
}

void guard_forbid_jack(const char *function)
{
    if (role == BJ_RT_GUARD_JACK)
        guard_violation(function, NULL);
}

void guard_resolve(void *pointer, const char *function)
{
    void *found;
    memcpy(&found, pointer, sizeof found);
    if (found)
        return;
    /* Where a condition variable has two versions, the unversioned look-up may give the
     * one of another layout. */
    if (strncmp(function, "pthread_cond", 12) == 0)
        found = dlvsym(RTLD_NEXT, function, "GLIBC_2.3.2");
    if (!found)
        found = dlsym(RTLD_NEXT, function);
    memcpy(pointer, &found, sizeof found);
}

bool guard_is_eventfd(int fd)
{
    char path[40], target[40] = "";
    enum bj_rt_guard_role kept = role;
    role = BJ_RT_GUARD_OFF;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    role = kept;
    long size = syscall(SYS_readlinkat, AT_FDCWD, path, target, sizeof target - 1);
    return size > 0 && strcmp(target, "anon_inode:[eventfd]") == 0;
}

bool guard_is_nonblocking(int fd)
{
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("BJ_RT_GUARD_REPORT");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fprintf(file, "jack_cycles=%llu engine_waits=%llu\n",
            atomic_load(&guard_counts.jack_cycles),
            atomic_load(&guard_counts.engine_waits));
    fclose(file);
}
