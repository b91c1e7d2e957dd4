/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_device.h"

#include <string.h>

#define MAX_POINTS 140
#define HEADER 4
#define POINT 10
#define INFO 64

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static void put_u16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    put_u16(bytes, value);
    put_u16(bytes + 2, value >> 16);
}

static uint32_t free_points(const struct sim_lc_device *device)
{
    return device->ring.size - device->ring.held;
}

void sim_lc_set_output(struct sim_lc_device *device, bool on)
{
    device->ring.output = on && !device->interlock && !device->too_hot;
}

/* ---- Full info ------------------------------------------------------------------------ */

static uint8_t flags(const struct sim_lc_device *device)
{
    const struct sim_lc_config *config = &device->config;
    bool old = config->firmware_major == 0 && config->firmware_minor <= 12;

    if (old) {
        return (uint8_t)(device->ring.output | device->interlock << 3 | device->warm << 4 |
                         device->too_hot << 5);
    }
    return (uint8_t)(device->ring.output | device->interlock << 1 | device->warm << 2 |
                     device->too_hot << 3 | (device->errors & 15) << 4);
}

static size_t info(const struct sim_lc_device *device, uint8_t reply[INFO])
{
    const struct sim_lc_config *config = &device->config;

    memset(reply, 0, INFO);
    reply[0] = 0x77;
    reply[3] = config->firmware_major;
    reply[4] = config->firmware_minor;
    reply[5] = flags(device);
    put_u32(reply + 10, device->ring.rate);
    put_u32(reply + 14, config->max_rate);
    put_u16(reply + 19, free_points(device));
    put_u16(reply + 21, config->ring_points);
    reply[23] = device->battery;
    reply[24] = (uint8_t)config->temperature;
    reply[25] = config->connection;
    memcpy(reply + 26, config->serial, sizeof config->serial);
    for (int n = 0; n < 4; n++) {
        reply[32 + n] = (uint8_t)(config->own_ip >> (24 - 8 * n));
    }
    reply[37] = config->model;
    memcpy(reply + 38, config->model_name,
           strlen(config->model_name) < 26 ? strlen(config->model_name) : 26);
    return INFO;
}

/* ---- Commands ------------------------------------------------------------------------- */

static void set_rate(struct sim_lc_device *device, uint32_t rate)
{
    if (rate > device->config.max_rate && device->config.keeps_rate_over) {
        return;
    }
    sim_lc_ring_set_rate(&device->ring,
                         rate < device->config.max_rate ? rate : device->config.max_rate);
}

/* Those with an argument; false: there is no such command, or it is too short. */
static bool set(struct sim_lc_device *device, uint8_t opcode, uint32_t value, size_t size)
{
    switch (opcode) {
    case 0x78:
        device->reports = value & 1;
        return size >= 2;
    case 0x80:
        device->counters.outputs_on += value & 1;
        device->counters.outputs_off += !(value & 1);
        sim_lc_set_output(device, value & 1);
        return size >= 2;
    case 0x82:
        device->counters.rates++;
        set_rate(device, value);
        return size >= 5;
    case 0x8d:
        device->counters.clears++;
        sim_lc_ring_clear(&device->ring);
        return true;
    case 0xa0:
        device->ring.threshold = value;
        return size >= 5 && value < device->ring.size;
    default:
        return opcode == 0x27 || opcode == 0xb0;
    }
}

/* Those that are answered with a value; 0: not one of them. */
static size_t get(struct sim_lc_device *device, uint8_t opcode, uint8_t reply[INFO])
{
    reply[0] = opcode;
    reply[1] = 0;
    switch (opcode) {
    case 0x77:
        device->counters.infos++;
        return info(device, reply);
    case 0x81:
        reply[2] = device->ring.output;
        return 3;
    case 0x83:
        put_u32(reply + 2, device->ring.rate);
        return 6;
    case 0x84:
        put_u32(reply + 2, device->config.max_rate);
        return 6;
    case 0x8a:
        put_u16(reply + 2, free_points(device));
        return 4;
    case 0xb1:
        memset(reply + 2, 0, 36);
        return 38;
    default:
        return 0;
    }
}

static uint32_t argument(const uint8_t *bytes, size_t size)
{
    uint32_t value = 0;

    for (size_t n = 1; n < size && n < 5; n++) {
        value |= (uint32_t)bytes[n] << (8 * (n - 1));
    }
    return value;
}

