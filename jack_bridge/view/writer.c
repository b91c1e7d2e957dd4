/* SPDX-License-Identifier: MIT */
#include "view/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct queue {
    size_t used;
    char bytes[BJ_WRITER_ROOM]; /* records: a uint32_t of the size, then the text */
};

struct bj_writer {
    pthread_t thread;
    pthread_mutex_t mutex; /* held for a memcpy at most */
    pthread_cond_t changed;
    bool stopping, ended;
    struct queue queues[2];
    int filling; /* the queue that records are put into; the thread writes the other */
    atomic_uint_fast64_t dropped;
    bj_write_fn write;
    void *user;
};

void bj_write_to_fd(void *user, const char *text, size_t size)
{
    const int *fd = user;
    struct pollfd room = {.fd = *fd, .events = POLLOUT};

    while (size > 0) {
        ssize_t written = write(*fd, text, size);

        if (written < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        else if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
}

/* ---- The thread ----------------------------------------------------------------------------- */

/* NULL: nothing left, and no more will come. */
static struct queue *await(struct bj_writer *writer)
{
    struct queue *queue;

    pthread_mutex_lock(&writer->mutex);
    while (writer->queues[writer->filling].used == 0 && !writer->stopping)
        pthread_cond_wait(&writer->changed, &writer->mutex);
    queue = &writer->queues[writer->filling];
    writer->filling = !writer->filling;
    pthread_mutex_unlock(&writer->mutex);
    return queue->used ? queue : NULL;
}

static void write_all(const struct bj_writer *writer, struct queue *queue)
{
    for (size_t at = 0; at < queue->used;) {
        uint32_t size;

        memcpy(&size, queue->bytes + at, sizeof size);
        writer->write(writer->user, queue->bytes + at + sizeof size, size);
        at += sizeof size + size;
    }
    queue->used = 0;
}

static void *run(void *arg)
{
    struct bj_writer *writer = arg;
    struct queue *queue;

    while ((queue = await(writer)) != NULL)
        write_all(writer, queue);
    pthread_mutex_lock(&writer->mutex);
    writer->ended = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* ---- The owner ------------------------------------------------------------------------------ */

static void init_locks(struct bj_writer *writer)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void release(struct bj_writer *writer)
{
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

/* Signals belong to others. */
static bool start_thread(struct bj_writer *writer)
{
    sigset_t all, before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&writer->thread, NULL, run, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct bj_writer *bj_writer_create(const char *name, bj_write_fn write, void *user)
{
    struct bj_writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return NULL;
    writer->write = write;
    writer->user = user;
    init_locks(writer);
    if (!start_thread(writer)) {
        release(writer);
        return NULL;
    }
    pthread_setname_np(writer->thread, name);
    return writer;
}

bool bj_writer_offer(struct bj_writer *writer, const char *text, size_t size)
{
    uint32_t head = (uint32_t)size;
    struct queue *queue;
    bool fits;

    if (!writer)
        return false;
    pthread_mutex_lock(&writer->mutex);
    queue = &writer->queues[writer->filling];
    fits = size <= sizeof queue->bytes - sizeof head &&
           queue->used <= sizeof queue->bytes - sizeof head - size;
    if (fits) {
        memcpy(queue->bytes + queue->used, &head, sizeof head);
        memcpy(queue->bytes + queue->used + sizeof head, text, size);
        queue->used += sizeof head + size;
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->mutex);
    return fits;
}

bool bj_writer_put(struct bj_writer *writer, const char *text, size_t size)
{
    bool fits = bj_writer_offer(writer, text, size);

    if (writer && !fits)
        atomic_fetch_add(&writer->dropped, 1);
    return fits;
}

uint64_t bj_writer_dropped(const struct bj_writer *writer)
{
    return writer ? atomic_load(&writer->dropped) : 0;
}

static struct timespec in(int64_t ns)
{
    struct timespec then;

    clock_gettime(CLOCK_MONOTONIC, &then);
    ns += then.tv_nsec;
    then.tv_sec += (time_t)(ns / BJ_NS_PER_S);
    then.tv_nsec = (long)(ns % BJ_NS_PER_S);
    return then;
}

bool bj_writer_destroy(struct bj_writer *writer, int64_t limit_ns)
{
    struct timespec then = in(limit_ns);
    bool ended;
    int late = 0;

    if (!writer)
        return true;
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_broadcast(&writer->changed);
    while (!writer->ended && !late)
        late = pthread_cond_timedwait(&writer->changed, &writer->mutex, &then);
    ended = writer->ended;
    pthread_mutex_unlock(&writer->mutex);
    if (!ended)
        return false;
    pthread_join(writer->thread, NULL);
    release(writer);
    return true;
}
