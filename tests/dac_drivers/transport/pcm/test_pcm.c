/* SPDX-License-Identifier: MIT
 *
 * The real transport on ALSA's null and file PCMs, which have no clock: it counts their
 * time itself. Real threads and real time; nothing here depends on how soon they run.
 */
#include <beamjack/dacs.h>

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alsa_fixture.h"

#define MS BJ_NS_PER_MS
#define PATIENCE_MS 10000
#define CHANNELS 6
#define FRAME (CHANNELS * 4)
#define PROBE 480 /* silent frames, by which it finds out that there is no clock */

static struct bj_pcm *pcm;
static int handle;
static struct bj_pcm_actual actual;
static struct bj_pcm_snapshot snapshot;

static int start(void **state)
{
    (void)state;
    pcm = bj_pcm_create();
    return pcm ? alsa_fixture_start() : -1;
}

static int stop(void **state)
{
    (void)state;
    bj_pcm_destroy(pcm);
    return alsa_fixture_stop();
}

static void create(const char *name)
{
    struct bj_pcm_request request = {
        .least_channels = 2, .channels = CHANNELS, .buffer_ns = 200 * MS};

    (void)snprintf(request.name, sizeof request.name, "%s", name);
    assert_int_equal(pcm->ops->create(pcm, &request, &handle), BJ_OK);
}

static void wait_for_news(void)
{
    struct pollfd waiting = {.fd = handle, .events = POLLIN};

    assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
}

static enum bj_status open(void)
{
    enum bj_status status;

    pcm->ops->open(pcm, handle, 48000);
    while ((status = pcm->ops->opened(pcm, handle, &actual)) == BJ_WOULD_BLOCK)
        wait_for_news();
    return status;
}

static void begin(const char *name)
{
    create(name);
    assert_int_equal(open(), BJ_OK);
}

static void end(void)
{
    pcm->ops->close(pcm, handle, NULL);
    pcm->ops->destroy(pcm, handle);
}

static void see(void)
{
    struct bj_pcm_snapshot last = snapshot;

    assert_int_equal(pcm->ops->snapshot(pcm, handle, &snapshot), BJ_OK);
    assert_true(snapshot.heard_frames >= last.heard_frames);
    assert_true(snapshot.sent_ns <= snapshot.received_ns);
    assert_true(snapshot.received_ns <= bj_clock_ns());
}

/* Frame k has k in each channel. */
static uint32_t write_numbered(uint32_t first, uint32_t count)
{
    static uint32_t frames[9600][CHANNELS];
    uint32_t written = 0;

    for (uint32_t k = 0; k < count; k++)
        for (int c = 0; c < CHANNELS; c++)
            frames[k][c] = first + k;
    if (pcm->ops->write(pcm, handle, frames, count, &written) != BJ_OK)
        return 0;
    return written;
}

static void test_says_why_it_cannot_be_opened(void **state)
{
    (void)state;
    create("absent");
    assert_int_equal(open(), BJ_NOT_FOUND);
    assert_int_equal(open(), BJ_NOT_FOUND); /* and may be asked again */
    end();
}

static void test_plays_in_real_time_until_it_is_dry(void **state)
{
    int64_t began_ns;

    (void)state;
    snapshot = (struct bj_pcm_snapshot){0};
    begin("null");
    assert_int_equal(actual.channels, CHANNELS);
    assert_int_equal(write_numbered(0, 4800), 4800);
    began_ns = bj_clock_ns();
    pcm->ops->start(pcm, handle);
    for (see(); snapshot.dries == 0; see())
        wait_for_news();
    assert_true(bj_clock_ns() - began_ns >= 100 * MS);
    assert_int_equal(snapshot.heard_frames, 4800);
    assert_int_equal(snapshot.queued_frames, 0);
    assert_int_equal(snapshot.dropped_frames, 0);
    assert_false(snapshot.running);
    end();
}

static void test_tells_where_the_frames_are(void **state)
{
    (void)state;
    snapshot = (struct bj_pcm_snapshot){0};
    begin("null");
    assert_int_equal(write_numbered(0, 4800), 4800);
    pcm->ops->start(pcm, handle);
    for (see(); snapshot.dries == 0; see()) {
        struct pollfd waiting = {.fd = handle, .events = POLLIN};
        assert_true(snapshot.heard_frames + snapshot.queued_frames <= 4800);
        if (snapshot.running) /* within the time it took to look */
            assert_true(snapshot.heard_frames + snapshot.queued_frames == 4800);
        (void)poll(&waiting, 1, 7);
    }
    end();
}

static void test_takes_no_more_than_it_holds(void **state)
{
    uint32_t taken = 0, more;

    (void)state;
    snapshot = (struct bj_pcm_snapshot){0};
    begin("null");
    while ((more = write_numbered(taken, 1000)) > 0)
        taken += more;
    assert_int_equal(taken, actual.buffer_frames);
    end();
}

