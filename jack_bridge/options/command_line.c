/* SPDX-License-Identifier: MIT */
#include "options/command_line.h"

#include "options/config.h"
#include "options/option_value.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 64

struct getopt_tables {
    struct option long_options[OPTIONS_MAX];
    const struct bj_option *options[OPTIONS_MAX];
    char letters[3 * OPTIONS_MAX];
};

static void build_tables(struct getopt_tables *tables, enum bj_command command)
{
    char *letter = tables->letters;
    int count = 0;

    memset(tables, 0, sizeof *tables);
    *letter++ = ':';
    for (const struct bj_option *option = bj_option_table; option->name; option++) {
        int takes = option->argument ? required_argument : no_argument;

        if (!(option->commands & command))
            continue;
        tables->options[count] = option;
        tables->long_options[count] =
            (struct option){bj_option_key(option), takes, NULL, 256 + count};
        count++;
        if (option->letter) {
            *letter++ = option->letter;
            if (option->argument)
                *letter++ = ':';
        }
    }
}

static const struct bj_option *by_code(const struct getopt_tables *tables, int code)
{
    if (code >= 256)
        return tables->options[code - 256];
    for (int k = 0; tables->options[k]; k++)
        if (tables->options[k]->letter == code)
            return tables->options[k];
    return NULL;
}

static const char *command_name(enum bj_command command)
{
    switch (command) {
    case BJ_COMMAND_LIST:
        return "list";
    case BJ_COMMAND_DOCTOR:
        return "doctor";
    case BJ_COMMAND_CTL:
        return "ctl";
    default:
        return "run";
    }
}

static void explain_refusal(const struct bj_options *options, int code, char **argv,
                            char *why, size_t why_size)
{
    const char *word = argv[optind - 1];
    const char *command = command_name(options->command);
    bool is_long = !strncmp(word, "--", 2);

    if (code == ':')
        snprintf(why, why_size, "%.60s needs a value; see 'beamjack %s --help'", word,
                 command);
    else if (is_long && strchr(word, '='))
        snprintf(why, why_size,
                 "%.60s is unknown, not unique or takes no value; see "
                 "'beamjack %s --help'",
                 word, command);
    else if (is_long)
        snprintf(why, why_size, "unknown option %.60s; see 'beamjack %s --help'", word,
                 command);
    else
        snprintf(why, why_size, "unknown option -%c; see 'beamjack %s --help'", optopt,
                 command);
}

static bool take(struct bj_options *options, const struct bj_option *option, char *why,
                 size_t why_size)
{
    return bj_option_value(option, option->name, option->argument ? optarg : "yes",
                           (char *)options + option->offset, why, why_size);
}

static bool take_words(struct bj_options *options, int argc, char **argv, char *why,
                       size_t why_size)
{
    bool takes_dacs = options->command == BJ_COMMAND_RUN;

    if (optind < argc && options->command == BJ_COMMAND_CTL && !options->control_command)
        options->control_command = strdup(argv[optind++]);
    if (optind < argc && !takes_dacs) {
        snprintf(why, why_size, "'%.60s' is one word too many; see 'beamjack %s --help'",
                 argv[optind], command_name(options->command));
        return false;
    }
    if (optind < argc) /* those of a file give way */
        bj_options_clear_dacs(options);
    for (int k = optind; k < argc; k++)
        if (!bj_options_add_dac(options, argv[k], why, why_size))
            return false;
    return true;
}

static bool parse_arguments(struct bj_options *options, int argc, char **argv, char *why,
                            size_t why_size)
{
    struct getopt_tables tables;
    int code;

    build_tables(&tables, options->command);
    opterr = 0;
    optind = 0; /* glibc: start anew */
    while ((code = getopt_long(argc, argv, tables.letters, tables.long_options, NULL)) !=
           -1) {
        if (code == '?' || code == ':') {
            explain_refusal(options, code, argv, why, why_size);
            return false;
        }
        if (!take(options, by_code(&tables, code), why, why_size))
            return false;
    }
    return take_words(options, argc, argv, why, why_size) &&
           bj_options_check(options, why, why_size);
}

bool bj_command_line_parse(struct bj_options *options, int argc, char **argv, char *why,
                           size_t why_size)
{
    enum bj_command command = options->command;
    struct bj_options first;
    bool good;

    bj_options_init(&first, command);
    good = parse_arguments(&first, argc, argv, why, why_size);
    if (good && first.config)
        good = bj_config_read(options, first.config, why, why_size);
    bj_options_finish(&first);
    return good && parse_arguments(options, argc, argv, why, why_size);
}
