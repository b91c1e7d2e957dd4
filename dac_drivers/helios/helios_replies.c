/* SPDX-License-Identifier: MIT */
#include "helios/helios_replies.h"

#include "session/notice.h"

#include <string.h>

#define LOCK_NS (110 * BJ_NS_PER_MS) /* after a stop; the device says 100 ms */
#define AIM_NS (BJ_NS_PER_MS / 2)    /* a question is asked so near to a swap */
#define BEFORE_NS (BJ_NS_PER_MS / 2) /* and answered so long before it */
#define TRIP_MEMORY 1024             /* answers */
#define POLL_NS BJ_NS_PER_MS
#define IDLE_POLL_NS (2 * BJ_NS_PER_MS)
#define SURPRISE_NS (3 * BJ_NS_PER_MS) /* free so long before its time: it never came */
#define OVERDUE_NS (500 * BJ_NS_PER_MS)
#define MOST_ERRORS 3
#define MOST_BUS_ERRORS 2
#define FAILING_NS BJ_NS_PER_S /* no frame arrived for so long */
#define MOST_SWALLOWED 10

/* ---- Orders -------------------------------------------------------------------------- */

enum bj_status helios_session_send_stop(struct helios_session *session)
{
    session->stop_out = true;
    return helios_channel_command(&session->channel, HELIOS_STOP, 0);
}

enum bj_status helios_session_send_shutter(struct helios_session *session)
{
    session->shutter_out = true;
    return helios_channel_command(&session->channel, HELIOS_SHUTTER,
                                  session->shutter_wanted);
}

static enum bj_status order_again(struct helios_session *session,
                                  const struct helios_news *news)
{
    if (news->status == BJ_OK) {
        session->command_errors = 0;
        return BJ_OK;
    }
    if (++session->command_errors >= MOST_ERRORS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "takes no commands any more; letting go of it");
    return news->command == HELIOS_STOP ? helios_session_send_stop(session)
                                        : helios_session_send_shutter(session);
}

static enum bj_status on_done(struct helios_session *session,
                              const struct helios_news *news)
{
    if (news->command != HELIOS_STOP && news->command != HELIOS_SHUTTER)
        return BJ_OK;
    if (news->status == BJ_OK && news->command == HELIOS_STOP) {
        session->stop_out = false;
        session->stopped_ns = news->answered_ns;
        session->lock_ns = news->answered_ns + LOCK_NS;
    } else if (news->status == BJ_OK) {
        session->shutter_out = false;
    }
    return order_again(session, news);
}

/* ---- Throwing away ------------------------------------------------------------------- */

void helios_session_flush(struct helios_session *session)
{
    uint32_t lost = helios_swap_left(&session->swap, session->now_ns) + session->staged +
                    session->carried;

    /* a frame that is being sent is counted in `staged` until it has arrived */
    session->forsaken = session->channel.frame_out && session->repair != HELIOS_MENDING;
    if (session->forsaken) {
        session->forsaken_ns = session->now_ns;
        helios_channel_cancel_frame(&session->channel);
    }
    session->staged = session->sent_points = 0;
    session->carried = session->hurried = session->looking = false;
    session->lost += lost;
    helios_swap_reset(&session->swap);
    session->base.events->emptied(session->base.engine, lost, false);
}

/* ---- What the engine hears ----------------------------------------------------------- */

/* At some moment between the two times `points` were queued and none of them had played. */
static void report(struct helios_session *session, int64_t from_ns, int64_t to_ns)
{
    uint32_t queued = session->swap.playing.points;
    uint32_t unreported = session->staged + session->carried;
    const struct bj_level_report level = {
        .sent_ns = from_ns < to_ns ? from_ns : to_ns,
        .received_ns = to_ns,
        .queued_points = queued,
        .unreported_points = unreported,
        .played_points = session->taken - session->lost - queued - unreported,
        .quantum_points = 1,
        .playing = true,
    };

    session->base.events->level(session->base.engine, &level);
}

void helios_session_ran_dry(struct helios_session *session, int64_t since_ns)
{
    helios_swap_reset(&session->swap);
    if (session->lock_ns < since_ns + session->model->dry_lock_ns)
        session->lock_ns = since_ns + session->model->dry_lock_ns;
    session->base.events->emptied(session->base.engine, 0, true);
}

/* A frame vanished, or the device stopped by itself: nothing plays and nothing waits. */
static enum bj_status on_swallowed(struct helios_session *session)
{
    if (++session->swallowed == MOST_SWALLOWED)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "does not play what it accepts; starting over");
    if (session->swallowed == 1)
        (void)bj_dac_tell(&session->base, BJ_PROTOCOL, "lost a frame; going on");
    helios_session_flush(session);
    return BJ_OK;
}

/* ---- Answers ------------------------------------------------------------------------- */

/* When the device looked at the latest: what an answer takes at the least is the way there
 * and back, and only what it took beyond may have been before the look. As everywhere, the
 * way there is taken for nothing. */
