/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#include <string.h>

#define PING 0x08
#define GROUP 0x0c
#define SCAN 0x10
#define MAP 0x12

#define SCAN_SIZE 40
#define ENTRY_SIZE 24
#define PROTOCOL_VERSION 0x01
#define OFFERS_REAL_TIME 0x01
#define ALL_OCCUPIED 0x10
#define EXCLUDED 0x20

static void put_name(uint8_t *to, const char *name)
{
    memset(to, 0, SIM_IDN_NAME);
    memcpy(to, name, strnlen(name, SIM_IDN_NAME));
}

/* Answers may come out as random bytes, or not at all. */
void sim_idn_answer(struct sim_idn_device *device, const struct sim_idn_packet *packet,
                    uint8_t command, const void *payload, size_t size)
{
    uint8_t bytes[SIM_IDN_DATAGRAM] = {command, packet->group,
                                       (uint8_t)(packet->sequence >> 8),
                                       (uint8_t)packet->sequence};
    int64_t when_ns = device->now_ns + (command == MAP + 1 ? device->map_delay_ns : 0);

    if (device->now_ns < device->silent_until_ns || size > sizeof bytes - 4) {
        return;
    }
    memcpy(bytes + 4, payload, size);
    if (device->garbage > 0) {
        device->garbage--;
        for (size_t k = 0; k < size + 4; k++) {
            bytes[k] = (uint8_t)sim_random_next(&device->random);
        }
    }
    device->counters.datagrams_out++;
    sim_datagrams_put(&device->out, SIM_IDN_PORT, packet->peer, bytes, size + 4, when_ns);
}

static uint8_t status(const struct sim_idn_device *device)
{
    int used = 0;

    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        used += device->connections[c].used;
    }
    return (uint8_t)(OFFERS_REAL_TIME | device->status_bits |
                     (device->full || used >= (int)device->config.profile.sessions
                          ? ALL_OCCUPIED
                          : 0) |
                     (device->excluded ? EXCLUDED : 0));
}

static void answer_scan(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    uint8_t payload[SCAN_SIZE] = {SCAN_SIZE, PROTOCOL_VERSION, status(device)};

    device->counters.scans++;
    memcpy(payload + 4, device->config.unit, 16);
    put_name(payload + 20, device->config.host);
    sim_idn_answer(device, packet, SCAN + 1, payload, sizeof payload);
}

static uint8_t type_of(const struct sim_idn_device *device,
                       const struct sim_idn_service_config *service)
{
    return service->type ? service->type : device->config.profile.service_type;
}

static void answer_map(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    uint8_t payload[4 + ENTRY_SIZE * (1 + SIM_IDN_SERVICES)] = {4, ENTRY_SIZE};
    uint8_t *entry = payload + 4;

    device->counters.maps++;
    if (device->config.relay[0]) {
        payload[2] = 1;
        entry[3] = 1;
        put_name(entry + 4, device->config.relay);
        entry += ENTRY_SIZE;
    }
    for (int k = 0; k < device->config.service_count && !device->hidden; k++) {
        const struct sim_idn_service_config *service = &device->config.services[k];
        entry[0] = service->id;
        entry[1] = type_of(device, service);
        entry[2] = service->preferred;
        entry[3] = service->relay;
        put_name(entry + 4, service->name);
        entry += ENTRY_SIZE;
        payload[3]++;
    }
    sim_idn_answer(device, packet, MAP + 1, payload, (size_t)(entry - payload));
}

/* Anybody may ask; setting is not supported. */
static void answer_group(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    const uint8_t get = 1, set = 2, unsupported = 0xfe, invalid = 0xff;
    uint16_t mask = device->excluded ? 0xfffe : 0xffff;
    uint8_t operation = packet->size >= 16 ? packet->payload[1] : 0;
    uint8_t payload[4] = {4, 0, (uint8_t)(mask >> 8), (uint8_t)mask};

    device->counters.groups++;
    if (operation != get) {
        payload[1] = operation == set ? unsupported : invalid;
    }
    sim_idn_answer(device, packet, GROUP + 1, payload, sizeof payload);
}

bool sim_idn_hello(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    bool complete = device->config.profile.answers_stream;

    switch (packet->command) {
    case PING:
        device->counters.pings++;
        if (complete) {
            sim_idn_answer(device, packet, PING + 1, packet->payload, packet->size);
        }
        return true;
    case GROUP:
        if (complete) {
            answer_group(device, packet);
        }
        return true;
    case SCAN:
        answer_scan(device, packet);
        return true;
    case MAP:
        answer_map(device, packet);
        return true;
    default:
        return false;
    }
}
