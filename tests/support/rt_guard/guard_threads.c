/* SPDX-License-Identifier: MIT
 *
 * Marks by itself what a JACK program may not disturb: its process callback, and the engine
 * thread from the moment it first waits.
 */
#include "guard.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#define ENGINE_THREAD "beamjack-dac"

/* From libjack, without its headers. */
typedef int (*process_fn)(uint32_t frames, void *user);
extern int jack_set_process_callback(void *client, process_fn process, void *user);

extern void *__libc_malloc(size_t size);

struct watched {
    process_fn process;
    void *user;
};

static _Thread_local bool is_engine __attribute__((tls_model("initial-exec")));

static int watch(uint32_t frames, void *user)
{
    const struct watched *watched = user;
    atomic_fetch_add(&guard_counts.jack_cycles, 1);
    bj_rt_guard_set(BJ_RT_GUARD_JACK);
    int result = watched->process(frames, watched->user);
    bj_rt_guard_set(BJ_RT_GUARD_OFF);
    return result;
}

GUARD_API int jack_set_process_callback(void *client, process_fn process, void *user)
{
    static __typeof__(&jack_set_process_callback) next;
    struct watched *watched = __libc_malloc(sizeof *watched); /* as long as the client */
    guard_resolve(&next, "jack_set_process_callback");
    if (!next || !watched)
        return -1;
    *watched = (struct watched){process, user};
    return next(client, watch, watched);
}

GUARD_API int pthread_setname_np(pthread_t thread, const char *name)
{
    static __typeof__(&pthread_setname_np) next;
    guard_resolve(&next, "pthread_setname_np");
    if (pthread_equal(thread, pthread_self()))
        is_engine = strcmp(name, ENGINE_THREAD) == 0;
    return next(thread, name);
}

GUARD_API int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                    const sigset_t *mask)
{
    static __typeof__(&ppoll) next;
    guard_forbid_jack("ppoll");
    guard_resolve(&next, "ppoll");
    if (is_engine) {
        bj_rt_guard_set(BJ_RT_GUARD_ENGINE);
        atomic_fetch_add(&guard_counts.engine_waits, 1);
    }
    return next(fds, count, timeout, mask);
}
