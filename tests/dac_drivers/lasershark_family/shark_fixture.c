/* SPDX-License-Identifier: MIT */
#include "shark_fixture.h"

#define STEPS 4096 /* of a converter */
#define TAIL_POINTS 8
#define COUNTED_WITHIN_S 0.03

struct shark_notes *shark_notes(const struct fixture *fixture)
{
    return fixture->notes;
}

static bool is_dock(const struct fixture *fixture)
{
    return fixture->dac->driver == &bj_laserdock;
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

static int64_t number_of(const struct fixture *fixture,
                         const struct sim_shark_sample *sample)
{
    bool dock = is_dock(fixture);
    int x = dock ? STEPS - 1 - sample->x : sample->x;
    int y = dock ? sample->y : STEPS - 1 - sample->y;

    return (int64_t)y * STEPS + x;
}

static bool is_tail(const struct fixture *fixture, const struct sim_shark_sample *sample)
{
    return is_dock(fixture) && !sample->lit &&
           number_of(fixture, sample) == fixture->last_played;
}

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct fixture *fixture = user;

    if (!shark_notes(fixture)->foreign && !is_tail(fixture, sample))
        fixture_played(fixture, number_of(fixture, sample), sample->lit);
}

/* ---- What the device knew ------------------------------------------------------------ */

static void on_command(void *user, uint8_t op, const uint8_t *arguments, size_t size,
                       int64_t now_ns)
{
    struct fixture *fixture = user;
    struct shark_notes *notes = shark_notes(fixture);
    struct sim_shark_status status = sim_shark_status(fixture->device);
    uint32_t argument = 0;

    assert_true(notes->command_count < FIXTURE_COMMANDS);
    for (size_t k = 0; k < size && k < 4; k++)
        argument |= (uint32_t)arguments[k] << 8 * k;
    notes->commands[notes->command_count++] =
        (struct fixture_command){op, argument, now_ns, status.level, status.enabled};
}

/* A dark tail of the driver's own may stand behind the points. */
static bool is_level(const struct fixture *fixture, uint32_t level, uint32_t queued)
{
    bool has_tail = is_dock(fixture);

    return level == queued || (has_tail && (level == queued + TAIL_POINTS ||
                                            (queued == 0 && level < TAIL_POINTS)));
}

static bool is_truth(const struct fixture *fixture, const struct bj_level_report *report)
{
    const struct shark_notes *notes = shark_notes(fixture);

    for (size_t k = notes->command_count; k-- > 0;) {
        const struct fixture_command *command = &notes->commands[k];
        if (command->time_ns < report->sent_ns)
            return false;
        if (command->op == 0x8a && command->time_ns <= report->received_ns &&
            is_level(fixture, command->level, report->queued_points) &&
            (command->enabled || !report->playing))
            return true;
    }
    return false;
}

static void judge_level(struct fixture *fixture, const struct bj_level_report *report)
{
    assert_int_equal(report->quantum_points, 1);
    if (!shark_notes(fixture)->lies)
        assert_true(is_truth(fixture, report));
}

static void advance(struct fixture *fixture, int64_t now_ns)
{
    if (fixture->device)
        sim_shark_advance(fixture->device, now_ns);
}

/* What was played since the last count counts as lost when the connection breaks. */
static void reconcile(struct fixture *fixture)
{
    uint64_t most = (uint64_t)(COUNTED_WITHIN_S * fixture->pps);
    uint64_t accounted = fixture->played + fixture->lost;

    if (shark_notes(fixture)->lies)
        return;
    assert_in_range(accounted, fixture->written, fixture->written + most);
    fixture->lost -= accounted - fixture->written;
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct fixture_kind kind = {
    .on_usb = true,
    .notes_size = sizeof(struct shark_notes),
    .numbered = numbered,
    .judge_level = judge_level,
    .advance = advance,
    .disconnected = reconcile,
};

void fixture_start_empty(struct fixture *fixture, const struct bj_dac_driver *driver,
                         const char *id)
{
    fixture_begin(fixture, &kind, driver,
                  (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = id});
    fixture->pps = 30000;
    fixture->begin_points = 240;
    fixture->target_points = 480;
    fixture->chunk_points = 150;
}

void fixture_make_device(struct fixture *fixture, struct sim_shark_config config,
                         bool plugged)
{
    config.played = on_played;
    config.command = on_command;
    config.user = fixture;
    fixture->device =
        is_dock(fixture) ? sim_laserdock_create(&config) : sim_lasershark_create(&config);
    assert_non_null(fixture->device);
    if (plugged)
        fake_usb_plug(fixture->usb, FIXTURE_PORT, fixture->device);
}

void fixture_start_dock(struct fixture *fixture, struct sim_shark_config config)
{
    fixture_start_empty(fixture, &bj_laserdock, FIXTURE_DOCK_ID);
    fixture_make_device(fixture, config, true);
}

void fixture_start_shark(struct fixture *fixture, struct sim_shark_config config)
{
    fixture_start_empty(fixture, &bj_lasershark, FIXTURE_SHARK_ID);
    fixture_make_device(fixture, config, true);
}

void fixture_start_device(struct fixture *fixture, size_t which)
{
    if (which == 0)
        fixture_start_dock(fixture, sim_laserdock_defaults());
    else
        fixture_start_shark(fixture, sim_lasershark_defaults());
}

void fixture_stop(struct fixture *fixture)
{
    fixture_let_go(fixture);
    fixture_end(fixture);
    sim_shark_destroy(fixture->device);
}

void fixture_fault(struct fixture *fixture, enum sim_shark_fault fault, int64_t value)
{
    sim_shark_fault(fixture->device, fixture->now_ns, fault, value);
}

void fixture_balance_all(struct fixture *fixture)
{
    fixture_balance(fixture, 0);
    assert_int_equal(fixture->skipped, fixture->lost);
}

size_t fixture_count(const struct fixture *fixture, uint8_t op)
{
    const struct shark_notes *notes = shark_notes(fixture);
    size_t count = 0;

    for (size_t k = 0; k < notes->command_count; k++)
        count += notes->commands[k].op == op;
    return count;
}

const struct sim_shark_counters *fixture_counters(const struct fixture *fixture)
{
    return sim_shark_counters(fixture->device);
}
