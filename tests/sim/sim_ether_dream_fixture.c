/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

static void on_played(void *user, const struct sim_ed_point *point)
{
    struct fixture *fixture = user;

    if (fixture->played_count < FIXTURE_PLAYED) {
        fixture->played[fixture->played_count] = *point;
    }
    fixture->played_count++;
}

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct fixture *fixture = user;

    if (fixture->command_count < FIXTURE_COMMANDS) {
        fixture->commands[fixture->command_count] = *command;
    }
    fixture->command_count++;
}

void fixture_start(struct fixture *fixture, struct sim_ed_config config)
{
    uint8_t hello[22];

    memset(fixture, 0, sizeof *fixture);
    config.played = on_played;
    config.command = on_command;
    config.user = fixture;
    fixture->host = sim_ed_create(&config, 0);
    assert_non_null(fixture->host);
    fixture->client = fixture_connect(fixture);
    if (config.link.latency_ns == 0 && config.link.fragment_bytes == 0) {
        assert_int_equal(fixture_collect(fixture, hello, sizeof hello), sizeof hello);
    }
}

void fixture_stop(struct fixture *fixture)
{
    sim_ed_destroy(fixture->host);
    fixture->host = NULL;
}

void fixture_restart_with(struct fixture *fixture, struct sim_ed_profile profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.profile = profile;
    fixture_start(fixture, config);
}

void fixture_restart_as(struct fixture *fixture, const char *profile)
{
    fixture_restart_with(fixture, *sim_ed_profile(profile));
}

int fixture_setup(void **state)
{
    struct fixture *fixture = malloc(sizeof *fixture);

    assert_non_null(fixture);
    fixture_start(fixture, sim_ed_defaults());
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;

    fixture_stop(fixture);
    free(fixture);
    return 0;
}

void fixture_at_ms(struct fixture *fixture, double ms)
{
    int64_t at_ns = (int64_t)(ms * 1e6 + 0.5);

    assert_true(at_ns >= fixture->now_ns);
    fixture->now_ns = at_ns;
    sim_ed_advance(fixture->host, fixture->now_ns);
}

void fixture_wait_ns(struct fixture *fixture, int64_t ns)
{
    fixture->now_ns += ns;
    sim_ed_advance(fixture->host, fixture->now_ns);
}

int fixture_connect(struct fixture *fixture)
{
    return fixture->host->ops->accept(fixture->host, fixture->host->ops->tcp_ports[0],
                                      fixture->now_ns);
}

void fixture_send(struct fixture *fixture, const void *bytes, size_t size)
{
    size_t taken = fixture->host->ops->deliver(fixture->host, fixture->client, bytes, size,
                                               fixture->now_ns);

    assert_int_equal(taken, size);
}

size_t fixture_collect(struct fixture *fixture, uint8_t *bytes, size_t size)
{
    return fixture->host->ops->collect(fixture->host, fixture->client, bytes, size,
                                       fixture->now_ns);
}

static unsigned hex_digit(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
}

void fixture_send_hex(struct fixture *fixture, const char *hex)
{
    uint8_t bytes[256];
    size_t size = 0;

    while (*hex) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        assert_true(size < sizeof bytes);
        bytes[size++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
        hex += 2;
    }
    fixture_send(fixture, bytes, size);
}

void fixture_data_header(struct fixture *fixture, unsigned count)
{
    uint8_t header[3] = {'d', (uint8_t)count, (uint8_t)(count >> 8)};

    fixture_send(fixture, header, sizeof header);
}

void fixture_points(struct fixture *fixture, unsigned count, uint16_t control,
                    uint16_t green)
{
    for (unsigned n = 0; n < count; n++) {
        uint8_t point[18] = {0};
        point[0] = (uint8_t)control;
        point[1] = (uint8_t)(control >> 8);
        point[2] = (uint8_t)fixture->next_x;
        point[3] = (uint8_t)(fixture->next_x >> 8);
        point[8] = (uint8_t)green;
        point[9] = (uint8_t)(green >> 8);
        fixture->next_x++;
        fixture_send(fixture, point, sizeof point);
    }
}

void fixture_data(struct fixture *fixture, unsigned count)
{
    fixture_data_header(fixture, count);
    fixture_points(fixture, count, 0, 0);
}

static struct fixture_reply parse(const uint8_t *b)
{
    return (struct fixture_reply){
        .code = b[0],
        .opcode = b[1],
        .light = b[3],
        .playback = b[4],
        .source = b[5],
        .light_flags = (uint16_t)(b[6] | b[7] << 8),
        .flags = (uint16_t)(b[8] | b[9] << 8),
        .source_flags = (uint16_t)(b[10] | b[11] << 8),
        .fullness = (uint16_t)(b[12] | b[13] << 8),
        .rate = (uint32_t)(b[14] | b[15] << 8 | b[16] << 16) | (uint32_t)b[17] << 24,
        .count = (uint32_t)(b[18] | b[19] << 8 | b[20] << 16) | (uint32_t)b[21] << 24,
    };
}

struct fixture_reply fixture_reply(struct fixture *fixture)
{
    uint8_t bytes[64];

    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 22);
    return parse(bytes);
}

void fixture_no_reply(struct fixture *fixture)
{
    uint8_t bytes[64];

    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 0);
}

struct fixture_reply fixture_ask(struct fixture *fixture, const char *hex)
{
    fixture_send_hex(fixture, hex);
    return fixture_reply(fixture);
}

struct fixture_reply fixture_ask_data(struct fixture *fixture, unsigned count)
{
    fixture_data(fixture, count);
    return fixture_reply(fixture);
}

struct fixture_reply fixture_rate(struct fixture *fixture, char opcode, uint32_t rate)
{
    uint8_t bytes[7] = {(uint8_t)opcode};
    size_t size = opcode == 'q' ? 5 : 7;

    for (unsigned n = 0; n < 4; n++) {
        bytes[size - 4 + n] = (uint8_t)(rate >> 8 * n);
    }
    fixture_send(fixture, bytes, size);
    return fixture_reply(fixture);
}

struct fixture_reply fixture_begin(struct fixture *fixture, uint32_t rate)
{
    return fixture_rate(fixture, 'b', rate);
}

void fixture_play(struct fixture *fixture, unsigned count, uint32_t rate)
{
    assert_int_equal(fixture_ask(fixture, "70").code, 'a');
    assert_int_equal(fixture_ask_data(fixture, count).code, 'a');
    assert_int_equal(fixture_begin(fixture, rate).code, 'a');
}

enum sim_link fixture_link(struct fixture *fixture)
{
    return fixture->host->ops->link(fixture->host, fixture->client, fixture->now_ns);
}
