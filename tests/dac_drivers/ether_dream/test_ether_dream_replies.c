/* SPDX-License-Identifier: MIT
 *
 * What answers mean: refusals, faults, other controllers, nonsense.
 */
#include "byte_host.h"
#include "ether_dream/ether_dream_replies.h"
#include "ether_dream_fixture.h"

static struct fixture fixture;
static struct byte_host bytes_only;

static int stop_fixture(void **state)
{
    (void)state;
    fixture_stop(&fixture);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(fixture.device);
}

static void start_playing(const char *profile)
{
    fixture_start_as(&fixture, profile);
    fixture_play(&fixture);
}

/* ---- Running dry --------------------------------------------------------------------- */

static void test_recovers_from_an_underflow_on_the_same_connection(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_UNDERFLOW, 0);
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.dried, 1);
    assert_int_equal(counters()->connections, 1);
    assert_int_equal(counters()->prepares, 2);
    assert_int_equal(fixture.dac_status.fault_count, 0);
}

static void test_points_refused_by_an_idle_device_are_lost_and_told(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture.feeding = false;
    fixture_run_ms(&fixture, 39.5); /* the last points are about to leave */
    fixture.feeding = true;
    fixture.target_points = 20; /* too little, too late, again and again */
    fixture_run_ms(&fixture, 2000);
    fixture.target_points = 1200;
    assert_true(fixture.dried > 3);
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    fixture_balance(&fixture, 0);
    assert_int_equal(counters()->connections, 1);
}

static void test_third_generation_stops_without_saying_so(void **state)
{
    (void)state;
    start_playing("ed3");
    fixture.feeding = false;
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.dried, 1);
    assert_true(fixture.last_lost < 256);
    assert_int_equal(fixture.notices, 0);
    assert_int_equal(fixture.played + fixture.lost, fixture.written);
    fixture.feeding = true;
    fixture_reach(&fixture, BJ_DAC_PLAYING);
}

static void test_third_generation_begins_with_enough(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed3");
    fixture.begin_points = 1;
    fixture.target_points = 290;
    fixture.feeding = true;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture_run_ms(&fixture, 50);
    assert_int_equal(counters()->begins, 0);
    fixture.target_points = 1200;
    fixture_play(&fixture);
    assert_true(counters()->min_fullness >= 256);
    assert_int_equal(fixture.dried, 0);
    assert_int_equal(fixture.dac->caps.min_queued_points, 256);
}

/* ---- Counts of 32 bit ---------------------------------------------------------------- */

/* As after so many points on one prepare: 2^32 are 39.8 h at 30 kpps, 11.9 h at 100. */
static void pretend_played(uint32_t points)
{
    ((struct ed_session *)fixture.dac)->prepared_points += points;
    fixture_fault(&fixture, SIM_ED_PLAYED, points);
}

static void test_more_points_than_the_device_counts(void **state)
{
    (void)state;
    start_playing("ed2");
    for (int times = 0; times < 3; times++) {
        pretend_played(UINT32_MAX - 30000);
        fixture_run_ms(&fixture, 3000);
    }
    assert_int_equal(fixture.emptied, 0);
    assert_string_equal(fixture.told, "");
}

/* ---- Refusals ------------------------------------------------------------------------ */

static void refuse(enum sim_ed_fault how, int64_t times)
{
    start_playing("ed2");
    fixture_fault(&fixture, how, times);
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(counters()->connections, 1);
    assert_true(fixture_heard(&fixture, "refused"));
    assert_true(fixture.emptied >= 1);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, fixture.lost);
}

static void test_refused_data_start_the_queue_over(void **state)
{
    (void)state;
    refuse(SIM_ED_NAK_INVALID, 1);
    fixture_stop(&fixture);
    refuse(SIM_ED_NAK_INVALID, 3);
}

static void test_full_is_treated_alike(void **state)
{
    (void)state;
    refuse(SIM_ED_NAK_FULL, 1);
}

