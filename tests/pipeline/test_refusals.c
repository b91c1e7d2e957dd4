/* SPDX-License-Identifier: MIT
 *
 * A device that refuses everything, for ever: it is asked ever more slowly, in few words,
 * the status says it, and once it takes points again all is well after an arm.
 */
#include "pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define MS BJ_NS_PER_MS
#define SECONDS 20

static struct pipeline p;

static const struct row {
    const char *profile;
    enum sim_ed_fault fault;
    bool rearm;
} rows[] = {
    {"ed1", SIM_ED_NAK_INVALID, false}, {"ed2", SIM_ED_NAK_INVALID, false},
    {"ed3", SIM_ED_NAK_INVALID, false}, {"ed4", SIM_ED_NAK_INVALID, true},
    {"ed1", SIM_ED_NAK_FULL, false},    {"ed2", SIM_ED_NAK_FULL, true},
    {"ed4", SIM_ED_NAK_FULL, false},    {"ed1", SIM_ED_NAK_ALL, false},
    {"ed2", SIM_ED_NAK_ALL, true},      {"ed4", SIM_ED_NAK_ALL, false},
};

static void begin(const struct row *row)
{
    struct pipeline_config config = pipeline_defaults();

    config.device.profile = *sim_ed_profile(row->profile);
    config.stream.rearm = row->rearm;
    pipeline_init(&p, &config);
    pipeline_light_up(&p);
    p.notices = 0;
}

static void is_asked_slowly_in_few_words(const struct row *row)
{
    bool restarting = false, away = false;

    pipeline_fault(&p, row->fault, INT32_MAX);
    for (int second = 0; second < SECONDS; second++) {
        uint64_t prepares = pipeline_counters(&p)->prepares, naks = p.naks;
        for (int part = 0; part < 20; part++) {
            pipeline_run_ms(&p, 50);
            restarting = restarting || pipeline_stats(&p).dark == BJ_DARK_RESTARTING;
            away = away || pipeline_stats(&p).dark == BJ_DARK_AWAY;
        }
        prepares = pipeline_counters(&p)->prepares - prepares;
        naks = p.naks - naks;
        if (prepares > 10 || naks > 300)
            fail_msg("%s, fault %d, second %d: %llu restarts, %llu refusals", row->profile,
                     row->fault, second, (unsigned long long)prepares,
                     (unsigned long long)naks);
    }
    if (p.notices > 2 * SECONDS)
        fail_msg("%s, fault %d: %llu notices", row->profile, row->fault,
                 (unsigned long long)p.notices);
    assert_true(restarting || away);
    assert_false(pipeline_stats(&p).lit);
}

static void comes_back(const struct row *row)
{
    pipeline_fault(&p, row->fault, 0);
    pipeline_run_ms(&p, 3000);
    assert_int_equal(pipeline_stats(&p).state, BJ_STREAM_STREAMING);
    assert_int_equal(pipeline_stats(&p).lit, row->rearm);
    bj_stream_arm(p.stream);
    pipeline_run_ms(&p, 500);
    assert_true(pipeline_stats(&p).lit);
}

static void a_device_that_refuses_everything(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        begin(&rows[k]);
        is_asked_slowly_in_few_words(&rows[k]);
        comes_back(&rows[k]);
        pipeline_finish(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_refuses_everything),
    };

    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
