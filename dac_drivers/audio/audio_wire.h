/* SPDX-License-Identifier: MIT
 *
 * Points to frames of a multichannel audio interface. No I/O.
 */
#ifndef BJ_AUDIO_WIRE_H
#define BJ_AUDIO_WIRE_H

#include <beamjack/dacs.h>

#define AUDIO_TONE_HZ 1000

struct audio_wire {
    enum bj_pcm_format format;
    uint32_t channels, sample_bytes, frame_bytes;
    struct bj_audio_options options; /* channels that the card has not are not wired */
    bool has_colour, has_intensity;
    double tone_step; /* turns of the tone per frame */
    double tone;      /* where it is, in turns */
};

/* BJ_UNSUPPORTED: x or y, or a channel that must be there, is beyond `channels`. */
enum bj_status audio_wire_init(struct audio_wire *wire,
                               const struct bj_audio_options *options,
                               enum bj_pcm_format format, uint32_t channels,
                               double rate_hz);

/* `lit` false: dark, and the tone is silent. `frames` has room for count frames. */
void audio_wire_encode(struct audio_wire *wire, void *frames, const struct bj_point *points,
                       uint32_t count, bool lit);

/* One frame at rest in the middle, dark, without tone. */
void audio_wire_dark(const struct audio_wire *wire, void *frame);

#endif
