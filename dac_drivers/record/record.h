/* SPDX-License-Identifier: MIT
 *
 * A DAC that writes what would have been shown, and when, to a points file
 * (points_file.h), rounded to the nearest of its 16 bits. Plays in real time like the
 * virtual DAC; what a flush throws away is not in the file.
 *
 * id "record:FILE".
 */
#ifndef BJ_RECORD_H
#define BJ_RECORD_H

#include <beamjack/driver.h>

extern const struct bj_dac_driver bj_record;

#endif
