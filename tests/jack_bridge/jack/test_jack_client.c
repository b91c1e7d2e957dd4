/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"

#include "jackd.h"
#include "sink_fixture.h"

#include <jack/metadata.h>
#include <jack/uuid.h>

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define PERIOD 256

static struct jackd server;

struct fixture {
    struct bj_jack_config config;
    struct bj_jack *jack;
    struct source source;
    struct sink_fixture sink_fixture;
    char why[BJ_WHY_SIZE];
};

/* ---- Set-up -------------------------------------------------------------------------- */

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    if (!jackd_installed())
        return 0;
    if (server.pid == 0)
        jackd_start(&server, SINK_FIXTURE_RATE_HZ, PERIOD);
    f->config = (struct bj_jack_config){.name = "laser",
                                        .server = server.name,
                                        .plays_on = "Toy, toy:1",
                                        .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    sink_fixture_create(&f->sink_fixture);
    source_open(&f->source, &server);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    bj_jack_close(f->jack);
    source_close(&f->source);
    sink_fixture_destroy(&f->sink_fixture);
    if (f->config.wake_fd > 0)
        close(f->config.wake_fd);
    free(f);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    jackd_stop(&server);
    return 0;
}

static void join(struct fixture *f)
{
    if (!jackd_installed())
        skip();
    bj_jack_log_to(NULL);
    f->jack = bj_jack_open(&f->config, f->why, sizeof f->why);
    if (!f->jack)
        fail_msg("%s", f->why);
    bj_jack_attach(f->jack, &f->sink_fixture.sinks, SINK_FIXTURE_LATENCY_NS);
    if (!bj_jack_start(f->jack, f->why, sizeof f->why))
        fail_msg("%s", f->why);
}

static jack_port_t *port(const struct fixture *f, const char *name)
{
    return jack_port_by_name(f->source.client, name);
}

static bool happened(struct fixture *f, unsigned event, unsigned *seen)
{
    *seen |= bj_jack_events(f->jack);
    return (*seen & event) != 0;
}

static void connect_all(struct fixture *f)
{
    static const char *const inputs[] = {"laser:in_x", "laser:in_y", "laser:in_r",
                                         "laser:in_g", "laser:in_b"};

    for (int p = 0; p < 5; p++)
        assert_true(source_connect(&f->source, p, inputs[p]));
}

/* ---- Ports --------------------------------------------------------------------------- */

static void ports_come_in_order_with_honest_flags(void **state)
{
    static const char *const expected[] = {"laser:in_x", "laser:in_y", "laser:in_r",
                                           "laser:in_g", "laser:in_b", "laser:in_i"};
    struct fixture *f = *state;
    const char **names;

    join(f);
    names = jack_get_ports(f->source.client, "^laser:", NULL, JackPortIsInput);
    assert_non_null(names);
    for (int k = 0; k < 6; k++) {
        assert_non_null(names[k]);
        assert_string_equal(names[k], expected[k]);
        assert_int_equal(jack_port_flags(port(f, names[k])),
                         JackPortIsInput | JackPortIsTerminal);
    }
    assert_null(names[6]);
    jack_free(names);
}

static void style_and_flags_can_be_chosen(void **state)
{
    struct fixture *f = *state;

    f->config.style = BJ_PORTS_NUMBERED;
    f->config.physical = true;
    join(f);
    assert_non_null(port(f, "laser:in_6_i"));
    assert_int_equal(jack_port_flags(port(f, "laser:in_1_x")),
                     JackPortIsInput | JackPortIsTerminal | JackPortIsPhysical);
}

static void players_that_count_find_us(void **state)
{
    struct fixture *f = *state;

    join(f);
    assert_true(source_connect(&f->source, 0, "laser:in_1"));
    assert_true(jack_port_connected_to(f->source.ports[0], "laser:in_x"));
}

static void expect_of(jack_uuid_t uuid, const char *key, const char *expected)
{
    char *value = NULL, *type = NULL;

    assert_int_equal(jack_get_property(uuid, key, &value, &type), 0);
    assert_string_equal(value, expected);
    jack_free(value);
    jack_free(type);
}

static void expect_property(jack_port_t *at, const char *key, const char *expected)
{
    expect_of(jack_port_uuid(at), key, expected);
}

static void expect_client_property(struct fixture *f, const char *client, const char *key,
                                   const char *expected)
{
    char *text = jack_get_uuid_for_client_name(f->source.client, client);
    jack_uuid_t uuid;

    assert_non_null(text);
    assert_int_equal(jack_uuid_parse(text, &uuid), 0);
    expect_of(uuid, key, expected);
    jack_free(text);
}

