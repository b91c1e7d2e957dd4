/* SPDX-License-Identifier: MIT */
#include "bridge/bridge_build.h"
#include "options/port_map.h"

#include <stdio.h>

static bool refuse(struct bj_bridge *bridge, bool wrong_usage, const char *why)
{
    bj_log_error(bridge->log, "%s", why);
    bridge->wrong_usage = wrong_usage;
    return false;
}

static bool plan(struct bj_bridge *bridge, const struct bj_latency *asked)
{
    char why[BJ_WHY_SIZE];
    bool wrong_usage;

    for (size_t k = 0; k < bridge->projector_count; k++) {
        struct bj_projector *projector = &bridge->projectors[k];

        if (!bj_projector_plan(projector, bridge->options, &bridge->via, asked,
                               bridge->rate_hz, &wrong_usage, why, sizeof why))
            return refuse(bridge, wrong_usage, why);
        if (projector->latency.latency_ns > bridge->latency_ns)
            bridge->latency_ns = projector->latency.latency_ns;
    }
    return true;
}

/* What the slowest of them needs is the latency of all, so that they stay in step. */
static bool plan_in_step(struct bj_bridge *bridge)
{
    const struct bj_options *options = bridge->options;
    struct bj_latency asked = {options->latency_ns, options->target_buffer_ns,
                               options->min_buffer_ns};

    if (!plan(bridge, &asked))
        return false;
    asked.latency_ns = bridge->latency_ns;
    return bridge->projector_count == 1 || plan(bridge, &asked);
}

static bool start_projector(struct bj_bridge *bridge, struct bj_projector *projector,
                            int jack_priority)
{
    char why[BJ_WHY_SIZE];
    bool wrong_usage;

    if (!bj_projector_start(projector, bridge->options, &bridge->via, bridge->rate_hz,
                            bj_engine_priority(jack_priority), bridge->wake_fd,
                            &wrong_usage, why, sizeof why))
        return refuse(bridge, wrong_usage, why);
    bridge->sinks.items[bridge->sinks.count++] =
        (struct bj_sink){projector->feed, projector->stream};
    bj_log_say(bridge->log, "%s: %u points/s, latency %.4g ms%s", projector->dac.id,
               projector->pps, (double)bridge->latency_ns / BJ_NS_PER_MS,
               bridge->options->arm ? "" : ", dark until armed");
    return true;
}

bool bj_bridge_build(struct bj_bridge *bridge, const struct bj_jack_view *jack)
{
    char why[BJ_WHY_SIZE];

    bridge->rate_hz = jack->rate_hz;
    if (!bj_rate_is_playable(jack->rate_hz)) {
        snprintf(why, sizeof why,
                 "JACK runs at %u Hz, which cannot be played; start it at %u to %u Hz",
                 jack->rate_hz, BJ_FEED_MIN_RATE_HZ, BJ_FEED_MAX_RATE_HZ);
        return refuse(bridge, false, why);
    }
    bridge->sinks.rearm = bridge->options->rearm;
    if (!plan_in_step(bridge))
        return false;
    if (!bj_lock_memory(why, sizeof why))
        bj_log_warn(bridge->log, "memory is not locked (%s): see 'beamjack doctor'", why);
    for (size_t k = 0; k < bridge->projector_count; k++)
        if (!start_projector(bridge, &bridge->projectors[k], jack->priority))
            return false;
    return true;
}

void bj_bridge_name_dacs(struct bj_bridge *bridge)
{
    size_t used = 0, size = sizeof bridge->plays_on;

    for (size_t k = 0; k < bridge->projector_count && used < size; k++)
        used += (size_t)snprintf(bridge->plays_on + used, size - used, "%s%.60s, %.60s",
                                 k ? "; " : "", bridge->projectors[k].dac.model,
                                 bridge->projectors[k].dac.id);
}
