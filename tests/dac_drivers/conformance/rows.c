/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stddef.h>

const struct conformance_row *const conformance_rows[] = {
    &conformance_virtual,
    &conformance_ether_dream,
    &conformance_audio,
    NULL,
};
