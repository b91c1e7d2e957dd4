/* SPDX-License-Identifier: MIT */
#include "ether_dream_session.h"

#include <stdarg.h>
#include <stdio.h>

#define DIAL_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define REPLY_NOTICE_NS (500 * BJ_NS_PER_MS)
#define REPLY_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define NUDGE_NS (200 * BJ_NS_PER_MS) /* frees replies the first generation holds back */
#define PING_NS (100 * BJ_NS_PER_MS)
#define WATCH_PING_NS (50 * BJ_NS_PER_MS)
#define STUCK_STOP_NS (100 * BJ_NS_PER_MS)
#define CLEAR_NS BJ_NS_PER_S
#define REPAIR_NS BJ_NS_PER_S
#define BEGIN_ANYWAY_NS (100 * BJ_NS_PER_MS)
#define RATE_QUEUE 128 /* changes queued at once; the device's queue holds 199 */

static const char control_commands[] = {ED_PREPARE, ED_STOP,    ED_BEGIN,
                                        ED_CLEAR,   ED_VERSION, '\0'};

void ed_session_init(struct ed_session *session, struct bj_net *net)
{
    ed_link_init(&session->link, net);
    ed_estop_init(&session->estop, net);
    session->model = ed_model_unknown();
    session->capacity = ED_CAPACITY;
    session->max_rate = ED_MAX_RATE;
}

enum bj_status ed_session_tell(const struct ed_session *session, enum bj_status status,
                               const char *format, ...)
{
    char text[256];
    int used = snprintf(text, sizeof text, "%s: ", session->name);
    va_list args;

    if (used < 0 || (size_t)used >= sizeof text)
        used = 0;
    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    va_end(args);
    session->events->notice(session->engine, status, text);
    return status;
}

static uint32_t clamp_rate(const struct ed_session *session, uint32_t pps)
{
    if (pps > session->max_rate)
        return session->max_rate;
    return pps > 0 ? pps : 1;
}

/* One point stays free: some devices refuse a write that fills the ring exactly. */
static uint32_t usable_capacity(const struct ed_session *session)
{
    return session->capacity - 1;
}

/* ---- Commands ------------------------------------------------------------------------ */

static void send_rate(struct ed_session *session, uint8_t op, uint32_t rate, int64_t now_ns)
{
    uint8_t *bytes;
    size_t size;

    if (!ed_link_fits(&session->link, ED_BEGIN_SIZE, false))
        return;
    bytes = ed_link_stage(&session->link);
    if (op == ED_BEGIN)
        size = ed_encode_begin(bytes, rate);
    else if (op == ED_UPDATE)
        size = ed_encode_update(bytes, rate);
    else
        size = ed_encode_queue_rate(bytes, rate);
    ed_link_commit(&session->link, size, 0, now_ns);
}

static void send_plain(struct ed_session *session, uint8_t op, int64_t now_ns)
{
    if (!ed_link_fits(&session->link, 1, false))
        return;
    *ed_link_stage(&session->link) = op;
    ed_link_commit(&session->link, 1, 0, now_ns);
}

static void flush_queue(struct ed_session *session, int64_t now_ns)
{
    session->flushing = true;
    session->lost_points += ed_link_drop_unsent(&session->link);
    if (!ed_link_awaits(&session->link, "s", NULL))
        send_plain(session, ED_STOP, now_ns);
    (void)ed_link_flush(&session->link, now_ns);
}

/* ---- Connecting ---------------------------------------------------------------------- */

enum bj_status ed_session_connect(struct ed_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points)
{
    enum bj_status status = ed_link_dial(&session->link, to, now_ns);

    if (status != BJ_OK)
        return ed_session_tell(session, status, "no connection: %s", bj_strerror(status));
    session->peer = to;
    session->phase = ED_DIALLING;
    session->dialled_ns = now_ns;
    session->device = (struct ed_status){.light = ED_LIGHT_READY};
    session->begin_points = begin_points;
    session->begin_rate = session->rate = clamp_rate(session, pps);
    session->owner = session->was_ready = session->begun = false;
    session->flushing = session->stopping = session->clear_wanted = false;
    session->prepared_points = session->lost_points = 0;
    session->accepted_points = 0;
    session->faulted = session->stall_told = session->source_told = false;
    session->open = false;
    session->corrupt_rates = 0;
    return BJ_OK;
}

static enum bj_status finish_dialling(struct ed_session *session, int64_t now_ns)
{
    struct ed_link *link = &session->link;
    enum bj_status status = link->net->ops->connect_result(link->net, link->handle);

