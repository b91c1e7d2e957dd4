/* SPDX-License-Identifier: MIT */
#include "idn/idn_wire.h"

#include "session/octets.h"

#include <assert.h>
#include <beamjack/driver.h>
#include <math.h>
#include <string.h>

#define UNIT_ANSWER_SIZE 40
#define MAP_HEADER_SIZE 4
#define MAP_ENTRY_SIZE 24
#define ACK_SIZE 12

#define MESSAGE_HEADER_SIZE 8
#define CONFIG_HEADER_SIZE 4
#define CHUNK_HEADER_SIZE 4

/* service types; of the last two, the two low bits are versions */
#define TYPE_UART 0x04
#define TYPE_DMX512 0x05
#define TYPE_MIDI 0x08
#define TYPE_PROJECTOR 0x80
#define TYPE_AUDIO 0x84

/* content id */
#define CHANNEL_MESSAGE 0x8000
#define HAS_CONFIG 0x4000
#define VOID_CHUNK 0x00
#define WAVE_CHUNK 0x01

#define ROUTING 0x01
#define CLOSE 0x02
#define WAVE_MODE 0x01

/* tags of the dictionary */
#define TAG_X 0x4200
#define TAG_Y 0x4210
#define TAG_RED 0x527e   /* 638 nm */
#define TAG_GREEN 0x5214 /* 532 nm */
#define TAG_BLUE 0x51cc  /* 460 nm */
#define TAG_INTENSITY 0x5c10
#define TAG_MORE 0x4010 /* one more octet of the value before */

/* ---- Decoding ------------------------------------------------------------------------ */

static uint16_t get16(const uint8_t *from)
{
    return (uint16_t)(from[0] << 8 | from[1]);
}

bool idn_decode_header(const uint8_t *bytes, size_t size, struct idn_header *header)
{
    if (size < IDN_HEADER_SIZE)
        return false;
    *header = (struct idn_header){bytes[0], bytes[1], get16(bytes + 2)};
    return true;
}

bool idn_decode_unit(const uint8_t *bytes, size_t size, struct idn_unit *unit)
{
    if (size < UNIT_ANSWER_SIZE || bytes[0] < UNIT_ANSWER_SIZE || bytes[0] > size)
        return false;
    unit->status = bytes[2];
    memcpy(unit->id, bytes + 4, IDN_UNIT_SIZE);
    bj_octets_text(bytes + 20, IDN_NAME_SIZE, unit->host);
    return true;
}

bool idn_decode_map(const uint8_t *bytes, size_t size, struct idn_map *map)
{
    size_t entry_size, relays, services;

    if (size < MAP_HEADER_SIZE || bytes[0] < MAP_HEADER_SIZE || bytes[1] < MAP_ENTRY_SIZE)
        return false;
    entry_size = bytes[1];
    relays = bytes[2];
    services = bytes[3];
    if (size < bytes[0] + entry_size * (relays + services))
        return false;
    *map = (struct idn_map){0};
    bytes += bytes[0] + entry_size * relays;
    for (size_t k = 0; k < services && map->count < IDN_SERVICES; k++) {
        const uint8_t *entry = bytes + entry_size * k;
        struct idn_service *service = &map->services[map->count];
        if (entry[0] == 0)
            continue;
        *service = (struct idn_service){
            .id = entry[0], .type = entry[1], .preferred = entry[2] & 1};
        bj_octets_text(entry + 4, IDN_NAME_SIZE, service->name);
        map->count++;
    }
    return true;
}

bool idn_decode_ack(const uint8_t *bytes, size_t size, struct idn_ack *ack)
{
    if (size < ACK_SIZE || bytes[0] < ACK_SIZE)
        return false;
    *ack = (struct idn_ack){bytes[1], get16(bytes + 2), get16(bytes + 4)};
    return true;
}

bool idn_is_projector(const struct idn_service *service)
{
    return (service->type & 0xfc) == TYPE_PROJECTOR;
}

bool idn_is_no_laser(const struct idn_service *service)
{
    switch (service->type) {
    case TYPE_UART:
    case TYPE_DMX512:
    case TYPE_MIDI:
        return true;
    default:
        return (service->type & 0xfc) == TYPE_AUDIO;
    }
}

/* ---- Formats ------------------------------------------------------------------------- */

const struct idn_format idn_formats[IDN_FORMATS] = {
    [IDN_XYRGB16] = {"XYRGB16",
                     10,
                     10,
                     {TAG_X, TAG_MORE, TAG_Y, TAG_MORE, TAG_RED, TAG_MORE, TAG_GREEN,
                      TAG_MORE, TAG_BLUE, TAG_MORE}},
    [IDN_XYRGBI8] = {"XYRGBI8",
                     8,
                     8,
                     {TAG_X, TAG_MORE, TAG_Y, TAG_MORE, TAG_RED, TAG_GREEN, TAG_BLUE,
                      TAG_INTENSITY}},
};

