/* SPDX-License-Identifier: MIT */
#include "audio/audio_wire.h"
#include "circle.h"
#include "ether_dream/ether_dream_wire.h"
#include "helios/helios_wire.h"
#include "idn/idn_wire.h"
#include "lasercube/lasercube_wire.h"
#include "lasershark_family/laserdock_wire.h"
#include "lasershark_family/lasershark_wire.h"
#include "measure.h"
#include "plain.h"

#include <stdio.h>
#include <string.h>

#define POINTS 256u /* per block; network drivers cut it into packets as they do live */
#define MOST_BYTES 16384u
#define BLOCKS_EACH 2u /* encoders need more of them per unit of work */

struct wires {
    float samples[BJ_CHANNELS][POINTS];
    const float *channels[BJ_CHANNELS];
    struct bj_point points[POINTS];
    struct audio_wire audio;
    bool ttl;
    void (*encode)(struct wires *);
    uint8_t bytes[MOST_BYTES];
};

static void ether_dream(struct wires *w)
{
    ed_encode_data(w->bytes, w->points, POINTS, false, false);
}

static void idn(struct wires *w, enum idn_format_kind format)
{
    const struct idn_message message = {.command = IDN_MESSAGE, .format = format};
    uint32_t most = idn_most_samples(format);
    uint8_t *to = w->bytes;
    for (uint32_t k = 0; k < POINTS; k += most) {
        uint32_t count = POINTS - k < most ? POINTS - k : most;
        const struct idn_samples samples = {.first = w->points + k, .first_count = count};
        to += idn_encode_wave(to, &message, 1000, &samples);
    }
}

static void idn_16_bit(struct wires *w)
{
    idn(w, IDN_XYRGB16);
}

static void idn_8_bit(struct wires *w)
{
    idn(w, IDN_XYRGBI8);
}

static void lasercube(struct wires *w)
{
    uint8_t *to = w->bytes, message = 0;
    for (uint32_t k = 0; k < POINTS; k += LC_MAX_POINTS) {
        uint32_t count = POINTS - k < LC_MAX_POINTS ? POINTS - k : LC_MAX_POINTS;
        to += lc_encode_samples(to, message++, 0, w->points + k, count, false);
    }
}

static void helios(struct wires *w)
{
    for (uint32_t k = 0; k < POINTS; k++)
        helios_encode_point(w->bytes + k * HELIOS_POINT_SIZE, &w->points[k], false);
    helios_encode_trailer(w->bytes + POINTS * HELIOS_POINT_SIZE, 30000, POINTS);
}

static void laserdock(struct wires *w)
{
    laserdock_encode(w->bytes, w->points, POINTS, false, &w->ttl);
}

static void lasershark(struct wires *w)
{
    lasershark_encode(w->bytes, w->points, POINTS, false, &w->ttl);
}

static void audio(struct wires *w)
{
    audio_wire_encode(&w->audio, w->bytes, w->points, POINTS, true);
}

static void plain(struct wires *w)
{
    bench_plain(w->bytes, BENCH_PLAIN_SIZE, w->channels, POINTS);
}

static double time_of(struct wires *w, void (*encode)(struct wires *), uint32_t blocks)
{
    int64_t begin_ns = bench_now_ns();
    for (uint32_t k = 0; k < blocks * BLOCKS_EACH; k++) {
        encode(w);
        __asm__ volatile("" : : "r"(w) : "memory"); /* the bytes are wanted */
    }
    return (double)(bench_now_ns() - begin_ns) / blocks / BLOCKS_EACH / POINTS;
}

static double wire_round(void *user, uint32_t blocks)
{
    struct wires *w = user;
    return time_of(w, w->encode, blocks);
}

static double plain_round(void *user, uint32_t blocks)
{
    return time_of(user, plain, blocks);
}

/* False: it wrote nothing. */
static bool report(struct wires *w, const char *name, void (*encode)(struct wires *),
                   const struct bench_effort *effort)
{
    static const uint8_t untouched[64];
    memset(w->bytes, 0, sizeof w->bytes);
    w->encode = encode;
    encode(w);
    bool wrote = memcmp(w->bytes, untouched, sizeof untouched) != 0;
    struct bench_pair pair = bench_compare(effort, wire_round, plain_round, w);
    printf("%-27s %9.2f %10.2f %8.1fx\n", name, pair.first, pair.second, pair.ratio);
    return wrote;
}

static bool report_audio(struct wires *w, const char *name, enum bj_pcm_format format,
                         const struct bench_effort *effort)
{
    const struct bj_audio_options options = bj_audio_defaults();
    return audio_wire_init(&w->audio, &options, format, 8, 96000) == BJ_OK &&
           report(w, name, audio, effort);
}

static void begin(struct wires *w)
{
    float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++)
        w->channels[c] = channels[c] = w->samples[c];
    bench_circle(channels, POINTS);
    for (uint32_t k = 0; k < POINTS; k++)
        w->points[k] = (struct bj_point){.x = w->samples[BJ_X][k],
                                         .y = w->samples[BJ_Y][k],
                                         .r = w->samples[BJ_R][k],
                                         .g = w->samples[BJ_G][k],
                                         .b = w->samples[BJ_B][k],
                                         .i = w->samples[BJ_I][k]};
}

bool measure_wires(const struct bench_effort *effort)
{
    static struct wires w;
    begin(&w);
    printf("encode for                   ns/point    plain C     ratio\n");
    bool ran = report(&w, "Ether Dream", ether_dream, effort);
    ran = report(&w, "IDN, 16 bit", idn_16_bit, effort) && ran;
    ran = report(&w, "IDN, colours of 8 bit", idn_8_bit, effort) && ran;
    ran = report(&w, "LaserCube", lasercube, effort) && ran;
    ran = report(&w, "Helios", helios, effort) && ran;
    ran = report(&w, "LaserDock", laserdock, effort) && ran;
    ran = report(&w, "LaserShark", lasershark, effort) && ran;
    ran = report_audio(&w, "sound card, 8 x 32 bit", BJ_PCM_S32, effort) && ran;
    return report_audio(&w, "sound card, 8 x 16 bit", BJ_PCM_S16, effort) && ran;
}
