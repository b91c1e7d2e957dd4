/* SPDX-License-Identifier: MIT
 *
 * Helios: from a socket to a device that answers: open, let it settle, ask what it is.
 */
#ifndef HELIOS_HAIL_H
#define HELIOS_HAIL_H

#include "helios/helios_link.h"

struct helios_hail {
    enum { HAIL_OPENING, HAIL_SETTLING, HAIL_EMPTYING, HAIL_FIRMWARE, HAIL_NAME } phase;
    int64_t until_ns;
    int tries;
    uint32_t firmware;            /* 0: it did not say */
    char name[HELIOS_REPLY_SIZE]; /* "" it did not say */
};

/* BJ_OK, or why it cannot be opened. */
enum bj_status helios_hail_begin(struct helios_hail *hail, struct helios_link *link,
                                 const char *port, int64_t now_ns);

/* BJ_WOULD_BLOCK: still at it; BJ_OK: the link is idle and the device told what it could;
 * else why not, as open_result of bj_usb_ops and helios_link_next. */
enum bj_status helios_hail_step(struct helios_hail *hail, struct helios_link *link,
                                int64_t now_ns, struct bj_wait *wait);

#endif
