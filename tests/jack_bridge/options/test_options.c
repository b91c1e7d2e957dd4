/* SPDX-License-Identifier: MIT */
#include "options/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static char why[BJ_WHY_SIZE];

/* Parses words separated by single blanks; getopt wants writable ones. */
static bool parse(struct bj_options *options, enum bj_command command, const char *line)
{
    char words[1024], *argv[128] = {words};
    int argc = 1;
    bool good;

    snprintf(words, sizeof words, "%s %s", "command", line);
    for (char *at = words; *at; at++)
        if (*at == ' ') {
            *at = '\0';
            if (at[1])
                argv[argc++] = at + 1;
        }
    bj_options_init(options, command);
    why[0] = '\0';
    good = bj_command_line_parse(options, argc, argv, why, sizeof why);
    return good;
}

static void defaults_are_dark_and_neutral(void **state)
{
    struct bj_options options;
    struct bj_shape shape, neutral = bj_shape_neutral();
    struct bj_safety_config safety, usual = bj_safety_defaults();

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN, ""));
    assert_int_equal(options.dacs.count, 0);
    assert_false(options.arm);
    assert_false(options.rearm);
    assert_int_equal(options.underrun.policy, BJ_BLANK);
    assert_int_equal(options.on_shutdown, BJ_RECONNECT);
    assert_int_equal(options.drain_ns, BJ_NS_PER_S);
    shape = bj_options_shape(&options);
    assert_memory_equal(&shape.gain_x, &neutral.gain_x, 8 * sizeof(float));
    assert_false(shape.flip_x || shape.flip_y || shape.swap_xy || shape.invert_colour);
    safety = bj_options_safety(&options);
    assert_int_equal(safety.dwell_ns, usual.dwell_ns);
    assert_int_equal(safety.settle_ns, usual.settle_ns);
    assert_int_equal(safety.start_blank_ns, usual.start_blank_ns);
    bj_options_finish(&options);
}

static void several_dacs_may_be_named(void **state)
{
    struct bj_options options;
    char word[40], line[400] = "";

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN, "virtual --arm etherdream@10.0.0.2"));
    assert_int_equal(options.dacs.count, 2);
    assert_string_equal(options.dacs.items[0], "virtual");
    assert_string_equal(options.dacs.items[1], "etherdream@10.0.0.2");
    bj_options_finish(&options);
    assert_false(parse(&options, BJ_COMMAND_RUN, "virtual virtual"));
    assert_non_null(strstr(why, "twice"));
    bj_options_finish(&options);
    for (int k = 0; k <= BJ_DACS_MAX; k++) {
        snprintf(word, sizeof word, "etherdream@10.0.0.%d ", k + 1);
        strcat(line, word);
    }
    assert_false(parse(&options, BJ_COMMAND_RUN, line));
    assert_non_null(strstr(why, "at most"));
    bj_options_finish(&options);
    assert_false(parse(&options, BJ_COMMAND_LIST, "virtual"));
    bj_options_finish(&options);
}

static void stable_options_of_run_are_understood(void **state)
{
    struct bj_options options;

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN,
                      "etherdream@127.0.0.1 --pps 30000 --client-name laser --connect pd:* "
                      "--connect x=a:b --arm --headless --latency 60 --target-buffer 40.5 "
                      "--min-buffer 10 --underrun park:-0.5,1 --drain 0 --status-json -"));
    assert_int_equal(options.dacs.count, 1);
    assert_string_equal(options.dacs.items[0], "etherdream@127.0.0.1");
    assert_int_equal(options.pps, 30000);
    assert_string_equal(options.client_name, "laser");
    assert_int_equal(options.connect.count, 2);
    assert_string_equal(options.connect.items[1], "x=a:b");
    assert_true(options.arm);
    assert_true(options.headless);
    assert_int_equal(options.latency_ns, 60 * MS);
    assert_int_equal(options.target_buffer_ns, 40 * MS + MS / 2);
    assert_int_equal(options.min_buffer_ns, 10 * MS);
    assert_int_equal(options.colour_shift_ns, 0);
    assert_int_equal(options.underrun.policy, BJ_PARK);
    assert_true(options.underrun.x == -0.5f);
    assert_true(options.underrun.y == 1.0f);
    assert_int_equal(options.drain_ns, 0);
    assert_string_equal(options.status_json, "-");
    bj_options_finish(&options);
}

