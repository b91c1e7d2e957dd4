/* SPDX-License-Identifier: MIT */
#include "clock_drivers.h"

#include "rows.h"

#include <stddef.h>
#include <string.h>

const struct clock_driver clock_drivers[] = {
    {.name = "ether_dream",
     .row = &conformance_ether_dream,
     .tells = "fullness in answers",
     .rates = {10000, 30000, 100000}},
    {.name = "lasercube",
     .row = &conformance_lasercube,
     .tells = "free places in answers",
     .rates = {10000, 30000, 60000}},
    {.name = "helios",
     .row = &conformance_helios,
     .tells = "one bit: a frame has begun",
     .rates = {10000, 30000, 65535}},
    {.name = "laserdock",
     .row = &conformance_laserdock,
     .tells = "free places, asked for",
     .rates = {10000, 30000, 50000}},
    {.name = "lasershark",
     .row = &conformance_lasershark,
     .tells = "free places, asked for",
     .rates = {10000, 30000, 64000}},
    {.name = "audio",
     .row = &conformance_audio,
     .tells = "a counter of frames",
     .rates = {44100, 48000, 192000}},
    {.name = "audio_steps",
     .row = &conformance_audio,
     .tells = "a counter in periods of 256",
     .quantum = 256,
     .rates = {44100, 48000, 192000}},
    {.name = "idn",
     .row = &conformance_idn,
     .tells = "acknowledges, no level",
     .rates = {10000, 30000, 100000}},
    {.name = "idn_mute",
     .row = &conformance_idn,
     .tells = "nothing",
     .mute = true,
     .rates = {10000, 30000, 100000}},
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
