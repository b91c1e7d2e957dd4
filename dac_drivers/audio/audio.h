/* SPDX-License-Identifier: MIT
 *
 * A DC-coupled multichannel audio interface: x, y, the colours and perhaps an enable tone
 * on channels of a sound card, a frame for each point. docs/dacs/audio-interface.md says
 * how to wire one.
 *
 * id "audio:PCM", PCM as ALSA calls it. bj_dac_config.extra: a struct bj_audio_options
 * (dacs.h), copied; NULL: bj_audio_defaults.
 */
#ifndef BJ_AUDIO_H
#define BJ_AUDIO_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_audio;

#endif
