/* SPDX-License-Identifier: MIT
 *
 * The DAC through its driver: every call that the engine makes, and whether the driver
 * keeps what <beamjack/driver.h> makes it promise. Engine thread but for create and
 * destroy.
 */
#ifndef BJ_DEVICE_H
#define BJ_DEVICE_H

#include <beamjack/driver.h>

struct bj_device {
    const struct bj_dac_driver *driver;
    struct bj_dac *dac;
    struct bj_dac_caps first_caps; /* after init */
    struct bj_dac_status status;
    bool held;          /* between connect and release */
    bool told;          /* something since its last service, which may be news to it */
    bool refused;       /* it took nothing in this step, in spite of room */
    const char *broken; /* what it promised and did not keep, or NULL */
};

/* Main thread. BJ_BAD_ARGUMENT where it promises what cannot be, or what init says. */
enum bj_status bj_device_create(struct bj_device *device,
                                const struct bj_dac_driver *driver,
                                const struct bj_dac_config *config,
                                const struct bj_dac_events *events, void *engine);
/* Main thread. Releases it first. */
void bj_device_destroy(struct bj_device *device);

void bj_device_begin_step(struct bj_device *device);

/* What the device can do is possible, else `broken` says why not. */
bool bj_device_fits(struct bj_device *device);

/* Takes points: ready or playing. */
bool bj_device_takes(const struct bj_device *device);

/* What the DAC makes of a commanded rate. */
double bj_device_true_pps(const struct bj_device *device, uint32_t pps);

/* BJ_OK, or it is lost: broken where `broken` says so. */
enum bj_status bj_device_connect(struct bj_device *device, int64_t now_ns, uint32_t pps,
                                 uint32_t begin_points);
enum bj_status bj_device_service(struct bj_device *device, int64_t now_ns,
                                 struct bj_wait *wait);

/* BJ_WOULD_BLOCK: it takes no more now. One refusal in spite of room may be news to the
 * driver; the next one in the same step is not. Else as service. */
enum bj_status bj_device_write(struct bj_device *device, int64_t now_ns,
                               const struct bj_chunk *chunk, uint32_t *taken);

void bj_device_shutter(struct bj_device *device, int64_t now_ns, bool open);
void bj_device_stop(struct bj_device *device, int64_t now_ns);

/* Once for each connect; nothing is asked of the driver after it. */
void bj_device_release(struct bj_device *device);

#endif
