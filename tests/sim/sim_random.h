/* SPDX-License-Identifier: MIT
 *
 * Repeatable chance for simulators (splitmix64).
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

struct sim_random {
    uint64_t state;
};

static inline uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

/* 0 to `limit`, both included. */
static inline int64_t sim_random_upto(struct sim_random *random, int64_t limit)
{
    return limit <= 0 ? 0 : (int64_t)(sim_random_next(random) % ((uint64_t)limit + 1));
}

#endif
