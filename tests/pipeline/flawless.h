/* SPDX-License-Identifier: MIT
 *
 * What the audience of a pipeline saw, where nothing went wrong.
 */
#ifndef FLAWLESS_H
#define FLAWLESS_H

#include "pipeline.h"

/* Nothing lost, doubled, wrong or late; nothing ran dry. */
void assert_flawless(struct pipeline *p);

/* Every frame came within so much of the latency, and of each other. */
void assert_latency(const struct pipeline *p, double within_ms, double spread_ms);

#endif
