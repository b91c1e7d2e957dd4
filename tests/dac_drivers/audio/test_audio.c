/* SPDX-License-Identifier: MIT
 *
 * What is special about audio interfaces, on a simulated card in virtual time. What every
 * driver must do is in conformance/.
 */
#include "audio/audio.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <beamjack/dacs.h>
#include <cmocka.h>

#include "epoch.h"
#include "sim_pcm.h"

#define MS BJ_NS_PER_MS
#define RATE 48000
#define MOST 1024

struct fixture {
    struct sim_pcm *card;
    struct bj_dac *dac;
    int64_t now_ns;
    enum bj_status result;
    struct bj_dac_status status;
    struct bj_wait wait;
    struct bj_level_report report;
    uint32_t reports, emptied, dried, notices;
    uint64_t lost, taken;
    char told[512];
    uint64_t heard, own;
    double last[SIM_PCM_CHANNELS], own_last[SIM_PCM_CHANNELS];
    double loudest[SIM_PCM_CHANNELS]; /* since it was set to 0 */
};

static struct fixture fixture;

/* ---- The engine's events, and the wires ---------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    (void)user;
    fixture.report = *report;
    fixture.reports++;
    assert_true(report->received_ns <= fixture.now_ns);
    assert_int_equal(report->played_points + report->queued_points +
                         report->unreported_points,
                     fixture.taken - fixture.lost);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    (void)user;
    fixture.emptied++;
    fixture.dried += dry;
    fixture.lost += lost_points;
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    (void)user, (void)status;
    fixture.notices++;
    (void)snprintf(fixture.told, sizeof fixture.told, "%s", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

static void on_heard(void *user, int64_t time_ns, const double *samples, bool own)
{
    (void)user, (void)time_ns;
    fixture.heard += !own;
    fixture.own += own;
    memcpy(own ? fixture.own_last : fixture.last, samples, 8 * sizeof *samples);
    for (int c = 0; c < 8; c++)
        fixture.loudest[c] = fmax(fixture.loudest[c], fabs(samples[c]));
}

/* ---- Driving it ---------------------------------------------------------------------- */

static enum bj_status start_as(const struct sim_pcm_config *card,
                               const struct bj_audio_options *options)
{
    struct bj_dac_config config = {
        .size = sizeof(struct bj_dac_config), .id = "audio:hw:2,0", .extra = options};
    struct sim_pcm_config wired = *card;

    memset(&fixture, 0, sizeof fixture);
    fixture.now_ns = epoch_ns();
    wired.heard = on_heard;
    fixture.card = sim_pcm_create(&wired, fixture.now_ns);
    assert_true(fixture.card);
    config.via.pcm = sim_pcm_base(fixture.card);
    return bj_dac_create(&bj_audio, &config, &events, NULL, &fixture.dac);
}

static void start(void)
{
    struct sim_pcm_config card = sim_pcm_defaults();

    assert_int_equal(start_as(&card, NULL), BJ_OK);
}

static void stop(void)
{
    bj_audio.disconnect(fixture.dac);
    bj_dac_destroy(fixture.dac);
    assert_int_equal(sim_pcm_handles(fixture.card), 0);
    assert_int_equal(sim_pcm_counters(fixture.card).overruns, 0);
    sim_pcm_destroy(fixture.card);
}

static void serve(void)
{
    bj_wait_init(&fixture.wait);
    fixture.result =
        bj_audio.service(fixture.dac, fixture.now_ns, &fixture.status, &fixture.wait);
}

static void go_ms(double ms)
{
    int64_t end_ns = fixture.now_ns + (int64_t)(ms * 1e6);

    for (serve(); fixture.now_ns < end_ns && fixture.result == BJ_OK; serve()) {
        fixture.now_ns += MS / 4;
        sim_pcm_advance(fixture.card, fixture.now_ns);
    }
}

