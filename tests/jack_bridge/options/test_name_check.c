/* SPDX-License-Identifier: MIT */
#include "options/name_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char why[200];

static const char *long_name(size_t size)
{
    static char name[1000];

    memset(name, 'n', size);
    name[size] = '\0';
    return name;
}

static bool client(const char *name)
{
    return bj_client_name_check(name, "--client-name", why, sizeof why);
}

static bool server(const char *name)
{
    return bj_server_name_check(name, "$JACK_DEFAULT_SERVER", why, sizeof why);
}

static void names_that_jack_takes(void **state)
{
    (void)state;
    assert_true(client("beamjack"));
    assert_true(client("laser / links (\xc3\xbc"
                       "ber) [1]=*?\\"));
    assert_true(client(long_name(BJ_CLIENT_NAME_MOST)));
    assert_true(server("default"));
    assert_true(server("a:b c"));
    assert_true(server(long_name(BJ_SERVER_NAME_MOST)));
}

static void names_that_would_harm_it(void **state)
{
    (void)state;
    assert_false(client(""));
    assert_false(client(long_name(BJ_CLIENT_NAME_MOST + 1)));
    assert_non_null(strstr(why, "--client-name"));
    assert_non_null(strstr(why, "64 bytes"));
    assert_non_null(strstr(why, "at most 63"));
    assert_false(client("a:b"));
    assert_non_null(strstr(why, "':'"));
    assert_false(client("a\tb"));
    assert_false(client("\xff"));
    assert_false(server(""));
    assert_false(server(long_name(BJ_SERVER_NAME_MOST + 1)));
    assert_non_null(strstr(why, "$JACK_DEFAULT_SERVER"));
    assert_false(server(long_name(900)));
    assert_false(server("../x"));
    assert_non_null(strstr(why, "'/'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_jack_takes),
        cmocka_unit_test(names_that_would_harm_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