    if (status == BJ_WOULD_BLOCK && now_ns - session->dialled_ns >= DIAL_TIMEOUT_NS)
        status = BJ_TIMED_OUT;
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status != BJ_OK)
        return ed_session_tell(session, status,
                               "no connection: %s; is it switched on, and is the address "
                               "right?",
                               bj_strerror(status));
    link->connected = true;
    link->progress_ns = now_ns;
    session->phase = ED_GREETING;
    return BJ_OK;
}

/* ---- Listening ----------------------------------------------------------------------- */

static enum bj_status receive(struct ed_session *session, int64_t now_ns)
{
    struct ed_answer answer;
    enum bj_status status;

    while ((status = ed_link_receive(&session->link, &answer, now_ns)) == BJ_OK) {
        bool greeting = session->phase == ED_GREETING;
        session->stall_told = false;
        status = ed_session_judge(session, &answer, now_ns);
        if (status != BJ_OK)
            return status;
        if (greeting && session->has_version)
            send_plain(session, ED_VERSION, now_ns);
    }
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status == BJ_PROTOCOL)
        return ed_session_tell(session, status,
                               "its answer makes no sense; connecting anew");
    return ed_session_tell(session, status, "closed the connection");
}

static enum bj_status check_silence(struct ed_session *session, int64_t now_ns)
{
    int64_t silent_ns = now_ns - session->link.progress_ns;

    if (session->link.count == 0 || silent_ns < REPLY_NOTICE_NS)
        return BJ_OK;
    if (silent_ns >= REPLY_TIMEOUT_NS)
        return ed_session_tell(
            session, BJ_TIMED_OUT,
            session->phase == ED_GREETING
                ? "accepts connections but does not speak; power-cycle it"
                : "no answer for 2 s; check cable and network");
    if (!session->stall_told)
        (void)ed_session_tell(session, BJ_TIMED_OUT,
                              "no answer for half a second; waiting");
    session->stall_told = true;
    return BJ_OK;
}

/* ---- Steering ------------------------------------------------------------------------ */

static uint32_t prepared_room(const struct ed_session *session)
{
    uint32_t held = session->device.fullness + ed_link_points(&session->link);

    return held < usable_capacity(session) ? usable_capacity(session) - held : 0;
}

static bool begin_is_due(const struct ed_session *session, int64_t now_ns)
{
    uint32_t queued = session->device.fullness;
    uint32_t threshold = session->begin_points;

    if (threshold < session->model->min_queued + ED_MIN_CHUNK_POINTS)
        threshold = session->model->min_queued + ED_MIN_CHUNK_POINTS;
    return queued > 0 &&
           (queued >= threshold ||
            (prepared_room(session) == 0 && ed_link_points(&session->link) == 0) ||
            now_ns - session->last_write_ns >= BEGIN_ANYWAY_NS);
}

static void begin(struct ed_session *session, int64_t now_ns)
{
    session->begun = true;
    send_rate(session, ED_BEGIN, session->begin_rate, now_ns);
}

static void clear_if_wanted(struct ed_session *session, int64_t now_ns)
{
    bool ours = ed_estop_is_ours(&session->estop, now_ns);

    if ((!session->clear_wanted && !ours) || now_ns < session->next_clear_ns)
        return;
    session->clear_wanted = false;
    session->next_clear_ns = now_ns + CLEAR_NS;
    send_plain(session, ED_CLEAR, now_ns);
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
    send_rate(session, ED_UPDATE, session->rate, now_ns);
}

/* One step from where the device is to where it should be. */
static void steer(struct ed_session *session, int64_t now_ns)
{
    const struct ed_status *device = &session->device;
    bool ours = ed_estop_is_ours(&session->estop, now_ns);

    if (ed_link_awaits(&session->link, control_commands, NULL))
        return;
    if (session->stopping && !session->owner && !(ours && device->light == ED_LIGHT_ESTOP))
        session->phase = ED_STOPPED;
    else if (device->light != ED_LIGHT_READY)
        clear_if_wanted(session, now_ns);
    else if (device->playback == ED_IDLE)
        send_plain(session, ED_PREPARE, now_ns);
    else if (!session->owner || session->flushing || session->stopping)
        send_plain(session, ED_STOP, now_ns);
    else if (device->playback == ED_PLAYING)
        repair_rate(session, now_ns);
    else if (begin_is_due(session, now_ns))
        begin(session, now_ns);
}

