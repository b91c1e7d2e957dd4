/* SPDX-License-Identifier: MIT */
#include "idn/idn.h"

#include "idn/idn_finder.h"
#include "idn/idn_identity.h"
#include "idn/idn_session.h"
#include "session/notice.h"

#include <string.h>

#define NOT_FOUND_NS (5 * BJ_NS_PER_S)
/* The open receiver keeps 40 ms and cuts slices of 10 to 15 ms. */
#define TARGET_BUFFER_NS (50 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (15 * BJ_NS_PER_MS)
#define STALL_NS (10 * BJ_NS_PER_MS)

struct idn_dac {
    struct idn_session session; /* first: some slots are its */
    struct idn_finder finder;
    struct bj_net *net;
    struct bj_address address; /* where it is or was; ip 0 = never seen */
    bool has_id;               /* it may be anywhere */
    bool searching, stopped;
    int64_t search_since_ns;
    int64_t lead_ns; /* of connect */
};

/* ---- What it is ---------------------------------------------------------------------- */

static const struct bj_dac_caps idn_caps = {
    .model = BJ_MODEL_TIMED,
    .min_pps = IDN_MIN_PPS,
    .max_pps = IDN_MAX_PPS,
    .min_points_per_chunk = IDN_LEAST_SAMPLES,
    .max_points_per_chunk = IDN_CHUNK_POINTS,
    .target_buffer_ns = TARGET_BUFFER_NS,
    .min_buffer_ns = MIN_BUFFER_NS,
    .stall_ns = STALL_NS,
};

static void update_name(struct idn_dac *dac)
{
    const struct idn_session *session = &dac->session;
    struct bj_dac *base = &dac->session.base;
    uint32_t ip = dac->address.ip;
    char id[IDN_ID_SIZE];

    bj_dac_set_name(base, "IDN");
    if (session->unit_known && session->unit.host[0] != '\0')
        bj_dac_add_name(base, " %s", session->unit.host);
    if (session->unit_known && session->service.name[0] != '\0')
        bj_dac_add_name(base, " %s", session->service.name);
    if (dac->has_id) {
        idn_format_id(session->id, session->wanted_service, id);
        bj_dac_add_name(base, " (%s)", strchr(id, ':') + 1);
    }
    if (ip != 0)
        bj_dac_add_name(base, " at %u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                        ip & 255);
    if (ip != 0 && dac->address.port != IDN_PORT)
        bj_dac_add_name(base, ":%u", dac->address.port);
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    uint8_t unit[IDN_UNIT_SIZE];
    int service;

    return idn_parse_address(id, &service) || idn_parse_id(id, unit, &service);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct idn_dac *dac = instance;
    struct idn_session *session = &dac->session;

    dac->net = config->via.net;
    dac->address = config->address;
    dac->has_id = idn_parse_id(config->id, session->id, &session->wanted_service);
    if (dac->net == NULL || (!dac->has_id && dac->address.ip == 0))
        return BJ_BAD_ARGUMENT;
    if (!dac->has_id) {
        memset(session->id, 0, sizeof session->id);
        (void)idn_parse_address(config->id, &session->wanted_service);
    }
    if (dac->address.port == 0)
        dac->address.port = IDN_PORT;
    session->net = dac->net;
    session->base.caps = idn_caps;
    update_name(dac);
    return BJ_OK;
}

static void finish(void *instance)
{
    struct idn_dac *dac = instance;

    idn_finder_close(&dac->finder);
}

/* ---- Connection ---------------------------------------------------------------------- */

static enum bj_status dial(struct idn_dac *dac, int64_t now_ns)
{
    dac->searching = false;
    idn_finder_close(&dac->finder);
    update_name(dac);
    return idn_session_connect(&dac->session, dac->address, now_ns, dac->lead_ns);
}

/* Where it answered first is where it is. */
static bool finds_it(struct idn_dac *dac)
{
    struct idn_sighting sighting;
    struct idn_unit unit;

    for (int k = 0; k < IDN_FINDER_LIMIT && idn_finder_next(&dac->finder, &sighting); k++) {
        if (sighting.command == IDN_SCAN_ANSWER &&
            idn_decode_unit(sighting.payload, sighting.size, &unit) &&
            memcmp(unit.id, dac->session.id, IDN_UNIT_SIZE) == 0) {
            dac->address = sighting.from;
            return true;
        }
    }
    return false;
}

static enum bj_status search(struct idn_dac *dac, int64_t now_ns, struct bj_wait *wait)
{
    if (finds_it(dac))
        return dial(dac, now_ns);
    if (now_ns - dac->search_since_ns >= NOT_FOUND_NS)
        return bj_dac_tell(&dac->session.base, BJ_NOT_FOUND,
                           "no answer on any network; is it on and in the same "
                           "subnet? Its address can be given as idn@HOST");
    idn_finder_step(&dac->finder, now_ns, wait);
    bj_wait_until(wait, dac->search_since_ns + NOT_FOUND_NS);
    return BJ_OK;
}

/* A unit with an id is asked for everywhere each time, and where it was last as well. The
 * engine begins with half the target buffer. */
static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct idn_dac *dac = instance;
    enum bj_status status;

    if (pps < IDN_MIN_PPS || pps > IDN_MAX_PPS)
        return BJ_BAD_ARGUMENT;
    dac->stopped = false;
    dac->lead_ns = idn_points_ns(2 * (uint64_t)begin_points, pps);
    if (!dac->has_id)
        return dial(dac, now_ns);
    status = idn_finder_open(&dac->finder, dac->net);
    if (status != BJ_OK && dac->address.ip != 0)
        return dial(dac, now_ns);
    if (status != BJ_OK)
        return bj_dac_tell(&dac->session.base, status,
                           "cannot look for it: %s; its address can be given as "
                           "idn@HOST",
                           bj_strerror(status));
    dac->finder.also = dac->address;
    dac->searching = true;
    dac->search_since_ns = now_ns;
    return BJ_OK;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct idn_dac *dac = instance;
    enum idn_phase before = dac->session.phase;
    enum bj_status result = BJ_OK;

    *status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    if (dac->searching)
        result = search(dac, now_ns, wait);
    if (result == BJ_OK && !dac->searching && dac->session.phase != IDN_PHASE_CLOSED)
        result = idn_session_service(&dac->session, now_ns, status, wait);
    if (dac->stopped && dac->session.phase == IDN_PHASE_CLOSED)
        status->state = BJ_DAC_STOPPED;
    if (dac->session.phase != before)
        update_name(dac);
    return result;
}

static void stop_search(struct idn_dac *dac)
{
    dac->searching = false;
    idn_finder_close(&dac->finder);
}

static void stop(void *instance, int64_t now_ns)
{
    struct idn_dac *dac = instance;

    stop_search(dac);
    dac->stopped = true;
    idn_session_stop(&dac->session, now_ns);
}

static void disconnect(void *instance)
{
    struct idn_dac *dac = instance;

    stop_search(dac);
    idn_session_disconnect(&dac->session);
}

const struct bj_dac_driver bj_idn = {
    .name = "idn",
    .title = "IDN",
    .id_form = "idn:UNITID[-SERVICE] or idn@HOST[:PORT][/SERVICE]",
    .instance_size = sizeof(struct idn_dac),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .connect = connect,
    .service = service,
    .write = idn_session_write,
    .shutter = idn_session_shutter,
    .stop = stop,
    .disconnect = disconnect,
};
