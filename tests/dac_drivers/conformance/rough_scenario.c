/* SPDX-License-Identifier: MIT */
#include "rough_scenario.h"

#include <stdio.h>

#define US 1000LL
#define MS BJ_NS_PER_MS
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PICK(random, ...)                                                                  \
    pick(random, (const int64_t[]){__VA_ARGS__}, COUNT(((const int64_t[]){__VA_ARGS__})))

static int64_t pick(struct sim_random *random, const int64_t *values, size_t count)
{
    return values[sim_random_upto(random, (int64_t)count - 1)];
}

static bool happens(struct sim_random *random, int64_t percent)
{
    return sim_random_upto(random, 99) < percent;
}

static struct rough_ways_config draw_ways(struct sim_random *random, bool tame)
{
    struct rough_ways_config ways = {.most_ns = PICK(random, 50 * US, MS, 3 * MS)};

    if (happens(random, 50)) {
        ways.refuse_percent = (uint32_t)PICK(random, 1, 5, 30);
        ways.refuse_ns = PICK(random, 100 * US, 3 * MS, 3 * MS, 20 * MS);
        ways.part_percent = (uint32_t)PICK(random, 0, 5, 30);
    }
    if (happens(random, 60)) {
        ways.pass_percent = (uint32_t)PICK(random, 5, 30, 60);
        ways.pass_ns = PICK(random, US, 50 * US, 300 * US, 3 * MS);
    }
    if (tame && ways.refuse_percent > 5)
        ways.refuse_percent = 5;
    if (tame && ways.refuse_ns > 3 * MS)
        ways.refuse_ns = 3 * MS;
    if (tame && ways.most_ns > MS) /* a device may hold 12 ms, of which a chunk is 5 */
        ways.most_ns = MS;
    return ways;
}

static struct conformance_trouble draw_trouble(struct sim_random *random, bool tame)
{
    struct conformance_trouble trouble = {
        .latency_ns = PICK(random, 0, 20 * US, 400 * US, 2 * MS, 5 * MS),
        .jitter_ns = PICK(random, 0, 0, 100 * US, 2 * MS, 10 * MS),
        .reply_ns = PICK(random, 0, 0, 1 * MS, 5 * MS),
        .reply_jitter_ns = PICK(random, 0, 0, 5 * MS, 10 * MS, 20 * MS),
        .fragment_bytes = (uint32_t)PICK(random, 0, 0, 1, 7, 22),
        .fragment_gap_ns = PICK(random, 0, US, 200 * US, 2 * MS),
        .quantum = (uint32_t)PICK(random, 0, 0, 8, 32),
        .skew_ppm = (double)(sim_random_upto(random, 400) - 200),
        .kind = (uint32_t)sim_random_upto(random, 5),
    };

    if (tame) {
        trouble.kind = 0;
        trouble.latency_ns = trouble.latency_ns > 400 * US ? 400 * US : trouble.latency_ns;
        trouble.jitter_ns = trouble.jitter_ns > 2 * MS ? 2 * MS : trouble.jitter_ns;
        trouble.fragment_bytes = 0;
        return trouble;
    }
    if (happens(random, 30))
        trouble.loss = (double)PICK(random, 1, 15) / 100;
    if (happens(random, 30))
        trouble.burst_ns = PICK(random, 5 * MS, 30 * MS);
    return trouble;
}

static void draw_producer(struct rough_scenario *scenario, struct sim_random *random)
{
    scenario->producer =
        (enum rough_producer)PICK(random, ROUGH_FULL, ROUGH_FULL, ROUGH_FEED, ROUGH_SCANT);
    scenario->jack_rate = (uint32_t)PICK(random, 44100, 48000, 48000, 96000);
    scenario->period = (uint32_t)PICK(random, 16, 64, 256, 1024, 2048);
    scenario->cycle_late_ns = PICK(random, 0, 0, 200 * US, 2 * MS, 20 * MS);
    scenario->latency_ns = PICK(random, 5 * MS, 20 * MS, 50 * MS, 100 * MS);
    scenario->underrun =
        (enum bj_underrun_policy)PICK(random, BJ_BLANK, BJ_BLANK, BJ_REPEAT_LAST, BJ_PARK);
}

struct rough_scenario rough_scenario(uint64_t seed)
{
    struct sim_random random = {seed};
    struct rough_scenario scenario = {.seed = seed, .tame = seed % 3 == 0};

    scenario.ways = draw_ways(&random, scenario.tame);
    scenario.trouble = draw_trouble(&random, scenario.tame);
    draw_producer(&scenario, &random);
    scenario.pps = (uint32_t)PICK(&random, 1000, 5000, 12000, 20000, 30000, 30000, 48000,
                                  60000, 100000);
    scenario.target_ns = happens(&random, 50) ? 0
                                              : PICK(&random, 5 * MS, 10 * MS, 20 * MS,
                                                     50 * MS, 100 * MS, 400 * MS);
    scenario.min_ns =
        happens(&random, 50) ? 0 : sim_random_upto(&random, scenario.target_ns / 2);
    scenario.late_ns = PICK(&random, 0, 0, 100 * US, 2 * MS);
    scenario.controls = happens(&random, 60);
    scenario.faults = happens(&random, 30);
    scenario.end = (enum rough_end)sim_random_upto(&random, ROUGH_ENDS - 1);
    if (scenario.tame) {
        scenario.producer = ROUGH_FULL;
        scenario.pps = (uint32_t)PICK(&random, 12000, 30000, 48000);
        scenario.target_ns = 100 * MS;
        scenario.min_ns = 0;
        scenario.controls = scenario.faults = false;
    }
    return scenario;
}

void rough_scenario_print(const struct rough_scenario *scenario, const char *row)
{
    const struct rough_ways_config *ways = &scenario->ways;
    const struct conformance_trouble *trouble = &scenario->trouble;

    printf("%s, seed %llu%s: %u points/s, target %.0f ms, min %.0f ms, producer %d, JACK "
           "%u/%u "
           "late %.1f ms, L %.0f ms; steps late %.1f ms; sends refused %u %% for %.1f ms, "
           "in part %u %%; time passes %u %% %.2f ms, at most %.2f; way %.2f + %.2f ms, "
           "replies %.1f + %.1f ms, pieces %u every %.2f ms, bursts %.0f ms, loss %.2f, "
           "skew %.0f ppm, kind %u; controls %d, faults %d, end %d, underrun %d\n",
           row, (unsigned long long)scenario->seed, scenario->tame ? " (tame)" : "",
           scenario->pps, (double)scenario->target_ns / 1e6, (double)scenario->min_ns / 1e6,
           scenario->producer, scenario->jack_rate, scenario->period,
           (double)scenario->cycle_late_ns / 1e6, (double)scenario->latency_ns / 1e6,
           (double)scenario->late_ns / 1e6, ways->refuse_percent,
           (double)ways->refuse_ns / 1e6, ways->part_percent, ways->pass_percent,
           (double)ways->pass_ns / 1e6, (double)ways->most_ns / 1e6,
           (double)trouble->latency_ns / 1e6, (double)trouble->jitter_ns / 1e6,
           (double)trouble->reply_ns / 1e6, (double)trouble->reply_jitter_ns / 1e6,
           trouble->fragment_bytes, (double)trouble->fragment_gap_ns / 1e6,
           (double)trouble->burst_ns / 1e6, trouble->loss, trouble->skew_ppm, trouble->kind,
           scenario->controls, scenario->faults, scenario->end, scenario->underrun);
}
