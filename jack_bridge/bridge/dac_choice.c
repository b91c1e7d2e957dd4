/* SPDX-License-Identifier: MIT */
#include "bridge/dac_choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOOK_FOR_ANY_NS (3 * BJ_NS_PER_S)
#define LOOK_FOR_MORE_NS (3 * BJ_NS_PER_S / 2) /* an Ether Dream speaks once a second */
#define LOOK_FOR_TWIN_NS                                                                   \
    (11 * BJ_NS_PER_S / 10) /* the same: is there another of that id? */
#define LOOK_FOR_ID_NS (5 * BJ_NS_PER_S)
#define LOOK_STEP_NS (100 * BJ_NS_PER_MS)

bool bj_dac_is_called(const char *id, const char *asked)
{
    size_t size = strlen(asked);

    return strncmp(id, asked, size) == 0 && (id[size] == '\0' || id[size] == '-');
}

/* ---- By its name ---------------------------------------------------------------------- */

/* A whole id comes before one of which a part was left out. */
static const struct bj_dac_info *named(const struct bj_dac_info *const *list, size_t count,
                                       const char *id)
{
    for (size_t k = 0; k < count; k++)
        if (!strcmp(list[k]->id, id))
            return list[k];
    for (size_t k = 0; k < count; k++)
        if (bj_dac_is_called(list[k]->id, id) && !list[k]->on_request)
            return list[k];
    return NULL;
}

/* ---- Without a name ------------------------------------------------------------------- */

/* As many ids as fit. */
static void say_ids(char *why, size_t why_size, const struct bj_dac_info *const *list,
                    size_t count)
{
    for (size_t k = 0; k < count; k++) {
        size_t used = strlen(why), room = why_size - used;
        const char *busy = list[k]->busy ? " (in use)" : "";

        if (strlen(list[k]->id) + strlen(busy) + sizeof ",  and 99 more" > room) {
            snprintf(why + used, room, " and %zu more", count - k);
            return;
        }
        snprintf(why + used, room, "%s %s%s", k ? "," : "", list[k]->id, busy);
    }
}

static size_t count_idle(const struct bj_dac_info *const *list, size_t count,
                         const struct bj_dac_info **first)
{
    size_t idle = 0;

    for (size_t k = 0; k < count; k++)
        if (!list[k]->busy && !list[k]->on_request && idle++ == 0)
            *first = list[k];
    return idle;
}

static size_t count_willing(const struct bj_dac_info *const *list, size_t count)
{
    size_t willing = 0;

    for (size_t k = 0; k < count; k++)
        willing += !list[k]->on_request;
    return willing;
}

enum bj_only bj_dac_only(const struct bj_dac_info *const *list, size_t count,
                         const struct bj_dac_info **only, char *why, size_t why_size)
{
    size_t idle = count_idle(list, count, only);

    if (idle == 1)
        return BJ_ONLY_ONE;
    if (idle == 0 && count == 0)
        return BJ_ONLY_NONE;
    snprintf(why, why_size, "%s",
             idle ? "there is more than one laser DAC: say which to play on, or several to "
                    "play the same on each:"
             : count_willing(list, count)
                 ? "all laser DACs found are in use; 'beamjack run ID' tries one anyhow:"
                 : "nothing found says that it is a laser; 'beamjack run ID' plays on it "
                   "anyhow:");
    say_ids(why, why_size, list, count);
    return idle ? BJ_ONLY_SEVERAL : BJ_ONLY_BUSY;
}

/* ---- Looking -------------------------------------------------------------------------- */

struct search {
    const char *id; /* NULL: any */
    const atomic_bool *cancel;
    struct bj_discovery *discovery;
    struct bj_waiter *waiter;
    int64_t until_ns;
    bool seen;
    int error; /* why there is no waiter */
};

static bool is_there(const struct search *search)
{
    const struct bj_dac_info *const *list;
    size_t count = bj_discovery_list(search->discovery, &list);

    return search->id ? named(list, count, search->id) != NULL : count > 0;
}

/* What was found, and others of its kind or name had the time to show up too. */
static bool is_over(struct search *search, int64_t now_ns)
{
    if (!search->seen && is_there(search)) {
        search->seen = true;
        search->until_ns = now_ns + (search->id ? LOOK_FOR_TWIN_NS : LOOK_FOR_MORE_NS);
    }
    return now_ns >= search->until_ns || (search->cancel && atomic_load(search->cancel));
}

