/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_session.h"

#include "lasershark_family/shark_flush.h"
#include "lasershark_family/shark_sequencer.h"
#include "session/notice.h"

#include <stdio.h>

#define LOOK_AGAIN_NS (50 * BJ_NS_PER_MS)
#define NOT_FOUND_NS (2 * BJ_NS_PER_S)
#define OPEN_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define RESULTS_PER_SERVICE 64

static void enter(struct shark_session *session, enum shark_phase phase, int64_t now_ns)
{
    session->phase = phase;
    session->phase_ns = now_ns;
}

/* ---- Finding and opening ------------------------------------------------------------- */

static enum bj_status open_device(struct shark_session *session,
                                  const struct bj_usb_device *device, int64_t now_ns)
{
    struct bj_usb_target target = {.vendor_id = SHARK_VENDOR_ID,
                                   .product_id = SHARK_PRODUCT_ID,
                                   .interfaces = 2,
                                   .interface = {{0, 0}, {1, 1}}};
    enum bj_status status;

    session->device = *device;
    (void)snprintf(target.port, sizeof target.port, "%s", device->port);
    status = session->usb->ops->open(session->usb, &target, &session->handle);
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "cannot be opened: %s",
                           bj_strerror(status));
    session->has_handle = true;
    enter(session, SHARK_OPENING, now_ns);
    return BJ_OK;
}

static enum bj_status explain_access(const struct shark_session *session,
                                     enum bj_status status)
{
    switch (status) {
    case BJ_NO_PERMISSION:
        return bj_dac_tell(&session->base, status,
                           "no permission to open it; 'beamjack doctor' says how "
                           "to allow it");
    case BJ_BUSY:
        return bj_dac_tell(&session->base, status,
                           "another program has it; end that one (LaserOS?)");
    case BJ_UNSUPPORTED:
        return bj_dac_tell(&session->base, status,
                           "has no interface that takes samples in bulk");
    default:
        return bj_dac_tell(&session->base, status, "cannot be opened: %s",
                           bj_strerror(status));
    }
}

/* Its strings cannot be read without permission; that is the thing to say then. */
static enum bj_status found(struct shark_session *session,
                            const struct bj_usb_device *device, int64_t now_ns)
{
    char reason[SHARK_REASON_SIZE];
    enum bj_status status;

    if (device->access == BJ_NO_PERMISSION)
        return explain_access(session, device->access);
    status = shark_setup_validate_strings(session->kind, device, reason);
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "the device at USB %s %s", device->port,
                           reason);
    return open_device(session, device, now_ns);
}

static enum bj_status look(struct shark_session *session, int64_t now_ns)
{
    struct bj_usb_device devices[BJ_USB_DEVICES];
    size_t which = 0,
           count = session->usb->ops->list(session->usb, SHARK_VENDOR_ID, SHARK_PRODUCT_ID,
                                           devices, BJ_USB_DEVICES);
    enum bj_status status = shark_find(session->kind, &session->id, session->device.port,
                                       devices, count, &which);

    if (status == BJ_OK)
        return found(session, &devices[which], now_ns);
    if (now_ns - session->phase_ns < NOT_FOUND_NS)
        return BJ_OK;
    if (status == BJ_BUSY)
        return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                           "several devices show this serial; 'beamjack list' "
                           "shows ids that tell them apart");
    return bj_dac_tell(&session->base, BJ_NOT_FOUND,
                       "not found on USB; is it plugged in and switched on?");
}

enum bj_status shark_session_connect(void *instance, int64_t now_ns, uint32_t pps,
                                     uint32_t begin_points)
{
    struct shark_session *session = instance;

    session->pps = pps;
    session->begin_points = begin_points;
    session->open = session->stopping = session->was_ready = session->output_on = false;
    session->flush = SHARK_KEEP;
    session->rate = 0;
    session->repairs = (struct bj_strikes){0};
    session->samples_stalled = session->unclear = session->ttl = false;
    session->last_point = (struct bj_point){0};
    session->channel = (struct shark_channel){.usb = NULL};
    enter(session, SHARK_LOOKING, now_ns);
    return BJ_OK;
}

static enum bj_status finish_opening(struct shark_session *session, int64_t now_ns)
{
    enum bj_status status = session->usb->ops->open_result(session->usb, session->handle);

