/* SPDX-License-Identifier: MIT */
#include "view_fixture.h"

#include "record/points_file.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 24

static const char *in_folder(const struct view_fixture *fixture, const char *file)
{
    static char path[4][80];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", fixture->folder, file);
    return path[turn];
}

/* ---- The simulator ------------------------------------------------------------------- */

static void sim_become(const struct view_fixture *fixture, int said)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(said, STDOUT_FILENO);
    execl(BEAMJACK_SIM, BEAMJACK_SIM, "--port", "0", "--points",
          in_folder(fixture, "points"), (char *)NULL);
    _exit(127);
}

static void sim_start(struct view_fixture *fixture)
{
    char line[200] = "";
    FILE *said;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    fixture->sim = fork();
    if (fixture->sim == 0)
        sim_become(fixture, ends[1]);
    close(ends[1]);
    said = fdopen(ends[0], "r");
    assert_non_null(fgets(line, sizeof line, said));
    assert_non_null(strrchr(line, ':'));
    fixture->sim_port = (unsigned)atoi(strrchr(line, ':') + 1);
    fclose(said);
}

static void sim_stop(struct view_fixture *fixture)
{
    if (fixture->sim > 0) {
        kill(fixture->sim, SIGTERM);
        waitpid(fixture->sim, NULL, 0);
    }
    fixture->sim = 0;
}

int64_t view_last_lit_ns(struct view_fixture *fixture)
{
    struct bj_points_file file = {0};
    struct bj_played_point points[256];
    int64_t last_ns = 0;
    size_t count = 1;

    sim_stop(fixture);
    assert_int_equal(bj_points_file_open(&file, in_folder(fixture, "points")), BJ_OK);
    while (bj_points_file_read(&file, points, 256, &count) == BJ_OK && count > 0)
        for (size_t k = 0; k < count; k++)
            if (points[k].r || points[k].g || points[k].b)
                last_ns = points[k].time_ns;
    (void)bj_points_file_close(&file);
    return last_ns;
}

/* ---- The shell ----------------------------------------------------------------------- */

static void program_become(const struct view_fixture *fixture, const char *kind,
                           const char *a, const char *b)
{
    const struct rlimit no_core = {0, 0};
    char dac[40];
    const char *words[WORDS_MAX] = {"beamjack",
                                    "run",
                                    dac,
                                    "--server",
                                    fixture->server.name,
                                    "--connect",
                                    "source:out_*",
                                    "--latency",
                                    "60",
                                    "--status-every",
                                    "0.1",
                                    "--status-json",
                                    in_folder(fixture, "status"),
                                    a,
                                    b,
                                    NULL};

    snprintf(dac, sizeof dac, "etherdream@127.0.0.1:%u", fixture->sim_port);
    setrlimit(RLIMIT_CORE, &no_core);
    setenv("TERM", kind, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
    execv(BEAMJACK_PROGRAM, (char *const *)(uintptr_t)words);
    _exit(127);
}

static void tell(int out, int number)
{
    if (write(out, &number, sizeof number) != sizeof number)
        _exit(1);
}

static void shell_become(const struct view_fixture *fixture, int out, const char *kind,
                         const char *a, const char *b)
{
    int status;
    pid_t program;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    program = fork();
    if (program == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        program_become(fixture, kind, a, b);
    }
    tell(out, program);
    do {
        if (waitpid(program, &status, WUNTRACED | WCONTINUED) != program)
            _exit(1);
        tell(out, status);
    } while (!WIFEXITED(status) && !WIFSIGNALED(status));
    for (;;)
        pause();
}

void view_start(struct view_fixture *fixture, const char *kind, const char *a,
                const char *b)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fixture->shell = forkpty(&fixture->master, NULL, NULL, &size);
    if (fixture->shell == 0)
        shell_become(fixture, ends[1], kind, a, b);
    close(ends[1]);
    fcntl(fixture->master, F_SETFD, FD_CLOEXEC);
    fixture->reports = ends[0];
    fixture->reading = true;
    assert_int_equal(read(fixture->reports, &fixture->program, sizeof fixture->program),
                     sizeof fixture->program);
    fcntl(fixture->reports, F_SETFL, O_NONBLOCK);
}

