/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream.h"

#include "ether_dream/ether_dream_listener.h"
#include "ether_dream/ether_dream_session.h"
#include "session/notice.h"

#include <string.h>

#define NOT_HEARD_NS (5 * BJ_NS_PER_S)
#define FIRST_HEARING_NS                                                                   \
    (1200 * BJ_NS_PER_MS) /* devices announce themselves every second */
#define MIN_PPS 1000
#define TARGET_BUFFER_NS (50 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (10 * BJ_NS_PER_MS)
/* replies of a wired second generation device were seen to take 20 to 35 ms */
#define STALL_NS (20 * BJ_NS_PER_MS)

struct ether_dream {
    struct ed_session session; /* first: some slots are its */
    struct ed_listener listener;
    struct bj_address address; /* where it is or was; ip 0 = never seen */
    bool mac_known;
    uint8_t mac[6];

    bool heard;              /* an announcement told what it is */
    uint32_t capacity;       /* as announced */
    bool searching, patient; /* connect was called; it may still announce itself */
    int64_t search_since_ns;
    uint32_t pps, begin_points; /* of connect */
};

/* ---- What it is ---------------------------------------------------------------------- */

static void update_name(struct ether_dream *dac)
{
    const struct ed_session *session = &dac->session;
    const uint8_t *mac = dac->mac;
    struct bj_dac *base = &dac->session.base;
    uint32_t ip = dac->address.ip;

    bj_dac_set_name(base, "%s", session->model->title);
    if (dac->mac_known)
        bj_dac_add_name(base, " (%02x:%02x:%02x:%02x:%02x:%02x)", mac[0], mac[1], mac[2],
                        mac[3], mac[4], mac[5]);
    if (session->version[0] != '\0')
        bj_dac_add_name(base, " %s", session->version);
    if (ip != 0)
        bj_dac_add_name(base, " at %u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                        ip & 255);
}

static void update_caps(struct ether_dream *dac)
{
    struct ed_session *session = &dac->session;

    session->base.caps.max_pps = session->max_rate;
    session->base.caps.capacity_points = session->capacity - 1; /* see usable_capacity */
    session->base.caps.min_queued_points = session->model->min_queued;
}

static double true_pps(const void *instance, uint32_t pps)
{
    const struct ether_dream *dac = instance;
    uint32_t timer_hz = dac->session.model->timer_hz;

    if (timer_hz == 0 || pps == 0 || pps > timer_hz)
        return pps;
    return (double)timer_hz / (timer_hz / pps);
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    static const char direct[] = "etherdream@";
    uint8_t mac[6];

    return (strncmp(id, direct, sizeof direct - 1) == 0 && strchr(id, '/') == NULL) ||
           ed_parse_id(id, mac);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct ether_dream *dac = instance;

    dac->mac_known = ed_parse_id(config->id, dac->mac);
    dac->address = config->address;
    if (config->via.net == NULL || (!dac->mac_known && dac->address.ip == 0))
        return BJ_BAD_ARGUMENT;
    if (dac->address.port == 0)
        dac->address.port = ED_TCP_PORT;
    dac->patient = true;
    ed_session_init(&dac->session, config->via.net);
    dac->session.base.caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = MIN_PPS,
        .follows_pps = true,
        .min_points_per_chunk = ED_MIN_CHUNK_POINTS,
        .max_points_per_chunk = ED_CHUNK_POINTS,
        .reports_level = true,
        .intensity_line = true,
        .target_buffer_ns = TARGET_BUFFER_NS,
        .min_buffer_ns = MIN_BUFFER_NS,
        .stall_ns = STALL_NS,
    };
    update_caps(dac);
    update_name(dac);
    return BJ_OK;
}

static void finish(void *instance)
{
    struct ether_dream *dac = instance;

    ed_listener_close(&dac->listener);
}

/* ---- Announcements ------------------------------------------------------------------- */

/* Ours by its MAC; or, while that is unknown, by the address we were given. Behind another
 * port than the usual one there may be several devices at one address. */
static bool is_ours(const struct ether_dream *dac, const struct ed_broadcast *broadcast,
                    struct bj_address from)
{
    if (dac->mac_known)
        return memcmp(dac->mac, broadcast->mac, sizeof dac->mac) == 0;
    return from.ip == dac->address.ip && dac->address.port == ED_TCP_PORT;
}

static void learn(struct ether_dream *dac, const struct ed_broadcast *broadcast,
                  struct bj_address from)
{
    struct ed_session *session = &dac->session;

