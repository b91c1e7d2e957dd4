/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "program.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 12

struct call {
    const char *words[WORDS_MAX];
    int status;
    const char *file, *says; /* `says` is in `file`, out or err */
};

static void check(const struct call *call)
{
    struct program program = {0};
    int status;

    program_start(&program, call->words);
    status = program_wait(&program);
    if (status != call->status)
        fail_msg("%s %s: status %d, not %d: %s", call->words[0],
                 call->words[0] && call->words[1] ? call->words[1] : "", status,
                 call->status, program_text(&program, "err"));
    if (!strstr(program_text(&program, call->file), call->says))
        fail_msg("%s: '%s' is not in: %s", call->words[0], call->says,
                 program_text(&program, call->file));
    if (call->status != 0 && program_text(&program, "out")[0] && !strcmp(call->file, "err"))
        fail_msg("%s: an error belongs on stderr", call->words[0]);
    program_finish(&program);
}

static void check_all(const struct call *calls, size_t count)
{
    setenv("JACK_DEFAULT_SERVER", "beamjack-nowhere", 1);
    for (size_t k = 0; k < count; k++)
        check(&calls[k]);
}

#define CHECK(...)                                                                         \
    do {                                                                                   \
        const struct call calls_[] = {__VA_ARGS__};                                        \
        check_all(calls_, sizeof calls_ / sizeof calls_[0]);                               \
    } while (0)

static void help_and_version_are_on_stdout(void **state)
{
    (void)state;
    CHECK({{"--help"}, 0, "out", "beamjack doctor"}, {{"-h"}, 0, "out", "usage: "},
          {{"--version"}, 0, "out", "beamjack "}, {{"-V"}, 0, "out", "beamjack "},
          {{"run", "--help"}, 0, "out", "--status-json FILE"},
          {{"run", "--version"}, 0, "out", "beamjack "},
          {{"list", "--help"}, 0, "out", "--wait SECONDS"},
          {{"doctor", "--help"}, 0, "out", "usage: beamjack doctor"},
          {{"sim", "--help"}, 0, "out", "beamjack sim KIND"});
}

static void wrong_words_are_status_2(void **state)
{
    (void)state;
    CHECK({{"--nonsense"}, 2, "err", "unknown option --nonsense"},
          {{"run", "--nonsense"}, 2, "err", "see 'beamjack run --help'"},
          {{"list", "--arm"}, 2, "err", "--arm"}, {{"dance"}, 2, "err", "beamjack --help"},
          {{"run", "virtual", "--pps", "many"}, 2, "err", "whole number"},
          {{"run", "virtual", "--config", "/nowhere"}, 2, "err", "/nowhere"},
          {{"run", "virtual", "two"}, 2, "err", "'two'"});
}

/* As Ether Dreams do, to everybody on this computer. */
static void announce(int fd, uint8_t last_of_mac)
{
    const uint8_t bytes[36] = {0x00, 0x04, 0xa3, 0,    0,    last_of_mac, 10,   0,
                               2,    0,    0x3b, 0x0f, 0xa0, 0x86,        0x01, 0x00};
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(7654),
                                   .sin_addr.s_addr = htonl(0x7fffffff)};

    assert_int_equal(
        sendto(fd, bytes, sizeof bytes, 0, (const struct sockaddr *)&to, sizeof to),
        sizeof bytes);
}

static void of_several_dacs_one_must_be_named(void **state)
{
    const char *const words[] = {"run", "--headless", NULL};
    struct program program = {0};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), yes = 1, status = -1;

    (void)state;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes), 0);
    program_start(&program, words);
    for (int k = 0; k < 100 && !program_ended(&program, &status); k++) {
        announce(fd, 0xfe);
        if (k >= 5) /* the second one only shows up later */
            announce(fd, 0xff);
        usleep(100000);
    }
    assert_int_equal(status, 2);
    assert_non_null(strstr(program_text(&program, "err"), "etherdream:0004a30000fe, "));
    assert_non_null(strstr(program_text(&program, "err"), "etherdream:0004a30000ff"));
    program_finish(&program);
    close(fd);
}

static void later_commands_say_so(void **state)
{
    (void)state;
    CHECK({{"play", "file.wav"}, 2, "err", "not in this version"},
          {{"convert", "a", "b"}, 2, "err", "not in this version"});
}

static void wrong_dacs_are_status_2(void **state)
{
    (void)state;
    CHECK({{"run", "nonsense:1"}, 2, "err", "nonsense"},
          {{"nonsense@host"}, 2, "err", "nonsense"},
          {{"run", "etherdream@"}, 2, "err", "etherdream@HOST"});
}

static void no_jack_server_is_status_1_with_the_remedy(void **state)
{
    (void)state;
    CHECK({{"run", "virtual"}, 1, "err", "no JACK server 'beamjack-nowhere'"},
          {{"run", "virtual", "--headless"}, 1, "err", "--start-server"},
          {{"run", "virtual", "--server", "beamjack-other"}, 1, "err", "'beamjack-other'"},
          {{"run", "virtual", "--wait-for-jack", "--max-tries", "2"},
           1,
           "err",
           "--wait-for-jack"});
}

