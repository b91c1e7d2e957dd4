/* SPDX-License-Identifier: MIT */
#include "bridge/bridge.h"

#include "bridge/bridge_build.h"
#include "options/port_map.h"

#include <stdio.h>
#include <string.h>

#define STOP_NS (3 * BJ_NS_PER_S)

/* ---- Connections --------------------------------------------------------------------- */

static void tell_connected(struct bj_bridge *bridge, bool connected)
{
    for (size_t k = 0; k < bridge->sinks.count; k++)
        bj_stream_connections(bridge->sinks.items[k].stream, connected, bridge->latency_ns);
}

static void check_connections(struct bj_bridge *bridge, bool touched)
{
    struct bj_connection_list now = {0};
    unsigned channels;

    bj_jack_connections(bridge->supervisor.jack, &now);
    if (touched || !bj_connection_list_equal(&now, &bridge->made)) {
        channels = bj_connection_list_channels(&now);
        tell_connected(bridge, (channels & BJ_POSITION_BITS) == BJ_POSITION_BITS);
    }
    bj_connection_list_finish(&bridge->made);
    bridge->made = now;
}

static void plan_connections(struct bj_bridge *bridge, int64_t now_ns,
                             struct bj_connection_list *plan)
{
    const char **sources = bj_jack_sources(bridge->supervisor.jack);
    static const char *const none[] = {NULL};
    char text[BJ_WHY_SIZE];

    bj_connections_plan(&bridge->connections, sources ? sources : none, now_ns, plan);
    bj_jack_free_sources(sources);
    while (bj_connections_news(&bridge->connections, text, sizeof text))
        bj_log_say(bridge->log, "%s", text);
}

static void tell_outcomes(struct bj_bridge *bridge, const struct bj_errand *errand,
                          int64_t now_ns)
{
    char text[BJ_WHY_SIZE];

    for (size_t k = 0; k < errand->list.count; k++)
        if (bj_connections_outcome(&bridge->connections, &errand->list.items[k],
                                   errand->made[k], now_ns, text, sizeof text))
            bj_log_warn(bridge->log, "%s", text);
}

/* ---- What the server is asked -------------------------------------------------------- */

static void begin(struct bj_bridge *bridge, enum bj_errand_kind kind,
                  struct bj_connection_list *list)
{
    bridge->errand =
        bj_errand_begin(kind, bridge->supervisor.jack, list, bridge->supervisor.helpers);
}

static void tell_joined(struct bj_bridge *bridge)
{
    struct bj_jack_view view = bj_jack_view(bridge->supervisor.jack);

    bj_log_say(bridge->log, "JACK client '%s': %u Hz, %u frames per cycle%s", view.name,
               view.rate_hz, view.period_frames, view.realtime ? "" : ", not real-time");
}

/* A client that does not start gets no cycles: the supervisor will try again. */
static void take_answer(struct bj_bridge *bridge, int64_t now_ns)
{
    struct bj_errand *errand = bridge->errand;

    bridge->errand = NULL;
    if (errand->kind == BJ_ERRAND_CONNECT) {
        tell_outcomes(bridge, errand, now_ns);
    } else if (errand->kind == BJ_ERRAND_START && !errand->good) {
        bj_log_error(bridge->log, "%s", errand->why);
    } else if (errand->kind == BJ_ERRAND_START) {
        tell_joined(bridge);
        bridge->connections_owed = true;
        check_connections(bridge, true);
    }
    bj_errand_drop(errand);
}

static void ask_next(struct bj_bridge *bridge, int64_t now_ns, int64_t *deadline_ns)
{
    struct bj_connection_list plan = {0};
    int64_t retry_ns = bj_connections_retry_ns(&bridge->connections);

    if (bridge->latency_owed) {
        bridge->latency_owed = false;
        begin(bridge, BJ_ERRAND_LATENCY, NULL);
    } else if (bridge->connections_owed || now_ns >= retry_ns) {
        bridge->connections_owed = false;
        plan_connections(bridge, now_ns, &plan);
        if (plan.count > 0)
            begin(bridge, BJ_ERRAND_CONNECT, &plan);
        bj_connection_list_finish(&plan);
    } else if (retry_ns < *deadline_ns) {
        *deadline_ns = retry_ns;
    }
}

