/* SPDX-License-Identifier: MIT */
#include "shark_world.h"

#define STEPS 4096 /* of a converter */
#define TAIL_POINTS 8
#define COUNTED_WITHIN_S 0.03

struct shark_notes *shark_notes(const struct world *world)
{
    return world->notes;
}

static bool is_dock(const struct world *world)
{
    return world->dac->driver == &bj_laserdock;
}

/* ---- Numbered points ----------------------------------------------------------------- */

static struct bj_point numbered(uint64_t number, bool lit)
{
    float light = lit ? 1 : 0;

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
    bool dock = is_dock(world);
    int x = dock ? STEPS - 1 - sample->x : sample->x;
    int y = dock ? sample->y : STEPS - 1 - sample->y;

    return (int64_t)y * STEPS + x;
}

static bool is_tail(const struct world *world, const struct sim_shark_sample *sample)
{
    return is_dock(world) && !sample->lit && number_of(world, sample) == world->last_played;
}

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct world *world = user;

    if (!shark_notes(world)->foreign && !is_tail(world, sample))
        world_played(world, number_of(world, sample), sample->lit);
}

/* ---- What the device knew ------------------------------------------------------------ */

static void on_command(void *user, uint8_t op, const uint8_t *arguments, size_t size,
                       int64_t now_ns)
{
    struct world *world = user;
    struct shark_notes *notes = shark_notes(world);
    struct sim_shark_status status = sim_shark_status(world->device);
    uint32_t argument = 0;

    assert_true(notes->command_count < WORLD_COMMANDS);
    for (size_t k = 0; k < size && k < 4; k++)
        argument |= (uint32_t)arguments[k] << 8 * k;
    notes->commands[notes->command_count++] =
        (struct world_command){op, argument, now_ns, status.level, status.enabled};
}

/* A dark tail of the driver's own may stand behind the points. */
static bool is_level(const struct world *world, uint32_t level, uint32_t queued)
{
    bool has_tail = is_dock(world);

    return level == queued || (has_tail && (level == queued + TAIL_POINTS ||
                                            (queued == 0 && level < TAIL_POINTS)));
}

static bool is_truth(const struct world *world, const struct bj_level_report *report)
{
    const struct shark_notes *notes = shark_notes(world);

    for (size_t k = notes->command_count; k-- > 0;) {
        const struct world_command *command = &notes->commands[k];
        if (command->time_ns < report->sent_ns)
            return false;
        if (command->op == 0x8a && command->time_ns <= report->received_ns &&
            is_level(world, command->level, report->queued_points) &&
            (command->enabled || !report->playing))
            return true;
    }
    return false;
}

static void judge_level(struct world *world, const struct bj_level_report *report)
{
    assert_int_equal(report->quantum_points, 1);
    if (!shark_notes(world)->lies)
        assert_true(is_truth(world, report));
}

static void advance(struct world *world, int64_t now_ns)
{
    if (world->device)
        sim_shark_advance(world->device, now_ns);
}

/* What was played since the last count counts as lost when the connection breaks. */
static void reconcile(struct world *world)
{
    uint64_t most = (uint64_t)(COUNTED_WITHIN_S * world->pps);
    uint64_t accounted = world->played + world->lost;

    if (shark_notes(world)->lies)
        return;
    assert_in_range(accounted, world->written, world->written + most);
    world->lost -= accounted - world->written;
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct world_kind kind = {
    .on_usb = true,
    .notes_size = sizeof(struct shark_notes),
    .numbered = numbered,
    .judge_level = judge_level,
    .advance = advance,
    .disconnected = reconcile,
};

void world_start_empty(struct world *world, const struct bj_dac_driver *driver,
                       const char *id)
{
    world_begin(world, &kind, driver,
                (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = id});
    world->pps = 30000;
    world->begin_points = 240;
    world->target_points = 480;
    world->chunk_points = 150;
}

void world_make_device(struct world *world, struct sim_shark_config config, bool plugged)
{
    config.played = on_played;
    config.command = on_command;
    config.user = world;
    world->device =
        is_dock(world) ? sim_laserdock_create(&config) : sim_lasershark_create(&config);
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
    world_let_go(world);
    world_end(world);
    sim_shark_destroy(world->device);
}

void world_fault(struct world *world, enum sim_shark_fault fault, int64_t value)
{
    sim_shark_fault(world->device, world->now_ns, fault, value);
}

void world_balance_all(struct world *world)
{
    world_balance(world, 0);
    assert_int_equal(world->skipped, world->lost);
}

size_t world_count(const struct world *world, uint8_t op)
{
    const struct shark_notes *notes = shark_notes(world);
    size_t count = 0;

    for (size_t k = 0; k < notes->command_count; k++)
        count += notes->commands[k].op == op;
    return count;
}

const struct sim_shark_counters *world_counters(const struct world *world)
{
    return sim_shark_counters(world->device);
}
