/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_sequencer.h"

#define NUDGE_NS (200 * BJ_NS_PER_MS) /* frees replies the first generation holds back */
#define PING_NS (100 * BJ_NS_PER_MS)
#define WATCH_PING_NS (50 * BJ_NS_PER_MS)
#define BATCH_PING_NS (BJ_NS_PER_MS / 2)
#define BATCH_PING_SPREAD_NS (5 * BJ_NS_PER_MS)
#define CLEAR_NS BJ_NS_PER_S
#define REPAIR_NS BJ_NS_PER_S
#define BEGIN_ANYWAY_NS (100 * BJ_NS_PER_MS)
#define STUCK_STOP_NS (100 * BJ_NS_PER_MS)

static const char control_commands[] = {ED_PREPARE, ED_STOP,    ED_BEGIN,
                                        ED_CLEAR,   ED_VERSION, '\0'};

/* One point stays free: some devices refuse a write that fills the ring exactly. */
static uint32_t usable_capacity(const struct ed_session *session)
{
    return session->capacity - 1;
}

/* ---- Commands ------------------------------------------------------------------------ */

void ed_session_send_rate(struct ed_session *session, uint8_t op, uint32_t rate,
                          int64_t now_ns)
{
    uint8_t *bytes;
    size_t size;

    if (!ed_channel_fits(&session->channel, ED_BEGIN_SIZE, false))
        return;
    bytes = ed_channel_stage(&session->channel);
    if (op == ED_BEGIN)
        size = ed_encode_begin(bytes, rate);
    else if (op == ED_UPDATE)
        size = ed_encode_update(bytes, rate);
    else
        size = ed_encode_queue_rate(bytes, rate);
    ed_channel_commit(&session->channel, size, 0, now_ns);
}

void ed_session_send(struct ed_session *session, uint8_t op, int64_t now_ns)
{
    if (!ed_channel_fits(&session->channel, 1, false))
        return;
    *ed_channel_stage(&session->channel) = op;
    ed_channel_commit(&session->channel, 1, 0, now_ns);
}

void ed_session_flush(struct ed_session *session, int64_t now_ns)
{
    session->flushing = true;
    session->lost_points += ed_channel_drop_unsent(&session->channel);
    if (!ed_channel_awaits(&session->channel, "s", NULL))
        ed_session_send(session, ED_STOP, now_ns);
    (void)ed_channel_flush(&session->channel, now_ns);
}

/* ---- Steering ------------------------------------------------------------------------ */

uint32_t ed_session_prepared_room(const struct ed_session *session)
{
    uint32_t held = session->device.fullness + ed_channel_points(&session->channel);

    return held < usable_capacity(session) ? usable_capacity(session) - held : 0;
}

static bool begin_is_due(const struct ed_session *session, int64_t now_ns)
{
    uint32_t queued = session->device.fullness;
    uint32_t threshold = session->begin_points;

    if (threshold < session->model->min_queued + ED_MIN_CHUNK_POINTS)
        threshold = session->model->min_queued + ED_MIN_CHUNK_POINTS;
    return queued > 0 && (queued >= threshold ||
                          (ed_session_prepared_room(session) == 0 &&
                           ed_channel_points(&session->channel) == 0) ||
                          now_ns - session->last_write_ns >= BEGIN_ANYWAY_NS);
}

static void begin(struct ed_session *session, int64_t now_ns)
{
    session->begun = true;
    ed_session_send_rate(session, ED_BEGIN, session->begin_rate, now_ns);
}

static void clear_if_wanted(struct ed_session *session, int64_t now_ns)
{
    bool ours = ed_estop_is_ours(&session->estop, now_ns);

    if ((!session->clear_wanted && !ours) || now_ns < session->next_clear_ns)
        return;
    session->clear_wanted = false;
    session->next_clear_ns = now_ns + CLEAR_NS;
    ed_session_send(session, ED_CLEAR, now_ns);
}

/* The rate queue drops what does not fit and what comes while idle, without a word. */
static void repair_rate(struct ed_session *session, int64_t now_ns)
{
    uint32_t reported = session->device.point_rate;
    uint32_t wrong_by =
        reported > session->rate ? reported - session->rate : session->rate - reported;

    if (session->points_since_rate < session->capacity || wrong_by <= session->rate / 100 ||
        now_ns < session->next_repair_ns)
        return;
    session->next_repair_ns = now_ns + REPAIR_NS;
    ed_session_send_rate(session, ED_UPDATE, session->rate, now_ns);
}

