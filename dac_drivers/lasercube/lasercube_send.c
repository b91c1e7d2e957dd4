/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_send.h"

#define ASK_NS BJ_NS_PER_S /* the full info, while all is well */

enum bj_status lc_session_send(struct lc_session *session, bool command,
                               const uint8_t *bytes, size_t size, int64_t now_ns)
{
    struct bj_address to = session->peer;

    to.port = (uint16_t)(to.port + (command ? 0 : LC_DATA_PORT_OFFSET));
    return bj_datagrams_send(command ? &session->commands_out : &session->samples_out,
                             command ? session->commands : session->samples, to, bytes,
                             size, now_ns);
}

/* Copies are against loss on the way: one that has left is enough. */
static enum bj_status send_command(struct lc_session *session, const uint8_t *bytes,
                                   size_t size, int copies, int64_t now_ns)
{
    enum bj_status status = BJ_OK;
    int left = 0;

    for (int k = 0; k < copies; k++) {
        status = lc_session_send(session, true, bytes, size, now_ns);
        session->send_failures += status != BJ_OK && status != BJ_WOULD_BLOCK;
        left += status == BJ_OK;
    }
    return left > 0 ? BJ_OK : status;
}

void lc_session_ask_info(struct lc_session *session, int64_t now_ns)
{
    uint8_t bytes[LC_COMMAND_SIZE];
    size_t size = lc_encode_command(bytes, LC_FULL_INFO, 0);
    bool well = session->phase >= LC_WORKING && session->heard_ns >= session->asked_ns;

    if (send_command(session, bytes, size, 1, now_ns) == BJ_WOULD_BLOCK) {
        session->next_ask_ns = session->commands_out.full_until_ns;
        return;
    }
    session->asked_ns = now_ns;
    session->next_ask_ns = now_ns + (well ? ASK_NS : LC_ASK_AGAIN_NS);
}

void lc_session_ask_free(struct lc_session *session, int64_t now_ns)
{
    uint8_t bytes[LC_COMMAND_SIZE];
    size_t size = lc_encode_command(bytes, LC_FREE, 0);

    if (send_command(session, bytes, size, 1, now_ns) == BJ_WOULD_BLOCK)
        return;
    session->free_asked_ns = now_ns;
    lc_ring_asked(&session->ring, now_ns);
}

/* How much a command to clear throws away is asked just ahead of it. */
void lc_session_send_commands(struct lc_session *session, int64_t now_ns)
{
    uint8_t bytes[LC_COMMAND_SIZE];
    size_t size;

    while (lc_retry_next(&session->retry, now_ns, bytes, &size)) {
        if (session->flushing && bytes[0] == LC_CLEAR)
            lc_session_ask_free(session, now_ns);
        if (send_command(session, bytes, size, LC_RETRY_COPIES, now_ns) == BJ_WOULD_BLOCK)
            lc_retry_put_off(&session->retry, (enum lc_opcode)bytes[0],
                             session->commands_out.full_until_ns);
    }
}

/* A device that holds what it played last shall hold something dark. */
bool lc_session_send_tail(struct lc_session *session, int64_t now_ns)
{
    uint8_t bytes[LC_PACKET_SIZE];
    size_t size = lc_encode_samples(bytes, lc_ring_message(&session->ring),
                                    (uint8_t)(session->frame + 1), &session->last, 1, true);

    if (session->tail_owed)
        session->tail_owed =
            lc_session_send(session, false, bytes, size, now_ns) == BJ_WOULD_BLOCK;
    return !session->tail_owed;
}

/* Once more what stop says, in case its answer never came. */
void lc_session_say_goodbye(struct lc_session *session, int64_t now_ns)
{
    static const enum lc_opcode last[] = {LC_OUTPUT, LC_CLEAR};
    uint8_t bytes[LC_COMMAND_SIZE];

    for (size_t k = 0; k < sizeof last / sizeof last[0]; k++) {
        size_t size = lc_encode_command(bytes, last[k], 0);
        (void)send_command(session, bytes, size, LC_RETRY_COPIES, now_ns);
    }
    (void)lc_session_send_tail(session, now_ns);
}

/* ---- Phases -------------------------------------------------------------------------- */

static void set_up(struct lc_session *session, int64_t now_ns)
{
    struct lc_retry *retry = &session->retry;
    uint32_t threshold = session->begin_points;

    if (session->rate > session->info.max_rate)
        session->rate = session->info.max_rate;
    lc_ring_init(&session->ring, session->info.ring_points, session->rate, now_ns);
    lc_retry_give(retry, LC_COMMAND_OUTPUT, 0, now_ns);
    lc_retry_give(retry, LC_COMMAND_CLEAR, 0, now_ns);
    lc_retry_give(retry, LC_COMMAND_REPORTS, 1, now_ns);
    lc_retry_give(retry, LC_COMMAND_RATE, session->rate, now_ns);
    if (threshold > session->info.ring_points / 4)
        threshold = session->info.ring_points / 4;
    if (lc_model_of(&session->info)->has_threshold)
        lc_retry_give(retry, LC_COMMAND_THRESHOLD, threshold, now_ns);
}

void lc_session_enter(struct lc_session *session, enum lc_phase phase, int64_t now_ns)
{
    session->phase = phase;
    session->phase_ns = now_ns;
    if (phase == LC_SETTING)
        set_up(session, now_ns);
}
