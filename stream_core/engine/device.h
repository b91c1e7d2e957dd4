/* SPDX-License-Identifier: MIT
 *
 * The DAC through its driver: makes every call of the engine, and checks that the driver
 * keeps the contract of <beamjack/driver.h>. Engine thread, except create and destroy.
 */
#ifndef BJ_DEVICE_H
#define BJ_DEVICE_H

#include <beamjack/driver.h>

struct bj_device {
    const struct bj_dac_driver *driver;
    struct bj_dac *dac;
    struct bj_dac_caps first_caps; /* after init */
    struct bj_dac_status status;
    bool held; /* between connect and release */
    bool told; /* the driver was called since its last service, which may be news to it */
    bool refused;       /* the driver took nothing in this step, in spite of room */
    const char *broken; /* the promise that the driver broke, as text, or NULL */
};

/* Main thread. Creates the instance. Returns BJ_BAD_ARGUMENT for impossible
 * capabilities, or the status of init. */
enum bj_status bj_device_create(struct bj_device *device,
                                const struct bj_dac_driver *driver,
                                const struct bj_dac_config *config,
                                const struct bj_dac_events *events, void *engine);
/* Main thread. Releases the DAC, then destroys the instance. */
void bj_device_destroy(struct bj_device *device);

void bj_device_begin_step(struct bj_device *device);

/* Returns whether the capabilities are possible; if not, `broken` says why. */
bool bj_device_fits(struct bj_device *device);

/* Returns whether the device takes points: ready or playing. */
bool bj_device_takes(const struct bj_device *device);

/* Returns the rate at which the DAC really plays when `pps` is commanded. */
double bj_device_true_pps(const struct bj_device *device, uint32_t pps);

/* Call the slots. Return BJ_OK, or the DAC is lost: by a broken contract where `broken`
 * says so. */
enum bj_status bj_device_connect(struct bj_device *device, int64_t now_ns, uint32_t pps,
                                 uint32_t begin_points);
enum bj_status bj_device_service(struct bj_device *device, int64_t now_ns,
                                 struct bj_wait *wait);

/* Writes a chunk. BJ_WOULD_BLOCK: the driver takes no more now. After one refusal in
 * spite of room the driver is served again; after the next one in the same step it is
 * not. Other errors as service. */
enum bj_status bj_device_write(struct bj_device *device, int64_t now_ns,
                               const struct bj_chunk *chunk, uint32_t *taken);

void bj_device_shutter(struct bj_device *device, int64_t now_ns, bool open);
void bj_device_stop(struct bj_device *device, int64_t now_ns);

/* Disconnects, once for each connect; the driver is not called after it. */
void bj_device_release(struct bj_device *device);

#endif
