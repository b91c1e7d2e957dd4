/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserShark.
 */
#include "adapter_shark.h"
#include "lasershark_family/lasershark.h"
#include "rows.h"
#include "sim_lasershark.h"

/* Without the interlock the lasers have no current. */
static struct bj_point look(const struct sim_shark_sample *sample)
{
    bool on = sample->interlock && sample->lit;

    return (struct bj_point){.x = (float)(sample->x / 4095.0 * 2 - 1),
                             .y = (float)(1 - sample->y / 4095.0 * 2),
                             .r = on ? sample->r / 4095.0F : 0,
                             .g = on ? sample->g / 4095.0F : 0,
                             .b = on && sample->b ? 1 : 0,
                             .i = on ? 1 : 0};
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_shark_config device = sim_lasershark_defaults();

    device.seed = seed;
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "lasershark:0123456789ABCDEF"};
    return adapter_shark_create(row, sim_lasershark_create, device, look, seen, suite,
                                config);
}

const struct conformance_row conformance_lasershark = {
    .name = "lasershark",
    .driver = &bj_lasershark,
    .create = create,
    ADAPTER_USB_SLOTS,
    .refuse = adapter_shark_refuse,
    .refusals = ADAPTER_SHARK_REFUSALS,
    .dries = adapter_shark_dries,
    .bits = {12, 12, 12, 12, 1, 0},
    .open_ns = 100 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS / 10, /* the next tick */
};
