/* SPDX-License-Identifier: MIT
 *
 * What shall happen to a simulated device at a time, in the order of time; of one time, in
 * the order it was asked for.
 */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include <beamjack/core.h>

#define SIM_SCHEDULE_SIZE 64

struct sim_schedule {
    struct sim_scheduled {
        int64_t at_ns;
        int what; /* the device's own number */
        int64_t value;
    } items[SIM_SCHEDULE_SIZE];
    int count;
};

/* False: there is no more room. */
bool sim_schedule_add(struct sim_schedule *schedule, int64_t at_ns, int what,
                      int64_t value);

int64_t sim_schedule_next_ns(const struct sim_schedule *schedule); /* BJ_NEVER: empty */

/* Takes out the next one if it is due. */
bool sim_schedule_take(struct sim_schedule *schedule, int64_t now_ns,
                       struct sim_scheduled *due);

#endif
