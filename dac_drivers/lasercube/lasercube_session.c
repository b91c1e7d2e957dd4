/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_session.h"

#include "lasercube/lasercube_flow_control.h"
#include "lasercube/lasercube_replies.h"
#include "lasercube/lasercube_send.h"
#include "session/notice.h"

#define ASK_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define SETTING_TIMEOUT_NS (2 * BJ_NS_PER_S)
#define SILENCE_NOTICE_NS (500 * BJ_NS_PER_MS)
#define SILENCE_TIMEOUT_NS BJ_AWAY_LIMIT_NS
#define TRIES 3    /* for what may fail without harm */
#define FAILURES 3 /* to send, before it counts as gone */

/* ---- Small things -------------------------------------------------------------------- */

void lc_session_init(struct lc_session *session, struct bj_net *net)
{
    session->net = net;
    session->info = (struct lc_info){0};
    lc_info_make_sane(&session->info);
}

double lc_session_true_pps(const void *instance, uint32_t pps)
{
    const struct lc_session *session = instance;
    uint32_t most = session->infos > 0 ? session->info.max_rate : pps;
    uint32_t rate = pps < most ? pps : most;

    return session->phase == LC_WORKING && rate == session->rate ? session->ring.pps : rate;
}

/* ---- Connecting ---------------------------------------------------------------------- */

static enum bj_status open_one(struct lc_session *session, uint16_t port, int *handle)
{
    const struct bj_address any = {0};
    const struct bj_address peer = {session->peer.ip, port};
    enum bj_status status = session->net->ops->open_udp(session->net, any, false, handle);

    if (status != BJ_OK)
        return status;
    status = session->net->ops->set_peer(session->net, *handle, peer);
    if (status != BJ_OK)
        session->net->ops->close(session->net, *handle);
    return status;
}

static enum bj_status open_both(struct lc_session *session)
{
    uint16_t port = session->peer.port;
    enum bj_status status = open_one(session, port, &session->commands);

    if (status != BJ_OK)
        return status;
    status = open_one(session, (uint16_t)(port + LC_DATA_PORT_OFFSET), &session->samples);
    if (status != BJ_OK)
        session->net->ops->close(session->net, session->commands);
    return status;
}

enum bj_status lc_session_connect(struct lc_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points)
{
    const struct lc_session fresh = {
        .net = session->net,
        .base = session->base,
        .serial = session->serial,
        .info = session->info,
        .fault_count = session->fault_count,
        .peer = to,
        .heard_ns = now_ns,
        .rate = pps,
        .begin_points = begin_points,
        .tokens = LC_BURST,
        .tokens_ns = now_ns,
        .commands_out = {.net = session->net},
        .samples_out = {.net = session->net},
        .loss_ns = now_ns,
        .surplus_ns = now_ns,
    };
    enum bj_status status;

    *session = fresh;
    status = open_both(session);
    if (status != BJ_OK)
        return bj_dac_tell(&session->base, status, "no connection: %s",
                           bj_strerror(status));
    session->sockets = true;
    lc_ring_init(&session->ring, session->info.ring_points, pps, now_ns);
    lc_session_enter(session, LC_ASKING, now_ns);
    lc_session_ask_info(session, now_ns);
    return BJ_OK;
}

/* ---- What is due --------------------------------------------------------------------- */

/* It may not know them, or they do not matter enough to wait for. */
static void drop_vain_commands(struct lc_session *session, int64_t now_ns)
{
    static const enum lc_command_kind vain[] = {LC_COMMAND_CLEAR, LC_COMMAND_THRESHOLD};

    for (size_t k = 0; k < sizeof vain / sizeof vain[0]; k++) {
        const struct lc_command *command = &session->retry.command[vain[k]];
        if (command->tries >= TRIES && now_ns >= command->next_ns)
            lc_retry_drop(&session->retry, vain[k]);
    }
}

static void move_on(struct lc_session *session, int64_t now_ns)
{
    const struct lc_command *command = session->retry.command;

    drop_vain_commands(session, now_ns);
    if (session->phase == LC_SETTING && !lc_retry_open(&session->retry))
        lc_session_enter(session, LC_WORKING, now_ns);
    if (session->flushing && !command[LC_COMMAND_CLEAR].open) {
        session->flushing = false;
        if (session->begun)
            lc_session_emptied(session, session->flush_points, now_ns);
    }
    if (session->phase == LC_STOPPING && !command[LC_COMMAND_CLEAR].open &&
        !command[LC_COMMAND_OUTPUT].open && lc_session_send_tail(session, now_ns))
        lc_session_enter(session, LC_STOPPED, now_ns);
}

