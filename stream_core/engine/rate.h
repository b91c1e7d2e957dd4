/* SPDX-License-Identifier: MIT
 *
 * The true rate: the one place that tells it to every stage that counts time in points.
 */
#ifndef BJ_RATE_H
#define BJ_RATE_H

#include "engine/stream_state.h"

/* Sets the rate at which the DAC really plays from now on. */
void bj_engine_set_rate(struct bj_stream *stream, double true_pps);

/* Computes target and minimum in points, as the device can hold them now. The number of
 * points at which the device begins to play was told at connect, and stays. */
void bj_engine_fit_pace(struct bj_stream *stream);

#endif
