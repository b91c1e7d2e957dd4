/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include "options/control_command.h"

#include <string.h>

static const char *const usage[] = {
    [BJ_COMMAND_RUN] =
        "usage: beamjack [run] [DAC...] [options]\n\n"
        "Plays what is patched into its JACK ports on a laser DAC. DAC is an id from\n"
        "'beamjack list', an address such as etherdream@192.168.1.20, or virtual; without\n"
        "it, on the only DAC there is. Several DACs play the same, in step. Starts dark:\n"
        "arm with --arm or the key 'a'.\n",
    [BJ_COMMAND_LIST] = "usage: beamjack list [options]\n\nShows the laser DACs found.\n",
    [BJ_COMMAND_CTL] = "usage: beamjack ctl COMMAND [options]\n\nGives a control command "
                       "to a bridge that runs.\n",
    [BJ_COMMAND_DOCTOR] =
        "usage: beamjack doctor [options]\n\nChecks this computer and says "
        "how to mend what is missing.\n",
};

/* Words of `text` in lines of `width` characters, indented by `indent`. */
static void print_wrapped(FILE *out, const char *text, int indent, int width)
{
    int column = indent;

    while (*text) {
        int length = (int)strcspn(text, " ");

        if (column > indent && column + 1 + length > width) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        column += fprintf(out, column > indent ? " %.*s" : "%.*s", length, text);
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_control_commands(FILE *out)
{
    for (const struct bj_control_command_row *row = bj_control_command_table; row->name;
         row++) {
        fprintf(out, "  %-26s", row->name);
        print_wrapped(out, row->help, 28, 92);
    }
    fputc('\n', out);
}

void bj_options_help(FILE *out, enum bj_command command)
{
    fprintf(out, "%s\n", usage[command]);
    if (command == BJ_COMMAND_CTL)
        print_control_commands(out);
    for (const struct bj_option *option = bj_option_table; option->name; option++) {
        char left[80], letter[6] = "    ";

        if (!(option->commands & command))
            continue;
        if (option->letter)
            snprintf(letter, sizeof letter, "-%c, ", option->letter);
        snprintf(left, sizeof left, "  %s%s%s%s", letter, option->name,
                 option->argument ? " " : "", option->argument ? option->argument : "");
        if (strlen(left) < 28)
            fprintf(out, "%-28s", left);
        else
            fprintf(out, "%s\n%28s", left, "");
        print_wrapped(out, option->help, 28, 92);
    }
}
