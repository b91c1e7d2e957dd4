/* SPDX-License-Identifier: MIT */
#include "driver_world.h"

#include <stdio.h>
#include <stdlib.h>

#define FEED_NS WORLD_MS
#define SPIN_LIMIT 100
#define HARDLY_NS 1000
#define MAX_CHUNK 4096
#define REACH_NS (5 * BJ_NS_PER_S)

/* ---- What the device plays ----------------------------------------------------------- */

void world_played(struct world *world, int64_t number, bool lit)
{
    assert_true(number > world->last_played);
    assert_true(number < (int64_t)world->written);
    world->skipped += (uint64_t)(number - world->last_played - 1);
    world->last_played = number;
    world->played++;
    world->lit_in_the_dark += lit && !world->shutter_open;
}

/* ---- The engine's stand-in: what it hears -------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    struct world *world = user;
    uint64_t accounted =
        report->played_points + report->queued_points + report->unreported_points;

    assert_true(report->sent_ns <= report->received_ns);
    assert_true(report->received_ns <= world->now_ns);
    assert_int_equal(accounted, world->written - world->written_at_connect -
                                    (world->lost - world->lost_at_connect));
    world->kind->judge_level(world, report);
    world->reports++;
    world->report = *report;
}

static void start_level_over(struct world *world)
{
    world->written_when_empty = world->written;
    world->played_when_empty = world->played;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct world *world = user;

    world->emptied++;
    world->dried += dry;
    world->last_lost = lost_points;
    world->lost += lost_points;
    start_level_over(world);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct world *world = user;

    assert_int_not_equal(status, BJ_OK);
    world->notices++;
    if (world->told_size + strlen(text) + 2 < sizeof world->told)
        world->told_size += (size_t)sprintf(world->told + world->told_size, "%s\n", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- The engine's stand-in: what it does --------------------------------------------- */

static uint32_t wanted_points(const struct world *world)
{
    int64_t held = (int64_t)(world->written - world->written_when_empty) -
                   (int64_t)(world->played - world->played_when_empty);
    int64_t wanted = (int64_t)world->target_points - held;

    if (world->target_points == 0)
        wanted = world->dac_status.room_points;
    if (wanted <= 0)
        return 0;
    return wanted < world->chunk_points ? (uint32_t)wanted : world->chunk_points;
}

/* False: no more now. The room last reported must hold for the first chunk, unless that is
 * of another rate. */
static bool offer(struct world *world, bool first)
{
    static struct bj_point points[MAX_CHUNK];
    uint32_t count = wanted_points(world), taken = 0;
    bool same = world->pps == world->offered_pps;
    uint32_t promised = first && same ? world->dac_status.room_points : 0;
    struct bj_chunk chunk = {.points = points, .count = count, .pps = world->pps};
    enum bj_status status;

    assert_true(count <= MAX_CHUNK);
    if (count == 0)
        return false;
    for (uint32_t k = 0; k < count; k++)
        points[k] = world->kind->numbered(world->written + k, world->lit);
    world->offered_pps = world->pps;
    world->written += count; /* the device may play within the call */
    status = WORLD_SLOT(world, write, world->now_ns, &chunk, &taken);
    world->written -= count - taken;
    assert_int_equal(status, taken > 0 ? BJ_OK : BJ_WOULD_BLOCK);
    assert_true(taken >= (count < promised ? count : promised));
    return status == BJ_OK && world->target_points > 0;
}

static void serve_once(struct world *world)
{
    bj_wait_init(&world->wait);
    world->result =
        WORLD_SLOT(world, service, world->now_ns, &world->dac_status, &world->wait);
    if (world->result != BJ_OK)
        world_disconnect(world);
}

