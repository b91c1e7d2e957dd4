/* SPDX-License-Identifier: MIT */
#include "lasercube_world.h"

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
static int64_t number_of(const struct lcw *world, const struct sim_lc_point *point)
{
    uint32_t place = (uint32_t)(4095 - point->x) | (uint32_t)point->y << 12;
    int64_t low = place * UNSPREAD & PLACES, around = world->newest < 0 ? 0 : world->newest;
    int64_t number = (around & ~(int64_t)PLACES) | low;

    if (number - around > (int64_t)PLACES / 2 && number > (int64_t)PLACES)
        number -= (int64_t)PLACES + 1;
    if (around - number > (int64_t)PLACES / 2)
        number += (int64_t)PLACES + 1;
    return number;
}

/* ---- What comes out -------------------------------------------------------------------- */

static void note_gap(struct lcw *world, int64_t time_ns)
{
    int64_t since_ns = time_ns - world->last_played_ns;

    if (world->last_played_ns == 0 || since_ns <= 5 * BJ_NS_PER_S / 2 / world->config.pps)
        return;
    world->gaps++;
    world->gap_ns += since_ns;
    if (since_ns > world->longest_gap_ns)
        world->longest_gap_ns = since_ns;
}

static void on_played(void *user, const struct sim_lc_point *point)
{
    struct lcw *world = user;
    int64_t number = number_of(world, point);
    bool lit = (point->r | point->g | point->b) != 0;

    note_gap(world, point->time_ns);
    world->last_played_ns = point->time_ns;
    world->played++;
    if (number > world->newest)
        world->skipped += (uint64_t)(number - world->newest - 1);
    else
        world->backwards++;
    world->newest = number > world->newest ? number : world->newest;
    if (lit)
        world->wrong += point->r != colour_of((uint64_t)number) ||
                        point->g != colour_of((uint64_t)number + 1) || point->b != 4095;
    if (lit && point->output) {
        world->lit++;
        world->last_lit_ns = point->time_ns;
    }
}

/* ---- The program's side ---------------------------------------------------------------- */

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct lcw *world = user;

    if (world->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = numbered(world->made++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct lcw *world = user;

    (void) final;
    world->notices += status != BJ_OK;
    if (world->told_size + strlen(text) + 2 < sizeof world->told)
        world->told_size += (size_t)sprintf(world->told + world->told_size, "%s\n", text);
}

static void on_wake(void *user)
{
    struct lcw *world = user;

    world->woken = true;
}

/* ---- Time ------------------------------------------------------------------------------ */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool should_step(struct lcw *world)
{
    return world->stream && !world->over &&
           (world->woken || world->wait.deadline_ns <= world->now_ns ||
            fake_net_ready(world->net, &world->wait));
}

static void step(struct lcw *world)
{
    world->woken = false;
    if (++world->steps_at_once > MOST_STEPS_AT_ONCE)
        fail_msg("busy loop at %.3f ms", (double)world->now_ns / 1e6);
    world->result = bj_stream_step(world->stream, world->now_ns, &world->wait);
    world->over = world->result != BJ_RUN_GOING;
    if (world->over)
        bj_wait_init(&world->wait);
}

void lcw_run_ms(struct lcw *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);

    for (;;) {
        int64_t next_ns = earlier(end_ns, fake_net_next_event_ns(world->net));
        while (should_step(world))
            step(world);
        next_ns = earlier(next_ns, world->stream && !world->over ? world->wait.deadline_ns
                                                                 : BJ_NEVER);
        next_ns = earlier(next_ns, fake_net_next_event_ns(world->net));
        if (next_ns > world->now_ns)
            world->steps_at_once = 0;
        else
            next_ns = world->now_ns;
        world->now_ns = next_ns;
        fake_net_advance(world->net, next_ns);
        if (next_ns >= end_ns && !should_step(world))
            break;
    }
    sim_lc_advance(world->device, world->now_ns);
}

/* ---- Life ------------------------------------------------------------------------------ */

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

