/* SPDX-License-Identifier: MIT */
#include "idn/idn_replies.h"

#include "idn/idn_sender.h"
#include "session/notice.h"

#define HEAR_LIMIT 32
#define ANSWER_SIZE (IDN_HEADER_SIZE + IDN_MAP_BYTES)
#define TROUBLED_NS (2 * BJ_NS_PER_S)

/* ---- Acknowledges -------------------------------------------------------------------- */

static enum bj_status validate_result(struct idn_session *session,
                                      const struct idn_ack *ack)
{
    switch (ack->result) {
    case IDN_OCCUPIED:
        return bj_dac_tell(&session->base, BJ_BUSY,
                           "other controllers hold all its sessions; trying again");
    case IDN_EXCLUDED:
        return bj_dac_tell(&session->base, BJ_REFUSED,
                           "its owner has excluded this client group");
    case IDN_BAD_PAYLOAD:
    case IDN_FAILED:
        (void)bj_dac_tell(&session->base, BJ_PROTOCOL,
                          "it does not understand what is sent (code %02x)", ack->result);
        return BJ_OK;
    default:
        return BJ_OK;
    }
}

/* Whoever waits gets the service when the other one ends. */
static enum bj_status wait_for_turn(struct idn_session *session)
{
    if (!session->busy_told)
        (void)bj_dac_tell(&session->base, BJ_BUSY,
                          "another controller plays on it; waiting for it to end");
    session->busy_told = true;
    return session->phase == IDN_PHASE_ROUTING ? BJ_OK : BJ_BUSY;
}

/* It has forgotten us, so that its light is not ours any more: begin anew, dark. */
static enum bj_status validate_input(struct idn_session *session, const struct idn_ack *ack,
                                     int64_t now_ns)
{
    if (ack->input & IDN_IN_NEW_CONNECTION && !session->fresh)
        return bj_dac_tell(&session->base, BJ_DISCONNECTED,
                           "it has restarted, or heard nothing for a second");
    session->fresh = false;
    if (ack->input & IDN_IN_SEQUENCE) {
        session->losses++;
        session->troubled_until_ns = now_ns + TROUBLED_NS;
        idn_session_configure_soon(session, now_ns);
    }
    return BJ_OK;
}

/* It does not want 16 bits; everybody wants 8. */
static void choose_plain_format(struct idn_session *session, int64_t now_ns)
{
    if (session->format == IDN_XYRGBI8)
        return;
    session->format = IDN_XYRGBI8;
    session->match = (session->match + 1) & 3;
    session->next_ask_ns = now_ns;
}

static enum bj_status validate_pipeline(struct idn_session *session,
                                        const struct idn_ack *ack, int64_t now_ns)
{
    const uint16_t lost = IDN_PIPE_CLOSED | IDN_PIPE_NO_CONFIG | IDN_PIPE_MATCH;

    if (ack->pipeline & IDN_PIPE_UNKNOWN)
        return bj_dac_tell(&session->base, BJ_NOT_FOUND, "it has no service %u any more",
                           session->service.id);
    if (ack->pipeline & IDN_PIPE_BUSY)
        return wait_for_turn(session);
    if (session->phase == IDN_PHASE_ROUTING && ack->pipeline & IDN_PIPE_NO_CONFIG)
        choose_plain_format(session, now_ns);
    if (ack->pipeline & lost)
        idn_session_configure_soon(session, now_ns);
    else
        session->routed = true;
    return BJ_OK;
}

/* Not of a packet of this connection: of the one that was aborted. */
static bool is_stale(const struct idn_session *session, uint16_t sequence)
{
    uint16_t since = (uint16_t)(session->sequence - sequence - 1);

    return since >= session->packets;
}

static enum bj_status hear_ack(struct idn_session *session, const struct idn_header *header,
                               const uint8_t *bytes, size_t size, int64_t now_ns)
{
    struct idn_ack ack;
    enum bj_status status;

    if (!idn_decode_ack(bytes, size, &ack) || is_stale(session, header->sequence))
        return BJ_OK;
    session->heard_ns = now_ns;
    session->unheard_points = 0;
    session->acks = true;
    if (session->phase == IDN_PHASE_STOPPING) {
        session->confirmed = true;
        return BJ_OK;
    }
    status = validate_result(session, &ack);
    if (status == BJ_OK)
        status = validate_input(session, &ack, now_ns);
    if (status == BJ_OK)
        status = validate_pipeline(session, &ack, now_ns);
    return status;
}

/* ---- Everything ---------------------------------------------------------------------- */

static enum bj_status hear_one(struct idn_session *session, const uint8_t *bytes,
                               size_t size, int64_t now_ns)
{
    struct idn_header header;
    const uint8_t *payload = bytes + IDN_HEADER_SIZE;

    if (!idn_decode_header(bytes, size, &header))
        return BJ_OK;
    size -= IDN_HEADER_SIZE;
    switch (header.command) {
    case IDN_SCAN_ANSWER:
        if (idn_decode_unit(payload, size, &session->unit)) {
            session->unit_known = true;
            session->heard_ns = now_ns;
            session->unheard_points = 0;
        }
        return BJ_OK;
    case IDN_MAP_ANSWER:
        session->map_known |= idn_decode_map(payload, size, &session->map);
        return BJ_OK;
    case IDN_ACK:
        return hear_ack(session, &header, payload, size, now_ns);
    default:
        return BJ_OK;
    }
}

static enum bj_status refused(struct idn_session *session)
{
    if (session->phase == IDN_PHASE_STOPPING) {
        session->phase = IDN_PHASE_STOPPED;
        return BJ_OK;
    }
    return bj_dac_tell(&session->base, BJ_REFUSED,
                       "nothing listens on its UDP port %u; is it starting up?",
                       session->peer.port);
}

enum bj_status idn_session_hear(struct idn_session *session, int64_t now_ns)
{
    struct bj_net *net = session->net;
    uint8_t bytes[ANSWER_SIZE];
    enum bj_status result = BJ_OK;

    for (int k = 0; k < HEAR_LIMIT && result == BJ_OK; k++) {
        struct bj_address from;
        size_t size = 0;
        enum bj_status status =
            net->ops->receive_from(net, session->handle, &from, bytes, sizeof bytes, &size);
        if (status == BJ_REFUSED)
            return refused(session);
        if (status != BJ_OK)
            return BJ_OK;
        result = hear_one(session, bytes, size, now_ns);
    }
    return result;
}
