/* SPDX-License-Identifier: MIT */
#include "tagged_options.h"

#include <stdlib.h>
#include <string.h>

struct numbers {
    double rate, lead, lit, tail, pps, tolerance, colour_tolerance, blue_tolerance;
    double after, until;
    double interruptions, lost_frames, flushed_points, lost_time;
};

static bool take(struct numbers *numbers, const char *name, const char *value)
{
    const struct {
        const char *name;
        double *number;
    } known[] = {
        {"--rate", &numbers->rate},
        {"--lead", &numbers->lead},
        {"--lit", &numbers->lit},
        {"--tail", &numbers->tail},
        {"--pps", &numbers->pps},
        {"--tolerance", &numbers->tolerance},
        {"--colour-tolerance", &numbers->colour_tolerance},
        {"--blue-tolerance", &numbers->blue_tolerance},
        {"--after", &numbers->after},
        {"--until", &numbers->until},
        {"--interruptions", &numbers->interruptions},
        {"--lost-frames", &numbers->lost_frames},
        {"--flushed-points", &numbers->flushed_points},
        {"--lost-time", &numbers->lost_time},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *end;
        if (strcmp(name, known[i].name) != 0)
            continue;
        *known[i].number = strtod(value, &end);
        return end != value && *end == '\0';
    }
    return false;
}

bool tagged_options_parse(struct tagged_options *options, int argc, char **argv)
{
    struct numbers numbers = {.rate = 48000,
                              .lead = 2,
                              .lit = 4,
                              .tail = 1,
                              .tolerance = 1,
                              .blue_tolerance = -1,
                              .after = 0,
                              .until = 9e18};
    memset(options, 0, sizeof *options);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            if (i + 1 == argc || !take(&numbers, argv[i], argv[i + 1]))
                return false;
            i++;
        } else {
            if (options->words == (int)(sizeof options->word / sizeof *options->word))
                return false;
            options->word[options->words++] = argv[i];
        }
    }
    options->pps = numbers.pps;
    options->tolerance_counts = numbers.tolerance;
    options->colour_tolerance = numbers.colour_tolerance;
    options->blue_tolerance =
        numbers.blue_tolerance < 0 ? numbers.colour_tolerance : numbers.blue_tolerance;
    options->interruptions = numbers.interruptions;
    options->lost_frames = numbers.lost_frames;
    options->flushed_points = numbers.flushed_points;
    options->lost_time = numbers.lost_time;
    options->after_ns = (int64_t)numbers.after;
    options->until_ns = (int64_t)numbers.until;
    return tagged_init(&options->signal, (uint32_t)numbers.rate, numbers.lead, numbers.lit,
                       numbers.tail);
}
