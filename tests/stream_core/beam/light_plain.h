/* SPDX-License-Identifier: MIT */
#ifndef LIGHT_PLAIN_H
#define LIGHT_PLAIN_H

#include <beamjack/driver.h>

struct bj_light round_light_plain(const struct bj_point *point, uint16_t full);

#endif
