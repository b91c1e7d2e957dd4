/* SPDX-License-Identifier: MIT
 *
 * Every case on one row, as a group of cmocka tests.
 */
#ifndef CONFORMANCE_RUN_ROW_H
#define CONFORMANCE_RUN_ROW_H

#include "conformance.h"

/* `only`: the one case of this name; NULL: all. Returns how many failed. In real time a
 * case that fails on a machine that stood still is tried again, twice at most. */
int run_row(const struct conformance_row *row, const char *only);

#endif