/* ---- Looking at it ------------------------------------------------------------------- */

static void take_drawn(struct view_fixture *fixture)
{
    struct pollfd look = {.fd = fixture->master, .events = POLLIN};

    while (fixture->reading && fixture->master >= 0 && poll(&look, 1, 0) > 0) {
        size_t half = sizeof fixture->seen / 2;
        ssize_t count;

        if (fixture->size >= half) {
            memmove(fixture->seen, fixture->seen + fixture->size - half / 2, half / 2);
            fixture->size = half / 2;
        }
        count = read(fixture->master, fixture->seen + fixture->size, half - 1);
        if (count <= 0)
            return;
        for (ssize_t k = 0; k < count; k++)
            if (fixture->seen[fixture->size + (size_t)k] == '\0')
                fixture->seen[fixture->size + (size_t)k] = ' ';
        fixture->size += (size_t)count;
        fixture->seen[fixture->size] = '\0';
    }
}

void view_look(struct view_fixture *fixture)
{
    int status;

    take_drawn(fixture);
    while (read(fixture->reports, &status, sizeof status) == sizeof status) {
        fixture->status = status;
        fixture->ended = WIFEXITED(status) || WIFSIGNALED(status);
    }
}

bool view_shows(struct view_fixture *fixture, const char *words)
{
    view_look(fixture);
    return strstr(fixture->seen, words) != NULL;
}

bool view_is(struct view_fixture *fixture, const char *key, const char *expected)
{
    char text[65536], value[200];
    FILE *in = fopen(in_folder(fixture, "status"), "r");
    size_t size = 0;
    char *end, *line;

    view_look(fixture);
    if (!in)
        return false;
    if (fseek(in, -4000, SEEK_END) != 0)
        rewind(in);
    size = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[size] = '\0';
    end = strrchr(text, '\n');
    if (!end)
        return false;
    *end = '\0';
    line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return json_is_object(line) && json_get(line, key, value, sizeof value) &&
           !strcmp(value, expected);
}

void view_type(struct view_fixture *fixture, const char *bytes, size_t size)
{
    assert_int_equal(write(fixture->master, bytes, size), size);
}

void view_light(struct view_fixture *fixture)
{
    WAIT_FOR(
        view_shows(fixture, "space: dark")); /* drawn once, and lost from sight later */
    WAIT_FOR(view_is(fixture, "state", "\"streaming\""));
    WAIT_FOR((view_type(fixture, "a", 1), usleep(400000), view_is(fixture, "lit", "true")));
}

/* ---- Life ---------------------------------------------------------------------------- */

int view_set_up(void **state)
{
    struct view_fixture *fixture = calloc(1, sizeof *fixture);

    *state = fixture;
    fixture->master = fixture->reports = -1;
    if (!jackd_installed())
        return 0;
    strcpy(fixture->folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    setenv("XDG_RUNTIME_DIR", fixture->folder, 1);
    sim_start(fixture);
    jackd_start(&fixture->server, 48000, 256);
    source_open(&fixture->source, &fixture->server);
    return 0;
}

int view_tear_down(void **state)
{
    struct view_fixture *fixture = *state;
    char command[80];

    if (fixture->program > 0 && !fixture->ended)
        kill(fixture->program, SIGKILL);
    if (fixture->shell > 0) {
        kill(fixture->shell, SIGKILL);
        waitpid(fixture->shell, NULL, 0);
    }
    close(fixture->master);
    close(fixture->reports);
    sim_stop(fixture);
    if (fixture->folder[0]) {
        source_close(&fixture->source);
        jackd_stop(&fixture->server);
        snprintf(command, sizeof command, "rm -r %s", fixture->folder);
        assert_int_equal(system(command), 0);
    }
    free(fixture);
    return 0;
}
