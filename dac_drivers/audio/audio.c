/* SPDX-License-Identifier: MIT */
#include "audio/audio.h"

#include "audio/audio_queue.h"
#include "audio/audio_wire.h"
#include "session/notice.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MIN_PPS 2000
#define MAX_PPS 768000
#define CHUNK_POINTS 256u
#define BUFFER_NS (200 * BJ_NS_PER_MS)
#define USUAL_CAPACITY 9600 /* 200 ms at 48 kHz, until the card tells */
#define TARGET_BUFFER_NS (30 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (10 * BJ_NS_PER_MS)
#define STALL_NS (5 * BJ_NS_PER_MS)
#define OPEN_TIMEOUT_NS (5 * BJ_NS_PER_S)
#define STANDSTILL_NS BJ_NS_PER_S
#define ROOM_NS                                                                            \
    BJ_NS_PER_MS /* less room than that is none; and it is looked for so often */

static const char prefix[] = "audio:";

enum phase { CLOSED, OPENING, OPEN };

struct audio {
    struct bj_dac base;
    struct bj_pcm *pcm;
    int handle;
    struct bj_audio_options options;
    char pcm_name[BJ_PCM_NAME_SIZE];

    enum phase phase;
    struct bj_pcm_actual actual; /* once open */
    struct audio_wire wire;
    uint32_t pps, begin_points; /* of connect */
    int64_t opening_since_ns;
    bool lit, stopping, started;
    int64_t full_until_ns; /* the transport takes no more until then, as far as known */
    struct audio_queue queue;
    uint8_t frames[CHUNK_POINTS * BJ_PCM_FRAME_BYTES];
};

/* ---- What it is ---------------------------------------------------------------------- */

/* The card takes the nearest rate it has; which that is shows when it is open. */
static double true_pps(const void *instance, uint32_t pps)
{
    const struct audio *dac = instance;

    return dac->phase == OPEN && pps == dac->pps ? dac->actual.rate_hz : pps;
}

static void learn(struct audio *dac)
{
    static const int bits[] = {
        [BJ_PCM_S32] = 32,   [BJ_PCM_S24] = 24, [BJ_PCM_S24_PACKED] = 24,
        [BJ_PCM_FLOAT] = 24, [BJ_PCM_S16] = 16,
    };
    const struct bj_pcm_actual *actual = &dac->actual;

    dac->base.caps.capacity_points = actual->buffer_frames;
    dac->base.caps.intensity_line = dac->wire.has_intensity;
    bj_dac_set_name(&dac->base,
                    "Audio interface %s (%.*s), %u channels of %d bits at %u Hz",
                    dac->pcm_name, BJ_PCM_TEXT_SIZE, actual->card, actual->channels,
                    bits[actual->format], (unsigned)lround(actual->rate_hz));
}

static enum bj_status tell(struct audio *dac, enum bj_status status, const char *format,
                           ...)
{
    char text[400];
    int used = snprintf(text, sizeof text, "Audio interface %s: ", dac->pcm_name);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    va_end(args);
    dac->base.events->notice(dac->base.engine, status, text);
    return status;
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    size_t size = strlen(id);

    return strncmp(id, prefix, sizeof prefix - 1) == 0 && size > sizeof prefix - 1 &&
           size - (sizeof prefix - 1) < BJ_PCM_NAME_SIZE;
}

static struct bj_pcm_request request(const struct audio *dac)
{
    struct bj_pcm_request requested = {.buffer_ns = BUFFER_NS};

    memcpy(requested.name, dac->pcm_name, sizeof requested.name);
    for (int k = 0; k < BJ_AUDIO_SIGNALS; k++) {
        uint8_t channel = dac->options.channel[k];
        bool needed = !dac->options.as_many || k == BJ_X || k == BJ_Y;
        if (channel > requested.channels)
            requested.channels = channel;
        if (needed && channel > requested.least_channels)
            requested.least_channels = channel;
    }
    return requested;
}

static bool options_are_sane(const struct bj_audio_options *options)
{
    for (int k = 0; k < BJ_AUDIO_SIGNALS; k++)
        if (options->channel[k] > BJ_AUDIO_MOST_CHANNELS ||
            !(fabsf(options->gain[k]) <= BJ_AUDIO_GAIN_LIMIT) ||
            !(fabsf(options->offset[k]) <= 1)) /* true for NaN */
            return false;
    return true;
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct audio *dac = instance;
    struct bj_audio_options options = bj_audio_defaults();
    struct bj_pcm_request requested;

    if (!accepts_id(config->id) ||
        (config->extra && !bj_sized_read(&options, sizeof options, config->extra)) ||
        !options_are_sane(&options))
        return BJ_BAD_ARGUMENT;
    if (config->via.pcm == NULL)
        return BJ_UNSUPPORTED;
    dac->pcm = config->via.pcm;
    dac->options = options;
    (void)snprintf(dac->pcm_name, sizeof dac->pcm_name, "%s",
                   config->id + sizeof prefix - 1);
    bj_dac_set_name(&dac->base, "Audio interface %s", dac->pcm_name);
    dac->base.caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = MIN_PPS,
        .max_pps = MAX_PPS,
        .capacity_points = USUAL_CAPACITY,
        .min_points_per_chunk = 1,
        .max_points_per_chunk = CHUNK_POINTS,
        .reports_level = true,
        .target_buffer_ns = TARGET_BUFFER_NS,
        .min_buffer_ns = MIN_BUFFER_NS,
        .stall_ns = STALL_NS,
    };
    requested = request(dac);
    return dac->pcm->ops->create(dac->pcm, &requested, &dac->handle);
}

