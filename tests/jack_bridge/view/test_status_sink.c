/* SPDX-License-Identifier: MIT */
#include "view/status_sink.h"

#include "jackd.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT_NS (10 * BJ_NS_PER_S)

static char folder[40], path[60], old[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/status", folder);
    snprintf(old, sizeof old, "%s.1", path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    unlink(old);
    return rmdir(folder); /* no other file was left behind */
}

static struct bj_status_sink *create(bool latest, uint64_t most_bytes)
{
    const struct bj_status_sink_config config = {path, latest, most_bytes};
    char why[200] = "";
    struct bj_status_sink *sink = bj_status_sink_create(&config, why, sizeof why);

    assert_string_equal(why, "");
    assert_non_null(sink);
    return sink;
}

static const char *text_of(const char *file)
{
    static char text[4096];
    FILE *in = fopen(file, "r");

    text[in ? fread(text, 1, sizeof text - 1, in) : 0] = '\0';
    if (in)
        fclose(in);
    return text;
}

static void put(struct bj_status_sink *sink, int number)
{
    char line[16];

    bj_status_sink_put(sink, line, (size_t)sprintf(line, "line %02d\n", number));
}

static void lines_are_appended(void **state)
{
    struct bj_status_sink *sink = create(false, 0);

    (void)state;
    put(sink, 1);
    put(sink, 2);
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
    assert_string_equal(text_of(path), "line 01\nline 02\n");
}

static void a_full_file_turns_over(void **state)
{
    struct bj_status_sink *sink = create(false, 80);

    (void)state;
    for (int k = 0; k < 25; k++)
        put(sink, k);
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
    assert_string_equal(text_of(path), "line 20\nline 21\nline 22\nline 23\nline 24\n");
    assert_int_equal(strlen(text_of(old)), 80);
}

static void the_latest_is_there_alone_and_whole(void **state)
{
    struct bj_status_sink *sink = create(true, 0);

    (void)state;
    for (int k = 0; k < 200; k++) {
        size_t size;

        put(sink, k);
        size = strlen(text_of(path));
        assert_true(size == 0 || size == 8 || size == 9);
    }
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
    assert_string_equal(text_of(path), "line 199\n");
}

static void a_pipe_without_a_reader_holds_up_nothing(void **state)
{
    struct bj_status_sink *sink;
    char news[200], line[40] = "";
    int64_t begin_ns = jackd_now_ns();
    int reader;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    sink = create(true, 10); /* which a pipe cannot be asked for */
    WAIT_FOR(bj_status_sink_news(sink, news, sizeof news));
    assert_non_null(strstr(news, "nobody reads it"));
    put(sink, 1);
    assert_true(jackd_now_ns() - begin_ns < BJ_NS_PER_S);
    reader = open(path, O_RDONLY | O_NONBLOCK);
    WAIT_FOR((put(sink, 2), read(reader, line, sizeof line - 1) > 0));
    assert_memory_equal(line, "line 0", 6);
    WAIT_FOR(bj_status_sink_news(sink, news, sizeof news));
    assert_non_null(strstr(news, "again"));
    close(reader);
    WAIT_FOR((put(sink, 3), bj_status_sink_news(sink, news, sizeof news)));
    assert_non_null(strstr(news, "nobody reads it"));
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
}

static void a_pipe_that_is_full_holds_up_nothing(void **state)
{
    static char block[5000];
    struct bj_status_sink *sink;
    char news[200];
    int reader;

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    reader = open(path, O_RDONLY | O_NONBLOCK);
    sink = create(false, 0);
    memset(block, 'x', sizeof block);
    WAIT_FOR((bj_status_sink_put(sink, block, sizeof block),
              bj_status_sink_news(sink, news, sizeof news)));
    assert_non_null(strstr(news, "too slow"));
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
    close(reader);
}

static void a_full_disk_is_told_once_and_tried_on(void **state)
{
    const struct bj_status_sink_config config = {"/dev/full", true, 10};
    char why[200], news[200];
    struct bj_status_sink *sink = bj_status_sink_create(&config, why, sizeof why);
    struct stat about;

    (void)state;
    assert_non_null(sink);
    put(sink, 1);
    WAIT_FOR(bj_status_sink_news(sink, news, sizeof news));
    assert_non_null(strstr(news, "No space left"));
    put(sink, 2);
    assert_false(bj_status_sink_news(sink, news, sizeof news));
    assert_true(bj_status_sink_destroy(sink, LIMIT_NS));
    assert_int_equal(stat("/dev/full", &about), 0);
    assert_true(S_ISCHR(about.st_mode)); /* not replaced */
}

static void what_cannot_be_opened_is_refused(void **state)
{
    const struct bj_status_sink_config rows[] = {
        {"/nowhere/file", false, 0}, {"/nowhere/file", true, 0}, {"/", false, 0}};
    char why[200];

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        assert_null(bj_status_sink_create(&rows[k], why, sizeof why));
        assert_non_null(strstr(why, "cannot write /"));
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(lines_are_appended),
        IN_FOLDER(a_full_file_turns_over),
        IN_FOLDER(the_latest_is_there_alone_and_whole),
        IN_FOLDER(a_pipe_without_a_reader_holds_up_nothing),
        IN_FOLDER(a_pipe_that_is_full_holds_up_nothing),
        cmocka_unit_test(a_full_disk_is_told_once_and_tried_on),
        cmocka_unit_test(what_cannot_be_opened_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
