/* SPDX-License-Identifier: MIT
 *
 * What `beamjack doctor` looks at; each check says what it found and how to mend it.
 */
#ifndef DOCTOR_CHECKS_H
#define DOCTOR_CHECKS_H

#include "options/options.h"

#include <stdatomic.h>

enum bj_health {
    BJ_HEALTHY,
    BJ_ADVICE, /* it works, but could be better */
    BJ_AILING, /* something essential is missing */
};

struct bj_finding {
    enum bj_health health;
    char what[240];
    char remedy[400]; /* empty: nothing to mend */
};

struct bj_check {
    const char *subject;
    void (*examine)(const struct bj_options *options, struct bj_finding *finding);
    const char *if_silent; /* the remedy when it does not come to an end */
};

/* In the order they are shown; a NULL subject at the end. */
extern const struct bj_check bj_checks[];

/* Does one of them on a thread of its own, for a few seconds at most: what it asks may
 * hang. `options` and *running, which counts such threads, outlive it. */
void bj_check_do(const struct bj_check *check, const struct bj_options *options,
                 atomic_int *running, struct bj_finding *finding);

#endif