static void test_drops_what_is_not_heard(void **state)
{
    (void)state;
    snapshot = (struct bj_pcm_snapshot){0};
    begin("null");
    assert_int_equal(write_numbered(0, 9000), 9000);
    pcm->ops->start(pcm, handle);
    for (see(); !snapshot.running; see())
        wait_for_news();
    pcm->ops->drop(pcm, handle);
    for (see(); snapshot.drops == 0; see())
        wait_for_news();
    assert_int_equal(snapshot.heard_frames + snapshot.dropped_frames, 9000);
    assert_true(snapshot.dropped_frames > 0);
    assert_int_equal(snapshot.queued_frames, 0);
    assert_false(snapshot.running);
    assert_int_equal(write_numbered(0, 480), 480); /* and on it goes */
    pcm->ops->start(pcm, handle);
    for (see(); snapshot.dries == 0; see())
        wait_for_news();
    assert_int_equal(snapshot.heard_frames + snapshot.dropped_frames, 9480);
    end();
}

/* What was dropped never came out; each frame that did came once and in order; the end is
 * dark. */
static void test_what_comes_out_is_what_was_heard(void **state)
{
    static uint8_t caught[20000 * FRAME];
    const uint32_t *frames = (const uint32_t *)(const void *)caught;
    uint8_t dark[BJ_PCM_FRAME_BYTES];
    size_t count, heard;

    (void)state;
    snapshot = (struct bj_pcm_snapshot){0};
    memset(dark, 0x55, sizeof dark);
    begin("caught");
    assert_int_equal(write_numbered(1, 9000), 9000);
    pcm->ops->start(pcm, handle);
    for (see(); !snapshot.running; see())
        wait_for_news();
    pcm->ops->drop(pcm, handle);
    for (see(); snapshot.drops == 0; see())
        wait_for_news();
    pcm->ops->close(pcm, handle, dark);
    pcm->ops->destroy(pcm, handle);

    count = alsa_fixture_caught(caught, sizeof caught) / FRAME;
    heard = (size_t)snapshot.heard_frames;
    assert_true(heard < 9000);
    assert_int_equal(count, PROBE + heard + 480);
    for (size_t k = 0; k < heard; k++)
        for (int c = 0; c < CHANNELS; c++)
            assert_int_equal(frames[(PROBE + k) * CHANNELS + c], k + 1);
    for (size_t k = PROBE + heard; k < count; k++)
        assert_int_equal(frames[k * CHANNELS], 0x55555555);
}

static void test_opens_again_after_a_close(void **state)
{
    (void)state;
    begin("null");
    for (int k = 0; k < 5; k++) {
        snapshot = (struct bj_pcm_snapshot){0};
        assert_int_equal(write_numbered(0, 960), 960);
        pcm->ops->start(pcm, handle);
        for (see(); snapshot.dries == 0; see())
            wait_for_news();
        assert_int_equal(snapshot.heard_frames, 960); /* counted from this open on */
        pcm->ops->close(pcm, handle, NULL);
        assert_int_equal(open(), BJ_OK);
    }
    pcm->ops->destroy(pcm, handle); /* without a close */
}

static void test_has_room_for_so_many(void **state)
{
    struct bj_pcm_request request = {.name = "null", .least_channels = 2, .channels = 2};
    int handles[17], count = 0;

    (void)state;
    while (count < 17 && pcm->ops->create(pcm, &request, &handles[count]) == BJ_OK)
        count++;
    assert_int_equal(count, 16);
    while (count > 0)
        pcm->ops->destroy(pcm, handles[--count]);
    assert_int_equal(pcm->ops->create(pcm, &request, &handle), BJ_OK);
    pcm->ops->destroy(pcm, handle);
}

static void test_a_strange_handle_is_left_alone(void **state)
{
    const uint8_t frame[FRAME] = {0};
    uint32_t written;

    (void)state;
    pcm->ops->open(pcm, -7, 48000);
    assert_int_equal(pcm->ops->opened(pcm, -7, &actual), BJ_BAD_ARGUMENT);
    assert_int_equal(pcm->ops->write(pcm, -7, frame, 1, &written), BJ_BAD_ARGUMENT);
    pcm->ops->start(pcm, -7);
    pcm->ops->drop(pcm, -7);
    assert_int_equal(pcm->ops->snapshot(pcm, -7, &snapshot), BJ_BAD_ARGUMENT);
    pcm->ops->close(pcm, -7, frame);
    pcm->ops->destroy(pcm, -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_strange_handle_is_left_alone),
        cmocka_unit_test(test_says_why_it_cannot_be_opened),
        cmocka_unit_test(test_plays_in_real_time_until_it_is_dry),
        cmocka_unit_test(test_tells_where_the_frames_are),
        cmocka_unit_test(test_takes_no_more_than_it_holds),
        cmocka_unit_test(test_drops_what_is_not_heard),
        cmocka_unit_test(test_what_comes_out_is_what_was_heard),
        cmocka_unit_test(test_opens_again_after_a_close),
        cmocka_unit_test(test_has_room_for_so_many),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
