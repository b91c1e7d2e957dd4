/* SPDX-License-Identifier: MIT */
#include "bridge/dac_search.h"

#include "jackd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

struct desk {
    struct bj_transports via;
    atomic_bool cancel;
    char names[2][40];
    struct bj_text_list asked;
    struct bj_dac_search search;
};

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);

    desk->via.net = bj_net_create();
    for (int k = 0; k < 2; k++)
        desk->asked.items[k] = desk->names[k];
    desk->search = (struct bj_dac_search){.via = &desk->via,
                                          .asked = &desk->asked,
                                          .cancel = &desk->cancel,
                                          .wake_fd = eventfd(0, EFD_NONBLOCK)};
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;

    close(desk->search.wake_fd);
    bj_net_destroy(desk->via.net);
    free(desk);
    return 0;
}

static void ask(struct desk *desk, const char *first, const char *second)
{
    snprintf(desk->names[0], sizeof desk->names[0], "%s", first);
    snprintf(desk->names[1], sizeof desk->names[1], "%s", second);
    desk->asked.count = 2;
    assert_true(bj_dac_search_start(&desk->search));
}

static void all_are_found_in_order_and_it_wakes(void **state)
{
    struct desk *desk = *state;
    uint64_t count;

    ask(desk, "virtual", "etherdream@127.0.0.1");
    WAIT_FOR(bj_dac_search_done(&desk->search));
    assert_true(desk->search.found);
    assert_string_equal(desk->search.items[0].dac.id, "virtual");
    assert_string_equal(desk->search.items[1].dac.driver->name, "etherdream");
    assert_null(bj_dac_search_news(&desk->search));
    assert_int_equal(read(desk->search.wake_fd, &count, sizeof count), sizeof count);
}

static void what_is_not_there_is_waited_for_and_told_once(void **state)
{
    struct desk *desk = *state;
    const char *news;

    desk->search.endless = true;
    ask(desk, "virtual", "etherdream:00000000dead"); /* looks for 5 s */
    WAIT_FOR((news = bj_dac_search_news(&desk->search)) != NULL);
    assert_non_null(strstr(news, "etherdream:00000000dead"));
    assert_null(bj_dac_search_news(&desk->search));
    assert_false(bj_dac_search_done(&desk->search));
    assert_string_equal(bj_dac_search_sought(&desk->search), "etherdream:00000000dead");
    atomic_store(&desk->cancel, true);
    WAIT_FOR(bj_dac_search_done(&desk->search));
    assert_false(desk->search.found);
}

static void what_can_never_be_right_ends_it(void **state)
{
    struct desk *desk = *state;

    desk->search.endless = true;
    ask(desk, "nonsense:1", "virtual");
    WAIT_FOR(bj_dac_search_done(&desk->search));
    assert_false(desk->search.found);
    assert_true(desk->search.wrong_usage);
    assert_non_null(strstr(desk->search.why, "nonsense"));
}

#define SEARCHED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEARCHED(all_are_found_in_order_and_it_wakes),
        SEARCHED(what_is_not_there_is_waited_for_and_told_once),
        SEARCHED(what_can_never_be_right_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
