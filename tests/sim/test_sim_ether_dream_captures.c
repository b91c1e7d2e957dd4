/* SPDX-License-Identifier: MIT
 *
 * The simulated Ether Dream answers as the real ones did (tests/vectors).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

#define TOLERANCE_S 0.0015

static struct fixture fixture;

static size_t from_hex(const char *hex, uint8_t *bytes, size_t max)
{
    size_t size = strlen(hex) / 2;

    assert_true(strlen(hex) % 2 == 0 && size <= max);
    for (size_t n = 0; n < size; n++) {
        char digits[3] = {hex[2 * n], hex[2 * n + 1], 0};
        bytes[n] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return size;
}

static unsigned field(const uint8_t *bytes, int at, int size)
{
    unsigned value = 0;

    while (size-- > 0) {
        value = value << 8 | bytes[at + size];
    }
    return value;
}

static void expect_near(const uint8_t *found, const uint8_t *expected, int at, int size)
{
    double rate = field(expected, 14, 4);
    double slack = rate * TOLERANCE_S + (rate > 0);
    double off = (double)field(found, at, size) - (double)field(expected, at, size);

    assert_true(off <= slack && off >= -slack);
}

/* After a stop the level is what a moment earlier, at an unknown time, was left. */
static void compare(const uint8_t *found, size_t size, const char *reply, const char *line)
{
    static unsigned level_of_stop;
    uint8_t expected[64];
    size_t wanted =
        strcmp(reply, "-") == 0 ? 0 : from_hex(reply, expected, sizeof expected);

    if (size != wanted) {
        fail_msg("%zu bytes instead of %zu: %s", size, wanted, line);
    }
    if (wanted != 22) {
        assert_memory_equal(found, expected, size);
        return;
    }
    if (memcmp(found, expected, 12) != 0) {
        fail_msg("other state or flags: %s", line);
    }
    assert_int_equal(field(found, 14, 4), field(expected, 14, 4));
    if (expected[4] == 2) {
        expect_near(found, expected, 12, 2);
        expect_near(found, expected, 18, 4);
        level_of_stop = field(expected, 12, 2);
        return;
    }
    assert_int_equal(field(found, 18, 4), 0);
    if (expected[4] == 0 && field(expected, 12, 2) != 0 && field(expected, 12, 2) != 1400) {
        int off = (int)field(found, 12, 2) - (int)field(expected, 12, 2);
        assert_true(abs(off) <= 45 && field(found, 12, 2) <= level_of_stop + 45);
    } else {
        assert_int_equal(field(found, 12, 2), field(expected, 12, 2));
    }
}

static size_t send_request(const char *request, uint8_t *reply, size_t max)
{
    uint8_t bytes[8];
    const char *plus = strchr(request, '+');
    char head[32] = {0};

    if (strcmp(request, "broadcast") == 0) {
        struct bj_address to;
        uint16_t from_port;
        return fixture.host->ops->datagram_out(fixture.host, &from_port, &to, reply, max,
                                               fixture.now_ns);
    }
    if (strcmp(request, "connect") == 0) {
        fixture.client = fixture_connect(&fixture);
        assert_true(fixture.client >= 0);
        return fixture_collect(&fixture, reply, max);
    }
    memcpy(head, request, plus ? (size_t)(plus - request) : strlen(request));
    if (head[0]) {
        fixture_send(&fixture, bytes, from_hex(head, bytes, sizeof bytes));
    }
    for (int n = plus ? atoi(plus + 1) : 0; n > 0; n--) {
        fixture_send(&fixture, (uint8_t[18]){0}, 18);
    }
    return fixture_collect(&fixture, reply, max);
}

static void replay_line(const char *line)
{
    char request[64], reply[128];
    uint8_t found[128];
    double ms;

    assert_int_equal(sscanf(line, "%lf %63s %127s", &ms, request, reply), 3);
    fixture_at_ms(&fixture, ms);
    size_t size = send_request(request, found, sizeof found);
    if (strcmp(reply, "*") != 0) {
        compare(found, size, reply, line);
    }
}

static int replay(const char *name, struct sim_ed_config config)
{
    char path[512], line[512];
    int lines = 0;

    snprintf(path, sizeof path, "%s/%s", TEST_VECTORS, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    fixture_start(&fixture, config);
    while (fgets(line, sizeof line, in)) {
        if (line[0] != '#') {
            replay_line(line);
            lines++;
        }
    }
    fclose(in);
    fixture_stop(&fixture);
    return lines;
}

static void test_identity(void **state)
{
    (void)state;
    assert_int_equal(replay("ether-dream-2-identity.txt", sim_ed_defaults()), 7);
}

static void test_lifecycle(void **state)
{
    (void)state;
    assert_int_equal(replay("ether-dream-2-lifecycle.txt", sim_ed_defaults()), 22);
}

static void test_capacity(void **state)
{
    (void)state;
    assert_int_equal(replay("ether-dream-2-capacity.txt", sim_ed_defaults()), 8);
}

static void test_drain(void **state)
{
    (void)state;
    assert_int_equal(replay("ether-dream-2-drain.txt", sim_ed_defaults()), 13);
}

static void test_broadcast(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    (void)state;

    memcpy(config.mac, "\xd8\x80\x39\0\0\0", 6);
    assert_int_equal(replay("ether-dream-2-broadcast.txt", config), 4);
}

static void test_ether_dream_1_in_estop(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    (void)state;

    config.profile = *sim_ed_profile("ed1");
    assert_int_equal(replay("ether-dream-1-estop.txt", config), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),  cmocka_unit_test(test_lifecycle),
        cmocka_unit_test(test_capacity),  cmocka_unit_test(test_drain),
        cmocka_unit_test(test_broadcast), cmocka_unit_test(test_ether_dream_1_in_estop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
