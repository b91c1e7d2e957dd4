/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_driver.h"

#include "session/notice.h"

#define MIN_PPS 1000
#define TARGET_BUFFER_NS (15 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (4 * BJ_NS_PER_MS)
#define STALL_NS (5 * BJ_NS_PER_MS)

/* ---- What it is ---------------------------------------------------------------------- */

static void update_name(struct shark_session *session)
{
    struct bj_dac *base = &session->base;
    const struct shark_setup *setup = &session->setup;
    const char *serial = session->device.serial, *port = session->device.port;

    if (serial[0] == '\0')
        serial = session->id.serial;
    if (port[0] == '\0')
        port = session->id.port;
    bj_dac_set_name(base, "%s", session->kind->title);
    if (serial[0] != '\0')
        bj_dac_add_name(base, " %s", serial);
    if (setup->major > 0)
        bj_dac_add_name(base, " firmware %u.%u", setup->major, setup->minor);
    if (port[0] != '\0')
        bj_dac_add_name(base, " at USB %s", port);
}

static void update_caps(struct shark_session *session)
{
    struct bj_dac_caps *caps = &session->base.caps;
    uint32_t told = session->setup.max_rate;

    caps->max_pps = session->kind->max_pps;
    if (told > 0 && told < caps->max_pps)
        caps->max_pps = told;
    caps->capacity_points = shark_session_capacity(session);
}

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status shark_driver_init(struct shark_session *session,
                                 const struct shark_kind *kind,
                                 const struct bj_dac_config *config)
{
    if (config->via.usb == NULL || !shark_parse_id(kind, config->id, &session->id))
        return BJ_BAD_ARGUMENT;
    session->kind = kind;
    session->usb = config->via.usb;
    session->base.caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = MIN_PPS,
        .min_points_per_chunk = SHARK_MIN_CHUNK_POINTS,
        .max_points_per_chunk = SHARK_TRANSFER_POINTS,
        .reports_level = true,
        .target_buffer_ns = TARGET_BUFFER_NS,
        .min_buffer_ns = MIN_BUFFER_NS,
        .stall_ns = STALL_NS,
    };
    update_caps(session);
    update_name(session);
    return BJ_OK;
}

enum bj_status shark_driver_service(void *instance, int64_t now_ns,
                                    struct bj_dac_status *status, struct bj_wait *wait)
{
    struct shark_session *session = instance;
    enum shark_phase before = session->phase;
    enum bj_status result = shark_session_service(session, now_ns, status, wait);

    if (session->phase != before) {
        update_caps(session);
        update_name(session);
    }
    return result;
}
