/* SPDX-License-Identifier: MIT */
#include "meter.h"

#include "rounds.h"

#include <stddef.h>

#define METER_OF(transport, member)                                                        \
    ((struct bench_meter *)(void *)((char *)(void *)(uintptr_t)(transport)->ops -          \
                                    offsetof(struct bench_meter, member)))

static void add(struct bench_meter *meter, int64_t begin_ns)
{
    meter->spent_ns += bench_now_ns() - begin_ns;
    meter->calls++;
}

/* ---- Network ------------------------------------------------------------------------- */

static enum bj_status net_send(struct bj_net *net, int handle, const void *bytes,
                               size_t size, size_t *sent)
{
    struct bench_meter *meter = METER_OF(net, net);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_net->send(net, handle, bytes, size, sent);
    add(meter, begin_ns);
    return status;
}

static enum bj_status net_receive(struct bj_net *net, int handle, void *bytes, size_t size,
                                  size_t *received)
{
    struct bench_meter *meter = METER_OF(net, net);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_net->receive(net, handle, bytes, size, received);
    add(meter, begin_ns);
    return status;
}

static enum bj_status net_send_to(struct bj_net *net, int handle, struct bj_address to,
                                  const void *bytes, size_t size)
{
    struct bench_meter *meter = METER_OF(net, net);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_net->send_to(net, handle, to, bytes, size);
    add(meter, begin_ns);
    return status;
}

static enum bj_status net_receive_from(struct bj_net *net, int handle,
                                       struct bj_address *from, void *bytes, size_t size,
                                       size_t *received)
{
    struct bench_meter *meter = METER_OF(net, net);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status =
        meter->inner_net->receive_from(net, handle, from, bytes, size, received);
    add(meter, begin_ns);
    return status;
}

/* ---- USB ----------------------------------------------------------------------------- */

static enum bj_status usb_submit(struct bj_usb *usb, int handle,
                                 const struct bj_usb_transfer *transfer)
{
    struct bench_meter *meter = METER_OF(usb, usb);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_usb->submit(usb, handle, transfer);
    add(meter, begin_ns);
    return status;
}

static enum bj_status usb_finished(struct bj_usb *usb, int handle,
                                   struct bj_usb_result *result)
{
    struct bench_meter *meter = METER_OF(usb, usb);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_usb->finished(usb, handle, result);
    add(meter, begin_ns);
    return status;
}

/* ---- Sound card ---------------------------------------------------------------------- */

static enum bj_status pcm_write(struct bj_pcm *pcm, int handle, const void *frames,
                                uint32_t count, uint32_t *written)
{
    struct bench_meter *meter = METER_OF(pcm, pcm);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_pcm->write(pcm, handle, frames, count, written);
    add(meter, begin_ns);
    return status;
}

static enum bj_status pcm_snapshot(struct bj_pcm *pcm, int handle,
                                   struct bj_pcm_snapshot *snapshot)
{
    struct bench_meter *meter = METER_OF(pcm, pcm);
    int64_t begin_ns = bench_now_ns();
    enum bj_status status = meter->inner_pcm->snapshot(pcm, handle, snapshot);
    add(meter, begin_ns);
    return status;
}

/* ---- All ----------------------------------------------------------------------------- */

static void attach_net(struct bench_meter *meter, struct bj_net *net)
{
    meter->inner_net = net->ops;
    meter->net = *net->ops;
    meter->net.send = net_send;
    meter->net.receive = net_receive;
    meter->net.send_to = net_send_to;
    meter->net.receive_from = net_receive_from;
    net->ops = &meter->net;
}

static void attach_usb(struct bench_meter *meter, struct bj_usb *usb)
{
    meter->inner_usb = usb->ops;
    meter->usb = *usb->ops;
    meter->usb.submit = usb_submit;
    meter->usb.finished = usb_finished;
    usb->ops = &meter->usb;
}

static void attach_pcm(struct bench_meter *meter, struct bj_pcm *pcm)
{
    meter->inner_pcm = pcm->ops;
    meter->pcm = *pcm->ops;
    meter->pcm.write = pcm_write;
    meter->pcm.snapshot = pcm_snapshot;
    pcm->ops = &meter->pcm;
}

void bench_meter_attach(struct bench_meter *meter, const struct bj_transports *via)
{
    *meter = (struct bench_meter){.spent_ns = 0};
    if (via->net)
        attach_net(meter, via->net);
    if (via->usb)
        attach_usb(meter, via->usb);
    if (via->pcm)
        attach_pcm(meter, via->pcm);
}

void bench_meter_detach(struct bench_meter *meter, const struct bj_transports *via)
{
    if (via->net)
        via->net->ops = meter->inner_net;
    if (via->usb)
        via->usb->ops = meter->inner_usb;
    if (via->pcm)
        via->pcm->ops = meter->inner_pcm;
}
