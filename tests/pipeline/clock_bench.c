/* SPDX-License-Identifier: MIT
 *
 * beamjack-clock-bench: how well one clock holds, in virtual time. See docs/CLOCKS.md.
 */
#include "clock_bench.h"
#include "clock_drivers.h"

#include "epoch.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: beamjack-clock-bench [MODE] [options]\n"
    "  without a mode      a row for every scenario\n"
    "  --matrix N          N random cases of 300 s\n"
    "  --hours H           H hours in runs of 10, clocks up to 500 ppm off and wandering\n"
    "  --driver NAME       skews, jitters and rates for this driver, or for 'all';\n"
    "                      with --matrix N after it N of these cases, by chance\n"
    "  --pair              two DACs at +200 and -200 ppm, an hour\n"
    "  --quality           a circle of 50 Hz from 48 kHz to 48 kpps, an hour\n"
    "options\n"
    "  --seed TEXT         chance begins here, e.g. a commit; default 1\n"
    "  --jobs J            so many processes; default: one per core\n"
    "  --only TEXT         scenarios whose name contains this\n"
    "  --slope PPM         how fast clocks wander in --hours, a minute; default 2\n"
    "  --harsh             the matrix with wandering clocks, late callbacks, lost replies\n"
    "  --case K            of the matrix this one only\n"
    "  --seconds S         runs of this length\n"
    "  --rate HZ           of JACK and the DAC in --hours; default 8000\n"
    "Exit status: 0 all limits held, 1 not, 2 wrong usage.\n";

enum bench_option {
    OPTION_HELP = 'h',
    OPTION_MATRIX = 256,
    OPTION_HOURS,
    OPTION_DRIVER,
    OPTION_PAIR,
    OPTION_QUALITY,
    OPTION_SEED,
    OPTION_JOBS,
    OPTION_ONLY,
    OPTION_CASE,
    OPTION_SECONDS,
    OPTION_RATE,
    OPTION_HARSH,
    OPTION_SLOPE,
};

static const struct option options[] = {
    {"help", no_argument, NULL, OPTION_HELP},
    {"matrix", required_argument, NULL, OPTION_MATRIX},
    {"hours", required_argument, NULL, OPTION_HOURS},
    {"driver", required_argument, NULL, OPTION_DRIVER},
    {"pair", no_argument, NULL, OPTION_PAIR},
    {"quality", no_argument, NULL, OPTION_QUALITY},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"case", required_argument, NULL, OPTION_CASE},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"slope", required_argument, NULL, OPTION_SLOPE},
    {"harsh", no_argument, NULL, OPTION_HARSH},
    {"rate", required_argument, NULL, OPTION_RATE},
    {NULL, 0, NULL, 0},
};

/* Any text is a seed (FNV-1a). */
static uint64_t seed_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *text; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return hash;
}

typedef bool (*bench_mode)(const struct clock_bench *bench);

static bool take(int option, struct clock_bench *bench, bench_mode *mode)
{
    switch (option) {
    case OPTION_MATRIX:
        *mode = bench->driver ? clock_bench_drivers : clock_bench_matrix;
        bench->cases = (uint32_t)strtoul(optarg, NULL, 10);
        return bench->cases > 0;
    case OPTION_HOURS:
        *mode = clock_bench_hours;
        bench->hours = strtod(optarg, NULL);
        return bench->hours > 0;
    case OPTION_DRIVER:
        *mode = clock_bench_drivers;
        bench->driver = optarg;
        return strcmp(optarg, "all") == 0 || clock_driver(optarg);
    case OPTION_PAIR:
        *mode = clock_bench_pair;
        return true;
    case OPTION_QUALITY:
        *mode = clock_bench_quality;
        return true;
    case OPTION_SEED:
        bench->seed = seed_of(optarg);
        return true;
    case OPTION_JOBS:
        bench->jobs = (int)strtol(optarg, NULL, 10);
        return bench->jobs > 0;
    case OPTION_ONLY:
        bench->only = optarg;
        return true;
    case OPTION_CASE:
        bench->only_case = strtol(optarg, NULL, 10);
        return bench->only_case >= 0;
    case OPTION_SECONDS:
        bench->seconds = strtod(optarg, NULL);
        return bench->seconds > 0;
    case OPTION_SLOPE:
        bench->slope = strtod(optarg, NULL);
        return bench->slope >= 0.5;
    case OPTION_HARSH:
        bench->harsh = true;
        return true;
    case OPTION_RATE:
        bench->rate_hz = (uint32_t)strtoul(optarg, NULL, 10);
        return bench->rate_hz >= 1000;
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    struct clock_bench bench = {.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
                                .seed = seed_of("1"),
                                .rate_hz = 8000,
                                .slope = 2,
                                .only_case = -1};
    bench_mode mode = clock_bench_table;

    setenv("BEAMJACK_EPOCH_SEED", "1", 0); /* figures can be had again */
    (void)epoch_ns();

    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == OPTION_HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (!take(option, &bench, &mode)) {
            fputs(help, stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fputs(help, stderr);
        return 2;
    }
    return mode(&bench) ? 0 : 1;
}
