/* SPDX-License-Identifier: MIT */
#include "bridge.h"

#include <stdio.h>
#include <string.h>

#define MAX_PUSH_FRAMES 8192
#define STOP_NS (3 * BJ_NS_PER_S)

/* ---- The engine -------------------------------------------------------------------------- */

static bool create_feed(struct bj_bridge *bridge)
{
    const struct bj_feed_config config = {
        .rate_hz = bridge->rate_hz,
        .max_push_frames = MAX_PUSH_FRAMES,
        .latency_ns = bridge->latency.latency_ns,
        .max_latency_ns = bridge->latency.latency_ns,
        .interpolation = (enum bj_interpolation)bridge->options->interpolation,
        .has_intensity = true,
    };
    enum bj_status status = bj_feed_create(&config, &bridge->feed);

    if (status != BJ_OK)
        bj_log_say(bridge->log, "cannot buffer JACK's %u Hz: %s", bridge->rate_hz,
                   bj_strerror(status));
    return status == BJ_OK;
}

static struct bj_stream_config stream_config(struct bj_bridge *bridge,
                                             const struct bj_dac_config *dac, uint32_t pps)
{
    const struct bj_options *options = bridge->options;
    struct bj_stream_config config = bj_stream_defaults();

    config.driver = bridge->dac.driver;
    config.dac = dac;
    config.host = bj_waiter_host(bridge->waiter);
    config.fill = bj_feed_fill;
    config.fill_user = bridge->feed;
    config.error = bj_mailbox_error;
    config.error_user = &bridge->engine_words;
    config.pps = pps;
    config.target_buffer_ns = bridge->latency.target_ns;
    config.min_buffer_ns = bridge->latency.min_ns;
    config.underrun = options->underrun.policy;
    config.park_x = options->underrun.x;
    config.park_y = options->underrun.y;
    config.drain_timeout_ns = options->drain_ns;
    config.reconnect = !options->no_reconnect;
    config.rearm = options->rearm;
    config.shape = bj_options_shape(options);
    config.safety = bj_options_safety(options);
    return config;
}

static bool create_stream(struct bj_bridge *bridge, const struct bj_dac_caps *caps,
                          uint32_t pps)
{
    const struct bj_audio_options audio = bj_options_audio(bridge->options);
    const bool is_audio = strcmp(bridge->dac.driver->name, "audio") == 0;
    const struct bj_dac_config dac = {.id = bridge->dac.id,
                                      .address = bridge->dac.address,
                                      .via = bridge->via,
                                      .extra = is_audio ? &audio : NULL};
    struct bj_stream_config config = stream_config(bridge, &dac, pps);
    enum bj_status status = bj_stream_create(&config, &bridge->stream);

    bridge->wrong_usage = status == BJ_BAD_ARGUMENT;
    if (status == BJ_BAD_ARGUMENT && caps->max_pps)
        bj_log_say(bridge->log,
                   "%s cannot play %u points/s; it takes %u to %u, choose with --pps",
                   bridge->dac.id, pps, caps->min_pps, caps->max_pps);
    else if (status != BJ_OK)
        bj_log_say(bridge->log, "cannot prepare %s: %s", bridge->dac.id,
                   bj_strerror(status));
    return status == BJ_OK;
}

static bool start_engine(struct bj_bridge *bridge, int jack_priority)
{
    char why[120];

    if (!bj_lock_memory(why, sizeof why))
        bj_log_say(bridge->log, "memory is not locked (%s): see 'beamjack doctor'", why);
    bj_stream_connections(bridge->stream, false, bridge->latency.latency_ns);
    if (bridge->options->arm)
        bj_stream_arm(bridge->stream);
    if (bj_engine_thread_start(&bridge->engine, bridge->stream,
                               bj_engine_priority(jack_priority), bridge->wake_fd))
        return true;
    bj_log_say(bridge->log, "cannot start a thread for the DAC");
    return false;
}

