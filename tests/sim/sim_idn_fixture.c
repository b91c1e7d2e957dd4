/* SPDX-License-Identifier: MIT */
#include "sim_idn_fixture.h"

static void on_played(void *user, const struct sim_idn_point *point)
{
    struct idn_fixture *fixture = user;

    if (fixture->played_count < IDN_FIXTURE_PLAYED) {
        fixture->played[fixture->played_count++] = *point;
    }
}

static void on_chunk(void *user, const struct sim_idn_chunk *chunk)
{
    struct idn_fixture *fixture = user;

    fixture->chunk = *chunk;
    fixture->chunk_count++;
}

void idn_fixture_start(struct idn_fixture *fixture, const struct sim_idn_config *config)
{
    struct sim_idn_config mine = *config;

    memset(fixture, 0, sizeof *fixture);
    mine.played = on_played;
    mine.chunk = on_chunk;
    mine.user = fixture;
    fixture->host = sim_idn_create(&mine, 0);
    assert_non_null(fixture->host);
    fixture->client = (struct bj_address){IDN_FIXTURE_CLIENT, 5000};
    fixture->stamp_us = 1000;
}

void idn_fixture_start_as(struct idn_fixture *fixture, const char *profile)
{
    struct sim_idn_config config = sim_idn_defaults();

    config.profile = *sim_idn_profile(profile);
    idn_fixture_start(fixture, &config);
}

void idn_fixture_stop(struct idn_fixture *fixture)
{
    sim_idn_destroy(fixture->host);
}

void idn_fixture_wait_ms(struct idn_fixture *fixture, double ms)
{
    fixture->now_ns += (int64_t)(ms * 1e6);
    sim_idn_advance(fixture->host, fixture->now_ns);
}

void idn_fixture_send_raw(struct idn_fixture *fixture, const void *bytes, size_t size)
{
    fixture->host->ops->datagram_in(fixture->host, SIM_IDN_PORT, fixture->client, bytes,
                                    size, fixture->now_ns);
}

void idn_fixture_send(struct idn_fixture *fixture, uint8_t command, const void *payload,
                      size_t size)
{
    uint8_t bytes[2048] = {command, fixture->group, (uint8_t)(fixture->sequence >> 8),
                           (uint8_t)fixture->sequence};

    fixture->sequence++;
    assert_true(size <= sizeof bytes - 4);
    memcpy(bytes + 4, payload, size);
    idn_fixture_send_raw(fixture, bytes, size + 4);
}

struct idn_fixture_answer idn_fixture_hear(struct idn_fixture *fixture)
{
    struct idn_fixture_answer answer = {.size = 0};
    struct bj_address to;
    uint16_t from_port;

    answer.size = fixture->host->ops->datagram_out(
        fixture->host, &from_port, &to, answer.bytes, sizeof answer.bytes, fixture->now_ns);
    if (answer.size > 0) {
        assert_int_equal(from_port, SIM_IDN_PORT);
        assert_int_equal(to.ip, fixture->client.ip);
        assert_int_equal(to.port, fixture->client.port);
    }
    return answer;
}

struct idn_fixture_answer idn_fixture_ask(struct idn_fixture *fixture, uint8_t command)
{
    idn_fixture_send(fixture, command, "", 0);
    return idn_fixture_hear(fixture);
}

size_t idn_fixture_config(const struct idn_fixture *fixture, uint8_t service, uint8_t mode,
                          uint8_t *to)
{
    static const uint8_t words[] = {0x42, 0x00, 0x40, 0x10, 0x42, 0x10, 0x40, 0x10,
                                    0x52, 0x7e, 0x52, 0x14, 0x51, 0xcc, 0x5c, 0x10};

    to[0] = sizeof words / 4;
    to[1] = (uint8_t)(fixture->match << 4 | 1);
    to[2] = service;
    to[3] = mode;
    memcpy(to + 4, words, sizeof words);
    return 4 + sizeof words;
}

void idn_fixture_message(struct idn_fixture *fixture, uint8_t command, uint8_t chunk,
                         int service, uint8_t mode, const void *body, size_t size)
{
    uint8_t bytes[2048] = {0};
    size_t total = 8;

    bytes[2] = service >= 0 ? 0xc0 : 0x80;
    bytes[3] = chunk;
    for (int k = 0; k < 4; k++) {
        bytes[4 + k] = (uint8_t)(fixture->stamp_us >> (24 - 8 * k));
    }
    if (service >= 0) {
        total += idn_fixture_config(fixture, (uint8_t)service, mode, bytes + 8);
    }
    memcpy(bytes + total, body, size);
    total += size;
    bytes[0] = (uint8_t)(total >> 8);
    bytes[1] = (uint8_t)total;
    idn_fixture_send(fixture, command, bytes, total);
}

void idn_fixture_wave(struct idn_fixture *fixture, int service, int first, uint32_t count,
                      uint32_t duration_us)
{
    uint8_t body[1600] = {(uint8_t)(fixture->match << 4), (uint8_t)(duration_us >> 16),
                          (uint8_t)(duration_us >> 8), (uint8_t)duration_us};

    for (uint32_t k = 0; k < count; k++) {
        uint8_t *sample = body + 4 + 8 * k;
        sample[0] = (uint8_t)((first + (int)k) >> 8);
        sample[1] = (uint8_t)(first + (int)k);
        sample[4] = sample[7] = 255;
    }
    idn_fixture_message(fixture, 0x40, 0x01, service, 1, body, 4 + 8 * count);
    fixture->stamp_us += duration_us;
}

struct idn_fixture_ack idn_fixture_read_ack(struct idn_fixture *fixture)
{
    struct idn_fixture_answer answer = idn_fixture_hear(fixture);
    const uint8_t *b = answer.bytes;

    if (answer.size == 0) {
        return (struct idn_fixture_ack){.came = false};
    }
    assert_int_equal(answer.size, 16);
    assert_int_equal(b[0], 0x47);
    assert_int_equal(b[4], 12);
    return (struct idn_fixture_ack){.came = true,
                                    .result = b[5],
                                    .input = (uint16_t)(b[6] << 8 | b[7]),
                                    .pipeline = (uint16_t)(b[8] << 8 | b[9]),
                                    .status = b[10]};
}

struct idn_fixture_ack idn_fixture_acknowledge(struct idn_fixture *fixture)
{
    idn_fixture_message(fixture, 0x41, 0x00, -1, 0, "", 0);
    return idn_fixture_read_ack(fixture);
}

const struct sim_idn_counters *idn_fixture_counters(const struct idn_fixture *fixture)
{
    return sim_idn_counters(fixture->host);
}
