/* SPDX-License-Identifier: MIT
 *
 * What `beamjack doctor` looks at; each check says what it found and how to mend it.
 */
#ifndef DOCTOR_CHECKS_H
#define DOCTOR_CHECKS_H

#include "options.h"

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

typedef void (*bj_check_fn)(const struct bj_options *options, struct bj_finding *finding);

/* In the order they are shown; NULL at the end. */
extern const bj_check_fn bj_checks[];

#endif
