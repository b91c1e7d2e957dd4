/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream.h"

#include "sim_ether_dream_device.h"

#include <stdlib.h>
#include <string.h>

#define BROADCAST_PERIOD_NS (1000 * BJ_NS_PER_MS)
#define FIRST_BROADCAST_NS (100 * BJ_NS_PER_MS)

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- Broadcasts
 * ------------------------------------------------------------------------------- */

static void put_identity(const struct sim_ed_device *device, uint8_t to[16])
{
    const struct sim_ed_profile *profile = &device->config.profile;
    const uint16_t words[] = {profile->hw_revision, profile->sw_revision, profile->capacity,
                              (uint16_t)profile->max_rate,
                              (uint16_t)(profile->max_rate >> 16)};

    memcpy(to, device->config.mac, 6);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        to[6 + 2 * n] = (uint8_t)words[n];
        to[7 + 2 * n] = (uint8_t)(words[n] >> 8);
    }
}

static void make_broadcast(struct sim_ed_device *device)
{
    struct sim_ed_status status = sim_ed_player_status(&device->player);

    device->counters.broadcasts++;
    put_identity(device, device->datagram);
    sim_ed_put_status(device->datagram + 16, &status);
    device->datagram_size = SIM_ED_BROADCAST;
    if (device->broadcast_kind == 2) {
        device->datagram_size = 20;
    } else if (device->broadcast_kind == 3) {
        device->datagram_size = (size_t)sim_random_upto(&device->random, 63) + 1;
        for (size_t n = 0; n < device->datagram_size; n++) {
            device->datagram[n] = (uint8_t)sim_random_next(&device->random);
        }
    }
}

static void broadcast(struct sim_ed_device *device)
{
    bool down = device->hung || device->now_ns < device->down_until_ns ||
                device->now_ns < device->cable_until_ns;

    if (!down && device->broadcast_kind != 0) {
        make_broadcast(device);
    }
    device->broadcast_ns += BROADCAST_PERIOD_NS;
}

/* ---- Connections
 * --------------------------------------------------------------------------------- */

static void let_go(struct sim_ed_device *device, int number)
{
    struct sim_ed_connection *connection = &device->connections[number];

    sim_line_finish(&connection->line);
    connection->used = false;
    if (device->streaming == number) {
        device->streaming = -1;
    }
}

/* The device learns that the client is gone. */
static void client_gone(struct sim_ed_device *device, int number)
{
    bool playing = device->player.playback == SIM_ED_PLAYING;

    if (device->config.profile.close_stops && playing && device->streaming == number) {
        sim_ed_player_stop(&device->player);
    }
    let_go(device, number);
}

static int64_t connection_due_ns(const struct sim_ed_device *device, int number)
{
    const struct sim_ed_connection *connection = &device->connections[number];

    if (!connection->used || device->hung || connection->line.end != SIM_LINK_OPEN) {
        return BJ_NEVER;
    }
    return sim_line_due_ns(&connection->line);
}

static void serve_connection(struct sim_ed_device *device, int number)
{
    struct sim_ed_connection *connection = &device->connections[number];
    size_t got =
        sim_line_receive(&connection->line, connection->bytes + connection->held,
                         sizeof connection->bytes - connection->held, device->now_ns);
    size_t all = connection->held + got, done;

    if (got == 0) {
        if (sim_line_ended(&connection->line, device->now_ns)) {
            client_gone(device, number);
        }
        return;
    }
    done = sim_ed_consume(device, number, connection->bytes, all);
    connection->held = all - done;
    memmove(connection->bytes, connection->bytes + done, connection->held);
}

/* ---- Time
 * ---------------------------------------------------------------------------------------------
 */

static int64_t next_due_ns(const struct sim_ed_device *device)
{
    int64_t due_ns = earlier(sim_schedule_next_ns(&device->schedule), device->broadcast_ns);

    due_ns = earlier(due_ns, device->reboot_ns);
    if (device->player.causes & SIM_ED_CAUSE_CABLE) {
        due_ns = earlier(due_ns, device->cable_until_ns);
    }
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        due_ns = earlier(due_ns, connection_due_ns(device, c));
    }
    return due_ns;
}

