/* SPDX-License-Identifier: MIT
 *
 * The table of drivers: one row each, every row in a file of its own beside its adapter.
 */
#ifndef CONFORMANCE_ROWS_H
#define CONFORMANCE_ROWS_H

#include "conformance.h"

extern const struct conformance_row conformance_virtual;
extern const struct conformance_row conformance_record;
extern const struct conformance_row conformance_ether_dream;
extern const struct conformance_row conformance_audio;
extern const struct conformance_row conformance_idn;
extern const struct conformance_row conformance_helios;
extern const struct conformance_row conformance_laserdock;
extern const struct conformance_row conformance_lasershark;
extern const struct conformance_row conformance_lasercube;

/* Ended by NULL. */
extern const struct conformance_row *const conformance_rows[];

#endif