static void shape_options_reach_the_shape(void **state)
{
    struct bj_options options;
    struct bj_shape shape;

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN,
                      "--colour-shift -150.5 --flip-x --swap-xy --gain 2 --offset -0.1,0.2 "
                      "--colour-gain 1,0.5,0.25 "
                      "--invert-colour"));
    shape = bj_options_shape(&options);
    assert_int_equal(options.colour_shift_ns, -150500);
    assert_true(shape.flip_x && !shape.flip_y && shape.swap_xy && shape.invert_colour);
    assert_true(shape.gain_x == 2 && shape.gain_y == 2);
    assert_true(shape.offset_x == -0.1f && shape.offset_y == 0.2f);
    assert_true(shape.gain_r == 1 && shape.gain_g == 0.5f && shape.gain_b == 0.25f);
    bj_options_finish(&options);
}

static void audio_options_reach_the_driver(void **state)
{
    struct bj_audio_options audio, usual = bj_audio_defaults();
    struct bj_options options;

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN, "audio:null"));
    audio = bj_options_audio(&options);
    assert_memory_equal(audio.channel, usual.channel, sizeof audio.channel);
    assert_memory_equal(audio.gain, usual.gain, sizeof audio.gain);
    assert_true(audio.as_many);
    bj_options_finish(&options);

    assert_true(parse(&options, BJ_COMMAND_RUN,
                      "audio:hw:2,0 --audio-channels x=3,y=4,enable=8 --audio-gain x=0.5 "
                      "--audio-offset r=-0.25 --audio-invert y,g"));
    audio = bj_options_audio(&options);
    assert_int_equal(audio.channel[BJ_X], 3);
    assert_int_equal(audio.channel[BJ_Y], 4);
    assert_int_equal(audio.channel[BJ_R], 0);
    assert_int_equal(audio.channel[BJ_AUDIO_ENABLE], 8);
    assert_false(audio.as_many);
    assert_true(audio.gain[BJ_X] == 0.5F && audio.gain[BJ_Y] == 1);
    assert_true(audio.offset[BJ_R] == -0.25F && audio.offset[BJ_X] == 0);
    assert_true(audio.inverted[BJ_Y] && audio.inverted[BJ_G] && !audio.inverted[BJ_X]);
    bj_options_finish(&options);

    assert_false(parse(&options, BJ_COMMAND_RUN, "--audio-channels x=1,y=2,r=2"));
    assert_non_null(strstr(why, "channel 2"));
    bj_options_finish(&options);
    assert_false(parse(&options, BJ_COMMAND_RUN, "--audio-channels x=1,r=2"));
    assert_non_null(strstr(why, "x and y"));
    bj_options_finish(&options);
}

static void letters_stand_for_names(void **state)
{
    struct bj_options options;

    (void)state;
    assert_true(parse(&options, BJ_COMMAND_RUN, "-n laser -c a:b -p 1000 -l 20 -s srv -a"));
    assert_string_equal(options.client_name, "laser");
    assert_string_equal(options.connect.items[0], "a:b");
    assert_int_equal(options.pps, 1000);
    assert_int_equal(options.latency_ns, 20 * MS);
    assert_string_equal(options.server, "srv");
    assert_true(options.arm);
    bj_options_finish(&options);
}

