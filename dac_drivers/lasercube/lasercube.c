/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube.h"

#include "lasercube/lasercube_flow_control.h"
#include "lasercube/lasercube_search.h"
#include "lasercube/lasercube_session.h"
#include "session/notice.h"

#include <string.h>

#define NOT_HEARD_NS (5 * BJ_NS_PER_S)
#define MISSED_NS (500 * BJ_NS_PER_MS) /* silent for so long: has it moved? */
#define MIN_PPS 1000
#define UNKNOWN_MAX_PPS 100000 /* until it is connected */
#define STALL_NS (30 * BJ_NS_PER_MS)

struct lasercube {
    struct lc_session session; /* first: some slots are its */
    struct lc_search search;
    struct bj_address address; /* where it is or was; ip 0 = never seen */
    bool serial_known;
    uint8_t serial[LC_SERIAL_SIZE];

    uint32_t infos; /* heard when the name was made */
    bool searching; /* connect was called, and no address is known */
    int64_t search_since_ns;
    uint32_t pps, begin_points; /* of connect */
};

/* ---- What it is ---------------------------------------------------------------------- */

static void update_name(struct lasercube *dac)
{
    const struct lc_info *info = &dac->session.info;
    struct bj_dac *base = &dac->session.base;
    uint32_t ip = dac->address.ip;
    char id[LC_ID_SIZE];

    bj_dac_set_name(base, "%s", info->name[0] != '\0' ? info->name : "LaserCube");
    if (dac->serial_known) {
        lc_format_id(dac->serial, id);
        bj_dac_add_name(base, " (%s)", strchr(id, ':') + 1);
    }
    if (dac->session.infos > 0)
        bj_dac_add_name(base, " firmware %u.%u", info->major, info->minor);
    if (ip != 0)
        bj_dac_add_name(base, " at %u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                        ip & 255);
}

static void update_caps(struct lasercube *dac)
{
    const struct lc_info *info = &dac->session.info;
    const struct lc_way *way = lc_way_of(info);
    struct bj_dac_caps *caps = &dac->session.base.caps;

    caps->capacity_points = lc_usable_points(info->ring_points);
    caps->target_buffer_ns = way->target_buffer_ns;
    caps->min_buffer_ns = way->min_buffer_ns;
    if (dac->session.infos > 0)
        caps->max_pps = info->max_rate;
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    static const char direct[] = "lasercube@";
    uint8_t serial[LC_SERIAL_SIZE];

    return (strncmp(id, direct, sizeof direct - 1) == 0 && strchr(id, '/') == NULL) ||
           lc_parse_id(id, serial);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct lasercube *dac = instance;

    dac->serial_known = lc_parse_id(config->id, dac->serial);
    dac->address = config->address;
    if (config->via.net == NULL || (!dac->serial_known && dac->address.ip == 0))
        return BJ_BAD_ARGUMENT;
    if (dac->address.port == 0)
        dac->address.port = LC_COMMAND_PORT;
    lc_session_init(&dac->session, config->via.net);
    dac->session.base.caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = MIN_PPS,
        .max_pps = UNKNOWN_MAX_PPS,
        .min_points_per_chunk = 1,
        .max_points_per_chunk = LC_MAX_POINTS,
        .reports_level = true,
        .stall_ns = STALL_NS,
    };
    update_caps(dac);
    update_name(dac);
    return BJ_OK;
}

static void finish(void *instance)
{
    struct lasercube *dac = instance;

    lc_search_close(&dac->search);
}

/* ---- Where it is --------------------------------------------------------------------- */

/* True: it answered, and not from where it was. */
static bool has_moved(struct lasercube *dac)
{
    struct lc_info info;
    struct bj_address from;
    bool moved = false;

    for (int k = 0; k < LC_HEAR_LIMIT && lc_search_next(&dac->search, &info, &from); k++) {
        if (!dac->serial_known || memcmp(info.serial, dac->serial, sizeof dac->serial) != 0)
            continue;
        moved = moved || from.ip != dac->address.ip || from.port != dac->address.port;
        dac->address = from;
    }
    return moved;
}

