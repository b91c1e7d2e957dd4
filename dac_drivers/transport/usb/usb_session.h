/* SPDX-License-Identifier: MIT
 *
 * One opened USB device as two threads share it: the engine on one side, the thread that
 * calls libusb on the other. No libusb here.
 *
 * Transfers lie in slots that are allocated with the opening. The engine copies bytes into
 * a free slot and passes its number on; the device's thread passes it back when the
 * transfer is over. Nothing on the engine's side locks, waits or allocates.
 */
#ifndef BJ_USB_SESSION_H
#define BJ_USB_SESSION_H

#include "transport/usb/usb_queue.h"

#include <beamjack/driver.h>

#include <pthread.h>

enum bj_usb_stage {
    BJ_USB_FREE,
    BJ_USB_TAKEN,     /* the engine fills in the target */
    BJ_USB_REQUESTED, /* to be opened */
    BJ_USB_RUNNING,   /* a thread has it */
    BJ_USB_FAILED,    /* no thread could be made */
    BJ_USB_ENDED,     /* the thread is done and wants to be joined */
};

struct bj_usb_slot {
    struct bj_usb_transfer wanted; /* wanted.bytes is not used */
    enum bj_status status;
    size_t moved;
    int64_t begun_ns, finished_ns;
    uint8_t bytes[BJ_USB_TRANSFER_BYTES];
};

/* What the engine asks for, in order: a kind and a slot or an endpoint. */
enum bj_usb_request { BJ_USB_SUBMIT = 0x000, BJ_USB_CANCEL = 0x100, BJ_USB_CLEAR = 0x200 };
#define BJ_USB_REQUEST_KIND 0xff00u
#define BJ_USB_REQUEST_VALUE 0x00ffu

struct bj_usb_session {
    int news_fd; /* the handle; readable: look */
    int kick_fd; /* wakes the device's thread */

    _Atomic int stage; /* enum bj_usb_stage */
    struct bj_usb_target target;
    int policy, priority; /* of the thread that opened it, for the device's thread */
    pthread_t thread;

    _Atomic int result; /* of opening, enum bj_status */
    _Atomic bool closing, gone;
    struct bj_usb_queue requests, results;
    struct bj_usb_slot *slots; /* BJ_USB_TRANSFERS */

    /* engine's side */
    uint32_t free;      /* bit per slot */
    int given;          /* slot the engine looks at, -1 none */
    bool quiet_in[16];  /* cancelled, and nothing submitted since */
    bool quiet_out[16]; /* by endpoint number */
};

/* Any thread. BJ_NO_MEMORY: no more file descriptors. */
enum bj_status bj_usb_session_init(struct bj_usb_session *session);
void bj_usb_session_finish(struct bj_usb_session *session);

/* Makes a taken or ended session as new. */
void bj_usb_session_reset(struct bj_usb_session *session);

/* ---- engine's side: as the operations of bj_usb_ops ---------------------------------- */

enum bj_status bj_usb_session_open_result(struct bj_usb_session *session);
enum bj_status bj_usb_session_submit(struct bj_usb_session *session,
                                     const struct bj_usb_transfer *transfer);
enum bj_status bj_usb_session_finished(struct bj_usb_session *session,
                                       struct bj_usb_result *result);
void bj_usb_session_cancel(struct bj_usb_session *session, uint8_t endpoint);
void bj_usb_session_clear_halt(struct bj_usb_session *session, uint8_t endpoint);
void bj_usb_session_close(struct bj_usb_session *session);

/* ---- the other side ------------------------------------------------------------------ */

/* Opening is decided. With BJ_OK the slots are there. */
void bj_usb_session_opened(struct bj_usb_session *session, enum bj_status result);

/* A transfer is over; its slot says how. Call bj_usb_session_news after some of these. */
void bj_usb_session_over(struct bj_usb_session *session, uint32_t slot);
void bj_usb_session_lost(struct bj_usb_session *session);
void bj_usb_session_news(struct bj_usb_session *session);

/* Writes to an eventfd, clears one. Never block. */
void bj_usb_signal(int fd);
void bj_usb_drain(int fd);

#endif
