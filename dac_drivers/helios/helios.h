/* SPDX-License-Identifier: MIT
 *
 * Helios Laser DAC (USB): https://bitlasers.com/helios-laser-dac. docs/dacs/helios.md.
 *
 * id "helios:NAME", the unit of this name in any socket, or "helios:PORT", the unit in this
 * socket.
 */
#ifndef HELIOS_H
#define HELIOS_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_helios;

#endif
