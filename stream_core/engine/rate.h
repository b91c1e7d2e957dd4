/* SPDX-License-Identifier: MIT
 *
 * How many points a time is: the one place that tells every stage which counts time in
 * points.
 */
#ifndef BJ_RATE_H
#define BJ_RATE_H

#include "engine/stream_state.h"

/* What the DAC makes of the rate is true_pps from now on. */
void bj_engine_set_rate(struct bj_stream *stream, double true_pps);

/* Target and minimum in points, as the device can hold them now. When it begins to play was
 * told with the connection, and stays. */
void bj_engine_fit_pace(struct bj_stream *stream);

#endif
