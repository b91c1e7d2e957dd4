/* SPDX-License-Identifier: MIT */
#include "shark_world.h"

#include <stdio.h>

#define FEED_NS WORLD_MS
#define SPIN_LIMIT 100
#define HARDLY_NS 1000
#define MAX_CHUNK 384
#define STEPS 4096 /* of a converter */
#define TAIL_POINTS 8
#define COUNTED_WITHIN_S 0.03

/* ---- Numbered points ----------------------------------------------------------------- */

static struct bj_point numbered(uint64_t number, bool lit)
{
    uint16_t light = lit ? 65535 : 0;

    return (struct bj_point){
        .x = (float)((double)(number % STEPS) / (STEPS - 1) * 2 - 1),
        .y = (float)((double)(number / STEPS % STEPS) / (STEPS - 1) * 2 - 1),
        .r = light,
        .g = light,
        .b = light,
        .i = light,
    };
}

static int64_t number_of(const struct world *world, const struct sim_shark_sample *sample)
{
    bool is_dock = world->driver == &bj_laserdock;
    int x = is_dock ? STEPS - 1 - sample->x : sample->x;
    int y = is_dock ? sample->y : STEPS - 1 - sample->y;

    return (int64_t)y * STEPS + x;
}

static bool is_tail(const struct world *world, const struct sim_shark_sample *sample)
{
    return world->driver == &bj_laserdock && !sample->lit &&
           number_of(world, sample) == world->last_played;
}

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct world *world = user;
    int64_t number = number_of(world, sample);

    if (world->foreign)
        return;
    world->lit_in_the_dark += sample->lit && !world->shutter_open;
    if (is_tail(world, sample))
        return;
    assert_true(number > world->last_played);
    assert_true(number < (int64_t)world->written);
    world->skipped += (uint64_t)(number - world->last_played - 1);
    world->last_played = number;
    world->played++;
}

static void on_command(void *user, uint8_t op, const uint8_t *arguments, size_t size,
                       int64_t now_ns)
{
    struct world *world = user;
    struct sim_shark_status status = sim_shark_status(world->device);
    uint32_t argument = 0;

    assert_true(world->command_count < WORLD_COMMANDS);
    for (size_t k = 0; k < size && k < 4; k++)
        argument |= (uint32_t)arguments[k] << 8 * k;
    world->commands[world->command_count++] =
        (struct world_command){op, argument, now_ns, status.level, status.enabled};
}

/* ---- The engine's stand-in ----------------------------------------------------------- */

/* A dark tail of the driver's own may stand behind the points. */
static bool is_level(const struct world *world, uint32_t level, uint32_t queued)
{
    bool has_tail = world->driver == &bj_laserdock;

    return level == queued || (has_tail && (level == queued + TAIL_POINTS ||
                                            (queued == 0 && level < TAIL_POINTS)));
}

static bool is_truth(const struct world *world, const struct bj_level_report *report)
{
    for (size_t k = world->command_count; k-- > 0;) {
        const struct world_command *command = &world->commands[k];
        if (command->time_ns < report->sent_ns)
            return false;
        if (command->op == 0x8a && command->time_ns <= report->received_ns &&
            is_level(world, command->level, report->queued_points) &&
            (command->enabled || !report->playing))
            return true;
    }
    return false;
}

