/* SPDX-License-Identifier: MIT
 *
 * A driver without a network, slot by slot: calls them and keeps what they said.
 */
#ifndef SLOT_FIXTURE_H
#define SLOT_FIXTURE_H

#include <beamjack/driver.h>

struct slot_fixture {
    const struct bj_dac_driver *driver;
    struct bj_dac *dac;
    int64_t now_ns;
    enum bj_status result;
    struct bj_dac_status dac_status;
    struct bj_wait wait;
    struct bj_level_report report;
    uint32_t reports, emptied, dried, lost, notices;
    char told[512];
};

/* BJ_OK, or what init said; then there is nothing to stop. */
enum bj_status slot_fixture_start(struct slot_fixture *fixture,
                                  const struct bj_dac_driver *driver, const char *id);
void slot_fixture_stop(struct slot_fixture *fixture);

void slot_fixture_serve(struct slot_fixture *fixture, int64_t now_ns);
/* Points x = 0, 1/100, ... of `first` on; returns what was taken. */
uint32_t slot_fixture_write(struct slot_fixture *fixture, uint32_t first, uint32_t count,
                            uint32_t pps);

#endif
