/* SPDX-License-Identifier: MIT
 *
 * The audio driver on a sound system that answers anything: any setup, any counters, any
 * refusal. The input is a little program of those answers, time, and what an engine does.
 */
#include "audio/audio.h"
#include "fuzz_input.h"

#include <string.h>

#define HANDLE 7
#define MS BJ_NS_PER_MS

struct fuzz {
    struct bj_pcm pcm;
    struct fuzz_input input;
    struct bj_dac *dac;
    bool attempting;
    int64_t now_ns;
    struct bj_pcm_setup setup; /* as told last */
    struct bj_pcm_look look;   /* as told last */
    uint64_t taken, lost;
    struct bj_dac_status status;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t number(struct fuzz *fuzz)
{
    uint8_t bytes = fuzz_next(&fuzz->input) % 9;
    uint64_t value = 0;

    for (uint8_t k = 0; k < bytes; k++)
        value = value << 8 | fuzz_next(&fuzz->input);
    return value;
}

/* ---- The sound system ---------------------------------------------------------------- */

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_wish *wish,
                             int *handle)
{
    (void)pcm;
    check(strlen(wish->name) < sizeof wish->name && wish->least_channels >= 2 &&
          wish->channels >= wish->least_channels && wish->buffer_ns > 0);
    *handle = HANDLE;
    return BJ_OK;
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    (void)pcm;
    check(handle == HANDLE);
}

static void open(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    (void)pcm;
    check(handle == HANDLE && rate_hz > 0);
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_setup *setup)
{
    struct fuzz *fuzz = (struct fuzz *)pcm;
    uint8_t answer = fuzz_next(&fuzz->input);

    (void)handle;
    fuzz->look = (struct bj_pcm_look){0};
    *setup = (struct bj_pcm_setup){
        .rate_hz = answer & 0x80 ? (double)number(fuzz) : 48000,
        .channels = answer & 0x40 ? (uint32_t)number(fuzz) : 8,
        .format = (enum bj_pcm_format)(answer & 0x20 ? fuzz_next(&fuzz->input) : 0),
        .buffer_frames = answer & 0x10 ? (uint32_t)number(fuzz) : 9600,
        .quantum_frames = 1,
        .card = "card",
    };
    fuzz->setup = *setup;
    return (enum bj_status)(answer & 8 ? fuzz_next(&fuzz->input) % (BJ_IO_ERROR + 1)
                                       : BJ_OK);
}

static enum bj_status write_frames(struct bj_pcm *pcm, int handle, const void *frames,
                                   uint32_t count, uint32_t *written)
{
    struct fuzz *fuzz = (struct fuzz *)pcm;
    volatile uint8_t last;

    check(handle == HANDLE && count > 0);
    last = ((const uint8_t *)frames)[count - 1]; /* all of it is there */
    (void)last;
    if (fuzz_next(&fuzz->input) % 8 == 0)
        return BJ_WOULD_BLOCK;
    *written = 1 + fuzz_next(&fuzz->input) % count;
    return BJ_OK;
}

static void ignore(struct bj_pcm *pcm, int handle)
{
    (void)pcm;
    check(handle == HANDLE);
}

static enum bj_status look(struct bj_pcm *pcm, int handle, struct bj_pcm_look *seen)
{
    struct fuzz *fuzz = (struct fuzz *)pcm;
    uint8_t what = fuzz_next(&fuzz->input);

