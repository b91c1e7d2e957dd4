/* SPDX-License-Identifier: MIT */
#include "audio/audio_queue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW 1000

static struct audio_queue queue;
static struct audio_queue_end end;

static int start(void **state)
{
    (void)state;
    queue = (struct audio_queue){.taken = 1000};
    return 0;
}

static bool note(struct bj_pcm_snapshot snapshot)
{
    return audio_queue_note(&queue, &snapshot, NOW, &end);
}

static void test_the_ledger_balances(void **state)
{
    struct bj_level_report report;

    (void)state;
    assert_int_equal(audio_queue_points(&queue), 1000);
    assert_true(note((struct bj_pcm_snapshot){.sent_ns = 10,
                                              .received_ns = 20,
                                              .heard_frames = 300,
                                              .queued_frames = 600,
                                              .running = true}));
    assert_false(end.ended);
    assert_int_equal(audio_queue_points(&queue), 700);
    assert_true(audio_queue_report(&queue, NOW, 7, &report));
    assert_int_equal(report.played_points, 307); /* up to a step more than it shows */
    assert_int_equal(report.queued_points, 593);
    assert_int_equal(report.unreported_points, 100);
    assert_int_equal(report.quantum_points, 7);
    assert_int_equal(report.sent_ns, 10);
    assert_int_equal(report.received_ns, 20);
    assert_true(report.playing && !report.dry);
    assert_false(audio_queue_report(&queue, NOW, 7, &report)); /* told already */
}

static void test_a_drop_is_over_when_the_pcm_says_so(void **state)
{
    struct bj_level_report report;

    (void)state;
    queue.drops = 1;
    queue.dropping = true;
    assert_true(note((struct bj_pcm_snapshot){.received_ns = 5, .heard_frames = 100}));
    assert_false(end.ended);
    assert_true(queue.dropping);
    assert_false(audio_queue_report(&queue, NOW, 1, &report)); /* half a truth */
    assert_true(note((struct bj_pcm_snapshot){
        .received_ns = 6, .heard_frames = 120, .dropped_frames = 880, .drops = 1}));
    assert_true(end.ended && !end.dry && !end.slept);
    assert_int_equal(end.lost_points, 880);
    assert_false(queue.dropping);
    assert_int_equal(audio_queue_points(&queue), 0);
}

static void test_dry_and_asleep_are_told_apart(void **state)
{
    (void)state;
    assert_true(note((struct bj_pcm_snapshot){.heard_frames = 900, .dries = 1}));
    assert_true(end.ended && end.dry && !end.slept);
    assert_int_equal(end.lost_points, 0);
    assert_true(note((struct bj_pcm_snapshot){
        .heard_frames = 950, .dries = 1, .suspends = 1, .dropped_frames = 50}));
    assert_true(end.ended && !end.dry && end.slept);
    assert_int_equal(end.lost_points, 50);
    assert_true(note((struct bj_pcm_snapshot){/* with nothing left to lose */
                                              .heard_frames = 950,
                                              .dries = 1,
                                              .suspends = 2,
                                              .dropped_frames = 50}));
    assert_true(end.ended && !end.dry && end.slept);
    assert_int_equal(end.lost_points, 0);
}

static void test_time_without_progress_is_measured_while_it_runs(void **state)
{
    struct bj_pcm_snapshot snapshot = {.heard_frames = 10};

    (void)state;
    assert_true(audio_queue_note(&queue, &snapshot, 100, &end));
    assert_int_equal(queue.progress_ns, 100);
    snapshot.running = true;
    assert_true(audio_queue_note(&queue, &snapshot, 200, &end)); /* it begins */
    assert_int_equal(queue.progress_ns, 200);
    assert_true(audio_queue_note(&queue, &snapshot, 300, &end));
    assert_int_equal(queue.progress_ns, 200);
    snapshot.heard_frames++;
    assert_true(audio_queue_note(&queue, &snapshot, 400, &end));
    assert_int_equal(queue.progress_ns, 400);
}

static void test_snapshots_from_the_future_wait(void **state)
{
    struct bj_level_report report;

    (void)state;
    assert_true(note((struct bj_pcm_snapshot){.sent_ns = 5, .received_ns = NOW + 1}));
    assert_false(audio_queue_report(&queue, NOW, 1, &report));
    assert_true(audio_queue_report(&queue, NOW + 1, 1, &report));
}

static void test_impossible_snapshots_are_refused(void **state)
{
    static const struct bj_pcm_snapshot impossible[] = {
        {.heard_frames = 99},                         /* went back */
        {.heard_frames = 1001},                       /* more than was taken */
        {.heard_frames = 100, .dropped_frames = 901}, /* the same */
        {.heard_frames = 100, .queued_frames = 901},  /* the same */
        {.heard_frames = 100, .dropped_frames = UINT64_MAX},
        {.heard_frames = 100, .drops = 1}, /* nobody asked */
        {.heard_frames = 100, .drops = UINT32_MAX},
        {.heard_frames = 100, .sent_ns = 1, .received_ns = 0},
        {.heard_frames = 100, .sent_ns = -1},
    };

    (void)state;
    assert_true(note((struct bj_pcm_snapshot){.heard_frames = 100}));
    for (size_t k = 0; k < sizeof impossible / sizeof *impossible; k++)
        assert_false(note(impossible[k]));
    assert_int_equal(audio_queue_points(&queue), 900);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_ledger_balances),
        TEST(test_a_drop_is_over_when_the_pcm_says_so),
        TEST(test_dry_and_asleep_are_told_apart),
        TEST(test_time_without_progress_is_measured_while_it_runs),
        TEST(test_snapshots_from_the_future_wait),
        TEST(test_impossible_snapshots_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
