/* SPDX-License-Identifier: MIT */
#include "audio/audio_queue.h"

uint64_t audio_queue_points(const struct audio_queue *queue)
{
    return queue->taken - queue->lost - queue->snapshot.heard_frames;
}

static bool is_possible(const struct audio_queue *queue,
                        const struct bj_pcm_snapshot *snapshot)
{
    const struct bj_pcm_snapshot *last = &queue->snapshot;
    uint64_t taken = queue->taken;

    return snapshot->heard_frames >= last->heard_frames &&
           snapshot->heard_frames <= taken && snapshot->dropped_frames >= queue->lost &&
           snapshot->dropped_frames <= taken - snapshot->heard_frames &&
           snapshot->queued_frames <=
               taken - snapshot->heard_frames - snapshot->dropped_frames &&
           snapshot->sent_ns <= snapshot->received_ns &&
           snapshot->sent_ns >= last->sent_ns &&
           snapshot->drops - last->drops <= queue->drops - last->drops;
}

/* Because we asked, because it ran dry, or because the computer slept. */
static struct audio_queue_end end_of(const struct audio_queue *queue,
                                     const struct bj_pcm_snapshot *snapshot)
{
    const struct bj_pcm_snapshot *last = &queue->snapshot;
    struct audio_queue_end end = {
        .dry = snapshot->dries != last->dries,
        .slept = snapshot->suspends != last->suspends,
        .lost_points = (uint32_t)(snapshot->dropped_frames - queue->lost),
    };
    bool dropped = queue->dropping && snapshot->drops == queue->drops;

    end.ended = dropped || end.dry || end.slept || end.lost_points > 0;
    end.dry = end.dry && end.lost_points == 0;
    return end;
}

bool audio_queue_note(struct audio_queue *queue, const struct bj_pcm_snapshot *snapshot,
                      int64_t now_ns, struct audio_queue_end *end)
{
    const struct bj_pcm_snapshot *last = &queue->snapshot;

    if (!is_possible(queue, snapshot))
        return false;
    if (snapshot->heard_frames != last->heard_frames || !snapshot->running ||
        !last->running)
        queue->progress_ns = now_ns;
    *end = end_of(queue, snapshot);
    if (snapshot->drops == queue->drops)
        queue->dropping = false;
    queue->lost += end->lost_points;
    queue->snapshot = *snapshot;
    return true;
}

/* A counter that moves in steps is behind by up to one: what may have played counts as
 * played. */
static uint32_t ahead_of(const struct bj_pcm_snapshot *snapshot, uint32_t quantum_points)
{
    uint32_t ahead = quantum_points > 1 && snapshot->running ? quantum_points : 0;

    return ahead < snapshot->queued_frames ? ahead : snapshot->queued_frames;
}

bool audio_queue_report(struct audio_queue *queue, int64_t now_ns, uint32_t quantum_points,
                        struct bj_level_report *report)
{
    const struct bj_pcm_snapshot *snapshot = &queue->snapshot;
    uint32_t ahead = ahead_of(snapshot, quantum_points);

    if (queue->dropping || snapshot->received_ns == queue->reported_ns ||
        snapshot->received_ns > now_ns)
        return false;
    queue->reported_ns = snapshot->received_ns;
    *report = (struct bj_level_report){
        .sent_ns = snapshot->sent_ns,
        .received_ns = snapshot->received_ns,
        .queued_points = snapshot->queued_frames - ahead,
        .unreported_points =
            (uint32_t)(audio_queue_points(queue) - snapshot->queued_frames),
        .played_points = snapshot->heard_frames + ahead,
        .quantum_points = quantum_points,
        .spread = quantum_points > 1,
        .playing = snapshot->running,
        .dry = snapshot->queued_frames == 0,
    };
    return true;
}
