/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_replies.h"

#include "session/notice.h"

#include <string.h>

#define WATCH_NS (250 * BJ_NS_PER_MS)
#define WATCH_TOLERANCE_POINTS 8
#define INTRUDER_BACKOFF_NS (100 * BJ_NS_PER_MS)
#define INTRUDER_BACKOFF_MAX_NS BJ_NS_PER_S
#define INTRUDER_FORGET_NS (10 * BJ_NS_PER_S)
#define INTRUDER_LIMIT 5
#define BEGIN_LIMIT 3
#define CORRUPT_AGAIN_NS (10 * BJ_NS_PER_S)

/* ---- Other controllers --------------------------------------------------------------- */

static void watch(struct ed_session *session, int64_t until_ns)
{
    session->phase = ED_WATCHING;
    session->watch_until_ns = until_ns;
    session->watched = session->device;
    session->watch_fed = false;
}

/* What was played plus what is queued only grows when somebody sends points. */
static bool was_fed(const struct ed_status *before, const struct ed_status *after)
{
    int64_t added = (int64_t)after->fullness - before->fullness;

    if (after->playback > before->playback)
        return true;
    if (after->playback < before->playback)
        return false;
    if (added <= 0 && after->playback == ED_PLAYING)
        added += (int32_t)(after->point_count - before->point_count);
    return added > WATCH_TOLERANCE_POINTS;
}

static void look(struct ed_session *session)
{
    if (was_fed(&session->watched, &session->device))
        session->watch_fed = true;
    session->watched = session->device;
}

enum bj_status ed_session_watch_over(struct ed_session *session)
{
    if (session->watch_fed && session->device.playback != ED_IDLE)
        return bj_dac_tell(&session->base, BJ_BUSY,
                           "another program is playing on it; stop that one first, "
                           "nothing was interrupted");
    session->phase = ED_WORKING;
    return BJ_OK;
}

/* Something happened to the device that we did not do. Step back for a growing while, then
 * look who is there; give way to somebody who keeps coming. */
static enum bj_status intruder(struct ed_session *session, int64_t now_ns, const char *what)
{
    uint32_t times = bj_strikes_add(&session->intruders, now_ns, INTRUDER_FORGET_NS);
    int64_t backoff;

    if (times > INTRUDER_LIMIT)
        return bj_dac_tell(&session->base, BJ_BUSY,
                           "another program keeps taking it over; "
                           "stop one of the two");
    if (times == 1 || now_ns - session->intruder_told_ns > INTRUDER_FORGET_NS) {
        session->intruder_told_ns = now_ns;
        (void)bj_dac_tell(&session->base, BJ_BUSY, "%s: is another program using it?",
                          what);
    }
    backoff = INTRUDER_BACKOFF_NS << times;
    watch(session,
          now_ns + (backoff < INTRUDER_BACKOFF_MAX_NS ? backoff : INTRUDER_BACKOFF_MAX_NS));
    return BJ_OK;
}

/* ---- The light engine ---------------------------------------------------------------- */

static void handle_light(struct ed_session *session, const struct ed_status *before,
                         int64_t now_ns)
{
    const struct ed_status *now = &session->device;
    bool stopped_light = now->light == ED_LIGHT_ESTOP;
    /* an e-stop that came and went between two looks, as when the cable was out */
    bool passed = now->light == ED_LIGHT_READY && session->owner &&
                  (now->flags & ~before->flags & ED_FLAG_ESTOP) != 0;

    if (ed_estop_is_ours(&session->estop, now_ns))
        return;
    if ((stopped_light && !session->faulted) || passed) {
        session->fault_count++;
        (void)bj_dac_tell(&session->base, BJ_REFUSED,
                          passed ? "an emergency stop came and went; arm to light again"
                                 : "in emergency stop; mend the cause, then arm to "
                                   "clear it");
    }
    session->faulted = stopped_light;
}

/* ---- The queue ----------------------------------------------------------------------- */

void ed_session_emptied(struct ed_session *session, uint32_t in_device, bool dry)
{
    uint32_t lost = session->lost_points + ed_channel_drop_unsent(&session->channel);

    if (in_device > session->prepared_points)
        in_device = (uint32_t)session->prepared_points;
    lost += in_device + ed_channel_points(&session->channel);
    ed_channel_refuse_ahead(&session->channel);
    session->accepted_points -= in_device;
    session->owner = false;
    session->flushing = false;
    session->prepared_points = 0;
    session->lost_points = 0;
    session->base.events->emptied(session->base.engine, lost, dry);
}