/* With the device's count of points played `before` from its end. */
static void overfill(const struct sim_ed_profile *profile, uint32_t before)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *profile;
    config.link.latency_ns = 500000;
    fixture_start(&fixture, &config);
    fixture_play(&fixture);
    pretend_played(UINT32_MAX - before);
    fixture.target_points = 6000; /* beyond what any of them holds */
    fixture_run_ms(&fixture, 100);
    fixture.target_points = 1200;
    fixture_run_ms(&fixture, 500);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(counters()->connections, 1);
    assert_true(counters()->points_refused > 0);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, fixture.lost);
}

/* The points that fitted are played, the rest is lost; not one is played twice. */
static void test_an_overfull_device_keeps_a_prefix(void **state)
{
    struct sim_ed_profile full = *sim_ed_profile("ed1");

    (void)state;
    full.says_full = true;
    for (uint32_t before = 0; before < 8000; before += 1000) {
        if (before > 0)
            fixture_stop(&fixture);
        overfill(sim_ed_profile("ed2"), before);
        fixture_stop(&fixture);
        overfill(sim_ed_profile("ed1"), before);
        fixture_stop(&fixture);
        overfill(&full, before);
    }
}

static void test_refusals_of_everything_are_survived(void **state)
{
    (void)state;
    for (int times = 1; times <= 12; times++) {
        if (times > 1)
            fixture_stop(&fixture);
        start_playing("ed2");
        fixture_fault(&fixture, SIM_ED_NAK_ALL, times);
        fixture_run_ms(&fixture, 200);
        if (!fixture.attempting)
            fixture_connect(&fixture);
        fixture_run_ms(&fixture, 3000);
        assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    }
}

/* ---- Emergency stop ------------------------------------------------------------------ */

static void test_an_estop_is_a_fault_until_the_user_clears_it(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_ESTOP, 0);
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_FAULT);
    assert_int_equal(fixture.dac_status.fault_count, 1);
    assert_int_equal(fixture.dac_status.room_points, 0);
    assert_int_equal(counters()->clears, 0);
    assert_true(fixture_heard(&fixture, "in emergency stop"));
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.dried, 0);
    fixture_shutter(&fixture, true);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(counters()->clears, 1);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(fixture.dac_status.fault_count, 1);
    assert_int_equal(counters()->connections, 1);
}

static void test_clears_at_most_once_a_second(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_INTERLOCK, 1);
    fixture_run_ms(&fixture, 200);
    for (int k = 0; k < 500; k++) {
        fixture_shutter(&fixture, true);
        fixture_run_ms(&fixture, 10);
    }
    assert_true(counters()->clears >= 4 && counters()->clears <= 6);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_FAULT);
    assert_int_equal(fixture.dac_status.fault_count, 1);
    assert_true(fixture_heard(&fixture, "stays in emergency stop"));
    fixture_fault(&fixture, SIM_ED_INTERLOCK, 0);
    fixture_run_ms(&fixture, 1000);
    fixture_shutter(&fixture, true);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
}

static void test_closing_takes_a_request_to_clear_back(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_INTERLOCK, 1);
    fixture_run_ms(&fixture, 200);
    fixture_shutter(&fixture, true);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(counters()->clears, 1);
    fixture_shutter(&fixture, true);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(counters()->clears, 1);
}

static void test_an_estop_before_we_came_shows_at_once(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed1");
    fixture_fault(&fixture, SIM_ED_ESTOP, 0);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_FAULT);
    assert_int_equal(fixture.dac_status.fault_count, 1);
    fixture_run_ms(&fixture, 1000);
    assert_int_equal(fixture_count(&fixture, 'p'), 0);
    fixture_shutter(&fixture, true);
    fixture_reach(&fixture, BJ_DAC_READY);
}

static void test_faults_are_counted_over_connections(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_ESTOP, 0);
    fixture_run_ms(&fixture, 200);
    fixture_disconnect(&fixture);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_FAULT);
    assert_int_equal(fixture.dac_status.fault_count, 2);
}

static void test_a_pulled_cable_that_comes_back_is_a_fault(void **state)
{
    (void)state;
    start_playing("ed1");
    fixture_fault(&fixture, SIM_ED_CABLE, 1000 * FIXTURE_MS);
    fixture_run_ms(&fixture, 1500);
    assert_true(fixture.attempting);
    assert_int_equal(fixture.dac_status.fault_count, 1);
    assert_true(fixture_heard(&fixture, "came and went"));
    assert_int_equal(counters()->clears, 0);
}

