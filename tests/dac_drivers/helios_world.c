/* SPDX-License-Identifier: MIT */
#include "helios_world.h"

#include <stdio.h>
#include <stdlib.h>

#define SPIN_LIMIT 200
#define FEED_NS WORLD_MS
#define MAX_CHUNK 4096

/* ---- Numbered points ----------------------------------------------------------------- */

static float coordinate(uint64_t value)
{
    return (float)((double)(value & 4095) / 2047.5 - 1);
}

static struct bj_point numbered(uint64_t number, bool lit)
{
    uint16_t light = lit ? 65535 : 0;

    return (struct bj_point){.x = coordinate(number),
                             .y = coordinate(number >> 12),
                             .r = light,
                             .g = (uint16_t)(lit ? (number & 255) * 257 : 0),
                             .b = light,
                             .i = light};
}

static void on_played(void *user, const struct sim_helios_point *point)
{
    struct world *world = user;
    int64_t number = point->y << 12 | point->x;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    if (point->x == 0x800 && point->y == 0x800 && !lit && number >= (int64_t)world->written)
        return; /* the sacrifice that ends a broken frame */
    assert_true(number > world->last_played);
    assert_true(number < (int64_t)world->written);
    assert_true(number < WORLD_NUMBERS);
    world->last_played = number;
    world->played++;
    world->played_ns[number] = point->time_ns;
    if (lit) {
        assert_int_equal(point->g, number & 255);
        assert_int_equal(point->i, 255);
        world->last_lit_ns = point->time_ns;
    }
    if (lit && point->time_ns > world->shut_ns &&
        point->time_ns - world->shut_ns > world->dark_within_ns)
        world->dark_within_ns = point->time_ns - world->shut_ns;
}

/* ---- The engine's stand-in ----------------------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    struct world *world = user;
    uint64_t held = report->queued_points + report->unreported_points;
    uint64_t taken =
        world->written - world->written_at_connect - (world->lost - world->lost_at_connect);
    uint64_t first = world->written - held; /* of the frame that began */
    int64_t width_ns = report->received_ns - report->sent_ns;
    int64_t period_ns = BJ_NS_PER_S / world->pps;

    assert_true(report->playing);
    assert_true(width_ns >= 0 && report->received_ns <= world->now_ns);
    assert_int_equal(report->played_points + held, taken);
    sim_helios_run(world->device, world->now_ns);
    if (world->played_ns[first] != 0) {
        assert_true(world->played_ns[first] >= report->sent_ns);
        assert_true(world->played_ns[first] <= report->received_ns + 2 * period_ns);
    } else {
        assert_true(world->now_ns - report->received_ns <= 2 * period_ns);
    }
    if (world->reports > 0 && world->report.playing && width_ns > world->widest_ns)
        world->widest_ns = width_ns;
    world->reports++;
    world->report = *report;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct world *world = user;

    world->emptied++;
    world->dried += dry;
    world->lost += lost_points;
    world->report.playing = false;
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct world *world = user;

    assert_int_not_equal(status, BJ_OK);
    assert_true(strlen(text) < 255);
    world->notices++;
    if (world->told_size + strlen(text) + 2 < sizeof world->told)
        world->told_size += (size_t)sprintf(world->told + world->told_size, "%s\n", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* False: no more now. */
static bool offer(struct world *world)
{
    static struct bj_point points[MAX_CHUNK];
    uint32_t count = world->dac_status.room_points, taken = 0;
    struct bj_chunk chunk = {.points = points, .pps = world->pps};
    enum bj_status status;

    if (world->most_points > 0 && count > world->most_points)
        count = world->most_points;
    assert_true(count <= MAX_CHUNK);
    if (count == 0)
        return false;
    chunk.count = count;
    for (uint32_t k = 0; k < count; k++)
        points[k] = numbered(world->written + k, world->lit);
    status = WORLD_SLOT(world, write, world->now_ns, &chunk, &taken);
    assert_int_equal(status, taken > 0 ? BJ_OK : BJ_WOULD_BLOCK);
    world->written += taken;
    world->dac_status.room_points -= taken;
    return taken > 0;
}

static void serve_once(struct world *world)
{
    bj_wait_init(&world->wait);
    world->result =
        WORLD_SLOT(world, service, world->now_ns, &world->dac_status, &world->wait);
    if (world->result != BJ_OK)
        world_disconnect(world);
}

static void serve(struct world *world)
{
    if (!world->attempting)
        return;
    serve_once(world);
    if (world->attempting && world->feeding && offer(world))
        serve_once(world); /* told something, asked again */
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_ns(struct world *world, int64_t end_ns)
{
    int64_t next = earlier(end_ns, fake_usb_next_event_ns(world->usb));

    next = earlier(next, world->wait.deadline_ns);
    if (world->feeding && world->dac_status.room_points > 0)
        next = earlier(next, world->now_ns + FEED_NS);
    if (world->attempting && fake_usb_ready(world->usb, &world->wait))
        next = world->now_ns;
    return next > world->now_ns ? next : world->now_ns;
}

static void move(struct world *world, int64_t to_ns)
{
    world->spins = to_ns == world->now_ns ? world->spins + 1 : 0;
    if (world->spins >= SPIN_LIMIT)
        fail_msg("busy loop at %lld ns, deadline %lld", (long long)world->now_ns,
                 (long long)world->wait.deadline_ns);
    world->now_ns = to_ns;
    fake_usb_advance(world->usb, to_ns);
    if (world->device != NULL)
        sim_helios_run(world->device, to_ns);
}

void world_run_ms(struct world *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);
    bool began_connected = world->attempting;

    while (world->attempting == began_connected) {
        serve(world);
        if (world->now_ns >= end_ns &&
            !(world->attempting && fake_usb_ready(world->usb, &world->wait)))
            return;
        move(world, next_ns(world, end_ns));
    }
}

void world_reach(struct world *world, enum bj_dac_state state)
{
    int64_t limit_ns = world->now_ns + 5 * BJ_NS_PER_S;

    serve(world);
    while (world->dac_status.state != state && world->attempting) {
        move(world, next_ns(world, limit_ns));
        if (world->now_ns >= limit_ns)
            fail_msg("state %d, not %d, after 5 s; heard: %s", world->dac_status.state,
                     state, world->told);
        serve(world);
    }
    if (world->dac_status.state != state)
        fail_msg("state %d, not %d: connection over, %s", world->dac_status.state, state,
                 world->told);
}

/* ---- Life ---------------------------------------------------------------------------- */

struct world *world_create(const char *id)
{
    struct world *world = calloc(1, sizeof *world);
    struct bj_dac_config config = {.id = id};

    assert_non_null(world);
    world->usb = fake_usb_create();
    assert_true(world->usb != NULL);
    world->last_played = -1;
    world->shut_ns = 0;
    world->pps = 48000;
    world->frame_points = 768;
    config.via.usb = fake_usb_base(world->usb);
    assert_int_equal(bj_dac_create(&bj_helios, &config, &events, world, &world->dac),
                     BJ_OK);
    return world;
}

void world_plug(struct world *world, const struct sim_helios_config *config)
{
    struct sim_helios_config usual = sim_helios_defaults();

    if (config != NULL)
        usual = *config;
    usual.played = on_played;
    usual.user = world;
    if (world->device == NULL)
        world->device = sim_helios_create(&usual);
    assert_non_null(world->device);
    fake_usb_plug(world->usb, WORLD_PORT, world->device);
}

struct world *world_usual(void)
{
    struct world *world = world_create(WORLD_ID);

    world_plug(world, NULL);
    return world;
}

void world_destroy(struct world *world)
{
    if (world->attempting)
        world_disconnect(world);
    bj_helios.disconnect(world->dac);
    bj_dac_destroy(world->dac);
    world_run_ms(world, 200);
    assert_int_equal(fake_usb_open_handles(world->usb), 0);
    if (world->device != NULL) {
        assert_false(sim_helios_is_lit(world->device));
        assert_int_equal(world_counts(world)->lit_behind_shutter, 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_ERASE], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_CUT_SHORT], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_LOOPED], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_EMPTY], 0);
    }
    fake_usb_destroy(world->usb);
    sim_helios_destroy(world->device);
    free(world);
}

