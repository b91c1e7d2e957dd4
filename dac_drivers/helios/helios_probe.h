/* SPDX-License-Identifier: MIT
 *
 * Helios: from a socket to a device that answers: open, let it settle, ask what it is.
 */
#ifndef HELIOS_PROBE_H
#define HELIOS_PROBE_H

#include "helios/helios_channel.h"

struct helios_probe {
    enum {
        PROBE_OPENING,
        PROBE_SETTLING,
        PROBE_EMPTYING,
        PROBE_FIRMWARE,
        PROBE_NAME
    } phase;
    int64_t until_ns;
    int tries;
    uint32_t firmware;            /* 0: it did not say */
    char name[HELIOS_REPLY_SIZE]; /* "" it did not say */
};

/* BJ_OK, or why it cannot be opened. */
enum bj_status helios_probe_begin(struct helios_probe *probe,
                                  struct helios_channel *channel, const char *port,
                                  int64_t now_ns);

/* BJ_WOULD_BLOCK: still at it; BJ_OK: the channel is idle and the device told what it
 * could; else why not, as open_result of bj_usb_ops and helios_channel_next. */
enum bj_status helios_probe_step(struct helios_probe *probe, struct helios_channel *channel,
                                 int64_t now_ns, struct bj_wait *wait);

#endif