/* ---- Other controllers --------------------------------------------------------------- */

static void test_an_estop_by_another_client_is_a_fault(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_OTHER_CLIENT, 0);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_FAULT);
    assert_int_equal(fixture.dac_status.fault_count, 1);
}

static void test_a_stop_by_another_client_is_recovered_from_with_a_pause(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_OTHER_CLIENT, 's');
    fixture_run_ms(&fixture, 150); /* until a ping, and no recovery yet */
    assert_true(fixture_heard(&fixture, "another program"));
    assert_int_equal(counters()->prepares, 1);
    assert_int_equal(fixture.dried, 0);
    fixture_run_ms(&fixture, 400);
    assert_int_equal(counters()->prepares, 2);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(counters()->connections, 1);
}

static void test_gives_way_to_a_client_that_keeps_coming(void **state)
{
    (void)state;
    start_playing("ed2");
    for (int k = 0; k < 200 && fixture.attempting; k++) {
        fixture_run_ms(&fixture, 50);
        if (fixture.attempting && fixture.dac_status.state == BJ_DAC_PLAYING)
            fixture_fault(&fixture, SIM_ED_OTHER_CLIENT, 's');
    }
    assert_int_equal(fixture.result, BJ_BUSY);
    assert_true(fixture_heard(&fixture, "keeps taking it over"));
    assert_true(counters()->prepares <= 7);
    assert_true(fixture.notices <= 3); /* and does not chatter about it */
}

/* Somebody who streams without us: prepare, points, begin, and 100 points every 5 ms. */
static int other = -1;

static void other_sends(const char *commands, uint32_t points)
{
    struct bj_net *net = fake_net_base(fixture.net);
    static uint8_t data[3 + 18 * 1000];
    size_t sent = 0;

    if (other < 0) {
        struct bj_address to = {FIXTURE_IP, SIM_ED_TCP_PORT};
        assert_int_equal(net->ops->connect_tcp(net, to, &other), BJ_OK);
        assert_int_equal(net->ops->connect_result(net, other), BJ_OK);
    }
    while (net->ops->receive(net, other, data, sizeof data, &sent) == BJ_OK) {
    }
    memset(data, 0, sizeof data);
    data[0] = 'd';
    data[1] = (uint8_t)points;
    data[2] = (uint8_t)(points >> 8);
    for (uint32_t k = 0; k < points; k++) /* the number of a point never written */
        memset(data + 3 + 18 * k + 2, 0x80, 4);
    for (; *commands != '\0'; commands++) {
        uint8_t begin[7] = {'b', 0, 0, 0x30, 0x75};
        const void *bytes = commands;
        size_t size = 1;
        if (*commands == 'd')
            bytes = data, size = 3 + 18 * points;
        if (*commands == 'b')
            bytes = begin, size = 7;
        assert_int_equal(net->ops->send(net, other, bytes, size, &sent), BJ_OK);
        assert_int_equal(sent, size);
    }
}

static void other_leaves(void)
{
    struct bj_net *net = fake_net_base(fixture.net);

    net->ops->close(net, other);
    other = -1;
}

static void start_quiet(const char *profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *sim_ed_profile(profile);
    fixture_start_empty(&fixture, FIXTURE_ID, (struct bj_address){.ip = FIXTURE_IP});
    fixture.device =
        sim_ed_create(&config, fixture.now_ns); /* keeps no ledger of the other's points */
    fake_net_add(fixture.net, FIXTURE_IP, fixture.device);
    fixture_run_ms(&fixture, 150);
}

static void test_does_not_interrupt_somebody_elses_show(void **state)
{
    (void)state;
    start_quiet("ed2");
    other_sends("pdb", 900);
    fixture_connect(&fixture);
    for (int k = 0; k < 400 && fixture.attempting; k++) {
        fixture_run_ms(&fixture, 5);
        other_sends("d", 150);
    }
    assert_int_equal(fixture.result, BJ_BUSY);
    assert_true(fixture_heard(&fixture, "another program is playing"));
    assert_int_equal(counters()->stops, 0);
    assert_int_equal(counters()->underflows, 0);
    other_leaves();
}

