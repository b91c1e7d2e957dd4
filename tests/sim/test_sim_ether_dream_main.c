/* SPDX-License-Identifier: MIT
 *
 * The program as it is run: on a free port of this computer, with a client that sends bytes
 * of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POINTS 300
#define RATE 10000

struct world {
    char folder[64];
    pid_t process;
    FILE *said; /* its stdout and stderr */
    unsigned port;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    strcpy(world->folder, "/tmp/beamjack-sim.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    assert_int_equal(chdir(world->folder), 0);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"points", "picture.png", "json"};

    if (world->process > 0) {
        kill(world->process, SIGKILL);
        waitpid(world->process, NULL, 0);
    }
    if (world->said) {
        fclose(world->said);
    }
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        unlink(names[n]);
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(world->folder), 0);
    free(world);
    return 0;
}

static void run(struct world *world, const char *const *options)
{
    const char *argv[16] = {PROGRAM, "--port", "0"};
    int ends[2], argc = 3;

    while (*options) {
        argv[argc++] = *options++;
    }
    assert_int_equal(pipe(ends), 0);
    world->process = fork();
    assert_true(world->process >= 0);
    if (world->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(PROGRAM, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    world->said = fdopen(ends[0], "r");
    assert_non_null(world->said);
}

/* Waits for its one line. */
static void wait_until_ready(struct world *world, const char *beginning)
{
    char text[256];

    assert_non_null(fgets(text, sizeof text, world->said));
    assert_int_equal(strncmp(text, beginning, strlen(beginning)), 0);
    assert_int_equal(sscanf(strrchr(text, ':'), ":%u\n", &world->port), 1);
}

static int exit_status(struct world *world)
{
    int status;

    assert_int_equal(waitpid(world->process, &status, 0), world->process);
    world->process = 0;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void ask(int fd, const void *bytes, size_t size)
{
    uint8_t reply[22];

    assert_int_equal(send(fd, bytes, size, 0), size);
    assert_int_equal(recv(fd, reply, sizeof reply, MSG_WAITALL), sizeof reply);
    assert_int_equal(reply[0], 'a');
}

/* Plays a red line from left to right, then waits until the ring is empty. */
static void play(const struct world *world)
{
    static uint8_t data[3 + 18 * POINTS];
    static const uint8_t begin[7] = {'b', 0, 0, RATE & 255, RATE >> 8, 0, 0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)world->port)};
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
    struct world *world = *state;
    static const char *const options[] = {"--json", "json",        "--points", "points",
                                          "--png",  "picture.png", NULL};
    char text[65536];
    int64_t before_ns = now_ns();
    run(world, options);
    wait_until_ready(world,
                     "simulated Ether Dream 2 etherdream:0004a3112233 on 127.0.0.1:");
    play(world);
    kill(world->process, SIGTERM);
    assert_int_equal(exit_status(world), 0);
    check_points(before_ns, now_ns());
    assert_true(read_file("picture.png", text, sizeof text) > 500);
    assert_memory_equal(text, "\211PNG", 4);
    size_t size = read_file("json", text, sizeof text);
    assert_non_null(strstr(text, "\"lit_played\":300,"));
    assert_non_null(strstr(text, "\"underflows\":1,"));
    assert_int_equal(text[size - 1], '\n');
    assert_null(fgets(text, sizeof text, world->said)); /* and nothing else was said */
}

static void test_a_picture_on_demand(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--png", "picture.png", NULL};
    run(world, options);
    wait_until_ready(world, "simulated ");
    play(world);
    kill(world->process, SIGUSR1);
    for (int tries = 0; access("picture.png", R_OK) != 0; tries++) {
        assert_true(tries < 3000);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    kill(world->process, SIGINT);
    assert_int_equal(exit_status(world), 0);
}

static void test_ends_by_itself_and_quietly(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--duration", "0.05", "--quiet", NULL};
    char text[256];
    run(world, options);
    assert_null(fgets(text, sizeof text, world->said));
    assert_int_equal(exit_status(world), 0);
}

static void test_live_without_a_terminal_goes_on(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--live", "--duration", "0.05", NULL};
    char text[256];
    run(world, options);
    wait_until_ready(world, "simulated ");
    assert_non_null(fgets(text, sizeof text, world->said));
    assert_non_null(strstr(text, "needs a terminal"));
    assert_int_equal(exit_status(world), 0);
}

static void test_wrong_usage(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--bogus", NULL};
    char text[256];
    run(world, options);
    assert_non_null(fgets(text, sizeof text, world->said));
    assert_non_null(strstr(text, "unknown option '--bogus'"));
    assert_int_equal(exit_status(world), 2);
}

static void test_files_that_cannot_be_written(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--points", "none/points", NULL};
    char text[256];
    run(world, options);
    assert_non_null(fgets(text, sizeof text, world->said));
    assert_non_null(strstr(text, "none/points"));
    assert_int_equal(exit_status(world), 1);
}

static void test_an_address_of_somebody_else(void **state)
{
    struct world *world = *state;
    static const char *const options[] = {"--bind", "192.0.2.1", NULL};
    char text[256];
    run(world, options);
    assert_non_null(fgets(text, sizeof text, world->said));
    assert_non_null(strstr(text, "192.0.2.1"));
    assert_non_null(strstr(text, "does not have this address"));
    assert_int_equal(exit_status(world), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_whole_run),
        TEST(test_a_picture_on_demand),
        TEST(test_ends_by_itself_and_quietly),
        TEST(test_live_without_a_terminal_goes_on),
        TEST(test_wrong_usage),
        TEST(test_files_that_cannot_be_written),
        TEST(test_an_address_of_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
