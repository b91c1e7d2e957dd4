/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: samples on their way to the device's ring, and their ledger.
 *
 * One transfer at a time, so that an accident never lets a later sample overtake. Points
 * are staged (taken, not yet in the device), then in the device, then played; only a count
 * by the device moves them on.
 */
#ifndef SHARK_QUEUE_H
#define SHARK_QUEUE_H

#include "lasershark_family/shark_wire.h"

#define SHARK_STAGE_POINTS 768
#define SHARK_TRANSFER_POINTS 384

struct shark_queue {
    struct bj_usb *usb;
    int handle;
    uint32_t staged_points;  /* of these, the first are */
    uint32_t sending_points; /* in the transfer under way; 0: there is none */
    uint32_t since_points;   /* accepted since the last count */
    uint32_t counted_points; /* in the device by the last count */
    uint32_t tail_points;    /* dark ones of our own, behind all others in the device */
    uint64_t played_points;
    bool dropping; /* the transfer under way is being cancelled */
    uint8_t staged[SHARK_STAGE_POINTS * SHARK_SAMPLE_SIZE];
};

/* How a transfer of samples ended. */
enum shark_sending {
    SHARK_SENT,     /* or was cancelled by us: the ledger is right */
    SHARK_UNSURE,   /* partly: how much arrived is not certain; start over */
    SHARK_NOT_SENT, /* the endpoint stalled: as UNSURE, and clear_halt is needed */
    SHARK_LOST,     /* the connection is over */
};

void shark_queue_begin(struct shark_queue *queue, struct bj_usb *usb, int handle);

/* Where `count` samples go that are to be staged; at most shark_queue_room. */
uint32_t shark_queue_room(const struct shark_queue *queue);
uint8_t *shark_queue_stage(struct shark_queue *queue);
void shark_queue_commit(struct shark_queue *queue, uint32_t count);

/* Starts a transfer if none is under way. Anything but BJ_OK: the connection is over. */
enum bj_status shark_queue_send(struct shark_queue *queue);

enum shark_sending shark_queue_finished(struct shark_queue *queue,
                                        const struct bj_usb_result *result);

/* A last sample of the caller's, dark, that counts for nobody; nothing is staged. */
enum bj_status shark_queue_send_tail(struct shark_queue *queue,
                                     const uint8_t sample[SHARK_SAMPLE_SIZE]);

/* Throws away what has not left; a transfer under way ends soon. */
void shark_queue_cancel(struct shark_queue *queue);

/* In the device as far as is known, and with what is taken for it. */
uint32_t shark_queue_in_device(const struct shark_queue *queue);
uint32_t shark_queue_held(const struct shark_queue *queue);

/* The device holds `points` now, and nothing was under way while it counted. A packet or
 * two may have been on their way into the ring the time before; more than that cannot be:
 * false. */
bool shark_queue_count(struct shark_queue *queue, uint32_t points);

/* It was cleared, and holds points again: a packet or two had not got as far as the ring
 * when it counted. They were not played after all. */
void shark_queue_survived(struct shark_queue *queue, uint32_t points);

/* The device forgot everything; returns how many points were lost, those staged with
 * them. No transfer is under way. */
uint32_t shark_queue_empty(struct shark_queue *queue);

#endif
