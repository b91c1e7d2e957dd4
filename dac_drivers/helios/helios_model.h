/* SPDX-License-Identifier: MIT
 *
 * Helios: what differs between firmware versions, as rows of a table.
 */
#ifndef HELIOS_MODEL_H
#define HELIOS_MODEL_H

#include <beamjack/core.h>

struct helios_model {
    uint32_t since;         /* the first firmware version of this row */
    int64_t dry_lock_ns;    /* after running dry it throws frames away for so long */
    bool takes_sdk_version; /* knows that command */
    bool has_name;
};

/* The row of a version; 0 (unknown) counts as the one in all devices that were sold. */
const struct helios_model *helios_model_of(uint32_t version);

#endif
