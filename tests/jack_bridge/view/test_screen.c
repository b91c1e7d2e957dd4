/* SPDX-License-Identifier: MIT */
#include "view/screen.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#define DACS_MAX 8

static const char *const dac_names[] = {
    "Ether Dream 2 etherdream:0004a3112233",
    "B\xc3\xbchne \xe8\x88\x9e\xe5\x8f\xb0 \xf0\x9f\x98\x80 e\xcc\x81",
    "\033[2J\033[HARMED\r\n\xff\xfe",
    "a name that goes on and on and on and on and on and on and on and on and on and on "
    "and on and on and on and on and on and on and on and on and on and on and on and on "
    "and on and on and on and on and on and on and on and on and on and on and on and on",
};

struct fixture {
    struct bj_status_report reports[DACS_MAX];
    struct bj_log log;
    struct bj_screen screen;
};

static struct fixture *fixture_create(size_t lines)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    for (size_t k = 0; k < DACS_MAX; k++)
        fixture->reports[k] = (struct bj_status_report){
            .stream = {.state = BJ_STREAM_STREAMING,
                       .pps = 30000,
                       .dark = BJ_DARK_DISARMED},
            .dac = dac_names[k % 4],
            .client = "beamjack",
            .scheduler = "SCHED_FIFO 2",
            .jack_running = true,
            .jack_rate_hz = 48000,
            .period_frames = 256,
            .peaks = {0.5f, 2, NAN, 1e30f, -1, 0},
        };
    for (size_t k = 0; k < lines; k++) {
        struct bj_log_line *line = &fixture->log.lines[fixture->log.count++ % BJ_LOG_LINES];

        strcpy(line->time, "2026-11-30 20:15:00.123");
        snprintf(line->text, sizeof line->text, "line %zu of the log", k);
    }
    return fixture;
}

static void lay_out(struct fixture *fixture, size_t count, int columns, int rows, bool help)
{
    const struct bj_screen_state state = {
        .reports = fixture->reports, .count = count, .log = &fixture->log, .help = help};

    bj_screen_layout(&fixture->screen, &state, columns, rows);
}

static const char *row(const struct fixture *fixture, int number)
{
    return fixture->screen.lines[number].text;
}

static int width_of(const char *text)
{
    wchar_t wide[BJ_SCREEN_LINE_SIZE];

    assert_true(mbstowcs(wide, text, BJ_SCREEN_LINE_SIZE) != (size_t)-1);
    return wcswidth(wide, BJ_SCREEN_LINE_SIZE);
}

static void the_first_lines_hold_at_every_size(void **state)
{
    struct fixture *fixture = fixture_create(40);

    (void)state;
    for (int columns = 20; columns <= 300; columns += columns < 45 ? 1 : 15)
        for (int rows = 4; rows <= 80; rows += rows < 26 ? 1 : 18)
            for (size_t count = 1; count <= DACS_MAX; count += count + 1) {
                lay_out(fixture, count, columns, rows, (columns + rows) & 1);
                assert_string_equal(row(fixture, 0), "DISARMED");
                assert_non_null(strstr(row(fixture, 1), "dark"));
                assert_non_null(strstr(row(fixture, 1), "a:"));
                assert_non_null(strstr(row(fixture, 1), "q:"));
                assert_int_equal(strncmp(row(fixture, 2), "dark because disarmed",
                                         columns < 21 ? 20 : 21),
                                 0);
                for (int k = 0; k < rows; k++) /* -1: it has a control */
                    assert_in_range(width_of(row(fixture, k)), 0, columns);
            }
    free(fixture);
}

static void armed_and_lit_are_words(void **state)
{
    const struct {
        size_t count, armed, lit;
        const char *words;
    } rows[] = {
        {1, 0, 0, "DISARMED"},           {1, 1, 0, "ARMED, dark"},
        {1, 1, 1, "ARMED, LIGHT"},       {8, 8, 3, "ARMED, LIGHT"},
        {8, 3, 0, "ARMED 3 of 8, dark"}, {8, 3, 1, "ARMED 3 of 8, LIGHT"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct fixture *fixture = fixture_create(0);

        for (size_t p = 0; p < rows[k].count; p++) {
            fixture->reports[p].stream.armed = p < rows[k].armed;
            fixture->reports[p].stream.lit = p < rows[k].lit;
        }
        lay_out(fixture, rows[k].count, 20, 4, false);
        assert_string_equal(row(fixture, 0), rows[k].words);
        assert_int_equal(fixture->screen.lines[0].style,
                         rows[k].armed ? BJ_STYLE_LIT : BJ_STYLE_DARK);
        free(fixture);
    }
}

static bool shows(const struct fixture *fixture, const char *words)
{
    for (int k = 0; k < fixture->screen.rows; k++)
        if (strstr(row(fixture, k), words))
            return true;
    return false;
}

static void more_room_shows_more(void **state)
{
    const struct {
        int columns, rows;
        size_t count;
        const char *shown, *hidden;
    } rows[] = {
        {80, 24, 1, "Red", NULL},          {80, 24, 1, "underruns", NULL},
        {80, 24, 1, "line 39", NULL},      {80, 24, 3, "line 39", NULL},
        {80, 24, 3, "Red", NULL},          {40, 12, 1, "Red", "underruns"},
        {20, 4, 1, "Ether Dream", "JACK"}, {80, 4, 8, "Ether Dream", "line"},
        {300, 80, 8, "Intensity", NULL},   {300, 80, 8, "line 20", NULL},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct fixture *fixture = fixture_create(40);

        lay_out(fixture, rows[k].count, rows[k].columns, rows[k].rows, false);
        assert_true(shows(fixture, rows[k].shown));
        assert_false(rows[k].hidden && shows(fixture, rows[k].hidden));
        free(fixture);
    }
}

static void help_keeps_the_first_lines(void **state)
{
    struct fixture *fixture = fixture_create(5);

    (void)state;
    lay_out(fixture, 2, 80, 24, true);
    assert_string_equal(row(fixture, 0), "DISARMED");
    assert_true(shows(fixture, "pressed alone"));
    assert_false(shows(fixture, "line 4"));
    free(fixture);
}

static void a_size_beyond_all_is_cut(void **state)
{
    const int sizes[][2] = {{0, 0}, {1, 1}, {65535, 65535}, {-1, -1}};

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        struct fixture *fixture = fixture_create(40);

        lay_out(fixture, 8, sizes[k][0], sizes[k][1], false);
        assert_true(fixture->screen.rows <= BJ_SCREEN_ROWS_MAX);
        free(fixture);
    }
}

static void bar_shows_a_share_within_its_bounds(void **state)
{
    const struct {
        double filled;
        const char *bar;
    } rows[] = {
        {0, ".........."},           {0.5, "#####....."}, {1, "##########"},
        {-1, ".........."},          {2, "##########"},   {(double)INFINITY, "##########"},
        {(double)NAN, ".........."},
    };
    char bar[11];

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        bj_screen_bar(rows[k].filled, 10, bar);
        assert_string_equal(bar, rows[k].bar);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_lines_hold_at_every_size),
        cmocka_unit_test(armed_and_lit_are_words),
        cmocka_unit_test(more_room_shows_more),
        cmocka_unit_test(help_keeps_the_first_lines),
        cmocka_unit_test(a_size_beyond_all_is_cut),
        cmocka_unit_test(bar_shows_a_share_within_its_bounds),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
