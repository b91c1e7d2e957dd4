/* SPDX-License-Identifier: MIT */
#include "rough_ways.h"

#include <stddef.h>

static bool happens(struct rough_ways *ways, uint32_t percent)
{
    return !ways->calm && percent > 0 && sim_random_upto(&ways->random, 99) < percent;
}

static void pass(struct rough_ways *ways)
{
    int64_t left_ns = ways->step_ns + ways->config.most_ns - ways->now_ns;
    int64_t pass_ns = ways->config.pass_ns < left_ns ? ways->config.pass_ns : left_ns;

    if (!happens(ways, ways->config.pass_percent) || pass_ns <= 0)
        return;
    ways->now_ns += sim_random_upto(&ways->random, pass_ns);
    ways->passed(ways->user, ways->now_ns);
}

static bool refuses(struct rough_ways *ways)
{
    if (ways->now_ns < ways->refused_until_ns)
        return true;
    if (!happens(ways, ways->config.refuse_percent))
        return false;
    ways->refused_until_ns =
        ways->now_ns + 1 + sim_random_upto(&ways->random, ways->config.refuse_ns);
    ways->heard++;
    return true;
}

static size_t part(struct rough_ways *ways, size_t size)
{
    if (size < 2 || !happens(ways, ways->config.part_percent))
        return size;
    return 1 + (size_t)sim_random_upto(&ways->random, (int64_t)size - 1);
}

static enum bj_status count(enum bj_status status, uint64_t *counter, size_t size)
{
    if (status == BJ_OK)
        *counter += size;
    return status;
}

/* ---- Network ------------------------------------------------------------------------- */

static struct rough_ways *of_net(struct bj_net *net)
{
    return (struct rough_ways *)(void *)((char *)net - offsetof(struct rough_ways, net));
}

static enum bj_status connect_tcp(struct bj_net *net, struct bj_address to, int *handle)
{
    struct bj_net *inner = of_net(net)->inner.net;

    return inner->ops->connect_tcp(inner, to, handle);
}

static enum bj_status connect_result(struct bj_net *net, int handle)
{
    struct bj_net *inner = of_net(net)->inner.net;

    return inner->ops->connect_result(inner, handle);
}

static enum bj_status open_udp(struct bj_net *net, struct bj_address local, bool shared,
                               int *handle)
{
    struct bj_net *inner = of_net(net)->inner.net;

    return inner->ops->open_udp(inner, local, shared, handle);
}

static enum bj_status send_bytes(struct bj_net *net, int handle, const void *bytes,
                                 size_t size, size_t *sent)
{
    struct rough_ways *ways = of_net(net);
    struct bj_net *inner = ways->inner.net;
    enum bj_status status;

    if (refuses(ways))
        return BJ_WOULD_BLOCK;
    status = inner->ops->send(inner, handle, bytes, part(ways, size), sent);
    count(status, &ways->sent, *sent);
    pass(ways);
    return status;
}

static enum bj_status receive(struct bj_net *net, int handle, void *bytes, size_t size,
                              size_t *received)
{
    struct rough_ways *ways = of_net(net);
    struct bj_net *inner = ways->inner.net;
    enum bj_status status = inner->ops->receive(inner, handle, bytes, size, received);

    return count(status, &ways->heard, *received);
}

static enum bj_status send_to(struct bj_net *net, int handle, struct bj_address to,
                              const void *bytes, size_t size)
{
    struct rough_ways *ways = of_net(net);
    struct bj_net *inner = ways->inner.net;
    enum bj_status status;

    if (refuses(ways))
        return BJ_WOULD_BLOCK;
    status = count(inner->ops->send_to(inner, handle, to, bytes, size), &ways->sent, size);
    pass(ways);
    return status;
}

static enum bj_status broadcast(struct bj_net *net, int handle, uint16_t port,
                                const void *bytes, size_t size)
{
    struct rough_ways *ways = of_net(net);
    struct bj_net *inner = ways->inner.net;

    return count(inner->ops->broadcast(inner, handle, port, bytes, size), &ways->sent,
                 size);
}

static enum bj_status receive_from(struct bj_net *net, int handle, struct bj_address *from,
                                   void *bytes, size_t size, size_t *received)
{
    struct rough_ways *ways = of_net(net);
    struct bj_net *inner = ways->inner.net;
    enum bj_status status =
        inner->ops->receive_from(inner, handle, from, bytes, size, received);

    return count(status, &ways->heard, *received);
}

static enum bj_status set_peer(struct bj_net *net, int handle, struct bj_address peer)
{
    struct bj_net *inner = of_net(net)->inner.net;

    return inner->ops->set_peer(inner, handle, peer);
}

static void close_socket(struct bj_net *net, int handle)
{
    struct bj_net *inner = of_net(net)->inner.net;

    inner->ops->close(inner, handle);
}

static const struct bj_net_ops net_ops = {
    .connect_tcp = connect_tcp,
    .connect_result = connect_result,
    .open_udp = open_udp,
    .send = send_bytes,
    .receive = receive,
    .send_to = send_to,
    .broadcast = broadcast,
    .receive_from = receive_from,
    .set_peer = set_peer,
    .close = close_socket,
};

/* ---- USB ----------------------------------------------------------------------------- */

static struct rough_ways *of_usb(struct bj_usb *usb)
{
    return (struct rough_ways *)(void *)((char *)usb - offsetof(struct rough_ways, usb));
}

