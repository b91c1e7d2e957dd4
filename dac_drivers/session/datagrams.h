/* SPDX-License-Identifier: MIT
 *
 * Datagrams to a device, and the moment to try again after one could not leave.
 *
 * That moment is a time and not the socket becoming writable: what is full may be the queue
 * of the interface behind it, and such a socket counts as writable all the while.
 */
#ifndef BJ_DATAGRAMS_H
#define BJ_DATAGRAMS_H

#include <beamjack/driver.h>

struct bj_datagrams {
    struct bj_net *net;
    int64_t full_until_ns; /* nothing leaves before that, as far as known */
};

/* BJ_WOULD_BLOCK: it is full from now on, for a moment. Else as send_to of the network.
 * Sends although it is full: whether that can wait is for the caller to say. */
enum bj_status bj_datagrams_send(struct bj_datagrams *datagrams, int handle,
                                 struct bj_address to, const void *bytes, size_t size,
                                 int64_t now_ns);

bool bj_datagrams_full(const struct bj_datagrams *datagrams, int64_t now_ns);

/* What was due at due_ns may leave then at the earliest. */
int64_t bj_datagrams_from_ns(const struct bj_datagrams *datagrams, int64_t due_ns);

#endif