void lcw_start(struct lcw *world, const struct lcw_config *config)
{
    struct bj_stream_config stream = bj_stream_defaults();
    struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = config->id, .address = config->address};

    memset(world, 0, sizeof *world);
    world->config = *config;
    world->now_ns = LCW_START_NS;
    world->newest = -1;
    world->ip = LCW_IP;
    world->config.device.played = on_played;
    world->config.device.user = world;
    world->net = fake_net_create();
    world->device = sim_lc_create(&world->config.device, world->now_ns);
    assert_true(world->net != NULL && world->device != NULL);
    fake_net_add(world->net, LCW_IP, world->device);
    fake_net_advance(world->net, world->now_ns);
    dac.via.net = fake_net_base(world->net);
    stream.driver = &bj_lasercube;
    stream.dac = &dac;
    stream.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = world};
    stream.fill = on_fill;
    stream.fill_user = world;
    stream.error = on_error;
    stream.error_user = world;
    stream.pps = config->pps;
    stream.target_buffer_ns = config->target_buffer_ns;
    stream.arm = config->arm;
    stream.rearm = config->rearm;
    world->woken = true;
    assert_int_equal(bj_stream_create(&stream, &world->stream), BJ_OK);
}

void lcw_stop(struct lcw *world)
{
    bj_stream_destroy(world->stream);
    world->stream = NULL;
    assert_int_equal(fake_net_open_sockets(world->net), 0);
    assert_int_equal(lcw_counters(world)->forbidden_commands, 0);
    assert_int_equal(lcw_counters(world)->unknown_commands, 0);
    assert_int_equal(lcw_counters(world)->bad_packets, 0);
    assert_int_equal(world->wrong, 0);
    fake_net_destroy(world->net);
    sim_lc_destroy(world->device);
}

void lcw_count_anew(struct lcw *world)
{
    sim_lc_advance(world->device, world->now_ns);
    world->played = world->lit = world->skipped = world->backwards = 0;
    world->gaps = 0;
    world->gap_ns = world->longest_gap_ns = 0;
    sim_lc_clear_min_held(world->device);
}

void lcw_reach_playing(struct lcw *world)
{
    uint64_t played = world->played;

    for (int k = 0; k < 1000 && lcw_stats(world).state != BJ_STREAM_STREAMING; k++)
        lcw_run_ms(world, 10);
    for (int k = 0; k < 1000 && world->played == played; k++)
        lcw_run_ms(world, 10);
    assert_true(world->played > played);
}

void lcw_light_up(struct lcw *world)
{
    uint64_t lit = world->lit;

    lcw_reach_playing(world);
    bj_stream_arm(world->stream);
    for (int k = 0; k < 300 && world->lit == lit; k++)
        lcw_run_ms(world, 10);
    assert_true(world->lit > lit);
    lcw_run_ms(world, 200);
    lcw_count_anew(world);
}

void lcw_fault(struct lcw *world, enum sim_lc_fault fault, int64_t value)
{
    sim_lc_fault(world->device, world->now_ns, fault, value);
}

const struct sim_lc_counters *lcw_counters(struct lcw *world)
{
    return sim_lc_counters(world->device);
}

struct sim_lc_status lcw_device(struct lcw *world)
{
    sim_lc_advance(world->device, world->now_ns);
    return sim_lc_status(world->device);
}

struct bj_stats lcw_stats(const struct lcw *world)
{
    return bj_stream_stats(world->stream);
}

bool lcw_heard(const struct lcw *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}

void lcw_begin(struct lcw *world)
{
    struct lcw_config config = lcw_defaults();

    lcw_start(world, &config);
    lcw_light_up(world);
}

void lcw_expect_undisturbed(const struct lcw *world)
{
    assert_int_equal(world->gaps + world->skipped + world->backwards, 0);
    assert_int_equal(world->lit, world->played);
    assert_int_equal(lcw_stats(world).reconnects, 0);
}

void lcw_expect_perfect(struct lcw *world, double ms)
{
    double expected = world->config.pps * ms / 1000;

    assert_true((double)world->played >= expected - 2);
    assert_true((double)world->played <= expected + 2);
    assert_int_equal(world->skipped, 0);
    assert_int_equal(world->backwards, 0);
    assert_int_equal(world->gaps, 0);
    assert_int_equal(world->wrong, 0);
}