static void connect_at(uint32_t pps)
{
    fixture.taken = fixture.lost = 0;
    assert_int_equal(bj_audio.connect(fixture.dac, fixture.now_ns, pps, 480), BJ_OK);
    go_ms(30);
}

static void put(uint32_t count, struct bj_point point)
{
    struct bj_point points[MOST];
    struct bj_chunk chunk = {.points = points, .pps = RATE};

    for (uint32_t k = 0; k < MOST; k++)
        points[k] = point;
    while (count > 0) {
        uint32_t taken = 0;
        chunk.count = count < MOST ? count : MOST;
        assert_int_equal(bj_audio.write(fixture.dac, fixture.now_ns, &chunk, &taken),
                         BJ_OK);
        fixture.taken += taken;
        count -= taken;
    }
}

static void put_lit(uint32_t count)
{
    put(count, (struct bj_point){.x = 0.5F, .y = -0.5F, .r = 1, .g = 1, .b = 1, .i = 1});
}

static void play_lit(uint32_t count)
{
    connect_at(RATE);
    assert_int_equal(fixture.status.state, BJ_DAC_READY);
    bj_audio.shutter(fixture.dac, fixture.now_ns, true);
    put_lit(count);
    go_ms(2);
    assert_int_equal(fixture.status.state, BJ_DAC_PLAYING);
}

/* ---- Which one it is ----------------------------------------------------------------- */

static void test_ids_are_names_of_alsa(void **state)
{
    char longest[200] = "audio:";

    (void)state;
    assert_true(bj_audio.accepts_id("audio:hw:2,0"));
    assert_true(bj_audio.accepts_id("audio:null"));
    assert_false(bj_audio.accepts_id("audio:"));
    assert_false(bj_audio.accepts_id("audio"));
    memset(longest + 6, 'x', BJ_PCM_NAME_SIZE - 1);
    assert_true(bj_audio.accepts_id(longest));
    longest[6 + BJ_PCM_NAME_SIZE - 1] = 'x';
    assert_false(bj_audio.accepts_id(longest));
}

static void test_a_build_without_alsa_cannot(void **state)
{
    const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                         .id = "audio:hw:2,0"};
    struct bj_dac *dac;

    (void)state;
    assert_int_equal(bj_dac_create(&bj_audio, &config, &events, NULL, &dac),
                     BJ_UNSUPPORTED);
}

static void test_says_which_card_it_is(void **state)
{
    (void)state;
    start();
    assert_non_null(strstr(fixture.dac->name, "hw:2,0"));
    connect_at(RATE);
    assert_non_null(strstr(fixture.dac->name, "Simulated card"));
    assert_non_null(strstr(fixture.dac->name, "8 channels of 24 bits at 48000"));
    stop();
}

static void test_takes_the_nearest_rate_the_card_has(void **state)
{
    (void)state;
    start();
    assert_true(bj_audio.true_pps(fixture.dac, 30000) == 30000);
    connect_at(30000);
    assert_true(bj_audio.true_pps(fixture.dac, 30000) == 44100);
    bj_audio.disconnect(fixture.dac);
    connect_at(100000);
    assert_true(bj_audio.true_pps(fixture.dac, 100000) == 96000);
    stop();
}

/* ---- Channels ------------------------------------------------------------------------ */

static void test_two_channels_are_enough_for_an_oscilloscope(void **state)
{
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    card.channels = 2;
    assert_int_equal(start_as(&card, NULL), BJ_OK);
    play_lit(4800);
    go_ms(20);
    assert_true(fabs(fixture.last[0] - 0.5) < 1e-6);
    assert_true(fabs(fixture.last[1] + 0.5) < 1e-6);
    stop();
}

static void test_wired_channels_must_be_there(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    options.as_many = false;
    options.channel[BJ_AUDIO_ENABLE] = 9;
    assert_int_equal(start_as(&card, &options), BJ_OK);
    connect_at(RATE);
    assert_int_equal(fixture.result, BJ_UNSUPPORTED); /* final */
    assert_non_null(strstr(fixture.told, "--audio-channels"));
    stop();
}

