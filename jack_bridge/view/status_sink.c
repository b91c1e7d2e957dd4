/* SPDX-License-Identifier: MIT */
#include "view/status_sink.h"

#include "view/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define OPEN_NS BJ_NS_PER_S
#define LOOK_NS (5 * BJ_NS_PER_MS)
#define STILL_OPENING (-1)

struct bj_status_sink {
    struct bj_status_sink_config config;
    struct bj_writer *writer;
    char other[4096]; /* FILE.1, or FILE.new for the newest state */

    /* The writer's thread. */
    int fd; /* -1: not open */
    bool regular;
    uint64_t size;

    /* Between the threads. */
    atomic_int opened;  /* errno of the first open, 0, or STILL_OPENING */
    atomic_int trouble; /* errno of the last write, 0: it was written */

    /* Main thread. */
    int told;
    uint64_t told_dropped;
};

/* ---- The writer's thread ---------------------------------------------------------------------- */

/* Without waiting for the reader of a pipe. */
static int open_file(struct bj_status_sink *sink, const char *path, int flags)
{
    struct stat about;

    sink->fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | flags, 0644);
    if (sink->fd < 0)
        return errno;
    sink->regular = fstat(sink->fd, &about) == 0 && S_ISREG(about.st_mode);
    sink->size = sink->regular ? (uint64_t)about.st_size : 0;
    return 0;
}

static void close_file(struct bj_status_sink *sink)
{
    if (sink->fd > STDERR_FILENO)
        close(sink->fd);
    sink->fd = -1;
}

static int write_whole(struct bj_status_sink *sink, const char *text, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t written = write(sink->fd, text + done, size - done);
        int error = errno;

        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || error != EINTR) {
            if (sink->regular && done > 0) /* no half lines */
                error = ftruncate(sink->fd, (off_t)sink->size) == 0 ? error : errno;
            return written == 0 ? EIO : error;
        }
    }
    sink->size += size;
    return 0;
}

/* FILE becomes FILE.1 when it is full. */
static int turn_over(struct bj_status_sink *sink, size_t more)
{
    uint64_t most = sink->config.most_bytes;

    if (!sink->regular || !most || sink->size + more <= most || sink->size == 0)
        return 0;
    close_file(sink);
    if (rename(sink->config.path, sink->other) != 0)
        return errno;
    return open_file(sink, sink->config.path, O_TRUNC);
}

static int append(struct bj_status_sink *sink, const char *text, size_t size)
{
    int error = 0;

    if (sink->fd < 0)
        error = open_file(sink, sink->config.path, O_APPEND);
    if (!error)
        error = turn_over(sink, size);
    if (!error)
        error = write_whole(sink, text, size);
    if (error && error != EAGAIN && sink->fd != STDOUT_FILENO)
        close_file(sink);
    return error;
}

static int replace(struct bj_status_sink *sink, const char *text, size_t size)
{
    int error = open_file(sink, sink->other, O_TRUNC);

    if (error)
        return error;
    error = write_whole(sink, text, size);
    close_file(sink);
    if (!error && rename(sink->other, sink->config.path) != 0)
        error = errno;
    if (error)
        unlink(sink->other);
    return error;
}

/* The first open of a file that is appended to; a file that is replaced needs its folder.
 */
static int open_first(struct bj_status_sink *sink)
{
    struct stat about;

    if (sink->fd == STDOUT_FILENO)
        return 0;
    if (stat(sink->config.path, &about) == 0 && !S_ISREG(about.st_mode))
        sink->config.latest = false; /* a pipe or a device is not replaced */
    if (sink->config.latest)
        return replace(sink, "", 0);
    return open_file(sink, sink->config.path, O_TRUNC);
}

static void write_record(void *user, const char *text, size_t size)
{
    struct bj_status_sink *sink = user;
    int error;

    if (size == 0) { /* the first record, see create */
        error = open_first(sink);
        atomic_store(&sink->trouble, error == ENXIO ? ENXIO : 0);
        atomic_store(&sink->opened, error == ENXIO ? 0 : error);
        return;
    }
    error = sink->config.latest ? replace(sink, text, size) : append(sink, text, size);
    atomic_store(&sink->trouble, error);
}

/* ---- Main thread -------------------------------------------------------------------------------- */

static struct bj_status_sink *allocate(const struct bj_status_sink_config *config)
{
    struct bj_status_sink *sink = calloc(1, sizeof *sink);
    bool to_stdout = strcmp(config->path, "-") == 0;

    if (!sink)
        return NULL;
    sink->config = *config;
    sink->config.latest = config->latest && !to_stdout;
    sink->fd = to_stdout ? STDOUT_FILENO : -1;
    atomic_store(&sink->opened, STILL_OPENING);
    snprintf(sink->other, sizeof sink->other, "%s.%s", config->path,
             sink->config.latest ? "new" : "1");
    sink->writer = bj_writer_create("beamjack-status", write_record, sink);
    if (sink->writer)
        return sink;
    free(sink);
    return NULL;
}

static int await_opening(const struct bj_status_sink *sink)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};
    int opened = STILL_OPENING;

    for (int64_t ns = 0; ns < OPEN_NS && opened == STILL_OPENING; ns += LOOK_NS) {
        opened = atomic_load(&sink->opened);
        if (opened == STILL_OPENING)
            nanosleep(&look, NULL);
    }
    return opened == STILL_OPENING ? 0 : opened;
}

struct bj_status_sink *bj_status_sink_create(const struct bj_status_sink_config *config,
                                             char *why, size_t why_size)
{
    struct bj_status_sink *sink = allocate(config);
    int error = ENOMEM;

    if (sink) {
        bj_writer_put(sink->writer, "", 0);
        error = await_opening(sink);
    }
    if (!error)
        return sink;
    snprintf(why, why_size, "cannot write %.200s: %s", config->path, strerror(error));
    (void)bj_status_sink_destroy(sink, BJ_NS_PER_S);
    return NULL;
}

void bj_status_sink_put(struct bj_status_sink *sink, const char *text, size_t size)
{
    if (size > 0)
        bj_writer_put(sink->writer, text, size);
}

static const char *reason(int error)
{
    if (error == ENXIO || error == EPIPE)
        return "nobody reads it";
    return error == EAGAIN ? "its reader is too slow" : strerror(error);
}

static bool tell_dropped(struct bj_status_sink *sink, char *words, size_t words_size)
{
    uint64_t dropped = bj_writer_dropped(sink->writer);
    bool first = sink->told_dropped == 0;

    if (dropped == 0 || (!first && dropped < 10 * sink->told_dropped))
        return false;
    sink->told_dropped = dropped;
    snprintf(words, words_size, "%.200s takes nothing; %llu status line%s left out so far",
             sink->config.path, (unsigned long long)dropped, dropped == 1 ? "" : "s");
    return true;
}

bool bj_status_sink_news(struct bj_status_sink *sink, char *words, size_t words_size)
{
    int trouble = atomic_load(&sink->trouble);

    if (trouble == sink->told)
        return tell_dropped(sink, words, words_size);
    sink->told = trouble;
    if (trouble)
        snprintf(words, words_size, "the status cannot be written to %.200s: %s; trying on",
                 sink->config.path, reason(trouble));
    else
        snprintf(words, words_size, "the status is written to %.200s again",
                 sink->config.path);
    return true;
}

bool bj_status_sink_destroy(struct bj_status_sink *sink, int64_t limit_ns)
{
    if (!sink)
        return true;
    if (!bj_writer_destroy(sink->writer, limit_ns))
        return false;
    close_file(sink);
    free(sink);
    return true;
}