static int64_t next_ping_ns(const struct ed_session *session)
{
    int64_t quiet = session->link.sent_ns;

    if (session->link.count == 0)
        return quiet + (session->phase == ED_WATCHING ? WATCH_PING_NS : PING_NS);
    if (session->link.progress_ns > quiet)
        quiet = session->link.progress_ns;
    return quiet + NUDGE_NS;
}

/* Not while a version reply is due: only its order tells that one from others. */
static void keep_alive(struct ed_session *session, int64_t now_ns)
{
    bool greeted = session->phase != ED_GREETING;
    bool nothing_unsent = session->link.tx_begin == session->link.tx_end;

    if (greeted && nothing_unsent && now_ns >= next_ping_ns(session) &&
        session->link.count < ED_WINDOW_COMMANDS &&
        !ed_link_awaits(&session->link, "v", NULL))
        send_plain(session, ED_PING, now_ns);
}

static void rescue_stop(struct ed_session *session, int64_t now_ns)
{
    struct ed_pending stop;

    if (ed_link_awaits(&session->link, "s", &stop) &&
        now_ns - stop.queued_ns >= STUCK_STOP_NS)
        ed_estop_fire(&session->estop, session->peer, now_ns);
}

static enum bj_status work(struct ed_session *session, int64_t now_ns)
{
    enum bj_status status = receive(session, now_ns);

    if (status == BJ_OK)
        status = check_silence(session, now_ns);
    if (status == BJ_OK && session->phase == ED_WATCHING &&
        (now_ns >= session->watch_until_ns || session->stopping))
        status = ed_session_watch_over(session);
    if (status != BJ_OK)
        return status;
    if (session->phase == ED_WORKING)
        steer(session, now_ns);
    keep_alive(session, now_ns);
    rescue_stop(session, now_ns);
    status = ed_link_flush(&session->link, now_ns);
    return status == BJ_WOULD_BLOCK ? BJ_OK : status;
}

/* ---- What the engine sees ------------------------------------------------------------ */

static bool takes_points(const struct ed_session *session)
{
    return session->phase == ED_WORKING && session->owner && !session->flushing &&
           !session->stopping && session->device.light == ED_LIGHT_READY &&
           session->device.playback != ED_IDLE;
}

static uint32_t room_points(const struct ed_session *session)
{
    size_t bytes = ed_link_window(&session->link);
    uint32_t room = ED_CHUNK_POINTS;

    if (!takes_points(session) || session->link.count + 2 > ED_WINDOW_COMMANDS ||
        bytes < ED_RATE_SIZE + ED_DATA_HEADER_SIZE + ED_MIN_CHUNK_POINTS * ED_POINT_SIZE)
        return 0;
    bytes = (bytes - ED_RATE_SIZE - ED_DATA_HEADER_SIZE) / ED_POINT_SIZE;
    if (bytes < room)
        room = (uint32_t)bytes;
    if (session->device.playback == ED_PREPARED && prepared_room(session) < room)
        room = prepared_room(session);
    return room;
}

static enum bj_dac_state state(const struct ed_session *session, int64_t now_ns)
{
    if (session->phase == ED_STOPPED)
        return BJ_DAC_STOPPED;
    if (session->phase < ED_WATCHING)
        return BJ_DAC_CONNECTING;
    if (session->device.light == ED_LIGHT_ESTOP &&
        !ed_estop_is_ours(&session->estop, now_ns))
        return BJ_DAC_FAULT;
    if (session->owner && session->device.playback == ED_PLAYING)
        return BJ_DAC_PLAYING;
    return session->was_ready ? BJ_DAC_READY : BJ_DAC_CONNECTING;
}

static void add_waits(const struct ed_session *session, int64_t now_ns,
                      struct bj_wait *wait)
{
    const struct ed_link *link = &session->link;
    bool sending = session->phase == ED_DIALLING || link->tx_begin < link->tx_end;
    struct ed_pending stop;

