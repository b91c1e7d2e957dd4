/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stddef.h>

const struct conformance_row *const conformance_rows[] = {
    &conformance_virtual,     &conformance_record,
    &conformance_ether_dream, &conformance_audio,
    &conformance_idn,         &conformance_helios,
    &conformance_lasercube,   &conformance_laserdock,
    &conformance_lasershark,  NULL,
};
