/* SPDX-License-Identifier: MIT */
#include "helios/helios_probe.h"

#include "fake_usb.h"
#include "sim_helios.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define PORT "1-2"

struct fixture {
    struct fake_usb *usb;
    struct sim_usb *device;
    struct helios_channel channel;
    struct helios_probe probe;
    int64_t now_ns;
};

static struct fixture *create(uint32_t firmware)
{
    struct sim_helios_config config = sim_helios_defaults();
    struct fixture *fixture = calloc(1, sizeof *fixture);

    config.firmware = firmware;
    fixture->usb = fake_usb_create();
    fixture->device = sim_helios_create(&config);
    fake_usb_plug(fixture->usb, PORT, fixture->device);
    helios_channel_init(&fixture->channel, fake_usb_base(fixture->usb));
    return fixture;
}

static void destroy(struct fixture *fixture)
{
    helios_channel_close(&fixture->channel);
    fake_usb_destroy(fixture->usb);
    sim_helios_destroy(fixture->device);
    free(fixture);
}

static enum bj_status run(struct fixture *fixture)
{
    enum bj_status status =
        helios_probe_begin(&fixture->probe, &fixture->channel, PORT, fixture->now_ns);

    status = status == BJ_OK ? BJ_WOULD_BLOCK : status;
    for (int steps = 0; steps < 2000 && status == BJ_WOULD_BLOCK; steps++) {
        struct bj_wait wait;
        bj_wait_init(&wait);
        status =
            helios_probe_step(&fixture->probe, &fixture->channel, fixture->now_ns, &wait);
        int64_t next_ns = fake_usb_next_event_ns(fixture->usb);
        next_ns = next_ns < wait.deadline_ns ? next_ns : wait.deadline_ns;
        if (status != BJ_WOULD_BLOCK || next_ns == BJ_NEVER)
            break;
        fixture->now_ns = next_ns > fixture->now_ns ? next_ns : fixture->now_ns;
        fake_usb_advance(fixture->usb, fixture->now_ns);
    }
    return status;
}

static void asks_what_it_is_after_it_settled(void **state)
{
    (void)state;
    struct fixture *fixture = create(5);

    assert_int_equal(run(fixture), BJ_OK);
    assert_int_equal(fixture->probe.firmware, 5);
    assert_string_equal(fixture->probe.name, "Helios -1450708");
    assert_true(fixture->now_ns >= 110 * MS && fixture->now_ns < 130 * MS);
    assert_true(helios_channel_is_idle(&fixture->channel));
    destroy(fixture);
}

static void the_first_firmware_has_no_name(void **state)
{
    (void)state;
    struct fixture *fixture = create(1);

    assert_int_equal(run(fixture), BJ_OK);
    assert_int_equal(fixture->probe.firmware, 1);
    assert_string_equal(fixture->probe.name, "");
    destroy(fixture);
}

static void a_reluctant_device_is_asked_again(void **state)
{
    (void)state;
    struct fixture *fixture = create(6);

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_LOSE_REPLIES, 4);
    assert_int_equal(run(fixture), BJ_OK);
    assert_int_equal(fixture->probe.firmware, 6);
    assert_string_equal(fixture->probe.name, "Helios -1450708");
    destroy(fixture);
}

static void silence_for_ever_is_a_failure(void **state)
{
    (void)state;
    struct fixture *fixture = create(5);

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_LOSE_REPLIES, 10000);
    assert_int_equal(run(fixture), BJ_TIMED_OUT);
    destroy(fixture);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct fixture *fixture = create(5);

    fake_usb_set_busy(fixture->usb, PORT, true);
    assert_int_equal(run(fixture), BJ_BUSY);
    helios_channel_close(&fixture->channel);
    fake_usb_set_busy(fixture->usb, PORT, false);
    fake_usb_set_open_delay(fixture->usb, BJ_NEVER);
    assert_int_equal(run(fixture), BJ_TIMED_OUT);
    assert_int_equal(fixture->now_ns, 3000 * MS);
    destroy(fixture);
}

static void leaving_meanwhile_is_noticed(void **state)
{
    (void)state;
    struct fixture *fixture = create(5);
    struct bj_wait wait;

    bj_wait_init(&wait);
    helios_probe_begin(&fixture->probe, &fixture->channel, PORT, 0);
    assert_int_equal(helios_probe_step(&fixture->probe, &fixture->channel, 0, &wait),
                     BJ_WOULD_BLOCK);
    fake_usb_unplug(fixture->usb, PORT);
    assert_int_equal(helios_probe_step(&fixture->probe, &fixture->channel, MS, &wait),
                     BJ_DISCONNECTED);
    destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_what_it_is_after_it_settled),
        cmocka_unit_test(the_first_firmware_has_no_name),
        cmocka_unit_test(a_reluctant_device_is_asked_again),
        cmocka_unit_test(silence_for_ever_is_a_failure),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(leaving_meanwhile_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
