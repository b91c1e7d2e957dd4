/* SPDX-License-Identifier: MIT */
#include <beamjack/driver.h>

void bj_wait_init(struct bj_wait *wait)
{
    if (!wait) {
        return;
    }
    wait->deadline_ns = BJ_NEVER;
    wait->full = false;
    wait->count = 0;
}

void bj_wait_until(struct bj_wait *wait, int64_t deadline_ns)
{
    if (wait && deadline_ns < wait->deadline_ns) {
        wait->deadline_ns = deadline_ns;
    }
}

void bj_wait_handle(struct bj_wait *wait, int handle, int events)
{
    if (!wait) {
        return;
    }
    if (wait->count < 0 || wait->count >= BJ_WAIT_HANDLES) {
        wait->full = true;
        return;
    }
    wait->handles[wait->count].handle = handle;
    wait->handles[wait->count].events = events;
    wait->count++;
}