/* One step from where the device is to where it should be. */
static void send_next(struct ed_session *session, int64_t now_ns)
{
    const struct ed_status *device = &session->device;
    bool ours = ed_estop_is_ours(&session->estop, now_ns);

    if (ed_channel_awaits(&session->channel, control_commands, NULL))
        return;
    if (session->stopping && !session->owner && !(ours && device->light == ED_LIGHT_ESTOP))
        session->phase = ED_STOPPED;
    else if (device->light != ED_LIGHT_READY)
        clear_if_wanted(session, now_ns);
    else if (device->playback == ED_IDLE)
        ed_session_send(session, ED_PREPARE, now_ns);
    else if (!session->owner || session->flushing || session->stopping)
        ed_session_send(session, ED_STOP, now_ns);
    else if (device->playback == ED_PLAYING)
        repair_rate(session, now_ns);
    else if (begin_is_due(session, now_ns))
        begin(session, now_ns);
}

/* A device that counts in batches is asked at times that do not keep time with its data:
 * each answer falls elsewhere in a batch, and together they find its ends. */
static int64_t ping_pause_ns(const struct ed_session *session)
{
    uint32_t mixed = (uint32_t)(session->channel.sent_ns / 1000) * 0x9e3779b9u;

    mixed = (mixed ^ mixed >> 16) * 0x85ebca6bu;
    double place = (mixed ^ mixed >> 13) / 4294967296.0; /* anywhere from 0 to 1 */

    if (session->phase == ED_WATCHING)
        return WATCH_PING_NS;
    if (session->model->min_queued == 0 || session->device.playback != ED_PLAYING)
        return PING_NS;
    return BATCH_PING_NS + (int64_t)(place * BATCH_PING_SPREAD_NS);
}

static int64_t next_ping_ns(const struct ed_session *session)
{
    int64_t quiet = session->channel.sent_ns;

    if (session->channel.count == 0)
        return quiet + ping_pause_ns(session);
    if (session->channel.progress_ns > quiet)
        quiet = session->channel.progress_ns;
    return quiet + NUDGE_NS;
}

/* Not while a version reply is due: only its order tells that one from others. */
static void keep_alive(struct ed_session *session, int64_t now_ns)
{
    bool greeted = session->phase != ED_GREETING;
    bool nothing_unsent = session->channel.tx_begin == session->channel.tx_end;

    if (greeted && nothing_unsent && now_ns >= next_ping_ns(session) &&
        session->channel.count < ED_WINDOW_COMMANDS &&
        !ed_channel_awaits(&session->channel, "v", NULL))
        ed_session_send(session, ED_PING, now_ns);
}

static void rescue_stop(struct ed_session *session, int64_t now_ns)
{
    struct ed_pending stop;

    if (ed_channel_awaits(&session->channel, "s", &stop) &&
        now_ns - stop.queued_ns >= STUCK_STOP_NS)
        ed_estop_fire(&session->estop, session->peer, now_ns);
}

void ed_sequencer_step(struct ed_session *session, int64_t now_ns)
{
    if (session->phase == ED_WORKING)
        send_next(session, now_ns);
    keep_alive(session, now_ns);
    rescue_stop(session, now_ns);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void ed_sequencer_waits(const struct ed_session *session, int64_t now_ns,
                        struct bj_wait *wait)
{
    struct ed_pending stop;

    if (next_ping_ns(session) > now_ns)
        bj_wait_until(wait, next_ping_ns(session));
    if ((session->clear_wanted || ed_estop_is_ours(&session->estop, now_ns)) &&
        session->device.light != ED_LIGHT_READY && session->next_clear_ns > now_ns)
        bj_wait_until(wait, session->next_clear_ns);
    if (ed_channel_awaits(&session->channel, "s", &stop) && session->estop.handle < 0)
        bj_wait_until(wait, later(stop.queued_ns + STUCK_STOP_NS, session->estop.again_ns));
    if (session->owner && session->device.playback == ED_PREPARED &&
        session->last_write_ns + BEGIN_ANYWAY_NS > now_ns)
        bj_wait_until(wait, session->last_write_ns + BEGIN_ANYWAY_NS);
}
