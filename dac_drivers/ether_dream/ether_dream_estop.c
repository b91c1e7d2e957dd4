/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_estop.h"

#include "ether_dream/ether_dream_wire.h"

#define ATTEMPT_NS BJ_NS_PER_S
#define AGAIN_NS (20 * BJ_NS_PER_MS) /* a device that hangs up does so every time */
#define LINGER_NS BJ_NS_PER_S /* for the byte to arrive, and its effect to be reported */

void ed_estop_init(struct ed_estop *estop, struct bj_net *net)
{
    estop->net = net;
    estop->handle = -1;
}

void ed_estop_close(struct ed_estop *estop)
{
    if (estop->handle >= 0)
        estop->net->ops->close(estop->net, estop->handle);
    estop->handle = -1;
}

void ed_estop_fire(struct ed_estop *estop, struct bj_address to, int64_t now_ns)
{
    if (estop->handle >= 0 || now_ns < estop->again_ns)
        return;
    estop->delivered = false;
    estop->until_ns = now_ns + ATTEMPT_NS;
    estop->again_ns = now_ns + AGAIN_NS;
    if (estop->net->ops->connect_tcp(estop->net, to, &estop->handle) != BJ_OK)
        estop->handle = -1;
}

static enum bj_status deliver(struct ed_estop *estop, int64_t now_ns)
{
    const uint8_t byte = ED_ESTOP;
    size_t sent;
    enum bj_status status = estop->net->ops->connect_result(estop->net, estop->handle);

    if (status == BJ_OK)
        status = estop->net->ops->send(estop->net, estop->handle, &byte, 1, &sent);
    if (status == BJ_OK) {
        estop->delivered = true;
        estop->until_ns = now_ns + LINGER_NS;
    }
    return status;
}

void ed_estop_service(struct ed_estop *estop, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = BJ_OK;

    if (estop->handle < 0)
        return;
    if (!estop->delivered)
        status = deliver(estop, now_ns);
    if (now_ns >= estop->until_ns || (status != BJ_OK && status != BJ_WOULD_BLOCK)) {
        ed_estop_close(estop);
        return;
    }
    bj_wait_until(wait, estop->until_ns);
    if (!estop->delivered)
        bj_wait_handle(wait, estop->handle, BJ_WAIT_WRITE);
}

bool ed_estop_is_ours(const struct ed_estop *estop, int64_t now_ns)
{
    return estop->delivered && now_ns < estop->until_ns;
}
