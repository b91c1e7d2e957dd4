/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_validate.h"

#include "lasercube/lasercube_send.h"
#include "session/notice.h"

#define SETTLE_NS (300 * BJ_NS_PER_MS)
#define NO_REPORT_NS (300 * BJ_NS_PER_MS)
#define WRONG_LIMIT 3
#define WATCH_NS (100 * BJ_NS_PER_MS)
#define WATCH_LOOKS 4
#define LOSS_NS BJ_NS_PER_S
#define LOSS_TOLD_NS (10 * BJ_NS_PER_S)
#define LOW_BATTERY 10

/* ---- Is it what we want? ------------------------------------------------------------- */

static void fault(struct lc_session *session, const struct lc_flags *flags)
{
    if (session->faulted)
        return;
    session->faulted = true;
    session->fault_count++;
    (void)bj_dac_tell(&session->base, BJ_REFUSED,
                      flags->too_hot
                          ? "over temperature, gives no light; let it cool down, then "
                            "arm again"
                          : "its interlock is open, no light; close it, then arm again");
}

static bool blocks_light(const struct lc_flags *flags)
{
    return flags->interlock || flags->too_hot;
}

static enum bj_status output_is_off(struct lc_session *session,
                                    const struct lc_flags *flags, int64_t now_ns)
{
    if (blocks_light(flags)) {
        fault(session, flags);
        return BJ_OK;
    }
    if (session->was_on && ++session->output_wrong > 1)
        return bj_dac_tell(&session->base, BJ_DISCONNECTED,
                           "switched its output off by itself: it restarted, or another "
                           "program did it; connecting anew");
    if (!session->was_on)
        lc_retry_give(&session->retry, LC_COMMAND_OUTPUT, 1, now_ns);
    else
        session->next_ask_ns = now_ns + LC_RETRY_NS; /* once may be an old answer */
    return BJ_OK;
}

static enum bj_status validate_output(struct lc_session *session,
                                      const struct lc_flags *flags, int64_t now_ns)
{
    if (session->faulted && !blocks_light(flags))
        session->faulted = false;
    if (!lc_retry_settled(&session->retry, LC_COMMAND_OUTPUT, SETTLE_NS, now_ns))
        return BJ_OK;
    if (flags->output == session->open) {
        session->output_wrong = 0;
        session->was_on = session->open;
        session->faulted = session->faulted && !session->open;
        return BJ_OK;
    }
    if (session->open)
        return output_is_off(session, flags, now_ns);
    lc_retry_give(&session->retry, LC_COMMAND_OUTPUT, 0, now_ns);
    return BJ_OK;
}

static void validate_rate(struct lc_session *session, int64_t now_ns)
{
    uint32_t rate = session->info.rate;

    if (!lc_retry_settled(&session->retry, LC_COMMAND_RATE, SETTLE_NS, now_ns))
        return;
    if (rate == session->rate) {
        session->rate_wrong = 0;
        return;
    }
    if (++session->rate_wrong <= WRONG_LIMIT || rate == 0) {
        lc_retry_give(&session->retry, LC_COMMAND_RATE, session->rate, now_ns);
        return;
    }
    if (rate != (uint32_t)session->ring.pps) {
        lc_ring_set_rate(&session->ring, rate, now_ns);
        (void)bj_dac_tell(&session->base, BJ_REFUSED,
                          "makes %u points/s of the %u it should", rate, session->rate);
    }
}

static void validate_reports(struct lc_session *session, int64_t now_ns)
{
    if (session->begun && now_ns - session->report_ns > NO_REPORT_NS &&
        lc_retry_settled(&session->retry, LC_COMMAND_REPORTS, NO_REPORT_NS, now_ns))
        lc_retry_give(&session->retry, LC_COMMAND_REPORTS, 1, now_ns);
}

static void tell_once(const struct lc_session *session, bool *told, bool is,
                      enum bj_status status, const char *text)
{
    if (is && !*told)
        (void)bj_dac_tell(&session->base, status, "%s (%d C, battery %u %%)", text,
                          session->info.temperature, session->info.battery);
    *told = is;
}