static void handle_command(struct sim_lc_device *device, uint16_t port,
                           struct bj_address from, const uint8_t *bytes, size_t size)
{
    struct sim_lc_command told = {.time_ns = device->now_ns, .port = port};
    uint8_t reply[INFO];
    size_t length = 2;

    told.opcode = bytes[0];
    told.value = argument(bytes, size);
    device->counters.commands++;
    device->counters.forbidden_commands += bytes[0] == 0x97;
    if (port == SIM_LC_ALIVE_PORT && bytes[0] != 0x27) {
        return;
    }
    length = get(device, bytes[0], reply);
    if (length == 0) {
        bool known = set(device, bytes[0], told.value, size);
        told.status = reply[1] = !known;
        length = 2;
        device->counters.unknown_commands += !known;
    }
    if (device->config.command) {
        device->config.command(device->config.user, &told);
    }
    if (told.status == 0 || !device->config.ignores_unknown) {
        sim_lc_send(device, port, from, reply, length);
    }
}

/* ---- Samples -------------------------------------------------------------------------- */

static void count_message(struct sim_lc_device *device, uint8_t message)
{
    uint8_t ahead = (uint8_t)(message - device->last_message);

    if (device->seen_message && ahead == 0) {
        device->counters.packets_repeated++;
    } else if (device->seen_message && ahead < 128) {
        device->counters.packets_missed += ahead - 1u;
    }
    if (!device->seen_message || ahead < 128) {
        device->last_message = message;
    }
    device->seen_message = true;
}

static uint32_t store(struct sim_lc_device *device, const uint8_t *bytes, uint32_t count)
{
    uint32_t stored = 0;

    if (device->config.drops_whole && count > free_points(device)) {
        return 0;
    }
    for (; stored < count; stored++) {
        const uint8_t *p = bytes + HEADER + POINT * stored;
        const struct sim_lc_point point = {
            .x = get_u16(p) & 0xfff,
            .y = get_u16(p + 2) & 0xfff,
            .r = get_u16(p + 4) & 0xfff,
            .g = get_u16(p + 6) & 0xfff,
            .b = get_u16(p + 8) & 0xfff,
            .message = bytes[2],
        };
        if (!sim_lc_ring_store(&device->ring, &point)) {
            break;
        }
    }
    return stored;
}

static void report(struct sim_lc_device *device, struct bj_address to,
                   const struct sim_lc_packet *packet)
{
    uint8_t bytes[4] = {0x8a, device->config.message_zero ? 0 : packet->message};

    if (device->reports) {
        device->counters.reports++;
        put_u16(bytes + 2, packet->free_points);
        sim_lc_send(device, SIM_LC_DATA_PORT, to, bytes, sizeof bytes);
    }
}

static void count_packet(struct sim_lc_device *device, const struct sim_lc_packet *packet)
{
    struct sim_lc_counters *c = &device->counters;

    c->packets++;
    c->points_received += packet->points;
    c->points_stored += packet->stored;
    c->points_overfull += packet->points - packet->stored;
    device->errors += packet->stored < packet->points;
    c->min_held = packet->held_before < c->min_held ? packet->held_before : c->min_held;
    c->max_held = device->ring.held > c->max_held ? device->ring.held : c->max_held;
    count_message(device, packet->message);
}

static void handle_samples(struct sim_lc_device *device, struct bj_address from,
                           const uint8_t *bytes, size_t size)
{
    struct sim_lc_packet packet = {.time_ns = device->now_ns};
    uint32_t free_before = free_points(device);

    if (bytes[0] != 0xa9 || size < HEADER || (size - HEADER) % POINT != 0 ||
        (size - HEADER) / POINT > MAX_POINTS) {
        device->counters.bad_packets++;
        return;
    }
    device->client = from;
    packet.message = bytes[2];
    packet.frame = bytes[3];
    packet.points = (uint32_t)((size - HEADER) / POINT);
    packet.held_before = device->ring.held;
    packet.stored = store(device, bytes, packet.points);
    packet.free_points = device->config.reports_before ? free_before : free_points(device);
    count_packet(device, &packet);
    if (device->config.packet) {
        device->config.packet(device->config.user, &packet);
    }
    report(device, from, &packet);
}

void sim_lc_handle(struct sim_lc_device *device, uint16_t port, struct bj_address from,
                   const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    if (port == SIM_LC_DATA_PORT) {
        handle_samples(device, from, bytes, size);
    } else {
        handle_command(device, port, from, bytes, size);
    }
}
