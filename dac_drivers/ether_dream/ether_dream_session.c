/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_session.h"

#include "ether_dream/ether_dream_replies.h"
#include "ether_dream/ether_dream_sequencer.h"
#include "session/notice.h"

#define DIAL_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define REPLY_NOTICE_NS (500 * BJ_NS_PER_MS)
#define REPLY_TIMEOUT_NS BJ_AWAY_LIMIT_NS
#define SMOOTH_NS (3 * BJ_NS_PER_S)
#define LOOK_NS (40 * BJ_NS_PER_MS) /* how far apart exact looks at the level may be */
#define OLD_NS (7 * BJ_NS_PER_MS)   /* an answer left lying longer wants an exact look */
#define RATE_QUEUE 128 /* changes queued at once; the device's queue holds 199 */

void ed_session_init(struct ed_session *session, struct bj_net *net)
{
    ed_channel_init(&session->channel, net);
    ed_estop_init(&session->estop, net);
    session->model = ed_model_unknown();
    session->capacity = ED_CAPACITY;
    session->max_rate = ED_MAX_RATE;
}

static uint32_t clamp_rate(const struct ed_session *session, uint32_t pps)
{
    if (pps > session->max_rate)
        return session->max_rate;
    return pps > 0 ? pps : 1;
}

/* ---- Connecting ---------------------------------------------------------------------- */

enum bj_status ed_session_connect(struct ed_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points)
{
    enum bj_status status = ed_channel_dial(&session->channel, to, now_ns);

    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "no connection: %s",
                           bj_strerror(status));
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
    session->corrupt_rates = (struct bj_strikes){0};
    session->smooth_ns = BJ_NEVER;
    return BJ_OK;
}

static enum bj_status finish_dialling(struct ed_session *session, int64_t now_ns)
{
    struct ed_channel *channel = &session->channel;
    enum bj_status status =
        channel->net->ops->connect_result(channel->net, channel->handle);

    if (status == BJ_WOULD_BLOCK && now_ns - session->dialled_ns >= DIAL_TIMEOUT_NS)
        status = BJ_TIMED_OUT;
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status,
                           "no connection: %s; is it switched on, and is the address "
                           "right?",
                           bj_strerror(status));
    channel->connected = true;
    channel->progress_ns = now_ns;
    session->phase = ED_GREETING;
    return BJ_OK;
}

/* ---- Listening ----------------------------------------------------------------------- */

static const char all_but_data[] = {ED_PREPARE, ED_STOP, ED_BEGIN,  ED_CLEAR,
                                    ED_VERSION, ED_PING, ED_UPDATE, '\0'};

static bool is_smooth(const struct ed_session *session)
{
    return session->phase == ED_WORKING && session->owner && !session->flushing &&
           !session->stopping && session->device.light == ED_LIGHT_READY &&
           session->device.playback == ED_PLAYING;
}

/* An answer that was awaited at once is an exact look at the level. */
static void note_snapshot(struct ed_session *session, const struct ed_pending *command,
                          int64_t now_ns)
{
    if (!is_smooth(session))
        session->smooth_ns = BJ_NEVER;
    else if (session->smooth_ns == BJ_NEVER)
        session->smooth_ns = session->look_ns = now_ns;
    else if (now_ns - command->sent_ns > OLD_NS)
        session->look_ns = now_ns;
    else if (command->sent_ns >= session->look_ns)
        session->look_ns = now_ns + LOOK_NS;
}

/* An answer left lying makes the level known less exactly, from above. */
static bool queue_has_room(const struct ed_session *session)
{
    uint64_t played = session->rate * (uint64_t)OLD_NS / BJ_NS_PER_S;

    return session->capacity >= 2 * session->begin_points + played; /* half the target */
}

/* The answers to data may wait until the engine comes by itself: the device counts single
 * points, so that few looks tell enough, nothing else is asked, the last exact look is
 * recent, and neither the bytes under way nor the device's queue are so near their limits
 * that it matters how old the newest answer is. */
static bool answers_can_wait(const struct ed_session *session, int64_t now_ns)
{
    const struct ed_channel *channel = &session->channel;

    return session->model->min_queued == 0 && is_smooth(session) &&
           session->smooth_ns != BJ_NEVER && now_ns - session->smooth_ns >= SMOOTH_NS &&
           channel->count > 0 &&
           channel->pending[channel->first].sent_ns < session->look_ns &&
           !ed_channel_awaits(channel, all_but_data, NULL) &&
           channel->count + 2 <= ED_WINDOW_COMMANDS &&
           ed_channel_window(channel) * 3 >= channel->window_bytes &&
           queue_has_room(session);
}

static enum bj_status receive(struct ed_session *session, int64_t now_ns)
{
    struct ed_answer answer;
    enum bj_status status;

    while ((status = ed_channel_receive(&session->channel, &answer, now_ns)) == BJ_OK) {
        bool greeting = session->phase == ED_GREETING;
        session->stall_told = false;
        status = ed_session_handle_answer(session, &answer, now_ns);
        if (status != BJ_OK)
            return status;
        note_snapshot(session, &answer.command, now_ns);
        if (greeting && session->has_version)
            ed_session_send(session, ED_VERSION, now_ns);
    }
    if (status == BJ_WOULD_BLOCK)
        return BJ_OK;
    if (status == BJ_PROTOCOL)
        return bj_dac_tell(&session->base, status,
                           "its answer makes no sense; connecting anew");
    return bj_dac_tell(&session->base, status, "closed the connection");
}

