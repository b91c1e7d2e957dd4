/* SPDX-License-Identifier: MIT
 *
 * four.h as it is on processors that it knows nothing about.
 */
#ifndef FOUR_PLAIN_H
#define FOUR_PLAIN_H

void plain_clamp(const float value[4], float least, float most, float out[4]);

#endif
