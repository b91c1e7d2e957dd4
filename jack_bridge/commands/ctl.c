/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "control/control_path.h"
#include "options/control_command.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S 5
#define PATH_SIZE 512
#define ANSWER_MAX (1 << 20)

static int refuse(int exit_status, const char *what, const char *why)
{
    fprintf(stderr, "beamjack: %s%s%s\n", what, why[0] ? ": " : "", why);
    return exit_status;
}

/* -1: errno says why. */
static int reach(const char *path)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct sockaddr_un address;
    int fd;

    if (!bj_control_address(&address, path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* ---- Which one ----------------------------------------------------------------------- */

struct found {
    int fd; /* of the last one that runs */
    int count;
    char names[400];
};

static void try_one(struct found *found, const char *folder, const char *file)
{
    char name[BJ_CONTROL_NAME_SIZE], path[PATH_SIZE];
    size_t used = strlen(found->names);
    int fd;

    if (!bj_control_name(name, file) ||
        (size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path)
        return;
    fd = reach(path);
    if (fd < 0)
        return; /* left by one that died */
    if (found->fd >= 0)
        close(found->fd);
    found->fd = fd;
    found->count++;
    snprintf(found->names + used, sizeof found->names - used, "%s%s", used ? ", " : "",
             name);
}

static void look_around(struct found *found, const char *folder)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;

    while (entries && (entry = readdir(entries)) != NULL)
        try_one(found, folder, entry->d_name);
    if (entries)
        closedir(entries);
}

static int reach_the_only_one(const char *folder, int *exit_status)
{
    struct found found = {.fd = -1};

    look_around(&found, folder);
    if (found.count == 1)
        return found.fd;
    if (found.fd >= 0)
        close(found.fd);
    if (found.count == 0)
        *exit_status = refuse(1, "no beamjack runs here that could be told", folder);
    else
        *exit_status = refuse(2, "several run; choose one with 'beamjack ctl --name NAME'",
                              found.names);
    return -1;
}

static int reach_named(const char *folder, const char *name, int *exit_status)
{
    char path[PATH_SIZE];
    int fd = -1;

    errno = ENAMETOOLONG;
    if (bj_control_path(path, sizeof path, folder, name, "sock"))
        fd = reach(path);
    if (fd < 0) {
        fprintf(stderr, "beamjack: no '%.100s' can be told: %s (looked in %.200s)\n", name,
                strerror(errno), folder);
        *exit_status = 1;
    }
    return fd;
}

/* ---- Saying it, and the answer ------------------------------------------------------- */

static bool say(int fd, const char *command)
{
    char line[80];
    int size = snprintf(line, sizeof line, "%s\n", command);

    return send(fd, line, (size_t)size, MSG_NOSIGNAL) == size;
}

/* The whole of it, to be freed; NULL: none. */
static char *hear(int fd)
{
    char *answer = calloc(1, ANSWER_MAX + 1);
    size_t size = 0;
    ssize_t count = 1;

    while (answer && count > 0 && size < ANSWER_MAX) {
        count = recv(fd, answer + size, ANSWER_MAX - size, 0);
        if (count > 0)
            size += (size_t)count;
    }
    if (answer && count == 0 && size > 0)
        return answer;
    free(answer);
    return NULL;
}

static int report(const char *answer)
{
    if (!strncmp(answer, "ok\n", 3)) {
        fputs(answer + 3, stdout);
        return 0;
    }
    if (!strncmp(answer, "no\n", 3))
        fprintf(stderr, "beamjack: %s", answer[3] ? answer + 3 : "refused\n");
    else
        fputs("beamjack: what answers is no beamjack\n", stderr);
    return 1;
}

static int converse(int fd, const char *command)
{
    char *answer = say(fd, command) ? hear(fd) : NULL;
    int exit_status;

    if (!answer)
        return refuse(1, "no answer within 5 s: it may hang", "");
    exit_status = report(answer);
    free(answer);
    return exit_status;
}

int bj_command_ctl(const struct bj_options *options)
{
    char folder[PATH_SIZE], why[BJ_WHY_SIZE];
    int exit_status = 1, fd;

    if (!options->control_command)
        return refuse(2, "which control command? They are", BJ_CONTROL_COMMANDS);
    if (bj_control_command_parse(options->control_command,
                                 strlen(options->control_command)) == BJ_CONTROL_NONE)
        return refuse(2, "there is no such control command; they are", BJ_CONTROL_COMMANDS);
    if (!bj_control_folder(folder, sizeof folder, why, sizeof why))
        return refuse(1, "nothing can be told", why);
    fd = options->bridge_name ? reach_named(folder, options->bridge_name, &exit_status)
                              : reach_the_only_one(folder, &exit_status);
    if (fd < 0)
        return exit_status;
    exit_status = converse(fd, options->control_command);
    close(fd);
    return exit_status;
}
