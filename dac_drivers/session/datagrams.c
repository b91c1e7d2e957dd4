/* SPDX-License-Identifier: MIT */
#include "session/datagrams.h"

#define AGAIN_NS BJ_NS_PER_MS /* a full send buffer is a matter of a few packets */

enum bj_status bj_datagrams_send(struct bj_datagrams *datagrams, int handle,
                                 struct bj_address to, const void *bytes, size_t size,
                                 int64_t now_ns)
{
    struct bj_net *net = datagrams->net;
    enum bj_status status = net->ops->send_to(net, handle, to, bytes, size);

    if (status == BJ_WOULD_BLOCK)
        datagrams->full_until_ns = now_ns + AGAIN_NS;
    return status;
}

bool bj_datagrams_full(const struct bj_datagrams *datagrams, int64_t now_ns)
{
    return now_ns < datagrams->full_until_ns;
}

int64_t bj_datagrams_from_ns(const struct bj_datagrams *datagrams, int64_t due_ns)
{
    return due_ns > datagrams->full_until_ns ? due_ns : datagrams->full_until_ns;
}
