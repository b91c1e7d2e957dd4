/* SPDX-License-Identifier: MIT */
#include "control/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define LATER_NS (100 * BJ_NS_PER_S)

static struct bj_keys settled(int64_t now_ns)
{
    struct bj_keys keys;

    bj_keys_init(&keys, now_ns - 10 * BJ_NS_PER_S);
    return keys;
}

static unsigned take(struct bj_keys *keys, const char *bytes, size_t size, int64_t now_ns)
{
    return bj_keys_take(keys, (const uint8_t *)bytes, size, now_ns);
}

/* What follows if nothing else comes. */
static unsigned wait_out(struct bj_keys *keys, int64_t now_ns)
{
    return bj_keys_take(keys, NULL, 0, now_ns + BJ_KEY_ALONE_NS);
}

static void a_lone_a_arms_after_a_moment(void **state)
{
    struct bj_keys keys = settled(LATER_NS);

    (void)state;
    assert_int_equal(take(&keys, "a", 1, LATER_NS), 0);
    assert_int_equal(bj_keys_deadline_ns(&keys), LATER_NS + BJ_KEY_ALONE_NS);
    assert_int_equal(bj_keys_take(&keys, NULL, 0, LATER_NS + BJ_KEY_ALONE_NS - 1), 0);
    assert_int_equal(wait_out(&keys, LATER_NS), BJ_KEY_ARM);
    assert_int_equal(bj_keys_deadline_ns(&keys), BJ_NEVER);
    assert_int_equal(wait_out(&keys, LATER_NS + BJ_NS_PER_S), 0);
}

static void plain_keys_act_at_once(void **state)
{
    const struct {
        const char *bytes;
        unsigned wanted;
    } rows[] = {
        {" ", BJ_KEY_DISARM},
        {"q", BJ_KEY_QUIT},
        {"?", BJ_KEY_HELP},
        {"x", BJ_KEY_UNKNOWN},
        {"A", BJ_KEY_UNKNOWN},
        {"\x04", BJ_KEY_UNKNOWN},
        {"q ", BJ_KEY_QUIT | BJ_KEY_DISARM},
        {"\033[A", BJ_KEY_UNKNOWN},
        {"\xc3\xa4", BJ_KEY_UNKNOWN},
        {"\xc3 ", BJ_KEY_UNKNOWN | BJ_KEY_DISARM},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct bj_keys keys = settled(LATER_NS);

        assert_int_equal(take(&keys, rows[k].bytes, strlen(rows[k].bytes), LATER_NS),
                         rows[k].wanted);
        assert_int_equal(wait_out(&keys, LATER_NS), 0);
    }
}

/* ---- What must not arm, in one read or many, whole or cut ------------------------------------- */

static const char *const foreign[] = {
    "aa",
    "ab",
    "\033a",     /* Alt */
    "\033[a",    /* Shift+Up of rxvt */
    "\033Oa",    /* Ctrl+Up of rxvt */
    "\033[[A",   /* F1 of Linux' console */
    "\033[1;2a", /* with modifiers */
    "\033[97u",  /* as kitty says it */
    "\033[M aa", /* a mouse, the old way */
    "\033[M`aa",
    "\033[<0;97;97M",                   /* and the new */
    "\033]11;rgb:aaaa/aaaa/aaaa\033\\", /* a colour */
    "\033]11;rgb:aaaa/aaaa/aaaa\007",
    "\033P>|a(a)\033\\", /* a terminal's name */
    "\033P1$ra\033\\",
    "\033_Ga\033\\", /* an image */
    "\033^a\033\\",
    "\033Xa\033\\",
    "\033[200~a\033[201~", /* pasted */
    "\033[I",              /* the window is looked at */
    "\033(a",
    "\x9b"
    "a", /* 8-bit */
    "\x8f"
    "a",
    "\x9d"
    "11;a\x9c",
    "\x90"
    "a\x9c",
    "\xc2\x9b"
    "a", /* and as UTF-8 */
    "\xc2\x9d"
    "a\x07",
    "\xe2\x82\xac"
    "a",
    "\xf0\x9f\x98\x80"
    "a",
    "\033\033[a",
};

static void assert_dark(unsigned wanted, const char *bytes, int64_t gap_ns, size_t cut)
{
    if (wanted & BJ_KEY_ARM)
        fail_msg("'\\x%02x%s' armed, cut at %zu with gaps of %lld ms",
                 (unsigned)(uint8_t)bytes[0], bytes + 1, cut, (long long)(gap_ns / MS));
}

