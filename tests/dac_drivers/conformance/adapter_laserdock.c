/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserDock.
 */
#include "adapter_shark.h"
#include "lasershark_family/laserdock.h"
#include "rows.h"
#include "sim_laserdock.h"

static struct bj_point look(const struct sim_shark_sample *sample)
{
    return (struct bj_point){.x = (float)(1 - sample->x / 4095.0 * 2),
                             .y = (float)(sample->y / 4095.0 * 2 - 1),
                             .r = sample->r / 255.0F,
                             .g = sample->g / 255.0F,
                             .b = sample->b / 255.0F,
                             .i = sample->lit ? 1 : 0};
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_shark_config device = sim_laserdock_defaults();

    device.seed = seed;
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "laserdock:2191717100001435"};
    return adapter_shark_create(row, sim_laserdock_create, device, look, seen, suite,
                                config);
}

const struct conformance_row conformance_laserdock = {
    .name = "laserdock",
    .driver = &bj_laserdock,
    .create = create,
    ADAPTER_USB_SLOTS,
    .refuse = adapter_shark_refuse,
    .refusals = ADAPTER_SHARK_REFUSALS,
    .dries = adapter_shark_dries,
    .bits = {12, 12, 8, 8, 8, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS / 10, /* the next tick */
    .rest_points = 8,             /* a packet, before the ring runs empty */
};