static void status_that_cannot_be_written_is_status_1(void **state)
{
    (void)state;
    CHECK(
        {{"run", "virtual", "--status-json", "/nowhere/file"}, 1, "err", "/nowhere/file"});
}

/* A command whose output is lost has failed. */
static void output_that_cannot_be_written_is_status_1(void **state)
{
    const char *const calls[][4] = {{"--help"},
                                    {"--version"},
                                    {"run", "--help"},
                                    {"ctl", "--help"},
                                    {"sim", "--help"},
                                    {"doctor", "--version"},
                                    {"list", "--json", "--wait", "0"},
                                    {"doctor"}};

    (void)state;
    setenv("JACK_DEFAULT_SERVER", "beamjack-nowhere", 1);
    for (size_t k = 0; k < sizeof calls / sizeof calls[0]; k++) {
        const char *words[5] = {calls[k][0], calls[k][1], calls[k][2], calls[k][3], NULL};
        struct program program = {.out = "/dev/full"};

        program_start(&program, words);
        assert_int_equal(program_wait(&program), 1);
        assert_non_null(strstr(program_text(&program, "err"), "cannot write"));
        program_finish(&program);
    }
}

static void list_speaks_json(void **state)
{
    struct program program = {0};
    const char *const words[] = {"list", "--json", "--wait", "0", NULL};
    char object[70000];

    (void)state;
    program_start(&program, words);
    assert_int_equal(program_wait(&program), 0);
    snprintf(object, sizeof object, "{\"dacs\":%s}", program_text(&program, "out"));
    assert_true(json_is_object(object));
    program_finish(&program);
}

static void unknown_simulator_lists_the_known(void **state)
{
    struct program program = {0};
    const char *const words[] = {"sim", "nonsense", NULL};
    int status;

    (void)state;
    program_start(&program, words);
    status = program_wait(&program);
    assert_true(status == 1 || status == 2);
    assert_non_null(strstr(program_text(&program, "err"), "nonsense"));
    assert_non_null(strstr(program_text(&program, "err"), "simulated DACs"));
    program_finish(&program);
}

static void doctor_names_the_remedy_for_jack(void **state)
{
    (void)state;
    CHECK({{"doctor"}, 1, "out", "no JACK server 'beamjack-nowhere'"});
}

/* A socket that takes connections is what tells that PipeWire runs. */
static void where_pipewire_runs_its_command_is_named(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/beamjack-test-XXXXXX";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("XDG_RUNTIME_DIR", folder, 1);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/pipewire-0", folder);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    CHECK({{"run", "virtual"}, 1, "err", "jackd -d"}); /* left behind by one that died */
    assert_int_equal(listen(fd, 1), 0);
    CHECK({{"run", "virtual"}, 1, "err", "pw-jack beamjack"},
          {{"doctor"}, 1, "out", "pw-jack beamjack"});
    close(fd);
    unlink(address.sun_path);
    rmdir(folder);
    unsetenv("XDG_RUNTIME_DIR");
}

static void names_of_devices_are_shown_as_they_are(void **state)
{
    const char *sim[] = {"sim",        "idn",         "--bind",
                         "127.0.0.64", "--host-name", "B\xc3\xbchne\x1b[\xff",
                         "--quiet",    NULL};
    struct program device = {0};

    (void)state;
    program_start(&device, sim);
    CHECK({{"list", "--wait", "3"}, 0, "out", "B\xc3\xbchne?[? Laser"});
    program_finish(&device);
}

static void names_that_jack_cannot_take_are_refused(void **state)
{
    static char name[301];

    (void)state;
    memset(name, 'n', sizeof name - 1);
    CHECK({{"run", "virtual", "--client-name", name}, 2, "err", "at most 63"},
          {{"run", "virtual", "--client-name", "a:b"}, 2, "err", "':'"},
          {{"run", "virtual", "--server", name}, 2, "err", "at most 80"},
          {{"doctor", "--server", name}, 2, "err", "at most 80"},
          {{"run", "virtual", "--connect", "q=a:b"}, 2, "err", "x y r g b i"});
    setenv("JACK_DEFAULT_SERVER", name, 1);
    check(&(struct call){{"run", "virtual"}, 1, "err", "$JACK_DEFAULT_SERVER"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_and_version_are_on_stdout),
        cmocka_unit_test(wrong_words_are_status_2),
        cmocka_unit_test(of_several_dacs_one_must_be_named),
        cmocka_unit_test(later_commands_say_so),
        cmocka_unit_test(wrong_dacs_are_status_2),
        cmocka_unit_test(no_jack_server_is_status_1_with_the_remedy),
        cmocka_unit_test(status_that_cannot_be_written_is_status_1),
        cmocka_unit_test(output_that_cannot_be_written_is_status_1),
        cmocka_unit_test(list_speaks_json),
        cmocka_unit_test(unknown_simulator_lists_the_known),
        cmocka_unit_test(doctor_names_the_remedy_for_jack),
        cmocka_unit_test(where_pipewire_runs_its_command_is_named),
        cmocka_unit_test(names_of_devices_are_shown_as_they_are),
        cmocka_unit_test(names_that_jack_cannot_take_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
