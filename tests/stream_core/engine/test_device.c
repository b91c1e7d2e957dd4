/* SPDX-License-Identifier: MIT
 *
 * Every call to a driver, what it may answer, and what it may not.
 */
#include "../../support/fake_dac.h"
#include "engine/device.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW_NS BJ_NS_PER_S

struct fixture {
    struct fake_dac dac;
    struct bj_device device;
    struct bj_point points[100];
};

static void on_level(void *engine, const struct bj_level_report *report)
{
    (void)engine, (void)report;
}

static void on_emptied(void *engine, uint32_t lost_points, bool dry)
{
    (void)engine, (void)lost_points, (void)dry;
}

static const struct bj_dac_events deaf = {.level = on_level, .emptied = on_emptied};

static void begin(struct fixture *fixture)
{
    *fixture = (struct fixture){.points = {{0}}};
    fake_dac_init(&fixture->dac);
    const struct bj_dac_config config = {
        .size = sizeof config, .id = "fake:1", .extra = &fixture->dac};
    assert_int_equal(
        bj_device_create(&fixture->device, &fake_dac_driver, &config, &deaf, NULL), BJ_OK);
}

static enum bj_status service(struct fixture *fixture)
{
    struct bj_wait wait;
    bj_wait_init(&wait);
    return bj_device_service(&fixture->device, NOW_NS, &wait);
}

static void connect(struct fixture *fixture)
{
    begin(fixture);
    assert_int_equal(bj_device_connect(&fixture->device, NOW_NS, 30000, 10), BJ_OK);
    assert_int_equal(service(fixture), BJ_OK);
    assert_true(bj_device_takes(&fixture->device));
    fixture->device.told = false;
}

static enum bj_status write_points(struct fixture *fixture, uint32_t count, uint32_t *taken)
{
    const struct bj_chunk chunk = {.points = fixture->points, .count = count};
    return bj_device_write(&fixture->device, NOW_NS, &chunk, taken);
}

static void finish(struct fixture *fixture)
{
    bj_device_destroy(&fixture->device);
    assert_int_equal(fixture->dac.connects, fixture->dac.disconnects);
    fake_dac_finish(&fixture->dac);
}

static void it_is_let_go_once_for_each_connect(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    bj_device_release(&fixture.device);
    assert_int_equal(fixture.dac.disconnects, 0);
    finish(&fixture);
    connect(&fixture);
    bj_device_release(&fixture.device);
    bj_device_release(&fixture.device);
    assert_int_equal(fixture.dac.disconnects, 1);
    finish(&fixture);
    begin(&fixture);
    fixture.dac.connect_status = BJ_REFUSED; /* was held all the same */
    assert_int_equal(bj_device_connect(&fixture.device, NOW_NS, 30000, 10), BJ_REFUSED);
    finish(&fixture);
}

static void what_it_takes_takes_room_and_is_news(void **state)
{
    (void)state;
    struct fixture fixture;
    uint32_t taken;
    connect(&fixture);
    uint32_t room = fixture.device.status.room_points;
    fixture.dac.take_at_most = 30;
    assert_int_equal(write_points(&fixture, 100, &taken), BJ_OK);
    assert_int_equal(taken, 30);
    assert_int_equal(fixture.device.status.room_points, room - 30);
    assert_true(fixture.device.told);
    finish(&fixture);
}

/* Once in a step: or the driver would be asked for ever. */
static void a_refusal_is_news_once(void **state)
{
    (void)state;
    struct fixture fixture;
    uint32_t taken;
    connect(&fixture);
    fixture.dac.write_status = BJ_WOULD_BLOCK;
    for (int step = 0; step < 2; step++) {
        bj_device_begin_step(&fixture.device);
        for (int again = 0; again < 2; again++) {
            fixture.device.told = false;
            assert_int_equal(write_points(&fixture, 10, &taken), BJ_WOULD_BLOCK);
            assert_int_equal(taken, 0);
            assert_int_equal(fixture.device.told, again == 0);
        }
    }
    finish(&fixture);
}

static const enum fake_breach by_write[] = {FAKE_TAKES_NOTHING, FAKE_TAKES_MORE},
                              by_service[] = {FAKE_STATE_UNKNOWN, FAKE_WAITS_TOO_MUCH};

static void a_broken_promise_is_named(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct fixture fixture;
        uint32_t taken;
        connect(&fixture);
        fixture.dac.breach = by_write[k];
        assert_int_equal(write_points(&fixture, 10, &taken), BJ_PROTOCOL);
        assert_non_null(fixture.device.broken);
        bj_device_release(&fixture.device);
        assert_null(fixture.device.broken);
        finish(&fixture);
        connect(&fixture);
        fixture.dac.breach = by_service[k];
        assert_int_equal(service(&fixture), BJ_PROTOCOL);
        assert_non_null(fixture.device.broken);
        finish(&fixture);
    }
}

/* What the driver says itself tells more. */
static void a_loss_in_its_own_words_comes_first(void **state)
{
    (void)state;
    struct fixture fixture;
    uint32_t taken;
    connect(&fixture);
    fixture.device.broken = "by a report";
    fixture.dac.service_status = BJ_TIMED_OUT;
    assert_int_equal(service(&fixture), BJ_TIMED_OUT);
    assert_null(fixture.device.broken);
    fixture.device.broken = "by a report";
    fixture.dac.write_status = BJ_IO_ERROR;
    assert_int_equal(write_points(&fixture, 10, &taken), BJ_IO_ERROR);
    assert_null(fixture.device.broken);
    fixture.dac.service_status = BJ_OK;
    fixture.device.broken = "by a report";
    assert_int_equal(service(&fixture), BJ_PROTOCOL);
    assert_string_equal(fixture.device.broken, "by a report");
    finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_let_go_once_for_each_connect),
        cmocka_unit_test(what_it_takes_takes_room_and_is_news),
        cmocka_unit_test(a_refusal_is_news_once),
        cmocka_unit_test(a_broken_promise_is_named),
        cmocka_unit_test(a_loss_in_its_own_words_comes_first),
    };
    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
