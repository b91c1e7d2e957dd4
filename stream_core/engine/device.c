/* SPDX-License-Identifier: MIT */
#include "engine/device.h"

#include "engine/promises.h"

enum bj_status bj_device_create(struct bj_device *device,
                                const struct bj_dac_driver *driver,
                                const struct bj_dac_config *config,
                                const struct bj_dac_events *events, void *engine)
{
    *device = (struct bj_device){.driver = driver};
    enum bj_status status = bj_dac_create(driver, config, events, engine, &device->dac);
    if (status != BJ_OK) {
        return status;
    }
    device->first_caps = device->dac->caps;
    return bj_promise_caps(&device->first_caps) ? BJ_BAD_ARGUMENT : BJ_OK;
}

void bj_device_destroy(struct bj_device *device)
{
    bj_device_release(device);
    bj_dac_destroy(device->dac);
}

void bj_device_begin_step(struct bj_device *device)
{
    device->refused = false;
}

bool bj_device_fits(struct bj_device *device)
{
    const char *broken = bj_promise_caps_now(&device->first_caps, &device->dac->caps);
    device->broken = broken ? broken : device->broken;
    return !broken;
}

bool bj_device_takes(const struct bj_device *device)
{
    enum bj_dac_state state = device->status.state;
    return state == BJ_DAC_READY || state == BJ_DAC_PLAYING;
}

double bj_device_true_pps(const struct bj_device *device, uint32_t pps)
{
    return bj_dac_true_pps(device->dac, pps);
}

enum bj_status bj_device_connect(struct bj_device *device, int64_t now_ns, uint32_t pps,
                                 uint32_t begin_points)
{
    device->held = true;
    enum bj_status status = device->driver->connect(device->dac, now_ns, pps, begin_points);
    device->broken = status == BJ_OK ? device->broken : NULL;
    return status;
}

/* A level report may have broken a promise on the way. */
enum bj_status bj_device_service(struct bj_device *device, int64_t now_ns,
                                 struct bj_wait *wait)
{
    enum bj_status status =
        device->driver->service(device->dac, now_ns, &device->status, wait);
    if (status != BJ_OK) {
        device->broken = NULL;
        return status;
    }
    const char *broken = bj_promise_service(&device->status, wait);
    device->broken = broken ? broken : device->broken;
    return device->broken ? BJ_PROTOCOL : BJ_OK;
}

enum bj_status bj_device_write(struct bj_device *device, int64_t now_ns,
                               const struct bj_chunk *chunk, uint32_t *taken)
{
    *taken = 0;
    enum bj_status status = device->driver->write(device->dac, now_ns, chunk, taken);
    if (status == BJ_WOULD_BLOCK) {
        device->told |= !device->refused;
        device->refused = true;
        return status;
    }
    const char *broken = status == BJ_OK ? bj_promise_taken(chunk->count, *taken) : NULL;
    if (status != BJ_OK || broken) {
        device->broken = broken;
        return broken ? BJ_PROTOCOL : status;
    }
    device->told = true;
    uint32_t *room = &device->status.room_points;
    *room -= *taken < *room ? *taken : *room;
    return BJ_OK;
}

void bj_device_shutter(struct bj_device *device, int64_t now_ns, bool open)
{
    device->driver->shutter(device->dac, now_ns, open);
    device->told = true;
}

void bj_device_stop(struct bj_device *device, int64_t now_ns)
{
    device->driver->stop(device->dac, now_ns);
    device->told = true;
}

void bj_device_release(struct bj_device *device)
{
    if (device->held) {
        device->driver->disconnect(device->dac);
    }
    device->held = false;
    device->broken = NULL;
}
