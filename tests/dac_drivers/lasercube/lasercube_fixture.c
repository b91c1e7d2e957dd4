/* SPDX-License-Identifier: MIT */
#include "lasercube_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define SPREAD 0x9e3779b1u   /* odd: neighbours are far from each other */
#define UNSPREAD 0x0e8b2f51u /* its inverse, modulo 2^32 */
#define PLACES 0xffffffu
#define MOST_STEPS_AT_ONCE 200

/* ---- Numbered points ----------------------------------------------------------------- */

static uint32_t place_of(uint64_t number)
{
    return (uint32_t)number * SPREAD & PLACES;
}

static uint16_t colour_of(uint64_t number)
{
    return (uint16_t)(1 + number * 7 % 4095);
}

static struct bj_point numbered(uint64_t number)
{
    uint32_t place = place_of(number);

    return (struct bj_point){
        .x = (float)(place & 0xfff) / 2047.5F - 1,
        .y = (float)(place >> 12) / 2047.5F - 1,
        .r = (float)colour_of(number) / 4095,
        .g = (float)colour_of(number + 1) / 4095,
        .b = 1,
        .i = 1,
    };
}

/* Of the numbers that belong to this place the one closest to those played before. */
static int64_t number_of(const struct lcw *fixture, const struct sim_lc_point *point)
{
    uint32_t place = (uint32_t)(4095 - point->x) | (uint32_t)point->y << 12;
    int64_t low = place * UNSPREAD & PLACES,
            around = fixture->newest < 0 ? 0 : fixture->newest;
    int64_t number = (around & ~(int64_t)PLACES) | low;

    if (number - around > (int64_t)PLACES / 2 && number > (int64_t)PLACES)
        number -= (int64_t)PLACES + 1;
    if (around - number > (int64_t)PLACES / 2)
        number += (int64_t)PLACES + 1;
    return number;
}

/* ---- What comes out ------------------------------------------------------------------ */

static void note_gap(struct lcw *fixture, int64_t time_ns)
{
    int64_t since_ns = time_ns - fixture->last_played_ns;

    if (fixture->last_played_ns == 0 ||
        since_ns <= 5 * BJ_NS_PER_S / 2 / fixture->config.pps)
        return;
    fixture->gaps++;
    fixture->gap_ns += since_ns;
    if (since_ns > fixture->longest_gap_ns)
        fixture->longest_gap_ns = since_ns;
}

static void on_played(void *user, const struct sim_lc_point *point)
{
    struct lcw *fixture = user;
    int64_t number = number_of(fixture, point);
    bool lit = (point->r | point->g | point->b) != 0;

    note_gap(fixture, point->time_ns);
    fixture->last_played_ns = point->time_ns;
    fixture->played++;
    if (number > fixture->newest)
        fixture->skipped += (uint64_t)(number - fixture->newest - 1);
    else
        fixture->backwards++;
    fixture->newest = number > fixture->newest ? number : fixture->newest;
    if (lit)
        fixture->wrong += point->r != colour_of((uint64_t)number) ||
                          point->g != colour_of((uint64_t)number + 1) || point->b != 4095;
    if (lit && point->output) {
        fixture->lit++;
        fixture->last_lit_ns = point->time_ns;
    }
}

/* ---- The program's side -------------------------------------------------------------- */

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct lcw *fixture = user;

    if (fixture->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = numbered(fixture->made++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct lcw *fixture = user;

    (void) final;
    fixture->notices += status != BJ_OK;
    if (fixture->told_size + strlen(text) + 2 < sizeof fixture->told)
        fixture->told_size +=
            (size_t)sprintf(fixture->told + fixture->told_size, "%s\n", text);
}

static void on_wake(void *user)
{
    struct lcw *fixture = user;

    fixture->woken = true;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool should_step(struct lcw *fixture)
{
    return fixture->stream && !fixture->over &&
           (fixture->woken || fixture->wait.deadline_ns <= fixture->now_ns ||
            fake_net_ready(fixture->net, &fixture->wait));
}

static void step(struct lcw *fixture)
{
    fixture->woken = false;
    if (++fixture->steps_at_once > MOST_STEPS_AT_ONCE)
        fail_msg("busy loop at %.3f ms", (double)fixture->now_ns / 1e6);
    fixture->result = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);
    fixture->over = fixture->result != BJ_RUN_GOING;
    if (fixture->over)
        bj_wait_init(&fixture->wait);
}

void lcw_run_ms(struct lcw *fixture, double ms)
{
    int64_t end_ns = fixture->now_ns + (int64_t)(ms * 1e6);

    for (;;) {
        int64_t next_ns = earlier(end_ns, fake_net_next_event_ns(fixture->net));
        while (should_step(fixture))
            step(fixture);
        next_ns =
            earlier(next_ns, fixture->stream && !fixture->over ? fixture->wait.deadline_ns
                                                               : BJ_NEVER);
        next_ns = earlier(next_ns, fake_net_next_event_ns(fixture->net));
        if (next_ns > fixture->now_ns)
            fixture->steps_at_once = 0;
        else
            next_ns = fixture->now_ns;
        fixture->now_ns = next_ns;
        fake_net_advance(fixture->net, next_ns);
        if (next_ns >= end_ns && !should_step(fixture))
            break;
    }
    sim_lc_advance(fixture->device, fixture->now_ns);
}

/* ---- Life ---------------------------------------------------------------------------- */

struct lcw_config lcw_defaults(void)
{
    struct lcw_config config = {
        .device = sim_lc_defaults(),
        .id = LCW_ID,
        .address = {LCW_IP, SIM_LC_COMMAND_PORT},
        .pps = 30000,
    };

    config.device.to_it.latency_ns = config.device.from_it.latency_ns = 200 * 1000;
    return config;
}

void lcw_start(struct lcw *fixture, const struct lcw_config *config)
{
    struct bj_stream_config stream = bj_stream_defaults();
    struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = config->id, .address = config->address};

    memset(fixture, 0, sizeof *fixture);
    fixture->config = *config;
    fixture->now_ns = LCW_START_NS;
    fixture->newest = -1;
    fixture->ip = LCW_IP;
    fixture->config.device.played = on_played;
    fixture->config.device.user = fixture;
    fixture->net = fake_net_create();
    fixture->device = sim_lc_create(&fixture->config.device, fixture->now_ns);
    assert_true(fixture->net != NULL && fixture->device != NULL);
    fake_net_add(fixture->net, LCW_IP, fixture->device);
    fake_net_advance(fixture->net, fixture->now_ns);
    dac.via.net = fake_net_base(fixture->net);
    stream.driver = &bj_lasercube;
    stream.dac = &dac;
    stream.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = fixture};
    stream.fill = on_fill;
    stream.fill_user = fixture;
    stream.error = on_error;
    stream.error_user = fixture;
    stream.pps = config->pps;
    stream.target_buffer_ns = config->target_buffer_ns;
    stream.arm = config->arm;
    stream.rearm = config->rearm;
    fixture->woken = true;
    assert_int_equal(bj_stream_create(&stream, &fixture->stream), BJ_OK);
}

