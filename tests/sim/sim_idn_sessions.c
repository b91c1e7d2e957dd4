/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#include <string.h>

#define MESSAGE 0x40
#define MESSAGE_ACK 0x41
#define CLOSE 0x44
#define CLOSE_ACK 0x45
#define ABORT 0x46
#define ACK 0x47
#define ACK_SIZE 12

#define ACCEPTED 0x00
#define NO_CONNECTION 0xeb
#define OCCUPIED 0xec
#define EXCLUDED 0xed
#define BAD_PAYLOAD 0xee

#define NEW_CONNECTION 0x0001
#define BAD_SEQUENCE 0x0010
#define BAD_MESSAGE 0x0100

/* ---- Connections --------------------------------------------------------------------- */

static int find(const struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        const struct sim_idn_connection *connection = &device->connections[c];
        if (connection->used && connection->peer.ip == packet->peer.ip &&
            connection->peer.port == packet->peer.port &&
            connection->group == packet->group) {
            return c;
        }
    }
    return -1;
}

static int count_used(const struct sim_idn_device *device)
{
    int used = 0;

    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        used += device->connections[c].used;
    }
    return used;
}

/* -1: as many as there may be. */
static int open_connection(struct sim_idn_device *device,
                           const struct sim_idn_packet *packet)
{
    if (device->full || count_used(device) >= (int)device->config.profile.sessions) {
        return -1;
    }
    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        struct sim_idn_connection *connection = &device->connections[c];
        if (connection->used) {
            continue;
        }
        memset(connection, 0, sizeof *connection);
        connection->used = true;
        connection->peer = packet->peer;
        connection->group = packet->group;
        connection->input_events = NEW_CONNECTION;
        connection->session_until_ns = BJ_NEVER;
        device->counters.connections++;
        return c;
    }
    return -1;
}

static void end_session(struct sim_idn_device *device,
                        struct sim_idn_connection *connection, bool play_out)
{
    for (int k = 0; k < SIM_IDN_CHANNELS; k++) {
        sim_idn_close_channel(device, &connection->channels[k], play_out);
    }
    connection->session = false;
    connection->session_until_ns = BJ_NEVER;
}

static void end_connection(struct sim_idn_device *device, int c, bool play_out)
{
    end_session(device, &device->connections[c], play_out);
    device->connections[c].used = false;
}

void sim_idn_drop_connections(struct sim_idn_device *device)
{
    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        if (device->connections[c].used) {
            end_connection(device, c, false);
        }
    }
}

/* ---- Silence ------------------------------------------------------------------------- */

int64_t sim_idn_timeout_ns(const struct sim_idn_device *device)
{
    int64_t next_ns = BJ_NEVER;

    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        const struct sim_idn_connection *connection = &device->connections[c];
        if (!connection->used) {
            continue;
        }
        if (connection->link_until_ns < next_ns) {
            next_ns = connection->link_until_ns;
        }
        if (connection->session_until_ns < next_ns) {
            next_ns = connection->session_until_ns;
        }
    }
    return next_ns;
}

void sim_idn_time_out(struct sim_idn_device *device)
{
    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        struct sim_idn_connection *connection = &device->connections[c];
        if (!connection->used) {
            continue;
        }
        if (device->now_ns >= connection->link_until_ns) {
            device->counters.timeouts++;
            end_connection(device, c, false);
        } else if (device->now_ns >= connection->session_until_ns) {
            device->counters.timeouts++;
            end_session(device, connection, false);
        }
    }
}

/* ---- Acknowledges -------------------------------------------------------------------- */

static void put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static bool has_open_channels(const struct sim_idn_connection *connection)
{
    for (int k = 0; k < SIM_IDN_CHANNELS; k++) {
        if (connection->channels[k].open) {
            return true;
        }
    }
    return false;
}