static void test_takes_over_what_a_vanished_client_left_behind(void **state)
{
    (void)state;
    start_quiet("ed1");
    fixture_connect(&fixture); /* hears the announcement meanwhile */
    fixture_run_ms(&fixture, 1200);
    fixture_disconnect(&fixture);
    other_sends("pd", 900);
    other_leaves();
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(counters()->stops, 1); /* ours of the first connection */
    fixture_run_ms(&fixture, 100);
    assert_int_equal(counters()->stops, 2);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(sim_ed_status(fixture.device).fullness, 0);
}

static void test_foreign_points_in_the_queue_are_noticed(void **state)
{
    (void)state;
    start_quiet("ed2");
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1200);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    other_sends("d", 200);
    fixture_run_ms(&fixture, 150);
    assert_true(fixture_heard(&fixture, "not ours"));
    fixture_run_ms(&fixture, 600);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_int_equal(sim_ed_status(fixture.device).fullness, 0);
    other_leaves();
}

/* ---- Nonsense ------------------------------------------------------------------------ */

static void test_nonsense_ends_the_connection(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_GARBAGE, 1);
    fixture_run_ms(&fixture, 200);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_true(fixture_heard(&fixture, "makes no sense"));
    fixture.lit = false;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
}

static void test_an_answer_to_nothing_ends_the_connection(void **state)
{
    (void)state;
    start_playing("ed2");
    fixture_fault(&fixture, SIM_ED_STRAY, 1);
    fixture_run_ms(&fixture, 300);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
}

static void test_another_source_is_reported_once(void **state)
{
    (void)state;
    start_playing("ed1");
    fixture_fault(&fixture, SIM_ED_SOURCE, 1);
    fixture_run_ms(&fixture, 1000);
    assert_true(fixture_heard(&fixture, "source of its own"));
}

/* ---- Replies no simulator gives ------------------------------------------------------ */

static void say(uint8_t code, uint8_t op, uint8_t playback, uint16_t fullness,
                uint32_t rate)
{
    uint8_t reply[22] = {code, op, 0, 0, playback};

    reply[12] = (uint8_t)fullness;
    reply[13] = (uint8_t)(fullness >> 8);
    for (int k = 0; k < 4; k++)
        reply[14 + k] = (uint8_t)(rate >> 8 * k);
    byte_host_say(&bytes_only, reply, sizeof reply);
    fixture_run_ms(&fixture, 1);
}

static void start_bytes_only(void)
{
    fixture_start_empty(&fixture, "etherdream@10.0.0.5",
                        (struct bj_address){.ip = FIXTURE_IP});
    byte_host_init(&bytes_only);
    fake_net_add(fixture.net, FIXTURE_IP, &bytes_only.host);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1201);
    say('a', '?', 0, 1400, 0);
    say('a', 'p', 1, 0, 0);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
}

static void begin_bytes_only(void)
{
    fixture.target_points = 300;
    fixture.chunk_points = 300;
    fixture.feeding = true;
    fixture_run_ms(&fixture, 1);
    fixture.feeding = false;
    say('a', 'd', 1, 300, 0);
    say('a', 'b', 2, 300, 30000);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
}

static void test_a_stop_that_cannot_leave_becomes_an_estop_by_another_way(void **state)
{
    size_t heard;

    (void)state;
    start_bytes_only();
    begin_bytes_only();
    heard = bytes_only.heard;
    bytes_only.stuck = 0;
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture_run_ms(&fixture, 95);
    assert_int_equal(bytes_only.connections, 1);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(bytes_only.connections, 2);
    assert_int_equal(bytes_only.heard, heard + 1);
    assert_int_equal(bytes_only.in[heard], 0x00);
    assert_int_not_equal(fixture.dac_status.state, BJ_DAC_STOPPED); /* nobody confirmed */
}

