/* SPDX-License-Identifier: MIT */
#include "sim_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS 16

void sim_process_enter(struct sim_process *process)
{
    memset(process, 0, sizeof *process);
    strcpy(process->folder, "/tmp/beamjack-sim.XXXXXX");
    assert_non_null(mkdtemp(process->folder));
    assert_int_equal(chdir(process->folder), 0);
}

void sim_process_leave(struct sim_process *process)
{
    static const char *const names[] = {"points", "picture.png", "json"};

    if (process->pid > 0) {
        kill(process->pid, SIGKILL);
        waitpid(process->pid, NULL, 0);
    }
    if (process->said)
        fclose(process->said);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        unlink(names[n]);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(process->folder), 0);
}

void sim_process_run(struct sim_process *process, const char *program,
                     const char *const *options)
{
    const char *argv[WORDS] = {program, "--port", "0"};
    int ends[2];

    for (int argc = 3; *options; argc++) {
        assert_true(argc < WORDS - 1);
        argv[argc] = *options++;
    }
    assert_int_equal(pipe(ends), 0);
    process->pid = fork();
    assert_true(process->pid >= 0);
    if (process->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    process->said = fdopen(ends[0], "r");
    assert_non_null(process->said);
}

void sim_process_read_line(struct sim_process *process, const char *beginning)
{
    char text[256];

    assert_non_null(fgets(text, sizeof text, process->said));
    assert_int_equal(strncmp(text, beginning, strlen(beginning)), 0);
    if (strstr(text, "127.0.0.1:"))
        assert_int_equal(sscanf(strrchr(text, ':'), ":%u\n", &process->port), 1);
}

int sim_process_exit_status(struct sim_process *process)
{
    int status;

    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    process->pid = 0;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}
