/* SPDX-License-Identifier: MIT */
#include "sim_shark_rig.h"

#include <stdio.h>

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct shark_rig *rig = user;

    assert_true(rig->played_count < RIG_PLAYED);
    rig->played[rig->played_count++] = *sample;
}

void shark_rig_start(struct shark_rig *rig, bool dock, struct sim_shark_config config)
{
    memset(rig, 0, sizeof *rig);
    config.played = on_played;
    config.user = rig;
    rig->device = dock ? sim_laserdock_create(&config) : sim_lasershark_create(&config);
    assert_non_null(rig->device);
    rig->device->ops->select(rig->device, 1, 1, 0);
}

void shark_rig_stop(struct shark_rig *rig)
{
    sim_shark_destroy(rig->device);
}

void shark_rig_wait_ns(struct shark_rig *rig, int64_t ns)
{
    rig->now_ns += ns;
    sim_shark_advance(rig->device, rig->now_ns);
}

void shark_rig_wait_ms(struct shark_rig *rig, double ms)
{
    shark_rig_wait_ns(rig, (int64_t)(ms * 1e6));
}

uint8_t shark_rig_ask(struct shark_rig *rig, const char *hex)
{
    const struct sim_usb_ops *ops = rig->device->ops;
    uint8_t bytes[64];
    unsigned byte;
    size_t size = 0;

    for (; sscanf(hex, "%2x", &byte) == 1; hex += hex[2] == ' ' ? 3 : 2)
        bytes[size++] = (uint8_t)byte;
    assert_int_equal(ops->out(rig->device, 0x01, bytes, size, rig->now_ns), 0);
    assert_int_equal(ops->in(rig->device, 0x81, rig->reply, 64, rig->now_ns), SIM_USB_NAK);
    assert_in_range(ops->next_event_ns(rig->device, rig->now_ns), rig->now_ns + 1,
                    rig->now_ns + RIG_REPLY_NS);
    rig->now_ns += RIG_REPLY_NS;
    assert_int_equal(ops->in(rig->device, 0x81, rig->reply, 64, rig->now_ns), 64);
    assert_int_equal(rig->reply[0], bytes[0]);
    return rig->reply[1];
}

uint32_t shark_rig_value(const struct shark_rig *rig)
{
    const uint8_t *b = rig->reply + 2;

    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

uint32_t shark_rig_number(struct shark_rig *rig, const char *hex)
{
    assert_int_equal(shark_rig_ask(rig, hex), 0);
    return shark_rig_value(rig);
}

int shark_rig_packet(struct shark_rig *rig, int samples, uint16_t word0)
{
    uint8_t bytes[64] = {0};

    for (int k = 0; k < samples; k++) {
        uint16_t x = (uint16_t)(rig->next_x + k);
        bytes[8 * k] = (uint8_t)word0;
        bytes[8 * k + 1] = (uint8_t)(word0 >> 8);
        bytes[8 * k + 4] = (uint8_t)x;
        bytes[8 * k + 5] = (uint8_t)(x >> 8 & 0x0f);
    }
    int result =
        rig->device->ops->out(rig->device, 0x03, bytes, (size_t)samples * 8, rig->now_ns);
    if (result == 0)
        rig->next_x = (uint16_t)(rig->next_x + samples);
    return result;
}

void shark_rig_samples(struct shark_rig *rig, int samples, uint16_t word0)
{
    while (samples > 0) {
        int count = samples < 8 ? samples : 8;
        assert_int_equal(shark_rig_packet(rig, count, word0), 0);
        samples -= count;
    }
}
