/* SPDX-License-Identifier: MIT
 *
 * Four floats side by side: four points at once. Where the processor has an instruction for
 * that the compiler takes it; elsewhere it takes four, and the results are the same.
 */
#ifndef BJ_FOUR_H
#define BJ_FOUR_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef float bj_four __attribute__((vector_size(16)));
typedef int32_t bj_four_ints __attribute__((vector_size(16)));
typedef uint32_t bj_four_bits __attribute__((vector_size(16)));

static inline bj_four bj_four_load(const float *from)
{
    bj_four value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* value > least ? value : least, then the same the other way; NaN becomes least. */
static inline bj_four bj_four_clamp(bj_four value, bj_four least, bj_four most)
{
#ifdef __SSE2__ /* compilers make three instructions of each comparison */
    return _mm_min_ps(_mm_max_ps(value, least), most);
#else
    bj_four_ints above = value > least;
    value = (bj_four)(((bj_four_ints)value & above) | ((bj_four_ints)least & ~above));
    bj_four_ints below = value < most;
    return (bj_four)(((bj_four_ints)value & below) | ((bj_four_ints)most & ~below));
#endif
}

/* Rows become columns. */
static inline void bj_four_transpose(bj_four rows[4])
{
    bj_four low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    bj_four high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    bj_four low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    bj_four high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    rows[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    rows[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    rows[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    rows[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

#endif