uint32_t idn_most_samples(enum idn_format_kind format)
{
    const struct idn_format *row = &idn_formats[format];
    uint32_t overhead = IDN_HEADER_SIZE + MESSAGE_HEADER_SIZE + CONFIG_HEADER_SIZE +
                        2u * row->tag_count + CHUNK_HEADER_SIZE;

    return (IDN_DATAGRAM_SIZE - overhead) / row->sample_size;
}

/* ---- Encoding ------------------------------------------------------------------------ */

static void put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, (uint16_t)(value >> 16));
    put16(to + 2, (uint16_t)value);
}

size_t idn_encode_empty(uint8_t *out, enum idn_command command, uint16_t sequence)
{
    out[0] = (uint8_t)command;
    out[1] = 0;
    put16(out + 2, sequence);
    return IDN_HEADER_SIZE;
}

static uint8_t *put_config(uint8_t *to, const struct idn_message *message)
{
    const struct idn_format *format = &idn_formats[message->format];

    to[0] = format->tag_count / 2;
    to[1] = (uint8_t)(message->match << 4 | ROUTING);
    to[2] = message->service;
    to[3] = WAVE_MODE;
    to += CONFIG_HEADER_SIZE;
    for (int k = 0; k < format->tag_count; k++)
        put16(to + 2 * k, format->tags[k]);
    return to + 2 * format->tag_count;
}

/* Packet and message header and, if asked for, the configuration; the size comes last. */
static uint8_t *put_headers(uint8_t *out, const struct idn_message *message, uint8_t chunk,
                            bool config)
{
    size_t header = idn_encode_empty(out, message->command, message->sequence);

    out += header;
    put16(out + 2, CHANNEL_MESSAGE | (config ? HAS_CONFIG : 0) | chunk);
    put32(out + 4, message->timestamp_us);
    return out + MESSAGE_HEADER_SIZE;
}

static size_t close_message(uint8_t *out, const uint8_t *end)
{
    size_t size = (size_t)(end - out);

    put16(out + IDN_HEADER_SIZE, (uint16_t)(size - IDN_HEADER_SIZE));
    return size;
}

size_t idn_encode_void(uint8_t *out, const struct idn_message *message)
{
    uint8_t *to = put_headers(out, message, VOID_CHUNK, message->configured);

    if (message->configured)
        to = put_config(to, message);
    return close_message(out, to);
}

size_t idn_encode_channel_close(uint8_t *out, const struct idn_message *message)
{
    uint8_t *to = put_headers(out, message, VOID_CHUNK, true);

    memset(to, 0, CONFIG_HEADER_SIZE);
    to[1] = CLOSE;
    return close_message(out, to + CONFIG_HEADER_SIZE);
}

/* ---- Samples ------------------------------------------------------------------------- */

/* In double, where the product and the sum are exact: ties are real ties. */
static uint16_t coordinate(float v)
{
    double clamped = v > -1.0F ? (v < 1.0F ? (double)v : 1.0) : -1.0;
    double scaled = clamped * 32767.0;
    return (uint16_t)(int16_t)(int)(scaled + copysign(0.5, scaled));
}

static uint8_t *put_16(uint8_t *to, const struct bj_point *points, uint32_t count,
                       bool dark)
{
    for (uint32_t k = 0; k < count; k++, to += 10) {
        const struct bj_point *point = &points[k];
        struct bj_light light = bj_round_light(point, dark ? 0 : 65535);
        put16(to, coordinate(point->x));
        put16(to + 2, coordinate(point->y));
        put16(to + 4, light.r);
        put16(to + 6, light.g);
        put16(to + 8, light.b);
    }
    return to;
}

static uint8_t *put_8(uint8_t *to, const struct bj_point *points, uint32_t count, bool dark)
{
    for (uint32_t k = 0; k < count; k++, to += 8) {
        const struct bj_point *point = &points[k];
        struct bj_light light = bj_round_light(point, dark ? 0 : 255);
        put16(to, coordinate(point->x));
        put16(to + 2, coordinate(point->y));
        to[4] = (uint8_t)light.r;
        to[5] = (uint8_t)light.g;
        to[6] = (uint8_t)light.b;
        to[7] = to[4] | to[5] | to[6] ? 255 : 0;
    }
    return to;
}

size_t idn_encode_wave(uint8_t *out, const struct idn_message *message,
                       uint32_t duration_us, const struct idn_samples *samples)
{
    uint8_t *(*put)(uint8_t *, const struct bj_point *, uint32_t, bool) =
        message->format == IDN_XYRGB16 ? put_16 : put_8;
    uint8_t *to = put_headers(out, message, WAVE_CHUNK, message->configured);

    assert(samples->first_count + samples->then_count <= idn_most_samples(message->format));
    if (message->configured)
        to = put_config(to, message);
    put32(to, (uint32_t)message->match << 28 | (duration_us & 0xffffff));
    to = put(to + CHUNK_HEADER_SIZE, samples->first, samples->first_count, samples->dark);
    to = put(to, samples->then, samples->then_count, samples->dark);
    return close_message(out, to);
}