void world_connect(struct world *world)
{
    world->written_at_connect = world->written;
    world->lost_at_connect = world->lost;
    world->attempting = true;
    world->result =
        WORLD_SLOT(world, connect, world->now_ns, world->pps, world->frame_points);
    if (world->result != BJ_OK)
        world_disconnect(world);
}

void world_disconnect(struct world *world)
{
    if (world->shut_ns == BJ_NEVER)
        world->shut_ns = world->now_ns;
    bj_helios.disconnect(world->dac);
    world->attempting = false;
    world->dac_status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    bj_wait_init(&world->wait);
}

void world_reconnect(struct world *world)
{
    for (int tries = 0; tries < 20; tries++) {
        world_connect(world);
        for (int ms = 0; ms < 5000 && world->attempting; ms += 10) {
            if (world->dac_status.state == BJ_DAC_READY ||
                world->dac_status.state == BJ_DAC_PLAYING)
                return;
            world_run_ms(world, 10);
        }
        assert_false(world->attempting);
        world_run_ms(world, 500);
    }
    fail_msg("did not come back: %s", world->told);
}

void world_shutter(struct world *world, bool open)
{
    WORLD_SLOT(world, shutter, world->now_ns, open);
    world->shut_ns = open ? BJ_NEVER : world->now_ns;
}

void world_play(struct world *world)
{
    if (!world->attempting)
        world_connect(world);
    world->feeding = true;
    world_reach(world, BJ_DAC_PLAYING);
    world_shutter(world, true);
    world->lit = true;
    world_run_ms(world, 100);
    assert_int_equal(world->dac_status.state, BJ_DAC_PLAYING);
}

void world_balance(struct world *world, uint64_t slack)
{
    uint64_t accounted;

    world->feeding = false;
    world_run_ms(world, 300 + 2000.0 * world->frame_points / world->pps);
    accounted = world->played + world->lost;
    assert_in_range(accounted, world->written - slack, world->written + slack);
}

bool world_heard(const struct world *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}

const struct sim_helios_counts *world_counts(const struct world *world)
{
    return sim_helios_counts(world->device);
}

uint64_t world_sins(const struct world *world)
{
    uint64_t sum = 0;

    for (int sin = 0; sin < SIM_HELIOS_SINS; sin++)
        sum += world_counts(world)->sins[sin];
    return sum;
}
