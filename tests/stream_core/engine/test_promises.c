/* SPDX-License-Identifier: MIT
 *
 * What counts as a broken promise. What the engine does then: test_session.
 */
#include "engine/promises.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void taking_has_limits(void **state)
{
    (void)state;
    assert_null(bj_promise_taken(200, 1));
    assert_null(bj_promise_taken(200, 200));
    assert_non_null(bj_promise_taken(200, 0));
    assert_non_null(bj_promise_taken(200, 201));
    assert_non_null(bj_promise_taken(200, UINT32_MAX));
}

static void a_service_leaves_states_and_handles_that_exist(void **state)
{
    (void)state;
    struct bj_dac_status status = {.state = BJ_DAC_STOPPED};
    struct bj_wait wait;
    bj_wait_init(&wait);
    assert_null(bj_promise_service(&status, &wait));
    wait.count = BJ_WAIT_HANDLES;
    assert_null(bj_promise_service(&status, &wait));
    wait.count = BJ_WAIT_HANDLES + 1;
    assert_non_null(bj_promise_service(&status, &wait));
    wait.count = -1;
    assert_non_null(bj_promise_service(&status, &wait));
    bj_wait_init(&wait);
    wait.full = true;
    assert_non_null(bj_promise_service(&status, &wait));
    bj_wait_init(&wait);
    status.state = (enum bj_dac_state)(BJ_DAC_STOPPED + 1);
    assert_non_null(bj_promise_service(&status, &wait));
    status.state = (enum bj_dac_state) - 1;
    assert_non_null(bj_promise_service(&status, &wait));
}

static void a_report_lies_in_the_past(void **state)
{
    (void)state;
    struct bj_level_report report = {.sent_ns = 10, .received_ns = 20, .quantum_points = 1};
    assert_null(bj_promise_report(&report, 20));
    assert_null(bj_promise_report(&report, 19)); /* by another thread, meanwhile */
    report.received_ns = 20 + BJ_NS_PER_S;
    assert_non_null(bj_promise_report(&report, 20));
    report =
        (struct bj_level_report){.sent_ns = 21, .received_ns = 20, .quantum_points = 1};
    assert_non_null(bj_promise_report(&report, 30));
    report = (struct bj_level_report){.sent_ns = 10, .received_ns = 20};
    assert_non_null(bj_promise_report(&report, 20));
}

static void model_and_chunk_stay(void **state)
{
    (void)state;
    const struct bj_dac_caps first = {.max_pps = 1000, .max_points_per_chunk = 80};
    struct bj_dac_caps now = first;
    now.capacity_points = 1799;
    now.max_pps = 100000;
    assert_null(bj_promise_caps_now(&first, &now));
    now.max_points_per_chunk = 81;
    assert_non_null(bj_promise_caps_now(&first, &now));
    now = first;
    now.model = BJ_MODEL_SWAP;
    assert_non_null(bj_promise_caps_now(&first, &now));
    now = first;
    now.min_pps = 1001;
    assert_non_null(bj_promise_caps_now(&first, &now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taking_has_limits),
        cmocka_unit_test(a_service_leaves_states_and_handles_that_exist),
        cmocka_unit_test(a_report_lies_in_the_past),
        cmocka_unit_test(model_and_chunk_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
