/* SPDX-License-Identifier: MIT */
#include "sim_idn_rig.h"

static void on_played(void *user, const struct sim_idn_point *point)
{
    struct idn_rig *rig = user;

    if (rig->played_count < IDN_RIG_PLAYED) {
        rig->played[rig->played_count++] = *point;
    }
}

static void on_chunk(void *user, const struct sim_idn_chunk *chunk)
{
    struct idn_rig *rig = user;

    rig->chunk = *chunk;
    rig->chunk_count++;
}

void idn_rig_start(struct idn_rig *rig, const struct sim_idn_config *config)
{
    struct sim_idn_config mine = *config;

    memset(rig, 0, sizeof *rig);
    mine.played = on_played;
    mine.chunk = on_chunk;
    mine.user = rig;
    rig->host = sim_idn_create(&mine, 0);
    assert_non_null(rig->host);
    rig->client = (struct bj_address){IDN_RIG_CLIENT, 5000};
    rig->stamp_us = 1000;
}

void idn_rig_start_as(struct idn_rig *rig, const char *profile)
{
    struct sim_idn_config config = sim_idn_defaults();

    config.profile = *sim_idn_profile(profile);
    idn_rig_start(rig, &config);
}

void idn_rig_stop(struct idn_rig *rig)
{
    sim_idn_destroy(rig->host);
}

void idn_rig_wait_ms(struct idn_rig *rig, double ms)
{
    rig->now_ns += (int64_t)(ms * 1e6);
    sim_idn_advance(rig->host, rig->now_ns);
}

void idn_rig_send_raw(struct idn_rig *rig, const void *bytes, size_t size)
{
    rig->host->ops->datagram_in(rig->host, SIM_IDN_PORT, rig->client, bytes, size,
                                rig->now_ns);
}

void idn_rig_send(struct idn_rig *rig, uint8_t command, const void *payload, size_t size)
{
    uint8_t bytes[2048] = {command, rig->group, (uint8_t)(rig->sequence >> 8),
                           (uint8_t)rig->sequence};

    rig->sequence++;
    assert_true(size <= sizeof bytes - 4);
    memcpy(bytes + 4, payload, size);
    idn_rig_send_raw(rig, bytes, size + 4);
}

struct idn_rig_answer idn_rig_hear(struct idn_rig *rig)
{
    struct idn_rig_answer answer = {.size = 0};
    struct bj_address to;
    uint16_t from_port;

    answer.size = rig->host->ops->datagram_out(rig->host, &from_port, &to, answer.bytes,
                                               sizeof answer.bytes, rig->now_ns);
    if (answer.size > 0) {
        assert_int_equal(from_port, SIM_IDN_PORT);
        assert_int_equal(to.ip, rig->client.ip);
        assert_int_equal(to.port, rig->client.port);
    }
    return answer;
}

struct idn_rig_answer idn_rig_ask(struct idn_rig *rig, uint8_t command)
{
    idn_rig_send(rig, command, "", 0);
    return idn_rig_hear(rig);
}

size_t idn_rig_config(const struct idn_rig *rig, uint8_t service, uint8_t mode, uint8_t *to)
{
    static const uint8_t words[] = {0x42, 0x00, 0x40, 0x10, 0x42, 0x10, 0x40, 0x10,
                                    0x52, 0x7e, 0x52, 0x14, 0x51, 0xcc, 0x5c, 0x10};

    to[0] = sizeof words / 4;
    to[1] = (uint8_t)(rig->match << 4 | 1);
    to[2] = service;
    to[3] = mode;
    memcpy(to + 4, words, sizeof words);
    return 4 + sizeof words;
}

void idn_rig_message(struct idn_rig *rig, uint8_t command, uint8_t chunk, int service,
                     uint8_t mode, const void *body, size_t size)
{
    uint8_t bytes[2048] = {0};
    size_t total = 8;

    bytes[2] = service >= 0 ? 0xc0 : 0x80;
    bytes[3] = chunk;
    for (int k = 0; k < 4; k++) {
        bytes[4 + k] = (uint8_t)(rig->stamp_us >> (24 - 8 * k));
    }
    if (service >= 0) {
        total += idn_rig_config(rig, (uint8_t)service, mode, bytes + 8);
    }
    memcpy(bytes + total, body, size);
    total += size;
    bytes[0] = (uint8_t)(total >> 8);
    bytes[1] = (uint8_t)total;
    idn_rig_send(rig, command, bytes, total);
}

void idn_rig_wave(struct idn_rig *rig, int service, int first, uint32_t count,
                  uint32_t duration_us)
{
    uint8_t body[1600] = {(uint8_t)(rig->match << 4), (uint8_t)(duration_us >> 16),
                          (uint8_t)(duration_us >> 8), (uint8_t)duration_us};

    for (uint32_t k = 0; k < count; k++) {
        uint8_t *sample = body + 4 + 8 * k;
        sample[0] = (uint8_t)((first + (int)k) >> 8);
        sample[1] = (uint8_t)(first + (int)k);
        sample[4] = sample[7] = 255;
    }
    idn_rig_message(rig, 0x40, 0x01, service, 1, body, 4 + 8 * count);
    rig->stamp_us += duration_us;
}

struct idn_rig_ack idn_rig_read_ack(struct idn_rig *rig)
{
    struct idn_rig_answer answer = idn_rig_hear(rig);
    const uint8_t *b = answer.bytes;

    if (answer.size == 0) {
        return (struct idn_rig_ack){.came = false};
    }
    assert_int_equal(answer.size, 16);
    assert_int_equal(b[0], 0x47);
    assert_int_equal(b[4], 12);
    return (struct idn_rig_ack){.came = true,
                                .result = b[5],
                                .input = (uint16_t)(b[6] << 8 | b[7]),
                                .pipeline = (uint16_t)(b[8] << 8 | b[9]),
                                .status = b[10]};
}

struct idn_rig_ack idn_rig_acknowledge(struct idn_rig *rig)
{
    idn_rig_message(rig, 0x41, 0x00, -1, 0, "", 0);
    return idn_rig_read_ack(rig);
}

const struct sim_idn_counters *idn_rig_counters(const struct idn_rig *rig)
{
    return sim_idn_counters(rig->host);
}
