/* SPDX-License-Identifier: MIT
 *
 * The program as it is run: on a free port of this computer, with a client that sends bytes
 * of its own.
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
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POINTS 300
#define RATE 10000

static int setup(void **state)
{
    struct sim_process *program = calloc(1, sizeof *program);

    assert_non_null(program);
    sim_process_enter(program);
    *state = program;
    return 0;
}

static int teardown(void **state)
{
    struct sim_process *program = *state;

    sim_process_leave(program);
    free(program);
    return 0;
}

static void ask(int fd, const void *bytes, size_t size)
{
    uint8_t reply[22];

    assert_int_equal(send(fd, bytes, size, 0), size);
    assert_int_equal(recv(fd, reply, sizeof reply, MSG_WAITALL), sizeof reply);
    assert_int_equal(reply[0], 'a');
}

/* Plays a red line from left to right, then waits until the ring is empty. */
static void play(const struct sim_process *program)
{
    static uint8_t data[3 + 18 * POINTS];
    static const uint8_t begin[7] = {'b', 0, 0, RATE & 255, RATE >> 8, 0, 0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)program->port)};
    const struct timeval patience = {.tv_sec = 5};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    data[0] = 'd';
    data[1] = POINTS & 255;
    data[2] = POINTS >> 8;
    for (int n = 0; n < POINTS; n++) {
        int x = -30000 + 200 * n;
        data[3 + 18 * n + 2] = (uint8_t)x;
        data[3 + 18 * n + 3] = (uint8_t)((unsigned)x >> 8);
        data[3 + 18 * n + 7] = 255; /* red */
    }
    ask(fd, "", 0); /* hello */
    ask(fd, "p", 1);
    ask(fd, data, sizeof data);
    ask(fd, begin, sizeof begin);
    for (uint8_t reply[22] = {[4] = 2}; reply[4] == 2;) {
        assert_int_equal(send(fd, "?", 1, 0), 1);
        assert_int_equal(recv(fd, reply, sizeof reply, MSG_WAITALL), sizeof reply);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
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

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Every point, at the moment it played: exact from the first one on. */
static void check_points(int64_t after_ns, int64_t before_ns)
{
    static uint8_t bytes[16 + 24 * POINTS + 2];
    int64_t first_ns = 0, time_ns = 0;

    assert_int_equal(read_file("points", bytes, sizeof bytes), 16 + 24 * POINTS);
    assert_memory_equal(bytes, "BJPOINTS\1\0\30\0", 12);
    for (int n = 0; n < POINTS; n++) {
        const uint8_t *record = bytes + 16 + 24 * n;
        memcpy(&time_ns, record, 8);
        first_ns = n == 0 ? time_ns : first_ns;
        assert_int_equal(time_ns - first_ns, (int64_t)n * 1000000000 / RATE);
        assert_int_equal((int16_t)(record[8] | record[9] << 8), -30000 + 200 * n);
        assert_int_equal(record[12] | record[13] << 8, 65280);
    }
    assert_true(first_ns > after_ns && time_ns < before_ns);
}

static void test_a_whole_run(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--json", "json",        "--points", "points",
                                          "--png",  "picture.png", NULL};
    char text[65536];
    int64_t before_ns = now_ns();
    sim_process_run(program, PROGRAM, options);
    sim_process_read_line(program,
                          "simulated Ether Dream 2 etherdream:0004a3112233 on 127.0.0.1:");
    play(program);
    kill(program->pid, SIGTERM);
    assert_int_equal(sim_process_exit_status(program), 0);
    check_points(before_ns, now_ns());
    assert_true(read_file("picture.png", text, sizeof text) > 500);
    assert_memory_equal(text, "\211PNG", 4);
    size_t size = read_file("json", text, sizeof text);
    assert_non_null(strstr(text, "\"lit_played\":300,"));
    assert_non_null(strstr(text, "\"underflows\":1,"));
    assert_int_equal(text[size - 1], '\n');
    assert_null(fgets(text, sizeof text, program->said)); /* and nothing else was said */
}

static void test_a_picture_on_demand(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--png", "picture.png", NULL};
    sim_process_run(program, PROGRAM, options);
    sim_process_read_line(program, "simulated ");
    play(program);
    kill(program->pid, SIGUSR1);
    for (int tries = 0; access("picture.png", R_OK) != 0; tries++) {
        assert_true(tries < 3000);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(program->pid, SIGINT);
    assert_int_equal(sim_process_exit_status(program), 0);
}

static void test_ends_by_itself_and_quietly(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--duration", "0.05", "--quiet", NULL};
    char text[256];
    sim_process_run(program, PROGRAM, options);
    assert_null(fgets(text, sizeof text, program->said));
    assert_int_equal(sim_process_exit_status(program), 0);
}

static void test_live_without_a_terminal_goes_on(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--live", "--duration", "0.05", NULL};
    char text[256];
    sim_process_run(program, PROGRAM, options);
    sim_process_read_line(program, "simulated ");
    assert_non_null(fgets(text, sizeof text, program->said));
    assert_non_null(strstr(text, "needs a terminal"));
    assert_int_equal(sim_process_exit_status(program), 0);
}

static void test_wrong_usage(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--bogus", NULL};
    char text[256];
    sim_process_run(program, PROGRAM, options);
    assert_non_null(fgets(text, sizeof text, program->said));
    assert_non_null(strstr(text, "unknown option '--bogus'"));
    assert_int_equal(sim_process_exit_status(program), 2);
}

static void test_files_that_cannot_be_written(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--points", "none/points", NULL};
    char text[256];
    sim_process_run(program, PROGRAM, options);
    assert_non_null(fgets(text, sizeof text, program->said));
    assert_non_null(strstr(text, "none/points"));
    assert_int_equal(sim_process_exit_status(program), 1);
}

static void test_an_address_of_somebody_else(void **state)
{
    struct sim_process *program = *state;
    static const char *const options[] = {"--bind", "192.0.2.1", NULL};
    char text[256];
    sim_process_run(program, PROGRAM, options);
    assert_non_null(fgets(text, sizeof text, program->said));
    assert_non_null(strstr(text, "192.0.2.1"));
    assert_non_null(strstr(text, "does not have this address"));
    assert_int_equal(sim_process_exit_status(program), 1);
}

/* The program with the given words, its stdout on `out`; its exit status. */
static int status_on(int out, const char *word)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        execl(PROGRAM, PROGRAM, "--port", "0", word, (char *)NULL);
        _exit(127);
    }
    close(out);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_help_that_cannot_be_written_is_status_1(void **state)
{
    (void)state;
    assert_int_equal(WEXITSTATUS(status_on(open("/dev/full", O_WRONLY), "--help")), 1);
}

/* No signal tells it: the terminal is not that of its session. */
static void test_live_ends_with_its_terminal(void **state)
{
    int master, slave;
    pid_t closer;

    (void)state;
    setenv("TERM", "xterm", 1);
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    closer = fork();
    if (closer == 0) { /* the one who holds the other end, for a while */
        usleep(500000);
        _exit(0);
    }
    close(master);
    assert_int_equal(status_on(slave, "--live"), 0);
    assert_int_equal(waitpid(closer, NULL, 0), closer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_whole_run),
        TEST(test_a_picture_on_demand),
        TEST(test_ends_by_itself_and_quietly),
        TEST(test_live_without_a_terminal_goes_on),
        TEST(test_live_ends_with_its_terminal),
        TEST(test_help_that_cannot_be_written_is_status_1),
        TEST(test_wrong_usage),
        TEST(test_files_that_cannot_be_written),
        TEST(test_an_address_of_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
