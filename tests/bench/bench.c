/* SPDX-License-Identifier: MIT
 *
 * beamjack-bench [--quick]: what the code between JACK and the wire costs, beside the lines
 * it should beat. See docs/BENCHMARKS.md.
 */
#include "measure.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct bench_effort effort = {.rounds = 99, .blocks = 24}; /* few are interrupted */
    if (argc == 2 && strcmp(argv[1], "--quick") == 0) {
        effort = (struct bench_effort){.rounds = 3, .blocks = 20};
    } else if (argc > 1) {
        fprintf(stderr, "usage: %s [--quick]\n", argv[0]);
        return 2;
    }
    printf("medians of %u rounds\n\n", effort.rounds);
    bool ran = measure_push(&effort);
    printf("\n");
    ran = measure_stages(&effort) && ran;
    printf("\n");
    ran = measure_wires(&effort) && ran;
    printf("\n");
    ran = measure_chain(&effort) && ran;
    printf("\n");
    ran = measure_feed(&effort) && ran;
    printf("\n");
    ran = measure_engines(&effort) && ran;
    if (!ran)
        fprintf(stderr, "%s: something did not play as it should\n", argv[0]);
    return ran ? 0 : 1;
}
