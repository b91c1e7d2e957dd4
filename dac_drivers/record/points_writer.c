/* SPDX-License-Identifier: MIT */
#include "record/points_writer.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RING_POINTS 65536u /* a power of two; 0.65 s at 100 000 points/s */
#define LOOK_MS 20         /* nobody wakes the thread while streaming: it looks by itself */

struct bj_points_writer {
    pthread_t thread;
    char *path;
    int eventfd; /* open and end do wake it */
    atomic_bool wanted, ending;
    atomic_uint pps;
    atomic_int status;         /* enum bj_status */
    atomic_uint written, read; /* ring positions, each stored by one side */
    struct bj_points_file file;
    struct bj_played_point ring[RING_POINTS];
};

/* ---- The thread ---------------------------------------------------------------------- */

static void wait_a_little(struct bj_points_writer *writer)
{
    bool idle = atomic_load(&writer->status) != BJ_OK;
    struct pollfd waiting = {.fd = writer->eventfd, .events = POLLIN};
    uint64_t count;

    if (poll(&waiting, 1, idle ? -1 : LOOK_MS) > 0 &&
        read(writer->eventfd, &count, sizeof count) < 0)
        return;
}

static void open_file(struct bj_points_writer *writer)
{
    if (atomic_load(&writer->wanted) && atomic_load(&writer->status) == BJ_WOULD_BLOCK)
        atomic_store(&writer->status, bj_points_file_create(&writer->file, writer->path,
                                                            atomic_load(&writer->pps)));
}

static void drain(struct bj_points_writer *writer)
{
    uint32_t from = atomic_load(&writer->read), to = atomic_load(&writer->written);

    while (from != to && atomic_load(&writer->status) == BJ_OK) {
        uint32_t at = from % RING_POINTS;
        uint32_t count = to - from < RING_POINTS - at ? to - from : RING_POINTS - at;
        enum bj_status status =
            bj_points_file_write(&writer->file, &writer->ring[at], count);
        if (status != BJ_OK)
            atomic_store(&writer->status, status);
        from += count;
        atomic_store(&writer->read, from);
    }
}

static void *run(void *user)
{
    struct bj_points_writer *writer = user;
    bool ending;

    do {
        wait_a_little(writer);
        ending = atomic_load(&writer->ending);
        open_file(writer);
        drain(writer);
    } while (!ending);
    (void)bj_points_file_close(&writer->file);
    return NULL;
}

static void wake(struct bj_points_writer *writer)
{
    const uint64_t one = 1;

    if (write(writer->eventfd, &one, sizeof one) < 0)
        return; /* the counter is full: it is awake */
}

/* ---- The other side ------------------------------------------------------------------ */

void bj_points_writer_open(struct bj_points_writer *writer, uint32_t pps)
{
    if (atomic_load(&writer->wanted))
        return;
    atomic_store(&writer->pps, pps);
    atomic_store(&writer->wanted, true);
    wake(writer);
}

enum bj_status bj_points_writer_status(const struct bj_points_writer *writer)
{
    return (enum bj_status)atomic_load(&writer->status);
}

bool bj_points_writer_put(struct bj_points_writer *writer,
                          const struct bj_played_point *points, uint32_t count)
{
    uint32_t to = atomic_load(&writer->written);

    if (RING_POINTS - (to - atomic_load(&writer->read)) < count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        writer->ring[(to + i) % RING_POINTS] = points[i];
    atomic_store(&writer->written, to + count);
    return true;
}

/* ---- Life ---------------------------------------------------------------------------- */

static void release(struct bj_points_writer *writer)
{
    if (writer->eventfd >= 0)
        close(writer->eventfd);
    free(writer->path);
    free(writer);
}

struct bj_points_writer *bj_points_writer_create(const char *path)
{
    struct bj_points_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL)
        return NULL;
    writer->path = strdup(path);
    writer->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    atomic_init(&writer->status, BJ_WOULD_BLOCK);
    if (writer->path == NULL || writer->eventfd < 0 ||
        pthread_create(&writer->thread, NULL, run, writer) != 0) {
        release(writer);
        return NULL;
    }
    return writer;
}

void bj_points_writer_destroy(struct bj_points_writer *writer)
{
    if (writer == NULL)
        return;
    atomic_store(&writer->ending, true);
    wake(writer);
    pthread_join(writer->thread, NULL);
    release(writer);
}
