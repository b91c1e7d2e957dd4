/* SPDX-License-Identifier: MIT */
#include "clock_scenarios.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MS ((double)BJ_NS_PER_MS)
#define CHUNK_MS 5.0
#define POLL_MS 1.5
#define MARGIN_MS 4.0
#define REACH_FRAMES 3.0
#define LEAST_LEVEL_NS (2 * BJ_NS_PER_MS)
#define STALL_EVERY_NS (2 * BJ_NS_PER_S)
#define BURST_EVERY_NS (5 * BJ_NS_PER_S)
#define BURST_FOR_NS (BJ_NS_PER_S / 2)
#define STRAY_PERCENT 5
#define HARSH_PPM_PER_MIN 5.0
#define LINK_MS 0.2
#define WINDOW_POINTS 1000 /* of an Ether Dream 2, and some to catch up after a stall */
#define WINDOW_COMMANDS 14
#define LEAST_CHUNK 40.0
#define RESEND_NS (20 * BJ_NS_PER_MS)

const struct clock_scenario clock_scenarios[] = {
    {.name = "base", .dac_ppm = 100},
    {.name = "skew 0"},
    {.name = "skew +50", .dac_ppm = 50},
    {.name = "skew -50", .dac_ppm = -50},
    {.name = "skew -100", .dac_ppm = -100},
    {.name = "skew +500", .dac_ppm = 500},
    {.name = "skew -500", .dac_ppm = -500},
    {.name = "skew +10000", .dac_ppm = 10000},
    {.name = "skew -10000", .dac_ppm = -10000},
    {.name = "JACK +300", .dac_ppm = 100, .jack_ppm = 300},
    {.name = "48 kpps", .dac_ppm = 100, .pps = 48000},
    {.name = "96 kHz", .dac_ppm = 100, .jack_hz = 96000},
    {.name = "44.1 kHz", .dac_ppm = 100, .jack_hz = 44100},
    {.name = "period 64", .dac_ppm = 100, .period = 64},
    {.name = "period 128", .dac_ppm = 100, .period = 128},
    {.name = "period 512", .dac_ppm = 100, .period = 512},
    {.name = "period 1024", .dac_ppm = 100, .period = 1024},
    {.name = "jitter 2 ms", .dac_ppm = 100, .jitter_ms = 2},
    {.name = "jitter 10 ms", .dac_ppm = 100, .jitter_ms = 10},
    {.name = "quantum 4", .dac_ppm = 100, .quantum = 4},
    {.name = "quantum 16", .dac_ppm = 100, .quantum = 16},
    {.name = "quantum 100", .dac_ppm = 100, .quantum = 100},
    {.name = "fullness of before", .dac_ppm = 100, .tells_before = true},
    {.name = "replies +5 ms", .dac_ppm = 100, .report_ms = 5},
    {.name = "replies +20 ms", .dac_ppm = 100, .report_ms = 20},
    {.name = "replies +0..20 ms", .dac_ppm = 100, .report_ms = 20, .report_varies = true},
    {.name = "20 % replies lost", .dac_ppm = 100, .lost_percent = 20},
    {.name = "stalls 5 ms", .dac_ppm = 100, .stall_ms = 5},
    {.name = "stalls 20 ms", .dac_ppm = 100, .stall_ms = 20},
    {.name = "stalls 50 ms", .dac_ppm = 100, .stall_ms = 50},
    {.name = "drift 5 ppm/min", .dac_ppm = 100, .drift_ppm_per_min = 5},
    {.name = "callbacks 2 ms", .dac_ppm = 100, .callback_ms = 2},
    {.name = "capacity 1800, L 60",
     .dac_ppm = 100,
     .pps = 48000,
     .capacity = 1800,
     .latency_ms = 60},
    {.name = "worst",
     .dac_ppm = -400,
     .jack_ppm = 100,
     .jitter_ms = 10,
     .quantum = 16,
     .stall_ms = 20,
     .report_ms = 20,
     .report_varies = true,
     .callback_ms = 2,
     .period = 1024},
    {.name = "step +300", .dac_ppm = 100, .event = CLOCK_DAC_STEP, .amount = 300},
    {.name = "JACK step +300", .dac_ppm = 100, .event = CLOCK_JACK_STEP, .amount = 300},
    {.name = "1 cycle lost", .dac_ppm = 100, .event = CLOCK_XRUN, .amount = 1},
    {.name = "3 cycles of 1024 lost",
     .dac_ppm = 100,
     .period = 1024,
     .event = CLOCK_XRUN,
     .amount = 3},
    {.name = "one stall 200 ms", .dac_ppm = 100, .event = CLOCK_STALL, .amount = 200},
    {.name = "outage 200 ms", .dac_ppm = 100, .event = CLOCK_OUTAGE, .amount = 200},
    {.name = "connection lost", .dac_ppm = 100, .event = CLOCK_RESET},
    {.name = NULL},
};

