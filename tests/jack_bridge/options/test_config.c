/* SPDX-License-Identifier: MIT */
#include "options/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char why[BJ_WHY_SIZE], path[64];

static bool read_bytes(struct bj_options *options, const char *text, size_t size)
{
    int fd;
    bool good;

    strcpy(path, "/tmp/beamjack-test-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), size);
    close(fd);
    bj_options_init(options, BJ_COMMAND_RUN);
    why[0] = '\0';
    good = bj_config_read(options, path, why, sizeof why);
    unlink(path);
    return good;
}

static bool read_text(struct bj_options *options, const char *text)
{
    return read_bytes(options, text, strlen(text));
}

static void keys_are_the_long_options(void **state)
{
    struct bj_options options;

    (void)state;
    assert_true(read_text(&options, "# my laser\n"
                                    "dac = etherdream:0004a3112233\n"
                                    "pps = 30000\n"
                                    "  connect = pd:output_*\n" /* no continuation */
                                    "\tconnect = x=a:b\n"
                                    "headless = yes\n"
                                    "flip-x = no\n"
                                    "gain = 0.5,0.25 ; half\n"));
    assert_int_equal(options.dacs.count, 1);
    assert_string_equal(options.dacs.items[0], "etherdream:0004a3112233");
    assert_int_equal(options.pps, 30000);
    assert_int_equal(options.connect.count, 2);
    assert_string_equal(options.connect.items[1], "x=a:b");
    assert_true(options.headless);
    assert_false(options.flip_x);
    assert_true(options.gain[0] == 0.5f && options.gain[1] == 0.25f);
    bj_options_finish(&options);
}

static void errors_have_a_line_and_a_reason(void **state)
{
    const struct {
        const char *text;
        int line;
        const char *word;
    } cases[] = {
        {"pps = many\n", 1, "whole number"},
        {"\n\npps = 30000\nnonsense = 3\n", 4, "nonsense"},
        {"pps\n", 1, "name = value"},
        {"pps = 1000\n[laser 1]\npps = 2000\n", 3, "section"},
        {"arm = yes\n", 1, "command line"},
        {"config = other\n", 1, "command line"},
        {"wait = 3\n", 1, "wait"},
        {"dac =\n", 1, "DAC"},
        {"connect = nobody\n", 1, "CLIENT:PORT"},
        {"flip-x = perhaps\n", 1, "yes or no"},
        {"pps = bad\npps = worse\n", 1, "bad"},
        {"gain = 0,5\n", 1, "0.5"},
        {"pps = 1000\n\npps = 1000\n", 3, "in line 1 already"},
        {"client-name = laser\x1b[2J\n", 1, "control character"},
        {"pps = 1000\nclient-name = \xff\n", 2, "UTF-8"},
        {"\x7f"
         "ELF",
         1, "control character"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct bj_options options;
        char begin[100];

        assert_false(read_text(&options, cases[k].text));
        snprintf(begin, sizeof begin, "%s:%d: ", path, cases[k].line);
        if (strncmp(why, begin, strlen(begin)) != 0 || !strstr(why, cases[k].word))
            fail_msg("case %zu: '%s' instead of '%s...%s'", k, why, begin, cases[k].word);
        bj_options_finish(&options);
    }
}

static void zero_byte_is_no_text(void **state)
{
    static const char bytes[] = "pps = 1000\n# all\0hidden = yes\n";
    struct bj_options options;

    (void)state;
    assert_false(read_bytes(&options, bytes, sizeof bytes - 1));
    assert_non_null(strstr(why, ":2: a control character"));
    bj_options_finish(&options);
}

static void folder_is_no_file(void **state)
{
    struct bj_options options;

    (void)state;
    bj_options_init(&options, BJ_COMMAND_RUN);
    assert_false(bj_config_read(&options, "/tmp", why, sizeof why));
    assert_non_null(strstr(why, "/tmp:1: Is a directory"));
    bj_options_finish(&options);
}

static void long_line_is_an_error(void **state)
{
    struct bj_options options;
    char text[5000];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(read_text(&options, text));
    assert_non_null(strstr(why, ":1: the line is too long"));
    bj_options_finish(&options);
}

static void missing_file_is_named(void **state)
{
    struct bj_options options;

    (void)state;
    bj_options_init(&options, BJ_COMMAND_RUN);
    assert_false(bj_config_read(&options, "/nowhere/beamjack.conf", why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/beamjack.conf"));
    bj_options_finish(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_long_options),
        cmocka_unit_test(errors_have_a_line_and_a_reason),
        cmocka_unit_test(zero_byte_is_no_text),
        cmocka_unit_test(folder_is_no_file),
        cmocka_unit_test(long_line_is_an_error),
        cmocka_unit_test(missing_file_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
