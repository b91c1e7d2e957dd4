/* SPDX-License-Identifier: MIT
 *
 * What a driver and the plan tell each other within one step: at its end nothing is left
 * that could be done at once, and each wait holds for how things are by then.
 */
#include <beamjack/driver.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PPS 30000
#define TARGET 1500 /* 50 ms */
#define LATER_NS (3 * BJ_NS_PER_MS)
#define ROOM 100 /* of one window */

/* A DAC whose driver learns most from the service that follows a write. */
struct late_dac {
    struct bj_dac base;
    uint32_t queued, room, taken;
    bool open_windows; /* what was written is acknowledged within the step */
    bool drops;        /* what was written first is thrown away within the step */
    bool refuses;      /* there is room, but the socket takes nothing until ... */
    int64_t refused_until_ns;
    bool connects, faulted, playing;
    uint32_t services, writes;
};

static struct late_dac setting, *seen;

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct late_dac *dac = instance;
    struct bj_dac base = dac->base;
    (void)config;
    *dac = setting;
    dac->base = base;
    dac->base.caps = (struct bj_dac_caps){.min_pps = 1000,
                                          .max_pps = 100000,
                                          .capacity_points = 4000,
                                          .min_points_per_chunk = 1,
                                          .max_points_per_chunk = 1000,
                                          .target_buffer_ns = 50 * BJ_NS_PER_MS,
                                          .min_buffer_ns = 10 * BJ_NS_PER_MS};
    seen = dac;
    return BJ_OK;
}

static enum bj_status connect_late(void *instance, int64_t now_ns, uint32_t pps,
                                   uint32_t begin_points)
{
    (void)instance, (void)now_ns, (void)pps, (void)begin_points;
    return BJ_OK;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct late_dac *dac = instance;
    dac->services++;
    if (dac->open_windows && dac->room == 0) {
        dac->room = ROOM;
    }
    if (dac->drops && dac->queued > 0) {
        dac->drops = false;
        dac->queued = 0;
        dac->room = 4000;
        dac->base.events->emptied(dac->base.engine, dac->queued, false);
    }
    if (now_ns < dac->refused_until_ns) {
        bj_wait_until(wait, dac->refused_until_ns);
    }
    status->state = !dac->connects ? BJ_DAC_CONNECTING
                    : dac->faulted ? BJ_DAC_FAULT
                    : dac->playing ? BJ_DAC_PLAYING
                                   : BJ_DAC_READY;
    status->room_points =
        dac->connects && !dac->faulted && now_ns >= dac->refused_until_ns ? dac->room : 0;
    return BJ_OK;
}

static enum bj_status write_late(void *instance, int64_t now_ns,
                                 const struct bj_chunk *chunk, uint32_t *taken)
{
    struct late_dac *dac = instance;
    dac->writes++;
    if (dac->refuses) {
        dac->refused_until_ns = now_ns + LATER_NS;
    }
    if (now_ns < dac->refused_until_ns || dac->room == 0) {
        return BJ_WOULD_BLOCK;
    }
    *taken = chunk->count < dac->room ? chunk->count : dac->room;
    dac->room -= *taken;
    dac->queued += *taken;
    dac->taken += *taken;
    return BJ_OK;
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    (void)instance, (void)now_ns, (void)open;
}

static void stop(void *instance, int64_t now_ns)
{
    (void)instance, (void)now_ns;
}

static void disconnect(void *instance)
{
    (void)instance;
}

static const struct bj_dac_driver driver = {.name = "late",
                                            .title = "Late DAC",
                                            .instance_size = sizeof(struct late_dac),
                                            .init = init,
                                            .connect = connect_late,
                                            .service = service,
                                            .write = write_late,
                                            .shutter = shutter,
                                            .stop = stop,
                                            .disconnect = disconnect};

/* ---- The fixture --------------------------------------------------------------------- */

struct fixture {
    struct bj_stream *stream;
    struct bj_wait wait;
    enum bj_run run;
    int64_t now_ns;
    bool ended;
    uint32_t asked;
};

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct fixture *fixture = user;
    if (fixture->ended) {
        return (struct bj_fill_result){.kind = BJ_END};
    }
    fixture->asked += request->target_points > 0;
    for (uint32_t k = 0; k < request->target_points; k++) {
        points[k] = (struct bj_point){.x = (float)(k % 100) / 100};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void begin(struct fixture *fixture, struct late_dac wanted)
{
    const struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config), .id = "late"};
    struct bj_stream_config config = bj_stream_defaults();
    *fixture = (struct fixture){.now_ns = BJ_NS_PER_S};
    setting = wanted;
    config.driver = &driver;
    config.dac = &dac;
    config.pps = PPS;
    config.fill = fill;
    config.fill_user = fixture;
    assert_int_equal(bj_stream_create(&config, &fixture->stream), BJ_OK);
}