    if (status == BJ_WOULD_BLOCK && now_ns - session->phase_ns < OPEN_TIMEOUT_NS)
        return BJ_OK;
    if (status == BJ_WOULD_BLOCK)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "opening it takes more than 2 s; plug it in again");
    if (status != BJ_OK)
        return explain_access(session, status);
    shark_setup_begin(&session->setup, session->kind, session->pps);
    shark_queue_begin(&session->queue, session->usb, session->handle);
    shark_level_init(&session->level, now_ns);
    enter(session, SHARK_ASKING, now_ns);
    return shark_channel_begin(&session->channel, session->usb, session->handle, now_ns);
}

/* ---- Asking -------------------------------------------------------------------------- */

static void begin_working(struct shark_session *session, int64_t now_ns)
{
    enter(session, SHARK_WORKING, now_ns);
    session->rate = session->setup.rate;
    shark_flush_begin(session, now_ns, false);
    session->flush_tells = false;
}

static void ask(struct shark_session *session, int64_t now_ns)
{
    uint32_t argument;
    uint8_t op;

    if (shark_channel_awaits(&session->channel, 0))
        return;
    if (shark_setup_next(&session->setup, &op, &argument))
        shark_channel_send(&session->channel, op, argument, now_ns);
    else
        begin_working(session, now_ns);
}

static enum bj_status answered(struct shark_session *session,
                               const struct shark_answer *answer, int64_t now_ns)
{
    enum bj_status status;

    if (session->phase == SHARK_WORKING)
        return shark_sequencer_answered(session, answer, now_ns);
    status = shark_setup_answered(&session->setup, answer);
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "%s", session->setup.reason);
    return BJ_OK;
}

/* ---- Service ------------------------------------------------------------------------- */

static enum bj_status explain_loss(const struct shark_session *session,
                                   enum bj_status status)
{
    switch (status) {
    case BJ_DISCONNECTED:
        return bj_dac_tell(&session->base, status, "was unplugged, or reset itself");
    case BJ_TIMED_OUT:
        return bj_dac_tell(&session->base, status,
                           "does not answer; plug it in again if this lasts");
    case BJ_PROTOCOL:
        return bj_dac_tell(&session->base, status,
                           "its answers make no sense; connecting anew");
    default:
        return bj_dac_tell(&session->base, status, "USB failed: %s; check the cable",
                           bj_strerror(status));
    }
}

static enum bj_status take(struct shark_session *session,
                           const struct bj_usb_result *result, int64_t now_ns)
{
    struct shark_answer answer;
    bool is_answer = false;
    enum bj_status status;

    if (result->endpoint == SHARK_SAMPLES_OUT)
        return shark_sequencer_sent(session, result, now_ns);
    status = shark_channel_finished(&session->channel, result, now_ns, &answer, &is_answer);
    if (status != BJ_OK)
        return explain_loss(session, status);
    return is_answer ? answered(session, &answer, now_ns) : BJ_OK;
}

static enum bj_status receive(struct shark_session *session, int64_t now_ns)
{
    struct bj_usb_result result;

    for (int k = 0; k < RESULTS_PER_SERVICE; k++) {
        enum bj_status status =
            session->usb->ops->finished(session->usb, session->handle, &result);
        if (status == BJ_WOULD_BLOCK)
            return BJ_OK;
        if (status != BJ_OK)
            return explain_loss(session, status);
        status = take(session, &result, now_ns);
        if (status != BJ_OK)
            return status;
    }
    return BJ_OK;
}

static enum bj_status work(struct shark_session *session, int64_t now_ns)
{
    enum bj_status status = receive(session, now_ns);

    if (status != BJ_OK)
        return status;
    status = shark_channel_service(&session->channel, now_ns);
    if (status != BJ_OK)
        return explain_loss(session, status);
    if (session->phase == SHARK_ASKING)
        ask(session, now_ns);
    return session->phase == SHARK_WORKING ? shark_sequencer_step(session, now_ns) : BJ_OK;
}

static enum bj_dac_state state(const struct shark_session *session)
{
    if (session->phase == SHARK_STOPPED)
        return BJ_DAC_STOPPED;
    if (session->phase != SHARK_WORKING || !session->was_ready)
        return BJ_DAC_CONNECTING;
    return session->output_on && session->flush == SHARK_KEEP ? BJ_DAC_PLAYING
                                                              : BJ_DAC_READY;
}

