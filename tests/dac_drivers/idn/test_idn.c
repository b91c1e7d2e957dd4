/* SPDX-License-Identifier: MIT
 *
 * The driver as a whole, under the real engine: how it is found and what it survives.
 */
#include "idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS BJ_NS_PER_MS

/* ---- Identity ------------------------------------------------------------------------ */

static void test_ids(void **state)
{
    static const char *const good[] = {"idn:010004a3112233", "idn:010004A3112233-1",
                                       "idn:7f01-255", "idn@host", "idn@10.0.0.1:7300"};
    static const char *const bad[] = {"idn",
                                      "idn:",
                                      "idn:01",
                                      "idn:0100x4",
                                      "idn:010",
                                      "idn:010004-0",
                                      "idn:010004-256",
                                      "idn:010004-",
                                      "idn:0102030405060708090a0b0c0d0e0f10",
                                      "etherdream@h"};

    (void)state;
    for (size_t k = 0; k < sizeof good / sizeof *good; k++)
        assert_true(bj_idn.accepts_id(good[k]));
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        assert_false(bj_idn.accepts_id(bad[k]));
}

static void test_its_address_need_not_be_known(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID, (struct bj_address){0}, 30000);
    idn_fixture_make_device(fixture, &device);
    idn_fixture_light_up(fixture);
    assert_string_equal(bj_stream_dac_name(fixture->stream),
                        "IDN simulated Laser (010004a3112233-1) at 10.0.0.5");
    idn_fixture_stop(fixture);
}

static void test_an_address_alone_will_do(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    idn_fixture_start_empty(fixture, "idn@10.0.0.5",
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, 30000);
    idn_fixture_make_device(fixture, &device);
    idn_fixture_light_up(fixture);
    assert_string_equal(bj_stream_dac_name(fixture->stream),
                        "IDN simulated Laser at 10.0.0.5");
    idn_fixture_stop(fixture);
}

static void test_nobody_there_is_explained(void **state)
{
    (void)state;
    idn_fixture_start_empty(fixture, "idn@10.0.0.5",
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, 30000);
    idn_fixture_run_ms(fixture, 2500);
    assert_true(idn_fixture_heard(fixture, "no answer from UDP port 7255"));
    assert_int_equal(fixture->told_status, BJ_NOT_FOUND);
    idn_fixture_stop(fixture);

    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID, (struct bj_address){0}, 30000);
    idn_fixture_run_ms(fixture, 5500);
    assert_true(idn_fixture_heard(fixture, "no answer on any network"));
    idn_fixture_stop(fixture);
}

static void test_a_network_that_is_not_there(void **state)
{
    (void)state;
    idn_fixture_start_empty(fixture, "idn@10.0.0.5",
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, 30000);
    fake_net_set_route(fixture->net, IDN_FIXTURE_IP, FAKE_ROUTE_NONE);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(idn_fixture_heard(fixture, "no way to it"));
    idn_fixture_stop(fixture);

    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID, (struct bj_address){0}, 30000);
    fake_net_set_interfaces(fixture->net, NULL, 0);
    idn_fixture_run_ms(fixture, 5500);
    assert_true(idn_fixture_heard(fixture, "no answer on any network"));
    idn_fixture_stop(fixture);
}

/* Bytes of several outputs of one unit do not mix: two drivers, two services. */
static void test_the_service_named_is_the_one_that_plays(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    device.services[1] = (struct sim_idn_service_config){.id = 7, .name = "Second"};
    device.service_count = 2;
    for (int row = 0; row < 4; row++) {
        const char *id = row % 2 == 0 ? "idn:010004a3112233-7" : "idn@10.0.0.5/7";
        const struct bj_address at = {.ip = row % 2 == 0 ? 0 : IDN_FIXTURE_IP};
        device.services[1].type = row < 2 ? 0 : 0x01; /* 0: a laser projector */
        idn_fixture_start_empty(fixture, id, at, 30000);
        idn_fixture_make_device(fixture, &device);
        idn_fixture_light_up(fixture);
        idn_fixture_run_ms(fixture, 200);
        assert_true(fixture->chunk_count > 0);
        for (size_t k = 0; k < fixture->chunk_count; k++)
            assert_int_equal(fixture->chunks[k].service, 7);
        assert_true(sim_idn_shutter_open(fixture->device, 7));
        if (row < 3)
            idn_fixture_stop(fixture);
    }
    assert_false(sim_idn_shutter_open(fixture->device, 1));
    idn_fixture_stop(fixture);
}

