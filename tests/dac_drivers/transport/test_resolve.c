/* SPDX-License-Identifier: MIT
 *
 * getaddrinfo is ours here: it answers at once, or hangs.
 */
#include "transport/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static char why[300];
static atomic_bool resumed, ended;

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
void __wrap_freeaddrinfo(struct addrinfo *found);

static void hang(void)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    while (!atomic_load(&resumed))
        nanosleep(&moment, NULL);
    atomic_store(&ended, true);
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    static struct sockaddr_in address = {.sin_family = AF_INET};
    static struct addrinfo info = {.ai_family = AF_INET,
                                   .ai_addrlen = sizeof address,
                                   .ai_addr = (struct sockaddr *)&address};

    (void)service;
    if (!(hints->ai_flags & AI_NUMERICHOST) && !strcmp(host, "black.hole"))
        hang();
    if (!(hints->ai_flags & AI_NUMERICHOST) && !strcmp(host, "laser.local"))
        host = "10.0.1.7";
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return EAI_NONAME;
    *found = &info;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *found)
{
    (void)found; /* is ours */
}

static void names_and_numbers_have_addresses(void **state)
{
    uint32_t ip = 0;

    (void)state;
    assert_int_equal(bj_resolve("192.168.1.20", &ip, why, sizeof why), BJ_OK);
    assert_int_equal(ip, 0xc0a80114);
    assert_int_equal(bj_resolve("laser.local", &ip, why, sizeof why), BJ_OK);
    assert_int_equal(ip, 0x0a000107);
    assert_int_equal(bj_resolve("nobody", &ip, why, sizeof why), BJ_NOT_FOUND);
    assert_non_null(strstr(why, "'nobody'"));
}

static void name_service_that_hangs_is_given_up(void **state)
{
    uint32_t ip = 0;
    int64_t before_ns = bj_clock_ns();

    (void)state;
    assert_int_equal(bj_resolve("black.hole", &ip, why, sizeof why), BJ_TIMED_OUT);
    assert_true(bj_clock_ns() - before_ns >= BJ_RESOLVE_S * BJ_NS_PER_S);
    assert_non_null(strstr(why, "black.hole"));
    assert_non_null(strstr(why, "in numbers"));
    atomic_store(&resumed, true); /* comes back to nobody */
    while (!atomic_load(&ended))
        ;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers_have_addresses),
        cmocka_unit_test(name_service_that_hangs_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
