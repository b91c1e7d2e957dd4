/* SPDX-License-Identifier: MIT
 *
 * The simulated Helios against what the published firmware does, packet by packet.
 */
#include "sim_helios.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static struct sim_usb *device;
static int64_t now_ns;

static void begin_as(uint32_t firmware)
{
    struct sim_helios_config config = sim_helios_defaults();

    config.firmware = firmware;
    device = sim_helios_create(&config);
    now_ns = 0;
    device->ops->select(device, 0, 1, now_ns);
}

static int setup(void **state)
{
    (void)state;
    begin_as(5);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sim_helios_destroy(device);
    return 0;
}

static int command(uint8_t opcode, uint8_t argument)
{
    const uint8_t bytes[2] = {opcode, argument};

    return device->ops->out(device, 0x06, bytes, 2, now_ns);
}

static int read_reply(uint8_t bytes[32])
{
    return device->ops->in(device, 0x83, bytes, 32, now_ns);
}

/* Asks and waits. */
static uint8_t status(void)
{
    uint8_t bytes[32];

    assert_int_equal(command(3, 0), 0);
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), 2);
    assert_int_equal(bytes[0], 0x83);
    return bytes[1];
}

/* Sends packets until the device takes no more. Returns how many bytes it took. */
static size_t send(const uint8_t *bytes, size_t size)
{
    size_t sent = 0;

    for (int tries = 0; sent < size && tries < 400; tries++) {
        size_t left = size - sent, packet = left < 64 ? left : 64;
        if (device->ops->out(device, 0x02, bytes + sent, packet, now_ns) == 0)
            sent += packet;
        else
            now_ns += MS;
    }
    return sent;
}

static size_t send_frame(uint32_t points)
{
    static uint8_t bytes[4096 * 7 + 5];
    uint8_t *end = bytes + points * 7;

    memset(bytes, 0x55, sizeof bytes);
    end[0] = 0x10; /* 10000 */
    end[1] = 0x27;
    end[2] = (uint8_t)points;
    end[3] = (uint8_t)(points >> 8);
    end[4] = 2;
    return send(bytes, points * 7 + 5) == points * 7 + 5;
}

static const struct sim_helios_counts *counts(void)
{
    return sim_helios_counts(device);
}

static void shows_the_published_descriptors(void **state)
{
    const struct sim_usb_descriptor *is = device->descriptor;

    (void)state;
    assert_int_equal(is->vendor_id, 0x1209);
    assert_int_equal(is->product_id, 0xe500);
    assert_int_equal(is->release, 0x0200);
    assert_int_equal(is->max_packet_0, 8);
    assert_int_equal(is->max_power, 75);
    assert_string_equal(is->product, "Helios Laser DAC");
    assert_null(is->serial);
    assert_int_equal(is->alternates[0], 2);
    assert_int_equal(is->endpoint_count, 6);
    for (int k = 0; k < 6; k++)
        assert_int_equal(is->endpoints[k].alternate, 1);
    assert_int_equal(is->endpoints[0].address, 0x83);
    assert_int_equal(is->endpoints[0].packet_size, 32);
    assert_int_equal(is->endpoints[3].address, 0x02);
    assert_int_equal(is->endpoints[3].packet_size, 64);
}

static void answers_as_published(void **state)
{
    uint8_t bytes[32];

    (void)state;
    command(4, 0);
    assert_int_equal(read_reply(bytes), SIM_USB_NAK); /* it takes its time */
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), 5);
    assert_memory_equal(bytes, ((uint8_t[]){0x84, 5, 0, 0, 0}), 5);
    command(5, 0);
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), 32);
    assert_int_equal(bytes[0], 0x85);
    assert_string_equal((char *)bytes + 1, "Helios -1450708");
    command(7, 11);
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), SIM_USB_NAK); /* no reply */
    assert_int_equal(status(), 1);
}

static void the_first_firmware_says_less(void **state)
{
    uint8_t bytes[32];

    (void)state;
    sim_helios_destroy(device);
    begin_as(1);
    command(4, 0);
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), 2);
    assert_int_equal(bytes[1], 1);
}

/* A reply that is not read keeps the place; the command of the lost one counts. */
static void the_reply_channel_is_one_deep(void **state)
{
    uint8_t bytes[32];

    (void)state;
    command(4, 0);
    command(3, 0);
    command(2, 1);
    now_ns += 5 * MS;
    assert_int_equal(read_reply(bytes), 5);
    assert_int_equal(bytes[0], 0x84);
    assert_int_equal(read_reply(bytes), SIM_USB_NAK);
    assert_true(sim_helios_shutter(device));
}