    memcpy(dac->mac, broadcast->mac, sizeof dac->mac);
    dac->mac_known = true;
    if (from.ip != dac->address.ip) {
        dac->address.ip = from.ip;
        session->version[0] = '\0';
    }
    session->model = ed_model_of(broadcast->hw_revision);
    session->channel.window_bytes = session->model->window_bytes;
    session->max_rate = broadcast->max_rate;
    dac->heard = true;
    dac->capacity = broadcast->capacity;
    if (session->phase == ED_CLOSED || broadcast->capacity < session->capacity)
        session->capacity = broadcast->capacity;
    session->has_version = broadcast->sw_revision >= 2 && !session->version_failed;
    update_caps(dac);
    update_name(dac);
}

static void listen(struct ether_dream *dac)
{
    struct ed_broadcast broadcast;
    struct bj_address from;

    for (int i = 0; i < ED_LISTEN_LIMIT; i++) {
        if (!ed_listener_next(&dac->listener, &broadcast, &from))
            return;
        if (is_ours(dac, &broadcast, from))
            learn(dac, &broadcast, from);
    }
}

/* ---- Connection ---------------------------------------------------------------------- */

static enum bj_status dial(struct ether_dream *dac, int64_t now_ns)
{
    dac->searching = dac->patient = false;
    if (dac->heard)
        dac->session.capacity = dac->capacity;
    return ed_session_connect(&dac->session, dac->address, now_ns, dac->pps,
                              dac->begin_points);
}

/* Generation, capacity and rates are worth a second of the first connection. */
static enum bj_status search(struct ether_dream *dac, int64_t now_ns)
{
    int64_t searched_ns = now_ns - dac->search_since_ns;

    if (dac->address.ip != 0 &&
        (dac->heard || !dac->patient || searched_ns >= FIRST_HEARING_NS))
        return dial(dac, now_ns);
    if (searched_ns < NOT_HEARD_NS)
        return BJ_OK;
    return bj_dac_tell(&dac->session.base, BJ_NOT_FOUND,
                       "not heard on the network; is it on and in the same subnet? "
                       "A firewall must let UDP port 7654 in, or give its address "
                       "as etherdream@HOST");
}

/* The listener stays open from the first connect to finish: what is announced between two
 * attempts decides where the next one goes. */
static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct ether_dream *dac = instance;
    enum bj_status deaf = BJ_OK;

    dac->pps = pps;
    dac->begin_points = begin_points;
    if (!dac->listener.open)
        deaf = ed_listener_open(&dac->listener, dac->session.channel.net);
    if (deaf != BJ_OK && dac->address.ip == 0)
        return bj_dac_tell(&dac->session.base, deaf,
                           "cannot listen for it on UDP port 7654: %s; give its address "
                           "as etherdream@HOST",
                           bj_strerror(deaf));
    dac->patient = dac->patient && deaf == BJ_OK;
    dac->searching = true;
    dac->search_since_ns = now_ns;
    listen(dac);
    return search(dac, now_ns);
}

static bool moved_while_dialling(const struct ether_dream *dac)
{
    return dac->session.phase == ED_DIALLING && dac->session.peer.ip != dac->address.ip;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct ether_dream *dac = instance;
    bool versioned = dac->session.version[0] != '\0';
    enum bj_status result = BJ_OK;

    listen(dac);
    if (dac->listener.open)
        bj_wait_handle(wait, dac->listener.handle, BJ_WAIT_READ);
    if (dac->searching)
        result = search(dac, now_ns);
    else if (moved_while_dialling(dac))
        result = dial(dac, now_ns);
    if (result != BJ_OK)
        return result;
    if (dac->searching)
        bj_wait_until(wait, dac->search_since_ns +
                                (dac->address.ip != 0 ? FIRST_HEARING_NS : NOT_HEARD_NS));
    result = ed_session_service(&dac->session, now_ns, status, wait);
    update_caps(dac);
    if (!versioned && dac->session.version[0] != '\0')
        update_name(dac);
    return result;
}

static void stop(void *instance, int64_t now_ns)
{
    struct ether_dream *dac = instance;

    dac->searching = false;
    ed_session_stop(&dac->session, now_ns);
}

static void disconnect(void *instance)
{
    struct ether_dream *dac = instance;

    dac->searching = false;
    ed_session_disconnect(&dac->session);
}

const struct bj_dac_driver bj_ether_dream = {
    .name = "etherdream",
    .title = "Ether Dream",
    .id_form = "etherdream:MAC or etherdream@HOST[:PORT]",
    .instance_size = sizeof(struct ether_dream),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .true_pps = true_pps,
    .connect = connect,
    .service = service,
    .write = ed_session_write,
    .shutter = ed_session_shutter,
    .stop = stop,
    .disconnect = disconnect,
};