    check(handle == HANDLE);
    fuzz->look.running = what & 1;
    if (what & 2)
        fuzz->look.heard_frames += fuzz_next(&fuzz->input);
    if (what & 4)
        fuzz->look.queued_frames = fuzz_next(&fuzz->input);
    if (what & 8)
        fuzz->look.drops++;
    if (what & 16)
        fuzz->look.dries++;
    if (what & 32)
        fuzz->look.dropped_frames += fuzz_next(&fuzz->input);
    if (what & 64)
        fuzz->look.suspends++;
    fuzz->look.sent_ns = fuzz->look.received_ns = fuzz->now_ns;
    if (what & 128) {
        fuzz->look.heard_frames = number(fuzz);
        fuzz->look.dropped_frames = number(fuzz);
        fuzz->look.queued_frames = (uint32_t)number(fuzz);
        fuzz->look.sent_ns = (int64_t)number(fuzz);
    }
    *seen = fuzz->look;
    return what == 255 ? BJ_DISCONNECTED : BJ_OK;
}

static void close_pcm(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    (void)pcm, (void)dark_frame;
    check(handle == HANDLE);
}

static const struct bj_pcm_ops ops = {
    .create = create,
    .destroy = destroy,
    .open = open,
    .opened = opened,
    .write = write_frames,
    .start = ignore,
    .drop = ignore,
    .look = look,
    .close = close_pcm,
};

/* ---- The engine ---------------------------------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    const struct fuzz *fuzz = user;

    check(report->sent_ns <= report->received_ns && report->received_ns <= fuzz->now_ns);
    check(report->played_points + report->queued_points + report->unreported_points ==
          fuzz->taken - fuzz->lost);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct fuzz *fuzz = user;

    (void)dry;
    fuzz->lost += lost_points;
    check(fuzz->lost <= fuzz->taken);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    (void)user;
    check(status != BJ_OK && strlen(text) > 0 && strlen(text) < 400);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

static void disconnect(struct fuzz *fuzz)
{
    bj_audio.disconnect(fuzz->dac);
    fuzz->attempting = false;
}

static void serve(struct fuzz *fuzz)
{
    struct bj_wait wait;

    if (!fuzz->attempting) {
        fuzz->attempting = true;
        fuzz->taken = fuzz->lost = 0;
        check(bj_audio.connect(fuzz->dac, fuzz->now_ns, 48000, 300) == BJ_OK);
    }
    bj_wait_init(&wait);
    if (bj_audio.service(fuzz->dac, fuzz->now_ns, &fuzz->status, &wait) != BJ_OK)
        disconnect(fuzz);
    else
        check(wait.deadline_ns > fuzz->now_ns && wait.count <= 1);
    check(strlen(fuzz->dac->name) < sizeof fuzz->dac->name);
}

static void write_points(struct fuzz *fuzz)
{
    static const struct bj_point points[1000] = {{.x = 1, .r = 65535}};
    struct bj_chunk chunk = {
        .points = points, .count = 1 + fuzz_next(&fuzz->input) * 999u / 255, .pps = 48000};
    uint32_t taken = 0;
    enum bj_status status = bj_audio.write(fuzz->dac, fuzz->now_ns, &chunk, &taken);

    check(status == BJ_OK ? taken >= 1 && taken <= chunk.count
                          : status == BJ_WOULD_BLOCK && taken == 0);
    fuzz->taken += taken;
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->input);

    switch (what % 8) {
    case 0:
        bj_audio.shutter(fuzz->dac, fuzz->now_ns, what & 16);
        break;
    case 1:
        if (what >> 4 == 0)
            bj_audio.stop(fuzz->dac, fuzz->now_ns);
        break;
    case 2:
        if (what >> 4 == 0)
            disconnect(fuzz);
        break;
    case 3:
    case 4:
        fuzz->now_ns += (int64_t)fuzz_next(&fuzz->input) * MS;
        break;
    default:
        write_points(fuzz);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz fuzz = {.pcm = {&ops}, .input = {bytes, size}, .now_ns = MS};
    const struct bj_dac_config config = {.id = "audio:hw:0", .via.pcm = &fuzz.pcm};

    check(bj_dac_create(&bj_audio, &config, &events, &fuzz, &fuzz.dac) == BJ_OK);
    while (fuzz.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    disconnect(&fuzz);
    bj_dac_destroy(fuzz.dac);
    return 0;
}