static void a_frame_needs_a_grant(void **state)
{
    (void)state;
    assert_true(send_frame(100)); /* selecting the alternate was one */
    assert_true(send_frame(10));  /* 75 bytes fit into the hardware */
    assert_int_equal(counts()->frames, 1);
    assert_int_equal(counts()->sins[SIM_HELIOS_UNASKED], 2);
    assert_false(send_frame(100)); /* and no more */
    assert_int_equal(status(), 1); /* what lies there counts now */
    assert_int_equal(counts()->frames, 2);
    assert_int_equal(status(), 1);
}

static void version_6_grants_by_itself(void **state)
{
    (void)state;
    sim_helios_destroy(device);
    begin_as(6);
    assert_true(send_frame(100));
    assert_true(send_frame(100));
    assert_int_equal(counts()->frames, 2);
    assert_int_equal(counts()->sins[SIM_HELIOS_UNASKED], 0);
    assert_true(send_frame(100)); /* both are full: waits until one has played */
    assert_int_equal(counts()->sins[SIM_HELIOS_UNASKED], 2);
    assert_int_equal(counts()->frames, 3);
    assert_int_equal(counts()->gaps, 0);
}

static void full_is_answered_while_the_slot_is_taken(void **state)
{
    (void)state;
    assert_true(send_frame(100)); /* 10 ms */
    assert_int_equal(status(), 1);
    assert_true(send_frame(100));
    assert_int_equal(status(), 0);
    now_ns += 10 * MS;
    assert_int_equal(status(), 1); /* the second plays */
    assert_int_equal(counts()->gaps, 0);
}

/* The packet that would end it is full: the next frame is appended, and both are lost. */
static void lengths_of_full_packets_lose_two_frames(void **state)
{
    (void)state;
    assert_true(send_frame(45)); /* 320 bytes */
    assert_int_equal(counts()->frames, 0);
    assert_int_equal(counts()->sins[SIM_HELIOS_FULL_PACKET], 1);
    assert_true(send_frame(100));
    assert_int_equal(counts()->frames, 0);
    assert_int_equal(counts()->dropped[SIM_HELIOS_DROP_SIZE], 1);
    assert_int_equal(status(), 1);
    assert_true(send_frame(45));
    assert_int_equal(device->ops->out(device, 0x02, NULL, 0, now_ns), 0); /* ends it */
    assert_int_equal(counts()->frames, 1);
}

static void the_bus_carries_nineteen_packets_a_millisecond(void **state)
{
    int64_t begun_ns;

    (void)state;
    now_ns = begun_ns = 500 * MS;
    assert_true(send_frame(768)); /* 85 packets */
    assert_int_equal(now_ns - begun_ns, 4 * MS);
    assert_int_equal(device->ops->next_event_ns(device, now_ns), BJ_NEVER);
}

static void a_stop_locks_and_still_says_free(void **state)
{
    (void)state;
    assert_true(send_frame(100));
    command(1, 0);
    assert_false(sim_helios_is_lit(device));
    assert_int_equal(status(), 1);
    assert_true(send_frame(100));
    assert_int_equal(counts()->dropped[SIM_HELIOS_DROP_LOCKED], 1);
    now_ns += 100 * MS;
    assert_int_equal(status(), 1);
    assert_true(send_frame(100));
    assert_int_equal(counts()->frames, 2);
}

static void leaving_the_alternate_is_a_stop(void **state)
{
    (void)state;
    assert_true(send_frame(1000));
    command(2, 1);
    now_ns += 10 * MS;
    sim_helios_run(device, now_ns);
    assert_true(sim_helios_is_lit(device));
    device->ops->select(device, 0, 0, now_ns);
    assert_false(sim_helios_is_lit(device));
    assert_true(sim_helios_shutter(device)); /* that stays */
    assert_int_equal(counts()->sins[SIM_HELIOS_LEFT_OPEN], 1);
    assert_int_equal(command(3, 0), SIM_USB_NAK);
    device->ops->select(device, 0, 1, now_ns);
    assert_int_equal(status(), 1);
    assert_true(send_frame(100)); /* locked since the release */
    assert_int_equal(counts()->dropped[SIM_HELIOS_DROP_LOCKED], 1);
}

