/* SPDX-License-Identifier: MIT
 *
 * How long a DAC is tried that never played yet: a device that boots or answers late is no
 * mistake, one that is not there is.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <beamjack/core.h>

#define BJ_PATIENCE_NS (3 * BJ_NS_PER_S)

struct bj_patience {
    bool endless; /* the user wants to wait */
    bool reached; /* it played once: from here on this is no matter of patience */
    bool hopeless;
    int64_t since_ns; /* of the first trouble; BJ_NEVER: none yet */
    char trouble[320];
};

void bj_patience_init(struct bj_patience *patience, bool endless);

void bj_patience_reached(struct bj_patience *patience);

/* What the engine says is in the way; `final`: it does not try again. */
void bj_patience_trouble(struct bj_patience *patience, const char *text, bool final,
                         int64_t now_ns);

/* True: give up; `why` says so, with the last trouble and the remedy, or is empty where the
 * trouble itself was the last word. */
bool bj_patience_over(const struct bj_patience *patience, int64_t now_ns, char *why,
                      size_t why_size);

#endif
