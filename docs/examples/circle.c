/* SPDX-License-Identifier: MIT
 * One second of a green circle, without JACK. docs/LIBRARY.md explains it. */
#include <beamjack/dacs.h>
#include <math.h>
#include <stdio.h>

static struct bj_fill_result circle(void *user, const struct bj_fill_request *request,
                                    struct bj_point *points)
{
    struct bj_fill_result result = {BJ_FILLED, request->target_points, 0};
    (void)user;
    if (request->start >= request->pps)
        result.kind = BJ_END;
    for (uint32_t k = 0; k < request->target_points; k++) {
        float angle = 6.2831853f * (float)((request->start + k) % 600) / 600.0f;
        points[k].x = 0.5f * cosf(angle);
        points[k].y = 0.5f * sinf(angle);
        points[k].r = points[k].b = 0;
        points[k].g = points[k].i = 1;
    }
    return result;
}

static void tell(void *user, enum bj_status status, bool final, const char *text)
{
    (void)user, (void)status;
    if (final) /* else it is borne, or tried again */
        fprintf(stderr, "circle: %s\n", text);
}

int main(int argc, char **argv)
{
    char why[200];
    struct bj_dac_info info;
    if (bj_dac_parse(argc > 1 ? argv[1] : "virtual", &info, why, sizeof why) != BJ_OK)
        return fprintf(stderr, "circle: %s\n", why), 2;
    struct bj_transports via;
    enum bj_status status = bj_transports_create(&via);
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_dac_config dac = bj_dac_defaults();
    dac.id = info.id, dac.address = info.address, dac.via = via;
    struct bj_stream_config config = bj_stream_defaults();
    config.driver = info.driver, config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = circle, config.error = tell;
    config.pps = 30000, config.arm = true;
    config.reconnect = false; /* an absent DAC ends it, and `tell` hears why */
    struct bj_stream *stream = NULL;
    if (status == BJ_OK)
        status = bj_stream_create(&config, &stream);
    if (status != BJ_OK || !waiter)
        fprintf(stderr, "circle: %s: %s\n", info.id, bj_strerror(status));
    bool ended = bj_stream_run_fill(stream) == BJ_RUN_ENDED;
    if (ended)
        printf("%u points/s on %s\n", config.pps, bj_stream_dac_name(stream));
    bj_stream_destroy(stream);
    bj_waiter_destroy(waiter);
    bj_transports_destroy(&via);
    return ended ? 0 : 1;
}
