/* SPDX-License-Identifier: MIT */
#include "alsa_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/beamjack-alsa-XXXXXX", conf[64], frames[64];

int alsa_fixture_start(void)
{
    FILE *file;

    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(conf, sizeof conf, "%s/conf", folder);
    (void)snprintf(frames, sizeof frames, "%s/frames", folder);
    file = fopen(conf, "w");
    if (file == NULL)
        return -1;
    (void)fprintf(file,
                  "pcm.null { type null }\n"
                  "pcm.caught { type file slave.pcm null file %s format raw }\n"
                  "pcm.absent { type hw card 31 device 0 }\n",
                  frames);
    return fclose(file) == 0 ? setenv("ALSA_CONFIG_PATH", conf, 1) : -1;
}

int alsa_fixture_stop(void)
{
    (void)unlink(conf);
    (void)unlink(frames);
    return rmdir(folder);
}

size_t alsa_fixture_caught(uint8_t *bytes, size_t size)
{
    FILE *file = fopen(frames, "rb");
    size_t count = file ? fread(bytes, 1, size, file) : 0;

    if (file)
        (void)fclose(file);
    return count;
}
