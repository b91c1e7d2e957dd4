/* SPDX-License-Identifier: MIT */
#include "options/latency.h"

#include <math.h>
#include <stdio.h>

#define CHUNK_NS (5 * BJ_NS_PER_MS)
#define POLL_NS (3 * BJ_NS_PER_MS / 2)
#define MARGIN_NS (4 * BJ_NS_PER_MS)
/* Of the path between frames; and where frames are more than points, of its filter. */
#define AHEAD_FRAMES 4
#define AHEAD_POINTS 4
#define BATCHES 3

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t last_ns(int64_t count, uint32_t hz)
{
    return (count * BJ_NS_PER_S + hz - 1) / hz;
}

static int64_t look_ahead_ns(uint32_t rate_hz, uint32_t pps)
{
    int64_t ahead_ns = last_ns(AHEAD_FRAMES, rate_hz);

    return rate_hz > pps ? ahead_ns + last_ns(AHEAD_POINTS, pps) : ahead_ns;
}

int64_t bj_latency_least_ns(uint32_t rate_hz, uint32_t pps)
{
    return CHUNK_NS + POLL_NS + MARGIN_NS + look_ahead_ns(rate_hz, pps);
}

/* What the DAC must hold, whatever is wanted: a device that takes its points in batches
 * needs one beside the one it plays, and is looked at in steps of a third. */
static int64_t held_ns(const struct bj_dac_caps *caps, uint32_t pps)
{
    return last_ns((int64_t)BATCHES * caps->min_queued_points, pps);
}

/* What cannot be inside the DAC. A queue is filled with what there is; a frame must be
 * whole when its turn comes, though its last point plays only after all others. */
static int64_t outside_ns(const struct bj_dac_caps *caps, uint32_t rate_hz, uint32_t pps)
{
    return caps->model == BJ_MODEL_SWAP ? MARGIN_NS + look_ahead_ns(rate_hz, pps) : 0;
}

/* Of whole frames, two of the least length. */
static int64_t least_of(const struct bj_dac_caps *caps, uint32_t rate_hz, uint32_t pps)
{
    if (caps->model == BJ_MODEL_SWAP)
        return 2 * caps->min_buffer_ns + outside_ns(caps, rate_hz, pps);
    return larger(bj_latency_least_ns(rate_hz, pps), held_ns(caps, pps));
}

uint32_t bj_latency_frames(int64_t latency_ns, uint32_t rate_hz)
{
    return (uint32_t)llround((double)latency_ns * rate_hz / BJ_NS_PER_S);
}

static double ms(int64_t ns)
{
    return (double)ns / BJ_NS_PER_MS;
}

/* Rounded up to what a user would type. */
static double up_ms(int64_t ns)
{
    return ceil(ms(ns) * 10) / 10;
}

static int64_t choose_latency(const struct bj_latency *asked,
                              const struct bj_dac_caps *caps, int64_t outside_ns,
                              int64_t least_ns)
{
    int64_t target_ns = asked->target_ns ? asked->target_ns : caps->target_buffer_ns;

    return asked->latency_ns ? asked->latency_ns : larger(target_ns + outside_ns, least_ns);
}

static const char *needs(const struct bj_dac_caps *caps, uint32_t pps, int64_t least_ns)
{
    return caps->min_queued_points && held_ns(caps, pps) == least_ns
               ? "the batches that the DAC takes its points in"
               : "a chunk on its way to the DAC, its answer and a margin";
}

/* What waits in the ring is of no use to a DAC that swaps frames: the longer they are, the
 * more time there is from a swap until the next must be there. Of twice the usual length a
 * second still has enough swaps to tell the clock. */
static int64_t target_of(const struct bj_dac_caps *caps, uint32_t pps, int64_t inside_ns)
{
    int64_t most_ns = larger(caps->target_buffer_ns, held_ns(caps, pps));

    return smaller(caps->model == BJ_MODEL_SWAP ? 2 * most_ns : most_ns, inside_ns);
}

bool bj_latency_plan(struct bj_latency asked, const struct bj_dac_caps *caps,
                     uint32_t rate_hz, uint32_t pps, struct bj_latency *plan, char *why,
                     size_t why_size)
{
    int64_t least_ns = least_of(caps, rate_hz, pps);
    int64_t without_ns = outside_ns(caps, rate_hz, pps);
    int64_t inside_ns;

    plan->latency_ns = choose_latency(&asked, caps, without_ns, least_ns);
    inside_ns = plan->latency_ns - without_ns;
    plan->target_ns = asked.target_ns ? asked.target_ns : target_of(caps, pps, inside_ns);
    plan->min_ns =
        asked.min_ns ? asked.min_ns : smaller(caps->min_buffer_ns, plan->target_ns);

    if (plan->latency_ns < least_ns)
        snprintf(why, why_size,
                 "a latency of %.4g ms cannot hold: %s need %.1f ms; use --latency %.1f or "
                 "more",
                 ms(plan->latency_ns), needs(caps, pps, least_ns), up_ms(least_ns),
                 up_ms(least_ns));
    else if (plan->target_ns > inside_ns)
        snprintf(
            why, why_size,
            "the DAC cannot hold %.4g ms of points when the whole latency is %.4g ms; use "
            "--target-buffer %.4g or less, or --latency %.4g or more",
            ms(plan->target_ns), ms(plan->latency_ns), ms(inside_ns),
            up_ms(plan->target_ns + without_ns));
    else if (plan->min_ns > plan->target_ns)
        snprintf(
            why, why_size,
            "--min-buffer %.4g is above the target buffer of %.4g ms; use %.4g or less",
            ms(plan->min_ns), ms(plan->target_ns), ms(plan->target_ns));
    else
        return true;
    return false;
}
