/* SPDX-License-Identifier: MIT
 *
 * A simulated sound card of eight channels and 24 bits, and six wires to a projector.
 */
#include "audio/audio.h"
#include "rows.h"
#include "sim_pcm.h"

#include <stdlib.h>

struct adapter {
    struct sim_pcm *card;
    conformance_seen *seen;
    void *suite;
};

/* A laser does not care for less than nothing. */
static float colour(double sample)
{
    return sample <= 0 ? 0 : (float)sample;
}

static void on_heard(void *user, int64_t time_ns, const double *samples, bool own)
{
    struct adapter *adapter = user;
    struct bj_point seen = {.x = (float)samples[0],
                            .y = (float)samples[1],
                            .r = colour(samples[2]),
                            .g = colour(samples[3]),
                            .b = colour(samples[4]),
                            .i = colour(samples[5])};

    (void)own;
    adapter->seen(adapter->suite, time_ns, &seen);
}

static void roughen(const struct conformance_trouble *trouble, struct sim_pcm_config *card)
{
    static const uint32_t buffers[] = {0, 2048, 4096, 65536};

    card->hop_ns += trouble->reply_ns;
    card->open_ns += trouble->reply_jitter_ns;
    card->ahead_ns += trouble->latency_ns / 20;
    card->fifo_frames += trouble->fragment_bytes * 10;
    if (buffers[trouble->kind % 4] > 0)
        card->most_buffer_frames = buffers[trouble->kind % 4];
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_pcm_config card = sim_pcm_defaults();
    struct adapter *adapter = calloc(1, sizeof *adapter);

    if (!adapter)
        return NULL;
    *adapter = (struct adapter){.seen = seen, .suite = suite};
    card.rates[0] = 0; /* any */
    card.seed = seed;
    card.skew_ppm = row->trouble.skew_ppm;
    card.snapshot_jitter_ns = row->trouble.jitter_ns;
    if (row->trouble.quantum > 0)
        card.quantum_frames = row->trouble.quantum;
    roughen(&row->trouble, &card);
    card.heard = on_heard;
    card.user = adapter;
    adapter->card = sim_pcm_create(&card, CONFORMANCE_START_NS);
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "audio:hw:2,0",
                                     .via.pcm = sim_pcm_base(adapter->card)};
    return adapter;
}

static void destroy(void *instance)
{
    struct adapter *adapter = instance;

    sim_pcm_destroy(adapter->card);
    free(adapter);
}

static void advance(void *instance, int64_t now_ns)
{
    struct adapter *adapter = instance;

    sim_pcm_advance(adapter->card, now_ns);
}

static int64_t next_event_ns(void *instance)
{
    struct adapter *adapter = instance;

    return sim_pcm_next_event_ns(adapter->card);
}

static bool ready(void *instance, const struct bj_wait *wait)
{
    struct adapter *adapter = instance;

    return sim_pcm_ready(adapter->card, wait);
}

static void unplug(void *instance)
{
    struct adapter *adapter = instance;

    sim_pcm_unplug(adapter->card);
}

static void plug(void *instance)
{
    struct adapter *adapter = instance;

    sim_pcm_plug(adapter->card);
}

static void make_hostile(void *instance)
{
    struct adapter *adapter = instance;

    sim_pcm_lie(adapter->card);
}

static void refuse(void *instance, int kind)
{
    static const enum bj_status answers[] = {BJ_OK, BJ_BUSY, BJ_IO_ERROR};
    struct adapter *adapter = instance;

    sim_pcm_refuse(adapter->card, answers[kind]);
    if (kind > 0) { /* only who opens it is refused */
        sim_pcm_unplug(adapter->card);
        sim_pcm_plug(adapter->card);
    }
}

static int open_handles(const void *instance)
{
    const struct adapter *adapter = instance;

    return sim_pcm_handles(adapter->card);
}

static uint64_t dries(const void *instance)
{
    const struct adapter *adapter = instance;

    return sim_pcm_counters(adapter->card).dries;
}

const struct conformance_row conformance_audio = {
    .name = "audio",
    .driver = &bj_audio,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .open_handles = open_handles,
    .refuse = refuse,
    .refusals = 2,
    .dries = dries,
    .bits = {24, 24, 23, 23, 23, 23}, /* light has one half of the samples */
    .open_ns = 50 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS / 2,
};