/* Our stream has ended: by our stop, by running dry, by an e-stop, or by somebody else. */
static enum bj_status handle_end(struct ed_session *session,
                                 const struct ed_pending *command, int64_t now_ns)
{
    const struct ed_status *device = &session->device;
    bool ours = command->op == ED_STOP || command->op == ED_BEGIN || session->flushing ||
                session->stopping || ed_channel_awaits(&session->channel, "s", NULL);
    bool stopped_light = device->light != ED_LIGHT_READY || (device->flags & ED_FLAG_ESTOP);
    bool dry = !stopped_light && ((device->flags & ED_FLAG_UNDERFLOW) ||
                                  (!ours && session->model->silent_underflow));

    ed_session_emptied(session, device->fullness, dry);
    if (ours || dry || stopped_light)
        return BJ_OK;
    return intruder(session, now_ns, "playback was stopped from elsewhere");
}

static void count_accepted(struct ed_session *session, uint32_t points)
{
    session->prepared_points += points;
    session->accepted_points += points;
}

/* Of a refused command the points that still fitted stay and will be played: as many as
 * what was played plus what is queued exceeds what is known to be accepted. The device
 * counts in 32 bit, and so must their difference. */
static uint32_t kept_points(const struct ed_session *session, uint32_t offered)
{
    uint32_t total = session->device.fullness;
    int32_t kept;

    if (session->device.playback == ED_PLAYING)
        total += session->device.point_count;
    kept = (int32_t)(total - (uint32_t)session->prepared_points);
    if (kept <= 0)
        return 0;
    return (uint32_t)kept < offered ? (uint32_t)kept : offered;
}

static void learn_capacity(struct ed_session *session)
{
    uint32_t full = session->device.fullness;

    if (full >= session->capacity / 2 && full < session->capacity)
        session->capacity = full;
}

/* A gap inside the path cannot be mended: throw the queue away and start clean. */
static void handle_overfull(struct ed_session *session, const struct ed_pending *command)
{
    uint32_t kept = kept_points(session, command->points);

    count_accepted(session, kept);
    session->lost_points += command->points - kept;
    session->lost_points += ed_channel_drop_unsent(&session->channel);
    session->flushing = true;
    learn_capacity(session);
    (void)bj_dac_tell(&session->base, BJ_PROTOCOL,
                      "refused points; starting the queue over");
}

static void handle_data(struct ed_session *session, const struct ed_pending *command,
                        uint8_t code)
{
    if (command->refused_ahead || !session->owner)
        return;
    if (code == ED_ACK)
        count_accepted(session, command->points);
    else if (session->device.playback == ED_IDLE)
        session->lost_points += command->points;
    else
        handle_overfull(session, command);
}

static void report_level(struct ed_session *session, const struct ed_pending *command,
                         int64_t now_ns)
{
    const struct ed_status *device = &session->device;
    uint32_t empty = command->points + session->model->min_queued;
    bool playing = device->playback == ED_PLAYING;
    struct bj_level_report report = {
        .sent_ns = command->sent_ns,
        .received_ns = now_ns,
        .queued_points = device->fullness,
        .unreported_points = ed_channel_points(&session->channel) + session->lost_points,
        .quantum_points = session->model->min_queued > 0 ? session->model->min_queued : 1,
        .spread = session->model->min_queued > 0,
        .playing = playing,
        .dry = playing && device->fullness <= empty,
    };

    if (session->accepted_points > device->fullness)
        report.played_points = session->accepted_points - device->fullness;
    session->base.events->level(session->base.engine, &report);
}

/* More points than we ever sent, or playing without our begin. */
static bool taken_over(const struct ed_session *session, const struct ed_pending *command)
{
    uint64_t most = session->prepared_points + ed_channel_points(&session->channel);

    if (command->refused_ahead)
        return false;
    return session->device.fullness > most ||
           (session->device.playback == ED_PLAYING && !session->begun);
}

/* ---- Answers to control commands ----------------------------------------------------- */

static enum bj_status handle_prepare(struct ed_session *session, uint8_t code,
                                     int64_t now_ns)
{
    if (session->device.light != ED_LIGHT_READY)
        return BJ_OK;
    if (code != ED_ACK || session->device.playback != ED_PREPARED)
        return intruder(session, now_ns, "it would not prepare");
    session->owner = true;
    session->was_ready = true;
    session->prepared_points = 0;
    session->begun = false;
    session->begin_tries = 0;
    session->last_write_ns = now_ns;
    return BJ_OK;
}

