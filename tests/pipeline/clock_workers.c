/* SPDX-License-Identifier: MIT */
#include "clock_workers.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* In front of the results, in memory that all processes see. */
struct shared {
    _Atomic size_t next, done;
    _Alignas(64) unsigned char results[];
};

static size_t shared_size(size_t count, size_t size)
{
    return sizeof(struct shared) + count * size;
}

static void work_on(struct shared *shared, size_t count, size_t size, clock_work work,
                    const void *user)
{
    for (size_t index; (index = atomic_fetch_add(&shared->next, 1)) < count;) {
        work(user, index, shared->results + index * size);
        size_t done = atomic_fetch_add(&shared->done, 1) + 1;
        if (isatty(STDERR_FILENO) || done * 20 / count != (done - 1) * 20 / count) {
            fprintf(stderr, "%zu of %zu\n", done, count);
        }
    }
}

static bool wait_for_all(int jobs)
{
    bool good = true;

    for (int n = 0; n < jobs; n++) {
        int status = 0;
        good = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
    }
    return good;
}

void *clock_workers_run(int jobs, size_t count, size_t size, clock_work work,
                        const void *user)
{
    int begun = 0;
    struct shared *shared = mmap(NULL, shared_size(count, size), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        return NULL;
    }
    fflush(NULL);
    for (; begun < jobs; begun++) {
        pid_t child = fork();
        if (child < 0) {
            break;
        }
        if (child == 0) {
            work_on(shared, count, size, work, user);
            fflush(NULL);
            _exit(0);
        }
    }
    if (!wait_for_all(begun) || atomic_load(&shared->done) < count) {
        munmap(shared, shared_size(count, size));
        return NULL;
    }
    return shared->results;
}

void clock_workers_free(void *results, size_t count, size_t size)
{
    if (results) {
        char *begin = (char *)results - offsetof(struct shared, results);
        munmap(begin, shared_size(count, size));
    }
}
