/* SPDX-License-Identifier: MIT
 *
 * The part of the pipeline that pushes like JACK; for pipeline.c only.
 */
#ifndef PIPELINE_JACK_H
#define PIPELINE_JACK_H

#include "pipeline.h"

#define PIPELINE_MAX_PERIOD 8192u

static inline int64_t pipeline_elapsed_ns(const struct pipeline *pipeline)
{
    return pipeline->now_ns - PIPELINE_START_NS;
}

/* The first cycle comes now. */
void pipeline_begin_cycles(struct pipeline *pipeline);

/* The callback that is due; plans the next one. */
void pipeline_cycle(struct pipeline *pipeline);

#endif