static int64_t latest_look_ns(const struct helios_session *session, int64_t asked_ns,
                              int64_t answered_ns)
{
    int64_t latest_ns = answered_ns - session->least_trip_ns;

    return latest_ns > asked_ns ? latest_ns : asked_ns;
}

/* Each fades towards the usual, so that no single answer counts for ever. */
static void note_trip(struct helios_session *session, const struct helios_news *news)
{
    int64_t trip_ns = news->answered_ns - news->asked_ns;
    int64_t least_ns = session->least_trip_ns, most_ns = session->most_trip_ns;

    least_ns += (trip_ns - least_ns) / TRIP_MEMORY;
    most_ns += (trip_ns - most_ns) / (TRIP_MEMORY / 16);
    session->least_trip_ns =
        session->least_trip_ns == 0 || trip_ns < least_ns ? trip_ns : least_ns;
    session->most_trip_ns = trip_ns > most_ns ? trip_ns : most_ns;
}

/* The first question after a frame. Where a frame was waiting it could not be free yet. */
static enum bj_status on_free_waiting(struct helios_session *session, int64_t asked_ns,
                                      int64_t answered_ns)
{
    int64_t latest_ns = latest_look_ns(session, asked_ns, answered_ns);
    struct helios_swap *swap = &session->swap;
    int64_t end_ns = helios_swap_end_ns(swap), from_ns = swap->not_free_ns;
    struct helios_frame waiting = swap->waiting;

    if (end_ns != BJ_NEVER && session->looking && session->frame_over_ns >= end_ns) {
        swap->waiting.points = 0; /* it came too late, and began by itself */
        helios_session_ran_dry(session, end_ns);
        helios_swap_begin(swap, waiting, session->frame_over_ns);
        report(session, session->frame_begun_ns, session->frame_over_ns);
        return BJ_OK;
    }
    if (end_ns != BJ_NEVER && answered_ns < end_ns - SURPRISE_NS)
        return on_swallowed(session);
    helios_swap_free(swap, latest_ns);
    session->swallowed = 0;
    report(session, from_ns, latest_ns);
    return BJ_OK;
}

static enum bj_status on_free(struct helios_session *session, int64_t asked_ns,
                              int64_t answered_ns)
{
    enum bj_status status = BJ_OK;

    session->granted = true;
    if (session->swap.waiting.points > 0)
        status = on_free_waiting(session, asked_ns, answered_ns);
    else if (session->swap.unsure)
        helios_session_ran_dry(session, answered_ns);
    else if (session->looking && session->swap.playing.points > 0)
        report(session, session->frame_begun_ns, session->frame_over_ns);
    session->looking = false;
    return status;
}

/* Full, and not by a frame that is known to wait: ours waits behind one that is unknown, or
 * an unknown one behind ours. */
static void be_unsure(struct helios_session *session)
{
    struct helios_swap *swap = &session->swap;

    swap->unsure = true;
    if (!session->looking)
        return;
    swap->waiting = swap->playing;
    swap->playing.points = 0;
}

static enum bj_status on_full(struct helios_session *session, int64_t asked_ns)
{
    struct helios_swap *swap = &session->swap;
    int64_t end_ns = helios_swap_end_ns(swap);

    if (swap->waiting.points == 0 && !swap->unsure)
        be_unsure(session);
    helios_swap_not_free(swap, asked_ns);
    session->granted = session->looking = false;
    if (end_ns != BJ_NEVER && asked_ns > end_ns + OVERDUE_NS)
        return bj_dac_tell(&session->base, BJ_IO_ERROR,
                           "stands still; letting go of it and trying again");
    return BJ_OK;
}

/* The next of two looks at a swap: one that is answered before the other, and one that
 * comes about with the swap. From then on as often as can be. */
static int64_t next_look_ns(const struct helios_session *session, int64_t soonest_ns,
                            int64_t aimed_ns)
{
    int64_t before_ns = aimed_ns - session->most_trip_ns - BEFORE_NS;

    if (soonest_ns <= before_ns)
        return before_ns;
    return soonest_ns > aimed_ns ? soonest_ns : aimed_ns;
}

static int64_t after_poll_ns(const struct helios_session *session, int64_t asked_ns)
{
    int64_t end_ns = helios_swap_end_ns(&session->swap);

    if (end_ns == BJ_NEVER || session->swap.waiting.points == 0)
        return asked_ns + IDLE_POLL_NS;
    return next_look_ns(session, asked_ns + POLL_NS, end_ns + session->aim_ns);
}

static enum bj_status on_status(struct helios_session *session,
                                const struct helios_news *news)
{
    enum bj_status status;
    bool is_free;

    session->poll_ns = news->asked_ns + POLL_NS;
    if (helios_decode_status(news->bytes, news->size, &is_free) != BJ_OK)
        return BJ_OK;
    session->answered = true;
    note_trip(session, news);
    if (session->stop_out || session->now_ns < session->lock_ns)
        return BJ_OK; /* asked before the stop: says nothing about now */
    status = is_free ? on_free(session, news->asked_ns, news->answered_ns)
                     : on_full(session, news->asked_ns);
    session->poll_ns = after_poll_ns(session, news->asked_ns);
    return status;
}

