/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#define HEADER 8
#define CONFIG_HEADER 4
#define MOST 0xff00

/* content id */
#define CHANNEL_MESSAGE 0x8000
#define CONFIG_OR_LAST 0x4000

#define CHUNK_VOID 0x00
#define CHUNK_WAVE 0x01
#define CHUNK_FRAME 0x02
#define CHUNK_FIRST 0x03
#define CHUNK_SEQUEL 0xc0

#define ROUTING 0x01
#define CLOSE 0x02
#define MODE_WAVE 1
#define MODE_FRAME 2

/* A message taken apart. */
struct message {
    uint16_t content;
    uint8_t chunk;
    bool configured, routes, closes, last;
    uint8_t match, service, mode;
    const uint8_t *words;
    size_t words_size;
    struct sim_idn_arrival arrival;
};

static uint16_t get16(const uint8_t *from)
{
    return (uint16_t)(from[0] << 8 | from[1]);
}

/* ---- Taking apart -------------------------------------------------------------------- */

static bool read_config(struct message *message)
{
    struct sim_idn_arrival *arrival = &message->arrival;
    const uint8_t *header = arrival->bytes;
    size_t words_size;

    if (arrival->size < CONFIG_HEADER) {
        return false;
    }
    words_size = 4 * (size_t)header[0];
    if (arrival->size < CONFIG_HEADER + words_size || words_size > SIM_IDN_CONFIG_BYTES) {
        return false;
    }
    message->routes = header[1] & ROUTING;
    message->closes = header[1] & CLOSE;
    message->match = header[1] >> 4 & 3;
    message->service = header[2];
    message->mode = header[3];
    message->words = header + CONFIG_HEADER;
    message->words_size = words_size;
    arrival->bytes += CONFIG_HEADER + words_size;
    arrival->size -= CONFIG_HEADER + words_size;
    return true;
}

static enum sim_idn_reading read_message(const struct sim_idn_device *device,
                                         const struct sim_idn_packet *packet,
                                         struct message *message)
{
    const uint8_t *bytes = packet->payload;
    size_t total = packet->size >= HEADER ? get16(bytes) : 0;
    bool flag;

    if (total < HEADER || total > MOST || total > packet->size) {
        return SIM_IDN_UNREADABLE;
    }
    if (total < packet->size) {
        return SIM_IDN_TOO_LONG;
    }
    *message = (struct message){.content = get16(bytes + 2), .chunk = bytes[3]};
    if (!(message->content & CHANNEL_MESSAGE)) {
        return SIM_IDN_TOO_LONG;
    }
    flag = message->content & CONFIG_OR_LAST;
    message->configured = flag && message->chunk < CHUNK_SEQUEL;
    message->last = flag && message->chunk >= CHUNK_SEQUEL;
    message->arrival = (struct sim_idn_arrival){
        .time_ns = device->now_ns,
        .timestamp_us = (uint32_t)get16(bytes + 4) << 16 | get16(bytes + 6),
        .bytes = bytes + HEADER,
        .size = total - HEADER,
        .datagram_bytes = (uint16_t)packet->datagram_bytes,
        .configured = message->configured,
    };
    if (message->configured && !read_config(message)) {
        return SIM_IDN_UNREADABLE;
    }
    return SIM_IDN_READ;
}

/* ---- Routing ------------------------------------------------------------------------- */

static uint8_t type_of(const struct sim_idn_device *device, int k)
{
    uint8_t type = device->config.services[k].type;

    return type ? type : device->config.profile.service_type;
}

/* Service 0 is the default one for the mode; -1: none. */
static int find_service(const struct sim_idn_device *device, uint8_t id)
{
    int first = -1;

    for (int k = 0; k < device->config.service_count && !device->hidden; k++) {
        const struct sim_idn_service_config *service = &device->config.services[k];
        bool laser = type_of(device, k) == device->config.profile.service_type ||
                     (type_of(device, k) & 0xfc) == 0x80;
        if (id != 0 ? service->id == id : laser && service->preferred) {
            return k;
        }
        if (id == 0 && laser && first < 0) {
            first = k;
        }
    }
    return first;
}

void sim_idn_close_channel(struct sim_idn_device *device, struct sim_idn_channel *channel,
                           bool play_out)
{
    struct sim_idn_service *service;

    if (!channel->open) {
        return;
    }
    channel->open = false;
    service = &device->services[channel->service];
    service->owner = -1;
    sim_idn_inlet_end(&service->inlet);
    sim_idn_player_end(&service->player, play_out, device->now_ns);
}

/* A wave has its service for itself alone. */
static bool is_busy(const struct sim_idn_device *device, int service, int connection)
{
    int owner = device->services[service].owner;

    return owner >= 0 && owner != connection;
}

static void connect_channel(struct sim_idn_device *device, int connection,
                            struct sim_idn_channel *channel, int k, uint8_t mode)
{
    struct sim_idn_service *service = &device->services[k];