/* A command half sent must be finished, or the stop would be taken for points. */
static void test_a_flush_forgets_what_has_not_begun_to_leave(void **state)
{
    uint8_t hello[36] = {0, 4, 0xa3, 0x11, 0x22, 0x33, 10, 0, 1, 0, 0x3b, 0x0f};
    const size_t command = 3 + 18 * 150;
    size_t heard;

    (void)state;
    start_bytes_only();
    begin_bytes_only();
    fake_net_inject(fixture.net, (struct bj_address){FIXTURE_IP, 7654},
                    (struct bj_address){0xffffffffu, 7654}, hello, sizeof hello);
    fixture_run_ms(&fixture, 1);
    heard = bytes_only.heard;
    bytes_only.stuck = 0;
    FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, true);
    fixture.chunk_points = 150;
    fixture.target_points = 300 + 8 * 150;
    fixture.feeding = true;
    fixture_run_ms(&fixture, 1);
    fixture.feeding = false;
    assert_int_equal(fixture.written, 300 + 8 * 150);
    FIXTURE_SLOT(&fixture, shutter, fixture.now_ns, false);
    bytes_only.stuck = -1;
    fixture_run_ms(&fixture, 5);
    assert_int_equal(bytes_only.heard, heard + 7 * command + 1);
    assert_int_equal(bytes_only.in[heard + 6 * command], 'd');
    assert_int_equal(bytes_only.in[heard + 7 * command], 's');
    for (int k = 0; k < 7; k++)
        say('a', 'd', 2, 1000, 30000);
    say('a', 's', 0, 1000, 0);
    assert_int_equal(fixture.emptied, 1);
    assert_int_equal(fixture.last_lost, 1000 + 150);
}

static void tell_an_impossible_rate(void)
{
    fixture_run_ms(&fixture, 100);
    say('a', '?', 2, 300, 108000000);
}

static void expect_a_new_start(void)
{
    assert_true(fixture_heard(&fixture, "impossible rate"));
    assert_int_equal(bytes_only.in[bytes_only.heard - 1], 's');
    say('a', 's', 0, 250, 0);
    assert_int_equal(bytes_only.in[bytes_only.heard - 1], 'p');
    say('a', 'p', 1, 0, 0);
    begin_bytes_only();
}

static void test_an_impossible_rate_is_tried_once_more(void **state)
{
    (void)state;
    start_bytes_only();
    begin_bytes_only();
    tell_an_impossible_rate();
    expect_a_new_start();
    tell_an_impossible_rate();
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_true(fixture_heard(&fixture, "restart it"));
}

/* A while later it is tried again. */
static void test_impossible_rates_far_apart_do_not_add_up(void **state)
{
    (void)state;
    start_bytes_only();
    begin_bytes_only();
    for (int times = 0; times < 3; times++) {
        tell_an_impossible_rate();
        assert_int_equal(fixture.result, BJ_OK);
        expect_a_new_start();
        for (int k = 0; k < 110; k++) {
            fixture_run_ms(&fixture, 100);
            say('a', '?', 2, 300, 30000);
        }
    }
}

static void test_a_refused_rate_ends_the_connection(void **state)
{
    (void)state;
    start_bytes_only();
    fixture.target_points = 300;
    fixture.chunk_points = 300;
    fixture.feeding = true;
    fixture_run_ms(&fixture, 1);
    fixture.feeding = false;
    say('a', 'd', 1, 300, 0);
    say('I', 'b', 1, 300, 0);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_true(fixture_heard(&fixture, "refused the rate"));
}

static void test_begun_but_not_playing_is_not_tried_for_ever(void **state)
{
    (void)state;
    start_bytes_only();
    fixture.target_points = 300;
    fixture.chunk_points = 300;
    fixture.feeding = true;
    fixture_run_ms(&fixture, 1);
    fixture.feeding = false;
    say('a', 'd', 1, 300, 0);
    say('a', 'b', 1, 300, 0);
    say('a', 'b', 1, 300, 0);
    say('a', 'b', 1, 300, 0);
    assert_int_equal(fixture.result, BJ_PROTOCOL);
    assert_true(fixture_heard(&fixture, "does not play"));
}

