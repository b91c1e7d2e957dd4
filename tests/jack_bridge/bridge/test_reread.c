/* SPDX-License-Identifier: MIT
 *
 * A pipe is a file that hangs until somebody writes to it.
 */
#include "bridge/reread.h"

#include "jack/helper_thread.h"
#include "jack/message_queue.h"
#include "jackd.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW_NS (7 * BJ_NS_PER_S)

struct desk {
    struct bj_reread reread;
    int wake_fd;
    char folder[40], path[60];
    char words[2][12];
    char *argv[4];
    struct bj_shape shape;
    char why[BJ_WHY_SIZE];
};

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);

    strcpy(desk->folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(desk->folder));
    snprintf(desk->path, sizeof desk->path, "%s/conf", desk->folder);
    desk->wake_fd = eventfd(0, EFD_NONBLOCK);
    strcpy(desk->words[0], "run");
    strcpy(desk->words[1], "--config");
    desk->argv[0] = desk->words[0];
    desk->argv[1] = desk->words[1];
    desk->argv[2] = desk->path;
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;

    unlink(desk->path);
    rmdir(desk->folder);
    close(desk->wake_fd);
    free(desk);
    return 0;
}

static void put(const struct desk *desk, const char *text)
{
    int fd = open(desk->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void begin(struct desk *desk, int64_t now_ns)
{
    bj_reread_begin(&desk->reread, 3, desk->argv, desk->wake_fd, now_ns);
}

static enum bj_reread_news step(struct desk *desk, int64_t now_ns)
{
    int64_t deadline_ns = BJ_NEVER;

    return bj_reread_step(&desk->reread, now_ns, &deadline_ns, &desk->shape, desk->why,
                          sizeof desk->why);
}

static enum bj_reread_news outcome(struct desk *desk)
{
    enum bj_reread_news news;

    WAIT_FOR((news = step(desk, NOW_NS)) != BJ_REREAD_NOTHING);
    return news;
}

static void a_file_is_read_and_wakes(void **state)
{
    struct desk *desk = *state;
    uint64_t count;

    put(desk, "gain = 0.5\n");
    assert_int_equal(step(desk, NOW_NS), BJ_REREAD_NOTHING);
    begin(desk, NOW_NS);
    WAIT_FOR(read(desk->wake_fd, &count, sizeof count) == sizeof count);
    assert_int_equal(step(desk, NOW_NS), BJ_REREAD_DONE);
    assert_true(desk->shape.gain_x == 0.5f);
    assert_false(bj_reread_under_way(&desk->reread));
    assert_int_equal(step(desk, NOW_NS), BJ_REREAD_NOTHING);
    put(desk, "gain = 0,5\n");
    begin(desk, NOW_NS);
    assert_int_equal(outcome(desk), BJ_REREAD_FAILED);
    assert_non_null(strstr(desk->why, "conf:1: "));
    assert_true(bj_reread_finish(&desk->reread));
}

static void a_file_that_hangs_is_left_behind(void **state)
{
    struct desk *desk = *state;
    int64_t deadline_ns = BJ_NEVER, until_ns = NOW_NS + BJ_REREAD_LIMIT_NS;

    assert_int_equal(mkfifo(desk->path, 0600), 0);
    begin(desk, NOW_NS);
    assert_int_equal(bj_reread_step(&desk->reread, until_ns - 1, &deadline_ns, &desk->shape,
                                    desk->why, sizeof desk->why),
                     BJ_REREAD_NOTHING);
    assert_true(deadline_ns == until_ns);
    assert_true(bj_reread_under_way(&desk->reread));
    assert_int_equal(step(desk, until_ns), BJ_REREAD_FAILED);
    assert_non_null(strstr(desk->why, "within 10 s"));
    begin(desk, until_ns); /* no thread for each try */
    assert_int_equal(step(desk, until_ns), BJ_REREAD_FAILED);
    assert_non_null(strstr(desk->why, "still hangs"));
    assert_false(bj_reread_finish(&desk->reread));
    put(desk, "gain = 0.25\n");
    assert_true(bj_helpers_ended(&desk->reread.helpers, 10000));
    assert_int_equal(step(desk, until_ns), BJ_REREAD_NOTHING); /* too late to count */
    unlink(desk->path);
    put(desk, "gain = 0.5\n");
    begin(desk, until_ns);
    assert_int_equal(outcome(desk), BJ_REREAD_DONE);
    assert_true(desk->shape.gain_x == 0.5f);
    assert_true(bj_reread_finish(&desk->reread));
}

#define READ_AGAIN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READ_AGAIN(a_file_is_read_and_wakes),
        READ_AGAIN(a_file_that_hangs_is_left_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
