/* SPDX-License-Identifier: MIT
 *
 * Four floats side by side: four points at once. Where the processor has an instruction for
 * that the compiler takes it; elsewhere it takes four, and the results are the same.
 */
#ifndef BJ_FOUR_H
#define BJ_FOUR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(BJ_FOUR_PLAIN) /* the test compares both */
#define BJ_FOUR_SSE2
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

/* a where the mask is set (all bits of a lane), else b. */
static inline bj_four bj_four_choose(bj_four_ints mask, bj_four a, bj_four b)
{
    return (bj_four)(((bj_four_ints)a & mask) | ((bj_four_ints)b & ~mask));
}

/* value > least ? value : least, then the same the other way; NaN becomes least. */
static inline bj_four bj_four_clamp(bj_four value, bj_four least, bj_four most)
{
#ifdef BJ_FOUR_SSE2 /* compilers make three instructions of each comparison */
    return _mm_min_ps(_mm_max_ps(value, least), most);
#else
    value = bj_four_choose(value > least, value, least);
    return bj_four_choose(value < most, value, most);
#endif
}

/* Two floats, and both again. */
static inline bj_four bj_four_twice(const float from[2])
{
    bj_four value = {from[0], from[1], from[0], from[1]};
    return value;
}

/* The smaller (larger) of each; b where either is NaN. */
static inline bj_four bj_four_min(bj_four a, bj_four b)
{
#ifdef BJ_FOUR_SSE2
    return _mm_min_ps(a, b);
#else
    return bj_four_choose(a < b, a, b);
#endif
}

static inline bj_four bj_four_max(bj_four a, bj_four b)
{
#ifdef BJ_FOUR_SSE2
    return _mm_max_ps(a, b);
#else
    return bj_four_choose(a > b, a, b);
#endif
}

/* One bit of each lane of a mask, the first lane lowest. */
static inline int bj_four_lanes(bj_four_ints mask)
{
#ifdef BJ_FOUR_SSE2
    return _mm_movemask_ps((bj_four)mask);
#else
    return (mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8);
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
