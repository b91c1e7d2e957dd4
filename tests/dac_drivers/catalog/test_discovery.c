/* SPDX-License-Identifier: MIT
 *
 * Discovery over a network in memory: announcements are written here byte by byte.
 */
#include "epoch.h"
#include "fake_net.h"
#include "fake_usb.h"
#include "sim_helios.h"

#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define S BJ_NS_PER_S

struct scene {
    struct fake_net *net;
    struct bj_discovery *discovery;
    struct bj_wait wait;
    int64_t now_ns;
};

static void begin(struct scene *scene)
{
    *scene = (struct scene){.net = fake_net_create(), .now_ns = epoch_ns()};
    fake_net_advance(scene->net, scene->now_ns);
    assert_int_equal(
        bj_discovery_create(&(struct bj_transports){.net = fake_net_base(scene->net)},
                            &scene->discovery),
        BJ_OK);
    assert_int_equal(bj_discovery_step(scene->discovery, scene->now_ns, &scene->wait),
                     BJ_OK);
}

static void end(struct scene *scene)
{
    bj_discovery_destroy(scene->discovery);
    fake_net_destroy(scene->net);
}

static void announce(struct scene *scene, unsigned end_of_mac, uint32_t ip)
{
    uint8_t high = (uint8_t)(0x22 + (end_of_mac >> 8)), low = (uint8_t)end_of_mac;
    uint8_t bytes[36] = {0x00, 0x04, 0xa3, 0x11, high, low,  10,   0,
                         2,    0,    0x3b, 0x0f, 0xa0, 0x86, 0x01, 0x00};
    struct bj_address from = {.ip = ip, .port = 7654},
                      to = {.ip = 0xffffffff, .port = 7654};
    fake_net_inject(scene->net, from, to, bytes, sizeof bytes);
}

static size_t step(struct scene *scene, int64_t ns, const struct bj_dac_info *const **list)
{
    scene->now_ns += ns;
    fake_net_advance(scene->net, scene->now_ns);
    bj_discovery_step(scene->discovery, scene->now_ns, &scene->wait);
    return bj_discovery_list(scene->discovery, list);
}

static void finds_what_announces_itself(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    assert_int_equal(step(&scene, 0, &list), 0);
    announce(&scene, 0x33, 0x0a000005);
    assert_int_equal(step(&scene, 0, &list), 1);
    assert_string_equal(list[0]->id, "etherdream:0004a3112233");
    assert_string_equal(list[0]->where, "10.0.0.5");
    assert_int_equal(list[0]->capacity_points, 3899);
    assert_int_equal(list[0]->max_pps, 100000);
    assert_false(list[0]->busy);
    assert_true(scene.wait.count > 0);
    end(&scene);
}

static void merges_by_id_and_keeps_the_newest_address(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    announce(&scene, 0x33, 0x0a000005);
    announce(&scene, 0x33, 0x0a000005); /* heard on a second interface */
    announce(&scene, 0x33, 0xa9fe0001); /* moved */
    assert_int_equal(step(&scene, 0, &list), 1);
    assert_int_equal(list[0]->address.ip, 0xa9fe0001);
    end(&scene);
}

static void two_of_one_id_are_told(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    announce(&scene, 0x33, 0x0a000005);
    assert_int_equal(step(&scene, 0, &list), 1);
    assert_int_equal(list[0]->twin.ip, 0);
    announce(&scene, 0x33, 0x0a000006);
    assert_int_equal(step(&scene, S, &list), 1);
    assert_int_equal(list[0]->address.ip, 0x0a000006);
    assert_int_equal(list[0]->twin.ip, 0x0a000005);
    assert_non_null(strstr(list[0]->note, "10.0.0.5"));
    for (int k = 0; k < 4; k++) { /* the other one is gone */
        announce(&scene, 0x33, 0x0a000006);
        (void)step(&scene, S, &list);
    }
    assert_int_equal(list[0]->twin.ip, 0);
    assert_string_equal(list[0]->note, "");
    end(&scene);
}

static void sorts_and_forgets(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    announce(&scene, 0x44, 0x0a000004);
    announce(&scene, 0x22, 0x0a000002);
    announce(&scene, 0x33, 0x0a000003);
    assert_int_equal(step(&scene, 0, &list), 3);
    assert_string_equal(list[0]->id, "etherdream:0004a3112222");
    assert_string_equal(list[2]->id, "etherdream:0004a3112244");
    announce(&scene, 0x33, 0x0a000003);
    assert_int_equal(step(&scene, 2 * S, &list), 3);
    assert_int_equal(step(&scene, S + 1, &list), 1); /* the others unseen for over 3 s */
    assert_string_equal(list[0]->id, "etherdream:0004a3112233");
    assert_int_equal(step(&scene, 5 * S, &list), 0);
    end(&scene);
}

