/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_flow_control.h"

#define GAP_NS (BJ_NS_PER_MS / 2) /* between datagrams after a burst */
#define BLIND_NS (500 * BJ_NS_PER_MS)
#define UNHEARD_PACKETS 16 /* and some commands: what it takes, should all come at once */
#define SPARE_POINTS 300
#define LEAST_ROOM 8                     /* at the slowest; at most a datagram */
#define LEAST_ROOM_NS (2 * BJ_NS_PER_MS) /* less is worth no wake-up */

uint32_t lc_usable_points(uint32_t ring_points)
{
    uint32_t spare = ring_points / 8 < SPARE_POINTS ? ring_points / 8 : SPARE_POINTS;

    return ring_points - spare;
}

/* ---- Room --------------------------------------------------------------------------- */

static bool takes_points(const struct lc_session *session)
{
    return session->phase == LC_WORKING && !session->flushing && !session->faulted;
}

static void earn_tokens(struct lc_session *session, int64_t now_ns)
{
    session->tokens += (double)(now_ns - session->tokens_ns) / GAP_NS;
    session->tokens_ns = now_ns;
    if (session->tokens > LC_BURST)
        session->tokens = LC_BURST;
}

/* Nothing was heard of the last packets: should they all arrive at once, that is the most
 * the device takes. Where reports do not exist at all, the clock alone paces. */
static bool too_much_unheard(const struct lc_session *session, int64_t now_ns)
{
    int64_t unheard_ns = now_ns - session->snapshot_ns;

    return unheard_ns > LC_NO_SNAPSHOT_NS && unheard_ns < BLIND_NS &&
           lc_ring_waiting(&session->ring) >= UNHEARD_PACKETS;
}

static double level_room(const struct lc_session *session, int64_t now_ns)
{
    return lc_usable_points(session->ring.size) - lc_ring_most(&session->ring, now_ns);
}

static double least_room(const struct lc_session *session)
{
    double points = session->rate * (double)LEAST_ROOM_NS / 1e9;

    return points < LEAST_ROOM      ? LEAST_ROOM
           : points > LC_MAX_POINTS ? LC_MAX_POINTS
                                    : points;
}

uint32_t lc_session_sendable(struct lc_session *session, int64_t now_ns)
{
    double room = level_room(session, now_ns), sendable;

    earn_tokens(session, now_ns);
    sendable = (double)(uint32_t)session->tokens * LC_MAX_POINTS;
    if (!takes_points(session) || bj_datagrams_full(&session->samples_out, now_ns) ||
        room < least_room(session) || too_much_unheard(session, now_ns))
        return 0;
    return (uint32_t)(room < sendable ? room : sendable);
}

void lc_session_flow_waits(const struct lc_session *session, int64_t now_ns,
                           struct bj_wait *wait)
{
    double most = lc_usable_points(session->ring.size) - least_room(session);
    int64_t room_ns = lc_ring_most_at_ns(&session->ring, most, now_ns);

    if (!takes_points(session))
        return;
    if (bj_datagrams_full(&session->samples_out, now_ns))
        bj_wait_until(wait, session->samples_out.full_until_ns);
    if (session->tokens < 1)
        bj_wait_until(wait, now_ns + (int64_t)((1 - session->tokens) * GAP_NS) + 1);
    if (room_ns > now_ns)
        bj_wait_until(wait, room_ns);
    if (too_much_unheard(session, now_ns))
        bj_wait_until(wait, session->snapshot_ns + BLIND_NS);
}