static void finish(void *instance)
{
    struct audio *dac = instance;

    dac->pcm->ops->destroy(dac->pcm, dac->handle);
}

/* ---- Opening ------------------------------------------------------------------------- */

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct audio *dac = instance;

    if (pps < MIN_PPS || pps > MAX_PPS)
        return BJ_BAD_ARGUMENT;
    dac->phase = OPENING;
    dac->pps = pps;
    dac->begin_points = begin_points;
    dac->opening_since_ns = now_ns;
    dac->full_until_ns = 0;
    dac->lit = dac->stopping = dac->started = false;
    dac->queue = (struct audio_queue){0};
    dac->pcm->ops->open(dac->pcm, dac->handle, pps);
    return BJ_OK;
}

static enum bj_status explain(struct audio *dac, enum bj_status status)
{
    switch (status) {
    case BJ_NOT_FOUND:
        return tell(dac, status,
                    "no such PCM, or the card is unplugged; 'aplay -L' lists "
                    "what there is");
    case BJ_BUSY:
        return tell(dac, status,
                    "another program uses it; a sound server or JACK itself "
                    "must leave this card alone");
    case BJ_NO_PERMISSION:
        return tell(dac, status, "not allowed; add yourself to the group audio");
    case BJ_UNSUPPORTED:
        return tell(dac, status,
                    "it has not the channels that are wired, or no usable "
                    "sample format; see --audio-channels");
    default:
        return tell(dac, status, "cannot be opened: %s", bj_strerror(status));
    }
}

static bool is_possible(const struct bj_pcm_actual *actual)
{
    return actual->rate_hz >= 1 && actual->rate_hz <= 10 * MAX_PPS &&
           actual->format <= BJ_PCM_S16 && actual->channels >= 1 &&
           actual->buffer_frames >= 16 && actual->quantum_frames >= 1;
}

static enum bj_status finish_opening(struct audio *dac, int64_t now_ns)
{
    enum bj_status status = dac->pcm->ops->opened(dac->pcm, dac->handle, &dac->actual);

    if (status == BJ_WOULD_BLOCK && now_ns - dac->opening_since_ns >= OPEN_TIMEOUT_NS)
        return tell(dac, BJ_TIMED_OUT, "does not open");
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status == BJ_OK && !is_possible(&dac->actual))
        status = BJ_PROTOCOL;
    if (status == BJ_OK)
        status = audio_wire_init(&dac->wire, &dac->options, dac->actual.format,
                                 dac->actual.channels, dac->actual.rate_hz);
    if (status != BJ_OK)
        return explain(dac, status);
    dac->phase = OPEN;
    dac->queue.progress_ns = now_ns;
    learn(dac);
    return BJ_OK;
}

/* ---- Looking into the card ----------------------------------------------------------- */

static void tell_end(struct audio *dac, const struct audio_queue_end *end)
{
    if (!end->ended)
        return;
    dac->started = false;
    dac->base.events->emptied(dac->base.engine, end->lost_points, end->dry);
    if (end->slept)
        (void)tell(dac, BJ_TIMED_OUT, "the computer slept; playing on");
}

static enum bj_status snapshot(struct audio *dac, int64_t now_ns)
{
    struct bj_pcm_snapshot newest = {0};
    struct bj_level_report report;
    struct audio_queue_end end;
    enum bj_status status = dac->pcm->ops->snapshot(dac->pcm, dac->handle, &newest);

    if (status != BJ_OK)
        return tell(dac, status, "unplugged");
    if (!audio_queue_note(&dac->queue, &newest, now_ns, &end))
        return tell(dac, BJ_PROTOCOL, "its counters make no sense; opening it anew");
    if (now_ns - dac->queue.progress_ns >= STANDSTILL_NS)
        return tell(dac, BJ_TIMED_OUT, "stands still; opening it anew");
    tell_end(dac, &end);
    if (audio_queue_report(&dac->queue, now_ns, dac->actual.quantum_frames, &report))
        dac->base.events->level(dac->base.engine, &report);
    return BJ_OK;
}

/* ---- Service ------------------------------------------------------------------------- */

static void start_when_due(struct audio *dac)
{
    uint32_t most = dac->actual.buffer_frames / 2;
    uint32_t least = dac->begin_points < most ? dac->begin_points : most;

    if (dac->started || dac->queue.dropping || dac->stopping ||
        audio_queue_points(&dac->queue) == 0 || audio_queue_points(&dac->queue) < least)
        return;
    dac->started = true;
    dac->pcm->ops->start(dac->pcm, dac->handle);
}

