/* SPDX-License-Identifier: MIT
 *
 * Says when the machine did not run what should have run: one thread per processor sleeps
 * for a millisecond at a time and writes a line for every time it woke over a millisecond
 * late, "FROM_NS UNTIL_NS PROCESSOR" (CLOCK_MONOTONIC). Runs until it is ended.
 *
 *   watch_machine FILE
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 1000000LL
#define LATE_NS 1000000LL

struct watcher {
    pthread_t thread;
    int processor;
    FILE *file;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void sleep_until(int64_t at_ns)
{
    const struct timespec at = {.tv_sec = (time_t)(at_ns / 1000000000LL),
                                .tv_nsec = (long)(at_ns % 1000000000LL)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
    }
}

static void *watch(void *user)
{
    const struct watcher *watcher = user;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(watcher->processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    for (int64_t due_ns = now_ns() + PERIOD_NS;; due_ns += PERIOD_NS) {
        sleep_until(due_ns);
        int64_t woke_ns = now_ns();
        if (woke_ns - due_ns <= LATE_NS)
            continue;
        fprintf(watcher->file, "%lld %lld %d\n", (long long)due_ns, (long long)woke_ns,
                watcher->processor);
        fflush(watcher->file);
        due_ns = woke_ns;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct watcher watchers[CPU_SETSIZE];
    cpu_set_t ours;
    FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!file) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    if (sched_getaffinity(0, sizeof ours, &ours) != 0)
        return 1;
    for (int k = 0; k < CPU_SETSIZE; k++) {
        watchers[k] = (struct watcher){.processor = k, .file = file};
        if (CPU_ISSET(k, &ours) &&
            pthread_create(&watchers[k].thread, NULL, watch, &watchers[k]) != 0)
            return 1;
    }
    for (;;)
        pause();
}
