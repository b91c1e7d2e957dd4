/* SPDX-License-Identifier: MIT
 *
 * Which chunks are let in: the rules of the open receiver, and where the letter of the
 * specification is stricter.
 */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

static void start_as(const char *profile)
{
    idn_fixture_start_as(fixture, profile);
    fixture->match = 2;
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
}

static uint16_t events(void)
{
    return idn_fixture_acknowledge(fixture).pipeline;
}

static void test_chunks_that_join(void **state)
{
    (void)state;
    start_as("openidn");
    (void)events();
    for (int k = 0; k < 100; k++) {
        idn_fixture_wave(fixture, -1, 0, 150, 5000);
    }
    assert_int_equal(events(), 0);
    assert_int_equal(idn_fixture_counters(fixture)->chunks[SIM_IDN_TAKEN], 101);
    idn_fixture_stop(fixture);
}

static void test_another_match_value(void **state)
{
    (void)state;
    start_as("openidn");
    (void)events();
    fixture->match = 1;
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(events(), 0x0200);
    fixture->match = 2;
    idn_fixture_wave(fixture, -1, 0, 150, 5000); /* the expected stamp had not moved */
    assert_int_equal(events(), 0x0400);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
    idn_fixture_stop(fixture);
    start_as("spec");
    (void)events();
    fixture->match = 1;
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    fixture->match = 2;
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_NO_CONFIG); /* thrown away with it */
    idn_fixture_stop(fixture);
}

static void test_samples_fill_whole_structures(void **state)
{
    (void)state;
    start_as("openidn");
    (void)events();
    idn_fixture_message(fixture, 0x40, 1, -1, 0, "\x20\0\x02\x9a\1\2\3\4\5\6\7\x8\x9", 13);
    assert_int_equal(events(), 0); /* nobody says so */
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_MISALIGNED);
    idn_fixture_stop(fixture);
}

static void test_too_short(void **state)
{
    (void)state;
    start_as("openidn");
    (void)events();
    idn_fixture_wave(fixture, -1, 0, 20, 199);
    assert_int_equal(events(), 0x0800);
    idn_fixture_wave(fixture, -1, 0, 0, 1000);
    assert_int_equal(events(), 0x0800);
    fixture->stamp_us -= 1199;
    idn_fixture_wave(fixture, -1, 0, 1, 200);
    assert_int_equal(events(), 0);
    idn_fixture_stop(fixture);
    start_as("spec");
    (void)events();
    idn_fixture_wave(fixture, -1, 0, 19, 633);
    assert_int_equal(events(), 0x0800);
    idn_fixture_stop(fixture);
}

/* One pair in the wrong order costs three errors. */
static void test_two_chunks_swapped(void **state)
{
    (void)state;
    start_as("openidn");
    (void)events();
    fixture->stamp_us += 5000;
    idn_fixture_wave(fixture, -1, 300, 150, 5000);
    assert_true(fixture->chunk.gap);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
    fixture->stamp_us -= 10000;
    idn_fixture_wave(fixture, -1, 150, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_PAST);
    fixture->stamp_us += 5000;
    idn_fixture_wave(fixture, -1, 450, 150, 5000);
    assert_true(fixture->chunk.gap);
    assert_int_equal(events(), 0x0400);
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 3);
    idn_fixture_stop(fixture);
}

static void make_gaps(int count)
{
    for (int k = 0; k < count; k++) {
        fixture->stamp_us += 1;
        idn_fixture_wave(fixture, -1, 0, 150, 5000);
    }
}

static void test_patience_ends(void **state)
{
    (void)state;
    start_as("openidn");
    make_gaps(10);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN); /* and one forgiven */
    make_gaps(2);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_NO_CONFIG);
    assert_int_equal(events() & 0x0080, 0x0080);
    assert_int_equal(idn_fixture_counters(fixture)->configs_lost, 1);
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
    idn_fixture_stop(fixture);
}

static void test_the_expected_stamp_survives(void **state)
{
    static const char *const profiles[] = {"openidn", "spec"};

    (void)state;
    for (int k = 0; k < 2; k++) {
        start_as(profiles[k]);
        idn_fixture_send(fixture, 0x44, "", 0);
        fixture->stamp_us -= 4000;
        idn_fixture_wave(fixture, 1, 0, 150, 5000);
        assert_int_equal(fixture->chunk.verdict, k == 0 ? SIM_IDN_PAST : SIM_IDN_TAKEN);
        idn_fixture_wave(fixture, -1, 0, 150, 5000);
        assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
        idn_fixture_stop(fixture);
    }
}