static void metadata_tells_people_what_a_port_is(void **state)
{
    struct fixture *f = *state;
    char *value = NULL, *type = NULL;

    join(f);
    expect_property(port(f, "laser:in_x"), JACK_METADATA_PRETTY_NAME, "X position");
    expect_property(port(f, "laser:in_b"), JACK_METADATA_ORDER, "4");
    expect_property(port(f, "laser:in_i"), JACK_METADATA_PORT_GROUP, "laser");
    expect_client_property(f, "laser", JACK_METADATA_PRETTY_NAME, "laser (Toy, toy:1)");
    assert_int_not_equal(jack_get_property(jack_port_uuid(port(f, "laser:in_x")),
                                           JACK_METADATA_SIGNAL_TYPE, &value, &type),
                         0);
}

/* ---- Names --------------------------------------------------------------------------- */

static void name_clash_is_solved_or_refused(void **state)
{
    struct fixture *f = *state;
    struct bj_jack *second;

    join(f);
    second = bj_jack_open(&f->config, f->why, sizeof f->why);
    assert_non_null(second);
    assert_string_not_equal(bj_jack_view(second).name, "laser");
    bj_jack_close(second);
    f->config.exact_name = true;
    assert_null(bj_jack_open(&f->config, f->why, sizeof f->why));
    if (!strstr(f->why, "--client-name"))
        fail_msg("%s", f->why);
}

static void long_name_is_refused_in_words(void **state)
{
    struct fixture *f = *state;
    char name[400];

    if (!jackd_installed())
        skip();
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    f->config.name = name;
    assert_null(bj_jack_open(&f->config, f->why, sizeof f->why));
    assert_non_null(strstr(f->why, "at most 63"));
}

static void absent_server_is_named_with_the_remedy(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    bj_jack_log_to(NULL);
    f->config.server = "beamjack-nowhere";
    assert_null(bj_jack_open(&f->config, f->why, sizeof f->why));
    assert_non_null(strstr(f->why, "'beamjack-nowhere'"));
    assert_non_null(strstr(f->why, "--start-server"));
    assert_non_null(strstr(f->why, "--wait-for-jack"));
}

/* ---- Data ---------------------------------------------------------------------------- */

static void latency_reaches_the_source(void **state)
{
    struct fixture *f = *state;
    jack_latency_range_t range = {0, 0};

    join(f);
    connect_all(f);
    WAIT_FOR((jack_port_get_latency_range(f->source.ports[0], JackPlaybackLatency, &range),
              range.max == 2400));
    assert_int_equal(range.min, 2400);
    jack_port_get_latency_range(port(f, "laser:in_i"), JackPlaybackLatency, &range);
    assert_int_equal(range.max, 2400);
}

/* Fills as an engine would that keeps 20 ms in its DAC; true once `point` is lit. */
static bool fill_until_lit(struct fixture *f, uint64_t *position, struct bj_point *point)
{
    struct bj_point points[128];
    struct bj_fill_request request = {.now_ns = jackd_now_ns(),
                                      .start = *position,
                                      .pps = SINK_FIXTURE_RATE_HZ,
                                      .true_pps = SINK_FIXTURE_RATE_HZ,
                                      .target_points = 128,
                                      .buffered_points = SINK_FIXTURE_RATE_HZ / 50,
                                      .buffered_ns = 20 * MS,
                                      .play_pps = SINK_FIXTURE_RATE_HZ,
                                      .device_queued_points = -1,
                                      .restarted = true};
    request.play_ns = (double)(request.now_ns + request.buffered_ns);
    struct bj_fill_result result = bj_feed_fill(f->sink_fixture.feed, &request, points);

    if (result.kind != BJ_FILLED || result.points == 0)
        return false;
    *position += result.points;
    *point = points[result.points - 1];
    return point->r > 0;
}

static void values_arrive_in_the_feed(void **state)
{
    struct fixture *f = *state;
    struct bj_connection_list list = {0};
    struct bj_point point;
    uint64_t position = 0;

    join(f);
    atomic_store(&f->source.colour[BJ_G], 0.5f);
    atomic_store(&f->source.colour[BJ_B], 0.0f);
    connect_all(f);
    WAIT_FOR(
        (bj_jack_connections(f->jack, &list), bj_connection_list_channels(&list) == 0x1f));
    WAIT_FOR(fill_until_lit(f, &position, &point) && point.r > 0.9999999f);
    assert_true(fabsf(hypotf(point.x, point.y) - 0.5f) < 1e-3f);
    assert_true(fabsf(point.g - 0.5f) < 1e-6f);
    assert_true(point.b == 0);
    assert_true(point.i > 0.9999999f); /* nobody drives in_i */
    bj_connection_list_finish(&list);
}

