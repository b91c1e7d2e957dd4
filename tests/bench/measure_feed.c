/* SPDX-License-Identifier: MIT */
#include "feed_fixture.h"
#include "measure.h"
#include "peers.h"

#include <stdio.h>

#define CHANNELS 5u
#define ROOM (BENCH_PERIOD * 3)

static const struct bench_peer *const found_peers[] = {
#ifdef BENCH_SAMPLERATE
    &bench_samplerate,
#endif
#ifdef BENCH_ZITA
    &bench_zita,
#endif
    NULL,
};

/* The same signal in two shapes: for our feed, and interleaved for a peer. */
struct race {
    struct bench_feed fixture;
    const struct bench_peer *peer;
    void *state;
    float frames[BENCH_PERIOD * CHANNELS];
    float points[ROOM * CHANNELS];
    bool stopped;
};

static double feed_round(void *user, uint32_t blocks)
{
    struct race *race = user;
    uint64_t before = race->fixture.made_points;
    int64_t begin_ns = bench_now_ns();
    for (uint32_t k = 0; k < blocks; k++) {
        bench_feed_push(&race->fixture);
        while (bench_feed_fill(&race->fixture)) {
        }
    }
    return (double)(bench_now_ns() - begin_ns) /
           (double)(race->fixture.made_points - before);
}

static double peer_round(void *user, uint32_t blocks)
{
    struct race *race = user;
    uint64_t made = 0;
    int64_t begin_ns = bench_now_ns();
    for (uint32_t k = 0; k < blocks; k++) {
        unsigned count =
            race->peer->run(race->state, race->frames, BENCH_PERIOD, race->points, ROOM);
        race->stopped |= count == 0 && k > 0; /* the first block may fill a filter */
        made += count;
    }
    return (double)(bench_now_ns() - begin_ns) / (double)made;
}

static void interleave(struct race *race)
{
    for (uint32_t k = 0; k < BENCH_PERIOD; k++)
        for (uint32_t c = 0; c < CHANNELS; c++)
            race->frames[k * CHANNELS + c] = race->fixture.samples[c][k];
}

static bool compare(const struct bench_peer *peer, uint32_t rate_hz, double pps,
                    const struct bench_effort *effort)
{
    static struct race race;
    race = (struct race){.peer = peer, .state = peer->create(CHANNELS, pps / rate_hz)};
    if (!race.state || !bench_feed_begin(&race.fixture, rate_hz, pps))
        return false;
    interleave(&race);
    struct bench_pair pair = bench_compare(effort, peer_round, feed_round, &race);
    printf("%7.3f -> %7.3f kHz %10.2f %11.2f %9.1fx  %s\n", rate_hz / 1e3, pps / 1e3,
           pair.second, pair.first, pair.ratio, peer->name);
    peer->destroy(race.state);
    bench_feed_end(&race.fixture);
    return !race.fixture.broken && !race.stopped;
}

static bool compare_all(const struct bench_peer *peer, const struct bench_effort *effort)
{
    return compare(peer, 48000, 48003, effort) && compare(peer, 48000, 30000, effort) &&
           compare(peer, 96000, 30000, effort);
}

bool measure_feed(const struct bench_effort *effort)
{
    const struct bench_effort less = {effort->rounds, effort->blocks / 4 + 1};
    bool ran = true;
    printf("push and fill, 5 ports   feed ns/pt  peer ns/pt     ratio  peer\n");
    for (size_t k = 0; found_peers[k]; k++)
        ran = compare_all(found_peers[k], &less) && ran;
    if (!found_peers[0])
        printf("(neither libsamplerate nor zita-resampler was found)\n");
    return ran;
}
