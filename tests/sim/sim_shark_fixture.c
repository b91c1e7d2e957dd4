/* SPDX-License-Identifier: MIT */
#include "sim_shark_fixture.h"

#include <stdio.h>

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct shark_fixture *fixture = user;

    assert_true(fixture->played_count < FIXTURE_PLAYED);
    fixture->played[fixture->played_count++] = *sample;
}

void shark_fixture_start(struct shark_fixture *fixture, bool dock,
                         struct sim_shark_config config)
{
    memset(fixture, 0, sizeof *fixture);
    config.played = on_played;
    config.user = fixture;
    fixture->device = dock ? sim_laserdock_create(&config) : sim_lasershark_create(&config);
    assert_non_null(fixture->device);
    fixture->device->ops->select(fixture->device, 1, 1, 0);
}

void shark_fixture_stop(struct shark_fixture *fixture)
{
    sim_shark_destroy(fixture->device);
}

void shark_fixture_wait_ns(struct shark_fixture *fixture, int64_t ns)
{
    fixture->now_ns += ns;
    sim_shark_advance(fixture->device, fixture->now_ns);
}

void shark_fixture_wait_ms(struct shark_fixture *fixture, double ms)
{
    shark_fixture_wait_ns(fixture, (int64_t)(ms * 1e6));
}

uint8_t shark_fixture_ask(struct shark_fixture *fixture, const char *hex)
{
    const struct sim_usb_ops *ops = fixture->device->ops;
    uint8_t bytes[64];
    unsigned byte;
    size_t size = 0;

    for (; sscanf(hex, "%2x", &byte) == 1; hex += hex[2] == ' ' ? 3 : 2)
        bytes[size++] = (uint8_t)byte;
    assert_int_equal(ops->out(fixture->device, 0x01, bytes, size, fixture->now_ns), 0);
    assert_int_equal(ops->in(fixture->device, 0x81, fixture->reply, 64, fixture->now_ns),
                     SIM_USB_NAK);
    assert_in_range(ops->next_event_ns(fixture->device, fixture->now_ns),
                    fixture->now_ns + 1, fixture->now_ns + FIXTURE_REPLY_NS);
    fixture->now_ns += FIXTURE_REPLY_NS;
    assert_int_equal(ops->in(fixture->device, 0x81, fixture->reply, 64, fixture->now_ns),
                     64);
    assert_int_equal(fixture->reply[0], bytes[0]);
    return fixture->reply[1];
}

uint32_t shark_fixture_value(const struct shark_fixture *fixture)
{
    const uint8_t *b = fixture->reply + 2;

    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

uint32_t shark_fixture_number(struct shark_fixture *fixture, const char *hex)
{
    assert_int_equal(shark_fixture_ask(fixture, hex), 0);
    return shark_fixture_value(fixture);
}

int shark_fixture_packet(struct shark_fixture *fixture, int samples, uint16_t word0)
{
    uint8_t bytes[64] = {0};

    for (int k = 0; k < samples; k++) {
        uint16_t x = (uint16_t)(fixture->next_x + k);
        bytes[8 * k] = (uint8_t)word0;
        bytes[8 * k + 1] = (uint8_t)(word0 >> 8);
        bytes[8 * k + 4] = (uint8_t)x;
        bytes[8 * k + 5] = (uint8_t)(x >> 8 & 0x0f);
    }
    int result = fixture->device->ops->out(fixture->device, 0x03, bytes,
                                           (size_t)samples * 8, fixture->now_ns);
    if (result == 0)
        fixture->next_x = (uint16_t)(fixture->next_x + samples);
    return result;
}

void shark_fixture_samples(struct shark_fixture *fixture, int samples, uint16_t word0)
{
    while (samples > 0) {
        int count = samples < 8 ? samples : 8;
        assert_int_equal(shark_fixture_packet(fixture, count, word0), 0);
        samples -= count;
    }
}