const struct clock_scenario *clock_scenario(const char *name)
{
    const struct clock_scenario *scenario = clock_scenarios;

    while (scenario->name && strcmp(scenario->name, name) != 0) {
        scenario++;
    }
    assert(scenario->name);
    return scenario;
}

static double or_else(double value, double usual)
{
    return value != 0 ? value : usual;
}

static double jack_hz(const struct clock_scenario *scenario)
{
    return or_else(scenario->jack_hz, 48000);
}

static double pps(const struct clock_scenario *scenario)
{
    return or_else(scenario->pps, 30000);
}

double clock_least_latency_ms(const struct clock_scenario *scenario)
{
    double frame_ms = 1e3 / jack_hz(scenario);
    double period_ms = or_else(scenario->period, 256) * frame_ms;

    return period_ms + REACH_FRAMES * frame_ms + CHUNK_MS + POLL_MS + scenario->stall_ms +
           2 * scenario->jitter_ms + scenario->callback_ms +
           scenario->quantum * 1e3 / 2 / pps(scenario) + MARGIN_MS;
}

static struct crystal add(struct crystal crystal, double skew, double drift)
{
    crystal.skew_ppm += skew;
    crystal.drift_ppm_per_min += drift;
    return crystal;
}

static void set_link(const struct clock_scenario *scenario, struct sim_link_config *link)
{
    double report_ns = scenario->report_ms * MS;

    link->jitter_ns = (int64_t)(scenario->jitter_ms * MS);
    link->burst_every_ns = BURST_EVERY_NS;
    link->burst_for_ns = BURST_FOR_NS;
    link->stray_percent = scenario->jitter_ms > 0 ? STRAY_PERCENT : 0;
    link->stray_ns = link->jitter_ns;
    link->reply_latency_ns = scenario->report_varies ? 0 : (int64_t)report_ns;
    link->reply_jitter_ns = scenario->report_varies ? (int64_t)report_ns : 0;
    link->lost_percent = scenario->lost_percent;
    link->resend_ns = RESEND_NS;
}

/* At the latency that the program chooses, and twice the jitter. */
static void set_driver(const struct clock_scenario *scenario,
                       struct pipeline_config *config)
{
    config->row = *scenario->driver->row;
    config->row.trouble = (struct conformance_trouble){
        .skew_ppm = scenario->dac_ppm + scenario->dac_crystal.skew_ppm,
        .jitter_ns = (int64_t)(scenario->jitter_ms * MS),
        .quantum = scenario->driver->quantum,
        .mute = scenario->driver->mute,
        .kind = scenario->driver->kind,
    };
    config->latency_ns = (int64_t)(scenario->latency_ms * MS);
    config->more_latency_ns = 2 * config->row.trouble.jitter_ns;
}

struct pipeline_config clock_config(const struct clock_scenario *scenario, uint64_t seed)
{
    struct pipeline_config config = pipeline_defaults();
    double latency_ms = or_else(scenario->latency_ms, clock_least_latency_ms(scenario));

    config.seed = seed;
    config.signal = SOURCE_VERNIER;
    config.matching = BJ_MATCH_RESAMPLE;
    config.rate_hz = (uint32_t)jack_hz(scenario);
    config.period_frames = (uint32_t)or_else(scenario->period, 256);
    config.push_jitter_ns = (int64_t)(scenario->callback_ms * MS);
    config.latency_ns = (int64_t)(latency_ms * MS);
    config.wake_max_ns = BJ_NS_PER_MS / 10;
    config.stall_ns = (int64_t)(scenario->stall_ms * MS);
    config.stall_every_ns = scenario->stall_ms > 0 ? STALL_EVERY_NS : 0;
    config.stream.pps = (uint32_t)pps(scenario);
    config.stream.target_buffer_ns = config.latency_ns;
    config.stream.min_buffer_ns = LEAST_LEVEL_NS;
    config.stream.arm = config.stream.rearm = true;
    if (scenario->driver) {
        set_driver(scenario, &config);
    }
    config.jack_crystal = add(scenario->jack_crystal, scenario->jack_ppm, 0);
    config.dac_crystal =
        add(scenario->dac_crystal, scenario->dac_ppm, scenario->drift_ppm_per_min);
    config.report_quantum = scenario->quantum;
    config.device.tells_before = scenario->tells_before;
    if (scenario->capacity > 0) {
        config.device.profile.capacity = scenario->capacity;
    }
    set_link(scenario, &config.device.link);
    config.trace_stride = scenario->stride > 0 ? scenario->stride : 1;
    if (scenario->window_ns > 0) {
        config.trace_window_ns = scenario->window_ns;
    }
    return config;
}

/* ---- Chance ----------------------------------------------------------------------------- */

static double between(struct sim_random *random, double low, double high)
{
    return low + (high - low) * (double)sim_random_upto(random, 1000000) / 1e6;
}

static double one_of(struct sim_random *random, const double *values, size_t count)
{
    return values[sim_random_upto(random, (int64_t)count - 1)];
}

