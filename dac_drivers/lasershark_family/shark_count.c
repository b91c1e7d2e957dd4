/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_count.h"

#include "lasershark_family/shark_flush.h"
#include "session/notice.h"

#define COUNT_NS (10 * BJ_NS_PER_MS)
#define COUNT_SOON_NS BJ_NS_PER_MS
#define COUNT_SHARE 16 /* counting takes at most this part of the time */
#define FEW_POINTS 64
#define OVERDUE_NS (4 * BJ_NS_PER_MS)
#define HOLD_NS (5 * BJ_NS_PER_MS) /* samples wait for a count while this much is left */
#define STANDS_STILL_NS (60 * BJ_NS_PER_MS)
#define MOST_CLEARS 3

static bool is_playing(const struct shark_session *session)
{
    return session->output_on && session->flush == SHARK_KEEP;
}

/* ---- When ---------------------------------------------------------------------------- */

/* In time; sooner when it may just have run dry. */
static int64_t due_ns_of(const struct shark_session *session)
{
    int64_t due_ns = shark_level_high_at_ns(&session->level, 0);

    if (due_ns < session->last_count_ns + COUNT_SOON_NS)
        due_ns = session->last_count_ns + COUNT_SOON_NS;
    return due_ns < session->next_count_ns ? due_ns : session->next_count_ns;
}

/* What is staged goes first, or the ring might run dry before the answer. */
bool shark_count_is_due(const struct shark_session *session, int64_t now_ns)
{
    int64_t due_ns = due_ns_of(session);

    return now_ns >= due_ns && session->queue.sending_points == 0 &&
           (session->queue.staged_points < FEW_POINTS || now_ns - due_ns >= OVERDUE_NS);
}

void shark_count_ask(struct shark_session *session, int64_t now_ns)
{
    session->unclear = false;
    shark_channel_send(&session->channel, SHARK_GET_RING_FREE, 0, now_ns);
}

/* Samples wait while the device counts, as long as it has some left. */
bool shark_count_holds(const struct shark_session *session, int64_t now_ns)
{
    bool counting = shark_channel_awaits(&session->channel, SHARK_GET_RING_FREE) ||
                    now_ns - due_ns_of(session) >= OVERDUE_NS;

    return session->output_on && counting && !session->unclear &&
           session->level.low > shark_level_points_in(&session->level, HOLD_NS);
}

void shark_count_waits(const struct shark_session *session, int64_t now_ns,
                       struct bj_wait *wait)
{
    double held = shark_level_points_in(&session->level, HOLD_NS);

    shark_level_wait(wait, now_ns, due_ns_of(session));
    shark_level_wait(wait, now_ns, due_ns_of(session) + OVERDUE_NS);
    shark_level_wait(wait, now_ns, shark_level_low_at_ns(&session->level, held));
}

/* ---- What it says ----------------------------------------------------------------------- */

static void report(struct shark_session *session, const struct shark_answer *answer)
{
    const struct shark_queue *queue = &session->queue;
    const struct bj_level_report level = {
        .sent_ns = answer->sent_ns,
        .received_ns = answer->received_ns,
        .queued_points = shark_queue_in_device(queue),
        .unreported_points = queue->staged_points,
        .played_points = queue->played_points,
        .quantum_points = 1,
        .playing = is_playing(session),
        .dry = shark_queue_in_device(queue) == 0,
    };

    session->base.events->level(session->base.engine, &level);
}

/* Told when it plays and its queue does not move. */
static enum bj_status watch(struct shark_session *session, uint64_t played_before,
                            bool paused, const struct shark_answer *answer, int64_t now_ns)
{
    bool moves = session->queue.played_points != played_before;

    if (moves)
        session->moved_ns = answer->received_ns;
    if (shark_queue_in_device(&session->queue) == 0 || (paused && moves)) {
        shark_flush_begin(session, now_ns, true);
        return BJ_OK;
    }
    if (answer->sent_ns - session->moved_ns < STANDS_STILL_NS)
        return BJ_OK;
    return shark_repair(session, now_ns, BJ_TIMED_OUT,
                        "its queue stands still: the output was switched off, or it hangs");
}

static enum bj_status counted(struct shark_session *session,
                              const struct shark_answer *answer, uint32_t points,
                              int64_t now_ns)
{
    uint64_t played_before = session->queue.played_points;
    bool possible, paused;

    if (session->unclear)
        return BJ_OK;
    paused = session->queue.tail_points == 0 &&
             shark_level_paused(&session->level, points, answer->sent_ns);
    possible = shark_queue_count(&session->queue, points);
    shark_level_counted(&session->level, points, answer->sent_ns, answer->received_ns,
                        now_ns);
    if (session->was_ready) /* before, it is somebody else's */
        report(session, answer);
    if (!possible && is_playing(session))
        return shark_repair(session, now_ns, BJ_PROTOCOL,
                            "counts more points than it was given");
    return is_playing(session) ? watch(session, played_before, paused, answer, now_ns)
                               : BJ_OK;
}

static enum bj_status verified(struct shark_session *session, uint32_t points,
                               int64_t now_ns)
{
    if (points == 0) {
        shark_flush_done(session, now_ns);
        return BJ_OK;
    }
    if (session->clears == 0)
        shark_queue_survived(&session->queue, points);
    session->flush = SHARK_CLEAR;
    if (++session->clears < MOST_CLEARS)
        return BJ_OK;
    return bj_dac_tell(&session->base, BJ_PROTOCOL, "was cleared and still holds %u points",
                       points);
}

/* The bus is needed for samples, too. */
static int64_t next_count_ns(const struct shark_answer *answer, int64_t now_ns)
{
    int64_t pause_ns = COUNT_SHARE * (answer->received_ns - answer->sent_ns);

    return now_ns + (pause_ns > COUNT_NS ? pause_ns : COUNT_NS);
}

/* A ring that is full to the last place reports one more than it has. */
enum bj_status shark_count_told(struct shark_session *session,
                                const struct shark_answer *answer, int64_t now_ns)
{
    uint32_t ring = session->setup.ring_size, free = answer->value;
    uint32_t points = free <= ring ? ring - free : ring;
    enum bj_status status;

    session->last_count_ns = now_ns;
    session->next_count_ns = next_count_ns(answer, now_ns);
    if (answer->status != SHARK_STATUS_OK || free > ring + 1)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "says that %u of %u places are free; connecting anew", free,
                           ring);
    if (session->flush == SHARK_VERIFY)
        return verified(session, points, now_ns);
    status = counted(session, answer, points, now_ns);
    session->unclear = session->queue.sending_points > 0;
    if (status == BJ_OK && session->flush == SHARK_COUNT)
        session->flush = SHARK_CLEAR;
    return status;
}
