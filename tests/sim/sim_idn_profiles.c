/* SPDX-License-Identifier: MIT */
#include "sim_idn.h"

#include <string.h>

#define MS BJ_NS_PER_MS

static const struct sim_idn_profile profiles[] = {
    {
        /* helios_openidn as shipped: the template of its settings has 10 ms slices */
        .name = "openidn",
        .title = "OpenIDN receiver",
        .service_type = 0x80,
        .playback = SIM_IDN_SPEED_CONTROL,
        .answers_stream = true,
        .reads_dictionary = true,
        .keeps_chronology = true,
        .most_errors = 10,
        .bridges_gaps = true,
        .slice_ns = 10 * MS,
        .target_ns = 40 * MS,
        .least_speed = 0.8,
        .most_speed = 1.3,
        .link_timeout_ns = 1000 * MS,
        .session_timeout_ns = 1000 * MS,
        .sessions = 4,
    },
    {
        /* to the letter of the specification, with a jitter buffer that sorts */
        .name = "spec",
        .title = "IDN receiver by the specification",
        .service_type = 0x80,
        .playback = SIM_IDN_SCHEDULED,
        .answers_stream = true,
        .reads_dictionary = true,
        .strict = true,
        .target_ns = 40 * MS,
        .link_timeout_ns = 1000 * MS,
        .session_timeout_ns = 1000 * MS,
        .sessions = 4,
    },
    {
        /* ILDAWaveX16 as its source reads */
        .name = "simple",
        .title = "simple IDN receiver",
        .service_type = 0x01,
        .playback = SIM_IDN_FREE_RUNNING,
        .free_pps = 100000,
        .ring_points = 8192,
        .link_timeout_ns = 3600 * BJ_NS_PER_S,
        .session_timeout_ns = 3600 * BJ_NS_PER_S,
        .sessions = SIM_IDN_CONNECTIONS,
    },
    {.name = NULL},
};

const struct sim_idn_profile *sim_idn_profiles(void)
{
    return profiles;
}

const struct sim_idn_profile *sim_idn_profile(const char *name)
{
    for (const struct sim_idn_profile *row = profiles; row->name; row++) {
        if (strcmp(row->name, name) == 0) {
            return row;
        }
    }
    return NULL;
}