static void look(struct search *search)
{
    struct bj_wait wait;
    int64_t now_ns;

    for (;;) {
        now_ns = bj_clock_ns();
        bj_discovery_step(search->discovery, now_ns, &wait);
        if (is_over(search, now_ns))
            return;
        bj_wait_until(&wait, now_ns + LOOK_STEP_NS);
        bj_waiter_wait(search->waiter, &wait);
    }
}

static bool begin(struct search *search, const struct bj_transports *via)
{
    search->waiter = bj_waiter_create();
    search->error = errno;
    search->until_ns = bj_clock_ns() + (search->id ? LOOK_FOR_ID_NS : LOOK_FOR_ANY_NS);
    return search->waiter && bj_discovery_create(via, &search->discovery) == BJ_OK;
}

static void end(struct search *search)
{
    bj_discovery_destroy(search->discovery);
    bj_waiter_destroy(search->waiter);
}

/* ---- What to say when there is none --------------------------------------------------- */

static void explain_absence(const struct search *search, const char *kind, char *why,
                            size_t why_size)
{
    const char *problem = search->discovery ? bj_discovery_problem(search->discovery)
                                            : strerror(search->error);
    const char *also = problem[0] ? "; also: " : "";

    if (search->id)
        snprintf(
            why, why_size,
            "%s was not found; is it switched on? 'beamjack list' shows what there is, "
            "and %s@ADDRESS works without searching%s%s",
            search->id, kind, also, problem);
    else
        snprintf(
            why, why_size,
            "no laser DAC found; connect one, or start a simulated one with 'beamjack sim "
            "etherdream', or use 'beamjack run virtual' to try without any%s%s",
            also, problem);
}

/* Nobody can tell which of them would light up. */
static bool refuse_twins(const struct bj_dac_info *found, bool *wrong_usage, char *why,
                         size_t why_size)
{
    *wrong_usage = true;
    snprintf(why, why_size,
             "two devices answer to %s, at %s and at %u.%u.%u.%u (or one is in two "
             "networks): say which by its address, %s@%s",
             found->id, found->where, found->twin.ip >> 24, found->twin.ip >> 16 & 255,
             found->twin.ip >> 8 & 255, found->twin.ip & 255, found->driver->name,
             found->where);
    return false;
}

/* ---- The choice ----------------------------------------------------------------------- */

static bool choose_found(struct search *search, struct bj_dac_info *info, bool *wrong_usage,
                         char *why, size_t why_size)
{
    const struct bj_dac_info *const *list = NULL;
    const struct bj_dac_info *found = NULL;
    size_t count = search->discovery ? bj_discovery_list(search->discovery, &list) : 0;
    enum bj_only only = BJ_ONLY_NONE;

    if (search->id)
        found = named(list, count, search->id);
    else
        only = bj_dac_only(list, count, &found, why, why_size);
    *wrong_usage = only == BJ_ONLY_SEVERAL;
    if (only == BJ_ONLY_SEVERAL || only == BJ_ONLY_BUSY)
        return false;
    if (found && found->twin.ip != 0)
        return refuse_twins(found, wrong_usage, why, why_size);
    if (found)
        *info = *found;
    else
        explain_absence(search, search->id ? info->driver->name : "", why, why_size);
    return found;
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
    struct search search = {.id = text ? info->id : NULL, .cancel = cancel};
    enum bj_status status;
    bool found;

    *wrong_usage = false;
    if (text) {
        status = bj_dac_parse(text, info, why, why_size);
        *wrong_usage = status == BJ_BAD_ARGUMENT || status == BJ_UNSUPPORTED;
        if (status != BJ_OK)
            return false;
        if (!bj_dac_must_be_found(info))
            return true;
    }
    if (begin(&search, via))
        look(&search);
    found = choose_found(&search, info, wrong_usage, why, why_size);
    end(&search);
    return found;
}

/* ---- Capabilities -------------------------------------------------------------------------- */

bool bj_dac_caps(const struct bj_dac_info *info, const struct bj_transports *via,
                 struct bj_dac_caps *caps)
{
    const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                         .id = info->id,
                                         .address = info->address,
                                         .via = *via};
    struct bj_dac *dac;

    if (bj_dac_create(info->driver, &config, NULL, NULL, &dac) != BJ_OK)
        return false;
    *caps = dac->caps;
    if (caps->min_queued_points < info->min_queued_points)
        caps->min_queued_points = info->min_queued_points;
    bj_dac_destroy(dac);
    return true;
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
