/* SPDX-License-Identifier: MIT
 *
 * The driver as a whole, under the real engine, against a simulated receiver.
 */
#include "idn_world.h"

static struct idn_world the_world, *const world = &the_world;

#define MS(n) ((n)*BJ_NS_PER_MS)

/* ---- Quiet days ---------------------------------------------------------------------- */

static void test_points_arrive_once_in_order_and_unchanged(void **state)
{
    (void)state;
    idn_world_start_as(world, "openidn", 30000);
    idn_world_light_up(world);
    idn_world_run_ms(world, 10000);
    const struct sim_idn_counters *counters = idn_world_counters(world);
    print_message(
        "skipped %llu dark %lld gaps %llu cfg %lld ear %lld fewest %u largest %u min %lld "
        "max %lld dries %llu acks %llu chunks %llu\n",
        (unsigned long long)world->skipped, (long long)world->longest_dark_ns,
        (unsigned long long)counters->gaps, (long long)counters->longest_config_gap_ns,
        (long long)counters->earliest_ns, counters->fewest_samples,
        counters->largest_datagram, (long long)counters->least_buffered_ns,
        (long long)counters->most_buffered_ns, (unsigned long long)counters->dries,
        (unsigned long long)counters->acks, (unsigned long long)counters->chunks[0]);
    sim_idn_write_json(world->device, world->now_ns, stdout);
    { struct bj_stats st = idn_world_stats(world); print_message("underruns %llu devunder %llu flushed %llu chunks %llu buf %u\n",(unsigned long long)st.underruns,(unsigned long long)st.device_underruns,(unsigned long long)st.flushed_points,(unsigned long long)st.chunks, st.buffered_points);}
    print_message("%s", world->told);
    assert_int_equal(world->skipped, 0);
    idn_world_stop(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_arrive_once_in_order_and_unchanged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
