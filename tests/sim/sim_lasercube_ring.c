/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_device.h"

#include <math.h>
#include <stdlib.h>

/* ---- The point clock ------------------------------------------------------------------ */

static void set_step(struct sim_lc_ring *ring)
{
    double step = 1e9 / (ring->rate * (1 + ring->config->skew_ppm / 1e6));
    double whole = floor(step);

    ring->clock.step_ns = (int64_t)whole;
    ring->clock.step_fraction = (uint32_t)((step - whole) * 4294967296.0);
}

static void restart(struct sim_lc_ring *ring)
{
    set_step(ring);
    ring->clock.next_ns = ring->now_ns + ring->clock.step_ns;
    ring->clock.next_fraction = ring->clock.step_fraction;
}

static void tick(struct sim_lc_clock *clock)
{
    uint64_t fraction = (uint64_t)clock->next_fraction + clock->step_fraction;

    clock->next_fraction = (uint32_t)fraction;
    clock->next_ns += clock->step_ns + (int64_t)(fraction >> 32);
}

/* Ticks that found nothing to play. */
static void skip_to(struct sim_lc_clock *clock, int64_t now_ns)
{
    int64_t idle = (now_ns - clock->next_ns) / (clock->step_ns + 1);

    if (idle > 0) {
        uint64_t low = (uint64_t)(uint32_t)idle * clock->step_fraction;
        uint64_t fraction = (uint64_t)clock->next_fraction + (uint32_t)low;
        clock->next_fraction = (uint32_t)fraction;
        clock->next_ns += idle * clock->step_ns + (idle >> 32) * clock->step_fraction +
                          (int64_t)((low >> 32) + (fraction >> 32));
    }
    while (clock->next_ns <= now_ns) {
        tick(clock);
    }
}

/* ---- The ring ------------------------------------------------------------------------- */

bool sim_lc_ring_init(struct sim_lc_ring *ring, const struct sim_lc_config *config,
                      struct sim_lc_counters *counters, int64_t now_ns)
{
    *ring = (struct sim_lc_ring){
        .config = config,
        .counters = counters,
        .points = calloc(config->ring_points, sizeof *ring->points),
        .size = config->ring_points,
        .rate = 30000,
        .filling = true,
        .now_ns = now_ns,
    };
    restart(ring);
    return ring->points != NULL;
}

void sim_lc_ring_finish(struct sim_lc_ring *ring)
{
    free(ring->points);
}

bool sim_lc_ring_runs(const struct sim_lc_ring *ring)
{
    return (ring->output || !ring->config->stands_still_off) && !ring->filling;
}

static void play_one(struct sim_lc_ring *ring)
{
    struct sim_lc_point *point = &ring->points[ring->first];
    bool lit = (point->r | point->g | point->b) != 0;

    point->time_ns = ring->clock.next_ns;
    point->output = ring->output;
    ring->first = (ring->first + 1) % ring->size;
    ring->held--;
    ring->counters->points_played++;
    ring->counters->lit_played += lit && point->output;
    ring->counters->lit_output_off += lit && !point->output;
    if (ring->config->played) {
        ring->config->played(ring->config->user, point);
    }
    if (ring->held == 0) {
        ring->counters->ran_dry++;
        ring->filling = ring->config->heeds_threshold && ring->threshold > 0;
    }
}

void sim_lc_ring_advance(struct sim_lc_ring *ring, int64_t now_ns)
{
    while (ring->held > 0 && sim_lc_ring_runs(ring) && ring->clock.next_ns <= now_ns) {
        play_one(ring);
        tick(&ring->clock);
    }
    skip_to(&ring->clock, now_ns);
    ring->now_ns = now_ns;
}

void sim_lc_ring_set_rate(struct sim_lc_ring *ring, uint32_t rate)
{
    if (rate > 0 && rate != ring->rate) {
        ring->rate = rate;
        restart(ring);
    }
}

void sim_lc_ring_set_clock(struct sim_lc_ring *ring)
{
    set_step(ring);
}

bool sim_lc_ring_store(struct sim_lc_ring *ring, const struct sim_lc_point *point)
{
    if (ring->held == ring->size) {
        return false;
    }
    ring->points[(ring->first + ring->held++) % ring->size] = *point;
    if (!ring->config->heeds_threshold || ring->held >= ring->threshold) {
        ring->filling = false;
    }
    return true;
}

void sim_lc_ring_clear(struct sim_lc_ring *ring)
{
    ring->counters->points_cleared += ring->held;
    ring->held = 0;
    ring->filling = ring->config->heeds_threshold && ring->threshold > 0;
}
