/* SPDX-License-Identifier: MIT */
#include "dac_choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_FOR_ANY_NS (3 * BJ_NS_PER_S)
#define LOOK_FOR_ID_NS (5 * BJ_NS_PER_S)
#define LOOK_STEP_NS (100 * BJ_NS_PER_MS)

bool bj_dac_is_called(const char *id, const char *asked)
{
    size_t size = strlen(asked);

    return strncmp(id, asked, size) == 0 && (id[size] == '\0' || id[size] == '-');
}

/* A whole id comes before one of which a part was left out. */
static const struct bj_dac_info *fitting(const struct bj_discovery *discovery,
                                         const char *id)
{
    const struct bj_dac_info *list;
    size_t count = bj_discovery_list(discovery, &list);

    for (size_t k = 0; k < count; k++)
        if (id ? !strcmp(list[k].id, id) : !list[k].busy)
            return &list[k];
    for (size_t k = 0; k < count; k++)
        if (id && bj_dac_is_called(list[k].id, id))
            return &list[k];
    return NULL;
}

static bool look(struct bj_discovery *discovery, struct bj_waiter *waiter, const char *id,
                 int64_t until_ns, const atomic_bool *cancel, struct bj_dac_info *info)
{
    int64_t now_ns;

    while ((now_ns = bj_clock_ns()) < until_ns && !(cancel && atomic_load(cancel))) {
        const struct bj_dac_info *found;
        struct bj_wait wait;

        bj_discovery_step(discovery, now_ns, &wait);
        bj_wait_until(&wait, now_ns + LOOK_STEP_NS);
        found = fitting(discovery, id);
        if (found) {
            *info = *found;
            return true;
        }
        bj_waiter_wait(waiter, &wait);
    }
    return false;
}

bool bj_dac_find(const struct bj_transports *via, const char *id, int64_t wait_ns,
                 const atomic_bool *cancel, struct bj_dac_info *info, char *why,
                 size_t why_size)
{
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_discovery *discovery = NULL;
    const char *problem = "";
    bool found = false;

    if (waiter && bj_discovery_create(via, &discovery) == BJ_OK) {
        found = look(discovery, waiter, id, bj_clock_ns() + wait_ns, cancel, info);
        problem = bj_discovery_problem(discovery);
    }
    if (!found)
        snprintf(why, why_size, "%s", problem ? problem : "");
    bj_discovery_destroy(discovery);
    bj_waiter_destroy(waiter);
    return found;
}

static void explain_absence(const char *text, const char *problem, char *why,
                            size_t why_size)
{
    const char *also = problem[0] ? "; also: " : "";

    if (text)
        snprintf(
            why, why_size,
            "%s was not found on any network; is it switched on? 'beamjack list' shows "
            "what there is, and etherdream@ADDRESS works without searching%s%s",
            text, also, problem);
    else
        snprintf(
            why, why_size,
            "no laser DAC found; connect one, or start a simulated one with 'beamjack sim "
            "etherdream', or use 'beamjack run virtual' to try without any%s%s",
            also, problem);
}

bool bj_dac_must_be_found(const struct bj_dac_info *info)
{
    char direct[BJ_TEXT_SIZE];

    snprintf(direct, sizeof direct, "%s@localhost", info->driver->name);
    return info->address.ip == 0 && info->driver->accepts_id(direct);
}

bool bj_dac_choose(const struct bj_transports *via, const char *text,
                   const atomic_bool *cancel, struct bj_dac_info *info, bool *wrong_usage,
                   char *why, size_t why_size)
{
    char problem[BJ_TEXT_SIZE * 2] = "";
    enum bj_status status;

    *wrong_usage = false;
    if (text) {
        status = bj_dac_parse(text, info, why, why_size);
        *wrong_usage = status == BJ_BAD_ARGUMENT || status == BJ_UNSUPPORTED;
        if (status != BJ_OK)
            return false;
        if (!bj_dac_must_be_found(info))
            return true;
    }
    if (bj_dac_find(via, text ? info->id : NULL, text ? LOOK_FOR_ID_NS : LOOK_FOR_ANY_NS,
                    cancel, info, problem, sizeof problem))
        return true;
    explain_absence(text, problem, why, why_size);
    return false;
}

/* ---- Capabilities -------------------------------------------------------------------------- */

static void ignore_level(void *engine, const struct bj_level_report *report)
{
    (void)engine;
    (void)report;
}

static void ignore_emptied(void *engine, uint32_t lost_points, bool dry)
{
    (void)engine;
    (void)lost_points;
    (void)dry;
}

static void ignore_notice(void *engine, enum bj_status status, const char *text)
{
    (void)engine;
    (void)status;
    (void)text;
}

bool bj_dac_caps(const struct bj_dac_info *info, const struct bj_transports *via,
                 struct bj_dac_caps *caps)
{
    static const struct bj_dac_events deaf = {ignore_level, ignore_emptied, ignore_notice};
    const struct bj_dac_config config = {
        .id = info->id, .address = info->address, .via = *via};
    void *dac = calloc(1, info->driver->instance_size);
    bool good = dac && info->driver->init(dac, &config, &deaf, NULL) == BJ_OK;

    if (good) {
        *caps = *info->driver->caps(dac);
        info->driver->finish(dac);
    }
    free(dac);
    return good;
}

uint32_t bj_dac_pps(uint32_t asked, uint32_t jack_rate_hz, const struct bj_dac_info *info,
                    const struct bj_dac_caps *caps)
{
    uint32_t pps = jack_rate_hz;

    if (asked)
        return asked;
    if (caps->max_pps && pps > caps->max_pps)
        pps = caps->max_pps;
    if (info->max_pps && pps > info->max_pps)
        pps = info->max_pps;
    return pps < caps->min_pps ? caps->min_pps : pps;
}
