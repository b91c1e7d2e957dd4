/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserShark, as the published firmware has it.
 */
#ifndef SIM_LASERSHARK_H
#define SIM_LASERSHARK_H

#include "sim_shark.h"

/* Firmware 2.3, serial 0123456789ABCDEF, replies after 0.4 ms. */
struct sim_shark_config sim_lasershark_defaults(void);

/* As sim_lasershark_defaults with the behaviour and the answers of older firmware. */
struct sim_shark_config sim_lasershark_older(enum sim_shark_generation generation);

struct sim_usb *sim_lasershark_create(const struct sim_shark_config *config);

#endif