static void wrong_words_are_named(void **state)
{
    const struct {
        enum bj_command command;
        const char *line, *word;
    } cases[] = {
        {BJ_COMMAND_RUN, "--nonsense", "--nonsense"},
        {BJ_COMMAND_RUN, "--nonsense=3", "--nonsense=3"},
        {BJ_COMMAND_RUN, "-z", "-z"},
        {BJ_COMMAND_RUN, "--pps", "--pps"},
        {BJ_COMMAND_RUN, "-p", "-p"},
        {BJ_COMMAND_RUN, "--pps 0", "--pps"},
        {BJ_COMMAND_RUN, "--pps 1.5", "whole number"},
        {BJ_COMMAND_RUN, "--pps 30k", "30k"},
        {BJ_COMMAND_RUN, "--latency nan", "milliseconds"},
        {BJ_COMMAND_RUN, "--latency -5", "-5"},
        {BJ_COMMAND_RUN, "--gain 1,2,3", "X[,Y]"},
        {BJ_COMMAND_RUN, "--offset 1", "X,Y"},
        {BJ_COMMAND_RUN, "--colour-gain 1,2", "R[,G,B]"},
        {BJ_COMMAND_RUN, "--underrun park:2,0", "park[:X,Y]"},
        {BJ_COMMAND_RUN, "--underrun dance", "dance"},
        {BJ_COMMAND_RUN, "--port-style odd", "named|numbered"},
        {BJ_COMMAND_RUN, "--connect pd", "CLIENT:PORT"},
        {BJ_COMMAND_RUN, "--client-name a:b", "':'"},
        {BJ_COMMAND_RUN, "--server a/b", "'/'"},
        {BJ_COMMAND_RUN, "--headless=maybe", "--headless=maybe"},
        {BJ_COMMAND_RUN, "one one", "twice"},
        {BJ_COMMAND_RUN, "--json", "--json"},
        {BJ_COMMAND_LIST, "one", "'one'"},
        {BJ_COMMAND_LIST, "--wait -1", "seconds"},
        {BJ_COMMAND_DOCTOR, "--arm", "--arm"},
        {BJ_COMMAND_RUN, "--config /nowhere/at/all", "/nowhere/at/all"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct bj_options options;

        if (parse(&options, cases[k].command, cases[k].line))
            fail_msg("'%s' was accepted", cases[k].line);
        if (!strstr(why, cases[k].word))
            fail_msg("'%s': '%s' does not say '%s'", cases[k].line, why, cases[k].word);
        bj_options_finish(&options);
    }
}

/* The same word as an argument and as a line of a file. */
static bool accepted(const char *key, const char *value, bool from_file)
{
    char path[] = "/tmp/beamjack-test-XXXXXX", line[300];
    int fd = from_file ? mkstemp(path) : -1;
    struct bj_options options;
    bool good;

    if (from_file) {
        dprintf(fd, "%s = %s\n", key, value);
        close(fd);
        snprintf(line, sizeof line, "--config %s", path);
    } else {
        snprintf(line, sizeof line, "--%s=%s", key, value);
    }
    good = parse(&options, BJ_COMMAND_RUN, line);
    bj_options_finish(&options);
    if (from_file)
        unlink(path);
    return good;
}

/* What another country, unit or program writes must not become another size, place, rate or
 * time. */
static void doubtful_numbers_are_refused_with_the_remedy(void **state)
{
    const struct {
        const char *key, *value, *remedy;
    } cases[] = {
        {"gain", "0,5", "0.5"},
        {"gain", "1,5", "1.5"},
        {"gain", "1,2", "1.2"},
        {"gain", "0,5,0,5", "0.5,0.5"},
        {"gain", "0", "-4 to 4"},
        {"gain", "0.0", "not nearer to 0"},
        {"gain", "-0", "x=0"},
        {"gain", "1,0", "-4 to 4"},
        {"gain", "5", "-4 to 4"},
        {"gain", "-4.1", "-4 to 4"},
        {"gain", "50%", "X[,Y]"},
        {"gain", "1e-9", "X[,Y]"},
        {"gain", "0x1", "X[,Y]"},
        {"gain", "nan", "X[,Y]"},
        {"gain", "x=0,5", "x=0.5"},
        {"offset", "0,5", "0.5"},
        {"offset", "0,1", "0.1"},
        {"offset", "0,1,0,2", "0.1,0.2"},
        {"offset", "1.5,0", "-1 to 1"},
        {"offset", "inf,0", "X,Y"},
        {"colour-gain", "0,5", "0.5"},
        {"colour-gain", "5", "0 to 4"},
        {"colour-gain", "-1", "0 to 4"},
        {"underrun", "park:0,5", "park:0.5"},
        {"audio-gain", "x=0,5,y=0,5", "x=0.5,y=0.5"},
        {"audio-offset", "x=0,5", "x=0.5"},
        {"audio-channels", "x=1.0,y=2", "whole numbers"},
        {"pps", "30.000", "digits alone"},
        {"pps", "30,000", "digits alone"},
        {"pps", "30_000", "digits alone"},
        {"pps", "3e4", "digits alone"},
        {"pps", "0x7530", "digits alone"},
        {"pps", "30kpps", "digits alone"},
        {"pps", "", "pps"},
        {"dwell-limit", "0,5", "0.5"},
        {"dwell-limit", "1e3", "without a unit"},
        {"dwell-limit", "10s", "without a unit"},
        {"dwell-limit", "inf", "without a unit"},
        {"settle", "1.000", "1500 or 1.5"},
        {"settle", "1,000", "without a unit"},
        {"latency", "0x20", "without a unit"},
        {"colour-shift", "-1,5", "-1.5"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int from_file = 0; from_file < 2; from_file++) {
            if (accepted(cases[k].key, cases[k].value, from_file))
                fail_msg("%s = '%s' was accepted", cases[k].key, cases[k].value);
            if (!strstr(why, cases[k].remedy))
                fail_msg("'%s' does not say '%s'", why, cases[k].remedy);
        }
}

static void plain_numbers_are_taken(void **state)
{
    const struct {
        const char *key, *value;
    } cases[] = {
        {"gain", "0.5"},      {"gain", "-1,1"},         {"gain", "2,2"},
        {"gain", "x=0,y=5"},  {"gain", "-4"},           {"gain", "1,2.0"},
        {"offset", "0,0"},    {"offset", "-0.1,0.2"},   {"offset", "y=1.5"},
        {"colour-gain", "0"}, {"colour-gain", "1,0,0"}, {"colour-gain", "b=9"},
        {"pps", "30000"},     {"dwell-limit", "0"},     {"settle", "1000"},
        {"settle", "1.5"},    {"latency", "0.125"},     {"underrun", "park:-0.5,1"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int from_file = 0; from_file < 2; from_file++)
            if (!accepted(cases[k].key, cases[k].value, from_file))
                fail_msg("%s", why);
}

static void too_many_connections_are_refused(void **state)
{
    struct bj_options options;
    char line[1024] = "";

    (void)state;
    for (int k = 0; k <= BJ_LIST_MAX; k++)
        strcat(line, "--connect a:b ");
    assert_false(parse(&options, BJ_COMMAND_RUN, line));
    assert_non_null(strstr(why, "at most 32"));
    bj_options_finish(&options);
}

static void command_line_wins_over_the_file(void **state)
{
    char path[] = "/tmp/beamjack-test-XXXXXX", line[200];
    struct bj_options options;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    dprintf(fd, "pps = 1000\nlatency = 70\nconnect = file:port\n");
    close(fd);
    snprintf(line, sizeof line, "--pps 2000 --config %s --connect line:port", path);
    assert_true(parse(&options, BJ_COMMAND_RUN, line));
    assert_int_equal(options.pps, 2000);
    assert_int_equal(options.latency_ns, 70 * MS);
    assert_int_equal(options.connect.count, 2);
    bj_options_finish(&options);
    unlink(path);
}

static void help_names_every_option(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    bj_options_help(out, BJ_COMMAND_RUN);
    fclose(out);
    for (const struct bj_option *option = bj_option_table; option->name; option++)
        if (option->commands & BJ_COMMAND_RUN)
            assert_non_null(strstr(text, option->name));
    assert_null(strstr(text, "--json"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_dacs_may_be_named),
        cmocka_unit_test(defaults_are_dark_and_neutral),
        cmocka_unit_test(stable_options_of_run_are_understood),
        cmocka_unit_test(shape_options_reach_the_shape),
        cmocka_unit_test(audio_options_reach_the_driver),
        cmocka_unit_test(letters_stand_for_names),
        cmocka_unit_test(wrong_words_are_named),
        cmocka_unit_test(doubtful_numbers_are_refused_with_the_remedy),
        cmocka_unit_test(plain_numbers_are_taken),
        cmocka_unit_test(too_many_connections_are_refused),
        cmocka_unit_test(command_line_wins_over_the_file),
        cmocka_unit_test(help_names_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