static bool build_engine(struct bj_bridge *bridge, const struct bj_jack_view *jack)
{
    const struct bj_options *options = bridge->options;
    const struct bj_latency asked = {options->latency_ns, options->target_buffer_ns,
                                     options->min_buffer_ns};
    struct bj_dac_caps caps;
    char why[BJ_WHY_SIZE];
    uint32_t pps;

    if (!bj_dac_caps(&bridge->dac, &bridge->via, &caps)) {
        bj_log_say(bridge->log, "the driver refuses '%s'; see 'beamjack list'",
                   bridge->dac.id);
        return false;
    }
    if (!bj_latency_plan(asked, &caps, jack->rate_hz, &bridge->latency, why, sizeof why)) {
        bj_log_say(bridge->log, "%s", why);
        bridge->wrong_usage = true;
        return false;
    }
    pps = bj_dac_pps(options->pps, jack->rate_hz, &bridge->dac, &caps);
    bridge->waiter = bj_waiter_create();
    if (!bridge->waiter || !create_feed(bridge) || !create_stream(bridge, &caps, pps) ||
        !start_engine(bridge, jack->priority))
        return false;
    bj_log_say(bridge->log, "%s: %u points/s, latency %.4g ms%s", bridge->dac.id, pps,
               (double)bridge->latency.latency_ns / BJ_NS_PER_MS,
               options->arm ? ", armed" : ", dark until armed");
    return true;
}

/* ---- Links --------------------------------------------------------------------------------- */

static void look_at_links(struct bj_bridge *bridge, bool touched)
{
    struct bj_links now = {0};
    unsigned channels;

    bj_jack_links(bridge->supervisor.jack, &now);
    if (touched || !bj_links_equal(&now, &bridge->links)) {
        channels = bj_links_channels(&now);
        bj_stream_connections(bridge->stream,
                              (channels & BJ_POSITION_BITS) == BJ_POSITION_BITS,
                              bridge->latency.latency_ns);
    }
    bj_links_finish(&bridge->links);
    bridge->links = now;
}

static void make_links(struct bj_bridge *bridge)
{
    struct bj_jack *jack = bridge->supervisor.jack;
    const char **sources = bj_jack_sources(jack);
    static const char *const none[] = {NULL};
    struct bj_links plan = {0};

    bj_connections_plan(&bridge->connections, sources ? sources : none, &plan);
    for (size_t k = 0; k < plan.count; k++)
        if (!bj_jack_connect(jack, plan.items[k].source, plan.items[k].channel))
            bj_log_say(bridge->log, "JACK refuses to connect %s to %s",
                       plan.items[k].source, bj_port_title(plan.items[k].channel));
    bj_links_finish(&plan);
    bj_jack_free_sources(sources);
}

/* ---- JACK comes and goes --------------------------------------------------------------------- */

static void follow_rate(struct bj_bridge *bridge, uint32_t rate_hz)
{
    if (rate_hz == bridge->rate_hz)
        return;
    bj_log_say(bridge->log, "JACK runs at %u Hz now; the DAC stays at its rate", rate_hz);
    bridge->rate_hz = rate_hz;
    bj_feed_set_rate(bridge->feed, rate_hz);
}

static bool prepare(struct bj_bridge *bridge, const struct bj_jack_view *view)
{
    if (!bridge->stream) {
        bridge->rate_hz = view->rate_hz;
        return build_engine(bridge, view);
    }
    follow_rate(bridge, view->rate_hz);
    bj_feed_restart(bridge->feed);
    return true;
}

bool bj_bridge_join(struct bj_bridge *bridge)
{
    struct bj_jack *jack = bridge->supervisor.jack;
    struct bj_jack_view view = bj_jack_view(jack);
    char why[BJ_WHY_SIZE];

    if (!prepare(bridge, &view))
        return false;
    bj_jack_log_to(&bridge->jack_words);
    if (!bj_jack_start(jack, bridge->feed, bridge->stream, bridge->latency.latency_ns, why,
                       sizeof why)) {
        bj_log_say(bridge->log, "%s", why);
        return true; /* the supervisor will see no cycles and try again */
    }
    bj_log_say(bridge->log, "JACK client '%s': %u Hz, %u frames per cycle%s", view.name,
               view.rate_hz, view.period_frames, view.realtime ? "" : ", not real-time");
    make_links(bridge);
    look_at_links(bridge, true);
    return true;
}

void bj_bridge_part(struct bj_bridge *bridge)
{
    bj_jack_log_to(NULL);
    if (!bridge->options->rearm)
        bj_stream_disarm(bridge->stream);
    bj_feed_restart(bridge->feed);
    bj_stream_connections(bridge->stream, false, bridge->latency.latency_ns);
    bj_connections_remember(&bridge->connections, &bridge->links);
    bj_links_clear(&bridge->links);
}

void bj_bridge_events(struct bj_bridge *bridge, unsigned events)
{
    struct bj_jack_view view = bj_jack_view(bridge->supervisor.jack);

    if (events & BJ_JACK_PORTS)
        make_links(bridge);
    if (events & (BJ_JACK_LINKS | BJ_JACK_PORTS))
        look_at_links(bridge, events & BJ_JACK_LINKS);
    if (events & BJ_JACK_RATE) {
        follow_rate(bridge, view.rate_hz);
        bj_jack_recompute_latency(bridge->supervisor.jack);
    }
    if (events & BJ_JACK_FREEWHEEL)
        bj_log_say(bridge->log,
                   view.freewheeling ? "JACK freewheels: dark" : "JACK keeps time again");
}

