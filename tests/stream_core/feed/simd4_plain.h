/* SPDX-License-Identifier: MIT
 *
 * simd4.h as it is on processors that it knows nothing about.
 */
#ifndef SIMD4_PLAIN_H
#define SIMD4_PLAIN_H

void plain_clamp(const float value[4], float least, float most, float out[4]);

/* The lesser and the greater of each, and a where it is less, else b; returns the lanes of
 * that. */
int plain_compare(const float a[4], const float b[4], float least[4], float most[4],
                  float chosen[4]);

#endif