/* All before the cut in one read, the rest a byte at a time, with a gap before each. */
static void play_cut(const char *bytes, size_t cut, int64_t gap_ns)
{
    struct bj_keys keys = settled(LATER_NS);
    int64_t now_ns = LATER_NS;

    assert_dark(take(&keys, bytes, cut, now_ns), bytes, gap_ns, cut);
    for (size_t k = cut; bytes[k]; k++) {
        for (int64_t ns = 0; ns < gap_ns; ns += 10 * MS)
            assert_dark(bj_keys_take(&keys, NULL, 0, now_ns + ns), bytes, gap_ns, cut);
        now_ns += gap_ns;
        assert_dark(take(&keys, bytes + k, 1, now_ns), bytes, gap_ns, cut);
    }
    assert_dark(wait_out(&keys, now_ns), bytes, gap_ns, cut);
}

static void what_is_no_lone_a_does_not_arm(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++)
        for (size_t cut = 1; cut <= strlen(foreign[k]); cut++)
            for (int64_t gap_ns = 0; gap_ns < BJ_KEY_STRANGE_NS; gap_ns += 90 * MS) {
                if (foreign[k][0] == 'a' && gap_ns >= BJ_KEY_ALONE_NS)
                    continue; /* then it is one */
                play_cut(foreign[k], cut, gap_ns);
            }
}

static void a_truncated_sequence_holds_nothing_up(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++)
        for (size_t cut = 1; cut <= strlen(foreign[k]); cut++) {
            struct bj_keys keys = settled(LATER_NS);
            int64_t now_ns = LATER_NS;

            take(&keys, foreign[k], cut, now_ns);
            assert_true(take(&keys, " ", 1, now_ns += MS) & BJ_KEY_DISARM);
            assert_true(take(&keys, "q", 1, now_ns += BJ_KEY_ALONE_NS) & BJ_KEY_QUIT);
            assert_int_equal(take(&keys, "a", 1, now_ns += BJ_KEY_STRANGE_NS), 0);
            assert_int_equal(wait_out(&keys, now_ns), BJ_KEY_ARM);
        }
}

static void what_was_typed_before_the_view_does_not_arm(void **state)
{
    struct bj_keys keys;

    (void)state;
    bj_keys_init(&keys, LATER_NS);
    take(&keys, "a", 1, LATER_NS);
    assert_int_equal(wait_out(&keys, LATER_NS), 0);
    take(&keys, "a", 1, LATER_NS + BJ_KEY_START_NS - 1);
    assert_int_equal(wait_out(&keys, LATER_NS + BJ_KEY_START_NS), 0);
    take(&keys, "a", 1, LATER_NS + 2 * BJ_KEY_START_NS);
    assert_int_equal(wait_out(&keys, LATER_NS + 2 * BJ_KEY_START_NS), BJ_KEY_ARM);
}

/* The process slept, and both bytes lay there when it woke. */
static void what_came_before_the_look_counts_as_near(void **state)
{
    struct bj_keys keys = settled(LATER_NS);

    (void)state;
    take(&keys, "a", 1, LATER_NS);
    assert_int_equal(take(&keys, "[", 1, LATER_NS + BJ_NS_PER_S), BJ_KEY_UNKNOWN);
    assert_int_equal(wait_out(&keys, LATER_NS + BJ_NS_PER_S), 0);
}

static void a_held_key_arms_once_its_repeats_end(void **state)
{
    struct bj_keys keys = settled(LATER_NS);
    int64_t now_ns = LATER_NS;

    (void)state;
    for (int k = 0; k < 30; k++) {
        now_ns += 33 * MS;
        assert_int_equal(bj_keys_take(&keys, NULL, 0, now_ns) & BJ_KEY_ARM, 0);
        assert_int_equal(take(&keys, "a", 1, now_ns) & BJ_KEY_ARM, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lone_a_arms_after_a_moment),
        cmocka_unit_test(plain_keys_act_at_once),
        cmocka_unit_test(what_is_no_lone_a_does_not_arm),
        cmocka_unit_test(a_truncated_sequence_holds_nothing_up),
        cmocka_unit_test(what_was_typed_before_the_view_does_not_arm),
        cmocka_unit_test(what_came_before_the_look_counts_as_near),
        cmocka_unit_test(a_held_key_arms_once_its_repeats_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