/* ---- It goes and comes back ---------------------------------------------------------- */

static void test_a_reboot_ends_in_the_dark(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_REBOOT, 4000 * MS);
    idn_fixture_expect_dark(fixture, 1);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    assert_true(idn_fixture_heard(fixture, "does not answer any more"));
    idn_fixture_run_ms(fixture, 5000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_int_equal(idn_fixture_stats(fixture).reconnects, 1);
    assert_false(idn_fixture_stats(fixture).armed);
    fixture->dark_from_ns = BJ_NEVER;
    bj_stream_arm(fixture->stream);
    bj_wait_until(&fixture->wait, fixture->now_ns);
    idn_fixture_count_anew(fixture);
    idn_fixture_run_ms(fixture, 500);
    assert_true(fixture->lit > 10000);
    idn_fixture_stop(fixture);
}

/* So quick that nothing else shows it: the acknowledge says the connection is new. */
static void test_a_quick_restart_ends_in_the_dark_too(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_FORGET, 0);
    idn_fixture_expect_dark(fixture, 200);
    idn_fixture_run_ms(fixture, 3000);
    assert_true(idn_fixture_heard(fixture, "has restarted"));
    assert_false(idn_fixture_stats(fixture).armed);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

static void test_it_is_followed_to_another_address(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fake_net_move(fixture->net, IDN_FIXTURE_IP, IDN_FIXTURE_OTHER_IP);
    idn_fixture_expect_dark(fixture, 100);
    idn_fixture_run_ms(fixture, 4000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_non_null(strstr(bj_stream_dac_name(fixture->stream), "at 10.0.0.6"));
    idn_fixture_stop(fixture);
}

static void test_a_port_nobody_listens_on_is_noticed_at_once(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    fake_net_set_route(fixture->net, IDN_FIXTURE_IP, FAKE_ROUTE_REFUSE);
    idn_fixture_expect_dark(fixture, 100);
    idn_fixture_run_ms(fixture, 20);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    fake_net_set_route(fixture->net, IDN_FIXTURE_IP, FAKE_ROUTE_OPEN);
    idn_fixture_run_ms(fixture, 3000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

/* Another unit got its address: it is left alone, the right one is looked for. */
static void test_a_stranger_at_its_address_gets_no_light(void **state)
{
    struct sim_idn_config stranger = sim_idn_defaults();

    (void)state;
    stranger.unit[7] ^= 1;
    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID,
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, 30000);
    idn_fixture_make_device(fixture, &stranger);
    idn_fixture_run_ms(fixture, 6000);
    assert_int_equal(idn_fixture_counters(fixture)->messages, 0);
    assert_true(idn_fixture_heard(fixture, "no answer on any network"));
    idn_fixture_stop(fixture);
}

/* ---- Clocks -------------------------------------------------------------------------- */

static void test_clocks_may_differ_for_ever(void **state)
{
    (void)state;
    for (int ppm = -500; ppm <= 500; ppm += 1000) {
        struct sim_idn_config device = sim_idn_defaults();
        device.skew_ppm = ppm;
        idn_fixture_start(fixture, &device);
        idn_fixture_light_up(fixture);
        idn_fixture_run_ms(fixture, 60000);
        assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
        assert_int_equal(fixture->skipped, 0);
        assert_true(idn_fixture_counters(fixture)->least_buffered_ns > 20 * MS);
        assert_true(idn_fixture_counters(fixture)->most_buffered_ns < 80 * MS);
        idn_fixture_stop(fixture);
    }
}

/* ---- What must not be ---------------------------------------------------------------- */

static void ignore_level(void *engine, const struct bj_level_report *report)
{
    (void)engine, (void)report;
}

static void ignore_emptied(void *engine, uint32_t lost_points, bool dry)
{
    (void)engine, (void)lost_points, (void)dry;
}

static void ignore_notice(void *engine, enum bj_status status, const char *text)
{
    (void)engine, (void)status, (void)text;
}

/* Whatever rate a chunk claims, what it holds is within the driver's own memory. */
static void test_impossible_rates(void **state)
{
    static const uint32_t rates[] = {0, 1, 999, 100001, 1000000000, UINT32_MAX};
    static const struct bj_dac_events deaf = {ignore_level, ignore_emptied, ignore_notice};
    static const struct bj_point points[572];
    struct sim_idn_config device = sim_idn_defaults();
    struct fake_net *net = fake_net_create();
    struct sim_host *host = sim_idn_create(&device, 0);
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = IDN_FIXTURE_ID,
                                   .address = {IDN_FIXTURE_IP, 0},
                                   .via.net = fake_net_base(net)};
    struct bj_dac *dac;
    struct bj_dac_status status = {0};
    struct bj_wait wait;

    (void)state;
    fake_net_add(net, IDN_FIXTURE_IP, host);
    assert_int_equal(bj_dac_create(&bj_idn, &config, &deaf, NULL, &dac), BJ_OK);
    assert_int_equal(dac->caps.model, BJ_MODEL_TIMED);
    assert_false(dac->caps.reports_level);
    assert_int_equal(bj_idn.connect(dac, 0, 0, 750), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_idn.connect(dac, 0, 100001, 750), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_idn.connect(dac, 0, 30000, 750), BJ_OK);
    for (int k = 0; k < 10 && status.state != BJ_DAC_READY; k++) {
        bj_wait_init(&wait);
        assert_int_equal(bj_idn.service(dac, 0, &status, &wait), BJ_OK);
    }
    for (size_t k = 0; k < 1000; k++) {
        const struct bj_chunk chunk = {
            .points = points, .count = k % 2 ? 572 : 19, .pps = rates[k / 2 % 6]};
        uint32_t taken = 0;
        enum bj_status result = bj_idn.write(dac, 0, &chunk, &taken);
        assert_int_equal(result, taken ? BJ_OK : BJ_WOULD_BLOCK);
        assert_true(taken == 0 || taken == chunk.count);
    }
    assert_int_equal(bj_idn.service(dac, 0, &status, &wait), BJ_OK);
    assert_int_equal(status.room_points, 0); /* it has far too much by now */
    assert_int_equal(sim_idn_counters(host)->invalid_messages, 0);
    assert_true(sim_idn_counters(host)->largest_datagram <= 1472);
    bj_idn.disconnect(dac);
    bj_dac_destroy(dac);
    fake_net_destroy(net);
    sim_idn_destroy(host);
}

static void test_impossible_configurations(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = IDN_FIXTURE_ID};
    struct bj_dac *dac;

    (void)state;
    assert_int_equal(bj_dac_create(&bj_idn, &config, NULL, NULL, &dac), BJ_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_its_address_need_not_be_known),
        cmocka_unit_test(test_an_address_alone_will_do),
        cmocka_unit_test(test_nobody_there_is_explained),
        cmocka_unit_test(test_a_network_that_is_not_there),
        cmocka_unit_test(test_the_service_named_is_the_one_that_plays),
        cmocka_unit_test(test_a_reboot_ends_in_the_dark),
        cmocka_unit_test(test_a_quick_restart_ends_in_the_dark_too),
        cmocka_unit_test(test_it_is_followed_to_another_address),
        cmocka_unit_test(test_a_port_nobody_listens_on_is_noticed_at_once),
        cmocka_unit_test(test_a_stranger_at_its_address_gets_no_light),
        cmocka_unit_test(test_clocks_may_differ_for_ever),
        cmocka_unit_test(test_impossible_rates),
        cmocka_unit_test(test_impossible_configurations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
