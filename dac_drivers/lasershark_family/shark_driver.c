/* SPDX-License-Identifier: MIT */
#include "shark_driver.h"

#include <stdio.h>

#define MIN_PPS 1000
#define TARGET_BUFFER_NS (15 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (4 * BJ_NS_PER_MS)
#define STALL_NS (5 * BJ_NS_PER_MS)

/* ---- What it is ---------------------------------------------------------------------- */

static void update_name(struct shark_driver *dac)
{
    const struct shark_session *session = &dac->session;
    const struct shark_setup *setup = &session->setup;
    const char *serial = session->device.serial, *port = session->device.port;
    int at = snprintf(dac->name, sizeof dac->name, "%s", session->kind->title);

    if (serial[0] == '\0')
        serial = session->id.serial;
    if (port[0] == '\0')
        port = session->id.port;
    if (serial[0] != '\0')
        at += snprintf(dac->name + at, sizeof dac->name - (size_t)at, " %s", serial);
    if (setup->major > 0)
        at += snprintf(dac->name + at, sizeof dac->name - (size_t)at, " firmware %u.%u",
                       setup->major, setup->minor);
    if (port[0] != '\0')
        (void)snprintf(dac->name + at, sizeof dac->name - (size_t)at, " at USB %s", port);
}

static void update_caps(struct shark_driver *dac)
{
    const struct shark_session *session = &dac->session;
    uint32_t told = session->setup.max_rate;

    dac->caps.max_pps = session->kind->max_pps;
    if (told > 0 && told < dac->caps.max_pps)
        dac->caps.max_pps = told;
    dac->caps.capacity_points = shark_session_capacity(session);
}

const struct bj_dac_caps *shark_driver_caps(const void *instance)
{
    const struct shark_driver *dac = instance;

    return &dac->caps;
}

const char *shark_driver_describe(const void *instance)
{
    const struct shark_driver *dac = instance;

    return dac->name;
}

double shark_driver_true_pps(const void *instance, uint32_t pps)
{
    const struct shark_driver *dac = instance;

    return shark_session_hz(&dac->session, pps);
}

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status shark_driver_init(struct shark_driver *dac, const struct shark_kind *kind,
                                 const struct bj_dac_config *config,
                                 const struct bj_dac_events *events, void *engine)
{
    struct shark_session *session = &dac->session;

    if (config->via.usb == NULL || !shark_parse_id(kind, config->id, &session->id))
        return BJ_BAD_ARGUMENT;
    dac->events = *events;
    session->events = &dac->events;
    session->engine = engine;
    session->name = dac->name;
    session->kind = kind;
    session->usb = config->via.usb;
    dac->caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = MIN_PPS,
        .min_points_per_chunk = SHARK_MIN_CHUNK_POINTS,
        .max_points_per_chunk = SHARK_TRANSFER_POINTS,
        .reports_level = true,
        .target_buffer_ns = TARGET_BUFFER_NS,
        .min_buffer_ns = MIN_BUFFER_NS,
        .stall_ns = STALL_NS,
    };
    update_caps(dac);
    update_name(dac);
    return BJ_OK;
}

void shark_driver_finish(void *instance)
{
    shark_driver_disconnect(instance);
}

enum bj_status shark_driver_connect(void *instance, int64_t now_ns, uint32_t pps,
                                    uint32_t begin_points)
{
    struct shark_driver *dac = instance;

    return shark_session_connect(&dac->session, now_ns, pps, begin_points);
}

enum bj_status shark_driver_service(void *instance, int64_t now_ns,
                                    struct bj_dac_status *status, struct bj_wait *wait)
{
    struct shark_driver *dac = instance;
    enum shark_phase before = dac->session.phase;
    enum bj_status result = shark_session_service(&dac->session, now_ns, status, wait);

    if (dac->session.phase != before) {
        update_caps(dac);
        update_name(dac);
    }
    return result;
}

enum bj_status shark_driver_write(void *instance, int64_t now_ns,
                                  const struct bj_chunk *chunk, uint32_t *taken)
{
    struct shark_driver *dac = instance;

    return shark_session_write(&dac->session, now_ns, chunk, taken);
}

void shark_driver_shutter(void *instance, int64_t now_ns, bool open)
{
    struct shark_driver *dac = instance;

    shark_session_shutter(&dac->session, now_ns, open);
}

void shark_driver_stop(void *instance, int64_t now_ns)
{
    struct shark_driver *dac = instance;

    shark_session_stop(&dac->session, now_ns);
}

void shark_driver_disconnect(void *instance)
{
    struct shark_driver *dac = instance;

    shark_session_disconnect(&dac->session);
}
