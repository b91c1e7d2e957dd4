/* SPDX-License-Identifier: MIT */
#include "feed/feed.h"

#include <beamjack/driver.h>

#include <stdlib.h>
#include <string.h>

#define MAX_PUSHES 4096u
#define MAX_LATENCY_NS (10 * BJ_NS_PER_S)

void bj_feed_config_begin(struct bj_feed_config *config, size_t size)
{
    const struct bj_feed_config defaults = {
        .rate_hz = 48000, .max_push_frames = 8192, .latency_ns = 50 * BJ_NS_PER_MS};
    bj_sized_begin(config, size, &defaults, sizeof defaults);
}

static int64_t most_latency(const struct bj_feed_config *config)
{
    return config->max_latency_ns ? config->max_latency_ns : config->latency_ns;
}

static uint32_t ring_frames(const struct bj_feed_config *config)
{
    double held = (double)most_latency(config) * BJ_FEED_MAX_RATE_HZ / BJ_NS_PER_S;
    return (uint32_t)held + 4 * config->max_push_frames + 2 * BJ_CONVERT_WINDOW;
}

static bool is_rate(uint32_t rate_hz)
{
    return rate_hz >= BJ_FEED_MIN_RATE_HZ && rate_hz <= BJ_FEED_MAX_RATE_HZ;
}

static bool config_is_sane(const struct bj_feed_config *config)
{
    return is_rate(config->rate_hz) && config->max_push_frames >= 1 &&
           config->max_push_frames <= 65536 && config->latency_ns >= 0 &&
           config->latency_ns <= most_latency(config) &&
           most_latency(config) <= MAX_LATENCY_NS &&
           (unsigned)config->interpolation <= BJ_INTERPOLATE_NEAREST &&
           (unsigned)config->matching <= BJ_MATCH_STEER &&
           config->colour_shift_ns >= -BJ_COLOUR_SHIFT_LIMIT_NS &&
           config->colour_shift_ns <= BJ_COLOUR_SHIFT_LIMIT_NS;
}

enum bj_status bj_feed_create(const struct bj_feed_config *given, struct bj_feed **out)
{
    if (!out) {
        return BJ_BAD_ARGUMENT;
    }
    *out = NULL;
    struct bj_feed_config whole = bj_feed_defaults();
    const struct bj_feed_config *config = &whole;
    if (!bj_sized_read(&whole, sizeof whole, given) || !config_is_sane(config)) {
        return BJ_BAD_ARGUMENT;
    }
    struct bj_feed *feed = aligned_alloc(_Alignof(struct bj_feed), sizeof *feed);
    if (!feed) {
        return BJ_NO_MEMORY;
    }
    memset(feed, 0, sizeof *feed);
    size_t window = BJ_CONVERT_WINDOW;
    feed->scratch_block = calloc(window * BJ_CHANNELS, sizeof(float));
    if (!feed->scratch_block ||
        bj_ring_init(&feed->ring, ring_frames(config), MAX_PUSHES) != BJ_OK) {
        free(feed->scratch_block);
        free(feed);
        return BJ_NO_MEMORY;
    }
    for (int c = 0; c < BJ_CHANNELS; c++) {
        feed->scratch[c] = feed->scratch_block + c * window;
    }
    feed->has_intensity = config->has_intensity;
    feed->matching = config->matching;
    feed->colour_shift_ns = config->colour_shift_ns;
    feed->most_latency_ns = most_latency(config);
    atomic_init(&feed->rate_hz, config->rate_hz);
    atomic_init(&feed->latency_ns, config->latency_ns);
    atomic_init(&feed->restarts, 1);
    atomic_init(&feed->last_push_ns, BJ_NEVER);
    atomic_init(&feed->last_jump_ns, BJ_NEVER);
    bj_convert_init(&feed->convert, config->interpolation);
    *out = feed;
    return BJ_OK;
}

void bj_feed_destroy(struct bj_feed *feed)
{
    if (feed) {
        bj_ring_finish(&feed->ring);
        free(feed->scratch_block);
        free(feed);
    }
}

