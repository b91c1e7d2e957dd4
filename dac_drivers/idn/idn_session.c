/* SPDX-License-Identifier: MIT */
#include "idn/idn_session.h"

#include "idn/idn_opening.h"
#include "idn/idn_replies.h"
#include "idn/idn_sender.h"
#include "session/notice.h"

#include <string.h>

#define FAR_AHEAD_NS (300 * BJ_NS_PER_MS)
#define ROOM_POINTS 1000000 /* nothing but time limits what is sent */
#define STOP_NS (50 * BJ_NS_PER_MS)
#define HOLD_NS (10 * BJ_NS_PER_MS)
#define KEEP_ALIVE_NS (200 * BJ_NS_PER_MS) /* receivers let go after a second */
#define PROBE_NS (200 * BJ_NS_PER_MS)
/* Answers come every 100 ms; to questions outside the stream, every 200 ms. */
#define LAST_POINT 1.5

/* ---- Life ---------------------------------------------------------------------------- */

/* A new connection on the same socket. */
static void renew(struct idn_session *session, int64_t now_ns)
{
    idn_stamps_init(&session->stamps, session->lead_ns);
    session->hold.count = 0;
    session->queue_points = 0;
    session->playing = false;
    session->play_end_ns = session->dark_ns = now_ns;
    session->packets = 0;
    session->fresh = true;
    session->configs_left = IDN_FIRST_CONFIGS;
    session->config_ns = session->ack_ns = session->sent_ns = now_ns;
    session->probe_ns = now_ns + PROBE_NS;
}

static enum bj_status open_socket(struct idn_session *session)
{
    struct bj_net *net = session->net;
    enum bj_status status =
        net->ops->open_udp(net, (struct bj_address){0}, false, &session->handle);

    if (status != BJ_OK)
        return status;
    status = net->ops->set_peer(net, session->handle, session->peer);
    if (status != BJ_OK)
        net->ops->close(net, session->handle);
    return status;
}

enum bj_status idn_session_connect(struct idn_session *session, struct bj_address to,
                                   int64_t now_ns, int64_t lead_ns)
{
    enum bj_status status;

    session->peer = to;
    status = open_socket(session);
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "no way to it: %s", bj_strerror(status));
    session->unit_known = session->map_known = false;
    session->acks = session->routed = session->plays_out = false;
    session->busy_told = false;
    session->shut = true;
    session->format = IDN_XYRGB16;
    session->lead_ns = lead_ns;
    session->heard_ns = now_ns;
    session->unheard_points = 0;
    session->gone = false;
    session->enough_until_ns = session->troubled_until_ns = 0;
    session->out = (struct bj_datagrams){.net = session->net};
    /* of an earlier one, whose light it may still hold */
    idn_session_send_abort(session, now_ns);
    renew(session, now_ns);
    idn_session_enter(session, IDN_PHASE_ASKING, now_ns);
    return BJ_OK;
}

/* ---- Open ---------------------------------------------------------------------------- */

static int64_t silence_limit_ns(const struct idn_session *session)
{
    return session->heard_ns + BJ_AWAY_LIMIT_NS;
}

static enum bj_status watch(struct idn_session *session, int64_t now_ns)
{
    session->gone = now_ns >= silence_limit_ns(session);
    if (session->gone)
        return bj_dac_tell(&session->base, BJ_DISCONNECTED,
                           "it does not answer any more; trying again");
    if (session->acks || now_ns < session->probe_ns)
        return BJ_OK;
    session->probe_ns = now_ns + PROBE_NS;
    if (idn_session_ask(session, IDN_SCAN, now_ns) == BJ_WOULD_BLOCK)
        session->probe_ns = session->out.full_until_ns;
    else
        (void)idn_session_send_void(session, now_ns, true, false);
    return BJ_OK;
}

/* The points of which the sender knows have all played. */
static void end_queue(struct idn_session *session)
{
    session->playing = false;
    session->queue_points = 0;
    idn_stamps_break(&session->stamps);
}

static void note_dry(struct idn_session *session, int64_t now_ns)
{
    if (!session->playing || now_ns < session->play_end_ns)
        return;
    end_queue(session);
    idn_session_configure_soon(session, now_ns);
    session->base.events->emptied(session->base.engine, 0, true);
}

/* Points that are held wait for others for as long as those that were sent last. */
static int64_t held_until_ns(const struct idn_session *session)
{
    int64_t until_ns = session->hold.since_ns + HOLD_NS;
    int64_t needed_ns = session->play_end_ns - HOLD_NS;

    if (session->hold.count == 0)
        return BJ_NEVER;
    if (session->playing && needed_ns > until_ns)
        until_ns = needed_ns;
    return bj_datagrams_from_ns(&session->out, until_ns);
}

static int64_t keep_alive_ns(const struct idn_session *session)
{
    return bj_datagrams_from_ns(&session->out, session->sent_ns + KEEP_ALIVE_NS);
}

