/* SPDX-License-Identifier: MIT
 *
 * The audio driver on a sound system that answers anything: any actual parameters, any
 * counters, any refusal. The input is a little program of those answers, time, and what an
 * engine does.
 */
#include "audio/audio.h"
#include "fuzz_engine.h"

#include <string.h>

#define HANDLE 7
#define MS BJ_NS_PER_MS

struct fuzz {
    struct bj_pcm pcm;
    struct fuzz_engine engine;
    struct bj_pcm_actual actual;     /* as told last */
    struct bj_pcm_snapshot snapshot; /* as told last */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint64_t number(struct fuzz *fuzz)
{
    uint8_t bytes = fuzz_next(&fuzz->engine.input) % 9;
    uint64_t value = 0;

    for (uint8_t k = 0; k < bytes; k++)
        value = value << 8 | fuzz_next(&fuzz->engine.input);
    return value;
}

/* ---- The sound system ---------------------------------------------------------------- */

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_request *request,
                             int *handle)
{
    (void)pcm;
    check(strlen(request->name) < sizeof request->name && request->least_channels >= 2 &&
          request->channels >= request->least_channels && request->buffer_ns > 0);
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

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_actual *actual)
{
    struct fuzz *fuzz = (struct fuzz *)pcm;
    uint8_t answer = fuzz_next(&fuzz->engine.input);

    (void)handle;
    fuzz->snapshot = (struct bj_pcm_snapshot){0};
    *actual = (struct bj_pcm_actual){
        .rate_hz = answer & 0x80 ? (double)number(fuzz) : 48000,
        .channels = answer & 0x40 ? (uint32_t)number(fuzz) : 8,
        .format = (enum bj_pcm_format)(answer & 0x20 ? fuzz_next(&fuzz->engine.input) : 0),
        .buffer_frames = answer & 0x10 ? (uint32_t)number(fuzz) : 9600,
        .quantum_frames = 1,
        .card = "card",
    };
    fuzz->actual = *actual;
    return (enum bj_status)(answer & 8 ? fuzz_next(&fuzz->engine.input) % (BJ_NO_SPACE + 1)
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
    if (fuzz_next(&fuzz->engine.input) % 8 == 0)
        return BJ_WOULD_BLOCK;
    *written = 1 + fuzz_next(&fuzz->engine.input) % count;
    return BJ_OK;
}

static void ignore(struct bj_pcm *pcm, int handle)
{
    (void)pcm;
    check(handle == HANDLE);
}

static enum bj_status snapshot(struct bj_pcm *pcm, int handle, struct bj_pcm_snapshot *seen)
{
    struct fuzz *fuzz = (struct fuzz *)pcm;
    uint8_t what = fuzz_next(&fuzz->engine.input);

    check(handle == HANDLE);
    fuzz->snapshot.running = what & 1;
    if (what & 2)
        fuzz->snapshot.heard_frames += fuzz_next(&fuzz->engine.input);
    if (what & 4)
        fuzz->snapshot.queued_frames = fuzz_next(&fuzz->engine.input);
    if (what & 8)
        fuzz->snapshot.drops++;
    if (what & 16)
        fuzz->snapshot.dries++;
    if (what & 32)
        fuzz->snapshot.dropped_frames += fuzz_next(&fuzz->engine.input);
    if (what & 64)
        fuzz->snapshot.suspends++;
    fuzz->snapshot.sent_ns = fuzz->snapshot.received_ns = fuzz->engine.now_ns;
    if (what & 128) {
        fuzz->snapshot.heard_frames = number(fuzz);
        fuzz->snapshot.dropped_frames = number(fuzz);
        fuzz->snapshot.queued_frames = (uint32_t)number(fuzz);
        fuzz->snapshot.sent_ns = (int64_t)number(fuzz);
    }
    *seen = fuzz->snapshot;
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
    .snapshot = snapshot,
    .close = close_pcm,
};

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 48000,
    .begin_points = 300,
    .connects = true,
    .balances = true,
    .queued_points = UINT32_MAX,
    .room_points = UINT32_MAX,
    .handles = 1,
};

static void write_points(struct fuzz *fuzz)
{
    enum bj_status status = fuzz_engine_write(&fuzz->engine, 1000, limits.pps, 0);

    check(status == BJ_OK || status == BJ_WOULD_BLOCK);
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->engine.input);

    switch (what % 8) {
    case 1:
        fuzz_engine_act(&fuzz->engine, what >> 4);
        break;
    case 3:
    case 4:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS;
        break;
    default:
        write_points(fuzz);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fuzz fuzz = {
        .pcm = {&ops},
        .engine = {.limits = &limits, .now_ns = MS, .input = {bytes, size}},
    };
    const struct bj_dac_config config = {
        .size = sizeof(struct bj_dac_config), .id = "audio:hw:0", .via.pcm = &fuzz.pcm};

    fuzz_engine_begin(&fuzz.engine, &bj_audio, &config);
    while (fuzz.engine.input.left > 0) {
        fuzz_engine_serve(&fuzz.engine);
        act(&fuzz);
    }
    fuzz_engine_end(&fuzz.engine);
    return 0;
}
