/* SPDX-License-Identifier: MIT */
#include "audio/audio_queue.h"

uint64_t audio_queue_points(const struct audio_queue *queue)
{
    return queue->taken - queue->lost - queue->look.heard_frames;
}

static bool is_possible(const struct audio_queue *queue, const struct bj_pcm_look *look)
{
    const struct bj_pcm_look *last = &queue->look;
    uint64_t taken = queue->taken;

    return look->heard_frames >= last->heard_frames && look->heard_frames <= taken &&
           look->dropped_frames >= queue->lost &&
           look->dropped_frames <= taken - look->heard_frames &&
           look->queued_frames <= taken - look->heard_frames - look->dropped_frames &&
           look->sent_ns <= look->received_ns && look->sent_ns >= last->sent_ns &&
           look->drops - last->drops <= queue->drops - last->drops;
}

/* Because we asked, because it ran dry, or because the computer slept. */
static struct audio_queue_end end_of(const struct audio_queue *queue,
                                     const struct bj_pcm_look *look)
{
    const struct bj_pcm_look *last = &queue->look;
    struct audio_queue_end end = {
        .dry = look->dries != last->dries,
        .slept = look->suspends != last->suspends,
        .lost_points = (uint32_t)(look->dropped_frames - queue->lost),
    };
    bool dropped = queue->dropping && look->drops == queue->drops;

    end.ended = dropped || end.dry || end.slept || end.lost_points > 0;
    end.dry = end.dry && end.lost_points == 0;
    return end;
}

bool audio_queue_note(struct audio_queue *queue, const struct bj_pcm_look *look,
                      int64_t now_ns, struct audio_queue_end *end)
{
    const struct bj_pcm_look *last = &queue->look;

    if (!is_possible(queue, look))
        return false;
    if (look->heard_frames != last->heard_frames || !look->running || !last->running)
        queue->progress_ns = now_ns;
    *end = end_of(queue, look);
    if (look->drops == queue->drops)
        queue->dropping = false;
    queue->lost += end->lost_points;
    queue->look = *look;
    return true;
}

/* A counter that moves in steps is behind by up to one: what may have played counts as
 * played. */
static uint32_t ahead_of(const struct bj_pcm_look *look, uint32_t quantum_points)
{
    uint32_t ahead = quantum_points > 1 && look->running ? quantum_points : 0;

    return ahead < look->queued_frames ? ahead : look->queued_frames;
}

bool audio_queue_report(struct audio_queue *queue, int64_t now_ns, uint32_t quantum_points,
                        struct bj_level_report *report)
{
    const struct bj_pcm_look *look = &queue->look;
    uint32_t ahead = ahead_of(look, quantum_points);

    if (queue->dropping || look->received_ns == queue->reported_ns ||
        look->received_ns > now_ns)
        return false;
    queue->reported_ns = look->received_ns;
    *report = (struct bj_level_report){
        .sent_ns = look->sent_ns,
        .received_ns = look->received_ns,
        .queued_points = look->queued_frames - ahead,
        .unreported_points = (uint32_t)(audio_queue_points(queue) - look->queued_frames),
        .played_points = look->heard_frames + ahead,
        .quantum_points = quantum_points,
        .spread = quantum_points > 1,
        .playing = look->running,
        .dry = look->queued_frames == 0,
    };
    return true;
}