static enum bj_status check_silence(struct ed_session *session, int64_t now_ns)
{
    int64_t silent_ns = now_ns - session->channel.progress_ns;

    if (session->channel.count == 0 || silent_ns < REPLY_NOTICE_NS)
        return BJ_OK;
    if (silent_ns >= REPLY_TIMEOUT_NS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           session->phase == ED_GREETING
                               ? "accepts connections but does not speak; power-cycle it"
                               : "no answer for a second; check cable and network");
    if (!session->stall_told)
        (void)bj_dac_tell(&session->base, BJ_TIMED_OUT,
                          "no answer for half a second; waiting");
    session->stall_told = true;
    return BJ_OK;
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
    ed_sequencer_step(session, now_ns);
    status = ed_channel_flush(&session->channel, now_ns);
    return status == BJ_WOULD_BLOCK ? BJ_OK : status;
}

/* ---- What the engine sees ------------------------------------------------------------ */

static bool takes_points(const struct ed_session *session)
{
    return session->phase == ED_WORKING && session->owner && !session->flushing &&
           !session->stopping && session->device.light == ED_LIGHT_READY &&
           session->device.playback != ED_IDLE;
}

/* All that may be under way at once, in as many chunks as it takes. */
static uint32_t room_points(const struct ed_session *session)
{
    size_t bytes = ed_channel_window(&session->channel);

    if (!takes_points(session) || session->channel.count + 2 > ED_WINDOW_COMMANDS ||
        bytes < ED_RATE_SIZE + ED_DATA_HEADER_SIZE + ED_MIN_CHUNK_POINTS * ED_POINT_SIZE)
        return 0;
    uint32_t room =
        (uint32_t)((bytes - ED_RATE_SIZE - ED_DATA_HEADER_SIZE) / ED_POINT_SIZE);
    if (session->device.playback == ED_PREPARED && ed_session_prepared_room(session) < room)
        room = ed_session_prepared_room(session);
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
    if (session->owner &&
        (session->device.playback == ED_PLAYING || ed_session_begins(session)))
        return BJ_DAC_PLAYING;
    return session->was_ready ? BJ_DAC_READY : BJ_DAC_CONNECTING;
}

static void add_waits(const struct ed_session *session, int64_t now_ns,
                      struct bj_wait *wait)
{
    const struct ed_channel *channel = &session->channel;
    bool sending = session->phase == ED_DIALLING || channel->tx_begin < channel->tx_end;
    bool reading = session->phase != ED_DIALLING && !answers_can_wait(session, now_ns);

    bj_wait_handle(wait, channel->handle,
                   (reading ? BJ_WAIT_READ : 0) | (sending ? BJ_WAIT_WRITE : 0));
    if (session->phase == ED_DIALLING) {
        bj_wait_until(wait, session->dialled_ns + DIAL_TIMEOUT_NS);
        return;
    }
    if (channel->count > 0)
        bj_wait_until(wait, channel->progress_ns +
                                (session->stall_told ? REPLY_TIMEOUT_NS : REPLY_NOTICE_NS));
    if (session->phase == ED_WATCHING)
        bj_wait_until(wait, session->watch_until_ns);
    ed_sequencer_waits(session, now_ns, wait);
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
    bool empty = session->prepared_points + ed_channel_points(&session->channel) == 0;
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
    ed_session_send_rate(session, ED_QUEUE_RATE, pps, now_ns);
    return true;
}

enum bj_status ed_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken)
{
    struct ed_session *session = instance;
    uint32_t room = room_points(session);
    uint32_t count = chunk->count < room ? chunk->count : room;
    size_t size = ED_DATA_HEADER_SIZE + (size_t)count * ED_POINT_SIZE;
    bool changed;

    *taken = 0;
    if (count == 0 || !ed_channel_fits(&session->channel, size + ED_RATE_SIZE, true))
        return BJ_WOULD_BLOCK;
    changed = change_rate(session, clamp_rate(session, chunk->pps), now_ns);
    size = ed_encode_data(ed_channel_stage(&session->channel), chunk->points, count,
                          changed, !session->open);
    ed_channel_commit(&session->channel, size, (uint16_t)count, now_ns);
    session->points_since_rate += count;
    session->last_write_ns = now_ns;
    *taken = count;
    /* a broken connection shows again, and is explained, with the next service */
    (void)ed_channel_flush(&session->channel, now_ns);
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

void ed_session_shutter(void *instance, int64_t now_ns, bool open)
{
    struct ed_session *session = instance;
    bool was_open = session->open;

    session->open = open;
    if (open)
        session->clear_wanted = session->device.light == ED_LIGHT_ESTOP;
    else
        session->clear_wanted = false;
    if (!open && was_open && session->owner)
        ed_session_flush(session, now_ns);
}

void ed_session_stop(struct ed_session *session, int64_t now_ns)
{
    session->stopping = true;
    session->open = false;
    if (session->owner)
        ed_session_flush(session, now_ns);
    else if (session->phase <= ED_WATCHING)
        session->phase = ED_STOPPED;
}

void ed_session_disconnect(struct ed_session *session)
{
    if (session->owner) {
        uint32_t in_device = session->device.fullness;
        if (session->channel.connected)
            ed_session_flush(session, session->channel.sent_ns);
        ed_session_emptied(session, in_device, false);
    }
    if (ed_channel_awaits(&session->channel, "v", NULL)) {
        session->version_failed = true;
        session->has_version = false;
    }
    ed_channel_close(&session->channel);
    ed_estop_close(&session->estop);
    session->phase = ED_CLOSED;
    session->device = (struct ed_status){.light = ED_LIGHT_READY};
}
