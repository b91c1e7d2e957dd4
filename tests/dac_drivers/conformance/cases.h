/* SPDX-License-Identifier: MIT
 *
 * What every driver must do, one function a case.
 */
#ifndef CONFORMANCE_CASES_H
#define CONFORMANCE_CASES_H

#include "conformance.h"

typedef void conformance_run(const struct conformance_row *row,
                             struct conformance_verdict *verdict);

/* ---- Slots, called by hand ---- */

conformance_run conformance_describes_itself;
conformance_run conformance_has_sane_capabilities;
conformance_run conformance_opens_in_time;
conformance_run conformance_blocks_and_loses_nothing;
conformance_run conformance_reports_its_level;
conformance_run conformance_closes_and_opens;
conformance_run conformance_disconnects_in_every_state;
conformance_run conformance_stops_in_every_state;
conformance_run conformance_plays_at_its_slowest;
conformance_run conformance_plays_at_its_fastest;
conformance_run conformance_survives_impossible_rates;

/* ---- Under the real engine ---- */

conformance_run conformance_streams_exactly;
conformance_run conformance_disarms_at_every_moment;
conformance_run conformance_drains;
conformance_run conformance_tells_that_it_ran_dry;
conformance_run conformance_ends_at_every_moment;
conformance_run conformance_is_unplugged_and_comes_back;
conformance_run conformance_is_out_of_reach_at_first;
conformance_run conformance_survives_nonsense;

/* ---- ... when things go wrong for long ---- */

conformance_run conformance_accounts_for_every_point;
conformance_run conformance_bears_refusals;
conformance_run conformance_waits_for_the_absent;

#endif
