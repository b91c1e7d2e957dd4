/* SPDX-License-Identifier: MIT
 *
 * Everything that can put a thread to sleep. ppoll is the engine's one place to wait.
 */
#include "guard.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

GUARD_API int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static __typeof__(&pthread_mutex_lock) next;
    guard_forbid("pthread_mutex_lock");
    guard_resolve(&next, "pthread_mutex_lock");
    return next(mutex);
}

GUARD_API int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    static __typeof__(&pthread_rwlock_rdlock) next;
    guard_forbid("pthread_rwlock_rdlock");
    guard_resolve(&next, "pthread_rwlock_rdlock");
    return next(lock);
}

GUARD_API int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    static __typeof__(&pthread_rwlock_wrlock) next;
    guard_forbid("pthread_rwlock_wrlock");
    guard_resolve(&next, "pthread_rwlock_wrlock");
    return next(lock);
}

GUARD_API int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    static __typeof__(&pthread_cond_wait) next;
    guard_forbid("pthread_cond_wait");
    guard_resolve(&next, "pthread_cond_wait");
    return next(condition, mutex);
}

GUARD_API int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                     const struct timespec *until)
{
    static __typeof__(&pthread_cond_timedwait) next;
    guard_forbid("pthread_cond_timedwait");
    guard_resolve(&next, "pthread_cond_timedwait");
    return next(condition, mutex, until);
}

GUARD_API int pthread_join(pthread_t thread, void **result)
{
    static __typeof__(&pthread_join) next;
    guard_forbid("pthread_join");
    guard_resolve(&next, "pthread_join");
    return next(thread, result);
}

GUARD_API int sem_wait(sem_t *semaphore)
{
    static __typeof__(&sem_wait) next;
    guard_forbid("sem_wait");
    guard_resolve(&next, "sem_wait");
    return next(semaphore);
}

GUARD_API int sem_timedwait(sem_t *semaphore, const struct timespec *until)
{
    static __typeof__(&sem_timedwait) next;
    guard_forbid("sem_timedwait");
    guard_resolve(&next, "sem_timedwait");
    return next(semaphore, until);
}

GUARD_API int nanosleep(const struct timespec *time, struct timespec *rest)
{
    static __typeof__(&nanosleep) next;
    guard_forbid("nanosleep");
    guard_resolve(&next, "nanosleep");
    return next(time, rest);
}

GUARD_API int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                              struct timespec *rest)
{
    static __typeof__(&clock_nanosleep) next;
    guard_forbid("clock_nanosleep");
    guard_resolve(&next, "clock_nanosleep");
    return next(clock, flags, time, rest);
}

GUARD_API int usleep(useconds_t time)
{
    static __typeof__(&usleep) next;
    guard_forbid("usleep");
    guard_resolve(&next, "usleep");
    return next(time);
}

GUARD_API unsigned sleep(unsigned seconds)
{
    static __typeof__(&sleep) next;
    guard_forbid("sleep");
    guard_resolve(&next, "sleep");
    return next(seconds);
}

GUARD_API int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    static __typeof__(&poll) next;
    guard_forbid("poll");
    guard_resolve(&next, "poll");
    return next(fds, count, timeout);
}

GUARD_API int select(int count, fd_set *reads, fd_set *writes, fd_set *others,
                     struct timeval *timeout)
{
    static __typeof__(&select) next;
    guard_forbid("select");
    guard_resolve(&next, "select");
    return next(count, reads, writes, others, timeout);
}

GUARD_API int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
    static __typeof__(&epoll_wait) next;
    guard_forbid("epoll_wait");
    guard_resolve(&next, "epoll_wait");
    return next(epoll, events, count, timeout);
}
