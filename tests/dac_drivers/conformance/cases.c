/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include <stddef.h>

const struct conformance_case conformance_cases[] = {
    {"describes_itself", conformance_describes_itself},
    {"has_sane_capabilities", conformance_has_sane_capabilities},
    {"opens_in_time", conformance_opens_in_time},
    {"blocks_and_loses_nothing", conformance_blocks_and_loses_nothing},
    {"reports_its_level", conformance_reports_its_level},
    {"closes_and_opens", conformance_closes_and_opens},
    {"disconnects_in_every_state", conformance_disconnects_in_every_state},
    {"stops_in_every_state", conformance_stops_in_every_state},
    {"plays_at_its_slowest", conformance_plays_at_its_slowest},
    {"plays_at_its_fastest", conformance_plays_at_its_fastest},
    {"survives_impossible_rates", conformance_survives_impossible_rates},
    {"streams_exactly", conformance_streams_exactly},
    {"disarms_at_every_moment", conformance_disarms_at_every_moment},
    {"drains", conformance_drains},
    {"tells_that_it_ran_dry", conformance_tells_that_it_ran_dry},
    {"ends_at_every_moment", conformance_ends_at_every_moment},
    {"is_unplugged_and_comes_back", conformance_is_unplugged_and_comes_back},
    {"is_out_of_reach_at_first", conformance_is_out_of_reach_at_first},
    {"survives_nonsense", conformance_survives_nonsense},
    {"accounts_for_every_point", conformance_accounts_for_every_point},
    {"bears_refusals", conformance_bears_refusals},
    {"waits_for_the_absent", conformance_waits_for_the_absent},
    {NULL, NULL},
};
