/* SPDX-License-Identifier: MIT */
#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static struct bj_dac_info info;
static char why[256];

static enum bj_status parse(const char *text)
{
    memset(why, 0, sizeof why);
    return bj_dac_parse(text, &info, why, sizeof why);
}

static void stable_ids(void **state)
{
    (void)state;
    assert_int_equal(parse("etherdream:0004a3112233"), BJ_OK);
    assert_string_equal(info.driver->name, "etherdream");
    assert_string_equal(info.id, "etherdream:0004a3112233");
    assert_int_equal(info.address.ip, 0);
    assert_int_equal(parse("virtual"), BJ_OK);
    assert_string_equal(info.driver->name, "virtual");
    assert_int_equal(parse("record:some/file"), BJ_OK);
    assert_string_equal(info.id, "record:some/file");
}

static void direct_addresses(void **state)
{
    (void)state;
    assert_int_equal(parse("etherdream@127.0.0.7"), BJ_OK);
    assert_int_equal(info.address.ip, 0x7f000007);
    assert_int_equal(info.address.port, 0);
    assert_int_equal(parse("etherdream@127.1.2.3:65535"), BJ_OK);
    assert_int_equal(info.address.ip, 0x7f010203);
    assert_int_equal(info.address.port, 65535);
    assert_int_equal(parse("etherdream@localhost:7765"), BJ_OK);
    assert_int_equal(info.address.ip, BJ_LOOPBACK);
    assert_string_equal(info.where, "localhost:7765");
    assert_int_equal(parse("idn@127.0.0.2:7256/9"), BJ_OK);
    assert_int_equal(info.address.ip, BJ_LOOPBACK + 1);
    assert_int_equal(info.address.port, 7256);
    assert_string_equal(info.id, "idn@127.0.0.2:7256/9");
    assert_int_equal(parse("idn@127.0.0.2/9"), BJ_OK);
    assert_int_equal(info.address.port, 0);
}

static void nonsense_is_explained(void **state)
{
    (void)state;
    const struct {
        const char *text, *says;
    } rows[] = {
        {"", "(etherdream, "},
        {"", "virtual, record)"},
        {"toaster", "beamjack list"},
        {"toaster:1", "toaster"},
        {"etherdream", "etherdream:MAC"},
        {"etherdream:", "etherdream:MAC"},
        {"etherdream:xyz", "etherdream:MAC"},
        {"etherdream:0004a311223", "etherdream:MAC"},
        {"etherdream:0004a31122334", "etherdream:MAC"},
        {"etherdream@", "HOST"},
        {"etherdream@:7765", "HOST"},
        {"etherdream@127.0.0.1:0", "HOST"},
        {"etherdream@127.0.0.1:65536", "HOST"},
        {"etherdream@127.0.0.1:-1", "HOST"},
        {"etherdream@127.0.0.1:77x", "HOST"},
        {"etherdream@127.0.0.1:", "HOST"},
        {"etherdream@127.0.0.1/1", "HOST"},
        {"lasercube@127.0.0.1/1", "HOST"},
        {"idn@/1", "HOST"},
        {"idn@127.0.0.1/0", "SERVICE"},
        {"idn@127.0.0.1:7x/1", "HOST"},
        {"virtual:1", "virtual"},
        {"virtual@127.0.0.1", "virtual"},
        {"record", "record:FILE"},
        {"record:", "record:FILE"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        assert_int_equal(parse(rows[k].text), BJ_BAD_ARGUMENT);
        if (!strstr(why, rows[k].says)) {
            fail_msg("'%s' says: %s", rows[k].text, why);
        }
    }
}

static void unknown_hosts_are_not_found(void **state)
{
    (void)state;
    assert_int_equal(parse("etherdream@no-such-host.invalid"), BJ_NOT_FOUND);
    assert_non_null(strstr(why, "no-such-host.invalid"));
}

static void overlong_words_are_bounded(void **state)
{
    (void)state;
    char text[4096];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_not_equal(parse(text), BJ_OK);
    memcpy(text, "record:", 7);
    assert_int_equal(parse(text), BJ_BAD_ARGUMENT);
    memcpy(text, "etherdream@", 11);
    assert_int_equal(parse(text), BJ_BAD_ARGUMENT);
    char small[4];
    assert_int_equal(bj_dac_parse("toaster", &info, small, sizeof small), BJ_BAD_ARGUMENT);
    assert_true(memchr(small, 0, sizeof small) != NULL);
}

static void nothing_is_no_id(void **state)
{
    (void)state;
    assert_int_equal(bj_dac_parse(NULL, &info, why, sizeof why), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_parse("virtual", NULL, why, sizeof why), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_parse("virtual", &info, NULL, sizeof why), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_parse("virtual", &info, NULL, 0), BJ_OK);
    assert_int_equal(bj_dac_parse("no DAC", &info, NULL, 0), BJ_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_no_id),
        cmocka_unit_test(stable_ids),
        cmocka_unit_test(direct_addresses),
        cmocka_unit_test(nonsense_is_explained),
        cmocka_unit_test(unknown_hosts_are_not_found),
        cmocka_unit_test(overlong_words_are_bounded),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