/* ---- The main thread itself ---------------------------------------------------------- */

bool bj_bridge_awake(struct bj_bridge *bridge, int64_t now_ns)
{
    int64_t gap_ns = bridge->awake_ns ? now_ns - bridge->awake_ns : 0;

    bridge->awake_ns = now_ns;
    if (bridge->supervisor.jack)
        atomic_store(&bj_jack_process(bridge->supervisor.jack)->control_ns, now_ns);
    if (gap_ns <= BJ_AWAY_LIMIT_NS)
        return true;
    bj_sinks_lose(&bridge->sinks);
    if (bridge->sinks.count)
        bj_log_say(bridge->log, "nobody could have disarmed for %.1f s: %s",
                   (double)gap_ns / BJ_NS_PER_S,
                   bridge->options->rearm ? "still armed, as asked for" : "disarmed");
    return false;
}

/* ---- JACK comes and goes ------------------------------------------------------------- */

static void tell_unplayable(const struct bj_bridge *bridge)
{
    bj_log_error(
        bridge->log,
        "JACK runs at %u Hz, which cannot be played: dark%s; start JACK at %u to %u "
        "Hz, and arm then",
        bridge->rate_hz, bridge->sinks.rearm ? "" : " and disarmed", BJ_FEED_MIN_RATE_HZ,
        BJ_FEED_MAX_RATE_HZ);
}

static void follow_rate(struct bj_bridge *bridge, uint32_t rate_hz)
{
    if (rate_hz == bridge->rate_hz)
        return;
    bridge->rate_hz = rate_hz;
    if (!bj_rate_is_playable(rate_hz)) {
        bj_sinks_lose(&bridge->sinks);
        tell_unplayable(bridge);
        return;
    }
    bj_log_warn(bridge->log, "JACK runs at %u Hz now; the DAC stays at its rate", rate_hz);
    for (size_t k = 0; k < bridge->sinks.count; k++)
        bj_feed_set_rate(bridge->sinks.items[k].feed, rate_hz);
}

static bool prepare(struct bj_bridge *bridge, const struct bj_jack_view *view)
{
    if (bridge->sinks.count == 0)
        return bj_bridge_build(bridge, view);
    follow_rate(bridge, view->rate_hz);
    bj_sinks_restart(&bridge->sinks);
    return true;
}

bool bj_bridge_join(struct bj_bridge *bridge)
{
    struct bj_jack *jack = bridge->supervisor.jack;
    struct bj_jack_view view = bj_jack_view(jack);

    if (!prepare(bridge, &view))
        return false;
    bj_jack_log_to(&bridge->jack_messages);
    bj_jack_attach(jack, &bridge->sinks, bridge->latency_ns);
    begin(bridge, BJ_ERRAND_START, NULL);
    return true;
}

void bj_bridge_part(struct bj_bridge *bridge)
{
    bj_jack_log_to(NULL);
    bj_errand_drop(bridge->errand);
    bridge->errand = NULL;
    bridge->connections_owed = bridge->latency_owed = false;
    bj_sinks_lose(&bridge->sinks);
    bj_sinks_restart(&bridge->sinks);
    tell_connected(bridge, false);
    bj_connections_remember(&bridge->connections, &bridge->made, bj_clock_ns());
    bj_connection_list_clear(&bridge->made);
}

static void take_events(struct bj_bridge *bridge, unsigned events)
{
    struct bj_jack_view view = bj_jack_view(bridge->supervisor.jack);

    if (events & BJ_JACK_PORTS)
        bridge->connections_owed = true;
    if (events & (BJ_JACK_CONNECTIONS | BJ_JACK_PORTS))
        check_connections(bridge, events & BJ_JACK_CONNECTIONS);
    if (events & BJ_JACK_RATE) {
        follow_rate(bridge, view.rate_hz);
        bridge->latency_owed = true;
    }
    if (events & BJ_JACK_FREEWHEEL)
        bj_log_say(bridge->log, !view.freewheeling ? "JACK keeps time again"
                                : bridge->options->rearm
                                    ? "JACK freewheels: dark"
                                    : "JACK freewheels: dark and disarmed");
}

