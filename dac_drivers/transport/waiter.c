/* SPDX-License-Identifier: MIT
 *
 * The thin shell around bj_stream_step: the real clock, waiting and waking.
 */
#include <beamjack/dacs.h>

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Who owes whom a wake-up. A wake always leaves WOKEN behind; only one that finds the
 * waiter SLEEPING costs a system call. The waiter takes WOKEN away when it is about to look
 * at what there is to do, so whatever was published before that wake is seen. A late write
 * to the eventfd (its waker lost the processor between the two steps) only causes one empty
 * round. */
enum { AWAKE, SLEEPING, WOKEN };

struct bj_waiter {
    atomic_int state;
    int eventfd;
    struct bj_host host;
};

int64_t bj_clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * BJ_NS_PER_S + now.tv_nsec;
}

static int collect_handles(const struct bj_waiter *waiter, const struct bj_wait *wait,
                           struct pollfd *polled)
{
    int count = wait->count < BJ_WAIT_HANDLES ? wait->count : BJ_WAIT_HANDLES;

    polled[0] = (struct pollfd){.fd = waiter->eventfd, .events = POLLIN};
    for (int i = 0; i < count; i++) {
        int events = wait->handles[i].events;
        polled[i + 1] = (struct pollfd){
            .fd = wait->handles[i].handle,
            .events = (short)((events & BJ_WAIT_READ ? POLLIN : 0) |
                              (events & BJ_WAIT_WRITE ? POLLOUT : 0)),
        };
    }
    return count > 0 ? count + 1 : 1;
}

static struct timespec time_left(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - bj_clock_ns();

    if (left_ns < 0)
        left_ns = 0;
    return (struct timespec){.tv_sec = left_ns / BJ_NS_PER_S,
                             .tv_nsec = left_ns % BJ_NS_PER_S};
}

static void sleep_until(struct bj_waiter *waiter, const struct bj_wait *wait)
{
    struct pollfd polled[BJ_WAIT_HANDLES + 1];
    int count = collect_handles(waiter, wait, polled);
    uint64_t wakes;

    if (wait->deadline_ns == BJ_NEVER) {
        (void)ppoll(polled, (nfds_t)count, NULL, NULL);
    } else {
        struct timespec left = time_left(wait->deadline_ns);
        (void)ppoll(polled, (nfds_t)count, &left, NULL);
    }
    if (polled[0].revents & POLLIN && read(waiter->eventfd, &wakes, sizeof wakes) < 0)
        return; /* somebody else's business: an empty round at worst */
}

void bj_waiter_wait(struct bj_waiter *waiter, const struct bj_wait *wait)
{
    int expected = AWAKE;

    if (waiter == NULL || wait == NULL)
        return;
    if (atomic_compare_exchange_strong(&waiter->state, &expected, SLEEPING))
        sleep_until(waiter, wait);
    atomic_exchange(&waiter->state, AWAKE);
}

void bj_waiter_wake(struct bj_waiter *waiter)
{
    const uint64_t one = 1;

    if (waiter == NULL || atomic_exchange(&waiter->state, WOKEN) != SLEEPING)
        return;
    if (write(waiter->eventfd, &one, sizeof one) < 0)
        return; /* the counter is full: the waiter is woken anyhow */
}

static int64_t host_now(void *user)
{
    (void)user;
    return bj_clock_ns();
}

static void host_wait(void *user, const struct bj_wait *wait)
{
    bj_waiter_wait(user, wait);
}

static void host_wake(void *user)
{
    bj_waiter_wake(user);
}

struct bj_waiter *bj_waiter_create(void)
{
    struct bj_waiter *waiter = calloc(1, sizeof *waiter);

    if (waiter == NULL)
        return NULL;
    atomic_init(&waiter->state, AWAKE);
    waiter->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (waiter->eventfd < 0) {
        free(waiter);
        return NULL;
    }
    waiter->host = (struct bj_host){.size = sizeof waiter->host,
                                    .now_ns = host_now,
                                    .wait = host_wait,
                                    .wake = host_wake,
                                    .user = waiter};
    return waiter;
}

void bj_waiter_destroy(struct bj_waiter *waiter)
{
    if (waiter == NULL)
        return;
    close(waiter->eventfd);
    free(waiter);
}

const struct bj_host *bj_waiter_host(const struct bj_waiter *waiter)
{
    return waiter != NULL ? &waiter->host : NULL;
}