#define ONE_OF(random, ...)                                                                \
    one_of(random, (const double[]){__VA_ARGS__},                                          \
           sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static struct crystal wander(struct sim_random *random, double most_ppm_per_min)
{
    double ppm = between(random, 1, 20), slope = between(random, 0.5, most_ppm_per_min);
    double period_s = 6.283 * ppm / slope * 60;

    return (struct crystal){.wander_ppm = ppm,
                            .wander_period_ns = (int64_t)(period_s * 1e9)};
}

/* What the device can hold, less what it takes beside a stall. */
static double longest_stall_ms(const struct clock_scenario *scenario)
{
    double held_ms = 0.8 * scenario->capacity / scenario->pps * 1e3;
    double rest_ms = CHUNK_MS + POLL_MS + MARGIN_MS + 2 * scenario->jitter_ms;

    return held_ms > rest_ms ? held_ms - rest_ms : 0;
}

static double round_trip_ms(const struct clock_scenario *scenario)
{
    return 2 * LINK_MS + 4 * scenario->jitter_ms + scenario->report_ms +
           (scenario->lost_percent > 0 ? RESEND_NS / MS : 0);
}

/* The driver has so much under way at most, and waits for replies then: whatever their way
 * takes at worst, the rate must fit. Or nothing is to be had from any matching of clocks.
 */
static bool fits_the_window(const struct clock_scenario *scenario)
{
    return round_trip_ms(scenario) / 1e3 * scenario->pps < WINDOW_POINTS;
}

/* So does the number of its commands: of at least 40 points, and of a period. */
static bool fits_the_commands(const struct clock_scenario *scenario)
{
    double period_points = (double)scenario->period / scenario->jack_hz * scenario->pps;
    double chunk_points = period_points > LEAST_CHUNK ? period_points : LEAST_CHUNK;

    return round_trip_ms(scenario) / 1e3 * scenario->pps < WINDOW_COMMANDS * chunk_points;
}

static void make_possible(struct clock_scenario *scenario)
{
    static const uint32_t lower[] = {48000, 30000, 20000};

    for (size_t k = 0; k < 3 && !fits_the_window(scenario); k++) {
        scenario->pps = lower[k] < scenario->pps ? lower[k] : scenario->pps;
    }
    if (!fits_the_window(scenario)) {
        scenario->lost_percent = 0;
    }
    while (!fits_the_commands(scenario) && scenario->period < 1024) {
        scenario->period *= 2;
    }
}

struct clock_scenario clock_random(uint64_t seed, bool harsh)
{
    struct sim_random random = {.state = seed};
    struct clock_scenario scenario = {
        .name = "random",
        .jack_hz = (uint32_t)ONE_OF(&random, 44100, 48000, 96000),
        .pps = (uint32_t)ONE_OF(&random, 20000, 30000, 48000, 60000),
        .period = (uint32_t)ONE_OF(&random, 64, 128, 256, 512, 1024),
        .jack_ppm = between(&random, -100, 100),
        .dac_ppm = between(&random, -500, 500),
        .jitter_ms = ONE_OF(&random, 0, 2, 10),
        .report_ms = ONE_OF(&random, 0, 5, 20),
        .report_varies = ONE_OF(&random, 0, 1) > 0,
        .quantum = (uint16_t)ONE_OF(&random, 1, 4, 16),
        .capacity = 3899,
        .seconds = 300,
        .from_s = 100,
        .stride = 8,
    };

    if (harsh) {
        scenario.jack_crystal = wander(&random, HARSH_PPM_PER_MIN);
        scenario.dac_crystal = wander(&random, HARSH_PPM_PER_MIN);
        scenario.callback_ms = ONE_OF(&random, 0, 0, 2);
        scenario.lost_percent = (uint32_t)ONE_OF(&random, 0, 0, 20);
    }
    make_possible(&scenario);
    double most_ms = longest_stall_ms(&scenario);

    scenario.stall_ms = between(&random, 0, most_ms < 50 ? most_ms : 50);
    return scenario;
}

void clock_describe(const struct clock_scenario *scenario, char *text, size_t size)
{
    snprintf(
        text, size,
        "%g kHz (%+.1f ppm) in %g, callbacks %g ms, to %g kpps (%+.1f ppm), jitter %g ms, "
        "stalls %.1f ms, replies %s%g ms, %u %% lost, quantum %u",
        jack_hz(scenario) / 1e3, scenario->jack_ppm + scenario->jack_crystal.skew_ppm,
        or_else(scenario->period, 256), scenario->callback_ms, pps(scenario) / 1e3,
        scenario->dac_ppm + scenario->dac_crystal.skew_ppm, scenario->jitter_ms,
        scenario->stall_ms, scenario->report_varies ? "0.." : "", scenario->report_ms,
        scenario->lost_percent, scenario->quantum);
}

struct crystal clock_wander(uint64_t seed, double most_ppm_per_min)
{
    struct sim_random random = {.state = seed};

    return wander(&random, most_ppm_per_min);
}
