/* SPDX-License-Identifier: MIT */
#include "helios/helios_state.h"
#include "helios_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define PLAYED_MS 2000
#define MARGIN_NS (FIXTURE_MS * 2 / 5)

static void played_perfectly(struct fixture *fixture)
{
    assert_int_equal(fixture_sins(fixture), 0);
    assert_int_equal(fixture_counts(fixture)->gaps, 0);
    assert_int_equal(fixture_counts(fixture)->repeats, 0);
    assert_int_equal(fixture->dried, 0);
    assert_int_equal(fixture->lost, 0);
    assert_int_equal(fixture->notices, 0);
}

/* ---- playing ---- */

static void plays_every_point_once_without_a_gap(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fixture_run_ms(fixture, PLAYED_MS);
    assert_true(fixture->played > 48000 * PLAYED_MS / 1000);
    played_perfectly(fixture);
    assert_true(sim_helios_shutter(fixture->device));
    assert_true(fixture->reports > PLAYED_MS / 16);
    assert_true(helios_notes(fixture)->widest_ns < 9 * FIXTURE_MS);
    fixture_balance(fixture, 0);
    assert_int_equal(fixture->dried, 1); /* the feed ended */
    fixture_shutter(fixture, false);
    fixture_run_ms(fixture, 10);
    assert_false(sim_helios_shutter(fixture->device));
    fixture_destroy(fixture);
}

/* The answer that says "not yet" is there half a millisecond before the swap, even where it
 * takes as long as any so far: else the swap has no beginning. */
static void asks_early_enough_before_each_swap(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();
    const struct helios_session *session = (const void *)fixture->dac;
    int64_t asked_for_ns = 0;
    uint32_t early = 0, late = 0;

    fixture_play(fixture);
    for (int k = 0; k < 10000; k++) {
        fixture_run_ms(fixture, 0.1);
        int64_t end_ns = helios_swap_end_ns(&session->swap);
        int64_t aimed_ns = end_ns == BJ_NEVER ? 0 : end_ns + session->aim_ns;
        if (session->swap.waiting.points == 0 || session->poll_ns == asked_for_ns ||
            session->poll_ns >= aimed_ns)
            continue;
        asked_for_ns = session->poll_ns;
        bool in_time = aimed_ns - asked_for_ns - session->most_trip_ns >= MARGIN_NS;
        early += in_time;
        late += !in_time;
    }
    assert_true(early > 40);
    assert_int_equal(late, 0);
    fixture_destroy(fixture);
}

static void plays_at_every_rate(void **state)
{
    static const uint32_t rates[] = {1000, 8000, 20000, 30000, 44100, 45000, 65535};

    (void)state;
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct fixture *fixture = fixture_usual();
        fixture->pps = rates[k];
        fixture->begin_points = rates[k] * 16 / 1000;
        fixture_play(fixture);
        fixture_run_ms(fixture, 1000);
        assert_true(fixture->played > rates[k]);
        played_perfectly(fixture);
        fixture_balance(fixture, 0);
        fixture_destroy(fixture);
    }
}

/* The length that the firmware never sees the end of, asked for as a frame, and as what is
 * left over at the end. */
static void no_frame_has_the_length_that_gets_lost(void **state)
{
    static const uint32_t lengths[] = {813, 1005, 1005 + 64};

    (void)state;
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        struct fixture *fixture = fixture_usual();
        fixture->begin_points = lengths[k];
        fixture_play(fixture);
        fixture_run_ms(fixture, 500);
        played_perfectly(fixture);
        fixture->chunk_points = 45;
        fixture_run_ms(fixture, 300);
        fixture->feeding = false;
        fixture_run_ms(fixture, 300);
        assert_int_equal(fixture_sins(fixture), 0);
        assert_int_equal(fixture->played, fixture->written);
        fixture_destroy(fixture);
    }
}

/* A producer that gives little at a time: frames leave before the other one ends. */
static void small_writes_make_frames_too(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture->chunk_points = 100; /* 2 ms of them each ms */
    fixture_play(fixture);
    fixture_run_ms(fixture, PLAYED_MS);
    played_perfectly(fixture);
    fixture_balance(fixture, 0);
    fixture_destroy(fixture);
}

