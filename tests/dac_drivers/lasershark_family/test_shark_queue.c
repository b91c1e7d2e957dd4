/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_queue.h"
#include "shark_wire_fixture.h"

static struct wire_fixture fixture;
static struct shark_queue queue;

static int start(void **state)
{
    (void)state;
    fixture_open(&fixture, sim_lasershark_defaults());
    shark_queue_begin(&queue, fixture.usb, fixture.handle);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

static void stage(uint32_t count)
{
    assert_true(count <= shark_queue_room(&queue));
    memset(shark_queue_stage(&queue), 0, (size_t)count * SHARK_SAMPLE_SIZE);
    shark_queue_commit(&queue, count);
}

static enum shark_sending finish(void)
{
    struct bj_usb_result result;

    assert_int_equal(fixture.usb->ops->finished(fixture.usb, fixture.handle, &result),
                     BJ_OK);
    assert_int_equal(result.endpoint, SHARK_SAMPLES_OUT);
    return shark_queue_finished(&queue, &result);
}

static uint64_t received(void)
{
    return sim_shark_counters(fixture.device)->samples;
}

static void test_what_is_staged_arrives_in_transfers(void **state)
{
    (void)state;
    assert_int_equal(shark_queue_room(&queue), 768);
    stage(500);
    assert_int_equal(shark_queue_send(&queue), BJ_OK);
    assert_int_equal(shark_queue_send(&queue), BJ_OK); /* one at a time */
    assert_int_equal(queue.sending_points, 384);
    assert_int_equal(finish(), SHARK_SENT);
    assert_int_equal(received(), 384);
    assert_int_equal(queue.staged_points, 116);
    assert_int_equal(shark_queue_in_device(&queue), 384);
    assert_int_equal(shark_queue_held(&queue), 500);
    assert_int_equal(shark_queue_send(&queue), BJ_OK);
    assert_int_equal(finish(), SHARK_SENT);
    assert_int_equal(received(), 500);
    assert_int_equal(shark_queue_send(&queue), BJ_OK); /* nothing left */
    assert_int_equal(queue.sending_points, 0);
}

static void test_counts_move_points_on(void **state)
{
    (void)state;
    stage(100);
    (void)shark_queue_send(&queue);
    (void)finish();
    assert_true(shark_queue_count(&queue, 60));
    assert_int_equal(queue.played_points, 40);
    stage(7);
    assert_int_equal(shark_queue_held(&queue), 67);
    assert_true(shark_queue_count(&queue, 76)); /* a packet or two were seen too early */
    assert_int_equal(queue.played_points, 40);
    assert_false(shark_queue_count(&queue, 77)); /* more than there can be */
    assert_int_equal(queue.played_points, 40);
    assert_true(shark_queue_count(&queue, 0));
    assert_int_equal(queue.played_points, 100);
    assert_int_equal(shark_queue_empty(&queue), 7);
    assert_int_equal(shark_queue_held(&queue), 0);
}

static void test_a_tail_counts_for_nobody(void **state)
{
    const uint8_t dark[SHARK_SAMPLE_SIZE] = {0};

    (void)state;
    stage(20);
    (void)shark_queue_send(&queue);
    (void)finish();
    assert_int_equal(shark_queue_send_tail(&queue, dark), BJ_OK);
    assert_int_equal(finish(), SHARK_SENT);
    assert_int_equal(received(), 28);
    assert_int_equal(shark_queue_in_device(&queue), 20);
    assert_true(shark_queue_count(&queue, 18));
    assert_int_equal(queue.played_points, 10);
    assert_true(shark_queue_count(&queue, 5));
    assert_int_equal(queue.played_points, 20);
    assert_int_equal(shark_queue_empty(&queue), 0);
}

static void test_a_transfer_that_breaks_is_counted_as_far_as_it_came(void **state)
{
    (void)state;
    stage(100);
    fake_usb_break(fixture.fake, FIXTURE_PORT, SHARK_SAMPLES_OUT, 128, USB_END_DONE);
    (void)shark_queue_send(&queue);
    assert_int_equal(finish(), SHARK_UNSURE);
    assert_int_equal(shark_queue_in_device(&queue), 16);
    assert_int_equal(queue.staged_points, 84);
    fake_usb_break(fixture.fake, FIXTURE_PORT, SHARK_SAMPLES_OUT, 0, USB_END_ERROR);
    (void)shark_queue_send(&queue);
    assert_int_equal(finish(), SHARK_LOST);
}

static void test_a_held_transfer_times_out_or_is_cancelled(void **state)
{
    (void)state;
    stage(100);
    fake_usb_hold(fixture.fake, FIXTURE_PORT, SHARK_SAMPLES_OUT, true);
    (void)shark_queue_send(&queue);
    fixture_pass(&fixture, 51 * FIXTURE_MS);
    assert_int_equal(finish(), SHARK_UNSURE);
    assert_int_equal(queue.staged_points, 100);
    (void)shark_queue_send(&queue);
    shark_queue_cancel(&queue);
    assert_int_equal(finish(), SHARK_SENT);
    assert_int_equal(shark_queue_empty(&queue), 100);
    shark_queue_cancel(&queue); /* nothing under way */
}

static void test_a_stall(void **state)
{
    (void)state;
    stage(100);
    sim_shark_fault(fixture.device, 0, SIM_SHARK_STALL_DATA, 1);
    (void)shark_queue_send(&queue);
    assert_int_equal(finish(), SHARK_NOT_SENT);
}

static void test_packets_before_the_ring_were_not_played(void **state)
{
    (void)state;
    stage(100);
    (void)shark_queue_send(&queue);
    (void)finish();
    assert_true(shark_queue_count(&queue, 84)); /* 16 in the FIFO */
    shark_queue_survived(&queue, 16);
    assert_int_equal(queue.played_points, 0);
    assert_int_equal(shark_queue_empty(&queue), 100);
    shark_queue_survived(&queue, 700); /* somebody else's */
    assert_int_equal(shark_queue_empty(&queue), 0);
}

#define QUEUE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(test_what_is_staged_arrives_in_transfers),
        QUEUE_TEST(test_counts_move_points_on),
        QUEUE_TEST(test_a_tail_counts_for_nobody),
        QUEUE_TEST(test_a_transfer_that_breaks_is_counted_as_far_as_it_came),
        QUEUE_TEST(test_a_held_transfer_times_out_or_is_cancelled),
        QUEUE_TEST(test_a_stall),
        QUEUE_TEST(test_packets_before_the_ring_were_not_played),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