static enum bj_status check_silence(struct lc_session *session, int64_t now_ns)
{
    int64_t silent_ns = now_ns - session->heard_ns;

    if (session->send_failures > FAILURES && silent_ns > LC_ASK_AGAIN_NS)
        return bj_dac_tell(
            &session->base, BJ_DISCONNECTED,
            "nobody listens at its address; is it on, and is the address right?");
    if (session->phase == LC_ASKING && now_ns - session->phase_ns >= ASK_TIMEOUT_NS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "no answer; is it on, and is the address right? A firewall "
                           "must let answers from UDP port %u in",
                           session->peer.port);
    if (session->phase == LC_SETTING && now_ns - session->phase_ns >= SETTING_TIMEOUT_NS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "does not confirm what it is told");
    if (session->phase < LC_WORKING || silent_ns < SILENCE_NOTICE_NS)
        return BJ_OK;
    if (silent_ns >= SILENCE_TIMEOUT_NS)
        return bj_dac_tell(&session->base, BJ_TIMED_OUT,
                           "silent for a second; check network and power");
    if (!session->silence_told)
        (void)bj_dac_tell(&session->base, BJ_TIMED_OUT,
                          "silent for half a second; waiting");
    session->silence_told = true;
    return BJ_OK;
}

/* Without reports, without numbers in them, and when there is nothing to send, the level
 * must be asked for. */
static int64_t ask_free_ns(const struct lc_session *session)
{
    int64_t newest_ns = session->free_asked_ns;

    if (session->phase != LC_WORKING || !session->begun || session->flushing)
        return BJ_NEVER;
    if (session->snapshot_ns > newest_ns && !lc_ring_needs_questions(&session->ring))
        newest_ns = session->snapshot_ns;
    return bj_datagrams_from_ns(&session->commands_out, newest_ns + LC_NO_SNAPSHOT_NS);
}

static void ask(struct lc_session *session, int64_t now_ns)
{
    if (session->next_ask_ns > now_ns + LC_ASK_AGAIN_NS &&
        now_ns - session->heard_ns >= LC_ASK_AGAIN_NS)
        session->next_ask_ns = now_ns + LC_ASK_AGAIN_NS;
    if (now_ns >= session->next_ask_ns)
        lc_session_ask_info(session, now_ns);
    if (now_ns >= ask_free_ns(session))
        lc_session_ask_free(session, now_ns);
}

static enum bj_status work(struct lc_session *session, int64_t now_ns)
{
    enum bj_status status = lc_session_hear(session, now_ns);

    if (status == BJ_OK)
        status = check_silence(session, now_ns);
    if (status != BJ_OK)
        return status;
    move_on(session, now_ns);
    if (session->phase != LC_STOPPED) {
        ask(session, now_ns);
        lc_session_send_commands(session, now_ns);
    }
    return BJ_OK;
}

/* ---- What the engine sees ------------------------------------------------------------ */

static enum bj_dac_state state(const struct lc_session *session)
{
    if (session->phase == LC_STOPPED)
        return BJ_DAC_STOPPED;
    if (session->phase < LC_WORKING)
        return BJ_DAC_CONNECTING;
    if (session->faulted)
        return BJ_DAC_FAULT;
    return session->begun && session->ring.draining ? BJ_DAC_PLAYING : BJ_DAC_READY;
}

static void add_waits(const struct lc_session *session, int64_t now_ns,
                      struct bj_wait *wait)
{
    bj_wait_handle(wait, session->commands, BJ_WAIT_READ);
    bj_wait_handle(wait, session->samples, BJ_WAIT_READ);
    bj_wait_until(wait, session->next_ask_ns);
    bj_wait_until(wait, lc_retry_due_ns(&session->retry));
    if (session->phase == LC_ASKING)
        bj_wait_until(wait, session->phase_ns + ASK_TIMEOUT_NS);
    if (session->phase == LC_SETTING)
        bj_wait_until(wait, session->phase_ns + SETTING_TIMEOUT_NS);
    if (session->phase == LC_WORKING)
        bj_wait_until(wait,
                      session->heard_ns +
                          (session->silence_told ? SILENCE_TIMEOUT_NS : SILENCE_NOTICE_NS));
    if (session->tail_owed && bj_datagrams_full(&session->samples_out, now_ns))
        bj_wait_until(wait, session->samples_out.full_until_ns);
    bj_wait_until(wait, ask_free_ns(session));
    lc_session_flow_waits(session, now_ns, wait);
}

enum bj_status lc_session_service(struct lc_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait)
{
    enum bj_status result = BJ_OK;
    bool alive = session->phase != LC_CLOSED && session->phase != LC_STOPPED;