static void sins_are_counted(void **state)
{
    const uint8_t alone[1] = {1};

    (void)state;
    command(0xde, 0);
    assert_int_equal(counts()->sins[SIM_HELIOS_ERASE], 1);
    assert_true(send_frame(1000));
    now_ns += 5 * MS;
    command(6, 'x');
    assert_int_equal(counts()->sins[SIM_HELIOS_NAMED_PLAYING], 1);
    assert_int_equal(status(), 1);
    device->ops->out(device, 0x02, alone, 0, now_ns); /* an empty packet is no frame */
    assert_int_equal(counts()->sins[SIM_HELIOS_EMPTY], 1);
    device->ops->out(device, 0x06, alone, 1, now_ns);
    assert_int_equal(counts()->sins[SIM_HELIOS_SHORT_COMMAND], 1);
    assert_int_equal(status(), 1);
    send(((uint8_t[64]){0}), 64);
    assert_int_equal(status(), 1);
    assert_int_equal(counts()->sins[SIM_HELIOS_POLL_IN_FRAME], 1);
}

static void faults_come_on_demand(void **state)
{
    uint8_t bytes[32];

    (void)state;
    sim_helios_fault(device, now_ns, SIM_HELIOS_LOSE_REPLIES, 1);
    command(3, 0);
    now_ns += 5 * MS;
    assert_int_equal(read_reply(bytes), SIM_USB_NAK);
    sim_helios_fault(device, now_ns, SIM_HELIOS_LATE_REPLY, 20 * MS);
    command(3, 0);
    assert_int_equal(device->ops->next_event_ns(device, now_ns), now_ns + 21500000);
    now_ns += 20 * MS;
    assert_int_equal(read_reply(bytes), SIM_USB_NAK);
    now_ns += 2 * MS;
    assert_int_equal(read_reply(bytes), 2);
    sim_helios_fault(device, now_ns, SIM_HELIOS_WRONG_REPLY, 0x99);
    command(3, 0);
    now_ns += 2 * MS;
    read_reply(bytes);
    assert_int_equal(bytes[0], 0x99);
    sim_helios_fault(device, now_ns, SIM_HELIOS_STALE_REPLY, 0);
    assert_int_equal(read_reply(bytes), 2);
    sim_helios_fault(device, now_ns, SIM_HELIOS_DEAF_COMMANDS, 10 * MS);
    assert_int_equal(command(3, 0), SIM_USB_NAK);
    now_ns += 10 * MS;
    assert_int_equal(status(), 1);
    sim_helios_fault(device, now_ns, SIM_HELIOS_SWALLOW, 1);
    assert_true(send_frame(100));
    assert_int_equal(counts()->frames, 0);
    sim_helios_fault(device, now_ns, SIM_HELIOS_STALL, 0x02);
    assert_int_equal(device->ops->out(device, 0x02, bytes, 5, now_ns), SIM_USB_STALL);
    device->ops->clear_halt(device, 0x02, now_ns);
    assert_int_equal(status(), 1);
    sim_helios_fault(device, now_ns, SIM_HELIOS_DEAF_FRAMES, 10 * MS);
    assert_int_equal(device->ops->out(device, 0x02, bytes, 5, now_ns), SIM_USB_NAK);
    assert_int_equal(device->ops->next_event_ns(device, now_ns), now_ns + 10 * MS);
}

static void unplugging_forgets(void **state)
{
    uint8_t bytes[32];

    (void)state;
    command(2, 1);
    assert_true(send_frame(1000));
    command(3, 0);
    device->ops->unplug(device, now_ns);
    assert_false(sim_helios_shutter(device));
    assert_false(sim_helios_is_lit(device));
    device->ops->select(device, 0, 1, now_ns);
    now_ns += 5 * MS;
    assert_int_equal(read_reply(bytes), SIM_USB_NAK);
    assert_true(send_frame(100)); /* no lock-out after power-up */
    assert_int_equal(counts()->frames, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_the_published_descriptors),
        TEST(answers_as_published),
        TEST(the_first_firmware_says_less),
        TEST(the_reply_channel_is_one_deep),
        TEST(a_frame_needs_a_grant),
        TEST(version_6_grants_by_itself),
        TEST(full_is_answered_while_the_slot_is_taken),
        TEST(lengths_of_full_packets_lose_two_frames),
        TEST(the_bus_carries_nineteen_packets_a_millisecond),
        TEST(a_stop_locks_and_still_says_free),
        TEST(leaving_the_alternate_is_a_stop),
        TEST(sins_are_counted),
        TEST(faults_come_on_demand),
        TEST(unplugging_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