static void a_new_rate_begins_with_a_frame(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fixture->chunk_points = 300;
    for (uint32_t pps = 40000; pps < 60000; pps += 2500) {
        fixture->pps = pps;
        fixture_run_ms(fixture, 53);
    }
    assert_int_equal(fixture_sins(fixture), 0);
    fixture_balance(fixture, 0);
    assert_int_equal(fixture->lost, 0);
    fixture_destroy(fixture);
}

static void every_firmware_plays(void **state)
{
    (void)state;
    for (uint32_t firmware = 1; firmware <= 6; firmware++) {
        struct sim_helios_config config = sim_helios_defaults();
        struct fixture *fixture = fixture_create(FIXTURE_ID);
        config.firmware = firmware;
        fixture_plug(fixture, &config);
        fixture_play(fixture);
        fixture_run_ms(fixture, 500);
        played_perfectly(fixture);
        fixture->feeding = false; /* dry: up to version 4 that locks it for 100 ms */
        fixture_run_ms(fixture, 300);
        fixture->feeding = true;
        fixture_run_ms(fixture, 300);
        assert_int_equal(fixture_sins(fixture), 0);
        assert_int_equal(fixture_counts(fixture)->dropped[SIM_HELIOS_DROP_LOCKED], 0);
        fixture_balance(fixture, 0);
        assert_int_equal(fixture->lost, 0);
        fixture_destroy(fixture);
    }
}

/* A crystal that is off, and replies that take their time: the brackets stay true. */
static void the_clock_of_the_device_may_be_off(void **state)
{
    static const double ppm[] = {-400, 400};

    (void)state;
    for (int k = 0; k < 2; k++) {
        struct sim_helios_config config = sim_helios_defaults();
        struct fixture *fixture = fixture_create(FIXTURE_ID);
        config.crystal_ppm = ppm[k];
        config.reply_jitter_ns = 1500000;
        config.seed = 7 + (uint64_t)k;
        fixture_plug(fixture, &config);
        fixture_play(fixture);
        fixture_run_ms(fixture, 10000);
        played_perfectly(fixture);
        fixture_balance(fixture, 0);
        fixture_destroy(fixture);
    }
}

static void tells_the_rate_its_timer_makes(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();
    double told;
    int64_t from, to;

    fixture_play(fixture);
    fixture_run_ms(fixture, PLAYED_MS);
    told = FIXTURE_SLOT(fixture, true_pps, 48000);
    to = fixture->last_played;
    from = to - 768 * 50; /* whole frames */
    double real = (double)(to - from) * 1e9 /
                  (double)(helios_notes(fixture)->played_ns[to] -
                           helios_notes(fixture)->played_ns[from]);
    assert_true(told > 47900 && told < 48000);
    assert_true(told / real > 0.99999 && told / real < 1.00001);
    fixture_destroy(fixture);
}

/* ---- which one ---- */

static void finds_the_unit_by_its_name(void **state)
{
    (void)state;
    struct sim_helios_config config = sim_helios_defaults();
    struct fixture *fixture = fixture_create("helios:Stage_left");
    struct sim_usb *other = sim_helios_create(&config);

    fake_usb_plug(fixture->usb, "1-1", other);
    memcpy(config.name, "Stage left", 11);
    fixture_plug(fixture, &config);
    fixture_play(fixture);
    played_perfectly(fixture);
    assert_int_equal(sim_helios_counts(other)->frames, 0);
    assert_string_equal(fixture->dac->name,
                        "Helios \"Stage left\" (firmware 5) at USB 1-2.3");
    fixture_destroy(fixture);
    sim_helios_destroy(other);
}

static void names_without_an_end_are_cut(void **state)
{
    (void)state;
    struct sim_helios_config config = sim_helios_defaults();
    struct fixture *fixture = fixture_create("helios:Helios_-145070812");

    memset(config.name, 0xff, sizeof config.name);
    memcpy(config.name, "Helios -145070812", 17);
    fixture_plug(fixture, &config);
    fixture_play(fixture);
    fixture_destroy(fixture);
}

static void one_that_is_missing_is_waited_for(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(FIXTURE_ID);

    fixture_connect(fixture);
    fixture_run_ms(fixture, 3000);
    assert_false(fixture->attempting);
    assert_int_equal(fixture->result, BJ_NOT_FOUND);
    assert_true(fixture_heard(fixture, "not plugged in"));
    fixture_connect(fixture);
    fixture_run_ms(fixture, 500);
    fixture_plug(fixture, NULL);
    fixture_play(fixture);
    fixture_destroy(fixture);
}

