/* SPDX-License-Identifier: MIT */
#include "helios/helios_sequencer.h"

#include "helios/helios_replies.h"
#include "session/notice.h"

#include <string.h>

#define RELOCK_NS (60 * BJ_NS_PER_MS) /* stop again, so that the lock never opens */
#define STUCK_NS BJ_NS_PER_S
#define LEAD_NS (6 * BJ_NS_PER_MS) /* a frame that is not whole leaves this much early */
#define PATIENT_NS (20 * BJ_NS_PER_MS) /* and in an idle device, after this long */
#define DRY_NS BJ_NS_PER_MS

static bool plays(const struct helios_session *session)
{
    return session->swap.playing.points > 0 || session->swap.waiting.points > 0 ||
           session->swap.unsure;
}

/* When a frame that is not whole leaves anyway. */
static int64_t hurry_ns(const struct helios_session *session)
{
    int64_t end_ns = helios_swap_end_ns(&session->swap);

    if (session->staged == 0)
        return BJ_NEVER;
    if (!plays(session))
        return session->staged_ns + PATIENT_NS;
    return end_ns == BJ_NEVER ? BJ_NEVER : end_ns - LEAD_NS;
}

static bool frame_is_due(const struct helios_session *session)
{
    return session->sent_points > 0 || session->staged >= session->frame_points ||
           (session->staged > 0 &&
            (session->hurried || session->now_ns >= hurry_ns(session)));
}

/* Closes the frame. A length that would get lost leaves its last point for the next. */
static void close_frame(struct helios_session *session)
{
    uint32_t points = session->staged;
    uint8_t *end;

    if (helios_length_is_lost(points)) {
        points--;
        session->carried = true;
        memcpy(session->carry, session->frame + (size_t)points * HELIOS_POINT_SIZE,
               HELIOS_POINT_SIZE);
        session->staged = points;
    }
    end = session->frame + (size_t)points * HELIOS_POINT_SIZE;
    helios_encode_trailer(end, session->staged_pps, points);
    session->sent_points = points;
}

static enum bj_status send_frame(struct helios_session *session)
{
    if (session->sent_points == 0)
        close_frame(session);
    session->granted = false;
    session->sent_size =
        (size_t)session->sent_points * HELIOS_POINT_SIZE + HELIOS_TRAILER_SIZE;
    return helios_channel_send(&session->channel, session->frame, session->sent_size);
}

static enum bj_status sacrifice(struct helios_session *session)
{
    const struct bj_point middle = {0};
    uint8_t bytes[HELIOS_POINT_SIZE + HELIOS_TRAILER_SIZE];

    helios_encode_point(bytes, &middle, true);
    helios_encode_trailer(bytes + HELIOS_POINT_SIZE, HELIOS_MAX_PPS, 1);
    session->repair = HELIOS_MENDING;
    session->granted = false;
    session->sent_size = sizeof bytes;
    return helios_channel_send(&session->channel, bytes, sizeof bytes);
}

static int64_t dry_ns(const struct helios_session *session)
{
    int64_t end_ns = helios_swap_end_ns(&session->swap);

    return session->swap.waiting.points > 0 || session->channel.frame_out ||
                   end_ns == BJ_NEVER
               ? BJ_NEVER
               : end_ns + DRY_NS;
}

static enum bj_status next_move(struct helios_session *session)
{
    if (session->granted && session->repair == HELIOS_BROKEN)
        return sacrifice(session);
    if (session->granted && frame_is_due(session))
        return send_frame(session);
    if (!session->granted && session->now_ns >= session->poll_ns)
        return helios_channel_ask(&session->channel, HELIOS_STATUS);
    return BJ_OK;
}

/* A frame that was to be taken back is still on its way, and may be lit. Whenever it
 * arrives it must find the device locked. */
static enum bj_status guard_forsaken(struct helios_session *session)
{
    if (session->stop_out || session->now_ns < session->stopped_ns + RELOCK_NS)
        return BJ_OK;
    if (session->now_ns >= session->forsaken_ns + STUCK_NS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "a frame is stuck on its way; letting go of it");
    return helios_session_send_stop(session);
}

enum bj_status helios_sequencer_step(struct helios_session *session)
{
    enum bj_status status = BJ_OK;

    if (session->forsaken)
        return guard_forsaken(session);
    if (session->stopping) {
        if (!session->stop_out && !session->shutter_out)
            session->phase = HELIOS_STOPPED;
        return BJ_OK;
    }
    if (session->now_ns >= dry_ns(session))
        helios_session_ran_dry(session, helios_swap_end_ns(&session->swap));
    if (helios_channel_is_idle(&session->channel) && !session->stop_out &&
        session->now_ns >= session->lock_ns)
        status = next_move(session);
    return status == BJ_OK ? BJ_OK : helios_session_explain(session, status);
}

void helios_sequencer_waits(const struct helios_session *session, struct bj_wait *wait)
{
    if (session->forsaken && !session->stop_out)
        bj_wait_until(wait, session->stopped_ns + RELOCK_NS);
    bj_wait_until(wait, dry_ns(session));
    if (session->stop_out || !helios_channel_is_idle(&session->channel))
        return;
    if (session->now_ns < session->lock_ns)
        bj_wait_until(wait, session->lock_ns);
    else if (!session->granted)
        bj_wait_until(wait, session->poll_ns);
    else if (session->staged > 0)
        bj_wait_until(wait, hurry_ns(session));
}
