/* SPDX-License-Identifier: MIT */
#include "ether_dream_fixture.h"
#include "../../support/light_codes.h"

#define NUMBERS_PER_ROW 65535

struct ed_notes *ed_notes(const struct fixture *fixture)
{
    return fixture->notes;
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
    struct fixture *fixture = user;
    struct ed_notes *notes = ed_notes(fixture);
    int64_t number = (point->y + 32767) * (int64_t)NUMBERS_PER_ROW + point->x + 32767;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    fixture_played(fixture, number, lit);
    if ((point->control & 0x8000) && notes->flagged_count < 64)
        notes->flagged[notes->flagged_count++] = (uint64_t)number;
    if (lit)
        assert_int_equal(point->b, number & 0xffff);
}

/* ---- What the device knew ------------------------------------------------------------ */

static void on_command(void *user, const struct sim_ed_command *command)
{
    struct ed_notes *notes = ed_notes(user);

    if (notes->command_count == FIXTURE_COMMANDS)
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

static void judge_level(struct fixture *fixture, const struct bj_level_report *report)
{
    const struct ed_notes *notes = ed_notes(fixture);

    assert_int_equal(report->received_ns, fixture->now_ns);
    assert_true(report->quantum_points == 1 || report->quantum_points == 256);
    if (notes->command_count > 0 && notes->command_count < FIXTURE_COMMANDS)
        assert_true(is_truth(notes, report));
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct fixture_kind kind = {
    .notes_size = sizeof(struct ed_notes),
    .numbered = numbered,
    .judge_level = judge_level,
};

void fixture_start_empty(struct fixture *fixture, const char *id, struct bj_address address)
{
    fixture_begin(fixture, &kind, &bj_ether_dream,
                  (struct bj_dac_config){
                      .size = sizeof(struct bj_dac_config), .id = id, .address = address});
    fixture->pps = 30000;
    fixture->begin_points = 300;
    fixture->target_points = 1200;
    fixture->chunk_points = 150;
}

void fixture_make_device(struct fixture *fixture, const struct sim_ed_config *device)
{
    struct sim_ed_config config = *device;

    config.played = on_played;
    config.command = on_command;
    config.user = fixture;
    fixture->device = sim_ed_create(&config, fixture->now_ns);
    assert_non_null(fixture->device);
}

void fixture_start(struct fixture *fixture, const struct sim_ed_config *device)
{
    fixture_start_empty(fixture, FIXTURE_ID, (struct bj_address){.ip = FIXTURE_IP});
    fixture_make_device(fixture, device);
    fake_net_add(fixture->net, FIXTURE_IP, fixture->device);
}

void fixture_start_as(struct fixture *fixture, const char *profile)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *sim_ed_profile(profile);
    fixture_start(fixture, &config);
}

void fixture_stop(struct fixture *fixture)
{
    fixture_let_go(fixture);
    fixture_end(fixture);
    sim_ed_destroy(fixture->device);
}

void fixture_fault(struct fixture *fixture, enum sim_ed_fault fault, int64_t value)
{
    sim_ed_fault(fixture->device, fixture->now_ns, fault, value);
}

size_t fixture_count(const struct fixture *fixture, char op)
{
    const struct ed_notes *notes = ed_notes(fixture);
    size_t count = 0;

    for (size_t k = 0; k < notes->command_count; k++)
        count += notes->ops[k] == op;
    return count;
}
