/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: darkness by a second door.
 *
 * When a stop cannot get through because data are stuck ahead of it, a second connection
 * carries one e-stop byte. The devices take several clients, and an e-stop from any of
 * them ends the playback at once.
 */
#ifndef ETHER_DREAM_ESTOP_H
#define ETHER_DREAM_ESTOP_H

#include <beamjack/driver.h>

struct ed_estop {
    struct bj_net *net;
    int handle; /* -1: nothing under way */
    bool delivered;
    int64_t until_ns; /* the attempt ends; or how long a delivered e-stop counts as ours */
    int64_t again_ns; /* not fired again before that */
};

void ed_estop_init(struct ed_estop *estop, struct bj_net *net);

/* Unless one is under way, or was just now. */
void ed_estop_fire(struct ed_estop *estop, struct bj_address to, int64_t now_ns);
void ed_estop_service(struct ed_estop *estop, int64_t now_ns, struct bj_wait *wait);
void ed_estop_close(struct ed_estop *estop);

/* An e-stop the device reports now is one we sent, even over an earlier connection. */
bool ed_estop_is_ours(const struct ed_estop *estop, int64_t now_ns);

#endif
