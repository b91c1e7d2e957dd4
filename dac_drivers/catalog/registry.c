/* SPDX-License-Identifier: MIT
 *
 * The one table of all drivers and scans of this build.
 */
#include "catalog/registry.h"

#include "audio/audio.h"
#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_scan.h"
#include "helios/helios.h"
#include "helios/helios_scan.h"
#include "idn/idn.h"
#include "idn/idn_scan.h"
#include "lasercube/lasercube.h"
#include "lasercube/lasercube_scan.h"
#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "record/record.h"
#include "virtual/virtual.h"

/* Hardware first: `beamjack run` prefers what is further up. */
static const struct bj_dac_driver *const drivers[] = {
    &bj_ether_dream, &bj_idn,       &bj_lasercube,
#ifdef BJ_WITH_USB
    &bj_helios,      &bj_laserdock, &bj_lasershark,
#endif
#ifdef BJ_WITH_ALSA
    &bj_audio,
#endif
    &bj_virtual,     &bj_record,    NULL,
};

static const struct bj_scan *const scans[] = {
    &bj_ether_dream_scan,
    &bj_idn_scan,
    &bj_lasercube_scan,
#ifdef BJ_WITH_USB
    &bj_helios_scan,
    &bj_laserdock_scan,
    &bj_lasershark_scan,
#endif
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
