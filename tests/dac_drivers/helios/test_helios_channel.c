/* SPDX-License-Identifier: MIT */
#include "helios/helios_channel.h"
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
    struct helios_news news;
    int64_t now_ns;
};

static int setup(void **state)
{
    struct sim_helios_config config = sim_helios_defaults();
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->usb = fake_usb_create();
    fixture->device = sim_helios_create(&config);
    fake_usb_plug(fixture->usb, PORT, fixture->device);
    helios_channel_init(&fixture->channel, fake_usb_base(fixture->usb));
    assert_int_equal(helios_channel_open(&fixture->channel, PORT), BJ_OK);
    assert_int_equal(helios_channel_opened(&fixture->channel), BJ_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    helios_channel_close(&fixture->channel);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 0);
    fake_usb_destroy(fixture->usb);
    sim_helios_destroy(fixture->device);
    free(fixture);
    return 0;
}

/* The next thing that happens; a status when it is over instead. */
static enum bj_status wait_for(struct fixture *fixture)
{
    enum bj_status status = helios_channel_next(&fixture->channel, &fixture->news);

    while (status == BJ_WOULD_BLOCK) {
        int64_t next_ns = fake_usb_next_event_ns(fixture->usb);
        if (next_ns == BJ_NEVER)
            return BJ_WOULD_BLOCK;
        fixture->now_ns = next_ns > fixture->now_ns ? next_ns : fixture->now_ns;
        fake_usb_advance(fixture->usb, fixture->now_ns);
        status = helios_channel_next(&fixture->channel, &fixture->news);
    }
    return status;
}

static void is_next(struct fixture *fixture, enum helios_news_kind kind, uint8_t command)
{
    assert_int_equal(wait_for(fixture), BJ_OK);
    assert_int_equal(fixture->news.kind, kind);
    assert_int_equal(fixture->news.command, command);
}

static void a_question_is_answered(void **state)
{
    struct fixture *fixture = *state;

    assert_true(helios_channel_is_idle(&fixture->channel));
    assert_int_equal(helios_channel_ask(&fixture->channel, HELIOS_STATUS), BJ_OK);
    assert_false(helios_channel_is_idle(&fixture->channel));
    is_next(fixture, HELIOS_REPLY, HELIOS_STATUS);
    assert_int_equal(fixture->news.size, 2);
    assert_int_equal(fixture->news.bytes[1], 1);
    assert_int_equal(fixture->news.asked_ns, 0);
    assert_int_equal(fixture->news.answered_ns, 1500000);
    assert_true(helios_channel_is_idle(&fixture->channel));
}

static void a_lost_answer_is_a_silence(void **state)
{
    struct fixture *fixture = *state;

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_LOSE_REPLIES, 3);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    is_next(fixture, HELIOS_SILENCE, HELIOS_STATUS);
    assert_int_equal(sim_helios_counts(fixture->device)->commands[HELIOS_STATUS], 1);
    assert_int_equal(sim_helios_counts(fixture->device)->commands[HELIOS_FIRMWARE], 3);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    is_next(fixture, HELIOS_REPLY, HELIOS_STATUS);
    assert_int_equal(fixture->channel.silences, 0);
}

/* However late: it is never the answer to the next question. */
static void a_late_answer_answers_nothing(void **state)
{
    struct fixture *fixture = *state;

    for (int64_t late_ms = 5; late_ms < 200; late_ms += 3) {
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_LATE_REPLY,
                         late_ms * MS);
        helios_channel_ask(&fixture->channel, HELIOS_STATUS);
        is_next(fixture, late_ms < 9 ? HELIOS_REPLY : HELIOS_SILENCE, HELIOS_STATUS);
        int64_t asked_ns = fixture->now_ns;
        helios_channel_ask(&fixture->channel, HELIOS_NAME);
        is_next(fixture, HELIOS_REPLY, HELIOS_NAME);
        assert_int_equal(fixture->news.size, HELIOS_REPLY_SIZE);
        assert_true(fixture->news.asked_ns >= asked_ns);
    }
}

/* Tags carry 20 bits of the question's number: a quarter of an hour. */
static void rounds_wrap(void **state)
{
    static const uint32_t ends[] = {0xfffff, UINT32_MAX};
    struct fixture *fixture = *state;

    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
        fixture->channel.round = ends[k] - 20;
        a_late_answer_answers_nothing(state);
        assert_true(fixture->channel.round - ends[k] < 1000);
    }
}

static void fifty_silences_are_the_end(void **state)
{
    struct fixture *fixture = *state;

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_LOSE_REPLIES, 1000);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    assert_int_equal(wait_for(fixture), BJ_TIMED_OUT);
    assert_true(fixture->now_ns < 3 * BJ_NS_PER_S);
}

/* A device that answers anything but what was asked is not listened to for ever. */
static void babble_ends_too(void **state)
{
    struct fixture *fixture = *state;
    enum bj_status status = BJ_OK;

    for (int k = 0; k < 500 && status == BJ_OK; k++) {
        helios_channel_ask(&fixture->channel, HELIOS_STATUS);
        do {
            sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_WRONG_REPLY,
                             0x99);
            int64_t next_ns = fake_usb_next_event_ns(fixture->usb);
            fixture->now_ns = next_ns > fixture->now_ns && next_ns != BJ_NEVER
                                  ? next_ns
                                  : fixture->now_ns + MS;
            fake_usb_advance(fixture->usb, fixture->now_ns);
            status = helios_channel_next(&fixture->channel, &fixture->news);
        } while (status == BJ_WOULD_BLOCK);
    }
    assert_int_equal(status, BJ_TIMED_OUT);
}

