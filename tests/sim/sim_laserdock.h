/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserDock: the ILDA dongle, and the first LaserCube with a USB socket.
 *
 * Its firmware is not public. Strings, values and behaviour are those measured on a cube
 * with firmware 3.7; where nothing is known it is the LaserShark it descends from.
 */
#ifndef SIM_LASERDOCK_H
#define SIM_LASERDOCK_H

#include "sim_shark.h"

/* Firmware 3.7, serial 2191717100001435, 55,000 samples/s over USB, replies after 0.4 ms,
 * the timer as in the LaserShark, dark when it runs dry. */
struct sim_shark_config sim_laserdock_defaults(void);

/* Strings of a LaserDock, but it answers as a LaserShark. */
struct sim_shark_config sim_laserdock_twin(void);

struct sim_usb *sim_laserdock_create(const struct sim_shark_config *config);

#endif
