/* SPDX-License-Identifier: MIT
 *
 * A simulated sound card behind ALSA's own library, as a plug-in: six channels (x y r g b
 * i) of 32 bits that play at 48000 Hz exactly and write every frame they played as a point.
 *
 *   pcm_type.e2e_card { lib "/path/libe2e-card.so" }
 *   pcm.card { type e2e_card points "FILE" plugged "FILE" }
 *
 * Each opening begins a file of its own: FILE.1, FILE.2 and so on. The card is plugged in
 * while the file `plugged` exists. It runs dry at the moment the next frame is due and not
 * there, and plays nothing then.
 */
#include "record/points_file.h"

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <math.h>
#include <time.h>

enum {
    RATE = 48000,
    CHANNELS = 6,
    BYTES = 4 * CHANNELS,
    LEAST_FRAMES = 64,
    MOST_FRAMES = 16384
};

struct card {
    snd_pcm_ioplug_t io;
    char *plugged; /* path */
    struct bj_points_file points;
    int32_t ring[MOST_FRAMES][CHANNELS];
    uint64_t written, played; /* frames since it was prepared */
    bool running;
    int64_t start_ns;
};

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static bool is_plugged(const struct card *card)
{
    return access(card->plugged, F_OK) == 0;
}

/* ---- What leaves ------------------------------------------------------------------------- */

static int16_t position(int32_t sample)
{
    return (int16_t)lrint(sample * (32767.0 / INT32_MAX));
}

static uint16_t light(int32_t sample)
{
    return sample > 0 ? (uint16_t)lrint(sample * (65535.0 / INT32_MAX)) : 0;
}

static void play(struct card *card)
{
    const int32_t *frame = card->ring[card->played % MOST_FRAMES];
    const struct bj_played_point point = {
        .time_ns = card->start_ns + (int64_t)((double)card->played * 1e9 / RATE),
        .x = position(frame[0]),
        .y = position(frame[1]),
        .r = light(frame[2]),
        .g = light(frame[3]),
        .b = light(frame[4]),
        .i = light(frame[5]),
    };
    (void)bj_points_file_write(&card->points, &point, 1);
    card->played++;
}

/* Up to now. False: it is dry. */
static bool advance(struct card *card)
{
    if (!card->running)
        return true;
    double passed = (double)(clock_ns() - card->start_ns) * 1e-9 * RATE;
    while (card->played < card->written && (double)card->played <= passed)
        play(card);
    card->running = (double)card->played > passed;
    return card->running;
}

/* ---- What ALSA asks for ------------------------------------------------------------------ */

static int on_prepare(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    card->written = card->played = 0;
    card->running = false;
    return is_plugged(card) ? 0 : -ENODEV;
}

static int on_start(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    card->start_ns = clock_ns();
    card->running = true;
    return 0;
}

static int on_stop(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    (void)advance(card);
    card->running = false;
    return 0;
}

static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    if (!is_plugged(card)) {
        card->running = false;
        snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
        return -ENODEV;
    }
    if (!advance(card))
        return -EPIPE;
    return (snd_pcm_sframes_t)(card->played % io->buffer_size);
}

static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io,
                                     const snd_pcm_channel_area_t *areas,
                                     snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
    struct card *card = io->private_data;
    const char *from = areas->addr;
    for (snd_pcm_uframes_t i = 0; i < size; i++)
        memcpy(card->ring[card->written++ % MOST_FRAMES], from + (offset + i) * BYTES,
               BYTES);
    return (snd_pcm_sframes_t)size;
}

static int on_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
    const struct card *card = io->private_data;
    *delay = (snd_pcm_sframes_t)(card->written - card->played);
    return is_plugged(card) ? 0 : -ENODEV;
}

static void release(struct card *card)
{
    if (card->points.open)
        (void)bj_points_file_close(&card->points);
    free(card->plugged);
    free(card);
}

static int on_close(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    (void)advance(card);
    release(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = on_start,
    .stop = on_stop,
    .pointer = on_pointer,
    .transfer = on_transfer,
    .prepare = on_prepare,
    .delay = on_delay,
    .close = on_close,
};

/* ---- Opening ----------------------------------------------------------------------------- */

static int limit(snd_pcm_ioplug_t *io)
{
    const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED};
    const unsigned format[] = {SND_PCM_FORMAT_S32_LE};
    const struct {
        int what;
        unsigned least, most;
    } ranges[] = {
        {SND_PCM_IOPLUG_HW_CHANNELS, CHANNELS, CHANNELS},
        {SND_PCM_IOPLUG_HW_RATE, RATE, RATE},
        {SND_PCM_IOPLUG_HW_BUFFER_BYTES, LEAST_FRAMES * BYTES, MOST_FRAMES * BYTES},
        {SND_PCM_IOPLUG_HW_PERIOD_BYTES, LEAST_FRAMES * BYTES, MOST_FRAMES * BYTES},
        {SND_PCM_IOPLUG_HW_PERIODS, 2, 64},
    };
    int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, access);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
    for (size_t i = 0; error >= 0 && i < sizeof ranges / sizeof *ranges; i++)
        error = snd_pcm_ioplug_set_param_minmax(io, ranges[i].what, ranges[i].least,
                                                ranges[i].most);
    return error;
}

static int open_points(struct card *card, const char *path)
{
    char numbered[4096];
    int number = 0;
    do
        (void)snprintf(numbered, sizeof numbered, "%s.%d", path, ++number);
    while (access(numbered, F_OK) == 0);
    return bj_points_file_create(&card->points, numbered, 0) == BJ_OK ? 0 : -EIO;
}

/* On an error the card is still the caller's: the first call fails before it takes it, and
 * limits that ALSA refuses would be a mistake of this file. */
static int create(struct card *card, const char *name, snd_pcm_stream_t stream, int mode)
{
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.name = "simulated sound card";
    card->io.callback = &callbacks;
    card->io.private_data = card;
    int error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (error == 0 && limit(&card->io) < 0)
        abort();
    return error;
}

static const char *text(snd_config_t *conf, const char *key)
{
    snd_config_t *node;
    const char *value = NULL;
    return snd_config_search(conf, key, &node) == 0 &&
                   snd_config_get_string(node, &value) == 0
               ? value
               : NULL;
}

static int open_card(struct card *card, const char *points, const char *plugged)
{
    card->plugged = strdup(plugged);
    if (card->plugged == NULL)
        return -ENOMEM;
    return is_plugged(card) ? open_points(card, points) : -ENODEV;
}

SND_PCM_PLUGIN_DEFINE_FUNC(e2e_card);

SND_PCM_PLUGIN_DEFINE_FUNC(e2e_card)
{
    const char *points = text(conf, "points"), *plugged = text(conf, "plugged");
    struct card *card = calloc(1, sizeof *card);
    int error = points == NULL || plugged == NULL ? -EINVAL : 0;
    (void)root;

    if (card == NULL)
        return -ENOMEM;
    if (error == 0)
        error = open_card(card, points, plugged);
    if (error == 0)
        error = create(card, name, stream, mode);
    if (error < 0)
        release(card);
    else
        *pcmp = card->io.pcm;
    return error;
}

SND_DLSYM_BUILD_VERSION(SND_PCM_PLUGIN_ENTRY(e2e_card), SND_PCM_DLSYM_VERSION)
