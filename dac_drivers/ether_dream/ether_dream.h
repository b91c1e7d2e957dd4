/* SPDX-License-Identifier: MIT
 *
 * Ether Dream, all generations: https://ether-dream.com. docs/dacs/ether-dream.md.
 *
 * id "etherdream:MAC" (found by its announcements) or "etherdream@HOST[:PORT]" (the address
 * is taken from bj_dac_config; port 0 means 7765).
 */
#ifndef ETHER_DREAM_H
#define ETHER_DREAM_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_ether_dream;

#endif
