/* SPDX-License-Identifier: MIT
 *
 * Every way out of a lit stream, on every generation: the light is out in time and stays
 * out, and where the device can still be told, it has closed its shutter.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define AT_ONCE_MS 1 /* one network delay */
#define QUEUE_MS 56  /* what the device may hold, and the chunk on its way */
#define GOING BJ_RUN_GOING

typedef void act(struct pipeline *p);

static void stop(struct pipeline *p)
{
    bj_stream_stop(p->stream);
}

static void disarm(struct pipeline *p)
{
    bj_stream_disarm(p->stream);
}

static void disarm_and_arm_and_disarm(struct pipeline *p)
{
    bj_stream_disarm(p->stream);
    bj_stream_arm(p->stream);
    bj_stream_disarm(p->stream);
}

static void destroy(struct pipeline *p)
{
    bj_stream_destroy(p->stream);
    p->stream = NULL;
    p->over = true;
    p->result = BJ_RUN_STOPPED;
    p->pushing = false;
}

static void end(struct pipeline *p)
{
    p->ended = true;
}

static void hang(struct pipeline *p)
{
    p->pushing = false;
}

static void stop_behind_a_stall(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_STALL, 400 * MS);
    bj_stream_stop(p->stream);
}

static void stop_after_a_long_sleep(struct pipeline *p)
{
    p->delay_next_wake_ns = 300 * MS;
    bj_stream_stop(p->stream);
}

static void black_hole(struct pipeline *p)
{
    fake_net_set_route(p->net, ADAPTER_NET_IP, FAKE_ROUTE_BLACK_HOLE);
}

static void stop_in_a_black_hole(struct pipeline *p)
{
    black_hole(p);
    bj_stream_stop(p->stream);
}

static void estop_by_another(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_OTHER_CLIENT, 0x00);
}

static void estop_by_ff(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_OTHER_CLIENT, 0xff);
}

/* The device would play again, but nobody armed again. */
static void estop_just_armed_and_clear_by_another(struct pipeline *p)
{
    bj_stream_disarm(p->stream);
    pipeline_run_ms(p, 100);
    audience_allow_light(&p->audience);
    bj_stream_arm(p->stream);
    pipeline_run_ms(p, 300);
    pipeline_fault(p, SIM_ED_OTHER_CLIENT, 0x00);
    audience_expect_dark(&p->audience, p->now_ns + AT_ONCE_MS * MS);
    pipeline_run_ms(p, 150);
    pipeline_fault(p, SIM_ED_OTHER_CLIENT, 'c');
}

static void interlock(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_INTERLOCK, 1);
}

static void interlock_and_arm(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_INTERLOCK, 1);
    pipeline_run_ms(p, 100);
    bj_stream_arm(p->stream);
}

static void reset(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_RESET, 0);
}

static void reboot(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_REBOOT, 3000 * MS);
}

static void unplug(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_CABLE, 5000 * MS);
}

static void fall_silent(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_HANG, 0);
}

static void speak_nonsense(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_GARBAGE, 1);
}

static void break_off(struct pipeline *p)
{
    pipeline_fault(p, SIM_ED_CUT, 3);
}

static void lose_the_source_of_x(struct pipeline *p)
{
    bj_stream_connections(p->stream, false, 0);
}

enum {
    KEEPS_TRYING = 1,
    OUT_OF_ORDER = 2, /* the device no longer listens at all */
    PROMPT = 4,       /* over as soon as the device confirms */
};

struct way {
    const char *name;
    act *leave;
    int dark_within_ms;
    enum bj_run result; /* GOING: it does not end */
    int flags;
    enum bj_underrun_policy underrun;
    int drain_ms; /* 0: the default, -1: none */
};

