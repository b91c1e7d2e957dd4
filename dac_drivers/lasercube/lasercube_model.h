/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): what differs between firmware and between networks, as rows.
 */
#ifndef LASERCUBE_MODEL_H
#define LASERCUBE_MODEL_H

#include "lasercube/lasercube_wire.h"

#define LC_USUAL_RING 6000

struct lc_model {
    uint8_t model, major, minor;              /* from this model number and firmware on */
    bool has_threshold;                       /* knows LC_THRESHOLD */
    uint8_t output, interlock, warm, too_hot; /* masks of the flags */
    uint8_t errors_shift, errors_mask;        /* packet error count; mask 0: none */
};

const struct lc_model *lc_model_of(const struct lc_info *info);

/* What the flags say. */
struct lc_flags {
    bool output, interlock, warm, too_hot;
    uint8_t errors;
};
struct lc_flags lc_flags_of(const struct lc_info *info);

/* How the device is connected, and what that means for a queue. */
struct lc_way {
    const char *title; /* "Wi-Fi" */
    int64_t target_buffer_ns, min_buffer_ns;
};
const struct lc_way *lc_way_of(const struct lc_info *info);

/* What it says with nonsense replaced by what is usual. */
void lc_info_make_sane(struct lc_info *info);

#endif