void lcw_stop(struct lcw *fixture)
{
    bj_stream_destroy(fixture->stream);
    fixture->stream = NULL;
    assert_int_equal(fake_net_open_sockets(fixture->net), 0);
    assert_int_equal(lcw_counters(fixture)->forbidden_commands, 0);
    assert_int_equal(lcw_counters(fixture)->unknown_commands, 0);
    assert_int_equal(lcw_counters(fixture)->bad_packets, 0);
    assert_int_equal(fixture->wrong, 0);
    fake_net_destroy(fixture->net);
    sim_lc_destroy(fixture->device);
}

void lcw_count_anew(struct lcw *fixture)
{
    sim_lc_advance(fixture->device, fixture->now_ns);
    fixture->played = fixture->lit = fixture->skipped = fixture->backwards = 0;
    fixture->gaps = 0;
    fixture->gap_ns = fixture->longest_gap_ns = 0;
    sim_lc_clear_min_held(fixture->device);
}

void lcw_reach_playing(struct lcw *fixture)
{
    uint64_t played = fixture->played;

    for (int k = 0; k < 1000 && lcw_stats(fixture).state != BJ_STREAM_STREAMING; k++)
        lcw_run_ms(fixture, 10);
    for (int k = 0; k < 1000 && fixture->played == played; k++)
        lcw_run_ms(fixture, 10);
    assert_true(fixture->played > played);
}

void lcw_light_up(struct lcw *fixture)
{
    uint64_t lit = fixture->lit;

    lcw_reach_playing(fixture);
    bj_stream_arm(fixture->stream);
    for (int k = 0; k < 300 && fixture->lit == lit; k++)
        lcw_run_ms(fixture, 10);
    assert_true(fixture->lit > lit);
    lcw_run_ms(fixture, 200);
    lcw_count_anew(fixture);
}

void lcw_fault(struct lcw *fixture, enum sim_lc_fault fault, int64_t value)
{
    sim_lc_fault(fixture->device, fixture->now_ns, fault, value);
}

const struct sim_lc_counters *lcw_counters(struct lcw *fixture)
{
    return sim_lc_counters(fixture->device);
}

struct sim_lc_status lcw_device(struct lcw *fixture)
{
    sim_lc_advance(fixture->device, fixture->now_ns);
    return sim_lc_status(fixture->device);
}

struct bj_stats lcw_stats(const struct lcw *fixture)
{
    return bj_stream_stats(fixture->stream);
}

bool lcw_heard(const struct lcw *fixture, const char *words)
{
    return strstr(fixture->told, words) != NULL;
}

void lcw_begin(struct lcw *fixture)
{
    struct lcw_config config = lcw_defaults();

    lcw_start(fixture, &config);
    lcw_light_up(fixture);
}

void lcw_expect_undisturbed(const struct lcw *fixture)
{
    assert_int_equal(fixture->gaps + fixture->skipped + fixture->backwards, 0);
    assert_int_equal(fixture->lit, fixture->played);
    assert_int_equal(lcw_stats(fixture).reconnects, 0);
}

void lcw_expect_perfect(struct lcw *fixture, double ms)
{
    double expected = fixture->config.pps * ms / 1000;

    assert_true((double)fixture->played >= expected - 2);
    assert_true((double)fixture->played <= expected + 2);
    assert_int_equal(fixture->skipped, 0);
    assert_int_equal(fixture->backwards, 0);
    assert_int_equal(fixture->gaps, 0);
    assert_int_equal(fixture->wrong, 0);
}