    bj_wait_handle(wait, link->handle,
                   (session->phase == ED_DIALLING ? 0 : BJ_WAIT_READ) |
                       (sending ? BJ_WAIT_WRITE : 0));
    if (session->phase == ED_DIALLING) {
        bj_wait_until(wait, session->dialled_ns + DIAL_TIMEOUT_NS);
        return;
    }
    if (link->count > 0)
        bj_wait_until(wait, link->progress_ns +
                                (session->stall_told ? REPLY_TIMEOUT_NS : REPLY_NOTICE_NS));
    if (next_ping_ns(session) > now_ns)
        bj_wait_until(wait, next_ping_ns(session));
    if (session->phase == ED_WATCHING)
        bj_wait_until(wait, session->watch_until_ns);
    if (session->clear_wanted && session->next_clear_ns > now_ns)
        bj_wait_until(wait, session->next_clear_ns);
    if (ed_link_awaits(link, "s", &stop) && stop.queued_ns + STUCK_STOP_NS > now_ns)
        bj_wait_until(wait, stop.queued_ns + STUCK_STOP_NS);
    if (session->owner && session->device.playback == ED_PREPARED &&
        session->last_write_ns + BEGIN_ANYWAY_NS > now_ns)
        bj_wait_until(wait, session->last_write_ns + BEGIN_ANYWAY_NS);
}

enum bj_status ed_session_service(struct ed_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait)
{
    enum bj_status result = BJ_OK;

    if (session->phase == ED_DIALLING)
        result = finish_dialling(session, now_ns);
    if (session->phase > ED_DIALLING && session->phase != ED_STOPPED && result == BJ_OK)
        result = work(session, now_ns);
    ed_estop_service(&session->estop, now_ns, wait);
    status->state = state(session, now_ns);
    status->room_points = room_points(session);
    status->fault_count = session->fault_count;
    if (result == BJ_OK && session->phase != ED_CLOSED && session->phase != ED_STOPPED)
        add_waits(session, now_ns, wait);
    return result;
}

/* ---- Points -------------------------------------------------------------------------- */

/* A change of rate rides on the first point it is for. In an empty queue it is simply the
 * rate to begin with. Changes that follow each other too closely would overfill the
 * device's rate queue; such a chunk keeps the old rate. */
static bool change_rate(struct ed_session *session, uint32_t pps, int64_t now_ns)
{
    bool empty = session->prepared_points + ed_link_points(&session->link) == 0;
    bool change = pps != session->rate &&
                  (empty || session->points_since_rate > session->capacity / RATE_QUEUE);

    if (change || empty)
        session->rate = pps;
    if (empty)
        session->begin_rate = pps;
    if (change)
        session->points_since_rate = 0;
    if (!change || empty)
        return false;
    send_rate(session, ED_QUEUE_RATE, pps, now_ns);
    return true;
}

enum bj_status ed_session_write(struct ed_session *session, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken)
{
    uint32_t room = room_points(session);
    uint32_t count = chunk->count < room ? chunk->count : room;
    size_t size = ED_DATA_HEADER_SIZE + (size_t)count * ED_POINT_SIZE;
    bool changed;

    *taken = 0;
    if (count == 0 || !ed_link_fits(&session->link, size + ED_RATE_SIZE, true))
        return BJ_WOULD_BLOCK;
    changed = change_rate(session, clamp_rate(session, chunk->pps), now_ns);
    size = ed_encode_data(ed_link_stage(&session->link), chunk->points, count, changed,
                          !session->open);
    ed_link_commit(&session->link, size, (uint16_t)count, now_ns);
    session->points_since_rate += count;
    session->last_write_ns = now_ns;
    *taken = count;
    /* a broken connection shows again, and is explained, with the next service */
    (void)ed_link_flush(&session->link, now_ns);
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

void ed_session_shutter(struct ed_session *session, int64_t now_ns, bool open)
{
    bool was_open = session->open;

    session->open = open;
    if (open)
        session->clear_wanted = session->device.light == ED_LIGHT_ESTOP;
    else
        session->clear_wanted = false;
    if (!open && was_open && session->owner)
        flush_queue(session, now_ns);
}

void ed_session_stop(struct ed_session *session, int64_t now_ns)
{
    session->stopping = true;
    session->open = false;
    if (session->owner)
        flush_queue(session, now_ns);
    else if (session->phase <= ED_WATCHING)
        session->phase = ED_STOPPED;
}

void ed_session_disconnect(struct ed_session *session)
{
    if (session->owner) {
        uint32_t in_device = session->device.fullness;
        if (session->link.connected)
            flush_queue(session, session->link.sent_ns);
        ed_session_emptied(session, in_device, false);
    }
    if (ed_link_awaits(&session->link, "v", NULL)) {
        session->version_failed = true;
        session->has_version = false;
    }
    ed_link_close(&session->link);
    ed_estop_close(&session->estop);
    session->phase = ED_CLOSED;
    session->device = (struct ed_status){.light = ED_LIGHT_READY};
}
