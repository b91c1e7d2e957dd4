/* SPDX-License-Identifier: MIT
 *
 * Rounding as processors do it that have no instruction for four colours at once.
 */
#define BJ_ROUND_PLAIN
#include "light_plain.h"

struct bj_light round_light_plain(const struct bj_point *point, uint16_t full)
{
    return bj_round_light(point, full);
}