static enum bj_dac_state state(const struct audio *dac)
{
    if (dac->stopping && !dac->queue.dropping)
        return BJ_DAC_STOPPED;
    if (dac->phase != OPEN)
        return BJ_DAC_CONNECTING;
    return dac->started && dac->queue.snapshot.running ? BJ_DAC_PLAYING : BJ_DAC_READY;
}

static bool takes_points(const struct audio *dac)
{
    return dac->phase == OPEN && !dac->queue.dropping && !dac->stopping;
}

static uint32_t room(const struct audio *dac, int64_t now_ns)
{
    uint32_t buffer = dac->actual.buffer_frames;
    uint64_t points = audio_queue_points(&dac->queue);
    uint32_t least;

    if (!takes_points(dac) || now_ns < dac->full_until_ns)
        return 0;
    least = (uint32_t)(dac->actual.rate_hz * ROOM_NS / 1e9) + 1;
    if (least > buffer / 4)
        least = buffer / 4;
    return points + least > buffer ? 0 : buffer - (uint32_t)points;
}

/* A card tells nothing while it plays: what makes room is time. */
static void add_waits(const struct audio *dac, int64_t now_ns, struct bj_wait *wait)
{
    if (dac->phase == CLOSED)
        return;
    bj_wait_handle(wait, dac->handle, BJ_WAIT_READ);
    if (dac->phase == OPENING)
        bj_wait_until(wait, dac->opening_since_ns + OPEN_TIMEOUT_NS);
    else if (dac->queue.snapshot.running)
        bj_wait_until(wait, dac->queue.progress_ns + STANDSTILL_NS);
    if (takes_points(dac) && room(dac, now_ns) == 0)
        bj_wait_until(wait,
                      now_ns < dac->full_until_ns ? dac->full_until_ns : now_ns + ROOM_NS);
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct audio *dac = instance;
    enum bj_status result = BJ_OK;

    if (dac->phase == OPENING)
        result = finish_opening(dac, now_ns);
    if (dac->phase == OPEN && result == BJ_OK)
        result = snapshot(dac, now_ns);
    if (dac->phase == OPEN && result == BJ_OK)
        start_when_due(dac);
    if (result == BJ_OK)
        add_waits(dac, now_ns, wait);
    *status = (struct bj_dac_status){.state = state(dac), .room_points = room(dac, now_ns)};
    return result;
}

/* ---- Points -------------------------------------------------------------------------- */

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct audio *dac = instance;
    uint32_t most = room(dac, now_ns), written = 0;
    uint32_t count = chunk->count < most ? chunk->count : most;
    double tone = dac->wire.tone;
    enum bj_status status;

    if (count == 0) /* and a card cannot change its rate while it plays */
        return BJ_WOULD_BLOCK;
    if (count > CHUNK_POINTS)
        count = CHUNK_POINTS;
    audio_wire_encode(&dac->wire, dac->frames, chunk->points, count, dac->lit);
    status = dac->pcm->ops->write(dac->pcm, dac->handle, dac->frames, count, &written);
    if (status == BJ_OK && written < count) {
        dac->wire.tone = tone;
        audio_wire_encode(&dac->wire, dac->frames, chunk->points, written, dac->lit);
    }
    if (status == BJ_WOULD_BLOCK) {
        dac->wire.tone = tone;
        dac->full_until_ns = now_ns + ROOM_NS;
    }
    if (status != BJ_OK)
        return status;
    dac->queue.taken += written;
    *taken = written;
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void drop(struct audio *dac)
{
    if (dac->phase != OPEN || dac->queue.dropping)
        return;
    dac->queue.dropping = true;
    dac->queue.drops++;
    dac->pcm->ops->drop(dac->pcm, dac->handle);
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct audio *dac = instance;
    bool was_lit = dac->lit;

    (void)now_ns;
    dac->lit = open;
    if (was_lit && !open)
        drop(dac);
}

static void stop(void *instance, int64_t now_ns)
{
    struct audio *dac = instance;

    (void)now_ns;
    dac->lit = false;
    dac->stopping = true;
    drop(dac);
}

static void disconnect(void *instance)
{
    struct audio *dac = instance;
    uint8_t dark[BJ_PCM_FRAME_BYTES];

    if (dac->phase == OPEN) {
        uint32_t gone = (uint32_t)audio_queue_points(&dac->queue);
        audio_wire_dark(&dac->wire, dark);
        dac->queue.lost += gone;
        if (gone > 0)
            dac->base.events->emptied(dac->base.engine, gone, false);
    }
    if (dac->phase != CLOSED)
        dac->pcm->ops->close(dac->pcm, dac->handle, dac->phase == OPEN ? dark : NULL);
    dac->phase = CLOSED;
    dac->lit = dac->stopping = dac->queue.dropping = false;
}

const struct bj_dac_driver bj_audio = {
    .name = "audio",
    .title = "Audio interface",
    .id_form = "audio:PCM, PCM as ALSA calls it, e.g. audio:hw:2,0",
    .instance_size = sizeof(struct audio),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .true_pps = true_pps,
    .connect = connect,
    .service = service,
    .write = write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
