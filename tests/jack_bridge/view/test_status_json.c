/* SPDX-License-Identifier: MIT */
#include "view/status_json.h"

#include "json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bj_status_report sample(void)
{
    return (struct bj_status_report){
        .stream = {.state = BJ_STREAM_STREAMING,
                   .armed = true,
                   .pps = 30000,
                   .true_pps = 30003,
                   .points_written = UINT64_MAX,
                   .underruns = 3,
                   .reconnects = 4,
                   .buffered_points = 1500,
                   .buffered_least_points = 600},
        .feed = {.frames_lost = 5,
                 .buffered_ns = 12 * BJ_NS_PER_MS,
                 .ratio_ppm = 100,
                 .last_jump_ns = 40 * BJ_NS_PER_S,
                 .locked = true},
        .now_ns = 100 * BJ_NS_PER_S,
        .dac = "Ether Dream \"2\"\n",
        .client = "beam\\jack",
        .scheduler = "SCHED_FIFO 2",
        .jack_running = true,
        .jack_rate_hz = 48000,
        .period_frames = 256,
        .xruns = 6,
        .latency_ns = 50 * BJ_NS_PER_MS,
        .connected = BJ_POSITION_BITS,
    };
}

static char *write_json(const struct bj_status_report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_true(bj_status_json(out, report));
    fclose(out);
    return text;
}

static void keys_scripts_rely_on(void **state)
{
    const struct {
        const char *key, *value;
    } expected[] = {
        {"state", "\"streaming\""},
        {"armed", "true"},
        {"dac", "\"Ether Dream \\\"2\\\"\\u000a\""},
        {"pps", "30000"},
        {"jack_rate", "48000"},
        {"buffered_ms", "50.000"},
        {"feed_ms", "12.000"},
        {"ratio_ppm", "100.000"},
        {"locked", "true"},
        {"locked_s", "60.000"},
        {"spare_ms", "20.000"},
        {"latency_ms", "50.000"},
        {"underruns", "3"},
        {"lost_frames", "5"},
        {"xruns", "6"},
        {"points_written", "18446744073709551615"},
        {"reconnects", "4"},
        {"client", "\"beam\\\\jack\""},
        {"connected", "\"xy----\""},
    };
    struct bj_status_report report = sample();
    char *text = write_json(&report), value[100];

    (void)state;
    assert_true(json_is_object(text));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
        if (!json_get(text, expected[k].key, value, sizeof value))
            fail_msg("no key %s", expected[k].key);
        assert_string_equal(value, expected[k].value);
    }
    free(text);
}

static void nothing_known_is_still_json(void **state)
{
    struct bj_status_report report = {.dac = "", .client = "", .scheduler = ""};
    char *text = write_json(&report);

    (void)state;
    assert_true(json_is_object(text));
    assert_true(json_number(text, "buffered_ms") == 0);
    assert_true(json_number(text, "ratio_ppm") == 0);
    free(text);
}

static void without_a_lock_nothing_has_held(void **state)
{
    struct bj_status_report report = sample();

    (void)state;
    report.feed.locked = false;
    assert_int_equal(bj_status_locked_ns(&report), 0);
    report.feed.locked = true;
    report.feed.last_jump_ns = BJ_NEVER;
    assert_int_equal(bj_status_locked_ns(&report), 0);
}

static void not_a_number_is_never_written(void **state)
{
    struct bj_status_report report = sample();
    char *text;

    (void)state;
    report.feed.latency_error_ns = (double)NAN;
    text = write_json(&report);
    assert_true(json_is_object(text));
    free(text);
}

static void every_state_has_a_name(void **state)
{
    (void)state;
    for (int k = BJ_STREAM_CONNECTING; k <= BJ_STREAM_DONE; k++)
        assert_true(strlen(bj_status_state((enum bj_stream_state)k)) > 3);
    assert_string_equal(bj_status_state(BJ_STREAM_FAULT), "fault");
}

static void full_disk_is_noticed(void **state)
{
    struct bj_status_report report = sample();
    FILE *out = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(out);
    assert_false(bj_status_json(out, &report));
    fclose(out);
}

static void what_is_no_utf8_becomes_a_mark(void **state)
{
    const struct {
        const char *text, *json;
    } rows[] = {
        {"B\xc3\xbchne", "\"B\xc3\xbchne\""},
        {"\xff", "\"\\ufffd\""},
        {"a\xc3", "\"a\\ufffd\""},
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
        {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char text[60] = "";
        FILE *out = fmemopen(text, sizeof text, "w");

        bj_json_string(out, rows[k].text);
        fclose(out);
        assert_string_equal(text, rows[k].json);
    }
}

static void why_it_is_dark_is_told(void **state)
{
    struct bj_status_report report = sample();
    char value[80], *text;

    (void)state;
    report.stream.dark = BJ_DARK_SETTLING;
    report.connected = 0x3f;
    text = write_json(&report);
    assert_true(json_get(text, "dark", value, sizeof value));
    assert_string_equal(value, "\"settling\"");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_utf8_becomes_a_mark),
        cmocka_unit_test(why_it_is_dark_is_told),
        cmocka_unit_test(keys_scripts_rely_on),
        cmocka_unit_test(nothing_known_is_still_json),
        cmocka_unit_test(without_a_lock_nothing_has_held),
        cmocka_unit_test(not_a_number_is_never_written),
        cmocka_unit_test(every_state_has_a_name),
        cmocka_unit_test(full_disk_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
