/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"

#include "jack/jack_internal.h"
#include "jack/jack_pipewire.h"

#include "options/name_check.h"

#include <jack/thread.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Opening ---------------------------------------------------------------------------- */

const char *bj_jack_server_name(const struct bj_jack_config *config)
{
    const char *name = config->server ? config->server : getenv("JACK_DEFAULT_SERVER");

    return name && name[0] ? name : "default";
}

/* jack2 reports a name taken under JackUseExactName as a mere server error. */
static bool name_is_taken(const struct bj_jack_config *config, jack_status_t status)
{
    return (status & JackNameNotUnique) ||
           (config->exact_name && (status & JackServerError) &&
            !(status & JackServerFailed));
}

static void explain_absence(const struct bj_jack_config *config, char *why, size_t why_size)
{
    const char *server = bj_jack_server_name(config);

    if (bj_jack_is_pipewire())
        snprintf(why, why_size,
                 "PipeWire does not answer; start it ('systemctl --user start pipewire "
                 "wireplumber'), or use --wait-for-jack to keep trying");
    else if (bj_pipewire_runs())
        snprintf(why, why_size,
                 "no JACK server '%s' is running, but PipeWire is: use 'pw-jack beamjack "
                 "...' (package pipewire-jack), or start a JACK server",
                 server);
    else
        snprintf(why, why_size,
                 "no JACK server '%s' is running%s; start one (e.g. jackd -d alsa, or from "
                 "QjackCtl), or use --start-server, or --wait-for-jack to keep trying",
                 server, config->start_server ? " and none could be started" : "");
}

static void explain(const struct bj_jack_config *config, jack_status_t status, char *why,
                    size_t why_size)
{
    const char *server = bj_jack_server_name(config);

    if (name_is_taken(config, status))
        snprintf(
            why, why_size,
            "the JACK client name '%s' is taken; choose another with --client-name, or "
            "leave --exact-name out",
            config->name);
    else if (status & JackVersionError)
        snprintf(
            why, why_size,
            "the JACK server '%s' speaks another version of the protocol; make sure that "
            "jackd and libjack come from the same package",
            server);
    else if (status & JackShmFailure)
        snprintf(why, why_size,
                 "no shared memory with the JACK server '%s'; run it as the same user",
                 server);
    else if (status & JackServerFailed)
        explain_absence(config, why, why_size);
    else
        snprintf(why, why_size,
                 "the JACK server '%s' refuses the client '%s' (status 0x%x)", server,
                 config->name, (unsigned)status);
}

static jack_client_t *open_client(const struct bj_jack_config *config, char *why,
                                  size_t why_size)
{
    jack_options_t options = JackNullOption;
    jack_status_t status = 0;
    jack_client_t *client;

    if (!bj_client_name_check(config->name, "the client name", why, why_size) ||
        !bj_server_name_check(bj_jack_server_name(config),
                              config->server ? "the name of the JACK server"
                                             : "$JACK_DEFAULT_SERVER",
                              why, why_size))
        return NULL;
    if (!config->start_server)
        options |= JackNoStartServer;
    if (config->exact_name)
        options |= JackUseExactName;
    if (config->server)
        client = jack_client_open(config->name, options | JackServerName, &status,
                                  config->server);
    else
        client = jack_client_open(config->name, options, &status);
    if (!client)
        explain(config, status, why, why_size);
    return client;
}

static bool register_ports(struct bj_jack *jack)
{
    unsigned long flags = JackPortIsInput | JackPortIsTerminal;

    if (jack->config.physical)
        flags |= JackPortIsPhysical;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        jack->ports[c] =
            jack_port_register(jack->client, bj_port_name(jack->config.style, c),
                               JACK_DEFAULT_AUDIO_TYPE, flags, 0);
        if (!jack->ports[c])
            return false;
    }
    return true;
}

struct bj_jack *bj_jack_open(const struct bj_jack_config *config, char *why,
                             size_t why_size)
{
    struct bj_jack *jack = calloc(1, sizeof *jack);

    if (!jack) {
        snprintf(why, why_size, "no memory for a JACK client");
        return NULL;
    }
    jack->config = *config;
    bj_process_init(&jack->process);
    jack->client = open_client(config, why, why_size);
    if (!jack->client) {
        free(jack);
        return NULL;
    }
    atomic_store(&jack->rate_hz, jack_get_sample_rate(jack->client));
    bj_process_set_rate(&jack->process, atomic_load(&jack->rate_hz));
    atomic_store(&jack->period_frames, jack_get_buffer_size(jack->client));
    if (!register_ports(jack) || !bj_jack_set_callbacks(jack)) {
        snprintf(why, why_size, "the JACK server '%s' refuses our ports or callbacks",
                 bj_jack_server_name(config));
        bj_jack_close(jack);
        return NULL;
    }
    return jack;
}

/* ---- Running ------------------------------------------------------------------------------ */

void bj_jack_attach(struct bj_jack *jack, const struct bj_sinks *sinks, int64_t latency_ns)
{
    atomic_store(&jack->latency_ns, latency_ns);
    bj_process_attach(&jack->process, sinks);
}

bool bj_jack_start(struct bj_jack *jack, char *why, size_t why_size)
{
    if (jack_activate(jack->client) != 0) {
        snprintf(why, why_size, "the JACK server does not let the client '%s' run",
                 jack_get_client_name(jack->client));
        bj_jack_detach(jack);
        return false;
    }
    bj_jack_decorate(jack);
    return true;
}

static void breathe(void)
{
    const struct timespec moment = {.tv_nsec = BJ_NS_PER_MS / 10};

    nanosleep(&moment, NULL);
}

void bj_jack_detach(struct bj_jack *jack)
{
    while (!bj_process_detach(&jack->process))
        breathe();
}

void bj_jack_close(struct bj_jack *jack)
{
    if (!jack)
        return;
    bj_jack_detach(jack);
    while (atomic_load(&jack->busy))
        breathe();
    jack_client_close(jack->client);
    free(jack);
}

unsigned bj_jack_events(struct bj_jack *jack)
{
    return atomic_exchange(&jack->events, 0);
}

struct bj_jack_view bj_jack_view(const struct bj_jack *jack)
{
    int priority = jack_client_real_time_priority(jack->client);

    return (struct bj_jack_view){
        .name = jack_get_client_name(jack->client),
        .rate_hz = atomic_load(&jack->rate_hz),
        .period_frames = atomic_load(&jack->period_frames),
        .cycles = atomic_load(&jack->process.cycles),
        .xruns = atomic_load(&jack->xruns),
        .last_cycle_ns = atomic_load(&jack->process.last_cycle_ns),
        .freewheeling = atomic_load(&jack->process.freewheeling),
        .realtime = priority > 0,
        .priority = priority > 0 ? priority : 0,
    };
}

const char *bj_jack_reason(const struct bj_jack *jack)
{
    return jack->reason;
}

struct bj_process *bj_jack_process(struct bj_jack *jack)
{
    return &jack->process;
}

void bj_jack_recompute_latency(struct bj_jack *jack)
{
    jack_recompute_total_latencies(jack->client);
}
