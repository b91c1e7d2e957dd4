/* SPDX-License-Identifier: MIT */
#include "record/points_file.h"

#include "session/system_error.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_SIZE 16
#define RECORD_SIZE 24
#define VERSION 1

static const char magic[8] = {'B', 'J', 'P', 'O', 'I', 'N', 'T', 'S'};

static void put16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value & 0xffff);
    put16(to + 2, value >> 16);
}

static uint16_t get16(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t get32(const uint8_t *from)
{
    return get16(from) | (uint32_t)get16(from + 2) << 16;
}

static void encode(uint8_t *to, const struct bj_played_point *point)
{
    uint64_t time = (uint64_t)point->time_ns;

    put32(to, (uint32_t)time);
    put32(to + 4, (uint32_t)(time >> 32));
    put16(to + 8, (uint16_t)point->x);
    put16(to + 10, (uint16_t)point->y);
    put16(to + 12, point->r);
    put16(to + 14, point->g);
    put16(to + 16, point->b);
    put16(to + 18, point->i);
    put32(to + 20, 0);
}

static struct bj_played_point decode(const uint8_t *from)
{
    return (struct bj_played_point){
        .time_ns = (int64_t)(get32(from) | (uint64_t)get32(from + 4) << 32),
        .x = (int16_t)get16(from + 8),
        .y = (int16_t)get16(from + 10),
        .r = get16(from + 12),
        .g = get16(from + 14),
        .b = get16(from + 16),
        .i = get16(from + 18),
    };
}

static enum bj_status open_path(struct bj_points_file *file, const char *path, int flags)
{
    memset(file, 0, sizeof *file);
    file->fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
    if (file->fd < 0) {
        return bj_system_status(errno);
    }
    file->open = true;
    return BJ_OK;
}

static enum bj_status fail(struct bj_points_file *file, enum bj_status status)
{
    file->failed = status;
    return status;
}

/* ---- Writing
 * ----------------------------------------------------------------------------- */

enum bj_status bj_points_file_create(struct bj_points_file *file, const char *path,
                                     uint32_t pps)
{
    enum bj_status status = open_path(file, path, O_WRONLY | O_CREAT | O_TRUNC);

    if (status != BJ_OK) {
        return status;
    }
    file->writing = true;
    memcpy(file->buffer, magic, sizeof magic);
    put16(file->buffer + 8, VERSION);
    put16(file->buffer + 10, RECORD_SIZE);
    put32(file->buffer + 12, pps);
    file->used = HEADER_SIZE;
    file->pps = pps;
    status = bj_points_file_flush(file);
    if (status != BJ_OK) {
        bj_points_file_close(file);
    }
    return status;
}

enum bj_status bj_points_file_flush(struct bj_points_file *file)
{
    size_t done = 0;

    assert(file->open);
    while (file->failed == BJ_OK && done < file->used) {
        ssize_t written = write(file->fd, file->buffer + done, file->used - done);
        if (written > 0) {
            done += (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            fail(file, written == 0 ? BJ_IO_ERROR : bj_system_status(errno));
        }
    }
    file->used = 0;
    return file->failed;
}

enum bj_status bj_points_file_write(struct bj_points_file *file,
                                    const struct bj_played_point *points, size_t count)
{
    assert(file->open);
    for (size_t n = 0; n < count && file->failed == BJ_OK; n++) {
        if (file->used + RECORD_SIZE > sizeof file->buffer) {
            bj_points_file_flush(file);
        }
        encode(file->buffer + file->used, &points[n]);
        file->used += RECORD_SIZE;
    }
    return file->failed;
}

/* ---- Reading
 * ----------------------------------------------------------------------------- */

/* Moves what is left to the front and reads until `wanted` bytes are there or the file
 * ends. */
static enum bj_status refill(struct bj_points_file *file, size_t wanted)
{
    file->used -= file->taken;
    memmove(file->buffer, file->buffer + file->taken, file->used);
    file->taken = 0;
    while (file->used < wanted) {
        ssize_t got =
            read(file->fd, file->buffer + file->used, sizeof file->buffer - file->used);
        if (got > 0) {
            file->used += (size_t)got;
        } else if (got == 0) {
            break;
        } else if (errno != EINTR) {
            return fail(file, bj_system_status(errno));
        }
    }
    return BJ_OK;
}

static enum bj_status read_header(struct bj_points_file *file)
{
    struct stat about;
    enum bj_status status;

    if (fstat(file->fd, &about) != 0) {
        return BJ_IO_ERROR;
    }
    if (!S_ISREG(about.st_mode)) {
        return BJ_UNSUPPORTED;
    }
    status = refill(file, HEADER_SIZE);
    if (status != BJ_OK) {
        return status;
    }
    if (file->used < HEADER_SIZE || memcmp(file->buffer, magic, sizeof magic) != 0) {
        return BJ_PROTOCOL;
    }
    if (get16(file->buffer + 8) != VERSION || get16(file->buffer + 10) != RECORD_SIZE) {
        return BJ_UNSUPPORTED;
    }
    file->pps = get32(file->buffer + 12);
    file->taken = HEADER_SIZE;
    return BJ_OK;
}

enum bj_status bj_points_file_open(struct bj_points_file *file, const char *path)
{
    enum bj_status status = open_path(file, path, O_RDONLY);

    if (status != BJ_OK) {
        return status;
    }
    file->last_ns = INT64_MIN;
    status = read_header(file);
    if (status != BJ_OK) {
        bj_points_file_close(file);
    }
    return status;
}

enum bj_status bj_points_file_read(struct bj_points_file *file,
                                   struct bj_played_point *points, size_t max,
                                   size_t *count)
{
    assert(file->open && max > 0);
    *count = 0;
    if (file->failed == BJ_OK && file->used - file->taken < RECORD_SIZE) {
        refill(file, RECORD_SIZE);
    }
    while (file->failed == BJ_OK && *count < max &&
           file->used - file->taken >= RECORD_SIZE) {
        struct bj_played_point point = decode(file->buffer + file->taken);
        if (point.time_ns < file->last_ns) {
            fail(file, BJ_PROTOCOL);
            break;
        }
        file->last_ns = point.time_ns;
        file->taken += RECORD_SIZE;
        points[(*count)++] = point;
    }
    if (*count > 0) {
        return BJ_OK;
    }
    if (file->failed == BJ_OK && file->used != file->taken) {
        fail(file, BJ_PROTOCOL);
    }
    return file->failed;
}

enum bj_status bj_points_file_close(struct bj_points_file *file)
{
    if (!file->open) {
        return file->failed;
    }
    if (file->writing) {
        bj_points_file_flush(file);
    }
    if (close(file->fd) != 0 && file->failed == BJ_OK) {
        file->failed = bj_system_status(errno);
    }
    file->open = false;
    return file->failed;
}
