/* SPDX-License-Identifier: MIT
 *
 * LaserCube over the network (Wi-Fi or Ethernet), UDP. docs/dacs/lasercube-network.md.
 *
 * One instance is one device, known by its serial number ("lasercube:0004A3112233") or only
 * by where it is ("lasercube@HOST[:PORT]", the port of its commands). A known serial number
 * is followed to new addresses.
 */
#ifndef LASERCUBE_H
#define LASERCUBE_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_lasercube;

#endif
