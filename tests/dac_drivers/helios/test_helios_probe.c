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

struct rig {
    struct fake_usb *usb;
    struct sim_usb *device;
    struct helios_channel channel;
    struct helios_probe probe;
    int64_t now_ns;
};

static struct rig *create(uint32_t firmware)
{
    struct sim_helios_config config = sim_helios_defaults();
    struct rig *rig = calloc(1, sizeof *rig);

    config.firmware = firmware;
    rig->usb = fake_usb_create();
    rig->device = sim_helios_create(&config);
    fake_usb_plug(rig->usb, PORT, rig->device);
    helios_channel_init(&rig->channel, fake_usb_base(rig->usb));
    return rig;
}

static void destroy(struct rig *rig)
{
    helios_channel_close(&rig->channel);
    fake_usb_destroy(rig->usb);
    sim_helios_destroy(rig->device);
    free(rig);
}

static enum bj_status run(struct rig *rig)
{
    enum bj_status status =
        helios_probe_begin(&rig->probe, &rig->channel, PORT, rig->now_ns);

    status = status == BJ_OK ? BJ_WOULD_BLOCK : status;
    for (int steps = 0; steps < 2000 && status == BJ_WOULD_BLOCK; steps++) {
        struct bj_wait wait;
        bj_wait_init(&wait);
        status = helios_probe_step(&rig->probe, &rig->channel, rig->now_ns, &wait);
        int64_t next_ns = fake_usb_next_event_ns(rig->usb);
        next_ns = next_ns < wait.deadline_ns ? next_ns : wait.deadline_ns;
        if (status != BJ_WOULD_BLOCK || next_ns == BJ_NEVER)
            break;
        rig->now_ns = next_ns > rig->now_ns ? next_ns : rig->now_ns;
        fake_usb_advance(rig->usb, rig->now_ns);
    }
    return status;
}

static void asks_what_it_is_after_it_settled(void **state)
{
    (void)state;
    struct rig *rig = create(5);

    assert_int_equal(run(rig), BJ_OK);
    assert_int_equal(rig->probe.firmware, 5);
    assert_string_equal(rig->probe.name, "Helios -1450708");
    assert_true(rig->now_ns >= 110 * MS && rig->now_ns < 130 * MS);
    assert_true(helios_channel_is_idle(&rig->channel));
    destroy(rig);
}

static void the_first_firmware_has_no_name(void **state)
{
    (void)state;
    struct rig *rig = create(1);

    assert_int_equal(run(rig), BJ_OK);
    assert_int_equal(rig->probe.firmware, 1);
    assert_string_equal(rig->probe.name, "");
    destroy(rig);
}

static void a_reluctant_device_is_asked_again(void **state)
{
    (void)state;
    struct rig *rig = create(6);

    sim_helios_fault(rig->device, 0, SIM_HELIOS_LOSE_REPLIES, 4);
    assert_int_equal(run(rig), BJ_OK);
    assert_int_equal(rig->probe.firmware, 6);
    assert_string_equal(rig->probe.name, "Helios -1450708");
    destroy(rig);
}

static void silence_for_ever_is_a_failure(void **state)
{
    (void)state;
    struct rig *rig = create(5);

    sim_helios_fault(rig->device, 0, SIM_HELIOS_LOSE_REPLIES, 10000);
    assert_int_equal(run(rig), BJ_TIMED_OUT);
    destroy(rig);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    struct rig *rig = create(5);

    fake_usb_set_busy(rig->usb, PORT, true);
    assert_int_equal(run(rig), BJ_BUSY);
    helios_channel_close(&rig->channel);
    fake_usb_set_busy(rig->usb, PORT, false);
    fake_usb_set_open_delay(rig->usb, BJ_NEVER);
    assert_int_equal(run(rig), BJ_TIMED_OUT);
    assert_int_equal(rig->now_ns, 3000 * MS);
    destroy(rig);
}

static void leaving_meanwhile_is_noticed(void **state)
{
    (void)state;
    struct rig *rig = create(5);
    struct bj_wait wait;

    bj_wait_init(&wait);
    helios_probe_begin(&rig->probe, &rig->channel, PORT, 0);
    assert_int_equal(helios_probe_step(&rig->probe, &rig->channel, 0, &wait),
                     BJ_WOULD_BLOCK);
    fake_usb_unplug(rig->usb, PORT);
    assert_int_equal(helios_probe_step(&rig->probe, &rig->channel, MS, &wait),
                     BJ_DISCONNECTED);
    destroy(rig);
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
