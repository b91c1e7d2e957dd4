/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include <beamjack/driver.h>

struct instance {
    struct bj_dac base;
    uint8_t memory[100];
};

static const struct bj_dac_events events;
static enum bj_status answer;
static int finished;

static enum bj_status init(void *dac, const struct bj_dac_config *config)
{
    struct instance *instance = dac;
    assert_string_equal(config->id, "an id");
    assert_ptr_equal(instance->base.events, &events);
    assert_ptr_equal(instance->base.engine, &answer);
    for (size_t k = 0; k < sizeof instance->memory; k++) {
        assert_int_equal(instance->memory[k], 0);
    }
    instance->base.caps.max_pps = 1000;
    return answer;
}

static void finish(void *dac)
{
    assert_int_equal(((struct instance *)dac)->base.caps.max_pps, 1000);
    finished++;
}

static const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                            .id = "an id"};

static struct bj_dac *create(const struct bj_dac_driver *driver, enum bj_status expected)
{
    struct bj_dac *dac;
    answer = expected;
    finished = 0;
    assert_int_equal(bj_dac_create(driver, &config, &events, &answer, &dac), expected);
    return dac;
}

static const struct bj_dac_driver full = {
    .instance_size = sizeof(struct instance), .init = init, .finish = finish};
static const struct bj_dac_driver bare = {.instance_size = sizeof(struct instance),
                                          .init = init};

static void it_begins_with_what_the_engine_gave(void **state)
{
    (void)state;
    struct bj_dac *dac = create(&full, BJ_OK);
    assert_ptr_equal(dac->driver, &full);
    bj_dac_destroy(dac);
    assert_int_equal(finished, 1);
}

static void without_finish_there_is_nothing_to_undo(void **state)
{
    (void)state;
    bj_dac_destroy(create(&bare, BJ_OK));
    bj_dac_destroy(NULL);
}

static void what_cannot_begin_is_not_finished(void **state)
{
    (void)state;
    assert_null(create(&full, BJ_BAD_ARGUMENT));
    assert_int_equal(finished, 0);
}

static double half(const void *dac, uint32_t pps)
{
    (void)dac;
    return pps / 2.0;
}

static void the_true_rate_is_exact_unless_told(void **state)
{
    (void)state;
    const struct bj_dac_driver slow = {.true_pps = half};
    assert_true(bj_dac_true_pps(&(struct bj_dac){.driver = &slow}, 3) == 1.5);
    assert_true(bj_dac_true_pps(&(struct bj_dac){.driver = &bare}, 3) == 3);
}

static double told_pps;

static double tell_pps(const void *dac, uint32_t pps)
{
    (void)dac;
    (void)pps;
    return told_pps;
}

static void a_nonsensical_rate_is_the_plain_one(void **state)
{
    (void)state;
    const double nonsense[] = {NAN, INFINITY, -INFINITY, 0, -30000};
    struct bj_dac_driver driver = bare;
    driver.true_pps = tell_pps;
    struct bj_dac *dac = create(&driver, BJ_OK);
    told_pps = 29999.5;
    assert_true(bj_dac_true_pps(dac, 30000) == 29999.5);
    for (size_t k = 0; k < sizeof nonsense / sizeof *nonsense; k++) {
        told_pps = nonsense[k];
        assert_true(bj_dac_true_pps(dac, 30000) == 30000);
    }
    assert_true(bj_dac_true_pps(NULL, 30000) == 30000);
    bj_dac_destroy(dac);
}

static void what_cannot_be_created_is_refused(void **state)
{
    (void)state;
    const struct bj_dac_config nameless = {.size = sizeof(struct bj_dac_config),
                                           .id = NULL};
    struct bj_dac_driver tiny = bare, idle = bare;
    struct bj_dac *dac = (struct bj_dac *)&tiny;
    tiny.instance_size = sizeof(struct bj_dac) - 1;
    idle.init = NULL;
    assert_int_equal(bj_dac_create(&tiny, &config, &events, NULL, &dac), BJ_BAD_ARGUMENT);
    assert_null(dac);
    assert_int_equal(bj_dac_create(&idle, &config, &events, NULL, &dac), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_create(NULL, &config, &events, NULL, &dac), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_create(&bare, NULL, &events, NULL, &dac), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_create(&bare, &nameless, NULL, NULL, &dac), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_dac_create(&bare, &config, &events, NULL, NULL), BJ_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nonsensical_rate_is_the_plain_one),
        cmocka_unit_test(what_cannot_be_created_is_refused),
        cmocka_unit_test(it_begins_with_what_the_engine_gave),
        cmocka_unit_test(without_finish_there_is_nothing_to_undo),
        cmocka_unit_test(what_cannot_begin_is_not_finished),
        cmocka_unit_test(the_true_rate_is_exact_unless_told),
    };
    return cmocka_run_group_tests_name("dac", tests, NULL, NULL);
}