static void one_in_use_is_told_so(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fake_usb_set_busy(fixture->usb, FIXTURE_PORT, true);
    fixture_connect(fixture);
    fixture_run_ms(fixture, 100);
    assert_int_equal(fixture->result, BJ_BUSY);
    assert_true(fixture_heard(fixture, "another program uses it"));
    fake_usb_set_busy(fixture->usb, FIXTURE_PORT, false);
    fixture_play(fixture);
    fixture_destroy(fixture);
}

/* Rights come a moment after the device: udev sets them. */
static void missing_rights_are_final_after_a_while(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fake_usb_set_access(fixture->usb, FIXTURE_PORT, BJ_NO_PERMISSION);
    fixture_connect(fixture);
    fixture_run_ms(fixture, 500);
    assert_true(fixture->attempting);
    fake_usb_set_access(fixture->usb, FIXTURE_PORT, BJ_OK);
    fixture_play(fixture);
    fixture_disconnect(fixture);
    fake_usb_set_access(fixture->usb, FIXTURE_PORT, BJ_NO_PERMISSION);
    fixture_connect(fixture);
    fixture_run_ms(fixture, 3000);
    assert_int_equal(fixture->result, BJ_NO_PERMISSION);
    assert_true(fixture_heard(fixture, "udev rule"));
    assert_true(fixture_heard(fixture, "plugdev"));
    fixture_destroy(fixture);
}

/* ---- darkness ---- */

static void is_dark_and_shut_until_opened(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_connect(fixture);
    fixture->feeding = fixture->lit = true;
    fixture_reach(fixture, BJ_DAC_PLAYING);
    fixture_run_ms(fixture, 300);
    assert_true(fixture->played > 0);
    assert_int_equal(helios_notes(fixture)->last_lit_ns, 0);
    assert_false(sim_helios_shutter(fixture->device));
    assert_true(fixture_counts(fixture)->commands[0x02] > 0); /* it survives reconnects */
    fixture_destroy(fixture);
}

static void closing_puts_the_light_out_at_once(void **state)
{
    (void)state;
    for (int phase = 0; phase < 20; phase++) { /* at any moment within a frame */
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fixture_run_ms(fixture, 50 + phase * 0.9);
        fixture_shutter(fixture, false);
        fixture_run_ms(fixture, 300);
        assert_true(helios_notes(fixture)->dark_within_ns < 3 * FIXTURE_MS);
        assert_false(sim_helios_shutter(fixture->device));
        assert_int_equal(fixture_counts(fixture)->dropped[SIM_HELIOS_DROP_LOCKED], 0);
        assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING); /* dark points */
        fixture_shutter(fixture, true);
        fixture_run_ms(fixture, 100);
        assert_true(helios_notes(fixture)->last_lit_ns > fixture->now_ns - 5 * FIXTURE_MS);
        fixture_balance(fixture, 400);
        fixture_destroy(fixture);
    }
}

/* Closed and opened again within the lock-out: dark until it ends, then light. */
static void opening_waits_for_the_lock_out(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fixture_shutter(fixture, false);
    fixture_run_ms(fixture, 20);
    fixture_shutter(fixture, true);
    fixture_run_ms(fixture, 60);
    assert_true(fixture->now_ns - helios_notes(fixture)->last_lit_ns > 70 * FIXTURE_MS);
    fixture_run_ms(fixture, 100);
    assert_true(fixture->now_ns - helios_notes(fixture)->last_lit_ns < 5 * FIXTURE_MS);
    assert_int_equal(fixture_counts(fixture)->dropped[SIM_HELIOS_DROP_LOCKED], 0);
    /* asking is what mends the frame that the stop cut off */
    assert_int_equal(fixture_sins(fixture),
                     fixture_counts(fixture)->sins[SIM_HELIOS_POLL_IN_FRAME]);
    fixture_destroy(fixture);
}

static void stop_ends_dark_and_shut(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    FIXTURE_SLOT(fixture, stop, fixture->now_ns);
    fixture->shut_ns = fixture->now_ns;
    fixture_reach(fixture, BJ_DAC_STOPPED);
    assert_true(fixture->now_ns - fixture->shut_ns < 10 * FIXTURE_MS);
    assert_false(sim_helios_shutter(fixture->device));
    fixture_run_ms(fixture, 200);
    assert_true(helios_notes(fixture)->dark_within_ns < 3 * FIXTURE_MS);
    fixture_balance(fixture, 400);
    fixture_destroy(fixture);
}

