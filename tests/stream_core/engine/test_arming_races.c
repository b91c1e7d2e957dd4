/* SPDX-License-Identifier: MIT
 *
 * Light needs an act of the operator after the last loss: random stories of arming, losses
 * and returns, some at the very same moment, against a model that knows nothing of engines.
 */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S
#define SEEDS 1000
#define EVENTS 16
#define PPS 1000
#define FAULT_CLEARS_WITHIN_NS (2 * S)

enum event {
    ARM,
    DISARM,
    DAC_LOST,
    DAC_BACK,
    FAULT,
    FAULT_ENDS,
    JACK_LOST,
    JACK_BACK,
    HICCUP, /* the steps stand still, but not for long */
    STALL,
    SLEEP,
    KINDS
};

struct story {
    struct engine_fixture fixture;
    bj_fill_fn fill;
    bj_error_fn error;
    uint64_t random;
    bool racing; /* somebody arms whenever the engine calls out */
    bool rearm;

    /* the model */
    bool allowed;    /* an act of the operator, or a promise, that nothing has undone */
    bool connecting; /* the first connection never stood */
    int64_t fault_arm_ns;
    uint64_t seen; /* points judged */
    uint64_t lit;
};

static uint64_t upto(struct story *story, uint64_t most)
{
    story->random = story->random * 6364136223846793005u + 1442695040888963407u;
    return (story->random >> 33) % (most + 1);
}

static void meddle(struct story *story)
{
    if (story->racing && story->fixture.stream) {
        bj_stream_arm(story->fixture.stream);
    }
}

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct story *story = user;
    meddle(story);
    return story->fill(&story->fixture.producer, request, points);
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct story *story = user;
    meddle(story);
    story->error(&story->fixture, status, final, text);
}

static bool in_trouble(const struct story *story)
{
    return story->fixture.dac.service_status != BJ_OK;
}

/* ---- the model ----------------------------------------------------------------------- */

static enum bj_stream_state phase(const struct story *story)
{
    return fixture_stats(&story->fixture).state;
}

static void expect(struct story *story, int seed)
{
    const struct fake_dac *dac = &story->fixture.dac;
    uint64_t lit = 0;
    for (; story->seen < dac->taken; story->seen++) {
        lit += fixture_tag(&dac->log[story->seen]) > 0;
    }
    if (lit > 0 && !story->allowed) {
        fail_msg("seed %d: lit without an act after the last loss", seed);
    }
    assert_int_equal(dac->lit_while_shut, 0);
    story->lit += lit;
}

/* Arming by hand counts only where the DAC is there, as far as anybody can see. */
static void model_arm(struct story *story)
{
    enum bj_stream_state state = phase(story);
    bool there = state == BJ_STREAM_STREAMING || state == BJ_STREAM_FAULT;
    bool seen_by_all = (state == BJ_STREAM_FAULT) == story->fixture.dac.fault;
    if (there && seen_by_all && story->fixture.dac.service_status == BJ_OK) {
        story->allowed = true;
        story->fault_arm_ns = story->fixture.now_ns;
    }
}

static void model_loss(struct story *story, bool beats_rearm)
{
    story->allowed = story->allowed && story->rearm && !beats_rearm;
}

static void model_time(struct story *story)
{
    bool outlived = story->fixture.dac.fault && phase(story) == BJ_STREAM_FAULT &&
                    story->fixture.now_ns > story->fault_arm_ns + FAULT_CLEARS_WITHIN_NS;
    story->allowed = story->allowed && !outlived;
}

/* ---- the story ----------------------------------------------------------------------- */

static void lose_dac(struct story *story)
{
    struct fake_dac *dac = &story->fixture.dac;
    bool connected = phase(story) != BJ_STREAM_CONNECTING;
    if (dac->service_status == BJ_OK && connected) {
        model_loss(story, false);
    }
    dac->service_status = BJ_DISCONNECTED;
    dac->connect_status = BJ_REFUSED;
}

static void stand_still(struct story *story, int64_t gap_ns)
{
    struct engine_fixture *fixture = &story->fixture;
    fixture->now_ns += gap_ns;
    if (gap_ns > S) {
        model_loss(story, false);
        if (upto(story, 1)) {
            bj_stream_arm(fixture->stream); /* typed ahead */
        }
    }
    fixture_step(fixture);
}