static void test_a_refused_begin_of_an_idle_device_is_a_new_start(void **state)
{
    (void)state;
    start_bytes_only();
    fixture.target_points = 300;
    fixture.chunk_points = 300;
    fixture.feeding = true;
    fixture_run_ms(&fixture, 1);
    fixture.feeding = false;
    say('a', 'd', 1, 300, 0);
    say('I', 'b', 0, 0, 0); /* as the vendor's page has it */
    assert_true(fixture.attempting);
    assert_int_equal(bytes_only.in[bytes_only.heard - 1], 'p');
}

static void test_states_that_do_not_exist_end_the_connection(void **state)
{
    static const uint8_t wrong[][3] = {{'a', 4, 0}, {'a', 0, 3}, {'x', 0, 0}};

    (void)state;
    for (int k = 0; k < 3; k++) {
        uint8_t reply[22] = {wrong[k][0], '?', 0, wrong[k][1], wrong[k][2]};
        if (k > 0)
            fixture_stop(&fixture);
        start_bytes_only();
        fixture_run_ms(&fixture, 110);
        byte_host_say(&bytes_only, reply, sizeof reply);
        fixture_run_ms(&fixture, 1);
        assert_int_equal(fixture.result, BJ_PROTOCOL);
    }
}

static void test_warming_up_is_waited_for_with_pings(void **state)
{
    uint8_t reply[22] = {'a', '?', 0, 1};
    size_t heard;

    (void)state;
    fixture_start_empty(&fixture, "etherdream@10.0.0.5",
                        (struct bj_address){.ip = FIXTURE_IP});
    byte_host_init(&bytes_only);
    fake_net_add(fixture.net, FIXTURE_IP, &bytes_only.host);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1201);
    for (int k = 0; k < 10; k++) {
        byte_host_say(&bytes_only, reply, sizeof reply);
        heard = bytes_only.heard;
        fixture_run_ms(&fixture, 110);
        assert_int_equal(bytes_only.heard, heard + 1);
        assert_int_equal(bytes_only.in[heard], '?');
        assert_int_equal(fixture.dac_status.state, BJ_DAC_CONNECTING);
    }
    say('a', '?', 0, 0, 0);
    assert_int_equal(bytes_only.in[bytes_only.heard - 1], 'p');
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_recovers_from_an_underflow_on_the_same_connection),
        TEST(test_points_refused_by_an_idle_device_are_lost_and_told),
        TEST(test_third_generation_stops_without_saying_so),
        TEST(test_third_generation_begins_with_enough),
        TEST(test_more_points_than_the_device_counts),
        TEST(test_refused_data_start_the_queue_over),
        TEST(test_full_is_treated_alike),
        TEST(test_an_overfull_device_keeps_a_prefix),
        TEST(test_refusals_of_everything_are_survived),
        TEST(test_an_estop_is_a_fault_until_the_user_clears_it),
        TEST(test_clears_at_most_once_a_second),
        TEST(test_closing_takes_a_request_to_clear_back),
        TEST(test_an_estop_before_we_came_shows_at_once),
        TEST(test_faults_are_counted_over_connections),
        TEST(test_a_pulled_cable_that_comes_back_is_a_fault),
        TEST(test_an_estop_by_another_client_is_a_fault),
        TEST(test_a_stop_by_another_client_is_recovered_from_with_a_pause),
        TEST(test_gives_way_to_a_client_that_keeps_coming),
        TEST(test_does_not_interrupt_somebody_elses_show),
        TEST(test_takes_over_what_a_vanished_client_left_behind),
        TEST(test_foreign_points_in_the_queue_are_noticed),
        TEST(test_nonsense_ends_the_connection),
        TEST(test_an_answer_to_nothing_ends_the_connection),
        TEST(test_another_source_is_reported_once),
        TEST(test_a_stop_that_cannot_leave_becomes_an_estop_by_another_way),
        TEST(test_a_flush_forgets_what_has_not_begun_to_leave),
        TEST(test_an_impossible_rate_is_tried_once_more),
        TEST(test_impossible_rates_far_apart_do_not_add_up),
        TEST(test_a_refused_rate_ends_the_connection),
        TEST(test_begun_but_not_playing_is_not_tried_for_ever),
        TEST(test_a_refused_begin_of_an_idle_device_is_a_new_start),
        TEST(test_states_that_do_not_exist_end_the_connection),
        TEST(test_warming_up_is_waited_for_with_pings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