static void draining_reads_what_lies_there(void **state)
{
    struct fixture *fixture = *state;

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_STALE_REPLY, 0);
    assert_int_equal(helios_channel_drain(&fixture->channel), BJ_OK);
    assert_false(helios_channel_is_idle(&fixture->channel));
    is_next(fixture, HELIOS_SILENCE, 0);
    assert_int_equal(fixture->channel.silences, 0); /* nobody asked */
    helios_channel_ask(&fixture->channel, HELIOS_FIRMWARE);
    is_next(fixture, HELIOS_REPLY, HELIOS_FIRMWARE);
}

static void commands_go_at_any_time(void **state)
{
    struct fixture *fixture = *state;

    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    assert_int_equal(helios_channel_command(&fixture->channel, HELIOS_SHUTTER, 1), BJ_OK);
    is_next(fixture, HELIOS_DONE, HELIOS_SHUTTER);
    assert_int_equal(fixture->news.status, BJ_OK);
    assert_true(sim_helios_shutter(fixture->device));
    is_next(fixture, HELIOS_REPLY, HELIOS_STATUS);
    helios_channel_command(&fixture->channel, HELIOS_SHUTTER, 0);
    is_next(fixture, HELIOS_DONE, HELIOS_SHUTTER);
}

static void a_frame_tells_how_it_went(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[700] = {0};

    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    is_next(fixture, HELIOS_REPLY, HELIOS_STATUS);
    assert_int_equal(helios_channel_send(&fixture->channel, bytes, sizeof bytes), BJ_OK);
    assert_false(helios_channel_is_idle(&fixture->channel));
    is_next(fixture, HELIOS_FRAME, 0);
    assert_int_equal(fixture->news.status, BJ_OK);
    assert_int_equal(fixture->news.size, sizeof bytes);
    fake_usb_hold(fixture->usb, PORT, HELIOS_FRAMES, true);
    helios_channel_send(&fixture->channel, bytes, sizeof bytes);
    helios_channel_cancel_frame(&fixture->channel);
    is_next(fixture, HELIOS_FRAME, 0);
    assert_int_equal(fixture->news.status, BJ_BUSY);
    assert_int_equal(fixture->news.size, 0);
    helios_channel_send(&fixture->channel, bytes,
                        sizeof bytes); /* 8 ms and one per 32 bytes */
    int64_t begun_ns = fixture->now_ns;
    is_next(fixture, HELIOS_FRAME, 0);
    assert_int_equal(fixture->news.status, BJ_TIMED_OUT);
    assert_int_equal(fixture->now_ns - begun_ns, (8 + 700 / 32) * MS);
}

static void a_command_that_cannot_leave_says_so(void **state)
{
    struct fixture *fixture = *state;

    sim_helios_fault(fixture->device, 0, SIM_HELIOS_DEAF_COMMANDS, BJ_NS_PER_S);
    helios_channel_command(&fixture->channel, HELIOS_STOP, 0);
    is_next(fixture, HELIOS_DONE, HELIOS_STOP);
    assert_int_equal(fixture->news.status, BJ_TIMED_OUT);
    for (int k = 1; k < BJ_USB_TRANSFERS; k++)
        assert_int_equal(helios_channel_command(&fixture->channel, HELIOS_STOP, 0), BJ_OK);
    assert_int_equal(helios_channel_command(&fixture->channel, HELIOS_STOP, 0),
                     BJ_TIMED_OUT);
}

static void leaving_is_the_end(void **state)
{
    struct fixture *fixture = *state;

    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    fake_usb_unplug(fixture->usb, PORT);
    assert_int_equal(wait_for(fixture), BJ_DISCONNECTED);
}

static void errors_that_come_again_are_the_end(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_break(fixture->usb, PORT, HELIOS_REPLIES, 0, USB_END_ERROR);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    is_next(fixture, HELIOS_SILENCE, HELIOS_STATUS);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    is_next(fixture, HELIOS_REPLY, HELIOS_STATUS); /* counts anew */
    fake_usb_break(fixture->usb, PORT, HELIOS_REPLIES, 0, USB_END_ERROR);
    helios_channel_ask(&fixture->channel, HELIOS_STATUS);
    fake_usb_break(fixture->usb, PORT, HELIOS_COMMANDS, 0, USB_END_ERROR);
    assert_int_equal(wait_for(fixture), BJ_IO_ERROR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_is_answered),
        TEST(a_lost_answer_is_a_silence),
        TEST(a_late_answer_answers_nothing),
        TEST(rounds_wrap),
        TEST(fifty_silences_are_the_end),
        TEST(babble_ends_too),
        TEST(draining_reads_what_lies_there),
        TEST(commands_go_at_any_time),
        TEST(a_frame_tells_how_it_went),
        TEST(a_command_that_cannot_leave_says_so),
        TEST(leaving_is_the_end),
        TEST(errors_that_come_again_are_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
