/* SPDX-License-Identifier: MIT */
#include "helios/helios_session.h"

#include "helios/helios_replies.h"
#include "helios/helios_sequencer.h"

#include <string.h>

#define LEAST_FRAME_NS (8 * BJ_NS_PER_MS) /* a poll, the bus and a late wake-up */

void helios_session_init(struct helios_session *session, struct bj_usb *usb)
{
    helios_channel_init(&session->channel, usb);
    session->model = helios_model_of(0);
}

/* ---- Beginning ----------------------------------------------------------------------- */

/* Even, so that no whole frame has a length that gets lost. */
static uint32_t frame_points(uint32_t pps, uint32_t begin_points)
{
    uint32_t least = (uint32_t)((int64_t)pps * LEAST_FRAME_NS / BJ_NS_PER_S) + 2;
    uint32_t points = begin_points > least ? begin_points : least;

    return (points < HELIOS_MOST_POINTS ? points : HELIOS_MOST_POINTS) & ~1u;
}

enum bj_status helios_session_begin(struct helios_session *session,
                                    const struct helios_model *model, int64_t now_ns,
                                    uint32_t pps, uint32_t begin_points)
{
    struct helios_session fresh = {
        .base = session->base,
        .channel = session->channel,
        .model = model,
        .phase = HELIOS_WORKING,
        .swap = {.drift = session->swap.drift},
        .now_ns = now_ns,
        .frame_points = frame_points(pps, begin_points),
        .poll_ns = now_ns,
    };
    enum bj_status status = BJ_OK;

    *session = fresh;
    if (model->takes_sdk_version)
        status = helios_channel_command(&session->channel, HELIOS_SDK, 11);
    return status == BJ_OK ? helios_session_send_shutter(session) : status;
}

/* ---- What the engine sees ------------------------------------------------------------ */

/* Points are taken while the slot is free: what plays then covers the time to send them. */
static uint32_t room_points(const struct helios_session *session)
{
    bool takes = session->phase == HELIOS_WORKING && !session->stopping &&
                 session->granted && session->sent_points == 0 &&
                 session->repair == HELIOS_SOUND && !session->stop_out &&
                 session->now_ns >= session->lock_ns && !session->hurried;

    return takes && session->staged < session->frame_points
               ? session->frame_points - session->staged
               : 0;
}

static enum bj_dac_state state(const struct helios_session *session)
{
    if (session->phase == HELIOS_STOPPED)
        return BJ_DAC_STOPPED;
    if (session->phase == HELIOS_CLOSED || !session->answered)
        return BJ_DAC_CONNECTING;
    return session->swap.playing.points > 0 || session->swap.waiting.points > 0
               ? BJ_DAC_PLAYING
               : BJ_DAC_READY;
}

enum bj_status helios_session_service(struct helios_session *session, int64_t now_ns,
                                      struct bj_dac_status *status, struct bj_wait *wait)
{
    enum bj_status result = BJ_OK;

    session->now_ns = now_ns;
    if (session->phase != HELIOS_CLOSED)
        result = helios_session_listen(session);
    if (result == BJ_OK && session->phase == HELIOS_WORKING)
        result = helios_sequencer_step(session);
    *status = (struct bj_dac_status){.state = state(session),
                                     .room_points = room_points(session)};
    if (result != BJ_OK || session->phase == HELIOS_CLOSED)
        return result;
    bj_wait_handle(wait, session->channel.handle, BJ_WAIT_READ);
    if (session->phase == HELIOS_WORKING)
        helios_sequencer_waits(session, wait);
    return BJ_OK;
}

/* ---- Points -------------------------------------------------------------------------- */

enum bj_status helios_session_write(void *instance, int64_t now_ns,
                                    const struct bj_chunk *chunk, uint32_t *taken)
{
    struct helios_session *session = instance;
    uint32_t room, count;

    session->now_ns = now_ns;
    room = room_points(session);
    count = chunk->count < room ? chunk->count : room;
    *taken = 0;
    if (session->staged > 0 && chunk->pps != session->staged_pps)
        session->hurried = true; /* one rate for each frame */
    if (count == 0 || session->hurried)
        return BJ_WOULD_BLOCK;
    if (session->staged == 0)
        session->staged_ns = now_ns;
    session->staged_pps = chunk->pps;
    for (uint32_t k = 0; k < count; k++)
        helios_encode_point(session->frame +
                                (size_t)(session->staged + k) * HELIOS_POINT_SIZE,
                            &chunk->points[k], !session->open);
    session->staged += count;
    session->taken += count;
    *taken = count;
    return BJ_OK; /* the service that follows sends it */
}

/* ---- Darkness ------------------------------------------------------------------------ */

/* Light out at once, by the device's own stop; then the shutter. What waited is gone. */
static void go_dark(struct helios_session *session)
{
    session->open = session->shutter_wanted = false;
    (void)helios_session_send_stop(session);
    (void)helios_session_send_shutter(session);
    session->granted = false;
    helios_session_flush(session);
}

void helios_session_shutter(struct helios_session *session, int64_t now_ns, bool open)
{
    bool was_open = session->open;

    session->now_ns = now_ns;
    if (session->phase != HELIOS_WORKING || session->stopping || open == was_open)
        return;
    if (!open) {
        go_dark(session);
        return;
    }
    session->open = session->shutter_wanted = true;
    /* a failure shows again with the next service */
    (void)helios_session_send_shutter(session);
}

void helios_session_stop(struct helios_session *session, int64_t now_ns)
{
    session->now_ns = now_ns;
    session->stopping = true;
    if (session->phase == HELIOS_WORKING)
        go_dark(session);
    else
        session->phase = HELIOS_STOPPED;
}

void helios_session_disconnect(struct helios_session *session)
{
    if (session->phase == HELIOS_WORKING)
        go_dark(session);
    helios_channel_close(&session->channel);
    session->phase = HELIOS_CLOSED;
    session->open = session->stopping = false;
}
