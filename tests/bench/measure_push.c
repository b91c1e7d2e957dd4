/* SPDX-License-Identifier: MIT */
#include "circle.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRAMES 1024u
#define RING_FRAMES 65536u  /* what the program's feed holds with L = 50 ms */
#define BLOCK_FRAMES 16384u /* pushed in one go, then released; not timed */
#define LINE 2.0

struct pushing {
    struct bj_feed *feed;
    float *ports[BJ_CHANNELS];
    const float *given[BJ_CHANNELS]; /* to push; NULL: not connected */
    float *copy;                     /* as large as the ring, and laid out like it */
    uint32_t frames, channels, at;
};

static const struct bj_feed_config config = {
    .size = sizeof(struct bj_feed_config),
    .rate_hz = 48000,
    .max_push_frames = 8192,
    .latency_ns = 50 * BJ_NS_PER_MS,
    .max_latency_ns = 50 * BJ_NS_PER_MS,
    .has_intensity = true,
};

static bool prepare(struct pushing *p)
{
    *p = (struct pushing){.copy = calloc(RING_FRAMES * BJ_CHANNELS, sizeof(float))};
    bool ready = p->copy && bj_feed_create(&config, &p->feed) == BJ_OK;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        p->ports[c] = calloc(MAX_FRAMES, sizeof(float));
        ready = ready && p->ports[c];
    }
    if (ready)
        bench_circle(p->ports, MAX_FRAMES);
    return ready;
}

static void finish(struct pushing *p)
{
    for (int c = 0; c < BJ_CHANNELS; c++)
        free(p->ports[c]);
    bj_feed_destroy(p->feed);
    free(p->copy);
}

/* The engine's side, wanting nothing of what was pushed. */
static void release(struct bj_feed *feed)
{
    const struct bj_fill_request request = {.true_pps = 48000, .play_pps = 48000};
    bj_feed_restart(feed);
    bj_feed_fill(feed, &request, NULL);
}

static double push_round(void *user, uint32_t blocks)
{
    struct pushing *p = user;
    int64_t spent_ns = 0;
    for (uint32_t block = 0; block < blocks; block++) {
        int64_t begin_ns = bench_now_ns();
        for (uint32_t done = 0; done < BLOCK_FRAMES; done += p->frames)
            bj_feed_push(p->feed, p->given, p->frames, 0, 0);
        spent_ns += bench_now_ns() - begin_ns;
        release(p->feed);
    }
    return (double)spent_ns / blocks / BLOCK_FRAMES;
}

static void copy_channels(struct pushing *p)
{
    for (uint32_t c = 0; c < p->channels; c++)
        memcpy(p->copy + c * RING_FRAMES + p->at, p->ports[c], p->frames * sizeof(float));
    __asm__ volatile("" : : "r"(p->copy) : "memory"); /* the copy is wanted */
    p->at = (p->at + p->frames) % RING_FRAMES;
}

static double copy_round(void *user, uint32_t blocks)
{
    struct pushing *p = user;
    int64_t spent_ns = 0;
    p->at = 0;
    for (uint32_t block = 0; block < blocks; block++) {
        int64_t begin_ns = bench_now_ns();
        for (uint32_t done = 0; done < BLOCK_FRAMES; done += p->frames)
            copy_channels(p);
        spent_ns += bench_now_ns() - begin_ns;
        release(p->feed); /* the same disturbance */
    }
    return (double)spent_ns / blocks / BLOCK_FRAMES;
}

static void compare(struct pushing *p, const struct bench_effort *effort)
{
    for (int c = 0; c < BJ_CHANNELS; c++)
        p->given[c] = (uint32_t)c < p->channels ? p->ports[c] : NULL;
    struct bench_pair pair = bench_compare(effort, push_round, copy_round, p);
    printf("%u ports, %4u frames %14.2f %12.2f %11.2fx    %.0fx  %s\n", p->channels,
           p->frames, pair.first, pair.second, pair.ratio, LINE,
           pair.ratio <= LINE ? "met" : "NOT MET");
}

bool measure_push(const struct bench_effort *effort)
{
    static const uint32_t lengths[] = {64, 256, 1024};
    struct pushing p;
    bool ready = prepare(&p);
    if (ready)
        printf("bj_feed_push           push ns/frame  copy ns/frame     ratio  line\n");
    for (p.channels = 5; ready && p.channels <= 6; p.channels++)
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            p.frames = lengths[k];
            compare(&p, effort);
        }
    ready = ready && bj_feed_stats(p.feed).frames_pushed > 0;
    ready = ready && bj_feed_stats(p.feed).frames_lost == 0;
    finish(&p);
    return ready;
}
