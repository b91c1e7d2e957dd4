/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_flush.h"

#include "session/notice.h"

#define REPAIRS_WITHIN_NS (2 * BJ_NS_PER_S)
#define MOST_REPAIRS 3

/* One that is under way goes on: what it has cleared would count as played. */
void shark_flush_begin(struct shark_session *session, int64_t now_ns, bool dry)
{
    if (session->flush == SHARK_KEEP) {
        session->flush = SHARK_DARKEN;
        session->flush_ns = now_ns;
        session->clears = 0;
    }
    session->flush_is_dry = dry;
    session->flush_tells = true;
    shark_queue_cancel(&session->queue);
    shark_channel_send_urgent(&session->channel, SHARK_SET_OUTPUT, 0, now_ns);
}

/* The first times it may help; then the connection is begun anew. */
enum bj_status shark_repair(struct shark_session *session, int64_t now_ns,
                            enum bj_status why, const char *text)
{
    if (session->flush != SHARK_KEEP)
        return BJ_OK;
    if (bj_strikes_add(&session->repairs, now_ns, REPAIRS_WITHIN_NS) > MOST_REPAIRS)
        return bj_dac_tell(&session->base, why, "%s, again and again", text);
    (void)bj_dac_tell(&session->base, why, "%s; starting it again", text);
    shark_flush_begin(session, now_ns, false);
    return BJ_OK;
}

void shark_flush_done(struct shark_session *session, int64_t now_ns)
{
    uint32_t lost = shark_queue_empty(&session->queue);

    session->flush = SHARK_KEEP;
    session->was_ready = true;
    session->unclear = false;
    session->last_write_ns = now_ns;
    shark_level_init(&session->level, now_ns);
    if (session->flush_tells)
        session->base.events->emptied(session->base.engine, lost, session->flush_is_dry);
    if (session->stopping)
        session->phase = SHARK_STOPPED;
}
