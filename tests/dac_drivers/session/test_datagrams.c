/* SPDX-License-Identifier: MIT */
#include "fake_net.h"
#include "session/datagrams.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW_NS BJ_NS_PER_S
#define SOME_NS (3 * BJ_NS_PER_MS)

static const struct bj_address to = {0x0a000005u, 7255};

static void test_tries_again_a_moment_after_a_refusal(void **state)
{
    struct fake_net *net = fake_net_create();
    struct bj_datagrams out = {.net = fake_net_base(net)};
    int handle, tries = 0;
    int64_t now_ns = NOW_NS;

    (void)state;
    assert_int_equal(
        out.net->ops->open_udp(out.net, (struct bj_address){0}, false, &handle), BJ_OK);
    fake_net_advance(net, now_ns);
    fake_net_refuse_datagrams(net, now_ns + SOME_NS);
    assert_false(bj_datagrams_full(&out, now_ns));
    while (bj_datagrams_send(&out, handle, to, "x", 1, now_ns) == BJ_WOULD_BLOCK) {
        assert_true(bj_datagrams_full(&out, now_ns));
        assert_true(out.full_until_ns > now_ns);
        now_ns = out.full_until_ns;
        fake_net_advance(net, now_ns);
        assert_false(bj_datagrams_full(&out, now_ns));
        assert_in_range(++tries, 1, 10);
    }
    assert_in_range(now_ns, NOW_NS + SOME_NS, NOW_NS + SOME_NS + BJ_NS_PER_MS);
    out.net->ops->close(out.net, handle);
    fake_net_destroy(net);
}

static void test_nothing_is_due_before_it_can_leave(void **state)
{
    const struct bj_datagrams out = {.full_until_ns = 1000};

    (void)state;
    assert_int_equal(bj_datagrams_from_ns(&out, 10), 1000);
    assert_int_equal(bj_datagrams_from_ns(&out, 2000), 2000);
    assert_true(bj_datagrams_from_ns(&out, BJ_NEVER) == BJ_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tries_again_a_moment_after_a_refusal),
        cmocka_unit_test(test_nothing_is_due_before_it_can_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