static void on_level(void *user, const struct bj_level_report *report)
{
    struct world *world = user;
    uint64_t accounted =
        report->played_points + report->queued_points + report->unreported_points;

    world->reports++;
    world->report = *report;
    assert_true(report->sent_ns <= report->received_ns);
    assert_true(report->received_ns <= world->now_ns);
    assert_int_equal(report->quantum_points, 1);
    assert_int_equal(accounted, world->written - world->written_at_connect -
                                    (world->lost - world->lost_at_connect));
    if (!world->lies)
        assert_true(is_truth(world, report));
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

static uint32_t wanted_points(const struct world *world)
{
    int64_t held = (int64_t)(world->written - world->written_when_empty) -
                   (int64_t)(world->played - world->played_when_empty);
    int64_t wanted = (int64_t)world->target_points - held;

    if (wanted <= 0)
        return 0;
    return wanted < world->chunk_points ? (uint32_t)wanted : world->chunk_points;
}

/* False: no more now. The room last reported must hold for the first chunk. */
static bool offer(struct world *world, bool first)
{
    struct bj_point points[MAX_CHUNK];
    uint32_t count = wanted_points(world), taken = 0, promised = 0;
    struct bj_chunk chunk = {.points = points, .count = count, .pps = world->pps};
    enum bj_status status;

    if (count == 0)
        return false;
    for (uint32_t k = 0; k < count; k++)
        points[k] = numbered(world->written + k, world->lit);
    if (first)
        promised = world->dac_status.room_points;
    world->written += count; /* the device may play within the call */
    status = WORLD_SLOT(world, write, world->now_ns, &chunk, &taken);
    world->written -= count - taken;
    assert_int_equal(status, taken > 0 ? BJ_OK : BJ_WOULD_BLOCK);
    if (first)
        assert_true(taken >= (count < promised ? count : promised));
    return status == BJ_OK;
}

static void serve(struct world *world)
{
    struct bj_dac_status status;

    bj_wait_init(&world->wait);
    if (!world->attempting)
        return;
    world->result =
        WORLD_SLOT(world, service, world->now_ns, &world->dac_status, &world->wait);
    if (world->result != BJ_OK) {
        world_disconnect(world);
        return;
    }
    bool any = false;
    while (world->feeding && offer(world, !any))
        any = true;
    if (!any)
        return;
    bj_wait_init(&world->wait); /* as the engine: what was told may want to move on */
    world->result = WORLD_SLOT(world, service, world->now_ns, &status, &world->wait);
    world->dac_status = status;
    if (world->result != BJ_OK)
        world_disconnect(world);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Only what the driver asked for wakes it: its deadline, its handles, and the feed. */
static int64_t next_ns(struct world *world, int64_t end_ns)
{
    int64_t next = earlier(end_ns, fake_usb_next_event_ns(world->usb));

    next = earlier(next, world->wait.deadline_ns);
    if (world->feeding)
        next = earlier(next, world->now_ns + FEED_NS);
    if (world->attempting && fake_usb_ready(world->usb, &world->wait))
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
    if (world->device)
        sim_shark_advance(world->device, to_ns);
    fake_usb_advance(world->usb, to_ns);
}

static bool is_woken(struct world *world, int64_t fed_ns)
{
    return world->now_ns >= world->wait.deadline_ns ||
           fake_usb_ready(world->usb, &world->wait) ||
           (world->feeding && world->now_ns >= fed_ns + FEED_NS);
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
        if (world->now_ns >= end_ns &&
            !(world->attempting && fake_usb_ready(world->usb, &world->wait)))
            return;
        sleep_until(world, end_ns);
    }
}

void world_reach(struct world *world, enum bj_dac_state state)
{
    int64_t limit_ns = world->now_ns + 4 * BJ_NS_PER_S;

    serve(world);
    while (world->dac_status.state != state && world->attempting) {
        sleep_until(world, limit_ns);
        if (world->now_ns >= limit_ns)
            fail_msg("state %d, not %d, after 4 s; told: %s", world->dac_status.state,
                     state, world->told);
        serve(world);
    }
}

/* ---- Life ---------------------------------------------------------------------------- */

void world_start_empty(struct world *world, const struct bj_dac_driver *driver,
                       const char *id)
{
    struct bj_dac_config config = {.id = id};

    memset(world, 0, sizeof *world);
    world->driver = driver;
    world->usb = fake_usb_create();
    assert_true(world->usb != NULL);
    world->last_played = -1;
    world->pps = 30000;
    world->begin_points = 240;
    world->target_points = 480;
    world->chunk_points = 150;
    config.via.usb = fake_usb_base(world->usb);
    assert_int_equal(bj_dac_create(driver, &config, &events, world, &world->dac), BJ_OK);
}

void world_make_device(struct world *world, struct sim_shark_config config, bool plugged)
{
    config.played = on_played;
    config.command = on_command;
    config.user = world;
    world->device = world->driver == &bj_laserdock ? sim_laserdock_create(&config)
                                                   : sim_lasershark_create(&config);
    assert_non_null(world->device);
    if (plugged)
        fake_usb_plug(world->usb, WORLD_PORT, world->device);
}

void world_start_dock(struct world *world, struct sim_shark_config config)
{
    world_start_empty(world, &bj_laserdock, WORLD_DOCK_ID);
    world_make_device(world, config, true);
}

void world_start_shark(struct world *world, struct sim_shark_config config)
{
    world_start_empty(world, &bj_lasershark, WORLD_SHARK_ID);
    world_make_device(world, config, true);
}

void world_start_device(struct world *world, size_t which)
{
    if (which == 0)
        world_start_dock(world, sim_laserdock_defaults());
    else
        world_start_shark(world, sim_lasershark_defaults());
}

void world_stop(struct world *world)
{
    if (world->attempting)
        world_disconnect(world);
    bj_dac_destroy(world->dac);
    assert_int_equal(fake_usb_open_handles(world->usb), 0);
    assert_int_equal(world->lit_in_the_dark, 0);
    fake_usb_destroy(world->usb);
    sim_shark_destroy(world->device);
}

void world_connect(struct world *world)
{
    world->written_at_connect = world->written;
    world->lost_at_connect = world->lost;
    start_level_over(world);
    world->shutter_open = world->lit = false;
    world->attempting = true;
    world->result =
        WORLD_SLOT(world, connect, world->now_ns, world->pps, world->begin_points);
    if (world->result != BJ_OK)
        world_disconnect(world);
}

/* What was played since the last count counts as lost when the connection breaks. */
static void reconcile(struct world *world)
{
    uint64_t most = (uint64_t)(COUNTED_WITHIN_S * world->pps);
    uint64_t accounted = world->played + world->lost;

    if (world->lies)
        return;
    assert_in_range(accounted, world->written, world->written + most);
    world->lost -= accounted - world->written;
}

void world_disconnect(struct world *world)
{
    world->driver->disconnect(world->dac);
    reconcile(world);
    world->attempting = false;
    world->dac_status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    bj_wait_init(&world->wait);
}

void world_shutter(struct world *world, bool open)
{
    WORLD_SLOT(world, shutter, world->now_ns, open);
    world->shutter_open = open;
}

void world_play(struct world *world)
{
    if (!world->attempting)
        world_connect(world);
    world->feeding = true;
    world_reach(world, BJ_DAC_PLAYING);
    assert_int_equal(world->dac_status.state, BJ_DAC_PLAYING);
    world_shutter(world, true);
    world->lit = true;
    world_run_ms(world, 100);
    assert_int_equal(world->dac_status.state, BJ_DAC_PLAYING);
}

void world_fault(struct world *world, enum sim_shark_fault fault, int64_t value)
{
    sim_shark_fault(world->device, world->now_ns, fault, value);
}

void world_balance(struct world *world)
{
    world->feeding = false;
    world_run_ms(world, 200 + 1000.0 * world->target_points / world->pps);
    assert_int_equal(world->written, world->played + world->lost);
    assert_int_equal(world->skipped, world->lost);
    assert_int_equal(world->lit_in_the_dark, 0);
}

size_t world_count(const struct world *world, uint8_t op)
{
    size_t count = 0;

    for (size_t k = 0; k < world->command_count; k++)
        count += world->commands[k].op == op;
    return count;
}

bool world_heard(const struct world *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}

const struct sim_shark_counters *world_counters(const struct world *world)
{
    return sim_shark_counters(world->device);
}