static enum bj_status sending_status(const struct idn_session *session,
                                     enum bj_status status)
{
    if (status == BJ_OK || status == BJ_WOULD_BLOCK)
        return status;
    return bj_dac_tell(&session->base, BJ_DISCONNECTED, "cannot send to it: %s",
                       bj_strerror(status));
}

static enum bj_status keep_open(struct idn_session *session, int64_t now_ns)
{
    enum bj_status status = watch(session, now_ns);

    if (status != BJ_OK)
        return status;
    if (now_ns >= held_until_ns(session))
        status = sending_status(session, idn_session_send_held(session, now_ns));
    note_dry(session, now_ns);
    if (status == BJ_OK && now_ns >= keep_alive_ns(session))
        status = sending_status(
            session, idn_session_send_void(session, now_ns, session->acks, true));
    return status == BJ_WOULD_BLOCK ? BJ_OK : status;
}

static void wait_open(const struct idn_session *session, struct bj_wait *wait)
{
    bj_wait_until(wait, keep_alive_ns(session));
    bj_wait_until(wait, silence_limit_ns(session));
    if (!session->acks)
        bj_wait_until(wait, session->probe_ns);
    bj_wait_until(wait, held_until_ns(session));
    if (session->playing)
        bj_wait_until(wait, session->play_end_ns);
}

/* ---- Throwing away ------------------------------------------------------------------- */

/* What has been sent and has not played, by our own count. The engine rounds another way:
 * where it counts none, here the last one may be left. */
static uint32_t queued(const struct idn_session *session, int64_t now_ns)
{
    double left_ns = (double)(session->play_end_ns - now_ns);
    double points = left_ns / 1e9 * session->newest_pps;

    if (!session->playing || points <= LAST_POINT)
        return 0;
    return points < (double)session->queue_points ? (uint32_t)points
                                                  : (uint32_t)session->queue_points;
}

/* Of what was sent: what is queued, where the receiver throws that away, for the rest
 * plays; or all of which nobody has ever heard. */
static uint64_t lost_points(const struct idn_session *session, int64_t now_ns)
{
    uint64_t points = session->acks ? queued(session, now_ns) : 0;

    if (session->gone && session->unheard_points > points)
        points = session->unheard_points;
    return points;
}

/* That, and what is held. Tells the engine. */
static void throw_away(struct idn_session *session, int64_t now_ns)
{
    uint64_t sent = lost_points(session, now_ns);
    uint32_t lost = (uint32_t)sent + session->hold.count;

    session->unheard_points -=
        sent < session->unheard_points ? sent : session->unheard_points;
    session->hold.count = 0;
    session->base.events->emptied(session->base.engine, lost, false);
}

/* ---- Stopping ------------------------------------------------------------------------ */

static void keep_stopping(struct idn_session *session, int64_t now_ns)
{
    bool aborted = session->acks && !session->plays_out;

    if (session->confirmed && (aborted || now_ns >= session->dark_ns)) {
        session->phase = IDN_PHASE_STOPPED;
        return;
    }
    if (!session->confirmed && now_ns >= session->next_ask_ns) {
        enum bj_status status = idn_session_send_end(session, now_ns, session->plays_out);
        bool blocked = status == BJ_WOULD_BLOCK;
        session->next_ask_ns = blocked ? session->out.full_until_ns : now_ns + STOP_NS;
        session->confirmed = !session->acks && !blocked;
    }
    if (session->confirmed)
        session->next_ask_ns = session->dark_ns;
}

void idn_session_stop(struct idn_session *session, int64_t now_ns)
{
    if (session->phase == IDN_PHASE_ASKING)
        session->phase = IDN_PHASE_STOPPED;
    if (session->phase == IDN_PHASE_CLOSED || session->phase >= IDN_PHASE_STOPPING)
        return;
    session->shut = true;
    throw_away(session, now_ns);
    session->plays_out = !session->playing && now_ns < session->dark_ns;
    session->confirmed = false;
    idn_session_enter(session, IDN_PHASE_STOPPING, now_ns);
    keep_stopping(session, now_ns);
}

void idn_session_disconnect(struct idn_session *session)
{
    if (session->phase == IDN_PHASE_CLOSED)
        return;
    if (session->phase == IDN_PHASE_OPEN)
        throw_away(session, session->sent_ns);
    if (session->phase != IDN_PHASE_ASKING && session->phase != IDN_PHASE_STOPPED)
        (void)idn_session_send_end(session, session->sent_ns, session->plays_out);
    session->net->ops->close(session->net, session->handle);
    session->phase = IDN_PHASE_CLOSED;
    session->playing = session->abort_owed = false;
    session->hold.count = 0;
}

/* ---- The slots ----------------------------------------------------------------------- */

