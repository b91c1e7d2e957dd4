/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "beamjack-sim-"
#define PATH_SIZE 1024

/* Where simulators may be: beside this program, then where they are installed. */
static int folders(char paths[2][PATH_SIZE])
{
    ssize_t size = readlink("/proc/self/exe", paths[0], PATH_SIZE - 1);
    char *slash;
    int count = 0;

    if (size > 0) {
        paths[0][size] = '\0';
        slash = strrchr(paths[0], '/');
        if (slash)
            *slash = '\0';
        count = 1;
    }
    snprintf(paths[count], PATH_SIZE, "%s", BEAMJACK_LIBEXECDIR);
    return count + 1;
}

static bool is_word(const char *kind)
{
    return kind[0] &&
           strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(kind);
}

static void become(const char *kind, char **argv)
{
    char paths[2][PATH_SIZE], program[PATH_SIZE + 64];
    int count = folders(paths);

    for (int k = 0; k < count; k++) {
        snprintf(program, sizeof program, "%.1000s/" PREFIX "%.40s", paths[k], kind);
        execv(program, argv);
        if (errno != ENOENT)
            fprintf(stderr, "beamjack: %s: %s\n", program, strerror(errno));
    }
}

/* How many there are. */
static int print_kinds_in(FILE *out, const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int count = 0;

    while (folder && (entry = readdir(folder)) != NULL)
        if (!strncmp(entry->d_name, PREFIX, strlen(PREFIX))) {
            fprintf(out, "  beamjack sim %s\n", entry->d_name + strlen(PREFIX));
            count++;
        }
    if (folder)
        closedir(folder);
    return count;
}

static int print_kinds(FILE *out)
{
    char paths[2][PATH_SIZE];
    int count = folders(paths), kinds = 0;

    for (int k = 0; k < count; k++)
        kinds += print_kinds_in(out, paths[k]);
    if (kinds == 0)
        fprintf(out,
                "  none is installed: they are built with -DBEAMJACK_SIMULATORS=ON and\n"
                "  belong beside beamjack or in %s\n",
                BEAMJACK_LIBEXECDIR);
    return kinds;
}

int bj_command_sim(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    FILE *out = stderr;
    int known;
    bool asked = !strcmp(kind, "-h") || !strcmp(kind, "--help");

    if (is_word(kind) && kind[0] != '-')
        become(kind, argv + 1);
    if (asked)
        fputs("usage: beamjack sim KIND [options]; options: beamjack sim KIND --help\n",
              out = stdout);
    else if (kind[0])
        fprintf(stderr, "beamjack: there is no simulator '%.40s'\n", kind);
    else
        fputs(
            "beamjack: which DAC shall be simulated? usage: beamjack sim KIND [options]\n",
            stderr);
    fputs("simulated DACs:\n", out);
    known = print_kinds(out);
    return asked ? 0 : (known ? 2 : 1);
}