/* ---- Frames -------------------------------------------------------------------------- */

/* A full-speed bus carries no more than 19 packets in a millisecond, so a frame cannot have
 * arrived before this. */
static int64_t earliest_ns(int64_t begun_ns, size_t size)
{
    size_t full_ms = (size / HELIOS_PACKET_SIZE) / 19;

    return begun_ns + (full_ms > 1 ? (int64_t)(full_ms - 1) * BJ_NS_PER_MS : 0);
}

/* Questions fall evenly around the swaps, before and after: asked always as long before,
 * the answers would bracket each swap alike and say nothing about where in the bracket it
 * is. */
static void aim(struct helios_session *session)
{
    uint32_t place = ++session->aims * 0x9e3779b9u; /* steps of the golden ratio */

    session->aim_ns = (int64_t)(place / 4294967296.0 * 2 * AIM_NS) - AIM_NS;
}

static void arrived(struct helios_session *session, const struct helios_news *news)
{
    struct helios_frame frame = {
        .points = session->sent_points,
        .pps = helios_frame_pps(session->staged_pps, session->sent_points)};

    aim(session);
    session->frame_errors = 0;
    session->looking = true;
    session->frame_begun_ns = earliest_ns(news->asked_ns, news->size);
    session->frame_over_ns = news->answered_ns;
    if (session->swap.playing.points > 0 || session->swap.unsure)
        helios_swap_queue(&session->swap, frame, session->frame_begun_ns);
    else
        helios_swap_begin(&session->swap, frame, news->answered_ns);
    session->sent_points = 0;
    session->staged = session->carried;
    session->staged_ns = news->answered_ns;
    if (session->carried)
        memcpy(session->frame, session->carry, sizeof session->carry);
    session->carried = session->hurried = false;
}

/* What did not arrive is sent again; what arrived in part must be mended first. */
static enum bj_status failed(struct helios_session *session, const struct helios_news *news)
{
    bool late = news->status == BJ_TIMED_OUT || news->status == BJ_OK;

    if (session->frame_errors++ == 0)
        session->failing_ns = news->answered_ns;
    if (news->status == BJ_REFUSED)
        helios_channel_clear_halt(&session->channel, HELIOS_FRAMES);
    if (news->size > 0)
        session->repair = HELIOS_BROKEN;
    if (late ? news->answered_ns < session->failing_ns + FAILING_NS
             : session->frame_errors < MOST_BUS_ERRORS)
        return BJ_OK;
    return bj_dac_tell(&session->base, news->status == BJ_OK ? BJ_IO_ERROR : news->status,
                       "takes no frames any more: %s",
                       news->status == BJ_OK ? "they arrive cut off"
                                             : bj_strerror(news->status));
}

static enum bj_status on_frame(struct helios_session *session,
                               const struct helios_news *news)
{
    bool whole = news->size == session->sent_size;

    session->granted = false;
    session->poll_ns = session->now_ns;
    if (session->forsaken) {
        session->forsaken = false;
        if (!whole && news->size > 0)
            session->repair = HELIOS_BROKEN;
        return BJ_OK;
    }
    if (session->repair == HELIOS_MENDING) {
        session->repair = whole ? HELIOS_SOUND : HELIOS_BROKEN;
        return whole ? BJ_OK : failed(session, news);
    }
    if (!whole)
        return failed(session, news);
    arrived(session, news);
    return BJ_OK;
}

/* ---- Listening ----------------------------------------------------------------------- */

static enum bj_status handle_news(struct helios_session *session,
                                  const struct helios_news *news)
{
    switch (news->kind) {
    case HELIOS_REPLY:
        return on_status(session, news);
    case HELIOS_SILENCE:
        session->poll_ns = session->now_ns;
        return BJ_OK;
    case HELIOS_DONE:
        return on_done(session, news);
    case HELIOS_FRAME:
        return on_frame(session, news);
    case HELIOS_NOTHING:
        break;
    }
    return BJ_OK;
}

enum bj_status helios_session_explain(struct helios_session *session, enum bj_status status)
{
    switch (status) {
    case BJ_DISCONNECTED:
        return bj_dac_tell(&session->base, status,
                           "unplugged; going on when it is back in its socket");
    case BJ_TIMED_OUT:
        return bj_dac_tell(&session->base, status,
                           "has not answered for two seconds; trying again");
    default:
        return bj_dac_tell(&session->base, status,
                           "errors on the bus (%s); check the cable, and that no "
                           "other DAC shares its hub",
                           bj_strerror(status));
    }
}

enum bj_status helios_session_listen(struct helios_session *session)
{
    struct helios_news news;
    enum bj_status status;

    while ((status = helios_channel_next(&session->channel, &news)) == BJ_OK) {
        status = handle_news(session, &news);
        if (status != BJ_OK)
            return status;
    }
    return status == BJ_WOULD_BLOCK ? BJ_OK : helios_session_explain(session, status);
}
