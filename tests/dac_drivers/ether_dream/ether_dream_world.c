/* SPDX-License-Identifier: MIT */
#include "ether_dream_world.h"
#include "../../support/light_codes.h"

#define NUMBERS_PER_ROW 65535

struct ed_notes *ed_notes(const struct world *world)
{
    return world->notes;
}

/* ---- Numbered points ----------------------------------------------------------------- */

static struct bj_point numbered(uint64_t number, bool lit)
{
    float light = lit ? 1 : 0;

    return (struct bj_point){
        .x = (float)((int)(number % NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .y = (float)((int)(number / NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .r = light,
        .g = light,
        .b = light * light_of(number & 0xffff),
        .i = light,
    };
}

static void on_played(void *user, const struct sim_ed_point *point)
{
    struct world *world = user;
    struct ed_notes *notes = ed_notes(world);
    int64_t number = (point->y + 32767) * (int64_t)NUMBERS_PER_ROW + point->x + 32767;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    world_played(world, number, lit);
    if ((point->control & 0x8000) && notes->flagged_count < 64)
        notes->flagged[notes->flagged_count++] = (uint64_t)number;
    if (lit)
        assert_int_equal(point->b, number & 0xffff);
}

/* ---- What the device knew ------------------------------------------------------------ */

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct ed_notes *notes = ed_notes(user);

    if (notes->command_count == WORLD_COMMANDS)
        return;
    notes->commands[notes->command_count] = *command;
    notes->ops[notes->command_count++] =
        (char)(command->opcode == 0 ? '0' : command->opcode);
}

static bool is_truth(const struct ed_notes *notes, const struct bj_level_report *report)
{
    for (size_t k = notes->command_count; k-- > 0;) {
        const struct sim_ed_command *command = &notes->commands[k];
        if (command->time_ns < report->sent_ns)
            return false;
        if (command->time_ns <= report->received_ns &&
            command->after.fullness == report->queued_points &&
            (command->after.playback == 2) == report->playing)
            return true;
    }
    return false;
}

static void judge_level(struct world *world, const struct bj_level_report *report)
{
    const struct ed_notes *notes = ed_notes(world);

    assert_int_equal(report->received_ns, world->now_ns);
    assert_true(report->quantum_points == 1 || report->quantum_points == 256);
    if (notes->command_count > 0 && notes->command_count < WORLD_COMMANDS)
        assert_true(is_truth(notes, report));
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct world_kind kind = {
    .notes_size = sizeof(struct ed_notes),
    .numbered = numbered,
    .judge_level = judge_level,
};

void world_start_empty(struct world *world, const char *id, struct bj_address address)
{
    world_begin(world, &kind, &bj_ether_dream,
                (struct bj_dac_config){
                    .size = sizeof(struct bj_dac_config), .id = id, .address = address});
    world->pps = 30000;
    world->begin_points = 300;
    world->target_points = 1200;
    world->chunk_points = 150;
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
    world_let_go(world);
    world_end(world);
    sim_ed_destroy(world->device);
}

void world_fault(struct world *world, enum sim_ed_fault fault, int64_t value)
{
    sim_ed_fault(world->device, world->now_ns, fault, value);
}

size_t world_count(const struct world *world, char op)
{
    const struct ed_notes *notes = ed_notes(world);
    size_t count = 0;

    for (size_t k = 0; k < notes->command_count; k++)
        count += notes->ops[k] == op;
    return count;
}