static void letting_go_leaves_it_dark_and_shut(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fixture_disconnect(fixture);
    fixture_run_ms(fixture, 200);
    assert_true(helios_notes(fixture)->dark_within_ns < 3 * FIXTURE_MS);
    assert_false(sim_helios_shutter(fixture->device));
    assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_LEFT_OPEN], 0);
    fixture_destroy(fixture);
}

/* Commands no longer leave: the device is released, which stops it. */
static void a_device_that_takes_no_commands_is_let_go(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_DEAF_COMMANDS,
                     3 * BJ_NS_PER_S);
    fixture_shutter(fixture, false);
    fixture_run_ms(fixture, 1000);
    assert_false(fixture->attempting);
    assert_true(fixture_heard(fixture, "takes no commands"));
    assert_true(helios_notes(fixture)->dark_within_ns < 50 * FIXTURE_MS);
    fixture_run_ms(fixture, 3000);
    fixture_reconnect(fixture);
    fixture_run_ms(fixture, 100);
    fixture->lit = false;
    fixture_destroy(fixture);
}

/* A lit frame that cannot be taken back arrives whenever it likes: dark all the same. */
static void a_stuck_frame_never_lights_up(void **state)
{
    (void)state;
    for (int ms = 20; ms < 900; ms += 110) {
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fake_usb_hold(fixture->usb, FIXTURE_PORT, SIM_HELIOS_FRAMES, true);
        fixture_run_ms(fixture, 17);
        fake_usb_stick(fixture->usb, FIXTURE_PORT, true);
        fixture_shutter(fixture, false);
        fixture->lit = false;
        fixture_run_ms(fixture, ms);
        fake_usb_hold(fixture->usb, FIXTURE_PORT, SIM_HELIOS_FRAMES, false);
        fake_usb_stick(fixture->usb, FIXTURE_PORT, false);
        fixture_run_ms(fixture, 400);
        assert_true(fixture->attempting);
        assert_true(helios_notes(fixture)->dark_within_ns < 3 * FIXTURE_MS);
        assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
        fixture_destroy(fixture);
    }
}

static void a_frame_stuck_for_a_second_ends_the_connection(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fake_usb_hold(fixture->usb, FIXTURE_PORT, SIM_HELIOS_FRAMES, true);
    fixture_run_ms(fixture, 17);
    fake_usb_stick(fixture->usb, FIXTURE_PORT, true);
    fixture_shutter(fixture, false);
    fixture_run_ms(fixture, 1200);
    assert_int_equal(fixture->result, BJ_TIMED_OUT);
    assert_true(fixture_heard(fixture, "stuck"));
    assert_true(helios_notes(fixture)->dark_within_ns < 3 * FIXTURE_MS);
    fixture_destroy(fixture);
}

static void stopping_before_it_is_open_is_stopped(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_connect(fixture);
    FIXTURE_SLOT(fixture, stop, fixture->now_ns);
    fixture_reach(fixture, BJ_DAC_STOPPED);
    fixture_disconnect(fixture);
    fake_usb_set_open_delay(fixture->usb, 50 * FIXTURE_MS);
    fixture_connect(fixture);
    fixture_run_ms(fixture, 100);
    FIXTURE_SLOT(fixture, stop, fixture->now_ns);
    fixture_reach(fixture, BJ_DAC_STOPPED);
    fixture_destroy(fixture);
}

/* ---- trouble ---- */

static void lost_replies_cost_nothing(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    for (int k = 0; k < 10; k++) {
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_LOSE_REPLIES, 1);
        fixture_run_ms(fixture, 211);
    }
    assert_int_equal(fixture->lost, 0);
    assert_true(fixture->attempting);
    assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_UNASKED], 0);
    fixture_balance(fixture, 0);
    fixture_destroy(fixture);
}

static void fifty_lost_replies_in_a_row_are_a_lost_device(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_LOSE_REPLIES, 1000);
    fixture_run_ms(fixture, 5000);
    assert_false(fixture->attempting);
    assert_int_equal(fixture->result, BJ_TIMED_OUT);
    assert_true(fixture_heard(fixture, "not answered"));
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_LOSE_REPLIES, 0);
    fixture->lit = false;
    fixture_reconnect(fixture);
    fixture_destroy(fixture);
}

