/* SPDX-License-Identifier: MIT */
#include "clock_drivers.h"

#include "rows.h"

#include <stddef.h>
#include <string.h>

const struct clock_driver clock_drivers[] = {
    {.name = "ether_dream",
     .row = &conformance_ether_dream,
     .tells = "fullness in answers",
     .rates = {10000, 30000, 100000},
     .pitch_ppm = 8,
     .off_ms = 0.5,
     .lock_s = 60},
    {.name = "ether_dream_batches",
     .row = &conformance_ether_dream,
     .tells = "fullness in batches of 256",
     .kind = 3,
     .rates = {20000, 30000, 100000},
     .pitch_ppm = 15,
     .off_ms = 1.2,
     .lock_s = 120},
    {.name = "lasercube",
     .row = &conformance_lasercube,
     .tells = "free places in answers",
     .rates = {10000, 30000, 60000},
     .pitch_ppm = 8,
     .off_ms = 0.8,
     .lock_s = 60},
    {.name = "helios",
     .row = &conformance_helios,
     .tells = "one bit: a frame has begun",
     .rates = {10000, 30000, 65535},
     .pitch_ppm = 8,
     .off_ms = 0.8,
     .lock_s = 120},
    {.name = "laserdock",
     .row = &conformance_laserdock,
     .tells = "free places, asked for",
     .rates = {10000, 30000, 50000},
     .pitch_ppm = 2,
     .off_ms = 0.1,
     .lock_s = 60},
    {.name = "lasershark",
     .row = &conformance_lasershark,
     .tells = "free places, asked for",
     .rates = {10000, 30000, 64000},
     .pitch_ppm = 2,
     .off_ms = 0.1,
     .lock_s = 60},
    {.name = "audio",
     .row = &conformance_audio,
     .tells = "a counter of frames",
     .rates = {44100, 48000, 192000},
     .pitch_ppm = 8,
     .off_ms = 0.3,
     .lock_s = 60},
    {.name = "audio_steps",
     .row = &conformance_audio,
     .tells = "a counter in periods of 256",
     .quantum = 256,
     .rates = {44100, 48000, 192000},
     .pitch_ppm = 10,
     .off_ms = 0.8,
     .lock_s = 60},
    {.name = "idn",
     .row = &conformance_idn,
     .tells = "acknowledges, no level",
     .rates = {10000, 30000, 100000},
     .pitch_ppm = 600,
     .off_ms = 8,
     .lock_s = 0},
    {.name = "idn_mute",
     .row = &conformance_idn,
     .tells = "nothing",
     .mute = true,
     .rates = {10000, 30000, 100000},
     .pitch_ppm = 600,
     .off_ms = 8,
     .lock_s = 0},
    {.name = NULL},
};

const struct clock_driver *clock_driver(const char *name)
{
    const struct clock_driver *driver = clock_drivers;

    while (driver->name && strcmp(driver->name, name) != 0) {
        driver++;
    }
    return driver->name ? driver : NULL;
}
