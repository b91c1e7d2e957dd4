/* SPDX-License-Identifier: MIT */
#include "idn/idn_sender.h"

#include <string.h>

/* The specification wants the configuration at least every 200 to 250 ms. */
#define CONFIG_NS (200 * BJ_NS_PER_MS)
#define ACK_NS (100 * BJ_NS_PER_MS)
/* After a loss the next one may hit just the configuration, or the question after it. */
#define TROUBLED_PERIOD_NS (40 * BJ_NS_PER_MS)
/* What receivers keep beyond what the sender counts. */
#define PLAY_OUT_NS (100 * BJ_NS_PER_MS)
#define FEW_NS (2 * BJ_NS_PER_MS)

static enum bj_status send(struct idn_session *session, const uint8_t *bytes, size_t size,
                           int64_t now_ns)
{
    return bj_datagrams_send(&session->out, session->handle, session->peer, bytes, size,
                             now_ns);
}

/* Of the next real-time packet. */
static uint16_t next_sequence(struct idn_session *session)
{
    session->packets++;
    return session->sequence++;
}

/* ---- Small packets ------------------------------------------------------------------- */

enum bj_status idn_session_ask(struct idn_session *session, enum idn_command command,
                               int64_t now_ns)
{
    uint8_t bytes[IDN_HEADER_SIZE];
    size_t size = idn_encode_empty(bytes, command, session->request_sequence++);

    return send(session, bytes, size, now_ns);
}

static uint32_t stamp_now(const struct idn_session *session, int64_t now_ns)
{
    if (session->stamps.running)
        return (uint32_t)session->stamps.end_us;
    return (uint32_t)((now_ns - session->lead_ns) / 1000);
}

static struct idn_message message_of(const struct idn_session *session, bool acknowledge,
                                     bool configure)
{
    return (struct idn_message){
        .command = acknowledge ? IDN_MESSAGE_ACK : IDN_MESSAGE,
        .sequence = session->sequence,
        .configured = configure,
        .service = session->service.id,
        .match = session->match,
        .format = session->format,
    };
}

static bool is_troubled(const struct idn_session *session, int64_t now_ns)
{
    return now_ns < session->troubled_until_ns;
}

/* What was asked for went out: when is it due again? */
static void note_sent(struct idn_session *session, int64_t now_ns, bool acknowledge,
                      bool configure)
{
    bool troubled = is_troubled(session, now_ns);

    (void)next_sequence(session);
    session->sent_ns = now_ns;
    if (configure) {
        session->config_ns = now_ns + (troubled ? TROUBLED_PERIOD_NS : CONFIG_NS);
        session->configs_left -= session->configs_left > 0;
    }
    if (acknowledge)
        session->ack_ns = now_ns + (troubled ? TROUBLED_PERIOD_NS : ACK_NS);
}

enum bj_status idn_session_send_void(struct idn_session *session, int64_t now_ns,
                                     bool acknowledge, bool configure)
{
    uint8_t bytes[IDN_DATAGRAM_SIZE];
    struct idn_message message = message_of(session, acknowledge, configure);
    enum bj_status status;

    message.timestamp_us = stamp_now(session, now_ns);
    status = send(session, bytes, idn_encode_void(bytes, &message), now_ns);
    if (status == BJ_OK)
        note_sent(session, now_ns, acknowledge, configure);
    return status;
}

void idn_session_configure_soon(struct idn_session *session, int64_t now_ns)
{
    session->config_ns = now_ns;
    if (session->configs_left == 0)
        session->configs_left = 1;
}

void idn_session_send_abort(struct idn_session *session, int64_t now_ns)
{
    uint8_t bytes[IDN_HEADER_SIZE];
    size_t size = idn_encode_empty(bytes, IDN_ABORT, next_sequence(session));

    session->abort_owed = send(session, bytes, size, now_ns) == BJ_WOULD_BLOCK;
}

/* Who does not know an abort at least understands a close. */
enum bj_status idn_session_send_end(struct idn_session *session, int64_t now_ns,
                                    bool play_out)
{
    uint8_t bytes[IDN_DATAGRAM_SIZE];
    struct idn_message message = message_of(session, false, false);
    enum idn_command close = session->acks ? IDN_CLOSE_ACK : IDN_CLOSE;

    if (session->acks && !play_out) {
        idn_session_send_abort(session, now_ns);
    } else {
        message.timestamp_us = stamp_now(session, now_ns);
        (void)send(session, bytes, idn_encode_channel_close(bytes, &message), now_ns);
        (void)next_sequence(session);
    }
    return send(session, bytes, idn_encode_empty(bytes, close, next_sequence(session)),
                now_ns);
}

/* ---- Samples ------------------------------------------------------------------------- */

static uint32_t least_samples(uint32_t pps)
{
    uint32_t least = (uint32_t)((pps * (uint64_t)IDN_LEAST_US + 999999) / 1000000);

    return least > IDN_LEAST_SAMPLES ? least : IDN_LEAST_SAMPLES;
}

