/* SPDX-License-Identifier: MIT */
#include "idn/idn_opening.h"

#include "idn/idn_sender.h"
#include "session/notice.h"

#include <string.h>

#define ASK_NS (250 * BJ_NS_PER_MS)
#define NO_ANSWER_NS (2 * BJ_NS_PER_S)
#define NO_SERVICE_NS (3 * BJ_NS_PER_S)
#define ROUTE_NS (100 * BJ_NS_PER_MS)
#define ROUTE_TRIES 5
/* A service is taken over within one configuration of whoever waits for it. */
#define BUSY_NS (250 * BJ_NS_PER_MS)

void idn_session_enter(struct idn_session *session, enum idn_phase phase, int64_t now_ns)
{
    session->phase = phase;
    session->since_ns = session->next_ask_ns = now_ns;
    session->asked = 0;
}

/* ---- Asking: who is there, and which of its services --------------------------------- */

static bool is_anonymous(const uint8_t id[IDN_UNIT_SIZE])
{
    static const uint8_t nobody[IDN_UNIT_SIZE];

    return memcmp(id, nobody, IDN_UNIT_SIZE) == 0;
}

static enum bj_status validate_unit(struct idn_session *session)
{
    uint8_t status = session->unit.status;

    if (!is_anonymous(session->id) &&
        memcmp(session->id, session->unit.id, IDN_UNIT_SIZE) != 0)
        return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                           "another unit is at its address now; looking for it");
    if (status & IDN_UNIT_BROKEN)
        return bj_dac_tell(&session->base, BJ_REFUSED, "it says it is broken");
    if (status & IDN_UNIT_OFFLINE)
        return bj_dac_tell(&session->base, BJ_REFUSED,
                           "it is offline: starting up, too hot, or in emergency stop");
    if (status & IDN_UNIT_EXCLUDED)
        return bj_dac_tell(&session->base, BJ_REFUSED,
                           "its owner has excluded this client group");
    return BJ_OK;
}

static const struct idn_service *wanted(const struct idn_session *session)
{
    const struct idn_service *first = NULL;

    for (uint32_t k = 0; k < session->map.count; k++) {
        const struct idn_service *service = &session->map.services[k];
        if (session->wanted_service >= 0 && service->id == session->wanted_service)
            return service;
        if (session->wanted_service >= 0 || !idn_is_projector(service))
            continue;
        if (service->preferred)
            return service;
        if (first == NULL)
            first = service;
    }
    return first;
}

static enum bj_status complain_about_services(const struct idn_session *session)
{
    if (session->wanted_service >= 0)
        return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                           "it has no service %d now; 'beamjack list' shows what it "
                           "has",
                           session->wanted_service);
    return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                       "it has no laser output now; is one plugged in behind it?");
}

/* The answer may take its time: some look for their hardware first. Who gives none has at
 * least the default service, number 0. */
static enum bj_status choose_service(struct idn_session *session, int64_t now_ns)
{
    const struct idn_service *service = session->map_known ? wanted(session) : NULL;
    int64_t asked_ns = now_ns - session->since_ns;

    if (session->map_known && service == NULL)
        return asked_ns < NO_SERVICE_NS ? BJ_OK : complain_about_services(session);
    if (service == NULL && asked_ns < NO_ANSWER_NS)
        return BJ_OK;
    session->service = (struct idn_service){0};
    if (service != NULL)
        session->service = *service;
    else if (session->wanted_service > 0)
        session->service.id = (uint8_t)session->wanted_service;
    idn_session_enter(session, IDN_PHASE_ROUTING, now_ns);
    return BJ_OK;
}

enum bj_status idn_session_keep_asking(struct idn_session *session, int64_t now_ns)
{
    enum bj_status status = session->unit_known ? validate_unit(session) : BJ_OK;

    if (status != BJ_OK)
        return status;
    if (session->unit_known)
        status = choose_service(session, now_ns);
    else if (now_ns - session->since_ns >= NO_ANSWER_NS)
        return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                           "no answer from UDP port %u; is it on and in this network?",
                           session->peer.port);
    if (status != BJ_OK || session->phase != IDN_PHASE_ASKING)
        return status;
    if (now_ns < session->next_ask_ns)
        return BJ_OK;
    session->next_ask_ns = now_ns + ASK_NS;
    if (!session->unit_known)
        (void)idn_session_ask(session, IDN_SCAN, now_ns);
    if (idn_session_ask(session, IDN_MAP, now_ns) == BJ_WOULD_BLOCK)
        session->next_ask_ns = session->out.full_until_ns;
    return BJ_OK;
}

/* ---- Routing: a void message that leads the channel to the service ------------------- */

/* Who answers reads the dictionary too. Who does not gets what everybody understands, and
 * another match value, for it may have noted the first. */
static void open_stream(struct idn_session *session, int64_t now_ns)
{
    session->match = (session->match + 1) & 3;
    if (!session->acks)
        session->format = IDN_XYRGBI8;
    session->configs_left = IDN_FIRST_CONFIGS;
    session->heard_ns = now_ns;
    session->unheard_points = 0;
    idn_session_enter(session, IDN_PHASE_OPEN, now_ns);
}

enum bj_status idn_session_keep_routing(struct idn_session *session, int64_t now_ns)
{
    bool silent = !session->acks && session->asked == ROUTE_TRIES;

    if (session->routed || (silent && now_ns >= session->next_ask_ns)) {
        open_stream(session, now_ns);
        return BJ_OK;
    }
    if (now_ns < session->next_ask_ns)
        return BJ_OK;
    if (idn_session_send_void(session, now_ns, true, true) == BJ_WOULD_BLOCK) {
        session->next_ask_ns = session->out.full_until_ns;
        return BJ_OK;
    }
    session->asked++;
    session->next_ask_ns = now_ns + (session->acks ? BUSY_NS : ROUTE_NS);
    return BJ_OK;
}
