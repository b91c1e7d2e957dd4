/* SPDX-License-Identifier: MIT
 *
 * How long the machine kept a thread waiting that only wanted to sleep: whether what real
 * time did to a case was the driver's doing.
 */
#ifndef STALLS_H
#define STALLS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct stalls {
    pthread_t thread;
    _Atomic bool ending;
    int64_t longest_ns;
};

void stalls_begin(struct stalls *stalls);
int64_t stalls_end(struct stalls *stalls); /* the longest since begin */

/* This thread, and those it starts, before all that is not real-time; where it is granted,
 * as to root. */
void stalls_avoid(void);

#endif