    sim_idn_close_channel(device, channel, false);
    channel->open = channel->asked = true;
    channel->service = k;
    channel->mode = mode;
    channel->events |= SIM_IDN_EVENT_ROUTED;
    channel->config_ns = device->now_ns;
    service->owner = connection;
    sim_idn_player_begin(&service->player, mode == MODE_FRAME, device->now_ns);
}

static void note_config(struct sim_idn_device *device, struct sim_idn_channel *channel)
{
    int64_t gap_ns = device->now_ns - channel->config_ns;

    if (gap_ns > device->counters.longest_config_gap_ns) {
        device->counters.longest_config_gap_ns = gap_ns;
    }
    channel->config_ns = device->now_ns;
    device->counters.configs++;
}

static void route(struct sim_idn_device *device, int connection,
                  struct sim_idn_channel *channel, const struct message *message)
{
    int k = find_service(device, message->service);
    bool known = k >= 0 && (message->mode == MODE_WAVE || message->mode == MODE_FRAME);
    bool stays = channel->open && channel->service == k && channel->mode == message->mode;

    if (!known) {
        channel->events |= SIM_IDN_EVENT_UNKNOWN | SIM_IDN_EVENT_CLOSED;
        sim_idn_close_channel(device, channel, false);
        return;
    }
    if (is_busy(device, k, connection)) {
        device->counters.refused_busy++;
        channel->events |= SIM_IDN_EVENT_BUSY;
        if (!channel->asked) {
            channel->events |= SIM_IDN_EVENT_ROUTED;
        }
        channel->asked = true;
        return;
    }
    if (!stays) {
        device->counters.takeovers += channel->asked && !channel->open;
        connect_channel(device, connection, channel, k, message->mode);
    }
    note_config(device, channel);
    channel->events |= sim_idn_inlet_configure(&device->services[k].inlet, message->match,
                                               message->words, message->words_size);
}

/* ---- Chunks -------------------------------------------------------------------------- */

static uint16_t take_chunk(struct sim_idn_device *device,
                           const struct sim_idn_channel *channel,
                           const struct message *message)
{
    struct sim_idn_inlet *inlet = &device->services[channel->service].inlet;
    bool wave = message->chunk == CHUNK_WAVE;

    if (wave != (channel->mode == MODE_WAVE)) {
        return SIM_IDN_EVENT_WRONG_CHUNK;
    }
    switch (message->chunk) {
    case CHUNK_WAVE:
        return sim_idn_inlet_wave(inlet, &message->arrival);
    case CHUNK_FRAME:
    case CHUNK_FIRST:
        return sim_idn_inlet_frame(inlet, &message->arrival, message->chunk == CHUNK_FIRST);
    case CHUNK_SEQUEL:
        return sim_idn_inlet_fragment(inlet, &message->arrival, message->last);
    default:
        return SIM_IDN_EVENT_WRONG_CHUNK;
    }
}

/* IDN-Hello: nothing is sent before its stamp. The first message sets the clock. */
static void note_time(struct sim_idn_device *device, struct sim_idn_connection *connection,
                      const struct message *message)
{
    int64_t should_ns, early_ns;

    if (message->chunk == CHUNK_SEQUEL) {
        return;
    }
    if (!connection->anchored) {
        connection->anchored = true;
        connection->anchor_ns = device->now_ns;
        connection->anchor_us = message->arrival.timestamp_us;
    }
    should_ns = connection->anchor_ns +
                (int32_t)(message->arrival.timestamp_us - connection->anchor_us) * 1000LL;
    early_ns = should_ns - device->now_ns;
    if (early_ns > device->counters.earliest_ns) {
        device->counters.earliest_ns = early_ns;
    }
    connection->anchor_us = message->arrival.timestamp_us;
    connection->anchor_ns = should_ns;
}

enum sim_idn_reading sim_idn_message(struct sim_idn_device *device, int connection,
                                     const struct sim_idn_packet *packet,
                                     struct sim_idn_channel **channel)
{
    struct sim_idn_connection *client = &device->connections[connection];
    struct message message;
    enum sim_idn_reading reading = read_message(device, packet, &message);

    if (reading != SIM_IDN_READ) {
        return reading;
    }
    client->session = true;
    client->session_until_ns = device->now_ns + device->config.profile.session_timeout_ns;
    note_time(device, client, &message);
    *channel = &client->channels[message.content >> 8 & (SIM_IDN_CHANNELS - 1)];
    if (message.routes) {
        route(device, connection, *channel, &message);
    }
    if (message.chunk == CHUNK_VOID) {
        device->counters.voids++;
    } else if ((*channel)->open) {
        (*channel)->events |= take_chunk(device, *channel, &message);
    } else {
        (*channel)->events |= SIM_IDN_EVENT_CLOSED;
    }
    if (message.closes) {
        sim_idn_close_channel(device, *channel, true);
        (*channel)->events |= SIM_IDN_EVENT_CLOSED;
    }
    return SIM_IDN_READ;
}