static enum bj_status do_phase(struct idn_session *session, int64_t now_ns)
{
    switch (session->phase) {
    case IDN_PHASE_ASKING:
        return idn_session_keep_asking(session, now_ns);
    case IDN_PHASE_ROUTING:
        return idn_session_keep_routing(session, now_ns);
    case IDN_PHASE_OPEN:
        return keep_open(session, now_ns);
    case IDN_PHASE_STOPPING:
        keep_stopping(session, now_ns);
        return BJ_OK;
    case IDN_PHASE_CLOSED:
    case IDN_PHASE_STOPPED:
        break;
    }
    return BJ_OK;
}

/* One phase may end and the next one have something to do at once. */
static enum bj_status go_on(struct idn_session *session, int64_t now_ns)
{
    enum idn_phase before;
    enum bj_status status;

    do {
        before = session->phase;
        status = do_phase(session, now_ns);
    } while (status == BJ_OK && session->phase != before);
    return status;
}

static enum bj_dac_state state_of(const struct idn_session *session)
{
    switch (session->phase) {
    case IDN_PHASE_OPEN:
        return session->playing ? BJ_DAC_PLAYING : BJ_DAC_READY;
    case IDN_PHASE_STOPPED:
        return BJ_DAC_STOPPED;
    case IDN_PHASE_STOPPING: /* takes nothing, plays nothing more */
        return BJ_DAC_READY;
    default:
        return BJ_DAC_CONNECTING;
    }
}

static void add_waits(const struct idn_session *session, int64_t now_ns,
                      struct bj_wait *wait)
{
    bj_wait_handle(wait, session->handle, BJ_WAIT_READ);
    if (session->phase == IDN_PHASE_OPEN && !session->abort_owed)
        wait_open(session, wait);
    else if (session->phase != IDN_PHASE_STOPPED && !session->abort_owed)
        bj_wait_until(wait, session->next_ask_ns);
    if (now_ns < session->enough_until_ns)
        bj_wait_until(wait, session->enough_until_ns);
    if (bj_datagrams_full(&session->out, now_ns))
        bj_wait_until(wait, session->out.full_until_ns);
}

static bool takes_points(const struct idn_session *session, int64_t now_ns)
{
    return session->phase == IDN_PHASE_OPEN && !session->abort_owed &&
           now_ns >= session->enough_until_ns && !bj_datagrams_full(&session->out, now_ns);
}

enum bj_status idn_session_service(struct idn_session *session, int64_t now_ns,
                                   struct bj_dac_status *status, struct bj_wait *wait)
{
    enum bj_status result = BJ_OK;

    if (session->phase != IDN_PHASE_CLOSED)
        result = idn_session_hear(session, now_ns);
    if (session->abort_owed && !bj_datagrams_full(&session->out, now_ns))
        idn_session_send_abort(session, now_ns);
    if (result == BJ_OK && !session->abort_owed)
        result = go_on(session, now_ns);
    *status = (struct bj_dac_status){
        .state = state_of(session),
        .room_points = takes_points(session, now_ns) ? ROOM_POINTS : 0,
    };
    if (result != BJ_OK || session->phase == IDN_PHASE_CLOSED)
        return result;
    add_waits(session, now_ns, wait);
    return BJ_OK;
}

/* No sane engine comes near: by its stamps the receiver would have far more than wanted. */
static bool is_far_ahead(struct idn_session *session, int64_t now_ns)
{
    int64_t limit_ns = now_ns + session->lead_ns + FAR_AHEAD_NS, end_ns;

    if (!session->stamps.running)
        return false;
    end_ns = session->stamps.end_us * 1000 + session->lead_ns;
    if (end_ns > limit_ns)
        session->enough_until_ns = now_ns + (end_ns - limit_ns);
    return end_ns > limit_ns;
}

enum bj_status idn_session_write(void *instance, int64_t now_ns,
                                 const struct bj_chunk *chunk, uint32_t *taken)
{
    struct idn_session *session = instance;
    struct bj_chunk possible = *chunk;
    enum bj_status status;

    if (!takes_points(session, now_ns) || is_far_ahead(session, now_ns))
        return BJ_WOULD_BLOCK;
    possible.pps = chunk->pps < IDN_MIN_PPS   ? IDN_MIN_PPS
                   : chunk->pps > IDN_MAX_PPS ? IDN_MAX_PPS
                                              : chunk->pps;
    status = idn_session_send_points(session, now_ns, &possible, taken);
    return sending_status(session, status);
}

/* What is queued may be lit. A receiver that can throw it away does, and with it the
 * connection; the next points open a new one. Others play it out: the target buffer. When
 * by our count all has played, as at the end of a drain, the rest may play. */
void idn_session_shutter(void *instance, int64_t now_ns, bool open)
{
    struct idn_session *session = instance;

    session->shut = !open;
    if (open || session->phase != IDN_PHASE_OPEN)
        return;
    if (session->playing && queued(session, now_ns) == 0)
        end_queue(session);
    if (session->playing && !session->acks)
        return;
    throw_away(session, now_ns);
    if (session->playing) {
        idn_session_send_abort(session, now_ns);
        renew(session, now_ns);
    }
}
