/* SPDX-License-Identifier: MIT
 *
 * The ring of the simulated family, the FIFO before it and the tick behind it.
 */
#include "sim_shark_device.h"

#include <string.h>

#define SAMPLE 8
#define FIRST_LOOK_FREE 9   /* a new packet is taken with this many free ... */
#define SECOND_LOOK_FREE 64 /* ... one that did not fit only with this many */
#define CENTRE 0x7ff
#define WATCHDOG_NS (110 * BJ_NS_PER_MS)
#define BUS_FRAME_NS BJ_NS_PER_MS
#define MANY_TICKS 1000000u

static bool is_old(const struct sim_shark *shark)
{
    return shark->config.generation == SIM_SHARK_2_1 ||
           shark->config.generation == SIM_SHARK_2_2;
}

static uint32_t usable(const struct sim_shark *shark)
{
    return is_old(shark) ? SIM_SHARK_RING - 1 : SIM_SHARK_RING;
}

static uint32_t free_samples(const struct sim_shark *shark)
{
    return usable(shark) - shark->level;
}

uint32_t sim_shark_ring_free(const struct sim_shark *shark)
{
    if (shark->level == SIM_SHARK_RING) /* full to the last slot, as only iso can */
        return SIM_SHARK_RING + 1;
    return free_samples(shark);
}

/* ---- In ------------------------------------------------------------------------------ */

static void store(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + SAMPLE <= size; at += SAMPLE) {
        uint16_t *slot = shark->ring[(shark->head + shark->level) % SIM_SHARK_SLOTS];
        for (size_t k = 0; k < 4; k++)
            slot[k] = (uint16_t)(bytes[at + 2 * k] | bytes[at + 2 * k + 1] << 8);
        shark->level++;
        shark->counters.samples++;
        shark->counters.disabled_samples += !shark->enabled;
        shark->counters.foreign_words += shark->is_foreign(slot);
    }
    shark->counters.half_samples += size % SAMPLE != 0;
}

static bool fits(const struct sim_shark *shark)
{
    uint32_t needed = shark->refused || is_old(shark) ? SECOND_LOOK_FREE : FIRST_LOOK_FREE;

    return free_samples(shark) >= needed;
}

static void drain_fifo(struct sim_shark *shark)
{
    while (shark->fifo_count > 0 && fits(shark)) {
        if (shark->enabled && shark->level < shark->counters.least_level)
            shark->counters.least_level = shark->level;
        store(shark, shark->fifo[0].bytes, shark->fifo[0].size);
        shark->fifo[0] = shark->fifo[1];
        shark->fifo_count--;
        shark->refused = false;
    }
    if (shark->fifo_count > 0 && !shark->refused) {
        shark->refused = true;
        shark->refused_ns = shark->now_ns;
        shark->counters.refused_packets++;
    }
}

/* A rate over a frame of the bus: a packet that is asked for late delays no other. */
static void pass_bus(struct sim_shark *shark, size_t samples)
{
    uint32_t most = shark->config.most_per_second;
    int64_t from_ns = shark->next_packet_ns;

    if (most == 0)
        return;
    if (from_ns < shark->now_ns - BUS_FRAME_NS)
        from_ns = shark->now_ns - BUS_FRAME_NS;
    shark->next_packet_ns = from_ns + (int64_t)samples * BJ_NS_PER_S / most;
}

int sim_shark_ring_out(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    if (shark->alternate != 1)
        return SIM_USB_STALL;
    if (shark->fifo_count == SIM_SHARK_FIFO || shark->now_ns < shark->held_until_ns ||
        shark->now_ns < shark->next_packet_ns)
        return SIM_USB_NAK;
    memcpy(shark->fifo[shark->fifo_count].bytes, bytes, size);
    shark->fifo[shark->fifo_count++].size = size;
    shark->counters.packets++;
    pass_bus(shark, size / SAMPLE);
    if (!shark->config.lazy)
        drain_fifo(shark);
    return 0;
}

/* No flow control: the writer overtakes the reader, and a whole ring is gone. */
void sim_shark_ring_iso(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + SAMPLE <= size; at += SAMPLE) {
        store(shark, bytes + at, SAMPLE);
        if (shark->level == SIM_SHARK_SLOTS) {
            shark->level = 0;
            shark->counters.overruns++;
        }
    }
}

/* ---- Out ----------------------------------------------------------------------------- */

static void emit(struct sim_shark *shark, int64_t time_ns)
{
    struct sim_shark_sample *sample = &shark->output;

    *sample = (struct sim_shark_sample){.time_ns = time_ns};
    memcpy(sample->word, shark->ring[shark->head], sizeof sample->word);
    shark->head = (shark->head + 1) % SIM_SHARK_SLOTS;
    shark->level--;
    shark->starved = false;
    shark->decode(sample);
    shark->counters.played++;
    shark->counters.lit_played += sample->lit;
    shark->counters.interlock_missing +=
        !sample->interlock && (sample->r || sample->g || sample->b);
    if (shark->config.played)
        shark->config.played(shark->config.user, sample);
}

static void go_dark(struct sim_shark *shark)
{
    shark->output.r = shark->output.g = shark->output.b = 0;
    shark->output.interlock = shark->output.lit = false;
}

