/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_channel.h"
#include "shark_wire_fixture.h"

static struct wire_fixture fixture;
static struct shark_channel channel;
static struct shark_answer answers[64];
static int answer_count;
static enum bj_status ended;

static int start(void **state)
{
    (void)state;
    fixture_open(&fixture, sim_lasershark_defaults());
    answer_count = 0;
    ended = BJ_OK;
    return shark_channel_begin(&channel, fixture.usb, fixture.handle, 0) != BJ_OK;
}

static int stop(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

static void collect(void)
{
    struct bj_usb_result result;

    while (ended == BJ_OK &&
           fixture.usb->ops->finished(fixture.usb, fixture.handle, &result) == BJ_OK) {
        bool answered;
        ended = shark_channel_finished(&channel, &result, fixture.now_ns,
                                       &answers[answer_count % 64], &answered);
        answer_count += answered;
    }
    if (ended == BJ_OK)
        ended = shark_channel_service(&channel, fixture.now_ns);
}

static void run_ms(double ms)
{
    int64_t end_ns = fixture.now_ns + (int64_t)(ms * 1e6);

    collect();
    while (fixture.now_ns < end_ns) {
        fixture_pass(&fixture, 100000);
        collect();
    }
}

static uint64_t commands(void)
{
    return sim_shark_counters(fixture.device)->commands;
}

static void test_asks_and_is_answered(void **state)
{
    (void)state;
    run_ms(6);
    shark_channel_send(&channel, SHARK_GET_RING_SIZE, 0, fixture.now_ns);
    int64_t sent_ns = fixture.now_ns;
    assert_true(shark_channel_awaits(&channel, SHARK_GET_RING_SIZE));
    assert_false(shark_channel_awaits(&channel, SHARK_GET_RATE));
    run_ms(2);
    assert_int_equal(answer_count, 1);
    assert_int_equal(answers[0].value, 768);
    assert_int_equal(answers[0].status, SHARK_STATUS_OK);
    assert_int_equal(answers[0].sent_ns, sent_ns);
    assert_int_equal(answers[0].received_ns, sent_ns + 400000);
    assert_false(shark_channel_awaits(&channel, 0));
}

static void test_throws_away_what_was_left_unread(void **state)
{
    (void)state;
    sim_shark_fault(fixture.device, 0, SIM_SHARK_STRAY, 5);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    assert_int_equal(commands(), 0); /* after the quiet time */
    run_ms(8);
    assert_int_equal(answer_count, 1);
    assert_int_equal(answers[0].value, 1000);
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    run_ms(6);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    shark_channel_send(&channel, SHARK_GET_MAJOR, 0, fixture.now_ns);
    run_ms(2);
    assert_int_equal(commands(), 1);
    assert_int_equal(answers[0].op, SHARK_GET_RATE);
}

static void test_darkness_overtakes_the_reply(void **state)
{
    (void)state;
    run_ms(6);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    shark_channel_send_urgent(&channel, SHARK_SET_OUTPUT, 0, fixture.now_ns);
    assert_int_equal(commands(), 2);
    shark_channel_send_urgent(&channel, SHARK_CLEAR_RING, 0, fixture.now_ns); /* no place */
    run_ms(2);
    assert_int_equal(commands(), 2);
    assert_int_equal(answer_count, 2);
    assert_int_equal(answers[0].op, SHARK_GET_RATE);
    assert_int_equal(answers[1].op, SHARK_SET_OUTPUT);
}

static void test_asks_again_after_a_time_out(void **state)
{
    (void)state;
    run_ms(6);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_SILENT, 2);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(520);
    assert_int_equal(commands(), 3);
    assert_int_equal(answer_count, 1);
    assert_int_equal(ended, BJ_OK);
}

static void test_the_third_time_out_in_a_row_is_the_end(void **state)
{
    (void)state;
    run_ms(6);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_SILENT, 3);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(800);
    assert_int_equal(ended, BJ_TIMED_OUT);
    assert_int_equal(answer_count, 0);
}

/* A reply that came too late must not pass for the answer to the next question. */
static void test_late_replies_do_not_shift_the_others(void **state)
{
    (void)state;
    run_ms(6);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_SLOW, 252 * FIXTURE_MS);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(251);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_SLOW, 300000);
    run_ms(8);
    assert_int_equal(commands(), 2);
    assert_int_equal(answer_count, 1);
    for (uint32_t rate = 2000; rate < 20000; rate += 1000) {
        shark_channel_send(&channel, SHARK_SET_RATE, rate, fixture.now_ns);
        run_ms(1);
        shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
        run_ms(1);
        assert_int_equal(answers[(answer_count - 1) % 64].value, rate);
    }
}

static void test_an_endless_flood_is_the_end(void **state)
{
    (void)state;
    for (int k = 0; k < 40 && ended == BJ_OK; k++) {
        sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_STRAY, 8);
        run_ms(1);
    }
    assert_int_equal(ended, BJ_PROTOCOL);
}

static void test_a_stall_is_cleared_once(void **state)
{
    (void)state;
    run_ms(6);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_STALL_COMMAND, 1);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(10);
    assert_int_equal(answer_count, 1);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_STALL_REPLY, 1);
    run_ms(1);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(10);
    assert_int_equal(answer_count, 2);
    sim_shark_fault(fixture.device, fixture.now_ns, SIM_SHARK_STALL_COMMAND, 100);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    run_ms(20);
    assert_int_equal(ended, BJ_REFUSED);
}

static void test_a_device_that_left_is_the_end(void **state)
{
    (void)state;
    run_ms(6);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    fake_usb_unplug(fixture.fake, FIXTURE_PORT);
    run_ms(1);
    assert_int_equal(ended, BJ_DISCONNECTED);
}

static void test_waits_for_the_time_out(void **state)
{
    struct bj_wait wait;

    (void)state;
    bj_wait_init(&wait);
    shark_channel_waits(&channel, &wait);
    assert_int_equal(wait.deadline_ns, BJ_NEVER);
    shark_channel_send(&channel, SHARK_GET_RATE, 0, fixture.now_ns);
    shark_channel_waits(&channel, &wait);
    assert_int_equal(wait.deadline_ns, 5 * FIXTURE_MS); /* still quiet */
    run_ms(5);
    bj_wait_init(&wait);
    shark_channel_waits(&channel, &wait);
    assert_int_equal(wait.deadline_ns, 255 * FIXTURE_MS);
}

#define CHANNEL_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHANNEL_TEST(test_asks_and_is_answered),
        CHANNEL_TEST(test_throws_away_what_was_left_unread),
        CHANNEL_TEST(test_one_at_a_time),
        CHANNEL_TEST(test_darkness_overtakes_the_reply),
        CHANNEL_TEST(test_asks_again_after_a_time_out),
        CHANNEL_TEST(test_the_third_time_out_in_a_row_is_the_end),
        CHANNEL_TEST(test_late_replies_do_not_shift_the_others),
        CHANNEL_TEST(test_an_endless_flood_is_the_end),
        CHANNEL_TEST(test_a_stall_is_cleared_once),
        CHANNEL_TEST(test_a_device_that_left_is_the_end),
        CHANNEL_TEST(test_waits_for_the_time_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
