/* SPDX-License-Identifier: MIT
 *
 * A DAC without hardware: a queue of 100 ms that plays in real time and reports its level.
 * For trying things out, and the driver to read before writing another one.
 *
 * id "virtual".
 */
#ifndef BJ_VIRTUAL_H
#define BJ_VIRTUAL_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_virtual;

#endif
