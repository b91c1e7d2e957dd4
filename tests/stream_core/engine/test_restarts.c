/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/restarts.h"

#define MS BJ_NS_PER_MS
#define S BJ_NS_PER_S
#define EPOCH (3 * 365 * 24 * 3600 * S)

/* A device that empties its queue `delay_ns` after points may go out. Returns how many
 * restarts there were in a second of each kind at most. */
static int most_in_a_second(int64_t delay_ns, bool played)
{
    struct bj_restarts restarts = {0};
    int64_t times[2000];
    int count = 0, most = 0;

    for (int64_t now = EPOCH; now < EPOCH + 20 * S && count < 2000; now += MS) {
        if (bj_restarts_hold(&restarts, now))
            continue;
        now += delay_ns;
        bj_restarts_note(&restarts, now, played);
        times[count++] = now;
    }
    for (int k = 0, from = 0; k < count; k++) {
        while (times[k] - times[from] >= S)
            from++;
        most = k - from + 1 > most ? k - from + 1 : most;
    }
    return most;
}

static void the_first_restart_follows_at_once(void **state)
{
    struct bj_restarts restarts = {0};

    (void)state;
    for (int hour = 0; hour < 100; hour++) {
        int64_t now = EPOCH + hour * 3600 * S;
        bj_restarts_note(&restarts, now, hour % 2 == 0);
        assert_false(bj_restarts_hold(&restarts, now));
        assert_false(bj_restarts_hopeless(&restarts));
    }
}

static void there_are_never_more_than_ten_a_second(void **state)
{
    (void)state;
    for (int64_t delay_ns = 0; delay_ns <= 300 * MS; delay_ns += 3 * MS) {
        assert_in_range(most_in_a_second(delay_ns, true), 1, 11);
        assert_in_range(most_in_a_second(delay_ns, false), 1, 6);
    }
}

static void a_device_that_takes_nothing_is_hopeless_soon(void **state)
{
    struct bj_restarts restarts = {0};
    int64_t now = EPOCH;
    int count = 0;

    (void)state;
    while (!bj_restarts_hopeless(&restarts) && count < 100) {
        bj_restarts_note(&restarts, now, false);
        now = restarts.hold_until_ns + 5 * MS;
        count++;
    }
    assert_int_equal(count, 8);
    assert_in_range(now - EPOCH, 3 * S, 8 * S);
    bj_restarts_note(&restarts, now, true);
    assert_false(bj_restarts_hopeless(&restarts));
}

static void what_we_request_holds_up_nothing(void **state)
{
    struct bj_restarts restarts = {0};

    (void)state;
    for (int k = 0; k < 100; k++) {
        int64_t now = EPOCH + k * 10 * MS;
        bj_restarts_expect(&restarts);
        bj_restarts_note(&restarts, now, false);
        assert_false(bj_restarts_hold(&restarts, now));
    }
    assert_false(bj_restarts_hopeless(&restarts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_restart_follows_at_once),
        cmocka_unit_test(there_are_never_more_than_ten_a_second),
        cmocka_unit_test(a_device_that_takes_nothing_is_hopeless_soon),
        cmocka_unit_test(what_we_request_holds_up_nothing),
    };

    return cmocka_run_group_tests_name("restarts", tests, NULL, NULL);
}