/* ---- Words ------------------------------------------------------------------------------------ */

static void tell_scheduler(struct bj_bridge *bridge)
{
    int refusal = atomic_load(&bridge->engine.refusal);
    char scheduler[40];

    if (bridge->engine_told || !bridge->stream || atomic_load(&bridge->engine.policy) == -1)
        return;
    bridge->engine_told = true;
    bj_engine_scheduler(&bridge->engine, scheduler, sizeof scheduler);
    if (refusal)
        bj_log_say(bridge->log,
                   "the DAC's thread runs as %s: real-time priority is refused, see "
                   "'beamjack doctor'",
                   scheduler);
    else
        bj_log_say(bridge->log, "the DAC's thread runs as %s", scheduler);
}

static void tell_state(struct bj_bridge *bridge)
{
    struct bj_stats stats;

    if (!bridge->stream)
        return;
    stats = bj_stream_stats(bridge->stream);
    bridge->reached = bridge->reached || stats.state == BJ_STREAM_STREAMING;
    if (stats.state != bridge->state_told)
        bj_log_say(bridge->log, "%s: %s", bj_stream_dac_name(bridge->stream),
                   bj_status_state(stats.state));
    if (stats.armed != bridge->armed_told)
        bj_log_say(bridge->log, stats.armed ? "armed" : "disarmed: dark");
    bridge->state_told = stats.state;
    bridge->armed_told = stats.armed;
}

bool bj_bridge_listen(struct bj_bridge *bridge)
{
    struct bj_letter letter;
    bool hopeful = true;

    tell_scheduler(bridge);
    tell_state(bridge);
    while (bj_mailbox_take(&bridge->engine_words, &letter)) {
        bj_log_say(bridge->log, "%s", letter.text);
        if (letter.status != BJ_OK && !bridge->reached && !bridge->options->wait_for_dac)
            hopeful = false;
    }
    while (bj_mailbox_take(&bridge->jack_words, &letter))
        bj_log_say(bridge->log, "libjack: %s", letter.text);
    return hopeful;
}

struct bj_status_report bj_bridge_report(struct bj_bridge *bridge, char *scheduler,
                                         size_t scheduler_size)
{
    struct bj_status_report report = {
        .dac = bridge->stream ? bj_stream_dac_name(bridge->stream) : bridge->dac.id,
        .client = "",
        .scheduler = scheduler,
        .jack_running = bridge->supervisor.jack != NULL,
        .jack_rate_hz = bridge->rate_hz,
        .jack_returns = bridge->supervisor.returns,
        .xruns = bridge->supervisor.past_xruns,
        .latency_ns = bridge->latency.latency_ns,
        .connected = bj_links_channels(&bridge->links),
    };

    snprintf(scheduler, scheduler_size, "not started");
    if (bridge->stream) {
        report.stream = bj_stream_stats(bridge->stream);
        report.feed = bj_feed_stats(bridge->feed);
        bj_engine_scheduler(&bridge->engine, scheduler, scheduler_size);
    }
    if (report.jack_running) {
        struct bj_jack_view view = bj_jack_view(bridge->supervisor.jack);

        report.client = view.name;
        report.period_frames = view.period_frames;
        report.xruns += view.xruns;
        report.freewheeling = view.freewheeling;
        for (int c = 0; c < BJ_CHANNELS; c++)
            report.peaks[c] =
                bj_process_take_peak(bj_jack_process(bridge->supervisor.jack), c);
    }
    return report;
}

/* ---- The end ----------------------------------------------------------------------------------- */

bool bj_bridge_finish(struct bj_bridge *bridge)
{
    bool stopped = true, alone;

    if (bridge->stream) {
        bj_stream_disarm(bridge->stream);
        bj_stream_stop(bridge->stream);
        stopped = bj_engine_thread_join(&bridge->engine, STOP_NS);
    }
    bj_jack_log_to(NULL);
    alone = bj_supervisor_finish(&bridge->supervisor);
    if (!stopped || !alone)
        return false;
    bj_connections_finish(&bridge->connections);
    bj_links_finish(&bridge->links);
    bj_stream_destroy(bridge->stream);
    bj_feed_destroy(bridge->feed);
    bj_waiter_destroy(bridge->waiter);
    return true;
}
