/* SPDX-License-Identifier: MIT */
#include "bridge/engine_thread.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "jack/message_queue.h"

#define BELOW_JACK 3
#define PRIORITY_WITHOUT_JACK 2
#define STACK_SIZE (512 * 1024)

int bj_engine_priority(int jack_priority)
{
    if (jack_priority <= 0)
        return PRIORITY_WITHOUT_JACK;
    return jack_priority > BELOW_JACK ? jack_priority - BELOW_JACK : 1;
}

static void become_realtime(struct bj_engine_thread *engine)
{
    struct sched_param param = {.sched_priority = engine->requested};
    int policy = SCHED_OTHER;

    if (engine->requested > 0)
        atomic_store(&engine->refusal,
                     pthread_setschedparam(pthread_self(), SCHED_FIFO, &param));
    pthread_getschedparam(pthread_self(), &policy, &param);
    atomic_store(&engine->priority, param.sched_priority);
    atomic_store(&engine->policy, policy);
}

static void *run(void *arg)
{
    struct bj_engine_thread *engine = arg;

    pthread_setname_np(pthread_self(), "beamjack-dac");
    become_realtime(engine);
    bj_wake_fd(engine->wake_fd);
    engine->result = bj_stream_run_fill(engine->stream);
    atomic_store(&engine->done, true);
    bj_wake_fd(engine->wake_fd);
    return NULL;
}

bool bj_engine_thread_start(struct bj_engine_thread *engine, struct bj_stream *stream,
                            int priority, int wake_fd)
{
    pthread_attr_t attributes;

    *engine = (struct bj_engine_thread){
        .stream = stream, .requested = priority, .wake_fd = wake_fd};
    atomic_store(&engine->policy, -1);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    engine->started = pthread_create(&engine->thread, &attributes, run, engine) == 0;
    pthread_attr_destroy(&attributes);
    return engine->started;
}

bool bj_engine_thread_join(struct bj_engine_thread *engine, int64_t timeout_ns)
{
    const struct timespec moment = {.tv_nsec = BJ_NS_PER_MS};

    for (int64_t k = 0; k < timeout_ns / BJ_NS_PER_MS && engine->started; k++) {
        if (atomic_load(&engine->done))
            break;
        nanosleep(&moment, NULL);
    }
    if (engine->started && !atomic_load(&engine->done))
        return false;
    if (engine->started)
        pthread_join(engine->thread, NULL);
    engine->started = false;
    return true;
}

void bj_engine_scheduler(const struct bj_engine_thread *engine, char *text, size_t size)
{
    int policy = atomic_load(&engine->policy);

    if (policy == SCHED_FIFO || policy == SCHED_RR)
        snprintf(text, size, "%s %d", policy == SCHED_FIFO ? "SCHED_FIFO" : "SCHED_RR",
                 atomic_load(&engine->priority));
    else
        snprintf(text, size, policy == -1 ? "not started" : "SCHED_OTHER");
}

/* Of this program, all that is mapped. */
static unsigned long long mapped_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long pages = 0;
    char text[32];

    if (file && fgets(text, sizeof text, file))
        pages = strtoull(text, NULL, 10);
    if (file)
        fclose(file);
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* A limit that is just large enough for today must not make tomorrow's memory fail. */
static bool has_room(const struct rlimit *limit)
{
    unsigned long long mapped = mapped_bytes();

    return limit->rlim_cur == RLIM_INFINITY || limit->rlim_cur < mapped ||
           limit->rlim_cur / 4 > mapped;
}

bool bj_lock_memory(char *why, size_t why_size)
{
    struct rlimit limit = {0, 0};

    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (mlockall(MCL_CURRENT) == 0 &&
        (!has_room(&limit) || mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0))
        return true;
    snprintf(why, why_size, "%s, with a limit of %llu KiB",
             errno == ENOMEM ? "too much to lock" : strerror(errno),
             (unsigned long long)limit.rlim_cur / 1024);
    return false;
}