static void junk_is_ignored(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    uint8_t junk[1400];
    memset(junk, 0xff, sizeof junk);
    struct bj_address from = {.ip = 0x0a000009, .port = 1},
                      to = {.ip = 0xffffffff, .port = 7654};
    for (size_t size = 0; size < 36; size++) {
        fake_net_inject(scene.net, from, to, junk, size);
        (void)step(&scene, 0, &list);
    }
    assert_int_equal(bj_discovery_list(scene.discovery, &list), 0);
    announce(&scene, 0x33, 0x0a000005);
    assert_int_equal(step(&scene, 0, &list), 1);
    end(&scene);
}

static void a_flood_is_bounded(void **state)
{
    (void)state;
    struct scene scene;
    const struct bj_dac_info *const *list;
    begin(&scene);
    for (unsigned k = 0; k < 1024; k++) {
        announce(&scene, k, 0x0a000000 + k);
        (void)step(&scene, 0, &list);
    }
    assert_string_equal(bj_discovery_problem(scene.discovery), "");
    announce(&scene, 1024, 0x0a000000 + 1024);
    (void)step(&scene, 0, &list);
    assert_int_equal(bj_discovery_list(scene.discovery, &list), 1024);
    assert_non_null(strstr(bj_discovery_problem(scene.discovery), "more DACs"));
    end(&scene);
}

static void a_scan_that_cannot_work_says_so(void **state)
{
    (void)state;
    struct scene scene = {.net = fake_net_create()};
    fake_net_set_udp_open(scene.net, BJ_BUSY);
    assert_int_equal(
        bj_discovery_create(&(struct bj_transports){.net = fake_net_base(scene.net)},
                            &scene.discovery),
        BJ_OK);
    assert_int_equal(bj_discovery_step(scene.discovery, S, &scene.wait), BJ_BUSY);
    assert_non_null(strstr(bj_discovery_problem(scene.discovery), "Ether Dream"));
    assert_int_equal(bj_discovery_step(scene.discovery, 2 * S, &scene.wait), BJ_BUSY);
    end(&scene);
}

/* All networks need one socket a scan; a USB device is open. */
static void all_scans_at_once_find_room_to_wait(void **state)
{
    (void)state;
    struct scene scene = {.net = fake_net_create()};
    struct fake_usb *usb = fake_usb_create();
    const struct sim_helios_config config = sim_helios_defaults();
    struct sim_usb *helios = sim_helios_create(&config);
    const struct bj_dac_info *const *list;
    int most = 0;

    fake_usb_plug(usb, "1-2", helios);
    assert_int_equal(
        bj_discovery_create(&(struct bj_transports){.net = fake_net_base(scene.net),
                                                    .usb = fake_usb_base(usb)},
                            &scene.discovery),
        BJ_OK);
    for (int k = 0; k < 2000; k++) {
        fake_usb_advance(usb, scene.now_ns);
        (void)step(&scene, BJ_NS_PER_MS, &list);
        most = scene.wait.count > most ? scene.wait.count : most;
    }
    assert_in_range(most, 3 + 1, BJ_WAIT_HANDLES / 2);
    end(&scene);
    fake_usb_destroy(usb);
    sim_helios_destroy(helios);
}

static void nothing_is_answered(void **state)
{
    (void)state;
    const struct bj_transports via = {0};
    const struct bj_dac_info *const *list;
    struct bj_discovery *discovery;
    struct bj_wait wait;
    assert_int_equal(bj_discovery_create(NULL, &discovery), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_discovery_create(&via, NULL), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_discovery_step(NULL, 0, &wait), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_discovery_list(NULL, &list), 0);
    assert_string_equal(bj_discovery_problem(NULL), "");
    bj_discovery_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_announces_itself),
        cmocka_unit_test(merges_by_id_and_keeps_the_newest_address),
        cmocka_unit_test(two_of_one_id_are_told),
        cmocka_unit_test(sorts_and_forgets),
        cmocka_unit_test(junk_is_ignored),
        cmocka_unit_test(a_flood_is_bounded),
        cmocka_unit_test(a_scan_that_cannot_work_says_so),
        cmocka_unit_test(nothing_is_answered),
        cmocka_unit_test(all_scans_at_once_find_room_to_wait),
    };
    return cmocka_run_group_tests_name("discovery", tests, NULL, NULL);
}
