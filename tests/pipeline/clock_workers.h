/* SPDX-License-Identifier: MIT
 *
 * Many independent runs on all cores: processes that share nothing but the results.
 */
#ifndef CLOCK_WORKERS_H
#define CLOCK_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

/* Fills in the result of one case; in another process. */
typedef void (*clock_work)(const void *user, size_t index, void *result);

/* A new array of `count` results of `size` bytes, in order of the cases; tells on stderr
 * how far it is. NULL: a process failed. Free it with clock_workers_free. */
void *clock_workers_run(int jobs, size_t count, size_t size, clock_work work,
                        const void *user);
void clock_workers_free(void *results, size_t count, size_t size);

#endif
