/* SPDX-License-Identifier: MIT
 *
 * Four floats in one vector, to compute four points at once. The compiler takes vector
 * instructions where the processor has them, and four scalar ones elsewhere, with the same
 * results.
 */
#ifndef BJ_SIMD4_H
#define BJ_SIMD4_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(BJ_SIMD4_PLAIN) /* the test compares both */
#define BJ_SIMD4_SSE2
#include <emmintrin.h>
#endif

typedef float bj_simd4 __attribute__((vector_size(16)));
typedef int32_t bj_simd4_ints __attribute__((vector_size(16)));
typedef uint32_t bj_simd4_bits __attribute__((vector_size(16)));

static inline bj_simd4 bj_simd4_load(const float *from)
{
    bj_simd4 value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* Returns a where the mask is set (all bits of a lane), else b. */
static inline bj_simd4 bj_simd4_choose(bj_simd4_ints mask, bj_simd4 a, bj_simd4 b)
{
    return (bj_simd4)(((bj_simd4_ints)a & mask) | ((bj_simd4_ints)b & ~mask));
}

/* Returns value clamped to least..most; NaN becomes least. */
static inline bj_simd4 bj_simd4_clamp(bj_simd4 value, bj_simd4 least, bj_simd4 most)
{
#ifdef BJ_SIMD4_SSE2 /* compilers make three instructions of each comparison */
    return _mm_min_ps(_mm_max_ps(value, least), most);
#else
    value = bj_simd4_choose(value > least, value, least);
    return bj_simd4_choose(value < most, value, most);
#endif
}

/* Returns both floats twice: a b a b. */
static inline bj_simd4 bj_simd4_twice(const float from[2])
{
    bj_simd4 value = {from[0], from[1], from[0], from[1]};
    return value;
}

/* Return the smaller (larger) of each lane; b where either is NaN. */
static inline bj_simd4 bj_simd4_min(bj_simd4 a, bj_simd4 b)
{
#ifdef BJ_SIMD4_SSE2
    return _mm_min_ps(a, b);
#else
    return bj_simd4_choose(a < b, a, b);
#endif
}

static inline bj_simd4 bj_simd4_max(bj_simd4 a, bj_simd4 b)
{
#ifdef BJ_SIMD4_SSE2
    return _mm_max_ps(a, b);
#else
    return bj_simd4_choose(a > b, a, b);
#endif
}

/* Returns one bit of each lane of a mask, the first lane lowest. */
static inline int bj_simd4_lanes(bj_simd4_ints mask)
{
#ifdef BJ_SIMD4_SSE2
    return _mm_movemask_ps((bj_simd4)mask);
#else
    return (mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8);
#endif
}

/* Transposes: rows become columns. */
static inline void bj_simd4_transpose(bj_simd4 rows[4])
{
    bj_simd4 low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    bj_simd4 high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    bj_simd4 low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    bj_simd4 high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    rows[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    rows[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    rows[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    rows[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

#endif