static void period_may_change_while_running(void **state)
{
    struct fixture *f = *state;
    unsigned seen = 0;
    uint64_t before;

    join(f);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) >= 4 * PERIOD);
    bj_jack_events(f->jack);
    assert_int_equal(jack_set_buffer_size(f->source.client, 1024), 0);
    WAIT_FOR(happened(f, BJ_JACK_PERIOD, &seen));
    assert_int_equal(bj_jack_view(f->jack).period_frames, 1024);
    before = sink_fixture_pushed(&f->sink_fixture);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) > before + 2048);
    assert_int_equal((sink_fixture_pushed(&f->sink_fixture) - before) % 1024, 0);
    assert_int_equal(bj_feed_stats(f->sink_fixture.feed).frames_lost, 0);
    assert_int_equal(jack_set_buffer_size(f->source.client, PERIOD), 0);
}

static void freewheel_pushes_nothing(void **state)
{
    struct fixture *f = *state;
    unsigned seen = 0;
    uint64_t before, cycles;

    join(f);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) > 0);
    assert_int_equal(jack_set_freewheel(f->source.client, 1), 0);
    WAIT_FOR(happened(f, BJ_JACK_FREEWHEEL, &seen) && bj_jack_view(f->jack).freewheeling);
    cycles = bj_jack_view(f->jack).cycles;
    before = sink_fixture_pushed(&f->sink_fixture);
    WAIT_FOR(bj_jack_view(f->jack).cycles > cycles + 100);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), before);
    assert_int_equal(jack_set_freewheel(f->source.client, 0), 0);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) > before);
}

static void connections_are_signalled(void **state)
{
    struct fixture *f = *state;
    struct bj_connection_list list = {0};
    unsigned seen = 0;

    join(f);
    bj_jack_events(f->jack);
    assert_true(bj_jack_connect(f->jack, "source:out_2", BJ_Y));
    assert_true(bj_jack_connect(f->jack, "source:out_2", BJ_Y)); /* there already */
    WAIT_FOR(happened(f, BJ_JACK_CONNECTIONS, &seen));
    bj_jack_connections(f->jack, &list);
    assert_int_equal(list.count, 1);
    assert_true(bj_connection_list_have(&list, "source:out_2", BJ_Y));
    seen = 0;
    assert_true(source_disconnect(&f->source, 1, "laser:in_y"));
    WAIT_FOR(happened(f, BJ_JACK_CONNECTIONS, &seen));
    bj_jack_connections(f->jack, &list);
    assert_int_equal(list.count, 0);
    assert_false(bj_jack_connect(f->jack, "nobody:out", BJ_X));
    bj_connection_list_finish(&list);
}

static void sources_are_listed_in_order(void **state)
{
    struct fixture *f = *state;
    const char **sources;
    int next = 1;

    join(f);
    sources = bj_jack_sources(f->jack);
    assert_non_null(sources);
    for (const char **source = sources; *source; source++) {
        char expected[32];

        snprintf(expected, sizeof expected, "source:out_%d", next);
        next += !strcmp(*source, expected);
        assert_int_not_equal(strncmp(*source, "laser:", 6), 0);
    }
    assert_int_equal(next, 7);
    bj_jack_free_sources(sources);
}

static void nothing_is_pushed_after_detach(void **state)
{
    struct fixture *f = *state;
    uint64_t before, cycles;

    join(f);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) > 0);
    bj_jack_detach(f->jack);
    before = sink_fixture_pushed(&f->sink_fixture);
    cycles = bj_jack_view(f->jack).cycles;
    WAIT_FOR(bj_jack_view(f->jack).cycles > cycles + 5);
    assert_int_equal(sink_fixture_pushed(&f->sink_fixture), before);
}

static void end_of_the_server_is_signalled(void **state)
{
    struct fixture *f = *state;
    unsigned seen = 0;

    join(f);
    WAIT_FOR(sink_fixture_pushed(&f->sink_fixture) > 0);
    jackd_signal(&server, SIGKILL);
    WAIT_FOR(happened(f, BJ_JACK_GONE, &seen));
    assert_true(strlen(bj_jack_reason(f->jack)) > 0);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(ports_come_in_order_with_honest_flags),
        WITH_SERVER(style_and_flags_can_be_chosen),
        WITH_SERVER(players_that_count_find_us),
        WITH_SERVER(metadata_tells_people_what_a_port_is),
        WITH_SERVER(name_clash_is_solved_or_refused),
        WITH_SERVER(long_name_is_refused_in_words),
        WITH_SERVER(absent_server_is_named_with_the_remedy),
        WITH_SERVER(latency_reaches_the_source),
        WITH_SERVER(values_arrive_in_the_feed),
        WITH_SERVER(period_may_change_while_running),
        WITH_SERVER(freewheel_pushes_nothing),
        WITH_SERVER(connections_are_signalled),
        WITH_SERVER(sources_are_listed_in_order),
        WITH_SERVER(nothing_is_pushed_after_detach),
        WITH_SERVER(end_of_the_server_is_signalled),
    };

    return cmocka_run_group_tests(tests, NULL, stop_server);
}