static void starve(struct sim_shark *shark)
{
    shark->counters.underruns += !shark->starved;
    shark->starved = true;
    if (shark->config.underrun == SIM_SHARK_GOES_DARK)
        go_dark(shark);
    shark->counters.standing_ticks += shark->output.lit;
}

static void tick(struct sim_shark *shark, int64_t time_ns)
{
    if (shark->config.lazy)
        drain_fifo(shark);
    if (!shark->enabled || time_ns < shark->frozen_until_ns)
        return;
    if (shark->level == 0) {
        if (shark->counters.played > 0)
            starve(shark);
        return;
    }
    shark->counters.levels[(shark->level - 1) * SIM_SHARK_LEVELS / SIM_SHARK_RING]++;
    emit(shark, time_ns);
    drain_fifo(shark);
}

double sim_shark_ring_hz(const struct sim_shark *shark)
{
    uint32_t timer = shark->config.timer_hz;
    double hz = timer > 0 ? (double)timer / (timer / shark->rate) : shark->rate;

    return hz * (1 + shark->config.skew_ppm / 1e6);
}

static int64_t tick_ns(const struct sim_shark *shark, uint64_t number)
{
    return shark->base_ns + (int64_t)((double)number * 1e9 / sim_shark_ring_hz(shark));
}

/* The old interrupt handler waits for room; what should feed the watchdog does not run. */
static void watch(struct sim_shark *shark, int64_t now_ns)
{
    if (shark->config.generation == SIM_SHARK_2_1 && shark->fifo_count > 0 &&
        shark->refused && now_ns - shark->refused_ns >= WATCHDOG_NS) {
        shark->counters.watchdog_resets++;
        sim_shark_power_up(shark, now_ns);
    }
}

/* Nothing comes of a tick until somebody else does something. */
static bool is_idle(const struct sim_shark *shark)
{
    bool waits = shark->config.lazy && shark->fifo_count > 0;

    return !waits &&
           (!shark->enabled || (shark->level == 0 && shark->counters.played == 0));
}

/* Counts ticks from this one on: small numbers are exact. */
static void count_from(struct sim_shark *shark, uint64_t number)
{
    shark->base_ns = tick_ns(shark, number);
    shark->ticks -= number;
}

static void skip_to(struct sim_shark *shark, int64_t now_ns)
{
    double ticks = (double)(now_ns - shark->base_ns) / 1e9 * sim_shark_ring_hz(shark);

    if (ticks - 1 > (double)shark->ticks) {
        shark->ticks = (uint64_t)ticks - 1;
        count_from(shark, shark->ticks);
    }
}

void sim_shark_ring_advance(struct sim_shark *shark, int64_t now_ns)
{
    if (is_idle(shark))
        skip_to(shark, now_ns);
    if (shark->ticks > MANY_TICKS)
        count_from(shark, MANY_TICKS);
    while (tick_ns(shark, shark->ticks + 1) <= now_ns) {
        int64_t time_ns = tick_ns(shark, ++shark->ticks);
        shark->now_ns = time_ns > shark->now_ns ? time_ns : shark->now_ns;
        tick(shark, time_ns);
    }
    shark->now_ns = now_ns;
    watch(shark, now_ns);
}

/* ---- Control ------------------------------------------------------------------------- */

static void start_ticks(struct sim_shark *shark)
{
    shark->base_ns = shark->now_ns;
    shark->ticks = 0;
}

void sim_shark_ring_set_rate(struct sim_shark *shark, uint32_t rate)
{
    shark->rate = rate;
    start_ticks(shark);
}

void sim_shark_ring_enable(struct sim_shark *shark, bool enabled)
{
    shark->enabled = enabled;
    if (!enabled) {
        go_dark(shark);
        shark->output.x = shark->output.y = CENTRE;
    }
}

void sim_shark_ring_clear(struct sim_shark *shark)
{
    if (is_old(shark))
        return;
    shark->counters.cleared_samples += shark->level;
    shark->head = shark->level = 0;
    go_dark(shark);
    if (!shark->config.fifo_survives_clear)
        shark->fifo_count = 0;
    shark->refused = false;
    drain_fifo(shark);
}

/* When the next packet could be taken that cannot be now. */
int64_t sim_shark_ring_next_ns(const struct sim_shark *shark)
{
    int64_t next_ns = BJ_NEVER;
    uint32_t missing = SECOND_LOOK_FREE - free_samples(shark);

    if (shark->held_until_ns > shark->now_ns)
        next_ns = shark->held_until_ns;
    if (shark->next_packet_ns > shark->now_ns && shark->next_packet_ns < next_ns)
        next_ns = shark->next_packet_ns;
    if (shark->fifo_count > 0 && shark->enabled && free_samples(shark) < SECOND_LOOK_FREE &&
        tick_ns(shark, shark->ticks + missing) < next_ns)
        next_ns = tick_ns(shark, shark->ticks + missing);
    if (shark->config.lazy && shark->fifo_count > 0 &&
        tick_ns(shark, shark->ticks + 1) < next_ns)
        next_ns = tick_ns(shark, shark->ticks + 1);
    if (shark->frozen_until_ns > shark->now_ns && next_ns < shark->frozen_until_ns)
        next_ns = shark->frozen_until_ns;
    return next_ns > shark->now_ns ? next_ns : shark->now_ns + 1;
}
