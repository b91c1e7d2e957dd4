/* SPDX-License-Identifier: MIT */
#include "view/dark_reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void the_first_that_applies_is_told(void **state)
{
    const unsigned all = 0x1f, no_colour = BJ_POSITION_BITS;
    const struct {
        bool jack, freewheels;
        unsigned connected;
        enum bj_dark dark;
        uint32_t rate_hz;
        const char *reason;
    } rows[] = {
        {false, false, 0, BJ_DARK_NO, 48000, "the JACK server is away"},
        {false, false, 0, BJ_DARK_AWAY, 48000, "the JACK server is away"},
        {true, false, all, BJ_DARK_NO, 48000, ""},
        {true, false, no_colour, BJ_DARK_DISARMED, 48000, "disarmed"},
        {true, true, all, BJ_DARK_FAULT, 48000, "the DAC reports a fault"},
        {true, true, all, BJ_DARK_SILENCE, 48000, "JACK freewheels"},
        {true, false, 1, BJ_DARK_UNCONNECTED, 48000, "x or y is not connected"},
        {true, false, no_colour, BJ_DARK_SOURCE, 48000,
         "no colour is connected: connect in_r, in_g or in_b"},
        {true, false, all, BJ_DARK_SOURCE, 48000, "the source is dark"},
        {true, false, all, BJ_DARK_DWELL, 48000, "the beam rests"},
        {true, true, all, BJ_DARK_DISARMED, 999, "JACK's sample rate cannot be played"},
        {true, false, all, BJ_DARK_NO, 384001, "JACK's sample rate cannot be played"},
        {true, false, all, BJ_DARK_NO, 384000, ""},
    };

    (void)state;
    assert_string_equal(bj_dark_reason(&(struct bj_status_report){.searching = true}),
                        "the DAC is still searched for");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct bj_status_report report = {.jack_running = rows[k].jack,
                                          .freewheeling = rows[k].freewheels,
                                          .connected = rows[k].connected,
                                          .stream.dark = rows[k].dark,
                                          .jack_rate_hz = rows[k].rate_hz};

        assert_string_equal(bj_dark_reason(&report), rows[k].reason);
    }
}

static void only_what_lasts_is_told_and_not_too_often(void **state)
{
    struct bj_dark_watch watch = {0};
    int64_t now_ns = 100 * BJ_NS_PER_S;
    int told = 0;

    (void)state;
    assert_false(bj_dark_watch_tells(&watch, "disarmed", now_ns));
    assert_true(bj_dark_watch_tells(&watch, "disarmed", now_ns += BJ_NS_PER_S));
    assert_false(bj_dark_watch_tells(&watch, "disarmed", now_ns += 60 * BJ_NS_PER_S));
    for (int k = 0; k < 600; k++) /* a source that blinks, for a minute */
        told += bj_dark_watch_tells(&watch, k & 1 ? "" : "the source is dark",
                                    now_ns += BJ_NS_PER_S / 10);
    assert_int_equal(told, 0);
    for (int k = 0; k < 60; k++) /* and one that does so slowly */
        told += bj_dark_watch_tells(&watch, k / 2 & 1 ? "" : "the source is dark",
                                    now_ns += BJ_NS_PER_S);
    assert_in_range(told, 3, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_applies_is_told),
        cmocka_unit_test(only_what_lasts_is_told_and_not_too_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