/* One datagram; its first point plays at play_ns. */
static enum bj_status send_wave(struct idn_session *session, int64_t now_ns,
                                int64_t play_ns, uint32_t pps,
                                const struct idn_samples *samples)
{
    uint8_t bytes[IDN_DATAGRAM_SIZE];
    uint32_t count = samples->first_count + samples->then_count;
    bool configure = session->configs_left > 0 || now_ns >= session->config_ns;
    bool acknowledge = session->acks && now_ns >= session->ack_ns;
    struct idn_message message = message_of(session, acknowledge, configure);
    struct idn_stamps stamps = session->stamps;
    struct idn_span span = idn_stamps_next(&stamps, play_ns, count, pps);
    enum bj_status status;

    if (span.duration_us < IDN_LEAST_US) { /* the end of a stream */
        stamps.end_us = span.begin_us + IDN_LEAST_US;
        span.duration_us = IDN_LEAST_US;
    }
    message.timestamp_us = (uint32_t)span.begin_us;
    status = send(session, bytes,
                  idn_encode_wave(bytes, &message, span.duration_us, samples), now_ns);
    if (status != BJ_OK)
        return status;
    session->stamps = stamps;
    note_sent(session, now_ns, acknowledge, configure);
    session->playing = true;
    session->queue_points += count;
    session->unheard_points += count;
    session->newest_pps = pps;
    session->play_end_ns = play_ns + idn_points_ns(count, pps);
    session->dark_ns = session->play_end_ns + PLAY_OUT_NS;
    return BJ_OK;
}

enum bj_status idn_session_send_held(struct idn_session *session, int64_t now_ns)
{
    struct idn_hold *hold = &session->hold;
    const struct idn_samples samples = {hold->points, NULL, hold->count, 0, session->shut};
    enum bj_status status = BJ_OK;

    if (hold->count > 0)
        status = send_wave(session, now_ns, hold->play_ns, hold->pps, &samples);
    if (status == BJ_OK)
        hold->count = 0;
    return status;
}

/* So few are better held back than sent alone, if others fill the datagrams before. */
static uint32_t few_samples(uint32_t pps)
{
    uint32_t few = (uint32_t)(pps * (uint64_t)FEW_NS / BJ_NS_PER_S);
    uint32_t least = least_samples(pps);

    few = few > least ? few : least;
    return few < IDN_HOLD_POINTS ? few : IDN_HOLD_POINTS;
}

/* How many of so many make the next datagram: full ones, if just a few are left over at the
 * end, else all of a size. */
static uint32_t next_size(uint32_t left, uint32_t most, uint32_t few)
{
    uint32_t parts = (left + most - 1) / most;

    if (left <= most)
        return left;
    return left % most < few ? most : left / parts;
}

static void hold_back(struct idn_session *session, int64_t now_ns,
                      const struct bj_chunk *chunk, uint32_t at, int64_t play_ns)
{
    struct idn_hold *hold = &session->hold;
    uint32_t count = chunk->count - at;

    if (hold->count == 0)
        hold->since_ns = now_ns;
    memcpy(hold->points + hold->count, chunk->points + at, count * sizeof *hold->points);
    hold->count += count;
    hold->pps = chunk->pps;
    hold->play_ns = play_ns;
}

/* A new rate or a new time line: what is held belongs to the old one, and goes first. */
static enum bj_status settle(struct idn_session *session, int64_t now_ns,
                             const struct bj_chunk *chunk)
{
    struct idn_hold *hold = &session->hold;
    int64_t held_ns = idn_points_ns(hold->count, chunk->pps);
    int64_t chunk_ns = idn_points_ns(chunk->count, chunk->pps);
    bool goes_on =
        idn_stamps_continue(&session->stamps, chunk->play_ns - held_ns, chunk_ns);
    enum bj_status status = BJ_OK;

    if (hold->count > 0 && (hold->pps != chunk->pps || (session->playing && !goes_on)))
        status = idn_session_send_held(session, now_ns);
    if (status == BJ_OK && session->stamps.running && !goes_on) {
        idn_stamps_break(&session->stamps);
        idn_session_configure_soon(session, now_ns);
    }
    return status;
}

enum bj_status idn_session_send_points(struct idn_session *session, int64_t now_ns,
                                       const struct bj_chunk *chunk, uint32_t *taken)
{
    struct idn_hold *hold = &session->hold;
    uint32_t most = idn_most_samples(session->format), few = few_samples(chunk->pps);
    uint32_t enough = least_samples(chunk->pps), at = 0, left;
    enum bj_status status = settle(session, now_ns, chunk);
    int64_t play_ns = chunk->play_ns - idn_points_ns(hold->count, chunk->pps);

    if (status != BJ_OK)
        return status;
    for (left = hold->count + chunk->count; left >= enough; enough = few) {
        uint32_t size = next_size(left, most, few);
        struct idn_samples samples = {hold->points, chunk->points + at, hold->count,
                                      size - hold->count, session->shut};
        status = send_wave(session, now_ns, play_ns, chunk->pps, &samples);
        if (status != BJ_OK) {
            *taken = at;
            return at > 0 ? BJ_OK : status;
        }
        at += samples.then_count;
        hold->count = 0;
        left -= size;
        play_ns = chunk->play_ns + idn_points_ns(at, chunk->pps);
    }
    hold_back(session, now_ns, chunk, at, play_ns);
    *taken = chunk->count;
    return BJ_OK;
}
