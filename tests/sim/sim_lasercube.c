/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_device.h"

#include <stdlib.h>
#include <string.h>

static const uint16_t no_ports[] = {0};
static const uint16_t udp_ports[] = {SIM_LC_COMMAND_PORT, SIM_LC_DATA_PORT,
                                     SIM_LC_ALIVE_PORT, 0};

/* ---- Time ----------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_tick_ns(const struct sim_lc_device *device)
{
    int64_t tick_ns = device->config.tick_ns;
    int64_t since_ns = device->now_ns - device->start_ns;

    if (device->inbox_count == 0) {
        return BJ_NEVER;
    }
    return tick_ns == 0 ? device->now_ns
                        : device->start_ns + (since_ns / tick_ns + 1) * tick_ns;
}

static int64_t next_act_ns(const struct sim_lc_device *device)
{
    int64_t next_ns =
        earlier(sim_schedule_next_ns(&device->schedule), next_tick_ns(device));

    if (device->intruder_points > 0) {
        next_ns = earlier(next_ns, device->intruder_ns);
    }
    return earlier(next_ns, sim_datagrams_due_ns(&device->to_it));
}

static bool is_silent(const struct sim_lc_device *device)
{
    return device->now_ns < device->silent_until_ns;
}

static void move_to(struct sim_lc_device *device, int64_t now_ns)
{
    if (now_ns > device->now_ns) {
        sim_lc_ring_advance(&device->ring, now_ns);
        device->now_ns = now_ns;
    }
}

static void serve_inbox(struct sim_lc_device *device)
{
    for (uint32_t n = 0; n < device->inbox_count; n++) {
        const struct sim_datagram *datagram = &device->inbox[n];
        sim_lc_handle(device, datagram->port, datagram->peer, datagram->bytes,
                      datagram->size);
    }
    device->inbox_count = 0;
}

/* Everything that arrived by now waits for the next tick, as far as there is room. */
static void receive(struct sim_lc_device *device)
{
    struct sim_datagram datagram;
    uint32_t limit = device->config.burst_limit;
    size_t size;

    limit = limit == 0 || limit > SIM_LC_INBOX ? SIM_LC_INBOX : limit;
    while ((size = sim_datagrams_take(&device->to_it, &datagram.port, &datagram.peer,
                                      datagram.bytes, sizeof datagram.bytes,
                                      device->now_ns)) > 0) {
        datagram.size = (uint16_t)size;
        if (is_silent(device)) {
            continue;
        }
        if (device->inbox_count == limit && device->config.burst_limit == 0) {
            serve_inbox(device);
        }
        if (device->inbox_count == limit) {
            device->counters.burst_dropped++;
            continue;
        }
        device->inbox[device->inbox_count++] = datagram;
    }
}

static void act(struct sim_lc_device *device, int64_t tick_ns)
{
    sim_lc_apply_scheduled(device);
    sim_lc_intrude(device);
    if (tick_ns <= device->now_ns) {
        serve_inbox(device);
    }
    receive(device);
    if (device->config.tick_ns == 0) {
        serve_inbox(device);
    }
}

void sim_lc_advance(struct sim_host *host, int64_t now_ns)
{
    struct sim_lc_device *device = sim_lc_device(host);
    int64_t next_ns;

    while ((next_ns = next_act_ns(device)) <= now_ns) {
        int64_t tick_ns = next_tick_ns(device);
        move_to(device, next_ns);
        act(device, tick_ns);
    }
    move_to(device, now_ns);
}

/* ---- The network's side ---------------------------------------------------------------- */

static void datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                        const void *bytes, size_t size, int64_t now_ns)
{
    struct sim_lc_device *device = sim_lc_device(host);

    sim_lc_advance(host, now_ns);
    if (!is_silent(device) && size > 0) {
        sim_datagrams_put(&device->to_it, port, from, bytes, size, device->now_ns);
        sim_lc_advance(host, now_ns);
    }
}

static size_t datagram_out(struct sim_host *host, uint16_t *from_port,
                           struct bj_address *to, void *bytes, size_t size, int64_t now_ns)
{
    struct sim_lc_device *device = sim_lc_device(host);

    sim_lc_advance(host, now_ns);
    return sim_datagrams_take(&device->from_it, from_port, to, bytes, size, device->now_ns);
}

static int64_t next_event_ns(struct sim_host *host, int64_t now_ns)
{
    struct sim_lc_device *device = sim_lc_device(host);

    sim_lc_advance(host, now_ns);
    return earlier(next_act_ns(device), sim_datagrams_due_ns(&device->from_it));
}

static const struct sim_host_ops ops = {
    .datagram_in = datagram_in,
    .datagram_out = datagram_out,
    .next_event_ns = next_event_ns,
    .tcp_ports = no_ports,
    .udp_ports = udp_ports,
};

/* ---- Life ------------------------------------------------------------------------------ */

struct sim_lc_config sim_lc_defaults(void)
{
    return (struct sim_lc_config){
        .serial = {0x00, 0x04, 0xa3, 0x11, 0x22, 0x33},
        .model_name = "LaserCube",
        .model = 4,
        .firmware_major = 1,
        .firmware_minor = 24,
        .connection = 2,
        .battery = 255,
        .temperature = 31,
        .ring_points = 6000,
        .max_rate = 60000,
        .seed = 1,
        .burst_limit = 20,
        .tick_ns = BJ_NS_PER_MS,
    };
}

void sim_lc_power_on(struct sim_lc_device *device)
{
    sim_lc_ring_clear(&device->ring);
    sim_lc_ring_set_rate(&device->ring, 30000);
    device->ring.threshold = 0;
    device->reports = device->config.left_enabled;
    device->seen_message = false;
    sim_lc_set_output(device, device->config.left_enabled);
}

struct sim_host *sim_lc_create(const struct sim_lc_config *config, int64_t now_ns)
{
    struct sim_lc_device *device = calloc(1, sizeof *device);

    if (!device) {
        return NULL;
    }
    device->host.ops = &ops;
    device->config = *config;
    device->now_ns = device->start_ns = now_ns;
    device->battery = config->battery;
    device->random.state = config->seed;
    device->counters.min_held = UINT32_MAX;
    bool whole =
        sim_lc_ring_init(&device->ring, &device->config, &device->counters, now_ns);
    whole &= sim_datagrams_init(&device->to_it, &config->to_it, config->seed + 1);
    whole &= sim_datagrams_init(&device->from_it, &config->from_it, config->seed + 2);
    if (!whole) {
        sim_lc_destroy(&device->host);
        return NULL;
    }
    sim_lc_power_on(device);
    return &device->host;
}

void sim_lc_destroy(struct sim_host *host)
{
    if (host) {
        sim_lc_ring_finish(&sim_lc_device(host)->ring);
        sim_datagrams_finish(&sim_lc_device(host)->to_it);
        sim_datagrams_finish(&sim_lc_device(host)->from_it);
        free(host);
    }
}

void sim_lc_set_skew(struct sim_host *host, int64_t now_ns, double ppm)
{
    struct sim_lc_device *device = sim_lc_device(host);

    sim_lc_advance(host, now_ns);
    device->config.skew_ppm = ppm;
    sim_lc_ring_set_clock(&device->ring);
}

void sim_lc_set_network(struct sim_host *host, const struct sim_datagrams_config *to_it,
                        const struct sim_datagrams_config *from_it)
{
    sim_datagrams_set(&sim_lc_device(host)->to_it, to_it);
    sim_datagrams_set(&sim_lc_device(host)->from_it, from_it);
}
