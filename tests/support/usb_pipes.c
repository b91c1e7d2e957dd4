/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "usb_pipes.h"

#include <assert.h>
#include <string.h>

#define IN 0x80

void usb_pipes_init(struct usb_pipes *pipes, struct sim_usb *device,
                    void (*over)(void *user, struct usb_job *job), void *user)
{
    *pipes = (struct usb_pipes){.device = device, .over = over, .user = user};
}

const struct sim_usb_endpoint *usb_pipes_endpoint(const struct usb_pipes *pipes,
                                                  uint8_t address)
{
    const struct sim_usb_descriptor *descriptor = pipes->device->descriptor;

    for (int i = 0; i < descriptor->endpoint_count; i++)
        if (descriptor->endpoints[i].address == address)
            return &descriptor->endpoints[i];
    return NULL;
}

static struct usb_pipe *pipe_of(struct usb_pipes *pipes, uint8_t endpoint)
{
    for (int i = 0; i < USB_PIPES; i++) {
        struct usb_pipe *pipe = &pipes->pipe[i];
        if (pipe->endpoint == 0)
            pipe->endpoint = endpoint;
        if (pipe->endpoint == endpoint)
            return pipe;
    }
    assert(!"too many endpoints");
    return NULL;
}

void usb_pipes_submit(struct usb_pipes *pipes, struct usb_job *job)
{
    struct usb_job **last = &pipe_of(pipes, job->endpoint)->first;

    assert(usb_pipes_endpoint(pipes, job->endpoint) != NULL);
    while (*last != NULL)
        last = &(*last)->next;
    job->moved = 0;
    job->next = NULL;
    *last = job;
}

void usb_pipes_end(struct usb_pipes *pipes, struct usb_job *job, enum usb_end end)
{
    struct usb_job **at = &pipe_of(pipes, job->endpoint)->first;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->end = end;
    pipes->over(pipes->user, job);
}

void usb_pipes_end_all(struct usb_pipes *pipes, uint8_t endpoint, enum usb_end end)
{
    for (int i = 0; i < USB_PIPES; i++) {
        struct usb_pipe *pipe = &pipes->pipe[i];
        while (pipe->first != NULL && (endpoint == 0 || pipe->endpoint == endpoint))
            usb_pipes_end(pipes, pipe->first, end);
    }
}

/* ---- Packets ------------------------------------------------------------------------- */

/* Each returns whether more may follow at once. */

static bool send_packet(struct usb_pipes *pipes, struct usb_job *job, int64_t now_ns)
{
    size_t packet = usb_pipes_endpoint(pipes, job->endpoint)->packet_size;
    size_t left = job->size - job->moved;
    size_t size = left < packet ? left : packet;
    const uint8_t *bytes = job->bytes == NULL ? NULL : job->bytes + job->moved;
    int result = pipes->device->ops->out(pipes->device, job->endpoint, bytes, size, now_ns);

    if (result == SIM_USB_NAK)
        return false;
    if (result == SIM_USB_STALL) {
        pipe_of(pipes, job->endpoint)->halted = true;
        return true;
    }
    assert(result == 0);
    job->moved += size;
    if (job->moved < job->size)
        return true;
    if (size == packet && job->zero_packet) {
        job->zero_packet = false;
        return true; /* once more, empty */
    }
    usb_pipes_end(pipes, job, USB_END_DONE);
    return true;
}

static bool receive_packet(struct usb_pipes *pipes, struct usb_job *job, int64_t now_ns)
{
    uint8_t bytes[SIM_USB_PACKET];
    size_t packet = usb_pipes_endpoint(pipes, job->endpoint)->packet_size;
    size_t left = job->size - job->moved, size;
    int result =
        pipes->device->ops->in(pipes->device, job->endpoint, bytes, packet, now_ns);

    if (result == SIM_USB_NAK)
        return false;
    if (result == SIM_USB_STALL) {
        pipe_of(pipes, job->endpoint)->halted = true;
        return true;
    }
    assert(result >= 0 && (size_t)result <= packet);
    size = (size_t)result < left ? (size_t)result : left;
    memcpy(job->bytes + job->moved, bytes, size);
    job->moved += size;
    if ((size_t)result > left)
        usb_pipes_end(pipes, job, USB_END_OVERFLOW);
    else if ((size_t)result < packet || job->moved == job->size)
        usb_pipes_end(pipes, job, USB_END_DONE);
    return true;
}

static bool breaks(struct usb_pipe *pipe)
{
    if (!pipe->breaks || pipe->first->moved < pipe->breaks_after)
        return false;
    pipe->breaks = false;
    return true;
}

static void run(struct usb_pipes *pipes, struct usb_pipe *pipe, int64_t now_ns)
{
    bool more = true;

    while (more && pipe->first != NULL && !pipe->held) {
        if (breaks(pipe))
            usb_pipes_end(pipes, pipe->first, pipe->breaks_as);
        else if (pipe->halted)
            usb_pipes_end(pipes, pipe->first, USB_END_STALL);
        else if (pipe->endpoint & IN)
            more = receive_packet(pipes, pipe->first, now_ns);
        else
            more = send_packet(pipes, pipe->first, now_ns);
    }
}

/* OUT first: what a device answers at once is read in the same turn. */
void usb_pipes_run(struct usb_pipes *pipes, int64_t now_ns)
{
    for (int in = 0; in <= IN; in += IN)
        for (int i = 0; i < USB_PIPES; i++)
            if ((pipes->pipe[i].endpoint & IN) == in)
                run(pipes, &pipes->pipe[i], now_ns);
}

void usb_pipes_clear_halt(struct usb_pipes *pipes, uint8_t endpoint, int64_t now_ns)
{
    pipe_of(pipes, endpoint)->halted = false;
    pipes->device->ops->clear_halt(pipes->device, endpoint, now_ns);
}

void usb_pipes_hold(struct usb_pipes *pipes, uint8_t endpoint, bool held)
{
    pipe_of(pipes, endpoint)->held = held;
}

void usb_pipes_break(struct usb_pipes *pipes, uint8_t endpoint, size_t after,
                     enum usb_end end)
{
    struct usb_pipe *pipe = pipe_of(pipes, endpoint);

    pipe->breaks = true;
    pipe->breaks_after = after;
    pipe->breaks_as = end;
}

bool usb_pipes_sending(const struct usb_pipes *pipes)
{
    for (int i = 0; i < USB_PIPES; i++)
        if (!(pipes->pipe[i].endpoint & IN) && pipes->pipe[i].first != NULL)
            return true;
    return false;
}
