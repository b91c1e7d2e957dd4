/* SPDX-License-Identifier: MIT
 *
 * A real engine and driver, a row's simulated device and a rough way between them, in
 * virtual time, and two questions after every step. Is something left that could be done
 * now and is neither done nor planned? A further step, uninvited, shows it: at the same
 * moment, and now and then at some later one before the next is due. And: does the engine
 * ask to be called without having anything to do?
 */
#ifndef ROUGH_FIXTURE_H
#define ROUGH_FIXTURE_H

#include "rough_scenario.h"

struct rough_result {
    uint32_t steps, idle_steps, probes, device_underruns;
    uint64_t points_written;
};

/* Runs the scenario on the row. The first complaint is in the verdict. `loud`: each step is
 * printed. */
struct rough_result rough_fixture_run(const struct conformance_row *row,
                                      const struct rough_scenario *scenario, bool loud,
                                      struct conformance_verdict *verdict);

#endif