enum bj_status bj_feed_push(struct bj_feed *feed, const float *const channels[BJ_CHANNELS],
                            uint32_t frames, int64_t now_ns, int64_t late_ns)
{
    if (!feed || !channels || frames == 0 || now_ns < 0) {
        return BJ_BAD_ARGUMENT;
    }
    atomic_store_explicit(&feed->last_push_ns, now_ns, memory_order_relaxed);
    if (feed->has_intensity) {
        return bj_ring_push(&feed->ring, channels, frames, now_ns, late_ns);
    }
    const float *with_full[BJ_CHANNELS];
    memcpy(with_full, channels, sizeof with_full);
    with_full[BJ_I] = NULL;
    return bj_ring_push(&feed->ring, with_full, frames, now_ns, late_ns);
}

/* Two exchanges of one variable have an order: either this one sees the request of the
 * engine's fill, or the look at the ring that follows there sees what was pushed before
 * this. */
bool bj_feed_wanted(struct bj_feed *feed)
{
    if (!feed) {
        return false;
    }
    uint64_t wanted =
        atomic_fetch_add_explicit(&feed->wanted_frames, 0, memory_order_acq_rel);
    return bj_ring_head(&feed->ring) >= wanted;
}

void bj_feed_restart(struct bj_feed *feed)
{
    if (feed) {
        atomic_fetch_add_explicit(&feed->restarts, 1, memory_order_release);
    }
}

enum bj_status bj_feed_set_rate(struct bj_feed *feed, uint32_t rate_hz)
{
    if (!feed || !is_rate(rate_hz)) {
        return BJ_BAD_ARGUMENT;
    }
    atomic_store_explicit(&feed->rate_hz, rate_hz, memory_order_relaxed);
    bj_feed_restart(feed);
    return BJ_OK;
}

enum bj_status bj_feed_set_latency(struct bj_feed *feed, int64_t latency_ns)
{
    if (!feed || latency_ns < 0 || latency_ns > feed->most_latency_ns) {
        return BJ_BAD_ARGUMENT;
    }
    atomic_store_explicit(&feed->latency_ns, latency_ns, memory_order_relaxed);
    bj_feed_restart(feed);
    return BJ_OK;
}

static struct bj_feed_stats read_stats(const struct bj_feed *feed)
{
    return (struct bj_feed_stats){
        .frames_pushed = bj_ring_head(&feed->ring),
        .frames_at_start =
            atomic_load_explicit(&feed->frames_at_start, memory_order_relaxed),
        .frames_lost = bj_ring_lost(&feed->ring) +
                       atomic_load_explicit(&feed->frames_skipped, memory_order_relaxed),
        .frames_invalid = atomic_load_explicit(&feed->frames_invalid, memory_order_relaxed),
        .jumps = atomic_load_explicit(&feed->jumps, memory_order_relaxed),
        .remeasured = atomic_load_explicit(&feed->remeasured_pushes, memory_order_relaxed),
        .silences = atomic_load_explicit(&feed->silences, memory_order_relaxed),
        .buffered_ns = atomic_load_explicit(&feed->buffered_ns, memory_order_relaxed),
        .last_push_ns = atomic_load_explicit(&feed->last_push_ns, memory_order_relaxed),
        .position_frames = atomic_load_explicit(&feed->position, memory_order_relaxed),
        .latency_error_ns =
            atomic_load_explicit(&feed->latency_error_ns, memory_order_relaxed),
        .ratio_ppm = atomic_load_explicit(&feed->ratio_ppm, memory_order_relaxed),
        .last_jump_ns = atomic_load_explicit(&feed->last_jump_ns, memory_order_relaxed),
        .locked = atomic_load_explicit(&feed->locked_now, memory_order_relaxed),
        .running = atomic_load_explicit(&feed->running_now, memory_order_relaxed),
    };
}

void bj_feed_read_stats(const struct bj_feed *feed, struct bj_feed_stats *out, size_t size)
{
    struct bj_feed_stats stats = {0};
    if (feed) {
        stats = read_stats(feed);
    }
    bj_sized_write(out, size, &stats, sizeof stats);
}
