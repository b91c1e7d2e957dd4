/* SPDX-License-Identifier: MIT
 *
 * One second of a green circle on any DAC, without JACK:
 *
 *   cc circle.c $(pkg-config --cflags --libs beamjack-dacs) -o circle
 *   ./circle virtual
 *   ./circle etherdream@192.168.1.20
 *
 * Compiles as C and as C++.
 */
#include <beamjack/dacs.h>
#include <math.h>
#include <stdio.h>

static struct bj_fill_result circle(void *user, const struct bj_fill_request *request,
                                    struct bj_point *points)
{
    struct bj_fill_result result = {BJ_FILLED, request->target_points, 0};
    (void)user;
    if (request->start >= request->pps) {
        result.kind = BJ_END;
        return result;
    }
    for (uint32_t k = 0; k < request->target_points; k++) {
        float angle = 6.2831853f * (float)((request->start + k) % 600) / 600.0f;
        points[k].x = 0.5f * cosf(angle);
        points[k].y = 0.5f * sinf(angle);
        points[k].r = points[k].b = 0;
        points[k].g = points[k].i = 65535;
    }
    return result;
}

int main(int argc, char **argv)
{
    char why[200];
    struct bj_dac_info info;
    if (bj_dac_parse(argc > 1 ? argv[1] : "virtual", &info, why, sizeof why) != BJ_OK) {
        fprintf(stderr, "circle: %s\n", why);
        return 2;
    }
    struct bj_transports via;
    if (bj_transports_create(&via) != BJ_OK)
        return 1;
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_dac_config dac = {info.id, info.address, via, NULL};
    struct bj_stream_config config = bj_stream_defaults();
    config.driver = info.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = circle;
    config.pps = 30000;
    config.arm = true;

    struct bj_stream *stream = NULL;
    enum bj_status status = bj_stream_create(&config, &stream);
    if (status == BJ_OK) {
        enum bj_run end = bj_stream_run_fill(stream);
        printf("%llu points on %s\n",
               (unsigned long long)bj_stream_stats(stream).points_written,
               bj_stream_dac_name(stream));
        status = end == BJ_RUN_ENDED ? BJ_OK : BJ_DISCONNECTED;
    }
    if (status != BJ_OK)
        fprintf(stderr, "circle: %s\n", bj_strerror(status));
    bj_stream_destroy(stream);
    bj_waiter_destroy(waiter);
    bj_transports_destroy(&via);
    return status == BJ_OK ? 0 : 1;
}
