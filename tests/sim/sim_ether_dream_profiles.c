/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream.h"

#include <string.h>

/* ed1: firmware source. ed2: captures of build r331-ed4bef5. ed3, ed4: reports of users and
 * what clients assume; capacity, versions, batches and the behaviour on close are guesses.
 */
static const struct sim_ed_profile profiles[] = {
    {
        .name = "ed1",
        .title = "Ether Dream 1",
        .hw_revision = 2,
        .sw_revision = 2,
        .capacity = 1799,
        .max_rate = 100000,
        .version = "v0.5.0",
        .batch_points = 1,
        .window_bytes = 7500,
        .unread_bytes = 45 * 22,
        .max_clients = 5,
        .rate_zero_reboots = true,
        .timer_ticks = true,
    },
    {
        .name = "ed2",
        .title = "Ether Dream 2",
        .hw_revision = 10,
        .sw_revision = 2,
        .capacity = 3899,
        .max_rate = 100000,
        .version = "r331-ed4bef5",
        .noise_bits = 0x7731,
        .batch_points = 1,
        .max_clients = 5,
        .close_stops = true,
        .bad_opcode_resets = true,
    },
    {
        .name = "ed3",
        .title = "Ether Dream 3",
        .hw_revision = 30,
        .sw_revision = 2,
        .capacity = 4095,
        .max_rate = 100000,
        .version = "r400-simulated",
        .batch_points = 256,
        .max_clients = 5,
        .close_stops = true,
        .bad_opcode_resets = true,
        .keeps_one_free = true,
        .keeps_count = true,
    },
    {
        .name = "ed4",
        .title = "Ether Dream 4",
        .hw_revision = 40,
        .sw_revision = 2,
        .capacity = 4095,
        .max_rate = 100000,
        .version = "r500-simulated",
        .batch_points = 256,
        .max_clients = 5,
        .close_stops = true,
        .bad_opcode_resets = true,
        .keeps_one_free = true,
        .keeps_count = true,
    },
    {.name = NULL},
};

const struct sim_ed_profile *sim_ed_profiles(void)
{
    return profiles;
}

const struct sim_ed_profile *sim_ed_profile(const char *name)
{
    for (const struct sim_ed_profile *profile = profiles; profile->name; profile++) {
        if (strcmp(profile->name, name) == 0) {
            return profile;
        }
    }
    return NULL;
}

struct sim_ed_config sim_ed_defaults(void)
{
    return (struct sim_ed_config){
        .profile = *sim_ed_profile("ed2"),
        .mac = {0x00, 0x04, 0xa3, 0x11, 0x22, 0x33},
        .tcp_port = SIM_ED_TCP_PORT,
        .seed = 1,
    };
}
