/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "engine/steer.h"

/* The first Ether Dream's timer. */
static double coarse(const void *dac, uint32_t pps)
{
    (void)dac;
    return 24e6 / (24000000 / pps);
}

static const struct bj_dac_driver exact_driver;
static const struct bj_dac_driver coarse_driver = {.true_pps = coarse};
static const struct bj_dac exact_timer = {.driver = &exact_driver};
static const struct bj_dac coarse_timer = {.driver = &coarse_driver};

static void the_mean_is_exact_and_never_far_off(void **state)
{
    (void)state;
    const struct bj_dac *const timers[] = {&exact_timer, &coarse_timer};
    const uint32_t rates[] = {30000, 48000, 44100, 96000};
    const double off_ppm[] = {0, 0.01, 3, -3, 137, -137, 500, -500, 20000};
    for (int d = 0; d < 2; d++) {
        for (int r = 0; r < 4; r++) {
            for (int o = 0; o < 9; o++) {
                struct bj_steer steer = {0};
                double wanted = rates[r] * (1 + off_ppm[o] * 1e-6);
                double wanted_s = 0, made_s = 0, tick = d ? wanted / 24e6 : 1 / wanted;
                for (int chunk = 0; chunk < 5000; chunk++) {
                    uint32_t count = 100 + (uint32_t)chunk % 37;
                    double made;
                    uint32_t pps =
                        bj_steer_choose(&steer, timers[d], rates[r], wanted, count, &made);
                    assert_true(made == (d ? coarse(NULL, pps) : pps));
                    assert_true(fabs(made / wanted - 1) <= tick * 1.01);
                    wanted_s += count / wanted;
                    made_s += count / made;
                    assert_true(fabs(wanted_s - made_s) < 137 / wanted * tick * 1.1);
                }
            }
        }
    }
}

static void stays_within_three_percent(void **state)
{
    (void)state;
    struct bj_steer steer = {0};
    double made;
    bj_steer_choose(&steer, &exact_timer, 30000, 60000, 100, &made);
    assert_true(made <= 30900);
    bj_steer_choose(&steer, &exact_timer, 30000, 1, 100, &made);
    assert_true(made >= 29100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_exact_and_never_far_off),
        cmocka_unit_test(stays_within_three_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