/* Events are told once. */
static void acknowledge(struct sim_idn_device *device, const struct sim_idn_packet *packet,
                        uint8_t result, struct sim_idn_connection *connection,
                        struct sim_idn_channel *channel)
{
    bool wanted = packet->command == MESSAGE_ACK || packet->command == CLOSE_ACK;
    uint8_t payload[ACK_SIZE] = {ACK_SIZE, result};
    uint32_t latency_us = device->config.latency_us;

    if (!wanted) {
        return;
    }
    if (connection) {
        put16(payload + 2, connection->input_events);
        payload[6] = has_open_channels(connection);
        connection->input_events = 0;
    }
    if (channel) {
        put16(payload + 4, channel->events);
        channel->events = 0;
    }
    payload[7] = device->config.quality;
    put16(payload + 8, (uint16_t)(latency_us >> 16));
    put16(payload + 10, (uint16_t)latency_us);
    device->counters.acks++;
    sim_idn_answer(device, packet, ACK, payload, sizeof payload);
}

/* ---- Packets ------------------------------------------------------------------------- */

static void note_sequence(struct sim_idn_device *device,
                          struct sim_idn_connection *connection, uint16_t sequence)
{
    if (connection->in_sequence && sequence != connection->next_sequence) {
        connection->input_events |= BAD_SEQUENCE;
        device->counters.sequence_errors++;
    }
    connection->in_sequence = true;
    connection->next_sequence = (uint16_t)(sequence + 1);
}

static void abort_connection(struct sim_idn_device *device,
                             const struct sim_idn_packet *packet)
{
    int c = find(device, packet);

    if (c >= 0) {
        device->counters.aborts++;
        end_connection(device, c, false);
    }
}

/* The message, if there is one; returns the result for the acknowledge. */
static uint8_t take_message(struct sim_idn_device *device, int c,
                            const struct sim_idn_packet *packet,
                            struct sim_idn_channel **channel)
{
    if (packet->size == 0) {
        return ACCEPTED;
    }
    switch (sim_idn_message(device, c, packet, channel)) {
    case SIM_IDN_UNREADABLE:
        device->counters.invalid_messages++;
        return BAD_PAYLOAD;
    case SIM_IDN_TOO_LONG:
        device->counters.invalid_messages++;
        device->connections[c].input_events |= BAD_MESSAGE;
        return ACCEPTED;
    case SIM_IDN_READ:
        break;
    }
    device->counters.messages++;
    return ACCEPTED;
}

static void take(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    bool closes = packet->command == CLOSE || packet->command == CLOSE_ACK;
    int c = find(device, packet);
    struct sim_idn_channel *channel = NULL;
    struct sim_idn_connection *connection;
    uint8_t result;

    if (c < 0 && closes && packet->size == 0) {
        acknowledge(device, packet, NO_CONNECTION, NULL, NULL);
        return;
    }
    if (c < 0) {
        c = open_connection(device, packet);
    }
    if (c < 0) {
        device->counters.refused_occupied++;
        acknowledge(device, packet, OCCUPIED, NULL, NULL);
        return;
    }
    connection = &device->connections[c];
    note_sequence(device, connection, packet->sequence);
    connection->link_until_ns = device->now_ns + device->config.profile.link_timeout_ns;
    result = take_message(device, c, packet, &channel);
    acknowledge(device, packet, result, connection, channel);
    if (closes) {
        device->counters.closes++;
        end_connection(device, c, true);
    }
}

void sim_idn_stream(struct sim_idn_device *device, const struct sim_idn_packet *packet)
{
    bool complete = device->config.profile.answers_stream;

    switch (packet->command) {
    case MESSAGE:
        break;
    case MESSAGE_ACK:
    case CLOSE:
    case CLOSE_ACK:
    case ABORT:
        if (!complete) {
            return;
        }
        break;
    default:
        device->counters.unknown++;
        return;
    }
    if (device->excluded && packet->group == 0) {
        device->counters.refused_excluded++;
        acknowledge(device, packet, EXCLUDED, NULL, NULL);
    } else if (packet->command == ABORT) {
        abort_connection(device, packet);
    } else {
        take(device, packet);
    }
}
