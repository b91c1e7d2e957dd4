/* SPDX-License-Identifier: MIT */
#include "options/connections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PD(n) "pd:output_" #n

static struct bj_text_list patterns_of(const char *first, const char *second)
{
    struct bj_text_list list = {.count = second ? 2 : 1};

    list.items[0] = strdup(first);
    if (second)
        list.items[1] = strdup(second);
    return list;
}

static void free_patterns(struct bj_text_list *list)
{
    for (size_t k = 0; k < list->count; k++)
        free(list->items[k]);
}

static int64_t now_ns;

/* "x pd:output_1, y pd:output_2", the plan as text in its order. */
static const char *plan_text(struct bj_connections *connections, const char *const *sources)
{
    static char text[1024];
    struct bj_connection_list plan = {0};

    bj_connections_plan(connections, sources, now_ns, &plan);
    text[0] = '\0';
    for (size_t k = 0; k < plan.count; k++) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof text - used, "%s%c %s", k ? ", " : "",
                 bj_port_letter(plan.items[k].channel), plan.items[k].source);
    }
    bj_connection_list_finish(&plan);
    return text;
}

static const char *const none[] = {NULL};
static const char *const five[] = {PD(1), PD(2), PD(3), PD(4), PD(5), NULL};

static void whole_set_goes_in_order(void **state)
{
    struct bj_text_list patterns = patterns_of("pd:output_*", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, five),
                        "x " PD(1) ", y " PD(2) ", r " PD(3) ", g " PD(4) ", b " PD(5));
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void seventh_port_has_no_place(void **state)
{
    const char *const seven[] = {"a:1", "a:2", "a:3", "a:4", "a:5", "a:6", "a:7", NULL};
    struct bj_text_list patterns = patterns_of("a:*", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, seven),
                        "x a:1, y a:2, r a:3, g a:4, b a:5, i a:6");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void position_comes_before_colour(void **state)
{
    const char *const sources[] = {"s:red", "s:why", "s:ex", NULL};
    struct bj_text_list patterns = patterns_of("r=s:red", "y=s:why");
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, sources), "y s:why, r s:red");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void ports_may_appear_one_by_one(void **state)
{
    const char *const one[] = {PD(1), NULL}, *const two[] = {PD(1), PD(2), NULL};
    struct bj_text_list patterns = patterns_of("pd:output_*", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, none), "");
    assert_string_equal(plan_text(&connections, one), "x " PD(1));
    assert_string_equal(plan_text(&connections, two), "y " PD(2));
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void what_a_user_disconnects_stays_so(void **state)
{
    const char *const more[] = {PD(1), PD(2), PD(3), PD(4), PD(5), "other:out", NULL};
    struct bj_text_list patterns = patterns_of("pd:output_*", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    plan_text(&connections, five);
    assert_string_equal(plan_text(&connections, five), "");
    assert_string_equal(plan_text(&connections, more), "");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void source_that_comes_back_is_connected_again(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    plan_text(&connections, five);
    plan_text(&connections, none);
    assert_string_equal(plan_text(&connections, five), "x " PD(1));
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void once_means_once(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, true);
    assert_string_equal(plan_text(&connections, none), "");
    assert_string_equal(plan_text(&connections, five), "x " PD(1));
    plan_text(&connections, none);
    assert_string_equal(plan_text(&connections, five), "");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void remembered_links_wait_for_their_sources(void **state)
{
    const char *const one[] = {PD(1), NULL};
    struct bj_text_list patterns = {.count = 0};
    struct bj_connections connections;
    struct bj_connection_list list = {0};

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    bj_connection_list_add(&list, PD(3), BJ_R);
    bj_connection_list_add(&list, PD(1), BJ_X);
    plan_text(&connections, five);
    bj_connections_remember(&connections, &list, now_ns);
    assert_string_equal(plan_text(&connections, one), "x " PD(1));
    assert_string_equal(plan_text(&connections, five), "r " PD(3));
    assert_string_equal(plan_text(&connections, five), "");
    bj_connection_list_finish(&list);
    bj_connections_finish(&connections);
}

/* A program that comes back the next day is not what the user had linked. */
static void sources_that_do_not_return_are_forgotten(void **state)
{
    struct bj_text_list patterns = {.count = 0};
    struct bj_connections connections;
    struct bj_connection_list list = {0}, nothing = {0};

    (void)state;
    now_ns = 1000 * BJ_NS_PER_S;
    bj_connections_init(&connections, &patterns, false);
    bj_connection_list_add(&list, PD(1), BJ_X);
    bj_connection_list_add(&list, PD(3), BJ_R);
    bj_connections_remember(&connections, &list, now_ns);
    now_ns += 86400 * BJ_NS_PER_S; /* however long there is no server */
    assert_string_equal(plan_text(&connections, none), "");
    now_ns += 599 * BJ_NS_PER_S;
    bj_connections_remember(&connections, &nothing, now_ns);
    assert_string_equal(plan_text(&connections, none), "");
    now_ns += 599 * BJ_NS_PER_S;
    assert_string_equal(plan_text(&connections, five), "x " PD(1) ", r " PD(3));

    bj_connections_remember(&connections, &list, now_ns);
    assert_string_equal(plan_text(&connections, none), "");
    now_ns += 600 * BJ_NS_PER_S;
    bj_connections_remember(&connections, &nothing, now_ns);
    assert_int_equal(connections.pending.count, 0);
    bj_connections_remember(&connections, &list, now_ns);
    assert_string_equal(plan_text(&connections, none), "");
    now_ns += 600 * BJ_NS_PER_S;
    assert_string_equal(plan_text(&connections, five), "");
    bj_connection_list_finish(&list);
    bj_connections_finish(&connections);
}

static void patterns_work_anew_on_a_new_server(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", NULL);
    struct bj_connections connections;
    struct bj_connection_list nothing = {0};

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    plan_text(&connections, five);
    bj_connections_remember(&connections, &nothing, now_ns);
    assert_string_equal(plan_text(&connections, five), "x " PD(1));
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void names_with_brackets_are_names_first(void **state)
{
    const char *const sources[] = {"odd[1]:out*1", NULL};
    struct bj_text_list patterns = patterns_of("x=odd[1]:out*1", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, sources), "x odd[1]:out*1");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static const char *news(struct bj_connections *connections)
{
    static char text[400];

    return bj_connections_news(connections, text, sizeof text) ? text : "";
}

static void pattern_without_a_port_is_told_and_told_again(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", "nobody:*");
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, false);
    plan_text(&connections, none);
    assert_non_null(strstr(news(&connections), "x=pd:output_1 matches no port"));
    assert_non_null(strstr(news(&connections), "nobody:* matches no port"));
    assert_string_equal(news(&connections), "");
    plan_text(&connections, none);
    assert_string_equal(news(&connections), "");
    plan_text(&connections, five);
    assert_non_null(strstr(news(&connections), "x=pd:output_1: there is a port"));
    assert_string_equal(news(&connections), "");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void pattern_that_matches_at_once_is_no_news(void **state)
{
    struct bj_text_list patterns = patterns_of("pd:output_*", NULL);
    struct bj_connections connections;

    (void)state;
    bj_connections_init(&connections, &patterns, true);
    plan_text(&connections, five);
    assert_string_equal(news(&connections), "");
    plan_text(&connections, five); /* once: done */
    assert_string_equal(news(&connections), "");
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static bool outcome(struct bj_connections *connections, bool made)
{
    struct bj_connection connection = {.source = (char[]){PD(1)}, .channel = BJ_X};
    char text[400];

    return bj_connections_outcome(connections, &connection, made, now_ns, text,
                                  sizeof text);
}

static void refused_link_is_tried_again_while_its_source_is_there(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", NULL);
    struct bj_connections connections;
    int tries = 0, told = 0;

    (void)state;
    now_ns = 0;
    bj_connections_init(&connections, &patterns, false);
    assert_string_equal(plan_text(&connections, five), "x " PD(1));
    assert_false(outcome(&connections, false));
    assert_string_equal(plan_text(&connections, five), ""); /* not yet */
    while (now_ns < 60 * BJ_NS_PER_S) {
        now_ns = bj_connections_retry_ns(&connections);
        assert_string_equal(plan_text(&connections, five), "x " PD(1));
        told += outcome(&connections, false);
        tries++;
    }
    assert_in_range(tries, 25, 40); /* a minute, every two seconds at last */
    assert_int_equal(told, 1);
    now_ns = bj_connections_retry_ns(&connections);
    plan_text(&connections, five);
    assert_true(outcome(&connections, true)); /* worth telling, after that */
    assert_int_equal(bj_connections_retry_ns(&connections), BJ_NEVER);
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void refused_link_is_forgotten_with_its_source(void **state)
{
    struct bj_text_list patterns = patterns_of("x=pd:output_1", NULL);
    struct bj_connections connections;

    (void)state;
    now_ns = 0;
    bj_connections_init(&connections, &patterns, false);
    plan_text(&connections, five);
    assert_false(outcome(&connections, false));
    assert_string_equal(plan_text(&connections, none), "");
    assert_int_equal(bj_connections_retry_ns(&connections), BJ_NEVER);
    assert_string_equal(plan_text(&connections, five), "x " PD(1)); /* a new one */
    assert_false(outcome(&connections, true));
    bj_connections_finish(&connections);
    free_patterns(&patterns);
}

static void refused_link_is_wanted_from_the_next_server(void **state)
{
    struct bj_text_list patterns = {.count = 0};
    struct bj_connections connections;
    struct bj_connection_list nothing = {0};

    (void)state;
    now_ns = 0;
    bj_connections_init(&connections, &patterns, false);
    assert_false(outcome(&connections, false));
    bj_connections_remember(&connections, &nothing, now_ns);
    assert_int_equal(bj_connections_retry_ns(&connections), BJ_NEVER);
    assert_string_equal(plan_text(&connections, five), "x " PD(1));
    bj_connections_finish(&connections);
}

static void any_name_can_be_written(void **state)
{
    static const char *const names[] = {
        "odd[1]:out*1", "a b:c d", "a=b:c",   "x=y:z", "back\\slash:out",
        "a:b:c",        "q?:why?", "(a):{b}", "\\*:x", "\xc3\xa4:\xe2\x82\xac",
    };
    char one[60], set[60], expected[60], why[400];

    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const char *const sources[] = {"a1:out", names[k], NULL};
        struct bj_text_list patterns;
        struct bj_connections connections;

        snprintf(one, sizeof one, "y=%s", names[k]);
        snprintf(set, sizeof set, "%s", names[k]);
        if (strcspn(set, "=") < strcspn(set, ":"))
            set[strcspn(set, "=")] = '?';
        assert_true(bj_connections_check(one, why, sizeof why));
        assert_true(bj_connections_check(set, why, sizeof why));
        patterns = patterns_of(one, set);
        bj_connections_init(&connections, &patterns, false);
        snprintf(expected, sizeof expected, "x %s, y %s", names[k], names[k]);
        assert_string_equal(plan_text(&connections, sources), expected);
        bj_connections_finish(&connections);
        free_patterns(&patterns);
    }
}

static void channel_that_does_not_exist_is_named(void **state)
{
    char why[400];

    (void)state;
    assert_false(bj_connections_check("z=pd:output_1", why, sizeof why));
    assert_non_null(strstr(why, "'z'"));
    assert_non_null(strstr(why, "x y r g b i"));
    assert_false(bj_connections_check("X=pd:output_1", why, sizeof why));
    assert_false(bj_connections_check("=pd:output_1", why, sizeof why));
    assert_true(bj_connections_check("in_x=pd:output_1", why, sizeof why));
    assert_true(bj_connections_check("pd:x=1", why, sizeof why));
}

static void pattern_without_a_client_is_refused(void **state)
{
    char why[400];

    (void)state;
    assert_true(bj_connections_check("x=Pd:output_1", why, sizeof why));
    assert_true(bj_connections_check("pd:output_*", why, sizeof why));
    assert_false(bj_connections_check("pd", why, sizeof why));
    assert_non_null(strstr(why, "'pd'"));
    assert_non_null(strstr(why, "x=CLIENT:PORT"));
    assert_false(bj_connections_check("x=pd", why, sizeof why));
}

static void links_know_their_channels(void **state)
{
    struct bj_connection_list a = {0}, b = {0};

    (void)state;
    bj_connection_list_add(&a, PD(1), BJ_X);
    bj_connection_list_add(&a, PD(1), BJ_X);
    bj_connection_list_add(&a, PD(1), BJ_Y);
    assert_int_equal(a.count, 2);
    assert_int_equal(bj_connection_list_channels(&a), BJ_POSITION_BITS);
    bj_connection_list_add(&b, PD(1), BJ_Y);
    assert_false(bj_connection_list_equal(&a, &b));
    bj_connection_list_add(&b, PD(1), BJ_X);
    assert_true(bj_connection_list_equal(&a, &b));
    bj_connection_list_finish(&a);
    bj_connection_list_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_set_goes_in_order),
        cmocka_unit_test(seventh_port_has_no_place),
        cmocka_unit_test(position_comes_before_colour),
        cmocka_unit_test(ports_may_appear_one_by_one),
        cmocka_unit_test(what_a_user_disconnects_stays_so),
        cmocka_unit_test(source_that_comes_back_is_connected_again),
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(remembered_links_wait_for_their_sources),
        cmocka_unit_test(sources_that_do_not_return_are_forgotten),
        cmocka_unit_test(patterns_work_anew_on_a_new_server),
        cmocka_unit_test(names_with_brackets_are_names_first),
        cmocka_unit_test(pattern_without_a_port_is_told_and_told_again),
        cmocka_unit_test(pattern_that_matches_at_once_is_no_news),
        cmocka_unit_test(refused_link_is_tried_again_while_its_source_is_there),
        cmocka_unit_test(refused_link_is_forgotten_with_its_source),
        cmocka_unit_test(refused_link_is_wanted_from_the_next_server),
        cmocka_unit_test(any_name_can_be_written),
        cmocka_unit_test(channel_that_does_not_exist_is_named),
        cmocka_unit_test(pattern_without_a_client_is_refused),
        cmocka_unit_test(links_know_their_channels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
