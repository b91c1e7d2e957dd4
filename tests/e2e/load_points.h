/* SPDX-License-Identifier: MIT
 *
 * Reads a whole file of played points (layout: dac_drivers/record/points_file.h). Written
 * from the layout alone, so that the judge shares no code with what it judges.
 */
#ifndef E2E_LOAD_POINTS_H
#define E2E_LOAD_POINTS_H

#include "check.h"

/* The caller frees *points. NULL on success, else what is wrong. A record cut off at the
 * end (the writer was killed) is left out. */
const char *load_points(const char *path, struct played_point **points, size_t *count);

#endif