static void do_what_is_due(struct sim_ed_device *device)
{
    if (device->cable_until_ns <= device->now_ns) {
        sim_ed_player_clear(&device->player, SIM_ED_CAUSE_CABLE);
    }
    if (device->reboot_ns <= device->now_ns) {
        sim_ed_reboot(device, 3000 * BJ_NS_PER_MS);
    }
    sim_ed_apply_scheduled(device);
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (connection_due_ns(device, c) <= device->now_ns) {
            serve_connection(device, c);
        }
    }
    if (device->broadcast_ns <= device->now_ns) {
        broadcast(device);
    }
}

static void advance_to(struct sim_ed_device *device, int64_t now_ns)
{
    sim_ed_player_advance(&device->player, now_ns);
    device->now_ns = now_ns;
    if (device->player.dead) {
        device->hung = true; /* a queued rate of 0 was played */
    }
}

void sim_ed_advance(struct sim_host *host, int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);

    for (int64_t due_ns; (due_ns = next_due_ns(device)) <= now_ns;) {
        advance_to(device, due_ns > device->now_ns ? due_ns : device->now_ns);
        do_what_is_due(device);
    }
    if (now_ns > device->now_ns) {
        advance_to(device, now_ns);
    }
}

/* ---- As a host on the network
 * -------------------------------------------------------------------- */

static int find_slot(const struct sim_ed_device *device)
{
    int clients = 0, slot = -1;

    for (int c = SIM_ED_SLOTS - 1; c >= 0; c--) {
        const struct sim_ed_connection *connection = &device->connections[c];
        if (!connection->used) {
            slot = c;
        } else if (!connection->left && connection->line.end == SIM_LINK_OPEN) {
            clients++;
        }
    }
    return clients < device->config.profile.max_clients ? slot : -1;
}

static struct sim_link_config link_of(const struct sim_ed_device *device)
{
    struct sim_link_config link = device->config.link;

    if (link.window_bytes == 0) {
        link.window_bytes = device->config.profile.window_bytes;
    }
    if (link.unread_bytes == 0) {
        link.unread_bytes = device->config.profile.unread_bytes;
    }
    return link;
}

static int host_accept(struct sim_host *host, uint16_t port, int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);
    struct sim_link_config link = link_of(device);
    int slot;

    sim_ed_advance(host, now_ns);
    slot = find_slot(device);
    if (port != device->tcp_ports[0] || slot < 0 || device->deaf ||
        device->now_ns < device->down_until_ns) {
        device->counters.connections_refused++;
        return -1;
    }
    struct sim_ed_connection *connection = &device->connections[slot];
    memset(connection, 0, sizeof *connection);
    if (!sim_line_init(&connection->line, &link, sim_random_next(&device->random))) {
        return -1;
    }
    connection->used = true;
    device->counters.connections++;
    sim_line_stall(&connection->line, device->stalled_until_ns);
    sim_ed_hello(device, slot);
    return slot;
}

static size_t host_deliver(struct sim_host *host, int number, const void *bytes,
                           size_t size, int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);
    size_t taken;

    sim_ed_advance(host, now_ns);
    taken = sim_line_send(&device->connections[number].line, bytes, size, device->now_ns);
    device->counters.bytes_in += taken;
    sim_ed_advance(host, now_ns);
    return taken;
}

static size_t host_collect(struct sim_host *host, int number, void *bytes, size_t size,
                           int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);

    sim_ed_advance(host, now_ns);
    return sim_line_collect(&device->connections[number].line, bytes, size, device->now_ns);
}

static enum sim_link host_link(struct sim_host *host, int number, int64_t now_ns)
{
    sim_ed_advance(host, now_ns);
    return sim_line_state(&sim_ed_device(host)->connections[number].line);
}

