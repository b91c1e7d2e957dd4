/* SPDX-License-Identifier: MIT
 *
 * A file of played points: what a DAC (recorded or simulated) made of a stream, and when.
 *
 * Little-endian throughout. A 16-byte header, then records until the end of the file:
 *
 *   header  0  8 bytes  "BJPOINTS"
 *           8  u16      version, 1
 *          10  u16      size of a record, 24
 *          12  u32      points per second at the start, 0 = unknown; a hint, records count
 *   record  0  i64      time in ns of the writer's clock, never going back
 *           8  i16 x, i16 y           -32768 left or bottom, 32767 right or top
 *          12  u16 r, g, b, i         0 dark, 65535 full
 *          20  u32      reserved: written 0, ignored when read
 *
 * Nothing here allocates. One thread per object. Paths are opened without waiting for
 * anybody, so a pipe without a reader is an error, not a hang.
 */
#ifndef BJ_POINTS_FILE_H
#define BJ_POINTS_FILE_H

#include <beamjack/core.h>

#define BJ_POINTS_FILE_BUFFER 6144

struct bj_played_point {
    int64_t time_ns;
    int16_t x, y;
    uint16_t r, g, b, i;
};

/* Zeroed = closed. */
struct bj_points_file {
    int fd; /* valid while `open` */
    bool open, writing;
    enum bj_status failed; /* the first error; every later call repeats it */
    uint32_t pps;          /* from the header */
    int64_t last_ns;       /* newest record read */
    size_t used, taken;    /* bytes in the buffer, and of these already read */
    uint8_t buffer[BJ_POINTS_FILE_BUFFER];
};

/* Creates or replaces `path`. BJ_NOT_FOUND (no such directory), BJ_NO_PERMISSION,
 * BJ_IO_ERROR. On failure the file is closed. */
enum bj_status bj_points_file_create(struct bj_points_file *file, const char *path,
                                     uint32_t pps);

/* Buffered; a full buffer goes to the file within the call. BJ_IO_ERROR: disk full. */
enum bj_status bj_points_file_write(struct bj_points_file *file,
                                    const struct bj_played_point *points, size_t count);

/* Writes what is buffered. */
enum bj_status bj_points_file_flush(struct bj_points_file *file);

/* BJ_NOT_FOUND, BJ_NO_PERMISSION, BJ_IO_ERROR; BJ_PROTOCOL: not a points file;
 * BJ_UNSUPPORTED: of another version, or not a regular file. On failure it is closed. */
enum bj_status bj_points_file_open(struct bj_points_file *file, const char *path);

/* Gives 1 to `max` points in *count, 0 at the end. BJ_PROTOCOL: the last record is cut off
 * (after all whole ones were given) or time went back. */
enum bj_status bj_points_file_read(struct bj_points_file *file,
                                   struct bj_played_point *points, size_t max,
                                   size_t *count);

/* Flushes what was written and closes. Returns the first error of the file's life.
 * A closed file is left alone. */
enum bj_status bj_points_file_close(struct bj_points_file *file);

#endif
