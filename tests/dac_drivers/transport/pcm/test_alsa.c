/* SPDX-License-Identifier: MIT
 *
 * On ALSA's own PCMs null and file; a sound card is not needed.
 */
#include "transport/pcm/alsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "alsa_fixture.h"

#define MS BJ_NS_PER_MS

static int start(void **state)
{
    (void)state;
    bj_alsa_begin();
    return alsa_fixture_start();
}

static int stop(void **state)
{
    (void)state;
    bj_alsa_end();
    return alsa_fixture_stop();
}

static struct bj_pcm_request request(const char *name)
{
    struct bj_pcm_request requested = {
        .least_channels = 2, .channels = 6, .buffer_ns = 200 * MS};

    (void)snprintf(requested.name, sizeof requested.name, "%s", name);
    return requested;
}

static enum bj_status open(const char *name, struct bj_pcm_actual *actual,
                           struct bj_alsa **alsa)
{
    struct bj_pcm_request requested = request(name);

    return bj_alsa_open(&requested, 48000, actual, alsa);
}

static void test_opens_null_as_requested(void **state)
{
    struct bj_pcm_actual actual;
    struct bj_alsa *alsa;

    (void)state;
    assert_int_equal(open("null", &actual, &alsa), BJ_OK);
    assert_int_equal(actual.channels, 6);
    assert_int_equal(actual.format, BJ_PCM_S32);
    assert_true(actual.rate_hz == 48000);
    assert_true(actual.buffer_frames >= 9000 && actual.buffer_frames <= 10000);
    assert_true(actual.quantum_frames >= 1);
    assert_true(actual.min_rate_hz <= 48000 && actual.max_rate_hz >= 48000);
    assert_true(actual.card[0] != '\0');
    bj_alsa_close(alsa);
}

static void test_says_why_it_cannot_be_opened(void **state)
{
    struct bj_pcm_actual actual;
    struct bj_alsa *alsa = NULL;

    (void)state;
    assert_int_equal(open("no such thing", &actual, &alsa), BJ_NOT_FOUND);
    assert_int_equal(open("absent", &actual, &alsa), BJ_NOT_FOUND);
    assert_null(alsa);
    bj_alsa_close(alsa);
}

static void test_plays_starts_and_drops(void **state)
{
    static const uint8_t silence[480 * 24];
    struct bj_pcm_actual actual;
    struct bj_alsa *alsa;
    uint32_t delay_frames = 1;

    (void)state;
    assert_int_equal(open("null", &actual, &alsa), BJ_OK);
    assert_int_equal(bj_alsa_query(alsa, &delay_frames), BJ_ALSA_READY);
    assert_int_equal(bj_alsa_write(alsa, silence, 480), 480);
    assert_int_equal(bj_alsa_query(alsa, &delay_frames), BJ_ALSA_READY);
    assert_true(bj_alsa_start(alsa));
    assert_int_equal(bj_alsa_query(alsa, &delay_frames), BJ_ALSA_RUNNING);
    assert_int_equal(delay_frames, 0); /* null has no clock */
    assert_true(bj_alsa_drop(alsa));
    assert_int_equal(bj_alsa_query(alsa, &delay_frames), BJ_ALSA_READY);
    bj_alsa_close(alsa);
}

static void test_what_is_written_is_what_comes_out(void **state)
{
    uint8_t frames[100 * 24], caught[sizeof frames];
    struct bj_pcm_actual actual;
    struct bj_alsa *alsa;

    (void)state;
    for (size_t k = 0; k < sizeof frames; k++)
        frames[k] = (uint8_t)(k * 7);
    assert_int_equal(open("caught", &actual, &alsa), BJ_OK);
    assert_int_equal(actual.channels, 6);
    assert_int_equal(bj_alsa_write(alsa, frames, 100), 100);
    bj_alsa_close(alsa);
    assert_int_equal(alsa_fixture_caught(caught, sizeof caught), sizeof caught);
    assert_memory_equal(caught, frames, sizeof frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_null_as_requested),
        cmocka_unit_test(test_says_why_it_cannot_be_opened),
        cmocka_unit_test(test_plays_starts_and_drops),
        cmocka_unit_test(test_what_is_written_is_what_comes_out),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
