/* SPDX-License-Identifier: MIT
 *
 * Uses each struct that may grow, as a program does that is compiled once and runs with
 * later libraries: ends with 0 if all it sets holds, and nothing is written beyond what it
 * knows.
 */
#include <beamjack/dacs.h>

#include <stdio.h>
#include <string.h>

#define GUARD_BYTES 256

#define EXPECT(what)                                                                       \
    do {                                                                                   \
        if (!(what)) {                                                                     \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);             \
            return 1;                                                                      \
        }                                                                                  \
    } while (0)

/* A struct with bytes behind it that nobody may touch. */
#define GUARDED(type)                                                                      \
    struct {                                                                               \
        struct type it;                                                                    \
        unsigned char guard[GUARD_BYTES];                                                  \
    }

static void set_guard(unsigned char *guard)
{
    memset(guard, 0xa5, GUARD_BYTES);
}

static bool is_guarded(const unsigned char *guard)
{
    for (int k = 0; k < GUARD_BYTES; k++)
        if (guard[k] != 0xa5)
            return false;
    return true;
}

static struct bj_fill_result resting(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct bj_fill_result result = {BJ_FILLED, request->target_points, 0};

    (void)user;
    memset(points, 0, request->target_points * sizeof *points);
    if (request->start >= request->pps / 5)
        result.kind = BJ_END;
    return result;
}

static int use_stream(struct bj_stream_config *config)
{
    GUARDED(bj_stats) stats;
    struct bj_shape shape = bj_shape_neutral();
    struct bj_stream *stream;

    set_guard(stats.guard);
    EXPECT(bj_stream_create(config, &stream) == BJ_OK);
    shape.gain_x = 0.5f;
    EXPECT(bj_stream_set_shape(stream, &shape) == BJ_OK);
    shape.gain_i = -1;
    EXPECT(bj_stream_set_shape(stream, &shape) == BJ_BAD_ARGUMENT);
    EXPECT(bj_stream_run_fill(stream) == BJ_RUN_ENDED);
    bj_stream_read_stats(stream, &stats.it, sizeof stats.it);
    EXPECT(is_guarded(stats.guard));
    EXPECT(stats.it.pps == 20000 && stats.it.points_from_fill >= 4000);
    EXPECT(stats.it.capacity_points > 0);
    bj_stream_destroy(stream);
    return 0;
}

static int use_feed(void)
{
    GUARDED(bj_feed_stats) stats;
    GUARDED(bj_feed_config) config;
    float samples[64] = {0};
    const float *channels[BJ_CHANNELS] = {samples, samples, samples,
                                          samples, samples, NULL};
    struct bj_feed *feed;

    set_guard(stats.guard);
    set_guard(config.guard);
    bj_feed_config_begin(&config.it, sizeof config.it);
    EXPECT(is_guarded(config.guard));
    EXPECT(bj_feed_create(&config.it, &feed) == BJ_OK);
    EXPECT(bj_feed_push(feed, channels, 64, 1, 0) == BJ_OK);
    bj_feed_read_stats(feed, &stats.it, sizeof stats.it);
    EXPECT(is_guarded(stats.guard));
    EXPECT(stats.it.frames_pushed == 64);
    bj_feed_destroy(feed);
    return 0;
}

static int use_audio(const struct bj_dac_config *virtual_dac)
{
    GUARDED(bj_audio_options) options;
    struct bj_dac_config config = *virtual_dac;
    struct bj_dac_info info;
    struct bj_dac *dac;
    char why[200];

    if (!config.via.pcm)
        return 0;
    set_guard(options.guard);
    bj_audio_options_begin(&options.it, sizeof options.it);
    EXPECT(is_guarded(options.guard));
    EXPECT(bj_dac_parse("audio:null", &info, why, sizeof why) == BJ_OK);
    config.id = info.id;
    config.extra = &options.it;
    EXPECT(bj_dac_create(info.driver, &config, NULL, NULL, &dac) == BJ_OK);
    bj_dac_destroy(dac);
    options.it.gain[BJ_X] = 2 * BJ_AUDIO_GAIN_LIMIT;
    EXPECT(bj_dac_create(info.driver, &config, NULL, NULL, &dac) == BJ_BAD_ARGUMENT);
    return 0;
}

static int use_all(const struct bj_transports *via, struct bj_waiter *waiter)
{
    GUARDED(bj_dac_info) info;
    char why[200];
    struct bj_dac_config dac = bj_dac_defaults();
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_safety_config safety = bj_safety_defaults();
    struct bj_shape shape = bj_shape_neutral();

    set_guard(info.guard);
    EXPECT(bj_dac_parse_into("virtual", &info.it, sizeof info.it, why, sizeof why) ==
           BJ_OK);
    EXPECT(is_guarded(info.guard));
    dac.id = info.it.id;
    dac.via = *via;
    config.driver = info.it.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = resting;
    config.shape = &shape;
    config.safety = &safety;
    config.pps = 20000;
    return use_stream(&config) || use_feed() || use_audio(&dac);
}

int main(void)
{
    GUARDED(bj_transports) via;
    struct bj_waiter *waiter = bj_waiter_create();
    int status;

    set_guard(via.guard);
    EXPECT(bj_transports_open(&via.it, sizeof via.it) == BJ_OK);
    EXPECT(is_guarded(via.guard));
    status = use_all(&via.it, waiter);
    bj_waiter_destroy(waiter);
    bj_transports_close(&via.it, sizeof via.it);
    EXPECT(is_guarded(via.guard));
    printf("compiled with %s, runs with %s\n", BEAMJACK_VERSION_STRING,
           bj_version_string());
    return status;
}
