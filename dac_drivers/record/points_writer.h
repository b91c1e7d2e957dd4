/* SPDX-License-Identifier: MIT
 *
 * A points file written from a thread that must not wait: points pass through a ring to a
 * small thread that opens, writes and closes the file.
 */
#ifndef BJ_POINTS_WRITER_H
#define BJ_POINTS_WRITER_H

#include "record/points_file.h"

struct bj_points_writer;

/* Allocates and starts the thread; no file yet. NULL: no memory, or no thread. */
struct bj_points_writer *bj_points_writer_create(const char *path);

/* Writes what is still in the ring, closes the file, ends the thread. May take as long as
 * the disk. NULL is fine. */
void bj_points_writer_destroy(struct bj_points_writer *writer);

/* One thread from here on, BJ_RT. */

/* Asks for the file to be created; only the first call counts. */
void bj_points_writer_open(struct bj_points_writer *writer, uint32_t pps);

/* BJ_WOULD_BLOCK until the file is open, then BJ_OK; else why it failed, for good. */
enum bj_status bj_points_writer_status(const struct bj_points_writer *writer);

/* Takes all or nothing; false: the disk is far behind, the points are not taken. */
bool bj_points_writer_put(struct bj_points_writer *writer,
                          const struct bj_played_point *points, uint32_t count);

#endif