static size_t list(struct bj_usb *usb, uint16_t vendor_id, uint16_t product_id,
                   struct bj_usb_device *devices, size_t room)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    return inner->ops->list(inner, vendor_id, product_id, devices, room);
}

static enum bj_status open_usb(struct bj_usb *usb, const struct bj_usb_target *target,
                               int *handle)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    return inner->ops->open(inner, target, handle);
}

static enum bj_status open_result(struct bj_usb *usb, int handle)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    return inner->ops->open_result(inner, handle);
}

/* Never refused: drivers have fewer under way than there may be. */
static enum bj_status submit(struct bj_usb *usb, int handle,
                             const struct bj_usb_transfer *transfer)
{
    struct rough_ways *ways = of_usb(usb);
    struct bj_usb *inner = ways->inner.usb;
    enum bj_status status =
        count(inner->ops->submit(inner, handle, transfer), &ways->sent, 1);

    pass(ways);
    return status;
}

static enum bj_status finished(struct bj_usb *usb, int handle, struct bj_usb_result *result)
{
    struct rough_ways *ways = of_usb(usb);
    struct bj_usb *inner = ways->inner.usb;

    return count(inner->ops->finished(inner, handle, result), &ways->heard, 1);
}

static void cancel(struct bj_usb *usb, int handle, uint8_t endpoint)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    inner->ops->cancel(inner, handle, endpoint);
}

static void clear_halt(struct bj_usb *usb, int handle, uint8_t endpoint)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    inner->ops->clear_halt(inner, handle, endpoint);
}

static void close_usb(struct bj_usb *usb, int handle)
{
    struct bj_usb *inner = of_usb(usb)->inner.usb;

    inner->ops->close(inner, handle);
}

static const struct bj_usb_ops usb_ops = {
    .list = list,
    .open = open_usb,
    .open_result = open_result,
    .submit = submit,
    .finished = finished,
    .cancel = cancel,
    .clear_halt = clear_halt,
    .close = close_usb,
};

/* ---- Audio --------------------------------------------------------------------------- */

static struct rough_ways *of_pcm(struct bj_pcm *pcm)
{
    return (struct rough_ways *)(void *)((char *)pcm - offsetof(struct rough_ways, pcm));
}

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_request *request,
                             int *handle)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    return inner->ops->create(inner, request, handle);
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    inner->ops->destroy(inner, handle);
}

static void open_pcm(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    inner->ops->open(inner, handle, rate_hz);
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_actual *actual)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    return inner->ops->opened(inner, handle, actual);
}

static enum bj_status write_frames(struct bj_pcm *pcm, int handle, const void *frames,
                                   uint32_t size, uint32_t *written)
{
    struct rough_ways *ways = of_pcm(pcm);
    struct bj_pcm *inner = ways->inner.pcm;
    enum bj_status status;

    if (refuses(ways))
        return BJ_WOULD_BLOCK;
    size = (uint32_t)part(ways, size);
    status = inner->ops->write(inner, handle, frames, size, written);
    count(status, &ways->sent, *written);
    pass(ways);
    return status;
}

static void start(struct bj_pcm *pcm, int handle)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    of_pcm(pcm)->sent++;
    inner->ops->start(inner, handle);
}

static void drop(struct bj_pcm *pcm, int handle)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    of_pcm(pcm)->sent++;
    inner->ops->drop(inner, handle);
}

static enum bj_status snapshot(struct bj_pcm *pcm, int handle,
                               struct bj_pcm_snapshot *snapshot)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    return inner->ops->snapshot(inner, handle, snapshot);
}

static void close_pcm(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    struct bj_pcm *inner = of_pcm(pcm)->inner.pcm;

    inner->ops->close(inner, handle, dark_frame);
}

static const struct bj_pcm_ops pcm_ops = {
    .create = create,
    .destroy = destroy,
    .open = open_pcm,
    .opened = opened,
    .write = write_frames,
    .start = start,
    .drop = drop,
    .snapshot = snapshot,
    .close = close_pcm,
};

/* ---- All ----------------------------------------------------------------------------- */

void rough_ways_begin(struct rough_ways *ways, const struct rough_ways_config *config,
                      uint64_t seed, struct bj_transports *via)
{
    *ways = (struct rough_ways){.net = {&net_ops},
                                .usb = {&usb_ops},
                                .pcm = {&pcm_ops},
                                .inner = *via,
                                .config = *config,
                                .random = {seed}};
    if (via->net)
        via->net = &ways->net;
    if (via->usb)
        via->usb = &ways->usb;
    if (via->pcm)
        via->pcm = &ways->pcm;
}

void rough_ways_step(struct rough_ways *ways, int64_t now_ns)
{
    ways->now_ns = ways->step_ns = now_ns;
}

struct bj_wait rough_ways_wait(const struct rough_ways *ways, const struct bj_wait *wait,
                               int64_t now_ns)
{
    struct bj_wait left;

    if (now_ns >= ways->refused_until_ns)
        return *wait;
    bj_wait_init(&left);
    bj_wait_until(&left, wait->deadline_ns);
    for (int k = 0; k < wait->count; k++) {
        int events = wait->handles[k].events & ~BJ_WAIT_WRITE;
        if (events != 0)
            bj_wait_handle(&left, wait->handles[k].handle, events);
    }
    return left;
}
