/* SPDX-License-Identifier: MIT
 *
 * ILDA Digital Network: https://www.ilda.com/technical. docs/dacs/idn.md.
 *
 * id "idn:UNITID[-SERVICE]" (found by asking; without SERVICE the unit's first laser
 * output) or "idn@HOST[:PORT][/SERVICE]" (the address is taken from bj_dac_config; port 0
 * means 7255). An output whose type is no laser projector's plays only with SERVICE.
 */
#ifndef IDN_H
#define IDN_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_idn;

#endif
