/* SPDX-License-Identifier: MIT
 *
 * The yardstick of every encoder: five floats to the bytes of a point, without any of what
 * makes it safe. It tells how fast the machine is in this minute.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#include <stdint.h>

#define BENCH_PLAIN_SIZE 10u /* bytes of a point */

/* Writes `count` points, each at `stride` bytes from the one before. */
void bench_plain(uint8_t *out, uint32_t stride, const float *const channels[5],
                 uint32_t count);

#endif