static void step(struct fixture *fixture)
{
    fixture->run = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);
}

/* Steps when the stream asks for it; returns how often. */
static uint32_t run(struct fixture *fixture, int64_t for_ns)
{
    int64_t end_ns = fixture->now_ns + for_ns;
    uint32_t steps = 0;
    for (step(fixture); fixture->run == BJ_RUN_GOING && fixture->wait.deadline_ns <= end_ns;
         step(fixture)) {
        if (fixture->wait.deadline_ns > fixture->now_ns) {
            fixture->now_ns = fixture->wait.deadline_ns;
        }
        assert_in_range(++steps, 0, 100000);
    }
    return steps;
}

/* ---- The cases ----------------------------------------------------------------------- */

static void uses_room_that_comes_with_a_write(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture,
          (struct late_dac){.connects = true, .room = ROOM, .open_windows = true});
    step(&fixture);
    assert_true(seen->taken >= TARGET);
    bj_stream_destroy(fixture.stream);
}

static void fills_what_is_emptied_after_a_write(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 4000, .drops = true});
    step(&fixture);
    assert_true(seen->taken >= 2 * TARGET);
    assert_true(seen->queued >= TARGET);
    bj_stream_destroy(fixture.stream);
}

/* And is not tried again before that. */
static void waits_as_a_refused_write_says(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 4000, .refuses = true});
    step(&fixture);
    assert_int_equal(seen->writes, 1);
    assert_int_equal(fixture.wait.deadline_ns, fixture.now_ns + LATER_NS);
    seen->refuses = false;
    fixture.now_ns += LATER_NS;
    step(&fixture);
    assert_true(seen->taken >= TARGET);
    bj_stream_destroy(fixture.stream);
}

/* A driver that never comes to rest gets its turn again, with the next step. */
static void a_step_ends_whatever_the_driver_does(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 1, .open_windows = true});
    seen->drops = true;
    step(&fixture);
    assert_in_range(seen->services, 1, 100);
    assert_true(fixture.wait.deadline_ns != BJ_NEVER || seen->taken >= TARGET);
    bj_stream_destroy(fixture.stream);
}

static void a_drain_with_points_pending_does_not_spin(void **state)
{
    struct fixture fixture;
    uint32_t steps;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 4000});
    step(&fixture);
    seen->playing = seen->refuses = true; /* all plays, and the dark end cannot leave */
    fixture.ended = true;
    steps = run(&fixture, 2 * BJ_NS_PER_S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_in_range(steps, 1, 2 * BJ_NS_PER_S / LATER_NS);
    bj_stream_destroy(fixture.stream);
}

/* A full device that does not play holds its level: there is nothing to look for. */
static void a_drain_that_does_not_play_does_not_spin(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 1});
    step(&fixture);
    seen->room = 4000;
    fixture.ended = true;
    assert_in_range(run(&fixture, 2 * BJ_NS_PER_S), 1, 20);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    bj_stream_destroy(fixture.stream);
}

static void an_end_is_heard_without_a_connection(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = false});
    step(&fixture);
    assert_int_equal(fixture.run, BJ_RUN_GOING);
    fixture.ended = true;
    (void)run(&fixture, 2 * BJ_NS_PER_S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    bj_stream_destroy(fixture.stream);
}

static void an_end_is_heard_in_a_fault(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 4000});
    step(&fixture);
    seen->faulted = true;
    step(&fixture);
    fixture.ended = true;
    (void)run(&fixture, 2 * BJ_NS_PER_S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    bj_stream_destroy(fixture.stream);
}

/* A device that was emptied and stays shut, however long. */
static void an_end_is_heard_by_a_device_without_room(void **state)
{
    struct fixture fixture;
    (void)state;
    begin(&fixture, (struct late_dac){.connects = true, .room = 0});
    (void)run(&fixture, BJ_NS_PER_S);
    assert_int_equal(fixture.run, BJ_RUN_GOING);
    fixture.ended = true;
    (void)run(&fixture, 2 * BJ_NS_PER_S);
    assert_int_equal(fixture.run, BJ_RUN_ENDED);
    assert_int_equal(seen->taken, 0);
    bj_stream_destroy(fixture.stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_room_that_comes_with_a_write),
        cmocka_unit_test(fills_what_is_emptied_after_a_write),
        cmocka_unit_test(waits_as_a_refused_write_says),
        cmocka_unit_test(a_step_ends_whatever_the_driver_does),
        cmocka_unit_test(a_drain_with_points_pending_does_not_spin),
        cmocka_unit_test(a_drain_that_does_not_play_does_not_spin),
        cmocka_unit_test(an_end_is_heard_without_a_connection),
        cmocka_unit_test(an_end_is_heard_in_a_fault),
        cmocka_unit_test(an_end_is_heard_by_a_device_without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
