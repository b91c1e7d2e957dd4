/* SPDX-License-Identifier: MIT
 *
 * When the simulation of a test begins, as its host's clock shows it: anywhere within ten
 * years of uptime, for nothing may depend on how long the machine has been running.
 */
#ifndef EPOCH_H
#define EPOCH_H

#include <stdint.h>

/* The same within a process; drawn anew by each, and printed with the seed that gives it.
 * BEAMJACK_EPOCH_SEED in the environment sets the seed, so that a run can be repeated; 0 is
 * a second after the machine's start. */
int64_t epoch_ns(void);

#endif
