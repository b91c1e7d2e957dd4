/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

static void on_played(void *user, const struct sim_ed_point *point)
{
    struct rig *rig = user;

    if (rig->played_count < RIG_PLAYED) {
        rig->played[rig->played_count] = *point;
    }
    rig->played_count++;
}

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct rig *rig = user;

    if (rig->command_count < RIG_COMMANDS) {
        rig->commands[rig->command_count] = *command;
    }
    rig->command_count++;
}

void rig_start(struct rig *rig, struct sim_ed_config config)
{
    uint8_t hello[22];

    memset(rig, 0, sizeof *rig);
    config.played = on_played;
    config.command = on_command;
    config.user = rig;
    rig->host = sim_ed_create(&config, 0);
    assert_non_null(rig->host);
    rig->client = rig_connect(rig);
    if (config.link.latency_ns == 0 && config.link.fragment_bytes == 0) {
        assert_int_equal(rig_collect(rig, hello, sizeof hello), sizeof hello);
    }
}

void rig_stop(struct rig *rig)
{
    sim_ed_destroy(rig->host);
    rig->host = NULL;
}

void rig_restart_with(struct rig *rig, struct sim_ed_profile profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.profile = profile;
    rig_start(rig, config);
}

void rig_restart_as(struct rig *rig, const char *profile)
{
    rig_restart_with(rig, *sim_ed_profile(profile));
}

int rig_setup(void **state)
{
    struct rig *rig = malloc(sizeof *rig);

    assert_non_null(rig);
    rig_start(rig, sim_ed_defaults());
    *state = rig;
    return 0;
}

int rig_teardown(void **state)
{
    struct rig *rig = *state;

    rig_stop(rig);
    free(rig);
    return 0;
}

void rig_at_ms(struct rig *rig, double ms)
{
    int64_t at_ns = (int64_t)(ms * 1e6 + 0.5);

    assert_true(at_ns >= rig->now_ns);
    rig->now_ns = at_ns;
    sim_ed_advance(rig->host, rig->now_ns);
}

void rig_wait_ns(struct rig *rig, int64_t ns)
{
    rig->now_ns += ns;
    sim_ed_advance(rig->host, rig->now_ns);
}

int rig_connect(struct rig *rig)
{
    return rig->host->ops->accept(rig->host, rig->host->ops->tcp_ports[0], rig->now_ns);
}

void rig_send(struct rig *rig, const void *bytes, size_t size)
{
    size_t taken =
        rig->host->ops->deliver(rig->host, rig->client, bytes, size, rig->now_ns);

    assert_int_equal(taken, size);
}

size_t rig_collect(struct rig *rig, uint8_t *bytes, size_t size)
{
    return rig->host->ops->collect(rig->host, rig->client, bytes, size, rig->now_ns);
}

static unsigned hex_digit(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
}

void rig_send_hex(struct rig *rig, const char *hex)
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
    rig_send(rig, bytes, size);
}

void rig_data_header(struct rig *rig, unsigned count)
{
    uint8_t header[3] = {'d', (uint8_t)count, (uint8_t)(count >> 8)};

    rig_send(rig, header, sizeof header);
}

void rig_points(struct rig *rig, unsigned count, uint16_t control, uint16_t green)
{
    for (unsigned n = 0; n < count; n++) {
        uint8_t point[18] = {0};
        point[0] = (uint8_t)control;
        point[1] = (uint8_t)(control >> 8);
        point[2] = (uint8_t)rig->next_x;
        point[3] = (uint8_t)(rig->next_x >> 8);
        point[8] = (uint8_t)green;
        point[9] = (uint8_t)(green >> 8);
        rig->next_x++;
        rig_send(rig, point, sizeof point);
    }
}

void rig_data(struct rig *rig, unsigned count)
{
    rig_data_header(rig, count);
    rig_points(rig, count, 0, 0);
}

static struct rig_reply parse(const uint8_t *b)
{
    return (struct rig_reply){
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

struct rig_reply rig_reply(struct rig *rig)
{
    uint8_t bytes[64];

    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 22);
    return parse(bytes);
}

void rig_no_reply(struct rig *rig)
{
    uint8_t bytes[64];

    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 0);
}

struct rig_reply rig_ask(struct rig *rig, const char *hex)
{
    rig_send_hex(rig, hex);
    return rig_reply(rig);
}

struct rig_reply rig_ask_data(struct rig *rig, unsigned count)
{
    rig_data(rig, count);
    return rig_reply(rig);
}

struct rig_reply rig_rate(struct rig *rig, char opcode, uint32_t rate)
{
    uint8_t bytes[7] = {(uint8_t)opcode};
    size_t size = opcode == 'q' ? 5 : 7;

    for (unsigned n = 0; n < 4; n++) {
        bytes[size - 4 + n] = (uint8_t)(rate >> 8 * n);
    }
    rig_send(rig, bytes, size);
    return rig_reply(rig);
}

struct rig_reply rig_begin(struct rig *rig, uint32_t rate)
{
    return rig_rate(rig, 'b', rate);
}

void rig_play(struct rig *rig, unsigned count, uint32_t rate)
{
    assert_int_equal(rig_ask(rig, "70").code, 'a');
    assert_int_equal(rig_ask_data(rig, count).code, 'a');
    assert_int_equal(rig_begin(rig, rate).code, 'a');
}

enum sim_link rig_link(struct rig *rig)
{
    return rig->host->ops->link(rig->host, rig->client, rig->now_ns);
}
