/* SPDX-License-Identifier: MIT */
#include "jack/jack_internal.h"

#include "jack/message_queue.h"
#include "options/latency.h"

#include <beamjack/dacs.h>

#include <pthread.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

static void signal_event(struct bj_jack *jack, enum bj_jack_event event)
{
    atomic_fetch_or(&jack->events, (unsigned)event);
    bj_wake_fd(jack->config.wake_fd);
}

/* Returns the time since the cycle began; where JACK does not say it, a second, which is
 * later than any callback in time. */
static int64_t cycle_age_ns(jack_client_t *client)
{
    jack_nframes_t frames;
    jack_time_t begin_us, next_us, now_us = jack_get_time();
    float period_us;

    if (jack_get_cycle_times(client, &frames, &begin_us, &next_us, &period_us) != 0)
        return BJ_NS_PER_S;
    return now_us > begin_us ? (int64_t)(now_us - begin_us) * 1000 : 0;
}

static int on_process(jack_nframes_t frames, void *arg)
{
    int64_t now_ns = bj_clock_ns();
    struct bj_jack *jack = arg;
    const float *buffers[BJ_CHANNELS];

    for (int c = 0; c < BJ_CHANNELS; c++)
        buffers[c] = jack_port_get_buffer(jack->ports[c], frames);
    bj_process_cycle(&jack->process, buffers, frames, now_ns, cycle_age_ns(jack->client));
    return 0;
}

/* Denormals cost a hundred times the time of other numbers. */
static void on_thread_init(void *arg)
{
    (void)arg;
    pthread_setname_np(pthread_self(), "beamjack-jack");
#if defined(__SSE__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    uint64_t mode;

    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | (1u << 24)));
#endif
}

static int on_rate(jack_nframes_t rate_hz, void *arg)
{
    struct bj_jack *jack = arg;

    atomic_store(&jack->rate_hz, rate_hz);
    bj_process_set_rate(&jack->process, rate_hz);
    signal_event(jack, BJ_JACK_RATE);
    return 0;
}

static int on_period(jack_nframes_t frames, void *arg)
{
    struct bj_jack *jack = arg;

    atomic_store(&jack->period_frames, frames);
    signal_event(jack, BJ_JACK_PERIOD);
    return 0;
}

static int on_xrun(void *arg)
{
    struct bj_jack *jack = arg;

    atomic_fetch_add(&jack->xruns, 1);
    return 0;
}

static void on_freewheel(int starting, void *arg)
{
    struct bj_jack *jack = arg;

    atomic_store(&jack->process.freewheeling, starting != 0);
    signal_event(jack, BJ_JACK_FREEWHEEL);
}

static void on_latency(jack_latency_callback_mode_t mode, void *arg)
{
    struct bj_jack *jack = arg;
    uint32_t frames =
        bj_latency_frames(atomic_load(&jack->latency_ns), atomic_load(&jack->rate_hz));
    jack_latency_range_t range = {frames, frames};

    if (mode != JackPlaybackLatency)
        return;
    for (int c = 0; c < BJ_CHANNELS; c++)
        jack_port_set_latency_range(jack->ports[c], mode, &range);
}

static bool is_ours(const struct bj_jack *jack, jack_port_id_t id)
{
    jack_port_t *port = jack_port_by_id(jack->client, id);

    return port && jack_port_is_mine(jack->client, port);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int made, void *arg)
{
    struct bj_jack *jack = arg;

    (void)made;
    if (is_ours(jack, a) || is_ours(jack, b))
        signal_event(jack, BJ_JACK_CONNECTIONS);
}

static void on_port(jack_port_id_t port, int registered, void *arg)
{
    (void)port;
    (void)registered;
    signal_event(arg, BJ_JACK_PORTS);
}

static void on_shutdown(jack_status_t code, const char *reason, void *arg)
{
    struct bj_jack *jack = arg;

    (void)code;
    if (atomic_exchange(&jack->gone, true))
        return;
    if (reason)
        strncpy(jack->reason, reason, sizeof jack->reason - 1);
    signal_event(jack, BJ_JACK_GONE);
}

bool bj_jack_set_callbacks(struct bj_jack *jack)
{
    jack_client_t *client = jack->client;

    jack_on_info_shutdown(client, on_shutdown, jack);
    return jack_set_process_callback(client, on_process, jack) == 0 &&
           jack_set_thread_init_callback(client, on_thread_init, jack) == 0 &&
           jack_set_sample_rate_callback(client, on_rate, jack) == 0 &&
           jack_set_buffer_size_callback(client, on_period, jack) == 0 &&
           jack_set_xrun_callback(client, on_xrun, jack) == 0 &&
           jack_set_freewheel_callback(client, on_freewheel, jack) == 0 &&
           jack_set_latency_callback(client, on_latency, jack) == 0 &&
           jack_set_port_connect_callback(client, on_connect, jack) == 0 &&
           jack_set_port_registration_callback(client, on_port, jack) == 0;
}