/* As the engine: a driver that was told something may want to move on. */
static void serve(struct world *world)
{
    uint64_t written = world->written;

    bj_wait_init(&world->wait);
    if (!world->attempting)
        return;
    serve_once(world);
    for (bool first = true; world->attempting && world->feeding && offer(world, first);)
        first = false;
    if (world->attempting && world->written != written)
        serve_once(world);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_ready(struct world *world)
{
    if (!world->attempting)
        return false;
    return world->net ? fake_net_ready(world->net, &world->wait)
                      : fake_usb_ready(world->usb, &world->wait);
}

static bool is_hungry(const struct world *world)
{
    return world->feeding &&
           (world->target_points > 0 || world->dac_status.room_points > 0);
}

/* Only what the driver asked for wakes it: its deadline, its handles, and the feed. */
static int64_t next_ns(struct world *world, int64_t end_ns)
{
    int64_t next = earlier(end_ns, world->net ? fake_net_next_event_ns(world->net)
                                              : fake_usb_next_event_ns(world->usb));

    next = earlier(next, world->wait.deadline_ns);
    if (is_hungry(world))
        next = earlier(next, world->now_ns + FEED_NS);
    if (is_ready(world))
        next = world->now_ns;
    return next > world->now_ns ? next : world->now_ns;
}

static void move(struct world *world, int64_t to_ns)
{
    world->spins = to_ns < world->now_ns + HARDLY_NS ? world->spins + 1 : 0;
    if (world->spins >= SPIN_LIMIT)
        fail_msg("busy loop at %lld ns, deadline %lld, told: %s", (long long)world->now_ns,
                 (long long)world->wait.deadline_ns, world->told);
    world->now_ns = to_ns;
    if (world->kind->advance)
        world->kind->advance(world, to_ns);
    if (world->net)
        fake_net_advance(world->net, to_ns);
    else
        fake_usb_advance(world->usb, to_ns);
}

static bool is_woken(struct world *world, int64_t fed_ns)
{
    return world->now_ns >= world->wait.deadline_ns || is_ready(world) ||
           (is_hungry(world) && world->now_ns >= fed_ns + FEED_NS);
}

/* The device moves on by itself; the driver is not called until it is woken. */
static void sleep_until(struct world *world, int64_t end_ns)
{
    int64_t fed_ns = world->now_ns;

    do
        move(world, next_ns(world, end_ns));
    while (world->attempting && world->now_ns < end_ns && !is_woken(world, fed_ns));
    if (world->grain_ns > 0)
        move(world, earlier(world->now_ns + world->grain_ns, end_ns));
}

void world_run_ms(struct world *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);
    bool began_connected = world->attempting;

    while (world->attempting == began_connected) {
        serve(world);
        if (world->now_ns >= end_ns && !is_ready(world))
            return;
        sleep_until(world, end_ns);
    }
}

void world_reach(struct world *world, enum bj_dac_state state)
{
    int64_t limit_ns = world->now_ns + REACH_NS;

    serve(world);
    while (world->dac_status.state != state && world->attempting &&
           world->now_ns < limit_ns) {
        sleep_until(world, limit_ns);
        serve(world);
    }
    if (world->dac_status.state != state)
        fail_msg("state %d, not %d, %s; told: %s", world->dac_status.state, state,
                 world->attempting ? "after 5 s" : "the connection is over", world->told);
}

/* ---- Life ---------------------------------------------------------------------------- */

void world_begin(struct world *world, const struct world_kind *kind,
                 const struct bj_dac_driver *driver, struct bj_dac_config config)
{
    memset(world, 0, sizeof *world);
    world->kind = kind;
    world->last_played = -1;
    world->notes = calloc(1, kind->notes_size);
    if (kind->on_usb)
        world->usb = fake_usb_create();
    else
        world->net = fake_net_create();
    assert_true(world->notes && (world->usb || world->net));
    move(world, epoch_ns());
    if (kind->on_usb)
        config.via.usb = fake_usb_base(world->usb);
    else
        config.via.net = fake_net_base(world->net);
    assert_int_equal(bj_dac_create(driver, &config, &events, world, &world->dac), BJ_OK);
}

void world_let_go(struct world *world)
{
    if (world->attempting)
        world_disconnect(world);
    bj_dac_destroy(world->dac);
    world->dac = NULL;
}

void world_end(struct world *world)
{
    assert_int_equal(world->net ? fake_net_open_sockets(world->net)
                                : fake_usb_open_handles(world->usb),
                     0);
    assert_int_equal(world->lit_in_the_dark, 0);
    if (world->net)
        fake_net_destroy(world->net);
    else
        fake_usb_destroy(world->usb);
    free(world->notes);
}

void world_connect(struct world *world)
{
    world->written_at_connect = world->written;
    world->lost_at_connect = world->lost;
    start_level_over(world);
    world->shutter_open = false;
    world->attempting = true;
    world->result =
        WORLD_SLOT(world, connect, world->now_ns, world->pps, world->begin_points);
    if (world->result != BJ_OK)
        world_disconnect(world);
}

void world_disconnect(struct world *world)
{
    if (world->shut_ns == BJ_NEVER)
        world->shut_ns = world->now_ns;
    world->dac->driver->disconnect(world->dac);
    if (world->kind->disconnected)
        world->kind->disconnected(world);
    world->attempting = false;
    world->dac_status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    bj_wait_init(&world->wait);
}

void world_shutter(struct world *world, bool open)
{
    WORLD_SLOT(world, shutter, world->now_ns, open);
    world->shutter_open = open;
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
    uint32_t most =
        world->target_points > 0 ? world->target_points : 2 * world->begin_points;

    world->feeding = false;
    world_run_ms(world, 300 + 1000.0 * most / world->pps);
    assert_in_range(world->played + world->lost + slack, world->written,
                    world->written + 2 * slack);
    assert_int_equal(world->lit_in_the_dark, 0);
}

bool world_heard(const struct world *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}
