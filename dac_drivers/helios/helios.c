/* SPDX-License-Identifier: MIT */
#include "helios/helios.h"

#include "helios/helios_locate.h"
#include "helios/helios_probe.h"
#include "helios/helios_session.h"
#include "session/notice.h"

#include <string.h>

#define MIN_PPS 1000
/* A frame of 16 ms leaves 10 ms for a poll, its way and a late wake-up at 48 kpps; two of
 * them are in the device. */
#define TARGET_BUFFER_NS (32 * BJ_NS_PER_MS)
#define MIN_BUFFER_NS (8 * BJ_NS_PER_MS)
#define STALL_NS (10 * BJ_NS_PER_MS)

enum phase { IDLE = 0, LOCATING, PROBING, PLAYING };

struct helios {
    struct helios_session session; /* first: write is its */
    struct helios_locate locate;
    struct helios_probe probe;
    enum phase phase;
    char port[BJ_USB_PORT_SIZE]; /* where it is or was; "" never seen */
    uint32_t pps, begin_points;  /* of connect */
    bool stopped;
};

/* ---- What it is ---------------------------------------------------------------------- */

static void update_name(struct helios *dac)
{
    const char *name = dac->probe.name[0] != '\0' ? dac->probe.name
                       : dac->locate.id.by_port   ? ""
                                                  : dac->locate.id.text;
    struct bj_dac *base = &dac->session.base;

    bj_dac_set_name(base, "Helios");
    if (name[0] != '\0')
        bj_dac_add_name(base, " \"%s\"", name);
    if (dac->probe.firmware != 0)
        bj_dac_add_name(base, " (firmware %u)", dac->probe.firmware);
    if (dac->port[0] != '\0')
        bj_dac_add_name(base, " at USB %s", dac->port);
}

static double true_pps(const void *instance, uint32_t pps)
{
    const struct helios *dac = instance;
    uint32_t points = dac->session.frame_points;

    if (points == 0)
        points = (uint32_t)((int64_t)pps * TARGET_BUFFER_NS / 2 / BJ_NS_PER_S) + 1;
    return helios_frame_pps(pps, points);
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    struct helios_id parsed;

    return helios_parse_id(id, &parsed);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct helios *dac = instance;

    if (config->via.usb == NULL || !helios_parse_id(config->id, &dac->locate.id))
        return BJ_BAD_ARGUMENT;
    dac->locate.usb = config->via.usb;
    if (dac->locate.id.by_port)
        memcpy(dac->port, dac->locate.id.text, sizeof dac->port);
    helios_session_init(&dac->session, config->via.usb);
    dac->session.base.caps = (struct bj_dac_caps){
        .model = BJ_MODEL_SWAP,
        .min_pps = MIN_PPS,
        .max_pps = HELIOS_MAX_PPS,
        .capacity_points = 2 * HELIOS_MOST_POINTS,
        .min_points_per_chunk = 1,
        .max_points_per_chunk = HELIOS_MOST_POINTS,
        .reports_level = true,
        .intensity_line = true,
        .target_buffer_ns = TARGET_BUFFER_NS,
        .min_buffer_ns = MIN_BUFFER_NS,
        .stall_ns = STALL_NS,
    };
    update_name(dac);
    return BJ_OK;
}

/* ---- Connecting ---------------------------------------------------------------------- */

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct helios *dac = instance;

    dac->pps = pps;
    dac->begin_points = begin_points;
    dac->stopped = false;
    dac->phase = LOCATING;
    helios_locate_begin(&dac->locate, now_ns);
    return BJ_OK;
}

static enum bj_status explain(const struct helios *dac, enum bj_status status)
{
    const struct bj_dac *base = &dac->session.base;

