/* SPDX-License-Identifier: MIT */
#include "catalog/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A bound on memory whatever announces itself; the oldest stays. */
#define MAX_DACS 1024
#define LOOK_NS (20 * BJ_NS_PER_MS)
#define FORGET_NS (3 * BJ_NS_PER_S)

struct running_scan {
    const struct bj_scan *scan;
    void *state;
    bool open;
};

struct sighting {
    int64_t seen_ns;
    int64_t twin_ns; /* when it was seen at `twin` of its info */
};

struct bj_discovery {
    struct running_scan *scans; /* all of this build */
    int scan_count;
    bool opened;
    enum bj_status status; /* the first thing that cannot work */
    char problem[BJ_TEXT_SIZE * 2];
    struct bj_transports via;
    int64_t now_ns; /* of the current step */
    struct bj_dac_info dacs[MAX_DACS];
    const struct bj_dac_info
        *list[MAX_DACS];                 /* to these: programs do not know their size */
    struct sighting sightings[MAX_DACS]; /* of the same */
    size_t count;
};

static bool make_scans(struct bj_discovery *discovery)
{
    size_t count = 0;
    while (bj_scans()[count]) {
        count++;
    }
    discovery->scans = calloc(count + 1, sizeof *discovery->scans);
    if (!discovery->scans) {
        return false;
    }
    for (const struct bj_scan *const *scan = bj_scans(); *scan; scan++) {
        struct running_scan *running = &discovery->scans[discovery->scan_count++];
        running->scan = *scan;
        running->state = calloc(1, (*scan)->instance_size);
        if (!running->state) {
            return false;
        }
    }
    return true;
}

enum bj_status bj_discovery_begin(const struct bj_transports *via, size_t via_size,
                                  struct bj_discovery **out)
{
    struct bj_discovery *discovery;
    if (!via || !out) {
        return BJ_BAD_ARGUMENT;
    }
    *out = discovery = calloc(1, sizeof *discovery);
    if (!discovery) {
        return BJ_NO_MEMORY;
    }
    bj_sized_write(&discovery->via, sizeof discovery->via, via, via_size);
    for (size_t k = 0; k < MAX_DACS; k++) {
        discovery->list[k] = &discovery->dacs[k];
    }
    if (!make_scans(discovery)) {
        bj_discovery_destroy(discovery);
        *out = NULL;
        return BJ_NO_MEMORY;
    }
    return BJ_OK;
}

void bj_discovery_destroy(struct bj_discovery *discovery)
{
    if (!discovery) {
        return;
    }
    for (int k = 0; k < discovery->scan_count; k++) {
        struct running_scan *running = &discovery->scans[k];
        if (running->open) {
            running->scan->close(running->state);
        }
        free(running->state);
    }
    free(discovery->scans);
    free(discovery);
}

static void open_scans(struct bj_discovery *discovery)
{
    discovery->opened = true;
    for (int k = 0; k < discovery->scan_count; k++) {
        struct running_scan *running = &discovery->scans[k];
        enum bj_status status = running->scan->open(running->state, &discovery->via);
        running->open = status == BJ_OK;
        if (status != BJ_OK && status != BJ_UNSUPPORTED && discovery->status == BJ_OK) {
            discovery->status = status;
            snprintf(discovery->problem, sizeof discovery->problem,
                     "cannot look for %s DACs: %s", running->scan->title,
                     bj_strerror(status));
        }
    }
}

/* Where `id` stands or belongs: the list is sorted. */
static size_t place_of(const struct bj_discovery *discovery, const char *id)
{
    size_t at = 0;
    while (at < discovery->count && strcmp(discovery->dacs[at].id, id) < 0) {
        at++;
    }
    return at;
}

static void shift(struct bj_discovery *discovery, size_t to, size_t from)
{
    size_t moved = discovery->count - from;
    memmove(&discovery->dacs[to], &discovery->dacs[from], moved * sizeof *discovery->dacs);
    memmove(&discovery->sightings[to], &discovery->sightings[from],
            moved * sizeof *discovery->sightings);
    discovery->count = to + moved;
}

static void tell_no_room(struct bj_discovery *discovery)
{
    if (discovery->status == BJ_OK) {
        discovery->status = BJ_NO_MEMORY;
        snprintf(discovery->problem, sizeof discovery->problem,
                 "more DACs answer than can be listed; some are missing, and play by their "
                 "address");
    }
}

/* The same id from two places: two devices, or one on two networks. */
static void look_for_twin(const struct bj_dac_info *before, struct sighting *sighting,
                          struct bj_dac_info *now, int64_t now_ns)
{
    bool elsewhere = before->address.ip != 0 && before->address.ip != now->address.ip;

    now->twin = before->twin;
    if (elsewhere) {
        now->twin = before->address;
        sighting->twin_ns = sighting->seen_ns;
    }
    if (now_ns - sighting->twin_ns > FORGET_NS)
        now->twin = (struct bj_address){0};
    if (now->twin.ip != 0)
        snprintf(now->note, sizeof now->note, "two devices with this id: %u.%u.%u.%u too",
                 now->twin.ip >> 24, now->twin.ip >> 16 & 255, now->twin.ip >> 8 & 255,
                 now->twin.ip & 255);
}

static void found(void *user, const struct bj_dac_info *info)
{
    struct bj_discovery *discovery = user;
    if (!info) {
        tell_no_room(discovery);
        return;
    }
    size_t at = place_of(discovery, info->id);
    bool known = at < discovery->count && strcmp(discovery->dacs[at].id, info->id) == 0;
    if (!known && discovery->count == MAX_DACS) {
        tell_no_room(discovery);
        return;
    }
    if (!known) {
        shift(discovery, at + 1, at);
        discovery->dacs[at] = (struct bj_dac_info){0};
        discovery->sightings[at] = (struct sighting){0};
    }
    struct bj_dac_info now = *info;
    look_for_twin(&discovery->dacs[at], &discovery->sightings[at], &now, discovery->now_ns);
    discovery->dacs[at] = now;
    discovery->sightings[at].seen_ns = discovery->now_ns;
}

static void forget_unseen(struct bj_discovery *discovery)
{
    for (size_t k = discovery->count; k-- > 0;) {
        if (discovery->now_ns - discovery->sightings[k].seen_ns > FORGET_NS) {
            shift(discovery, k, k + 1);
        }
    }
}

enum bj_status bj_discovery_step(struct bj_discovery *discovery, int64_t now_ns,
                                 struct bj_wait *wait)
{
    if (!discovery || !wait) {
        return BJ_BAD_ARGUMENT;
    }
    bj_wait_init(wait);
    discovery->now_ns = now_ns;
    if (!discovery->opened) {
        open_scans(discovery);
    }
    for (int k = 0; k < discovery->scan_count; k++) {
        struct running_scan *running = &discovery->scans[k];
        if (running->open) {
            running->scan->step(running->state, now_ns, wait, found, discovery);
        }
    }
    if (wait->full) { /* what is not waited for is looked at */
        bj_wait_until(wait, now_ns + LOOK_NS);
    }
    forget_unseen(discovery);
    return discovery->status;
}

const char *bj_discovery_problem(const struct bj_discovery *discovery)
{
    return discovery ? discovery->problem : "";
}

size_t bj_discovery_list(const struct bj_discovery *discovery,
                         const struct bj_dac_info *const **list)
{
    if (!list) {
        return 0;
    }
    *list = discovery ? discovery->list : NULL;
    return discovery ? discovery->count : 0;
}
