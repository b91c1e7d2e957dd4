/* SPDX-License-Identifier: MIT */
#include <beamjack/driver.h>

#include <math.h>
#include <stdlib.h>

void bj_dac_config_begin(struct bj_dac_config *config, size_t size)
{
    const struct bj_dac_config none = {.id = NULL};
    bj_sized_begin(config, size, &none, sizeof none);
}

enum bj_status bj_dac_create(const struct bj_dac_driver *driver,
                             const struct bj_dac_config *given,
                             const struct bj_dac_events *events, void *engine,
                             struct bj_dac **dac)
{
    if (!dac) {
        return BJ_BAD_ARGUMENT;
    }
    *dac = NULL;
    struct bj_dac_config config = bj_dac_defaults();
    if (!driver || !driver->init || driver->instance_size < sizeof **dac ||
        !bj_sized_read(&config, sizeof config, given) || !config.id) {
        return BJ_BAD_ARGUMENT;
    }
    *dac = calloc(1, driver->instance_size);
    if (!*dac) {
        return BJ_NO_MEMORY;
    }
    (*dac)->driver = driver;
    (*dac)->events = events;
    (*dac)->engine = engine;
    enum bj_status status = driver->init(*dac, &config);
    (*dac)->name[BJ_DAC_NAME_SIZE - 1] = '\0';
    if (status != BJ_OK) {
        free(*dac);
        *dac = NULL;
    }
    return status;
}

void bj_dac_destroy(struct bj_dac *dac)
{
    if (dac && dac->driver->finish) {
        dac->driver->finish(dac);
    }
    free(dac);
}

double bj_dac_true_pps(const struct bj_dac *dac, uint32_t pps)
{
    double told = dac && dac->driver->true_pps ? dac->driver->true_pps(dac, pps) : pps;
    return isfinite(told) && told > 0 ? told : pps;
}