static void test_options_reach_the_wires(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    options.channel[BJ_R] = 8;
    options.channel[BJ_I] = 3;
    options.gain[BJ_X] = 0.5F;
    options.offset[BJ_Y] = 0.125F;
    options.inverted[BJ_R] = true;
    card.format = BJ_PCM_S16;
    assert_int_equal(start_as(&card, &options), BJ_OK);
    memset(&options, 0, sizeof options); /* it was copied */
    play_lit(4800);
    go_ms(20);
    assert_true(fabs(fixture.last[0] - 0.25) < 1e-4);
    assert_true(fabs(fixture.last[1] + 0.375) < 1e-4);
    assert_true(fabs(fixture.last[7] + 1) < 1e-4);
    assert_true(fabs(fixture.last[2] - 1) < 1e-4);
    stop();
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void test_closing_drops_the_queue_and_the_tone(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    options.channel[BJ_AUDIO_ENABLE] = 8;
    assert_int_equal(start_as(&card, &options), BJ_OK);
    play_lit(9000);
    go_ms(20);
    assert_true(fixture.loudest[7] > 0.99);
    bj_audio.shutter(fixture.dac, fixture.now_ns, false);
    serve();
    assert_int_equal(fixture.status.room_points, 0); /* until the card has dropped it */
    go_ms(1);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.dried, 0);
    assert_int_equal(fixture.lost, fixture.taken - fixture.heard);
    assert_true(fixture.lost > 7000);
    memset(fixture.loudest, 0, sizeof fixture.loudest);
    put_lit(4800); /* whatever they are */
    go_ms(50);
    assert_true(fixture.loudest[0] > 0.4);
    for (int c = 2; c < 8; c++)
        assert_true(fixture.loudest[c] < 1e-9);
    stop();
}

static void test_stop_is_confirmed_by_the_card(void **state)
{
    (void)state;
    start();
    play_lit(9000);
    bj_audio.stop(fixture.dac, fixture.now_ns);
    serve();
    assert_int_not_equal(fixture.status.state, BJ_DAC_STOPPED);
    go_ms(1);
    assert_int_equal(fixture.status.state, BJ_DAC_STOPPED);
    assert_int_equal(fixture.status.room_points, 0);
    assert_int_equal(fixture.lost, fixture.taken - fixture.heard);
    stop();
}

/* 10 ms of it: dark is where the offsets are. */
static void test_the_card_is_left_dark(void **state)
{
    struct bj_audio_options options = bj_audio_defaults();
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    options.offset[BJ_R] = -0.25F;
    assert_int_equal(start_as(&card, &options), BJ_OK);
    play_lit(9000);
    bj_audio.disconnect(fixture.dac);
    fixture.now_ns += 20 * MS;
    sim_pcm_advance(fixture.card, fixture.now_ns);
    assert_int_equal(fixture.own, 480);
    assert_true(fabs(fixture.own_last[2] + 0.25) < 1e-6);
    assert_true(fabs(fixture.own_last[0]) < 1e-6);
    assert_false(sim_pcm_is_open(fixture.card));
    stop();
}

/* ---- Trouble ------------------------------------------------------------------------- */

static void test_says_why_it_cannot_open(void **state)
{
    static const struct {
        enum bj_status status;
        const char *words;
    } rows[] = {{BJ_BUSY, "another program"},
                {BJ_NO_PERMISSION, "group audio"},
                {BJ_NOT_FOUND, "aplay -L"},
                {BJ_IO_ERROR, "cannot be opened"}};

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        start();
        sim_pcm_refuse(fixture.card, rows[k].status);
        connect_at(RATE);
        assert_int_equal(fixture.result, rows[k].status);
        assert_non_null(strstr(fixture.told, rows[k].words));
        assert_int_equal(fixture.notices, 1);
        bj_audio.disconnect(fixture.dac);
        sim_pcm_refuse(fixture.card, BJ_OK);
        connect_at(RATE);
        assert_int_equal(fixture.status.state, BJ_DAC_READY);
        stop();
    }
}