    if (alive)
        result = work(session, now_ns);
    status->state = state(session);
    status->room_points = lc_session_sendable(session, now_ns);
    status->fault_count = session->fault_count;
    if (alive && result == BJ_OK && session->phase != LC_STOPPED)
        add_waits(session, now_ns, wait);
    return result;
}

/* ---- Points -------------------------------------------------------------------------- */

static void follow_rate(struct lc_session *session, uint32_t pps, int64_t now_ns)
{
    uint32_t rate = pps < session->info.max_rate ? pps : session->info.max_rate;

    if (rate == session->rate || rate == 0)
        return;
    session->rate = rate;
    session->rate_wrong = 0;
    lc_ring_set_rate(&session->ring, rate, now_ns);
    lc_retry_give(&session->retry, LC_COMMAND_RATE, rate, now_ns);
}

enum bj_status lc_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken)
{
    struct lc_session *session = instance;
    uint8_t bytes[LC_PACKET_SIZE];
    uint32_t room = lc_session_sendable(session, now_ns);
    uint32_t count = chunk->count < room ? chunk->count : room;
    enum bj_status status;
    size_t size;

    *taken = 0;
    if (count > LC_MAX_POINTS)
        count = LC_MAX_POINTS;
    if (count == 0)
        return BJ_WOULD_BLOCK;
    follow_rate(session, chunk->pps, now_ns);
    size = lc_encode_samples(bytes, lc_ring_message(&session->ring),
                             (uint8_t)(session->frame + 1), chunk->points, count,
                             !session->open);
    status = lc_session_send(session, false, bytes, size, now_ns);
    if (status != BJ_OK) {
        session->send_failures += status != BJ_WOULD_BLOCK;
        return BJ_WOULD_BLOCK;
    }
    if (!session->begun)
        session->snapshot_ns = session->report_ns = now_ns;
    session->begun = true;
    session->frame++;
    session->tokens -= 1;
    session->last = chunk->points[count - 1];
    lc_ring_sent(&session->ring, count, now_ns);
    *taken = count;
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

/* Output off, ring emptied, at once; nothing more is sent until that is confirmed. */
static void darken(struct lc_session *session, int64_t now_ns)
{
    session->open = session->was_on = false;
    lc_ring_set_output(&session->ring, false, now_ns);
    lc_retry_give(&session->retry, LC_COMMAND_OUTPUT, 0, now_ns);
    lc_retry_give(&session->retry, LC_COMMAND_CLEAR, 0, now_ns);
    session->flushing = true;
    session->flush_points = lc_ring_likely(&session->ring, now_ns);
    lc_session_send_commands(session, now_ns);
    session->next_ask_ns = now_ns + LC_RETRY_NS; /* and see whether it is true */
}

static bool is_ours(const struct lc_session *session)
{
    return session->phase >= LC_SETTING && session->phase < LC_STOPPED;
}

void lc_session_shutter(void *instance, int64_t now_ns, bool open)
{
    struct lc_session *session = instance;

    if (session->phase != LC_WORKING)
        return;
    if (open) {
        session->open = true;
        session->output_wrong = 0;
        lc_retry_give(&session->retry, LC_COMMAND_OUTPUT, 1, now_ns);
        lc_session_send_commands(session, now_ns);
        session->next_ask_ns = now_ns + LC_RETRY_NS;
        lc_ring_set_output(&session->ring, true, now_ns);
    } else if (session->open) {
        darken(session, now_ns);
    }
}

void lc_session_stop(struct lc_session *session, int64_t now_ns)
{
    if (is_ours(session)) {
        darken(session, now_ns);
        lc_session_enter(session, LC_STOPPING, now_ns);
    } else {
        lc_session_enter(session, LC_STOPPED, now_ns);
    }
}

/* What is likely in the ring, or else all of which no answer tells that it arrived. */
static uint32_t left_behind(const struct lc_session *session)
{
    uint32_t likely = lc_ring_likely(&session->ring, session->tokens_ns);
    uint64_t unheard = session->ring.sent - session->ring.snapshot.through;

    return unheard > likely ? (uint32_t)unheard : likely;
}

void lc_session_disconnect(struct lc_session *session)
{
    if (session->sockets) {
        if (session->begun)
            lc_session_emptied(session, left_behind(session), session->tokens_ns);
        if (is_ours(session))
            lc_session_say_goodbye(session, session->tokens_ns);
        session->net->ops->close(session->net, session->commands);
        session->net->ops->close(session->net, session->samples);
    }
    session->sockets = session->open = session->faulted = false;
    session->phase = LC_CLOSED;
}