static const struct way ways[] = {
    {"disarm", disarm, AT_ONCE_MS, GOING, 0, 0, 0},
    {"disarm, arm, disarm", disarm_and_arm_and_disarm, AT_ONCE_MS, GOING, 0, 0, 0},
    {"stop", stop, AT_ONCE_MS, BJ_RUN_STOPPED, PROMPT, 0, 0},
    {"stop behind a stall", stop_behind_a_stall, QUEUE_MS, BJ_RUN_STOPPED, 0, 0, 0},
    {"stop, engine asleep", stop_after_a_long_sleep, QUEUE_MS, BJ_RUN_STOPPED, 0, 0, 0},
    {"stop in a black hole", stop_in_a_black_hole, QUEUE_MS, BJ_RUN_STOPPED, 0, 0, 0},
    {"destroy", destroy, AT_ONCE_MS, BJ_RUN_STOPPED, 0, 0, 0},
    {"end", end, QUEUE_MS, BJ_RUN_ENDED, PROMPT, 0, 0},
    {"end, drain 10 ms", end, 10 + AT_ONCE_MS + 6, BJ_RUN_ENDED, 0, 0, 10},
    {"end, no drain", end, AT_ONCE_MS + 6, BJ_RUN_ENDED, 0, 0, -1},
    {"silence, blank", hang, 50 + QUEUE_MS, GOING, 0, BJ_BLANK, 0},
    {"silence, repeat", hang, 50 + QUEUE_MS, GOING, 0, BJ_REPEAT_LAST, 0},
    {"silence, park", hang, 50 + QUEUE_MS, GOING, 0, BJ_PARK, 0},
    {"silence, stop", hang, 50 + QUEUE_MS, BJ_RUN_ENDED, 0, BJ_STOP, 0},
    {"silence, stop, no drain", hang, 50 + QUEUE_MS, BJ_RUN_ENDED, 0, BJ_STOP, -1},
    {"x loses its source", lose_the_source_of_x, QUEUE_MS, GOING, 0, 0, 0},
    {"e-stop 00", estop_by_another, AT_ONCE_MS, GOING, 0, 0, 0},
    {"e-stop ff", estop_by_ff, AT_ONCE_MS, GOING, 0, 0, 0},
    {"e-stop, cleared by another", estop_just_armed_and_clear_by_another, AT_ONCE_MS, GOING,
     0, 0, 0},
    {"interlock", interlock, AT_ONCE_MS, GOING, 0, 0, 0},
    {"interlock, armed against it", interlock_and_arm, AT_ONCE_MS, GOING, 0, 0, 0},
    {"reset", reset, QUEUE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
    {"reset, reconnecting", reset, QUEUE_MS, GOING, KEEPS_TRYING, 0, 0},
    {"reboot", reboot, AT_ONCE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
    {"reboot, reconnecting", reboot, AT_ONCE_MS, GOING, KEEPS_TRYING, 0, 0},
    {"black hole", black_hole, QUEUE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
    {"black hole, reconnecting", black_hole, QUEUE_MS, GOING, KEEPS_TRYING, 0, 0},
    {"cable", unplug, AT_ONCE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
    {"cable, reconnecting", unplug, AT_ONCE_MS, GOING, KEEPS_TRYING, 0, 0},
    {"silent device", fall_silent, AT_ONCE_MS, BJ_RUN_DISCONNECTED, OUT_OF_ORDER, 0, 0},
    {"nonsense", speak_nonsense, QUEUE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
    {"a broken reply", break_off, QUEUE_MS, BJ_RUN_DISCONNECTED, 0, 0, 0},
};

static const char *const generations[] = {"ed1", "ed2", "ed3"};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

struct exit_case {
    const struct way *way;
    const char *generation;
    char name[80];
};

static struct pipeline_config config_for(const struct exit_case *test)
{
    struct pipeline_config config = pipeline_defaults();

    config.device.profile = *sim_ed_profile(test->generation);
    config.device.profile.noise_bits = 0; /* real ones hide the shutter bit */
    config.stream.underrun = test->way->underrun;
    config.stream.reconnect =
        (test->way->flags & KEEPS_TRYING) || test->way->result == GOING;
    if (test->way->drain_ms != 0) {
        config.stream.drain_timeout_ns =
            test->way->drain_ms > 0 ? test->way->drain_ms * MS : 0;
    }
    return config;
}

static void leaves_dark(void **state)
{
    const struct exit_case *test = *state;
    struct pipeline_config config = config_for(test);
    struct pipeline p;

    pipeline_init(&p, &config);
    pipeline_run_ms(&p, 1500);
    pipeline_light_up(&p);
    assert_int_equal(p.audience.lit_in_dark, 0);
    audience_expect_dark(&p.audience, p.now_ns + test->way->dark_within_ms * MS);
    test->way->leave(&p);
    pipeline_run_ms(&p, 100);
    assert_true(p.over || !(test->way->flags & PROMPT));
    pipeline_run_ms(&p, 10 * 1000);
    assert_int_equal(p.audience.lit_in_dark, 0);
    assert_int_equal(p.audience.wrong, 0);
    assert_int_equal(pipeline_counters(&p)->lit_shutter_closed, 0);
    assert_int_equal(p.over ? p.result : GOING, test->way->result);
    if (p.over) {
        assert_true(pipeline_shutter_closed(&p) || test->way->flags & OUT_OF_ORDER);
        assert_true(fake_net_open_sockets(p.net) <= 1); /* what hears announcements */
    }
    pipeline_finish(&p);
}

int main(void)
{
    static struct exit_case cases[LENGTH(ways) * LENGTH(generations)];
    struct CMUnitTest tests[LENGTH(cases)];
    size_t count = 0;

    for (size_t g = 0; g < LENGTH(generations); g++) {
        for (size_t w = 0; w < LENGTH(ways); w++) {
            struct exit_case *one = &cases[count];
            *one = (struct exit_case){.way = &ways[w], .generation = generations[g]};
            strcpy(one->name, generations[g]);
            strcat(strcat(one->name, ": "), ways[w].name);
            tests[count++] = (struct CMUnitTest){
                .name = one->name, .test_func = leaves_dark, .initial_state = one};
        }
    }
    return _cmocka_run_group_tests("exits", tests, count, NULL, NULL);
}
