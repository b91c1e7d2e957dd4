/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_sequencer.h"

#include "lasershark_family/shark_count.h"
#include "lasershark_family/shark_flush.h"
#include "session/notice.h"

#define TAIL_NS (2 * BJ_NS_PER_MS)
#define BEGIN_ANYWAY_NS (100 * BJ_NS_PER_MS)
#define FLUSH_TIMEOUT_NS BJ_NS_PER_S

uint32_t shark_session_capacity(const struct shark_session *session)
{
    uint32_t ring = session->setup.ring_size;

    if (ring == 0 || ring > SHARK_STAGE_POINTS)
        ring = SHARK_STAGE_POINTS;
    return ring - SHARK_RESERVE_POINTS;
}

double shark_session_hz(const void *instance, uint32_t pps)
{
    const struct shark_session *session = instance;
    uint32_t timer_hz = session->kind->timer_hz;

    if (timer_hz == 0 || pps == 0 || pps > timer_hz)
        return pps;
    return (double)timer_hz / (timer_hz / pps);
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

uint32_t shark_sequencer_room(const struct shark_session *session)
{
    double room = shark_session_capacity(session) - session->level.high -
                  session->queue.staged_points;

    if (session->phase != SHARK_WORKING || session->flush != SHARK_KEEP ||
        session->stopping || session->queue.tail_points > 0)
        return 0;
    room = smaller(room, shark_queue_room(&session->queue));
    return room < SHARK_MIN_CHUNK_POINTS ? 0 : (uint32_t)room;
}

/* ---- Other answers ------------------------------------------------------------------- */

static enum bj_status output_set(struct shark_session *session,
                                 const struct shark_answer *answer, int64_t now_ns)
{
    session->output_on = answer->argument == 1;
    shark_level_set_hz(&session->level, now_ns,
                       session->output_on ? shark_session_hz(session, session->rate) : 0);
    if (!session->output_on && session->flush == SHARK_DARKEN)
        session->flush = SHARK_COUNT;
    session->next_count_ns = session->moved_ns = now_ns;
    return BJ_OK;
}

static enum bj_status rate_set(struct shark_session *session,
                               const struct shark_answer *answer, int64_t now_ns)
{
    session->rate = answer->argument;
    if (session->output_on)
        shark_level_set_hz(&session->level, now_ns,
                           shark_session_hz(session, session->rate));
    return BJ_OK;
}

enum bj_status shark_sequencer_answered(struct shark_session *session,
                                        const struct shark_answer *answer, int64_t now_ns)
{
    shark_level_advance(&session->level, now_ns);
    if (answer->op == SHARK_GET_RING_FREE)
        return shark_count_told(session, answer, now_ns);
    if (answer->status != SHARK_STATUS_OK)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "refused command %02x with %u (status %02x)", answer->op,
                           answer->argument, answer->status);
    if (answer->op == SHARK_SET_OUTPUT)
        return output_set(session, answer, now_ns);
    if (answer->op == SHARK_SET_RATE)
        return rate_set(session, answer, now_ns);
    if (answer->op == SHARK_CLEAR_RING && session->flush == SHARK_CLEAR)
        session->flush = SHARK_VERIFY;
    return BJ_OK;
}

enum bj_status shark_sequencer_sent(struct shark_session *session,
                                    const struct bj_usb_result *result, int64_t now_ns)
{
    struct shark_queue *queue = &session->queue;
    uint32_t before = queue->since_points;
    enum shark_sending sending = shark_queue_finished(queue, result);
    bool stalled_before = session->samples_stalled;

    shark_level_accepted(&session->level, now_ns, queue->since_points - before);
    session->samples_stalled = sending == SHARK_NOT_SENT;
    if (sending == SHARK_NOT_SENT && !stalled_before) {
        session->usb->ops->clear_halt(session->usb, session->handle, SHARK_SAMPLES_OUT);
        return shark_repair(session, now_ns, BJ_REFUSED, "stopped taking samples");
    }
    if (sending == SHARK_UNSURE)
        return shark_repair(session, now_ns, BJ_TIMED_OUT, "does not take samples in time");
    if (sending == SHARK_SENT)
        return BJ_OK;
    if (result->status == BJ_DISCONNECTED)
        return bj_dac_tell(&session->base, result->status,
                           "was unplugged, or reset itself");
    return bj_dac_tell(&session->base, result->status, "cannot be sent samples: %s",
                       bj_strerror(result->status));
}

/* ---- What to send now ---------------------------------------------------------------- */

/* Should the command not get through, the ring ends dark all the same. */
static bool send_tail(struct shark_session *session)
{
    uint8_t sample[SHARK_SAMPLE_SIZE];

    if (!session->kind->needs_dark_tail || session->queue.tail_points > 0 ||
        session->queue.sending_points > 0 || shark_queue_in_device(&session->queue) == 0)
        return false;
    session->kind->encode(sample, &session->last_point, 1, true, &session->ttl);
    (void)shark_queue_send_tail(&session->queue, sample);
    shark_level_sent(&session->level, session->queue.sending_points);
    return true;
}