/* A late "free" is never taken for the answer to a later question. */
static void stale_and_wrong_replies_are_seen_through(void **state)
{
    static const int64_t late_ns[] = {20, 31, 33, 36, 38, 45, 60};

    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    for (size_t k = 0; k < sizeof late_ns / sizeof *late_ns; k++) {
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_LATE_REPLY,
                         late_ns[k] * FIXTURE_MS);
        fixture_run_ms(fixture, 307);
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_WRONG_REPLY,
                         (int64_t)(0x80 + k));
        fixture_run_ms(fixture, 203);
    }
    assert_int_equal(fixture->lost, 0);
    assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_UNASKED], 0);
    assert_int_equal(fixture_counts(fixture)->dropped[SIM_HELIOS_DROP_SIZE], 0);
    assert_true(fixture->attempting);
    fixture_balance(fixture, 0);
    fixture_destroy(fixture);
}

/* One that nobody asked for, at any moment within a frame: it is believed, and what comes
 * of that is put right. */
static void a_lie_is_recovered_from(void **state)
{
    (void)state;
    for (int after_ms = 0; after_ms < 16; after_ms++) {
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fixture_run_ms(fixture, after_ms);
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_STALE_REPLY, 0);
        fixture_run_ms(fixture, 500);
        assert_true(fixture->attempting);
        assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
        uint64_t gaps = fixture_counts(fixture)->gaps;
        fixture_run_ms(fixture, 500);
        assert_int_equal(fixture_counts(fixture)->gaps, gaps);
        fixture_balance(fixture, 2 * 1600);
        fixture_destroy(fixture);
    }
}

/* A frame that vanishes is told as lost, and the next one plays. */
static void swallowed_frames_are_noticed(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_SWALLOW, 1);
    fixture_run_ms(fixture, 500);
    assert_true(fixture->lost >= 768);
    assert_true(fixture_heard(fixture, "lost a frame"));
    assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
    fixture_balance(fixture, 1600); /* what played when it was noticed counts twice */
    fixture_destroy(fixture);
}

/* The bus stands still in the middle of a frame: what is half there is cleared away by a
 * sacrifice, and the frame is sent again. */
static void a_frame_cut_off_is_mended_and_sent_again(void **state)
{
    (void)state;
    for (int after_ms = 0; after_ms < 16; after_ms++) {
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fixture_run_ms(fixture, after_ms);
        sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_DEAF_FRAMES,
                         400 * FIXTURE_MS);
        fixture_run_ms(fixture, 1000);
        assert_true(fixture->attempting);
        assert_int_equal(fixture->lost, 0);
        assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
        fixture_balance(fixture, 0);
        fixture_destroy(fixture);
    }
}

static void a_short_success_is_no_success(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    fake_usb_break(fixture->usb, FIXTURE_PORT, SIM_HELIOS_FRAMES, 640, USB_END_DONE);
    fixture_run_ms(fixture, 500);
    assert_int_equal(fixture->lost, 0);
    assert_true(fixture_counts(fixture)->dropped[SIM_HELIOS_DROP_SIZE] == 1);
    fixture_balance(fixture, 0);
    fixture_destroy(fixture);
}

static void one_stall_or_error_is_survived(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_STALL, SIM_HELIOS_FRAMES);
    fixture_run_ms(fixture, 500);
    fake_usb_break(fixture->usb, FIXTURE_PORT, SIM_HELIOS_FRAMES, 0, USB_END_ERROR);
    fixture_run_ms(fixture, 500);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_STALL,
                     SIM_HELIOS_REPLIES);
    fixture_run_ms(fixture, 500);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_STALL,
                     SIM_HELIOS_COMMANDS);
    fixture_run_ms(fixture, 500);
    assert_true(fixture->attempting);
    assert_int_equal(fixture->lost, 0);
    assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
    fixture_balance(fixture, 0);
    fixture_destroy(fixture);
}

static void a_frozen_point_clock_is_let_go(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_usual();

    fixture_play(fixture);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_FREEZE, 5 * BJ_NS_PER_S);
    fixture_run_ms(fixture, 2000);
    assert_int_equal(fixture->result, BJ_IO_ERROR);
    assert_true(fixture_heard(fixture, "stands still"));
    fixture->lit = false;
    fixture_destroy(fixture);
}

