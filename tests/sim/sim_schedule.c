/* SPDX-License-Identifier: MIT */
#include "sim_schedule.h"

#include <string.h>

bool sim_schedule_add(struct sim_schedule *schedule, int64_t at_ns, int what, int64_t value)
{
    int at = schedule->count;

    if (at == SIM_SCHEDULE_SIZE) {
        return false;
    }
    for (; at > 0 && schedule->items[at - 1].at_ns > at_ns; at--) {
        schedule->items[at] = schedule->items[at - 1];
    }
    schedule->items[at] = (struct sim_scheduled){at_ns, what, value};
    schedule->count++;
    return true;
}

int64_t sim_schedule_next_ns(const struct sim_schedule *schedule)
{
    return schedule->count > 0 ? schedule->items[0].at_ns : BJ_NEVER;
}

bool sim_schedule_take(struct sim_schedule *schedule, int64_t now_ns,
                       struct sim_scheduled *due)
{
    if (schedule->count == 0 || schedule->items[0].at_ns > now_ns) {
        return false;
    }
    *due = schedule->items[0];
    schedule->count--;
    memmove(schedule->items, schedule->items + 1,
            (size_t)schedule->count * sizeof *schedule->items);
    return true;
}
