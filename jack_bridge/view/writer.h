/* SPDX-License-Identifier: MIT
 *
 * Output that may hang: a terminal nobody reads, a pipe, a disk, a network file system. A
 * thread of its own writes; whoever has something to write never waits. What does not fit
 * into the queue is dropped and counted.
 */
#ifndef WRITER_H
#define WRITER_H

#include <beamjack/core.h>

#define BJ_WRITER_ROOM 65536 /* bytes that wait, with 4 for each record */

struct bj_writer;

/* Writes one record. The writer's thread; may wait as long as it likes. */
typedef void (*bj_write_fn)(void *user, const char *text, size_t size);

/* A bj_write_fn for a file descriptor; `user` points to an int. Errors lose the record. */
void bj_write_to_fd(void *user, const char *text, size_t size);

/* `name` of the thread, 15 characters. NULL: no memory or no thread. */
struct bj_writer *bj_writer_create(const char *name, bj_write_fn write, void *user);

/* Any thread. Never waits. False: dropped. NULL takes nothing. */
bool bj_writer_put(struct bj_writer *writer, const char *text, size_t size);

/* The same for what may be tried again: it is not counted when it does not fit. */
bool bj_writer_offer(struct bj_writer *writer, const char *text, size_t size);

/* Any thread. Records dropped so far. */
uint64_t bj_writer_dropped(const struct bj_writer *writer);

/* Lets it write what waits, limit_ns at most. False: it hangs, and its memory and `user`
 * stay in use; leave the process with _exit. NULL is fine. */
bool bj_writer_destroy(struct bj_writer *writer, int64_t limit_ns);

#endif