static void add_waits(const struct shark_session *session, int64_t now_ns,
                      struct bj_wait *wait)
{
    if (session->phase == SHARK_LOOKING)
        bj_wait_until(wait, now_ns + LOOK_AGAIN_NS);
    if (!session->has_handle || session->phase == SHARK_STOPPED)
        return;
    bj_wait_handle(wait, session->handle, BJ_WAIT_READ);
    if (session->phase == SHARK_OPENING)
        bj_wait_until(wait, session->phase_ns + OPEN_TIMEOUT_NS);
    if (session->phase == SHARK_ASKING || session->phase == SHARK_WORKING)
        shark_channel_waits(&session->channel, wait);
    if (session->phase == SHARK_WORKING)
        shark_sequencer_waits(session, now_ns, wait);
}

enum bj_status shark_session_service(struct shark_session *session, int64_t now_ns,
                                     struct bj_dac_status *status, struct bj_wait *wait)
{
    enum bj_status result = BJ_OK;

    if (session->phase == SHARK_LOOKING)
        result = look(session, now_ns);
    if (result == BJ_OK && session->phase == SHARK_OPENING)
        result = finish_opening(session, now_ns);
    if (result == BJ_OK &&
        (session->phase == SHARK_ASKING || session->phase == SHARK_WORKING))
        result = work(session, now_ns);
    *status = (struct bj_dac_status){.state = state(session),
                                     .room_points = shark_sequencer_room(session)};
    if (result == BJ_OK)
        add_waits(session, now_ns, wait);
    return result;
}

/* ---- Points and darkness ------------------------------------------------------------- */

enum bj_status shark_session_write(void *instance, int64_t now_ns,
                                   const struct bj_chunk *chunk, uint32_t *taken)
{
    struct shark_session *session = instance;
    uint32_t room, count;

    *taken = 0;
    shark_level_advance(&session->level, now_ns);
    room = shark_sequencer_room(session);
    count = chunk->count < room ? chunk->count : room;
    if (count == 0)
        return BJ_WOULD_BLOCK;
    session->kind->encode(shark_queue_stage(&session->queue), chunk->points, count,
                          !session->open, &session->ttl);
    shark_queue_commit(&session->queue, count);
    session->last_point = chunk->points[count - 1];
    session->last_write_ns = now_ns;
    session->pps = chunk->pps;
    *taken = count;
    /* a broken connection shows again, and is explained, with the next service */
    (void)shark_sequencer_step(session, now_ns);
    return BJ_OK;
}

void shark_session_shutter(void *instance, int64_t now_ns, bool open)
{
    struct shark_session *session = instance;
    bool was_open = session->open;

    session->open = open;
    if (!open && was_open && session->phase == SHARK_WORKING)
        shark_flush_begin(session, now_ns, false);
}

void shark_session_stop(void *instance, int64_t now_ns)
{
    struct shark_session *session = instance;

    session->stopping = true;
    session->open = false;
    if (session->phase == SHARK_WORKING)
        shark_flush_begin(session, now_ns, false);
    else
        session->phase = SHARK_STOPPED;
}

/* Nobody reads the answers; closing gives the commands time to leave. */
static void leave_dark(struct shark_session *session)
{
    struct shark_channel *channel = &session->channel;

    session->usb->ops->cancel(session->usb, session->handle, SHARK_SAMPLES_OUT);
    channel->count = 0;
    shark_channel_send_urgent(channel, SHARK_SET_OUTPUT, 0, channel->quiet_until_ns);
    shark_channel_send_urgent(channel, SHARK_CLEAR_RING, 0, channel->quiet_until_ns);
}

/* What the device still held when it was last looked after; the rest has played. */
static uint32_t lost_points(struct shark_session *session)
{
    uint32_t estimate = (uint32_t)session->level.high + session->queue.staged_points + 1;
    uint32_t held = shark_queue_empty(&session->queue);

    return held < estimate ? held : estimate;
}

void shark_session_disconnect(void *instance)
{
    struct shark_session *session = instance;
    bool working = session->phase == SHARK_WORKING;
    bool begun = session->has_handle && session->channel.usb != NULL &&
                 session->phase > SHARK_OPENING;

    if (begun)
        leave_dark(session);
    if (session->has_handle)
        session->usb->ops->close(session->usb, session->handle);
    session->has_handle = false;
    session->phase = SHARK_CLOSED;
    if (working)
        session->base.events->emptied(session->base.engine, lost_points(session), false);
}
