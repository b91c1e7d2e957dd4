/* SPDX-License-Identifier: MIT */
#include "program.h"

#include "jackd.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 40
#define TEXT_SIZE 65536

static void redirect(const char *folder, const char *file, int fd)
{
    char path[80];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    dup2(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), fd);
}

/* Words with %F replaced; never freed, the child uses them. */
static char *expand(const char *word, const char *folder)
{
    const char *mark = strstr(word, "%F");
    char *text = calloc(1, strlen(word) + strlen(folder) + 1);

    if (!mark)
        return strcpy(text, word);
    sprintf(text, "%.*s%s%s", (int)(mark - word), word, folder, mark + 2);
    return text;
}

static void redirect_to(const char *path, int fd)
{
    if (path)
        dup2(open(path, O_WRONLY), fd);
}

static void become(const struct program *program, const char *const *words)
{
    const char *folder = program->folder;
    char *arguments[WORDS_MAX] = {expand(BEAMJACK_PROGRAM, folder)};

    for (int k = 0; words[k] && k + 2 < WORDS_MAX; k++)
        arguments[k + 1] = expand(words[k], folder);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    redirect(folder, "out", 1);
    redirect(folder, "err", 2);
    redirect_to(program->out, 1);
    redirect_to(program->err, 2);
    execv(BEAMJACK_PROGRAM, arguments);
    _exit(127);
}

void program_start(struct program *program, const char *const *words)
{
    strcpy(program->folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(program->folder));
    program->pid = fork();
    assert_true(program->pid >= 0);
    if (program->pid == 0)
        become(program, words);
}

bool program_ended(struct program *program, int *exit_status)
{
    int status;

    if (waitpid(program->pid, &status, WNOHANG) != program->pid)
        return false;
    program->pid = 0;
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

int program_wait(struct program *program)
{
    int exit_status = -1;

    WAIT_FOR(program_ended(program, &exit_status));
    return exit_status;
}

void program_signal(const struct program *program, int number)
{
    assert_true(program->pid > 0);
    kill(program->pid, number);
}

void program_finish(struct program *program)
{
    static const char *const files[] = {"out", "err", "status", "conf"};
    char path[80];

    if (program->pid > 0) {
        kill(program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
    }
    program->pid = 0;
    for (size_t k = 0; program->folder[0] && k < sizeof files / sizeof files[0]; k++) {
        snprintf(path, sizeof path, "%s/%s", program->folder, files[k]);
        unlink(path);
    }
    rmdir(program->folder);
    program->folder[0] = '\0';
}

const char *program_text(const struct program *program, const char *file)
{
    static char text[TEXT_SIZE];
    char path[80];
    FILE *in;

    snprintf(path, sizeof path, "%s/%s", program->folder, file);
    in = fopen(path, "r");
    text[in ? fread(text, 1, TEXT_SIZE - 1, in) : 0] = '\0';
    if (in)
        fclose(in);
    return text;
}

const char *program_last_line(const struct program *program, const char *file)
{
    static char line[8192];
    const char *text = program_text(program, file), *end = strrchr(text, '\n'),
               *begin = end;

    if (!end)
        return "";
    while (begin > text && begin[-1] != '\n')
        begin--;
    snprintf(line, sizeof line, "%.*s", (int)(end - begin), begin);
    return line;
}
