/* SPDX-License-Identifier: MIT */
#include <beamjack/core.h>

uint32_t bj_version_number(void)
{
    return BEAMJACK_VERSION_NUMBER;
}

const char *bj_version_string(void)
{
    return BEAMJACK_VERSION_STRING;
}
