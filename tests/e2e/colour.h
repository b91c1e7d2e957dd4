/* SPDX-License-Identifier: MIT
 *
 * What colour the tagged signal has at a place: the average over one point's time.
 */
#ifndef E2E_COLOUR_H
#define E2E_COLOUR_H

#include "place.h"

/* Does the point have the colour of the source at `position`, as exactly as the position is
 * known? 0: yes; -1: a channel is too dark; +1: a channel is too bright. */
int colour_off(const struct path *path, const struct played_point *point, double position);

/* No channel is brighter than the source is within two points of `position`. */
bool colour_is_below(const struct path *path, const struct played_point *point,
                     double position);

bool colour_source_is_dark(const struct path *path, double position);

#endif