    switch (status) {
    case BJ_NOT_FOUND:
        return bj_dac_tell(base, status,
                           "not plugged in; waiting for it. 'beamjack list' shows "
                           "what there is");
    case BJ_NO_PERMISSION:
        return bj_dac_tell(
            base, status,
            "no right to open it: it needs the udev rule 60-beamjack.rules that the "
            "installation brings and the group plugdev; then plug it in anew ('beamjack "
            "doctor')");
    case BJ_BUSY:
        return bj_dac_tell(base, status, "another program uses it; waiting until it ends");
    case BJ_DISCONNECTED:
        return bj_dac_tell(base, status, "unplugged; waiting for it");
    default:
        return bj_dac_tell(base, status, "cannot be opened: %s", bj_strerror(status));
    }
}

static enum bj_status locate(struct helios *dac, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = helios_locate_next(&dac->locate, now_ns, dac->port, wait);

    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    update_name(dac);
    if (status != BJ_OK)
        return explain(dac, status);
    status = helios_probe_begin(&dac->probe, &dac->session.channel, dac->port, now_ns);
    dac->phase = PROBING;
    return status == BJ_OK ? BJ_OK : explain(dac, status);
}

static bool is_wanted(const struct helios *dac)
{
    char text[HELIOS_ID_SIZE];

    helios_name_in_id(dac->probe.name, text);
    return dac->locate.id.by_port || strcmp(text, dac->locate.id.text) == 0;
}

/* Another unit, or one in use: let go of it and look at the next. */
static void look_further(struct helios *dac, enum bj_status why, int64_t now_ns,
                         struct bj_wait *wait)
{
    helios_channel_close(&dac->session.channel);
    helios_locate_reject(&dac->locate, dac->port, why);
    memset(&dac->probe, 0, sizeof dac->probe);
    dac->phase = LOCATING;
    bj_wait_until(wait, now_ns);
}

static enum bj_status probe(struct helios *dac, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status =
        helios_probe_step(&dac->probe, &dac->session.channel, now_ns, wait);

    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status == BJ_BUSY || (status == BJ_OK && !is_wanted(dac))) {
        look_further(dac, status == BJ_BUSY ? BJ_BUSY : BJ_NOT_FOUND, now_ns, wait);
        return BJ_OK;
    }
    update_name(dac);
    if (status != BJ_OK)
        return explain(dac, status);
    helios_locate_found(&dac->locate, dac->port);
    dac->phase = PLAYING;
    return helios_session_begin(&dac->session, helios_model_of(dac->probe.firmware), now_ns,
                                dac->pps, dac->begin_points);
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct helios *dac = instance;
    enum bj_status result = BJ_OK;

    *status =
        (struct bj_dac_status){.state = dac->stopped ? BJ_DAC_STOPPED : BJ_DAC_CONNECTING};
    if (dac->phase == LOCATING)
        result = locate(dac, now_ns, wait);
    if (dac->phase == PROBING && result == BJ_OK)
        result = probe(dac, now_ns, wait);
    if (dac->phase == PLAYING && result == BJ_OK)
        result = helios_session_service(&dac->session, now_ns, status, wait);
    return result;
}

/* ---- Playing ------------------------------------------------------------------------- */

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct helios *dac = instance;

    if (dac->phase == PLAYING)
        helios_session_shutter(&dac->session, now_ns, open);
}

static void let_go(struct helios *dac)
{
    if (dac->phase == PLAYING)
        helios_session_disconnect(&dac->session);
    else
        helios_channel_close(&dac->session.channel);
    dac->phase = IDLE;
}

static void stop(void *instance, int64_t now_ns)
{
    struct helios *dac = instance;

    if (dac->phase == PLAYING) {
        helios_session_stop(&dac->session, now_ns);
        return;
    }
    let_go(dac);
    dac->stopped = true;
}

static void disconnect(void *instance)
{
    struct helios *dac = instance;

    let_go(dac);
    dac->stopped = false;
}

const struct bj_dac_driver bj_helios = {
    .name = "helios",
    .title = "Helios",
    .id_form = "helios:NAME or helios:BUS-PORT as 'beamjack list' shows them",
    .instance_size = sizeof(struct helios),
    .accepts_id = accepts_id,
    .init = init,
    .true_pps = true_pps,
    .connect = connect,
    .service = service,
    .write = helios_session_write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
