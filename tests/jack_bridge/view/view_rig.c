/* SPDX-License-Identifier: MIT */
#include "view_rig.h"

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

static const char *in_folder(const struct view_rig *rig, const char *file)
{
    static char path[4][80];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", rig->folder, file);
    return path[turn];
}

/* ---- The simulator ------------------------------------------------------------------------------ */

static void sim_become(const struct view_rig *rig, int said)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(said, STDOUT_FILENO);
    execl(BEAMJACK_SIM, BEAMJACK_SIM, "--port", "0", "--points", in_folder(rig, "points"),
          (char *)NULL);
    _exit(127);
}

static void sim_start(struct view_rig *rig)
{
    char line[200] = "";
    FILE *said;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    rig->sim = fork();
    if (rig->sim == 0)
        sim_become(rig, ends[1]);
    close(ends[1]);
    said = fdopen(ends[0], "r");
    assert_non_null(fgets(line, sizeof line, said));
    assert_non_null(strrchr(line, ':'));
    rig->sim_port = (unsigned)atoi(strrchr(line, ':') + 1);
    fclose(said);
}

static void sim_stop(struct view_rig *rig)
{
    if (rig->sim > 0) {
        kill(rig->sim, SIGTERM);
        waitpid(rig->sim, NULL, 0);
    }
    rig->sim = 0;
}

int64_t view_last_lit_ns(struct view_rig *rig)
{
    struct bj_points_file file = {0};
    struct bj_played_point points[256];
    int64_t last_ns = 0;
    size_t count = 1;

    sim_stop(rig);
    assert_int_equal(bj_points_file_open(&file, in_folder(rig, "points")), BJ_OK);
    while (bj_points_file_read(&file, points, 256, &count) == BJ_OK && count > 0)
        for (size_t k = 0; k < count; k++)
            if (points[k].r || points[k].g || points[k].b)
                last_ns = points[k].time_ns;
    (void)bj_points_file_close(&file);
    return last_ns;
}

/* ---- The shell ---------------------------------------------------------------------------------- */

static void program_become(const struct view_rig *rig, const char *kind, const char *a,
                           const char *b)
{
    const struct rlimit no_core = {0, 0};
    char dac[40];
    const char *words[WORDS_MAX] = {"beamjack",
                                    "run",
                                    dac,
                                    "--server",
                                    rig->server.name,
                                    "--connect",
                                    "source:out_*",
                                    "--latency",
                                    "60",
                                    "--status-every",
                                    "0.1",
                                    "--status-json",
                                    in_folder(rig, "status"),
                                    a,
                                    b,
                                    NULL};

    snprintf(dac, sizeof dac, "etherdream@127.0.0.1:%u", rig->sim_port);
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

static void shell_become(const struct view_rig *rig, int out, const char *kind,
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
        program_become(rig, kind, a, b);
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

void view_start(struct view_rig *rig, const char *kind, const char *a, const char *b)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    rig->shell = forkpty(&rig->master, NULL, NULL, &size);
    if (rig->shell == 0)
        shell_become(rig, ends[1], kind, a, b);
    close(ends[1]);
    fcntl(rig->master, F_SETFD, FD_CLOEXEC);
    rig->reports = ends[0];
    rig->reading = true;
    assert_int_equal(read(rig->reports, &rig->program, sizeof rig->program),
                     sizeof rig->program);
    fcntl(rig->reports, F_SETFL, O_NONBLOCK);
}

/* ---- Looking at it ------------------------------------------------------------------------------ */

static void take_drawn(struct view_rig *rig)
{
    struct pollfd look = {.fd = rig->master, .events = POLLIN};

    while (rig->reading && rig->master >= 0 && poll(&look, 1, 0) > 0) {
        size_t half = sizeof rig->seen / 2;
        ssize_t count;

        if (rig->size >= half) {
            memmove(rig->seen, rig->seen + rig->size - half / 2, half / 2);
            rig->size = half / 2;
        }
        count = read(rig->master, rig->seen + rig->size, half - 1);
        if (count <= 0)
            return;
        for (ssize_t k = 0; k < count; k++)
            if (rig->seen[rig->size + (size_t)k] == '\0')
                rig->seen[rig->size + (size_t)k] = ' ';
        rig->size += (size_t)count;
        rig->seen[rig->size] = '\0';
    }
}

void view_look(struct view_rig *rig)
{
    int status;

    take_drawn(rig);
    while (read(rig->reports, &status, sizeof status) == sizeof status) {
        rig->status = status;
        rig->ended = WIFEXITED(status) || WIFSIGNALED(status);
    }
}

bool view_shows(struct view_rig *rig, const char *words)
{
    view_look(rig);
    return strstr(rig->seen, words) != NULL;
}

bool view_is(struct view_rig *rig, const char *key, const char *expected)
{
    char text[65536], value[200];
    FILE *in = fopen(in_folder(rig, "status"), "r");
    size_t size = 0;
    char *end, *line;

    view_look(rig);
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

void view_type(struct view_rig *rig, const char *bytes, size_t size)
{
    assert_int_equal(write(rig->master, bytes, size), size);
}

void view_light(struct view_rig *rig)
{
    WAIT_FOR(view_shows(rig, "space: dark")); /* drawn once, and lost from sight later */
    WAIT_FOR(view_is(rig, "state", "\"streaming\""));
    WAIT_FOR((view_type(rig, "a", 1), usleep(400000), view_is(rig, "lit", "true")));
}

/* ---- Life --------------------------------------------------------------------------------------- */

int view_set_up(void **state)
{
    struct view_rig *rig = calloc(1, sizeof *rig);

    *state = rig;
    rig->master = rig->reports = -1;
    if (!jackd_installed())
        return 0;
    strcpy(rig->folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    setenv("XDG_RUNTIME_DIR", rig->folder, 1);
    sim_start(rig);
    jackd_start(&rig->server, 48000, 256);
    source_open(&rig->source, &rig->server);
    return 0;
}

int view_tear_down(void **state)
{
    struct view_rig *rig = *state;
    char command[80];

    if (rig->program > 0 && !rig->ended)
        kill(rig->program, SIGKILL);
    if (rig->shell > 0) {
        kill(rig->shell, SIGKILL);
        waitpid(rig->shell, NULL, 0);
    }
    close(rig->master);
    close(rig->reports);
    sim_stop(rig);
    if (rig->folder[0]) {
        source_close(&rig->source);
        jackd_stop(&rig->server);
        snprintf(command, sizeof command, "rm -r %s", rig->folder);
        assert_int_equal(system(command), 0);
    }
    free(rig);
    return 0;
}
