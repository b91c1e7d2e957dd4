/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: the hardware generations, as rows.
 */
#ifndef ETHER_DREAM_MODEL_H
#define ETHER_DREAM_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* What is assumed of a device that was never heard: the first generation. */
#define ED_CAPACITY 1799
#define ED_MAX_RATE 100000

struct ed_model {
    const char *title;
    uint16_t hw_from, hw_to; /* hw_revision, both inclusive */
    uint32_t timer_hz;       /* point clock = timer_hz / whole number; 0 = exact, unknown */
    uint32_t min_queued;     /* with fewer points queued it may stop */
    uint32_t window_bytes;   /* may be on their way unanswered; see ED_MOST_WINDOW_BYTES */
    bool silent_underflow;   /* idles without the underflow flag, points left over */
};

/* Never NULL: unknown revisions get a row of their own. */
const struct ed_model *ed_model_of(uint16_t hw_revision);

/* The row for a device that was never heard. */
const struct ed_model *ed_model_unknown(void);

#endif
