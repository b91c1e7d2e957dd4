/* SPDX-License-Identifier: MIT
 *
 * The program as it is run, with a client that sends bytes of its own.
 */
#include "sim_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define POINTS 100

static struct sim_process program;

static int setup(void **state)
{
    (void)state;
    sim_process_enter(&program);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sim_process_leave(&program);
    return 0;
}

/* Sends to a port of the device; the answer must come from there. */
static size_t ask(int fd, unsigned to, const void *bytes, size_t size, uint8_t reply[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)to)};
    struct sockaddr_in from = {0};
    socklen_t from_size = sizeof from;
    ssize_t got;

    assert_int_equal(
        sendto(fd, bytes, size, 0, (const struct sockaddr *)&address, sizeof address),
        size);
    got = recvfrom(fd, reply, 64, 0, (struct sockaddr *)&from, &from_size);
    assert_true(got > 0);
    assert_int_equal(from.sin_port, address.sin_port);
    return (size_t)got;
}

static void play(void)
{
    static uint8_t packet[4 + 10 * POINTS] = {0xa9, 0, 1, 1};
    const struct timeval patience = {.tv_sec = 5};
    uint8_t reply[64];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (int n = 0; n < POINTS; n++) {
        int x = 40 * n;
        packet[4 + 10 * n] = (uint8_t)x;
        packet[4 + 10 * n + 1] = (uint8_t)(x >> 8);
        packet[4 + 10 * n + 4] = 0xff; /* red 4095 */
        packet[4 + 10 * n + 5] = 0x0f;
    }
    assert_int_equal(ask(fd, program.port - 1, "\x27", 1, reply), 2);
    assert_int_equal(ask(fd, program.port, "\x77", 1, reply), 64);
    assert_int_equal(ask(fd, program.port, "\x78\x01", 2, reply), 2);
    assert_int_equal(ask(fd, program.port, "\x80\x01", 2, reply), 2);
    assert_int_equal(ask(fd, program.port + 1, packet, sizeof packet, reply), 4);
    assert_int_equal(reply[1], 1);
    do {
        assert_int_equal(ask(fd, program.port, "\x8a", 1, reply), 4);
    } while ((reply[2] | reply[3] << 8) != 6000);
    close(fd);
}

static size_t read_file(const char *name, void *bytes, size_t size)
{
    FILE *file = fopen(name, "r");
    size_t got;

    assert_non_null(file);
    got = fread(bytes, 1, size - 1, file);
    ((char *)bytes)[got] = '\0';
    fclose(file);
    return got;
}

/* X is mirrored, and 12 bits become 16. */
static void check_points(void)
{
    uint8_t bytes[16 + 24 * POINTS + 2];

    assert_int_equal(read_file("points", bytes, sizeof bytes), 16 + 24 * POINTS);
    for (int n = 0; n < POINTS; n++) {
        const uint8_t *record = bytes + 16 + 24 * n;
        int x = (int16_t)(record[8] | record[9] << 8);
        assert_in_range(x + 32768, 65535 - n * 40 * 65535 / 4095 - 2,
                        65535 - n * 40 * 65535 / 4095 + 1);
        assert_int_equal(record[12] | record[13] << 8, 65535);
        assert_int_equal(record[14] | record[15] << 8, 0);
    }
}

static void test_a_whole_run(void **state)
{
    static const char *const options[] = {"--json", "json", "--points", "points", NULL};
    char text[65536];
    (void)state;
    sim_process_run(&program, PROGRAM, options);
    sim_process_read_line(&program,
                          "simulated LaserCube lasercube:0004A3112233 on 127.0.0.1:");
    play();
    kill(program.pid, SIGTERM);
    assert_int_equal(sim_process_exit_status(&program), 0);
    check_points();
    read_file("json", text, sizeof text);
    assert_non_null(strstr(text, "\"lit_played\":100,"));
    assert_null(fgets(text, sizeof text, program.said)); /* and nothing else was said */
}

static void test_wrong_usage(void **state)
{
    static const char *const options[] = {"--bogus", NULL};
    char text[256];
    (void)state;
    sim_process_run(&program, PROGRAM, options);
    assert_non_null(fgets(text, sizeof text, program.said));
    assert_non_null(strstr(text, "unknown option '--bogus'"));
    assert_int_equal(sim_process_exit_status(&program), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_whole_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_usage, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