static enum bj_status handle_rate_command(struct ed_session *session, uint8_t op,
                                          uint8_t code)
{
    bool ended =
        session->device.playback == ED_IDLE || session->device.light != ED_LIGHT_READY;

    if (code != ED_ACK && !ended)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "refused the rate of %u points/s; try a lower --pps",
                           session->rate);
    if (op == ED_BEGIN && session->device.playback == ED_PREPARED &&
        ++session->begin_tries >= BEGIN_LIMIT)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "accepts to begin but does not play");
    return BJ_OK;
}

static enum bj_status handle_corrupt_rate(struct ed_session *session, int64_t now_ns)
{
    uint32_t rate = session->device.point_rate;

    if (session->device.playback != ED_PLAYING || rate <= session->max_rate ||
        session->flushing)
        return BJ_OK;
    if (bj_strikes_add(&session->corrupt_rates, now_ns, CORRUPT_AGAIN_NS) > 1)
        return bj_dac_tell(&session->base, BJ_PROTOCOL,
                           "reports an impossible rate of %u points/s again; restart it",
                           rate);
    session->flushing = session->owner;
    session->lost_points += ed_channel_drop_unsent(&session->channel);
    (void)bj_dac_tell(&session->base, BJ_PROTOCOL,
                      "reports an impossible rate of %u points/s; starting over", rate);
    return BJ_OK;
}

static void validate_source(struct ed_session *session)
{
    if (session->device.source != 0 && !session->source_told)
        (void)bj_dac_tell(&session->base, BJ_BUSY,
                          "plays a source of its own (SD card or test pattern); switch "
                          "it to network at the device");
    session->source_told = session->device.source != 0;
}

static enum bj_status handle_control(struct ed_session *session, uint8_t op, uint8_t code,
                                     int64_t now_ns)
{
    switch (op) {
    case ED_PREPARE:
        return handle_prepare(session, code, now_ns);
    case ED_BEGIN:
    case ED_UPDATE:
    case ED_QUEUE_RATE:
        return handle_rate_command(session, op, code);
    case ED_CLEAR:
        if (session->device.light == ED_LIGHT_ESTOP)
            (void)bj_dac_tell(&session->base, BJ_REFUSED,
                              "stays in emergency stop; mend the cause, then arm again");
        return BJ_OK;
    default:
        return BJ_OK;
    }
}

/* ---- All answers --------------------------------------------------------------------- */

static void handle_greeting(struct ed_session *session, int64_t now_ns)
{
    session->phase = ED_WORKING;
    if (session->device.playback != ED_IDLE)
        watch(session, now_ns + WATCH_NS);
}

bool ed_session_begins(const struct ed_session *session)
{
    static const char begin[] = {ED_BEGIN, '\0'};

    return session->begun && session->device.playback == ED_PREPARED &&
           ed_channel_awaits(&session->channel, begin, NULL);
}

static enum bj_status handle_queue(struct ed_session *session,
                                   const struct ed_pending *command, int64_t now_ns)
{
    if (session->device.playback == ED_IDLE)
        return handle_end(session, command, now_ns);
    if (taken_over(session, command)) {
        ed_session_emptied(session, session->device.fullness, false);
        return intruder(session, now_ns, "it holds points that are not ours");
    }
    if (!session->flushing && !ed_session_begins(session))
        report_level(session, command, now_ns);
    return BJ_OK;
}

enum bj_status ed_session_handle_answer(struct ed_session *session,
                                        const struct ed_answer *answer, int64_t now_ns)
{
    const struct ed_pending *command = &answer->command;
    const struct ed_status before = session->device;
    uint8_t code = answer->reply.code;
    enum bj_status status;

    if (answer->is_version) {
        memcpy(session->version, answer->version, sizeof session->version);
        return BJ_OK;
    }
    session->device = answer->reply.status;
    handle_light(session, &before, now_ns);
    validate_source(session);
    if (session->phase == ED_GREETING) {
        handle_greeting(session, now_ns);
        return BJ_OK;
    }
    if (session->phase == ED_WATCHING) {
        look(session);
        return BJ_OK;
    }
    status = handle_corrupt_rate(session, now_ns);
    if (status == BJ_OK && command->op == ED_DATA)
        handle_data(session, command, code);
    else if (status == BJ_OK)
        status = handle_control(session, command->op, code, now_ns);
    if (status == BJ_OK && session->owner)
        status = handle_queue(session, command, now_ns);
    return status;
}
