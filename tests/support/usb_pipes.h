/* SPDX-License-Identifier: MIT
 *
 * The host controller's part between transfers and a simulated device's packets, shared by
 * both carriers of sim_usb.h.
 *
 * Transfers of one endpoint run in order, cut into packets of the endpoint's size. A short
 * packet ends an IN transfer; an OUT transfer is followed by an empty packet only where
 * asked. A packet longer than what is still wanted is an overflow. A stall ends the
 * transfer and all that follow until clear_halt.
 */
#ifndef USB_PIPES_H
#define USB_PIPES_H

#include "sim_usb.h"

#define USB_PIPES 16

enum usb_end {
    USB_END_DONE,
    USB_END_CANCELLED,
    USB_END_STALL,
    USB_END_OVERFLOW,
    USB_END_GONE,  /* unplugged */
    USB_END_ERROR, /* the bus failed: noise, a bad cable */
};

/* A transfer; the owner keeps it and its bytes alive until it is over. */
struct usb_job {
    uint8_t endpoint;
    uint8_t *bytes;
    size_t size, moved;
    bool zero_packet;
    enum usb_end end;
    struct usb_job *next;
};

struct usb_pipes {
    struct sim_usb *device;
    void (*over)(void *user, struct usb_job *job); /* job->end says how */
    void *user;
    struct usb_pipe {
        uint8_t endpoint; /* 0: not used yet */
        bool halted;
        bool held; /* nothing moves: a hung device or controller */
        bool breaks;
        size_t breaks_after;
        enum usb_end breaks_as;
        struct usb_job *first;
    } pipe[USB_PIPES];
};

void usb_pipes_init(struct usb_pipes *pipes, struct sim_usb *device,
                    void (*over)(void *user, struct usb_job *job), void *user);

/* The endpoint's description in any alternate setting; NULL: there is none. */
const struct sim_usb_endpoint *usb_pipes_endpoint(const struct usb_pipes *pipes,
                                                  uint8_t address);

/* Adds at the end; moved and end are set anew. */
void usb_pipes_submit(struct usb_pipes *pipes, struct usb_job *job);

/* Everything that can move now. */
void usb_pipes_run(struct usb_pipes *pipes, int64_t now_ns);

/* Takes a transfer out, over with this end. */
void usb_pipes_end(struct usb_pipes *pipes, struct usb_job *job, enum usb_end end);
/* All transfers of this endpoint; 0: of all endpoints. */
void usb_pipes_end_all(struct usb_pipes *pipes, uint8_t endpoint, enum usb_end end);

void usb_pipes_clear_halt(struct usb_pipes *pipes, uint8_t endpoint, int64_t now_ns);
void usb_pipes_hold(struct usb_pipes *pipes, uint8_t endpoint, bool held);

/* The next transfer that moves here ends like this once at least `after` bytes moved. As
 * USB_END_DONE it is a success that came too short. */
void usb_pipes_break(struct usb_pipes *pipes, uint8_t endpoint, size_t after,
                     enum usb_end end);

/* Whether any OUT transfer is under way. */
bool usb_pipes_sending(const struct usb_pipes *pipes);

#endif
