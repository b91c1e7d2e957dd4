/* SPDX-License-Identifier: MIT
 *
 * Writes the tagged signal as a five-channel float WAV file.
 */
#include "tagged_options.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_FRAMES = 4096 };

static bool write_frames(SNDFILE *file, const struct tagged_signal *signal)
{
    static float block[BLOCK_FRAMES * TAGGED_CHANNELS];
    for (int64_t frame = 0; frame < signal->frames;) {
        int count = 0;
        for (; count < BLOCK_FRAMES && frame < signal->frames; count++, frame++)
            tagged_frame(signal, frame, &block[count * TAGGED_CHANNELS]);
        if (sf_writef_float(file, block, count) != count)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct tagged_options options;
    if (!tagged_options_parse(&options, argc, argv) || options.words != 1) {
        fprintf(stderr, "usage: %s FILE.wav %s\n", argv[0], TAGGED_OPTIONS_HELP);
        return 2;
    }
    SF_INFO info = {.samplerate = (int)options.signal.rate_hz,
                    .channels = TAGGED_CHANNELS,
                    .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *file = sf_open(options.word[0], SFM_WRITE, &info);
    if (!file) {
        fprintf(stderr, "%s: %s\n", options.word[0], sf_strerror(NULL));
        return 1;
    }
    bool whole = write_frames(file, &options.signal);
    if (sf_close(file) != 0 || !whole) {
        fprintf(stderr, "%s: could not write all of it\n", options.word[0]);
        return 1;
    }
    return 0;
}