static void test_gives_up_on_a_card_that_does_not_open(void **state)
{
    struct sim_pcm_config card = sim_pcm_defaults();
    int64_t begun_ns;

    (void)state;
    card.open_ns = 60 * BJ_NS_PER_S;
    assert_int_equal(start_as(&card, NULL), BJ_OK);
    begun_ns = fixture.now_ns;
    connect_at(RATE);
    assert_int_equal(fixture.result, BJ_OK);
    assert_int_equal(fixture.wait.deadline_ns, begun_ns + 5 * BJ_NS_PER_S);
    go_ms(6000);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    assert_non_null(strstr(fixture.told, "does not open"));
    stop();
}

static void test_runs_dry_and_begins_again(void **state)
{
    (void)state;
    start();
    play_lit(4800);
    go_ms(150);
    assert_int_equal(fixture.dried, 1);
    assert_int_equal(fixture.lost, 0);
    assert_int_equal(fixture.heard, 4800);
    assert_int_equal(fixture.status.state, BJ_DAC_READY);
    put_lit(479);
    go_ms(20);
    assert_int_equal(fixture.status.state, BJ_DAC_READY);
    put_lit(1);
    go_ms(2);
    assert_int_equal(fixture.status.state, BJ_DAC_PLAYING);
    go_ms(20);
    assert_int_equal(fixture.heard, 5280);
    stop();
}

static void test_plays_on_after_a_sleep(void **state)
{
    (void)state;
    start();
    play_lit(9000);
    sim_pcm_suspend(fixture.card);
    go_ms(1);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.dried, 0);
    assert_int_equal(fixture.lost, fixture.taken - fixture.heard);
    assert_non_null(strstr(fixture.told, "slept"));
    put_lit(4800);
    go_ms(5);
    assert_int_equal(fixture.status.state, BJ_DAC_PLAYING);
    stop();
}

static void test_notices_that_it_is_unplugged(void **state)
{
    (void)state;
    start();
    play_lit(9000);
    sim_pcm_unplug(fixture.card);
    go_ms(1);
    assert_int_equal(fixture.result, BJ_DISCONNECTED);
    assert_non_null(strstr(fixture.told, "unplugged"));
    bj_audio.disconnect(fixture.dac);
    assert_true(fixture.lost >= fixture.taken - fixture.heard);
    connect_at(RATE);
    assert_int_equal(fixture.result, BJ_NOT_FOUND);
    bj_audio.disconnect(fixture.dac);
    sim_pcm_plug(fixture.card);
    play_lit(4800);
    stop();
}

static void test_a_standstill_is_noticed(void **state)
{
    (void)state;
    start();
    play_lit(9000);
    sim_pcm_hang(fixture.card);
    for (int k = 0; k < 2000 && fixture.result == BJ_OK; k++) {
        if (k % 10 == 0 && fixture.status.room_points > 480)
            put_lit(480);
        go_ms(1);
    }
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    assert_non_null(strstr(fixture.told, "stands still"));
    stop();
}

/* The clock of the standstill begins when it begins to play. */
static void test_a_long_rest_is_no_standstill(void **state)
{
    (void)state;
    start();
    connect_at(RATE);
    fixture.now_ns += 5 * BJ_NS_PER_S;
    sim_pcm_advance(fixture.card, fixture.now_ns);
    bj_audio.shutter(fixture.dac, fixture.now_ns, true);
    put_lit(4800);
    serve();
    assert_int_equal(fixture.result, BJ_OK);
    fixture.now_ns += 3 * BJ_NS_PER_S; /* and nobody looked for so long */
    sim_pcm_advance(fixture.card, fixture.now_ns - 3 * BJ_NS_PER_S + MS);
    serve();
    assert_int_equal(fixture.result, BJ_OK);
    stop();
}