static void happen(struct story *story, enum event event)
{
    struct engine_fixture *fixture = &story->fixture;
    switch (event) {
    case ARM:
        model_arm(story);
        bj_stream_arm(fixture->stream);
        break;
    case DISARM:
        story->allowed = false;
        bj_stream_disarm(fixture->stream);
        break;
    case DAC_LOST:
        lose_dac(story);
        break;
    case DAC_BACK:
        fixture->dac.service_status = fixture->dac.connect_status = BJ_OK;
        break;
    case FAULT:
        if (fixture->dac.service_status == BJ_OK && !fixture->dac.fault) {
            model_loss(story, true);
            fixture->dac.fault = true;
        }
        break;
    case FAULT_ENDS:
        fixture->dac.fault = false;
        break;
    case JACK_LOST: /* what the bridge does */
        story->allowed = story->allowed && story->rearm;
        fixture->producer.mode = PRODUCE_STARVED;
        if (!story->rearm) {
            bj_stream_disarm(fixture->stream);
        }
        break;
    case JACK_BACK:
        fixture->producer.mode = PRODUCE_ALL;
        break;
    case HICCUP:
        stand_still(story, (int64_t)upto(story, 950) * MS);
        break;
    case STALL:
        stand_still(story, S + 1 + (int64_t)upto(story, 20000) * MS);
        break;
    case SLEEP:
        stand_still(story, 3600 * S * (int64_t)(1 + upto(story, 10000)));
        break;
    case KINDS:
        break;
    }
}

static void begin(struct story *story, int seed)
{
    struct engine_fixture *fixture = &story->fixture;
    memset(story, 0, sizeof *story);
    story->random = (uint64_t)seed;
    (void)upto(story, 1);
    fixture_init(fixture);
    fixture->config.pps = PPS;
    fixture->config.arm = upto(story, 1);
    fixture->config.rearm = story->rearm = upto(story, 2) == 0;
    fixture->dac.caps.min_pps = PPS;
    fixture->dac.fault_clears = false;
    fixture->dac.connect_delay_ns = (int64_t)upto(story, 300) * MS;
    story->fill = fixture->config.fill;
    story->error = fixture->config.error;
    fixture->config.fill = on_fill;
    fixture->config.error = on_error;
    fixture->config.fill_user = fixture->config.error_user = story;
    story->allowed = fixture->config.arm;
    fixture_start(fixture);
    fixture_step(fixture);
}

/* The step that finds the DAC gone, with somebody who arms all the while. */
static void race(struct story *story, int seed)
{
    story->racing = upto(story, 1) && in_trouble(story);
    fixture_step(&story->fixture);
    story->racing = false;
    expect(story, seed);
}

static void tell(struct story *story, int seed)
{
    begin(story, seed);
    for (int k = 0; k < EVENTS; k++) {
        enum event event = (enum event)upto(story, KINDS - 1);
        happen(story, event);
        if (event != ARM || upto(story, 1)) { /* or the next comes in the same breath */
            race(story, seed);
            fixture_run(&story->fixture, (int64_t)upto(story, 600) * MS);
        }
        model_time(story);
        expect(story, seed);
    }
    bj_stream_stop(story->fixture.stream);
    fixture_step(&story->fixture);
    story->allowed = false;
    if (upto(story, 1)) {
        bj_stream_arm(story->fixture.stream);
    }
    fixture_run(&story->fixture, S);
    expect(story, seed);
    assert_int_equal(story->fixture.run, BJ_RUN_STOPPED);
    assert_false(story->fixture.dac.shutter_open);
    fixture_finish(&story->fixture);
}

static void light_needs_an_act_after_the_last_loss(void **state)
{
    (void)state;
    struct story *story = malloc(sizeof *story);
    int lit = 0;
    assert_non_null(story);
    for (int seed = 1; seed <= SEEDS; seed++) {
        tell(story, seed);
        lit += story->lit > 0;
    }
    assert_true(lit > SEEDS / 4); /* the stories are about light */
    free(story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_needs_an_act_after_the_last_loss),
    };
    return cmocka_run_group_tests_name("arming races", tests, NULL, NULL);
}