static void test_a_dictionary_of_nothing(void **state)
{
    static const uint8_t config[] = {1, 0x21, 1, 1, 0, 0, 0, 0};
    uint8_t message[16] = {0, 16, 0xc0, 0};

    (void)state;
    start_as("openidn");
    (void)events();
    memcpy(message + 8, config, sizeof config);
    idn_fixture_send(fixture, 0x40, message, sizeof message);
    assert_int_equal(events(), 0x0080);
    assert_int_equal(idn_fixture_counters(fixture)->bad_dictionaries, 1);
    idn_fixture_stop(fixture);
}

static void test_a_simple_one_reads_nothing(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "simple");
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    fixture->match = 3;
    fixture->stamp_us -= 20000;
    idn_fixture_wave(fixture, -1, 150, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 0);
    idn_fixture_stop(fixture);
}

/* ---- Frames -------------------------------------------------------------------------- */

static void frame(uint8_t chunk, int service, uint8_t flags, uint32_t count)
{
    uint8_t body[1600] = {(uint8_t)(fixture->match << 4 | flags), 0, 0x13, 0x88};

    for (uint32_t k = 0; k < count; k++) {
        body[4 + 8 * k + 1] = (uint8_t)k;
        body[4 + 8 * k + 4] = 255;
    }
    idn_fixture_message(fixture, 0x40, chunk, service, 2, body, 4 + 8 * count);
}

static void test_a_frame_repeats_until_the_next(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    frame(0x02, 1, 0, 101);
    idn_fixture_wait_ms(fixture, 22);
    assert_in_range(fixture->played_count, 440,
                    450); /* 5 ms each, the first sample in no time */
    assert_int_equal(idn_fixture_counters(fixture)->frames_shown, 1);
    frame(0x02, -1, 0, 11);
    frame(0x02, -1, 0, 51);
    idn_fixture_wait_ms(fixture, 10);
    assert_int_equal(idn_fixture_counters(fixture)->frames, 3);
    assert_int_equal(idn_fixture_counters(fixture)->frames_shown, 2); /* the newest alone */
    frame(0x02, -1, 0, 1);
    assert_int_equal(events() & 0x0800, 0x0800);
    idn_fixture_stop(fixture);
}

static void test_once_and_never(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "spec");
    frame(0x02, 1, 1, 101);
    idn_fixture_wait_ms(fixture, 50);
    assert_int_equal(fixture->played_count, 101);
    frame(0x02, -1, 0, 101);
    idn_fixture_wait_ms(fixture, 50);
    frame(0x02, -1, 0, 0); /* nothing any more */
    int played = fixture->played_count;
    idn_fixture_wait_ms(fixture, 50);
    assert_int_equal(fixture->played_count, played);
    idn_fixture_stop(fixture);
}

/* The stamp of a sequel counts the pieces. */
static void test_a_frame_in_pieces(void **state)
{
    uint8_t more[80] = {0};

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    frame(0x03, 1, 0, 10);
    fixture->stamp_us++;
    idn_fixture_message(fixture, 0x40, 0xc0, -1, 0, more, sizeof more);
    fixture->stamp_us++;
    uint8_t last[8 + 80] = {0, 88, 0xc0, 0xc0, 0, 0, 0, 0};
    for (int k = 0; k < 4; k++) {
        last[4 + k] = (uint8_t)(fixture->stamp_us >> (24 - 8 * k));
    }
    idn_fixture_send(fixture, 0x40, last, sizeof last);
    assert_int_equal(idn_fixture_counters(fixture)->frames, 1);
    idn_fixture_wait_ms(fixture, 4.9);
    assert_int_equal(fixture->played_count, 30);
    frame(0x03, -1, 0, 10);
    idn_fixture_message(fixture, 0x40, 0xc0, -1, 0, more,
                        sizeof more); /* the same stamp again */
    assert_int_equal(events() & 0x0040, 0x0040);
    assert_int_equal(idn_fixture_counters(fixture)->fragment_errors, 1);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_that_join),
        cmocka_unit_test(test_another_match_value),
        cmocka_unit_test(test_samples_fill_whole_structures),
        cmocka_unit_test(test_too_short),
        cmocka_unit_test(test_two_chunks_swapped),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_the_expected_stamp_survives),
        cmocka_unit_test(test_a_dictionary_of_nothing),
        cmocka_unit_test(test_a_simple_one_reads_nothing),
        cmocka_unit_test(test_a_frame_repeats_until_the_next),
        cmocka_unit_test(test_once_and_never),
        cmocka_unit_test(test_a_frame_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
