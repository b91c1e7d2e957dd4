/* SPDX-License-Identifier: MIT
 *
 * The one table of all drivers and scans of this build.
 */
#include "audio/audio.h"
#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_scan.h"
#include "record/record.h"
#include "scan.h"
#include "virtual/virtual.h"

/* Hardware first: `beamjack run` prefers what is further up. */
static const struct bj_dac_driver *const drivers[] = {
    &bj_ether_dream,
#ifdef BJ_WITH_ALSA
    &bj_audio,
#endif
    &bj_virtual,     &bj_record, NULL,
};

static const struct bj_scan *const scans[] = {
    &bj_ether_dream_scan,
    NULL,
};

const struct bj_dac_driver *const *bj_drivers(void)
{
    return drivers;
}

const struct bj_scan *const *bj_scans(void)
{
    return scans;
}
