/* SPDX-License-Identifier: MIT */
#include "session/paced_queue.h"

static uint32_t queued(const struct bj_paced_queue *queue)
{
    return (uint32_t)(queue->taken - queue->played);
}

static bool active(const struct bj_paced_queue *queue)
{
    return queue->state == BJ_DAC_READY || queue->state == BJ_DAC_PLAYING;
}

static bool possible(uint32_t pps)
{
    return pps >= BJ_PACED_MIN_PPS && pps <= BJ_PACED_MAX_PPS;
}

enum bj_status bj_paced_queue_open(struct bj_paced_queue *queue, int64_t now_ns,
                                   uint32_t pps, uint32_t begin_points,
                                   enum bj_dac_state state)
{
    if (!possible(pps))
        return BJ_BAD_ARGUMENT;
    queue->state = state;
    queue->begin_points = begin_points < queue->capacity ? begin_points : queue->capacity;
    queue->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    queue->begun_at = queue->taken = queue->played = 0;
    return BJ_OK;
}

/* ---- Playing ------------------------------------------------------------------------- */

static uint64_t ticks(const struct bj_paced_queue *queue, int64_t now_ns)
{
    return queue->begun_at + bj_pacer_played(&queue->pacer, now_ns);
}

uint64_t bj_paced_queue_due(const struct bj_paced_queue *queue, int64_t now_ns)
{
    uint64_t due;

    if (queue->state != BJ_DAC_PLAYING)
        return queue->played;
    due = ticks(queue, now_ns);
    return due < queue->taken ? due : queue->taken;
}

int64_t bj_paced_queue_time_ns(const struct bj_paced_queue *queue, uint64_t index)
{
    return bj_pacer_time_ns(&queue->pacer, index - queue->begun_at);
}

void bj_paced_queue_play(struct bj_paced_queue *queue, int64_t now_ns)
{
    queue->played = bj_paced_queue_due(queue, now_ns);
    if (queue->state != BJ_DAC_PLAYING || ticks(queue, now_ns) <= queue->taken)
        return;
    queue->state = BJ_DAC_READY;
    queue->dac->events->emptied(queue->dac->engine, 0, true);
}

/* ---- Service ------------------------------------------------------------------------- */

static void restart_pacer(struct bj_paced_queue *queue, int64_t now_ns, uint32_t pps)
{
    queue->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    queue->begun_at = queue->played;
}

static void begin(struct bj_paced_queue *queue, int64_t now_ns)
{
    if (queue->state != BJ_DAC_READY || queued(queue) == 0 ||
        queued(queue) < queue->begin_points)
        return;
    queue->state = BJ_DAC_PLAYING;
    restart_pacer(queue, now_ns, queue->pacer.pps);
}

static void report_level(const struct bj_paced_queue *queue, int64_t now_ns)
{
    const struct bj_level_report report = {
        .sent_ns = now_ns,
        .received_ns = now_ns,
        .queued_points = queued(queue),
        .played_points = queue->played,
        .quantum_points = 1,
        .playing = queue->state == BJ_DAC_PLAYING,
        .dry = queued(queue) == 0,
    };

    queue->dac->events->level(queue->dac->engine, &report);
}

void bj_paced_queue_service(struct bj_paced_queue *queue, int64_t now_ns,
                            struct bj_dac_status *status, struct bj_wait *wait)
{
    begin(queue, now_ns);
    if (active(queue))
        report_level(queue, now_ns);
    if (queue->state == BJ_DAC_PLAYING) /* the tick that would find nothing */
        bj_wait_until(wait, bj_paced_queue_time_ns(queue, queue->taken + 1));
    *status = (struct bj_dac_status){
        .state = queue->state,
        .room_points = active(queue) ? queue->capacity - queued(queue) : 0,
    };
}

/* ---- Points -------------------------------------------------------------------------- */

uint32_t bj_paced_queue_take(struct bj_paced_queue *queue, int64_t now_ns, uint32_t count,
                             uint32_t pps)
{
    uint32_t room = queue->capacity - queued(queue);

    if (room == 0 || !active(queue))
        return 0;
    if (pps != queue->pacer.pps && possible(pps))
        restart_pacer(queue, now_ns, pps);
    count = count < room ? count : room;
    queue->taken += count;
    return count;
}

void bj_paced_queue_flush(struct bj_paced_queue *queue)
{
    uint32_t lost = queued(queue);

    if (queue->state == BJ_DAC_PLAYING)
        queue->state = BJ_DAC_READY;
    queue->taken = queue->played;
    queue->dac->events->emptied(queue->dac->engine, lost, false);
}
