/* SPDX-License-Identifier: MIT
 *
 * A simulated sound card of eight channels and 24 bits, and six wires to a projector.
 */
#include "audio/audio.h"
#include "rows.h"
#include "sim_pcm.h"

#include <stdlib.h>

struct rig {
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
    struct rig *rig = user;
    struct bj_point seen = {.x = (float)samples[0],
                            .y = (float)samples[1],
                            .r = colour(samples[2]),
                            .g = colour(samples[3]),
                            .b = colour(samples[4]),
                            .i = colour(samples[5])};

    (void)own;
    rig->seen(rig->suite, time_ns, &seen);
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
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    *rig = (struct rig){.seen = seen, .suite = suite};
    card.rates[0] = 0; /* any */
    card.seed = seed;
    card.skew_ppm = row->trouble.skew_ppm;
    card.snapshot_jitter_ns = row->trouble.jitter_ns;
    if (row->trouble.quantum > 0)
        card.quantum_frames = row->trouble.quantum;
    roughen(&row->trouble, &card);
    card.heard = on_heard;
    card.user = rig;
    rig->card = sim_pcm_create(&card, CONFORMANCE_START_NS);
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "audio:hw:2,0",
                                     .via.pcm = sim_pcm_base(rig->card)};
    return rig;
}

static void destroy(void *instance)
{
    struct rig *rig = instance;

    sim_pcm_destroy(rig->card);
    free(rig);
}

static void advance(void *instance, int64_t now_ns)
{
    struct rig *rig = instance;

    sim_pcm_advance(rig->card, now_ns);
}

static int64_t next_event_ns(void *instance)
{
    struct rig *rig = instance;

    return sim_pcm_next_event_ns(rig->card);
}

static bool ready(void *instance, const struct bj_wait *wait)
{
    struct rig *rig = instance;

    return sim_pcm_ready(rig->card, wait);
}

static void unplug(void *instance)
{
    struct rig *rig = instance;

    sim_pcm_unplug(rig->card);
}

static void plug(void *instance)
{
    struct rig *rig = instance;

    sim_pcm_plug(rig->card);
}

static void make_hostile(void *instance)
{
    struct rig *rig = instance;

    sim_pcm_lie(rig->card);
}

static void refuse(void *instance, int kind)
{
    static const enum bj_status answers[] = {BJ_OK, BJ_BUSY, BJ_IO_ERROR};
    struct rig *rig = instance;

    sim_pcm_refuse(rig->card, answers[kind]);
    if (kind > 0) { /* only who opens it is refused */
        sim_pcm_unplug(rig->card);
        sim_pcm_plug(rig->card);
    }
}

static int open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return sim_pcm_handles(rig->card);
}

static uint64_t dries(const void *instance)
{
    const struct rig *rig = instance;

    return sim_pcm_counters(rig->card).dries;
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