static void host_hang_up(struct sim_host *host, int number, int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);
    struct sim_ed_connection *connection = &device->connections[number];

    sim_ed_advance(host, now_ns);
    device->counters.hang_ups++;
    connection->left = true;
    if (device->hung) {
        let_go(device, number);
        return;
    }
    if (connection->line.end != SIM_LINK_OPEN) {
        client_gone(device, number);
        return;
    }
    sim_line_send_end(&connection->line, device->now_ns);
    sim_ed_advance(host, now_ns);
}

static void host_datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                             const void *bytes, size_t size, int64_t now_ns)
{
    (void)port, (void)from, (void)bytes, (void)size;
    sim_ed_advance(host, now_ns);
}

static size_t host_datagram_out(struct sim_host *host, uint16_t *from_port,
                                struct bj_address *to, void *bytes, size_t size,
                                int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);
    size_t length;

    sim_ed_advance(host, now_ns);
    length = device->datagram_size < size ? device->datagram_size : size;
    memcpy(bytes, device->datagram, length);
    device->datagram_size = 0;
    *from_port = 0;
    *to = (struct bj_address){.ip = 0xffffffff, .port = SIM_ED_UDP_PORT};
    return length;
}

static int64_t host_next_event_ns(struct sim_host *host, int64_t now_ns)
{
    struct sim_ed_device *device = sim_ed_device(host);
    int64_t due_ns;

    sim_ed_advance(host, now_ns);
    if (device->datagram_size > 0) {
        return device->now_ns;
    }
    due_ns = next_due_ns(device);
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used && !device->connections[c].left) {
            due_ns = earlier(due_ns, sim_line_collect_due_ns(&device->connections[c].line));
        }
    }
    return due_ns;
}

static const struct sim_host_ops host_ops = {
    .accept = host_accept,
    .deliver = host_deliver,
    .collect = host_collect,
    .link = host_link,
    .hang_up = host_hang_up,
    .datagram_in = host_datagram_in,
    .datagram_out = host_datagram_out,
    .next_event_ns = host_next_event_ns,
};

/* ---- Life
 * ------------------------------------------------------------------------------------------
 */

struct sim_host *sim_ed_create(const struct sim_ed_config *config, int64_t now_ns)
{
    struct sim_ed_device *device = calloc(1, sizeof *device);

    if (!device) {
        return NULL;
    }
    device->config = *config;
    device->random.state = config->seed;
    device->tcp_ports[0] = config->tcp_port;
    device->ops = host_ops;
    device->ops.tcp_ports = device->tcp_ports;
    device->ops.udp_ports = device->udp_ports;
    device->host.ops = &device->ops;
    device->now_ns = device->last_data_ns = now_ns;
    device->broadcast_ns = now_ns + FIRST_BROADCAST_NS;
    device->broadcast_kind = 1;
    device->reboot_ns = BJ_NEVER;
    device->streaming = -1;
    device->pending = (struct sim_ed_pending){.reset_after = -1, .cut_after = -1};
    device->counters.min_fullness = UINT32_MAX;
    if (!sim_ed_player_init(&device->player, &device->config, &device->counters, now_ns)) {
        free(device);
        return NULL;
    }
    return &device->host;
}

void sim_ed_destroy(struct sim_host *host)
{
    struct sim_ed_device *device = sim_ed_device(host);

    if (!host) {
        return;
    }
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used) {
            sim_line_finish(&device->connections[c].line);
        }
    }
    sim_ed_player_finish(&device->player);
    free(device);
}

void sim_ed_set_skew(struct sim_host *host, int64_t now_ns, double ppm)
{
    struct sim_ed_device *device = sim_ed_device(host);

    sim_ed_advance(host, now_ns);
    device->config.skew_ppm = ppm;
    sim_ed_player_set_clock(&device->player);
}

void sim_ed_set_link(struct sim_host *host, const struct sim_link_config *link)
{
    struct sim_ed_device *device = sim_ed_device(host);

    device->config.link = *link;
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used) {
            device->connections[c].line.config = link_of(device);
        }
    }
}
