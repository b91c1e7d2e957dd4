/* SPDX-License-Identifier: MIT
 *
 * How drivers word what they tell people: the name of a DAC, and "NAME: what happened; what
 * to do".
 */
#ifndef BJ_NOTICE_H
#define BJ_NOTICE_H

#include <beamjack/driver.h>

/* What does not fit is cut. */
__attribute__((format(printf, 2, 3))) void bj_dac_set_name(struct bj_dac *dac,
                                                           const char *format, ...);
__attribute__((format(printf, 2, 3))) void bj_dac_add_name(struct bj_dac *dac,
                                                           const char *format, ...);

/* Engine thread. A sentence to the engine, cut to 511 bytes; returns `status`. */
__attribute__((format(printf, 3, 4))) enum bj_status
bj_dac_tell(const struct bj_dac *dac, enum bj_status status, const char *format, ...);

#endif