/* At any moment of a frame and of an exchange. */
static void comes_back_after_unplugging(void **state)
{
    (void)state;
    for (int k = 0; k < 20; k++) {
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fixture_run_ms(fixture, k * 0.83);
        fake_usb_unplug(fixture->usb, FIXTURE_PORT);
        fixture_run_ms(fixture, 100);
        assert_int_equal(fixture->result, BJ_DISCONNECTED);
        assert_true(fixture_heard(fixture, "unplugged"));
        fixture_run_ms(fixture, 700);
        fixture_plug(fixture, NULL);
        fixture_reconnect(fixture);
        fixture_run_ms(fixture, 100);
        fixture_play(fixture);
        assert_int_equal(fixture_sins(fixture), 0);
        fixture_balance(fixture, 1600);
        fixture_destroy(fixture);
    }
}

/* Everything that can be held is held for 2 s: nothing hangs, and it plays on or comes
 * back. */
static void held_transfers_are_outlived(void **state)
{
    static const uint8_t endpoints[] = {SIM_HELIOS_FRAMES, SIM_HELIOS_REPLIES,
                                        SIM_HELIOS_COMMANDS};

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct fixture *fixture = fixture_usual();
        fixture_play(fixture);
        fake_usb_hold(fixture->usb, FIXTURE_PORT, endpoints[k], true);
        fixture_run_ms(fixture, 2000);
        fake_usb_hold(fixture->usb, FIXTURE_PORT, endpoints[k], false);
        fixture_run_ms(fixture, 200);
        if (!fixture->attempting)
            fixture_reconnect(fixture);
        fixture_play(fixture);
        fixture_run_ms(fixture, 500);
        fixture_destroy(fixture);
    }
}

static void bad_ids_are_refused(void **state)
{
    (void)state;
    assert_true(bj_helios.accepts_id("helios:1-2.3"));
    assert_true(bj_helios.accepts_id("helios:Helios_-123"));
    assert_false(bj_helios.accepts_id("helios:"));
    assert_false(bj_helios.accepts_id("helios:a b"));
    assert_false(bj_helios.accepts_id("helios"));
    assert_false(bj_helios.accepts_id("helios@1.2.3.4"));
    assert_false(bj_helios.accepts_id("helios:0123456789012345678901234567890123"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_every_point_once_without_a_gap),
        cmocka_unit_test(asks_early_enough_before_each_swap),
        cmocka_unit_test(plays_at_every_rate),
        cmocka_unit_test(no_frame_has_the_length_that_gets_lost),
        cmocka_unit_test(small_writes_make_frames_too),
        cmocka_unit_test(a_new_rate_begins_with_a_frame),
        cmocka_unit_test(every_firmware_plays),
        cmocka_unit_test(the_clock_of_the_device_may_be_off),
        cmocka_unit_test(tells_the_rate_its_timer_makes),
        cmocka_unit_test(finds_the_unit_by_its_name),
        cmocka_unit_test(names_without_an_end_are_cut),
        cmocka_unit_test(one_that_is_missing_is_waited_for),
        cmocka_unit_test(one_in_use_is_told_so),
        cmocka_unit_test(missing_rights_are_final_after_a_while),
        cmocka_unit_test(is_dark_and_shut_until_opened),
        cmocka_unit_test(closing_puts_the_light_out_at_once),
        cmocka_unit_test(opening_waits_for_the_lock_out),
        cmocka_unit_test(stop_ends_dark_and_shut),
        cmocka_unit_test(letting_go_leaves_it_dark_and_shut),
        cmocka_unit_test(a_device_that_takes_no_commands_is_let_go),
        cmocka_unit_test(a_stuck_frame_never_lights_up),
        cmocka_unit_test(a_frame_stuck_for_a_second_ends_the_connection),
        cmocka_unit_test(stopping_before_it_is_open_is_stopped),
        cmocka_unit_test(lost_replies_cost_nothing),
        cmocka_unit_test(fifty_lost_replies_in_a_row_are_a_lost_device),
        cmocka_unit_test(stale_and_wrong_replies_are_seen_through),
        cmocka_unit_test(a_lie_is_recovered_from),
        cmocka_unit_test(swallowed_frames_are_noticed),
        cmocka_unit_test(a_frame_cut_off_is_mended_and_sent_again),
        cmocka_unit_test(a_short_success_is_no_success),
        cmocka_unit_test(one_stall_or_error_is_survived),
        cmocka_unit_test(a_frozen_point_clock_is_let_go),
        cmocka_unit_test(comes_back_after_unplugging),
        cmocka_unit_test(held_transfers_are_outlived),
        cmocka_unit_test(bad_ids_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