static void test_impossible_counters_end_the_connection(void **state)
{
    (void)state;
    start();
    play_lit(4800);
    sim_pcm_lie(fixture.card);
    go_ms(50);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_non_null(strstr(fixture.told, "make no sense"));
    stop();
}

/* ---- Levels -------------------------------------------------------------------------- */

static void test_tells_how_coarse_the_counter_is(void **state)
{
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    card.quantum_frames = 240;
    assert_int_equal(start_as(&card, NULL), BJ_OK);
    play_lit(9000);
    go_ms(52);
    assert_int_equal(fixture.report.quantum_points, 240);
    assert_int_equal(fixture.report.played_points % 240, 0);
    assert_true(fixture.report.playing);
    stop();
}

/* The thread that looks may be ahead of the step that asks. */
static void test_a_snapshot_from_later_is_told_later(void **state)
{
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    card.ahead_ns = MS;
    assert_int_equal(start_as(&card, NULL), BJ_OK);
    play_lit(9000);
    go_ms(30);
    assert_true(fixture.reports > 1); /* on_level has seen that none is from the future */
    assert_int_equal(fixture.result, BJ_OK);
    stop();
}

static void test_options_have_ranges(void **state)
{
    static const struct {
        float gain, offset;
        uint8_t channel;
        enum bj_status status;
    } rows[] = {
        {BJ_AUDIO_GAIN_LIMIT, 1, 8, BJ_OK},
        {-BJ_AUDIO_GAIN_LIMIT, -1, 0, BJ_OK},
        {10.01f, 0, 1, BJ_BAD_ARGUMENT},
        {NAN, 0, 1, BJ_BAD_ARGUMENT},
        {-INFINITY, 0, 1, BJ_BAD_ARGUMENT},
        {1, 1.01f, 1, BJ_BAD_ARGUMENT},
        {1, NAN, 1, BJ_BAD_ARGUMENT},
        {1, 0, BJ_AUDIO_MOST_CHANNELS + 1, BJ_BAD_ARGUMENT},
    };
    struct sim_pcm_config card = sim_pcm_defaults();

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct bj_audio_options options = bj_audio_defaults();
        options.gain[BJ_B] = rows[k].gain;
        options.offset[BJ_B] = rows[k].offset;
        options.channel[BJ_B] = rows[k].channel;
        assert_int_equal(start_as(&card, &options), rows[k].status);
        bj_dac_destroy(fixture.dac);
        sim_pcm_destroy(fixture.card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_have_ranges),
        cmocka_unit_test(test_ids_are_names_of_alsa),
        cmocka_unit_test(test_a_build_without_alsa_cannot),
        cmocka_unit_test(test_says_which_card_it_is),
        cmocka_unit_test(test_takes_the_nearest_rate_the_card_has),
        cmocka_unit_test(test_two_channels_are_enough_for_an_oscilloscope),
        cmocka_unit_test(test_wired_channels_must_be_there),
        cmocka_unit_test(test_options_reach_the_wires),
        cmocka_unit_test(test_closing_drops_the_queue_and_the_tone),
        cmocka_unit_test(test_stop_is_confirmed_by_the_card),
        cmocka_unit_test(test_the_card_is_left_dark),
        cmocka_unit_test(test_says_why_it_cannot_open),
        cmocka_unit_test(test_gives_up_on_a_card_that_does_not_open),
        cmocka_unit_test(test_runs_dry_and_begins_again),
        cmocka_unit_test(test_plays_on_after_a_sleep),
        cmocka_unit_test(test_notices_that_it_is_unplugged),
        cmocka_unit_test(test_a_standstill_is_noticed),
        cmocka_unit_test(test_a_long_rest_is_no_standstill),
        cmocka_unit_test(test_impossible_counters_end_the_connection),
        cmocka_unit_test(test_tells_how_coarse_the_counter_is),
        cmocka_unit_test(test_a_snapshot_from_later_is_told_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