static void validate_health(struct lc_session *session, const struct lc_flags *flags,
                            uint8_t errors_before)
{
    bool low = session->info.battery <= LOW_BATTERY;

    tell_once(session, &session->warm_told, flags->warm && !flags->too_hot, BJ_REFUSED,
              "is getting too warm");
    tell_once(session, &session->hot_told, flags->too_hot, BJ_REFUSED, "over temperature");
    tell_once(session, &session->battery_told, low, BJ_REFUSED, "battery nearly empty");
    if (flags->errors != errors_before)
        (void)bj_dac_tell(&session->base, BJ_PROTOCOL, "counts packets it could not use");
}

static enum bj_status validate_settings(struct lc_session *session, uint8_t errors_before,
                                        int64_t now_ns)
{
    struct lc_flags flags = lc_flags_of(&session->info);
    enum bj_status status = BJ_OK;

    if (session->phase == LC_WORKING) {
        status = validate_output(session, &flags, now_ns);
        validate_rate(session, now_ns);
        validate_reports(session, now_ns);
    }
    if (session->phase >= LC_SETTING)
        validate_health(session, &flags, errors_before);
    return status;
}

/* ---- Somebody else ------------------------------------------------------------------- */

static uint32_t points_in_it(const struct lc_session *session)
{
    return session->info.ring_points - session->info.free_points;
}

/* What drains was left behind; so was what stands still. What does neither is fed. */
static enum bj_status watch(struct lc_session *session, int64_t now_ns)
{
    uint32_t held = points_in_it(session);
    double time_s = (double)(now_ns - session->phase_ns) / 1e9;
    bool drains;

    if (session->watched++ == 0)
        session->first_watched = held;
    session->next_ask_ns = now_ns + WATCH_NS;
    if (held > 0 && session->watched < WATCH_LOOKS) {
        session->last_watched = held;
        return BJ_OK;
    }
    drains = held < session->last_watched &&
             session->first_watched - (double)held > session->info.rate * time_s / 2;
    if (held == 0 || drains || held == session->first_watched) {
        lc_session_enter(session, LC_SETTING, now_ns);
        return BJ_OK;
    }
    return bj_dac_tell(&session->base, BJ_BUSY,
                       "somebody else plays on it; it is left alone and asked again");
}

static enum bj_status find_surplus(struct lc_session *session, int64_t now_ns)
{
    double most = session->ring.pps / 2;

    if (now_ns - session->surplus_ns < BJ_NS_PER_S)
        return BJ_OK;
    bool much = session->ring.surplus > (most > 300 ? most : 300);
    session->surplus_ns = now_ns;
    session->ring.surplus = 0;
    if (!much || session->phase != LC_WORKING)
        return BJ_OK;
    return bj_dac_tell(&session->base, BJ_BUSY,
                       "somebody else sends points to it, too; giving way");
}

/* Sample packets without a report: they, or the reports, were lost on the way. */
static void measure_loss(struct lc_session *session, int64_t now_ns)
{
    const struct lc_ring *ring = &session->ring;
    uint64_t lost, all, points;

    if (now_ns - session->loss_ns < LOSS_NS)
        return;
    lost = ring->unanswered - session->loss_packets;
    points = ring->unanswered_points - session->loss_points;
    all = lost + ring->answered - session->loss_answers;
    session->loss_ns = now_ns;
    session->loss_packets = ring->unanswered;
    session->loss_points = ring->unanswered_points;
    session->loss_answers = ring->answered;
    if (lost == 0 || lost * 100 < all ||
        (session->loss_told_ns != 0 && now_ns - session->loss_told_ns < LOSS_TOLD_NS))
        return;
    session->loss_told_ns = now_ns;
    (void)bj_dac_tell(&session->base, BJ_TIMED_OUT,
                      "%u of %u packets unanswered, up to %u points lost on the way; "
                      "a cable or a better place would help",
                      (unsigned)lost, (unsigned)all, (unsigned)points);
}

/* ---- All of it ----------------------------------------------------------------------- */

enum bj_status lc_session_validate_info(struct lc_session *session, uint8_t errors_before,
                                        int64_t now_ns)
{
    if (session->phase == LC_ASKING)
        lc_session_enter(session, points_in_it(session) > 0 ? LC_WATCHING : LC_SETTING,
                         now_ns);
    if (session->phase == LC_WATCHING)
        return watch(session, now_ns);
    return validate_settings(session, errors_before, now_ns);
}

enum bj_status lc_session_find_conflict(struct lc_session *session, int64_t now_ns)
{
    measure_loss(session, now_ns);
    return find_surplus(session, now_ns);
}
