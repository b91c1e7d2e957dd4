/* SPDX-License-Identifier: MIT
 *
 * Trouble that is borne a few times in a row, and as often again when it has stayed away
 * for a while: what happens twice a year is no reason to give up.
 */
#ifndef BJ_STRIKES_H
#define BJ_STRIKES_H

#include <stdint.h>

/* Zeroed: there was none yet. */
struct bj_strikes {
    uint32_t count;
    int64_t newest_ns;
};

/* It happened. Returns how often so far, each time within `within_ns` of the one before. */
uint32_t bj_strikes_add(struct bj_strikes *strikes, int64_t now_ns, int64_t within_ns);

#endif
