/* SPDX-License-Identifier: MIT */
#include "ether_dream_world.h"

#include <stdio.h>

#define FEED_NS WORLD_MS
#define SPIN_LIMIT 100
#define NUMBERS_PER_ROW 65535
#define MAX_CHUNK 400

/* ---- Numbered points ----------------------------------------------------------------- */

static struct bj_point numbered(uint64_t number, bool lit)
{
    uint16_t light = lit ? 65535 : 0;

    return (struct bj_point){
        .x = (float)((int)(number % NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .y = (float)((int)(number / NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .r = light,
        .g = light,
        .b = (uint16_t)(light & number),
        .i = light,
    };
}

static void on_played(void *user, const struct sim_ed_point *point)
{
    struct world *world = user;
    int64_t number = (point->y + 32767) * (int64_t)NUMBERS_PER_ROW + point->x + 32767;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    assert_true(number > world->last_played);
    assert_true(number < (int64_t)world->written);
    world->skipped += (uint64_t)(number - world->last_played - 1);
    world->last_played = number;
    world->played++;
    world->lit_in_the_dark += lit && !world->shutter_open;
    if ((point->control & 0x8000) && world->flagged_count < 64)
        world->flagged[world->flagged_count++] = (uint64_t)number;
    if (lit)
        assert_int_equal(point->b, number & 0xffff);
}

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct world *world = user;

    if (world->command_count == WORLD_COMMANDS)
        return;
    world->commands[world->command_count] = *command;
    world->ops[world->command_count++] =
        (char)(command->opcode == 0 ? '0' : command->opcode);
}

/* ---- The engine's stand-in ----------------------------------------------------------- */

static bool is_truth(const struct world *world, const struct bj_level_report *report)
{
    for (size_t k = world->command_count; k-- > 0;) {
        const struct sim_ed_command *command = &world->commands[k];
        if (command->time_ns < report->sent_ns)
            return false;
        if (command->time_ns <= report->received_ns &&
            command->after.fullness == report->queued_points &&
            (command->after.playback == 2) == report->playing)
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
    assert_int_equal(report->received_ns, world->now_ns);
    assert_true(report->quantum_points == 1 || report->quantum_points == 256);
    assert_int_equal(accounted, world->written - world->written_at_connect -
                                    (world->lost - world->lost_at_connect));
    if (world->command_count > 0 && world->command_count < WORLD_COMMANDS)
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
        assert_int_equal(taken, count < promised ? count : promised);
    return status == BJ_OK;
}

static void serve(struct world *world)
{
    bj_wait_init(&world->wait);
    if (!world->attempting)
        return;
    world->result =
        WORLD_SLOT(world, service, world->now_ns, &world->dac_status, &world->wait);
    if (world->result != BJ_OK) {
        world_disconnect(world);
        return;
    }
    for (bool first = true; world->feeding && offer(world, first);)
        first = false;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Only what the driver asked for wakes it: its deadline, its handles, and the feed. */
static int64_t next_ns(struct world *world, int64_t end_ns)
{
    int64_t next = earlier(end_ns, fake_net_next_event_ns(world->net));

    next = earlier(next, world->wait.deadline_ns);
    if (world->feeding)
        next = earlier(next, world->now_ns + FEED_NS);
    if (world->attempting && fake_net_ready(world->net, &world->wait))
        next = world->now_ns;
    return next > world->now_ns ? next : world->now_ns;
}

static void move(struct world *world, int64_t to_ns)
{
    world->spins = to_ns == world->now_ns ? world->spins + 1 : 0;
    if (world->spins >= SPIN_LIMIT)
        fail_msg("busy loop at %lld ns, deadline %lld, device did: %s",
                 (long long)world->now_ns, (long long)world->wait.deadline_ns, world->ops);
    world->now_ns = to_ns;
    fake_net_advance(world->net, to_ns);
}

void world_run_ms(struct world *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);
    bool began_connected = world->attempting;

    while (world->attempting == began_connected) {
        serve(world);
        if (world->now_ns >= end_ns && !fake_net_ready(world->net, &world->wait))
            return;
        move(world, next_ns(world, end_ns));
    }
}

void world_reach(struct world *world, enum bj_dac_state state)
{
    int64_t limit_ns = world->now_ns + BJ_NS_PER_S;

    serve(world);
    while (world->dac_status.state != state && world->attempting) {
        move(world, next_ns(world, limit_ns));
        if (world->now_ns >= limit_ns)
            fail_msg("state %d, not %d, after 1 s; device did: %s", world->dac_status.state,
                     state, world->ops);
        serve(world);
    }
    assert_int_equal(world->dac_status.state, state);
}

/* ---- Life ---------------------------------------------------------------------------- */

void world_start_empty(struct world *world, const char *id, struct bj_address address)
{
    struct bj_dac_config config = {.id = id, .address = address};

    memset(world, 0, sizeof *world);
    world->net = fake_net_create();
    assert_true(world->net != NULL);
    world->last_played = -1;
    world->pps = 30000;
    world->begin_points = 300;
    world->target_points = 1200;
    world->chunk_points = 150;
    config.via.net = fake_net_base(world->net);
    assert_int_equal(bj_dac_create(&bj_ether_dream, &config, &events, world, &world->dac),
                     BJ_OK);
}

void world_make_device(struct world *world, const struct sim_ed_config *device)
{
    struct sim_ed_config config = *device;

    config.played = on_played;
    config.command = on_command;
    config.user = world;
    world->device = sim_ed_create(&config, world->now_ns);
    assert_non_null(world->device);
}

void world_start(struct world *world, const struct sim_ed_config *device)
{
    world_start_empty(world, WORLD_ID, (struct bj_address){.ip = WORLD_IP});
    world_make_device(world, device);
    fake_net_add(world->net, WORLD_IP, world->device);
}

void world_start_as(struct world *world, const char *profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *sim_ed_profile(profile);
    world_start(world, &config);
}

void world_stop(struct world *world)
{
    if (world->attempting)
        world_disconnect(world);
    bj_dac_destroy(world->dac);
    assert_int_equal(fake_net_open_sockets(world->net), 0);
    assert_int_equal(world->lit_in_the_dark, 0);
    fake_net_destroy(world->net);
    sim_ed_destroy(world->device);
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
    bj_ether_dream.disconnect(world->dac);
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
    world_shutter(world, true);
    world->lit = true;
    world_run_ms(world, 100);
    assert_int_equal(world->dac_status.state, BJ_DAC_PLAYING);
}

void world_fault(struct world *world, enum sim_ed_fault fault, int64_t value)
{
    sim_ed_fault(world->device, world->now_ns, fault, value);
}

void world_balance(struct world *world)
{
    world->feeding = false;
    world_run_ms(world, 300 + 1000.0 * world->target_points / world->pps);
    assert_int_equal(world->written, world->played + world->lost);
    assert_int_equal(world->lit_in_the_dark, 0);
}

size_t world_count(const struct world *world, char op)
{
    size_t count = 0;

    for (size_t k = 0; k < world->command_count; k++)
        count += world->ops[k] == op;
    return count;
}

bool world_heard(const struct world *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}