void bj_bridge_follow(struct bj_bridge *bridge, unsigned events, int64_t now_ns,
                      int64_t *deadline_ns)
{
    if (events)
        take_events(bridge, events);
    if (bridge->errand && bj_errand_done(bridge->errand))
        take_answer(bridge, now_ns);
    if (!bridge->errand)
        ask_next(bridge, now_ns, deadline_ns);
}

/* ---- Arming -------------------------------------------------------------------------- */

static const char *missing_of_jack(const struct bj_bridge *bridge)
{
    if (!bridge->supervisor.jack)
        return "JACK is not there";
    if (bj_jack_view(bridge->supervisor.jack).freewheeling)
        return "JACK freewheels";
    if (!bj_rate_is_playable(bridge->rate_hz))
        return "JACK's sample rate cannot be played";
    return NULL;
}

static bool arm_each(struct bj_bridge *bridge, char *why, size_t why_size)
{
    size_t used = 0;

    for (size_t k = 0; k < bridge->projector_count; k++) {
        const struct bj_projector *projector = &bridge->projectors[k];

        if (bj_projector_arm(projector) || used >= why_size)
            continue;
        used += (size_t)snprintf(why + used, why_size - used, "%s%.100s is not connected",
                                 used ? "; " : "not armed: ", projector->dac.id);
    }
    return used == 0;
}

bool bj_bridge_arm(struct bj_bridge *bridge, char *why, size_t why_size)
{
    const char *missing = missing_of_jack(bridge);

    if (bridge->sought)
        snprintf(why, why_size, "not armed: searching for %.200s", bridge->sought);
    else if (missing)
        snprintf(why, why_size, "not armed: %s", missing);
    if (bridge->sought || missing)
        return false;
    return arm_each(bridge, why, why_size);
}

void bj_bridge_disarm(struct bj_bridge *bridge)
{
    bj_sinks_disarm(&bridge->sinks);
}

/* ---- Words --------------------------------------------------------------------------- */

bool bj_bridge_listen(struct bj_bridge *bridge)
{
    char why[BJ_WHY_SIZE], last_message[BJ_WHY_SIZE] = "";
    struct bj_message message;
    bool hopeful = true;

    for (size_t k = 0; k < bridge->projector_count; k++) {
        bridge->log->about =
            bridge->projector_count > 1 ? bridge->projectors[k].dac.id : NULL;
        if (!bj_projector_listen(&bridge->projectors[k], bridge->options, bridge->log, why,
                                 sizeof why)) {
            hopeful = false;
            snprintf(last_message, sizeof last_message, "%s", why);
        }
    }
    bridge->log->about = NULL;
    while (bj_message_queue_take(&bridge->jack_messages, &message))
        bj_log_warn(bridge->log, "libjack: %s", message.text);
    if (last_message[0])
        bj_log_error(bridge->log, "%s", last_message);
    return hopeful;
}

bool bj_bridge_over(const struct bj_bridge *bridge, bool *failed)
{
    size_t over = 0;

    *failed = false;
    for (size_t k = 0; k < bridge->projector_count; k++) {
        bool this_failed;

        over += bj_projector_over(&bridge->projectors[k], &this_failed);
        *failed = *failed || this_failed;
    }
    return over == bridge->projector_count;
}

/* ---- The end ------------------------------------------------------------------------- */

bool bj_bridge_stop(struct bj_bridge *bridge)
{
    int64_t until_ns = bj_clock_ns() + STOP_NS;
    bool stopped = true;

    for (size_t k = 0; k < bridge->projector_count; k++)
        bj_projector_stop(&bridge->projectors[k]);
    for (size_t k = 0; k < bridge->projector_count; k++) {
        int64_t left_ns = until_ns - bj_clock_ns();

        stopped =
            bj_projector_join(&bridge->projectors[k], left_ns > 0 ? left_ns : 0) && stopped;
    }
    return stopped;
}

bool bj_bridge_finish(struct bj_bridge *bridge)
{
    bj_jack_log_to(NULL);
    bj_errand_drop(bridge->errand);
    if (!bj_supervisor_finish(&bridge->supervisor))
        return false;
    bj_connections_finish(&bridge->connections);
    bj_connection_list_finish(&bridge->made);
    for (size_t k = 0; k < bridge->projector_count; k++)
        bj_projector_free(&bridge->projectors[k]);
    return true;
}
