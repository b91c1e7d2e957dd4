/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_queue.h"

#include <string.h>

#define TAIL_TAG 1
#define POINTS_TAG 2
#define SENDING_TIMEOUT_NS (50 * BJ_NS_PER_MS)
#define TAIL_POINTS 8  /* one packet */
#define FIFO_POINTS 16 /* two packets, before the ring */

void shark_queue_begin(struct shark_queue *queue, struct bj_usb *usb, int handle)
{
    memset(queue, 0, sizeof *queue);
    queue->usb = usb;
    queue->handle = handle;
}

/* ---- Staged -------------------------------------------------------------------------- */

uint32_t shark_queue_room(const struct shark_queue *queue)
{
    return SHARK_STAGE_POINTS - queue->staged_points;
}

uint8_t *shark_queue_stage(struct shark_queue *queue)
{
    return queue->staged + (size_t)queue->staged_points * SHARK_SAMPLE_SIZE;
}

void shark_queue_commit(struct shark_queue *queue, uint32_t count)
{
    queue->staged_points += count;
}

static void unstage(struct shark_queue *queue, uint32_t count)
{
    queue->staged_points -= count;
    memmove(queue->staged, queue->staged + (size_t)count * SHARK_SAMPLE_SIZE,
            (size_t)queue->staged_points * SHARK_SAMPLE_SIZE);
}

/* ---- Sending ------------------------------------------------------------------------- */

static enum bj_status submit(struct shark_queue *queue, uint32_t tag, const uint8_t *bytes,
                             uint32_t points)
{
    const struct bj_usb_transfer transfer = {
        .tag = tag,
        .endpoint = SHARK_SAMPLES_OUT,
        .type = BJ_USB_BULK,
        .bytes = bytes,
        .size = (size_t)points * SHARK_SAMPLE_SIZE,
        .timeout_ns = SENDING_TIMEOUT_NS,
    };
    enum bj_status status = queue->usb->ops->submit(queue->usb, queue->handle, &transfer);

    queue->sending_points = status == BJ_OK ? points : 0;
    queue->dropping = false;
    return status == BJ_WOULD_BLOCK ? BJ_OK : status;
}

enum bj_status shark_queue_send(struct shark_queue *queue)
{
    uint32_t points = queue->staged_points;

    if (queue->sending_points > 0 || points == 0)
        return BJ_OK;
    if (points > SHARK_TRANSFER_POINTS)
        points = SHARK_TRANSFER_POINTS;
    return submit(queue, POINTS_TAG, queue->staged, points);
}

enum bj_status shark_queue_send_tail(struct shark_queue *queue,
                                     const uint8_t sample[SHARK_SAMPLE_SIZE])
{
    uint8_t bytes[TAIL_POINTS * SHARK_SAMPLE_SIZE];

    for (size_t k = 0; k < TAIL_POINTS; k++)
        memcpy(bytes + k * SHARK_SAMPLE_SIZE, sample, SHARK_SAMPLE_SIZE);
    enum bj_status status = submit(queue, TAIL_TAG, bytes, TAIL_POINTS);
    queue->tail_points = queue->sending_points;
    return status;
}

static void accept(struct shark_queue *queue, const struct bj_usb_result *result)
{
    uint32_t points = (uint32_t)(result->size / SHARK_SAMPLE_SIZE);

    if (points > queue->sending_points)
        points = queue->sending_points;
    if (result->tag == POINTS_TAG && points <= queue->staged_points) {
        queue->since_points += points;
        unstage(queue, points);
    }
}

enum shark_sending shark_queue_finished(struct shark_queue *queue,
                                        const struct bj_usb_result *result)
{
    bool whole = result->size == (size_t)queue->sending_points * SHARK_SAMPLE_SIZE;
    bool dropping = queue->dropping;

    accept(queue, result);
    if (result->tag == TAIL_TAG && !whole)
        queue->tail_points = 0;
    queue->sending_points = 0;
    queue->dropping = false;
    switch (result->status) {
    case BJ_OK:
        return whole ? SHARK_SENT : SHARK_UNSURE;
    case BJ_BUSY:
        return dropping ? SHARK_SENT : SHARK_UNSURE;
    case BJ_TIMED_OUT:
        return SHARK_UNSURE;
    case BJ_REFUSED:
        return SHARK_NOT_SENT;
    default:
        return SHARK_LOST;
    }
}

void shark_queue_cancel(struct shark_queue *queue)
{
    if (queue->sending_points == 0)
        return;
    queue->dropping = true;
    queue->usb->ops->cancel(queue->usb, queue->handle, SHARK_SAMPLES_OUT);
}

/* ---- Books --------------------------------------------------------------------------- */

uint32_t shark_queue_in_device(const struct shark_queue *queue)
{
    return queue->counted_points + queue->since_points;
}

uint32_t shark_queue_held(const struct shark_queue *queue)
{
    return shark_queue_in_device(queue) + queue->staged_points;
}

bool shark_queue_count(struct shark_queue *queue, uint32_t points)
{
    uint32_t known = shark_queue_in_device(queue);
    uint32_t ours = points > queue->tail_points ? points - queue->tail_points : 0;
    bool possible = ours <= known + FIFO_POINTS;

    if (ours > known) /* seen too early last time: what was before the ring is in it now */
        ours = known;
    queue->played_points += known - ours;
    queue->counted_points = ours;
    queue->since_points = 0;
    return possible;
}

void shark_queue_survived(struct shark_queue *queue, uint32_t points)
{
    if (points > FIFO_POINTS)
        points = FIFO_POINTS;
    if (points > queue->played_points)
        points = (uint32_t)queue->played_points;
    queue->played_points -= points;
    queue->counted_points += points;
}

uint32_t shark_queue_empty(struct shark_queue *queue)
{
    uint32_t lost = shark_queue_held(queue);

    queue->staged_points = queue->since_points = queue->counted_points = 0;
    queue->tail_points = 0;
    return lost;
}
