/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_replies.h"

#include "lasercube/lasercube_validate.h"
#include "session/notice.h"

#include <string.h>

#define HEAR_LIMIT 128 /* datagrams per socket and service */
#define ASK_SOON_NS (20 * BJ_NS_PER_MS)
#define DATAGRAM_BYTES 128

/* ---- Looks into the ring ------------------------------------------------------------- */

void lc_session_emptied(struct lc_session *session, uint32_t lost, int64_t now_ns)
{
    uint64_t taken = session->ring.sent - session->lost_points;

    if (lost > taken)
        lost = (uint32_t)taken;
    session->lost_points += lost;
    session->begun = session->primed = false;
    session->tail_owed = lost > 0;
    lc_ring_clear(&session->ring, now_ns);
    session->base.events->emptied(session->base.engine, lost, false);
}

/* The ring had nothing left when this packet came; it plays on with the next ones. What was
 * never answered did not come, or else it would not be dry. `passed`: points that the
 * snapshot must include and does not find, so no more can have been lost. */
static bool found_dry(struct lc_session *session, const struct lc_snapshot *snapshot,
                      uint64_t passed)
{
    bool dry = session->ring.draining && snapshot->queued_points <= snapshot->packet_points;
    uint32_t lost;

    if (!dry)
        session->primed = true;
    if (!dry || !session->primed)
        return dry;
    session->primed = false;
    lost = lc_ring_take_unanswered(&session->ring);
    if (lost > passed)
        lost = (uint32_t)passed;
    session->lost_points += lost;
    session->base.events->emptied(session->base.engine, lost, true);
    return true;
}

/* played + queued + unreported is always what was taken less what was told as lost. What
 * the network lost counts as played until then: the beam went on without it. */
static void report_level(struct lc_session *session, const struct lc_snapshot *snapshot)
{
    uint32_t unreported = lc_ring_unreported(&session->ring);
    uint64_t told = session->ring.sent - session->lost_points - unreported;
    /* Doubled on the way, or not ours, is what goes beyond. */
    uint32_t queued =
        snapshot->queued_points < told ? snapshot->queued_points : (uint32_t)told;
    bool dry = found_dry(session, snapshot, told - queued);
    const struct bj_level_report report = {
        .sent_ns = snapshot->sent_ns,
        .received_ns = snapshot->received_ns,
        .queued_points = queued,
        .played_points = session->ring.sent - session->lost_points - unreported - queued,
        .unreported_points = unreported,
        .quantum_points = 1,
        .playing = session->ring.draining,
        .dry = dry,
    };

    session->base.events->level(session->base.engine, &report);
}

static void note_snapshot(struct lc_session *session, const struct lc_snapshot *snapshot)
{
    session->snapshot_ns = snapshot->received_ns;
    if (session->phase == LC_WORKING && !session->flushing && session->begun)
        report_level(session, snapshot);
}

static void hear_report(struct lc_session *session, const uint8_t *bytes, size_t size,
                        int64_t now_ns)
{
    struct lc_report report;
    struct lc_snapshot snapshot;

    if (lc_decode_report(bytes, size, &report) != BJ_OK)
        return;
    session->report_ns = now_ns;
    if (lc_ring_report(&session->ring, &report, now_ns, &snapshot))
        note_snapshot(session, &snapshot);
}

static void hear_free(struct lc_session *session, uint32_t free_points, int64_t now_ns)
{
    struct lc_snapshot snapshot;

    if (!lc_ring_answer(&session->ring, free_points, now_ns, &snapshot))
        return;
    if (session->flushing) /* asked just ahead of the command to clear */
        session->flush_points = snapshot.queued_points + lc_ring_unreported(&session->ring);
    note_snapshot(session, &snapshot);
}

/* ---- All answers --------------------------------------------------------------------- */

static bool is_stranger(const struct lc_session *session, const struct lc_info *info)
{
    const uint8_t *known = session->infos > 0 ? session->info.serial : session->serial;

    return known != NULL && memcmp(info->serial, known, LC_SERIAL_SIZE) != 0;
}

static enum bj_status hear_info(struct lc_session *session, const uint8_t *bytes,
                                size_t size, int64_t now_ns)
{
    uint8_t before = lc_flags_of(&session->info).errors;
    struct lc_info info;

    if (lc_decode_info(bytes, size, &info) != BJ_OK)
        return BJ_OK;
    lc_info_make_sane(&info);
    if (is_stranger(session, &info)) {
        session->stranger = true;
        return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                           "another device answers at its address");
    }
    if (session->infos++ == 0)
        before = lc_flags_of(&info).errors;
    session->info = info;
    return lc_session_validate_info(session, before, now_ns);
}

static enum bj_status hear_command(struct lc_session *session, const uint8_t *bytes,
                                   size_t size, int64_t now_ns)
{
    struct lc_reply reply;

    if (size > 0 && bytes[0] == LC_FULL_INFO)
        return hear_info(session, bytes, size, now_ns);
    if (lc_decode_reply(bytes, size, &reply) != BJ_OK)
        return BJ_OK;
    lc_retry_answered(&session->retry, &reply);
    if (reply.opcode == LC_FREE && reply.good)
        hear_free(session, reply.free_points, now_ns);
    return BJ_OK;
}

/* After a silence the level is the first thing to know. */
static void note_heard(struct lc_session *session, int64_t now_ns)
{
    session->heard_ns = now_ns;
    session->send_failures = 0;
    session->silence_told = false;
    if (now_ns - session->snapshot_ns > LC_NO_SNAPSHOT_NS &&
        now_ns - session->free_asked_ns > ASK_SOON_NS)
        session->free_asked_ns = 0;
}

/* BJ_WOULD_BLOCK: nothing more has arrived. */
static enum bj_status hear_one(struct lc_session *session, bool command, int64_t now_ns)
{
    uint8_t bytes[DATAGRAM_BYTES];
    struct bj_address from = {0};
    size_t size = 0;
    enum bj_status status = session->net->ops->receive_from(
        session->net, command ? session->commands : session->samples, &from, bytes,
        sizeof bytes, &size);

    if (status == BJ_WOULD_BLOCK)
        return status;
    if (status != BJ_OK) {
        session->send_failures++; /* nobody listens there */
        return BJ_OK;
    }
    if (from.ip != session->peer.ip)
        return BJ_OK;
    note_heard(session, now_ns);
    if (command)
        return hear_command(session, bytes, size, now_ns);
    hear_report(session, bytes, size, now_ns);
    return BJ_OK;
}

static enum bj_status hear_all(struct lc_session *session, bool command, int64_t now_ns)
{
    enum bj_status status = BJ_OK;

    for (int k = 0; k < HEAR_LIMIT && status == BJ_OK; k++)
        status = hear_one(session, command, now_ns);
    return status == BJ_WOULD_BLOCK ? BJ_OK : status;
}

/* Reports first: who gave an answer has reported all packets before. */
enum bj_status lc_session_hear(struct lc_session *session, int64_t now_ns)
{
    enum bj_status status = hear_all(session, false, now_ns);

    if (status == BJ_OK)
        status = hear_all(session, true, now_ns);
    lc_ring_expire(&session->ring, now_ns);
    return status == BJ_OK ? lc_session_find_conflict(session, now_ns) : status;
}