static void flush(struct shark_session *session, int64_t now_ns)
{
    struct shark_channel *channel = &session->channel;

    if (session->flush == SHARK_DARKEN && send_tail(session))
        session->unclear = true;
    if (shark_channel_awaits(channel, 0) || session->queue.sending_points > 0)
        return;
    switch (session->flush) {
    case SHARK_DARKEN:
        shark_channel_send(channel, SHARK_SET_OUTPUT, 0, now_ns);
        break;
    case SHARK_COUNT:
    case SHARK_VERIFY:
        shark_count_ask(session, now_ns);
        break;
    case SHARK_CLEAR:
        shark_channel_send(channel, SHARK_CLEAR_RING, 0, now_ns);
        break;
    case SHARK_KEEP:
        break;
    }
}

static uint32_t wanted_rate(const struct shark_session *session)
{
    uint32_t pps = session->pps > 0 ? session->pps : 1;

    return pps < session->setup.max_rate ? pps : session->setup.max_rate;
}

static bool begin_is_due(const struct shark_session *session, int64_t now_ns)
{
    uint32_t queued = shark_queue_in_device(&session->queue);

    return !session->output_on && queued > 0 && session->queue.staged_points == 0 &&
           (queued >= session->begin_points || shark_sequencer_room(session) == 0 ||
            now_ns - session->last_write_ns >= BEGIN_ANYWAY_NS);
}

static void command(struct shark_session *session, int64_t now_ns)
{
    struct shark_channel *channel = &session->channel;

    if (shark_channel_awaits(channel, 0))
        return;
    if (session->rate != wanted_rate(session))
        shark_channel_send(channel, SHARK_SET_RATE, wanted_rate(session), now_ns);
    else if (begin_is_due(session, now_ns))
        shark_channel_send(channel, SHARK_SET_OUTPUT, 1, now_ns);
    else if (session->output_on && shark_count_is_due(session, now_ns))
        shark_count_ask(session, now_ns);
}

static bool runs_dry(const struct shark_session *session)
{
    return session->output_on && session->queue.staged_points == 0 &&
           session->level.low <= shark_level_points_in(&session->level, TAIL_NS);
}

/* In doubt it did, and begins anew: what comes now would hide it. */
static bool ran_dry(const struct shark_session *session)
{
    return session->output_on && session->queue.staged_points > 0 &&
           session->queue.tail_points == 0 && shark_level_may_be_dry(&session->level);
}

static void send_samples(struct shark_session *session, int64_t now_ns)
{
    struct shark_queue *queue = &session->queue;

    if (queue->sending_points > 0 || shark_count_holds(session, now_ns))
        return;
    if (ran_dry(session)) {
        shark_flush_begin(session, now_ns, true);
        return;
    }
    if (!runs_dry(session) || !send_tail(session)) {
        (void)shark_queue_send(queue);
        shark_level_sent(&session->level, queue->sending_points);
    }
    if (queue->sending_points > 0 &&
        shark_channel_awaits(&session->channel, SHARK_GET_RING_FREE))
        session->unclear = true;
}

enum bj_status shark_sequencer_step(struct shark_session *session, int64_t now_ns)
{
    shark_level_advance(&session->level, now_ns);
    if (session->flush != SHARK_KEEP) {
        flush(session, now_ns);
        if (now_ns - session->flush_ns < FLUSH_TIMEOUT_NS)
            return BJ_OK;
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "did not go dark within a second; connecting anew");
    }
    command(session, now_ns);
    send_samples(session, now_ns);
    return BJ_OK;
}

void shark_sequencer_waits(const struct shark_session *session, int64_t now_ns,
                           struct bj_wait *wait)
{
    const struct shark_level *level = &session->level;
    double full = shark_session_capacity(session) - session->queue.staged_points;

    if (session->flush != SHARK_KEEP) {
        bj_wait_until(wait, session->flush_ns + FLUSH_TIMEOUT_NS);
        return;
    }
    if (!session->output_on) {
        shark_level_wait(wait, now_ns, session->last_write_ns + BEGIN_ANYWAY_NS);
        return;
    }
    shark_count_waits(session, now_ns, wait);
    if (session->kind->needs_dark_tail)
        shark_level_wait(
            wait, now_ns,
            shark_level_low_at_ns(level, shark_level_points_in(&session->level, TAIL_NS)));
    if (shark_sequencer_room(session) == 0)
        shark_level_wait(wait, now_ns,
                         shark_level_high_at_ns(level, full - 2 * SHARK_MIN_CHUNK_POINTS));
}
