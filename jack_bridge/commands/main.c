/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "options/command_line.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void print_help(void)
{
    puts("usage: beamjack [COMMAND] [options]\n\n"
         "Patch a laser projector like a sound card.\n\n"
         "  beamjack                       play on the only DAC there is\n"
         "  beamjack run [DAC...] [options] the bridge, until Ctrl-C\n"
         "  beamjack list                  the DACs found\n"
         "  beamjack sim KIND [options]    a simulated DAC to play on\n"
         "  beamjack ctl COMMAND           arm, disarm, stop or status of a bridge that "
         "runs\n"
         "  beamjack doctor                checks this computer and says how to mend it\n\n"
         "'beamjack COMMAND --help' tells more, 'man beamjack' tells all.");
}

static int print_version(void)
{
    puts("beamjack " BEAMJACK_VERSION_STRING);
    return 0;
}

static int dispatch(const struct bj_options *options, int argc, char **argv)
{
    switch (options->command) {
    case BJ_COMMAND_LIST:
        return bj_command_list(options);
    case BJ_COMMAND_DOCTOR:
        return bj_command_doctor(options);
    case BJ_COMMAND_CTL:
        return bj_command_ctl(options);
    default:
        return bj_command_run(options, argc, argv);
    }
}

static int run_command(enum bj_command command, int argc, char **argv)
{
    struct bj_options options;
    char why[BJ_WHY_SIZE];
    int status = 0;

    bj_options_init(&options, command);
    if (!bj_command_line_parse(&options, argc, argv, why, sizeof why)) {
        fprintf(stderr, "beamjack: %s\n", why);
        status = 2;
    } else if (options.version) {
        status = print_version();
    } else if (options.help) {
        bj_options_help(stdout, command);
    } else {
        status = dispatch(&options, argc, argv);
    }
    bj_options_finish(&options);
    return status;
}

static int refuse(const char *word, const char *why)
{
    fprintf(stderr, "beamjack: %s: %s\n", word, why);
    return 2;
}

static int command(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";

    if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
        print_help();
        return 0;
    }
    if (!strcmp(word, "--version") || !strcmp(word, "-V"))
        return print_version();
    if (!strcmp(word, "run"))
        return run_command(BJ_COMMAND_RUN, argc - 1, argv + 1);
    if (!strcmp(word, "list"))
        return run_command(BJ_COMMAND_LIST, argc - 1, argv + 1);
    if (!strcmp(word, "doctor"))
        return run_command(BJ_COMMAND_DOCTOR, argc - 1, argv + 1);
    if (!strcmp(word, "ctl"))
        return run_command(BJ_COMMAND_CTL, argc - 1, argv + 1);
    if (!strcmp(word, "sim"))
        return bj_command_sim(argc - 1, argv + 1);
    if (!strcmp(word, "play") || !strcmp(word, "convert"))
        return refuse(word, "not in this version");
    if (word[0] && word[0] != '-' && !strpbrk(word, ":@") && strcmp(word, "virtual") != 0)
        return refuse(word, "no such command; see 'beamjack --help'");
    return run_command(BJ_COMMAND_RUN, argc, argv);
}

/* What was printed and did not arrive is a failure of every command. */
static int check_output(int exit_status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_status;
    fprintf(stderr, "beamjack: cannot write: %s\n", strerror(errno));
    return exit_status ? exit_status : 1;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* an error of the one write, not the end of all */
    signal(SIGXFSZ, SIG_IGN);
    return check_output(command(argc, argv));
}
