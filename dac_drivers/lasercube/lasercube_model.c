/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_model.h"

#include <beamjack/driver.h>

#define LEAST_RING 256
#define LEAST_MAX_RATE 1000
#define MOST_MAX_RATE 1000000
#define WIFI 1 /* odd connection numbers are Wi-Fi, even ones Ethernet */

/* The last row that fits counts. */
static const struct lc_model models[] = {
    {0, 0, 0, false, 0x01, 0x08, 0x10, 0x20, 0, 0},
    {0, 0, 13, false, 0x01, 0x02, 0x04, 0x08, 4, 15},
    {0, 1, 0, false, 0x01, 0x02, 0x04, 0x08, 4, 15},
    {0, 1, 24, true, 0x01, 0x02, 0x04, 0x08, 4, 15},
    {0, 2, 0, true, 0x01, 0x02, 0x04, 0x08, 4, 15},
    {10, 0, 13, true, 0x01, 0x02, 0x04, 0x08, 4, 15},
};

static const struct lc_way ethernet = {"Ethernet", 60 * BJ_NS_PER_MS, 15 * BJ_NS_PER_MS};
static const struct lc_way wifi = {"Wi-Fi", 80 * BJ_NS_PER_MS, 20 * BJ_NS_PER_MS};

static bool fits(const struct lc_model *row, const struct lc_info *info)
{
    bool firmware = info->major > row->major ||
                    (info->major == row->major && info->minor >= row->minor);

    return firmware && info->model >= row->model;
}

const struct lc_model *lc_model_of(const struct lc_info *info)
{
    const struct lc_model *found = &models[0];

    for (size_t k = 0; k < sizeof models / sizeof models[0]; k++)
        if (fits(&models[k], info))
            found = &models[k];
    return found;
}

struct lc_flags lc_flags_of(const struct lc_info *info)
{
    const struct lc_model *model = lc_model_of(info);

    return (struct lc_flags){
        .output = info->flags & model->output,
        .interlock = info->flags & model->interlock,
        .warm = info->flags & model->warm,
        .too_hot = info->flags & model->too_hot,
        .errors = info->flags >> model->errors_shift & model->errors_mask,
    };
}

const struct lc_way *lc_way_of(const struct lc_info *info)
{
    return info->connection & WIFI ? &wifi : &ethernet;
}

void lc_info_make_sane(struct lc_info *info)
{
    if (info->ring_points < LEAST_RING)
        info->ring_points = LC_USUAL_RING;
    if (info->max_rate < LEAST_MAX_RATE || info->max_rate > MOST_MAX_RATE)
        info->max_rate = BJ_CAREFUL_PPS;
    if (info->free_points > info->ring_points)
        info->free_points = info->ring_points;
}
