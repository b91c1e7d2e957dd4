/* SPDX-License-Identifier: MIT
 *
 * Lines to a file, pipe or terminal that nobody waits for: a line that does not fit at once
 * is dropped and counted. One thread.
 */
#ifndef SIM_LINES_H
#define SIM_LINES_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_LINE_MOST 4096 /* bytes that a pipe takes whole or not at all */

struct sim_lines {
    int fd;
    uint64_t dropped;
};

/* `path` "-": standard output. False with errno; ENXIO: a FIFO that nobody reads. */
bool sim_lines_open(struct sim_lines *lines, const char *path);
void sim_lines_close(struct sim_lines *lines);

/* Would a write to `fd` begin at once? */
bool sim_lines_ready(int fd);

/* `size` bytes, at most SIM_LINE_MOST. False with errno: the file takes no more, for good.
 */
bool sim_lines_write(struct sim_lines *lines, const char *text, unsigned size);

#endif