static enum bj_status dial(struct lasercube *dac, int64_t now_ns)
{
    dac->searching = false;
    dac->session.serial = dac->serial_known ? dac->serial : NULL;
    update_name(dac);
    return lc_session_connect(&dac->session, dac->address, now_ns, dac->pps,
                              dac->begin_points);
}

static enum bj_status not_heard(struct lasercube *dac)
{
    return bj_dac_tell(&dac->session.base, BJ_NOT_FOUND,
                       "not heard on the network; is it on and in the same network? A "
                       "firewall must let answers from UDP port %u in; or give its "
                       "address as lasercube@HOST",
                       LC_COMMAND_PORT);
}

/* Asks around while there is no contact, if asking around can help. */
static enum bj_status look_around(struct lasercube *dac, int64_t now_ns,
                                  struct bj_wait *wait)
{
    struct lc_session *session = &dac->session;
    bool missed = session->phase == LC_ASKING ||
                  (session->phase == LC_WORKING && now_ns - session->heard_ns > MISSED_NS);

    if (dac->search.open && session->phase == LC_WORKING && !missed)
        bj_wait_until(wait, session->heard_ns + MISSED_NS + 1);
    if (!dac->search.open || !(dac->searching || missed))
        return BJ_OK;
    lc_search_ask(&dac->search, now_ns);
    bj_wait_until(wait, dac->search.next_ns);
    bj_wait_handle(wait, dac->search.handle, BJ_WAIT_READ);
    if (has_moved(dac)) {
        if (session->phase == LC_WORKING)
            return bj_dac_tell(&session->base, BJ_DISCONNECTED,
                               "has a new address; following it");
        lc_session_disconnect(session);
        return dial(dac, now_ns);
    }
    if (dac->searching && now_ns - dac->search_since_ns >= NOT_HEARD_NS)
        return not_heard(dac);
    if (dac->searching)
        bj_wait_until(wait, dac->search_since_ns + NOT_HEARD_NS);
    return BJ_OK;
}

/* The first answer of a connection tells who it is. */
static void learn(struct lasercube *dac)
{
    const struct lc_info *info = &dac->session.info;

    if (dac->session.stranger)
        dac->address.ip = 0; /* look for it */
    if (dac->session.stranger || dac->session.infos == 0 || dac->infos > 0)
        return;
    dac->infos = dac->session.infos;
    memcpy(dac->serial, info->serial, sizeof dac->serial);
    dac->serial_known = lc_has_serial(info);
    update_caps(dac);
    update_name(dac);
}

/* ---- Slots --------------------------------------------------------------------------- */

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct lasercube *dac = instance;
    enum bj_status deaf = BJ_OK;

    dac->pps = pps;
    dac->begin_points = begin_points;
    dac->infos = 0;
    dac->session.stranger = false;
    if (dac->serial_known && !dac->search.open)
        deaf = lc_search_open(&dac->search, dac->session.net);
    if (dac->address.ip != 0)
        return dial(dac, now_ns);
    if (deaf != BJ_OK)
        return bj_dac_tell(&dac->session.base, deaf, "cannot look for it: %s",
                           bj_strerror(deaf));
    dac->searching = true;
    dac->search_since_ns = now_ns;
    dac->search.next_ns = now_ns;
    return BJ_OK;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct lasercube *dac = instance;
    enum bj_status result = look_around(dac, now_ns, wait);

    if (result == BJ_OK)
        result = lc_session_service(&dac->session, now_ns, status, wait);
    learn(dac);
    return result;
}

static void stop(void *instance, int64_t now_ns)
{
    struct lasercube *dac = instance;

    dac->searching = false;
    lc_session_stop(&dac->session, now_ns);
}

static void disconnect(void *instance)
{
    struct lasercube *dac = instance;

    dac->searching = false;
    lc_session_disconnect(&dac->session);
}

const struct bj_dac_driver bj_lasercube = {
    .name = "lasercube",
    .title = "LaserCube",
    .id_form = "lasercube:SERIAL or lasercube@HOST[:PORT]",
    .instance_size = sizeof(struct lasercube),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .true_pps = lc_session_true_pps,
    .connect = connect,
    .service = service,
    .write = lc_session_write,
    .shutter = lc_session_shutter,
    .stop = stop,
    .disconnect = disconnect,
};
