/* SPDX-License-Identifier: MIT */
#include "idn/idn_scan.h"

#include "idn/idn.h"
#include "idn/idn_finder.h"
#include "idn/idn_identity.h"

#include <stdio.h>
#include <string.h>

#define UNITS 256 /* a bound on memory whatever answers */
#define FORGET_NS (3 * BJ_NS_PER_S)
#define MOVED_NS (1500 * BJ_NS_PER_MS)
#define MAP_AGAIN_NS (400 * BJ_NS_PER_MS)
#define MAP_FRESH_NS (2 * BJ_NS_PER_S)

struct seen_unit {
    struct idn_unit unit;
    struct bj_address at;
    int64_t seen_ns, asked_ns, mapped_ns; /* mapped: 0 = never */
    struct idn_map map;
};

struct idn_scan {
    struct idn_finder finder;
    struct seen_unit units[UNITS];
    size_t count;
    bool overflows; /* the unit heard last has found no room */
};

static enum bj_status scan_open(void *instance, const struct bj_transports *via)
{
    struct idn_scan *scan = instance;

    scan->count = 0;
    return via->net ? idn_finder_open(&scan->finder, via->net) : BJ_UNSUPPORTED;
}

static void scan_close(void *instance)
{
    struct idn_scan *scan = instance;

    idn_finder_close(&scan->finder);
}

/* ---- Units --------------------------------------------------------------------------- */

static bool same_place(struct bj_address a, struct bj_address b)
{
    return a.ip == b.ip && a.port == b.port;
}

/* Those without an identity are told apart by where they are. */
static struct seen_unit *find(struct idn_scan *scan, const struct idn_unit *unit,
                              struct bj_address at)
{
    for (size_t k = 0; k < scan->count; k++) {
        struct seen_unit *seen = &scan->units[k];
        bool same = memcmp(seen->unit.id, unit->id, IDN_UNIT_SIZE) == 0;
        if (same && (!idn_is_nobody(unit->id) || same_place(seen->at, at)))
            return seen;
    }
    return NULL;
}

static struct seen_unit *find_at(struct idn_scan *scan, struct bj_address at)
{
    for (size_t k = 0; k < scan->count; k++)
        if (same_place(scan->units[k].at, at))
            return &scan->units[k];
    return NULL;
}

static void forget_silent(struct idn_scan *scan, int64_t now_ns)
{
    for (size_t k = scan->count; k-- > 0;)
        if (now_ns - scan->units[k].seen_ns > FORGET_NS)
            scan->units[k] = scan->units[--scan->count];
}

static void see(struct idn_scan *scan, const struct idn_unit *unit, struct bj_address at,
                int64_t now_ns)
{
    struct seen_unit *seen = find(scan, unit, at);
    bool map_due;

    scan->overflows = seen == NULL && scan->count == UNITS;
    if (scan->overflows)
        return;
    if (seen == NULL) {
        seen = &scan->units[scan->count++];
        *seen = (struct seen_unit){.at = at, .asked_ns = now_ns - MAP_AGAIN_NS};
    } else if (!same_place(seen->at, at)) {
        if (now_ns - seen->seen_ns < MOVED_NS)
            return;
        seen->at = at;
    }
    seen->unit = *unit;
    seen->seen_ns = now_ns;
    map_due = seen->mapped_ns == 0 || now_ns - seen->mapped_ns >= MAP_FRESH_NS;
    if (map_due && now_ns - seen->asked_ns >= MAP_AGAIN_NS) {
        seen->asked_ns = now_ns;
        idn_finder_ask_map(&scan->finder, at);
    }
}

/* ---- What is told -------------------------------------------------------------------- */

static const char *note(const struct idn_unit *unit)
{
    if (unit->status & IDN_UNIT_BROKEN)
        return "says it is broken";
    if (unit->status & IDN_UNIT_OFFLINE)
        return "offline: starting, too hot, or in emergency stop";
    if (unit->status & IDN_UNIT_EXCLUDED)
        return "its owner excludes this client group";
    return "";
}

static void where_text(struct bj_address at, char *text, size_t size)
{
    int used = snprintf(text, size, "%u.%u.%u.%u", at.ip >> 24, at.ip >> 16 & 255,
                        at.ip >> 8 & 255, at.ip & 255);

    if (at.port != IDN_PORT && used > 0 && (size_t)used < size)
        (void)snprintf(text + used, size - (size_t)used, ":%u", at.port);
}

/* A unit without identity is known by its address alone; its first output needs no number.
 */
static void name(const struct seen_unit *seen, const struct idn_service *service,
                 bool first, struct bj_dac_info *info)
{
    char id[IDN_ID_SIZE];

    if (!idn_is_nobody(seen->unit.id)) {
        idn_format_id(seen->unit.id, service->id, id);
        (void)snprintf(info->id, sizeof info->id, "%s", id);
    } else if (first) {
        (void)snprintf(info->id, sizeof info->id, "idn@%s", info->where);
    } else {
        (void)snprintf(info->id, sizeof info->id, "idn@%s/%u", info->where, service->id);
    }
}

static void tell(const struct seen_unit *seen, const struct idn_service *service,
                 bool first, bj_found_fn found, void *discovery)
{
    struct bj_dac_info info = {
        .driver = &bj_idn,
        .address = seen->at,
        .busy = (seen->unit.status & IDN_UNIT_OCCUPIED) != 0,
        .on_request = !idn_is_projector(service),
    };

    where_text(seen->at, info.where, sizeof info.where);
    name(seen, service, first, &info);
    (void)snprintf(info.model, sizeof info.model, "%s%s%s",
                   seen->unit.host[0] != '\0' ? seen->unit.host : "IDN",
                   service->name[0] != '\0' ? " " : "", service->name);
    (void)snprintf(info.note, sizeof info.note, "%s", note(&seen->unit));
    if (info.on_request && info.note[0] == '\0')
        (void)snprintf(info.note, sizeof info.note,
                       "calls itself type %02x, no laser projector: give its id to play",
                       service->type);
    found(discovery, &info);
}

static void tell_unit(const struct seen_unit *seen, bj_found_fn found, void *discovery)
{
    bool first = true;

    for (uint32_t k = 0; k < seen->map.count; k++) {
        const struct idn_service *service = &seen->map.services[k];
        if (idn_is_no_laser(service))
            continue;
        tell(seen, service, first && idn_is_projector(service), found, discovery);
        first = first && !idn_is_projector(service);
    }
}

static void hear(struct idn_scan *scan, const struct idn_sighting *sighting, int64_t now_ns)
{
    struct seen_unit *seen = find_at(scan, sighting->from);
    struct idn_unit unit;

    if (sighting->command == IDN_SCAN_ANSWER &&
        idn_decode_unit(sighting->payload, sighting->size, &unit))
        see(scan, &unit, sighting->from, now_ns);
    else if (sighting->command == IDN_MAP_ANSWER && seen != NULL &&
             idn_decode_map(sighting->payload, sighting->size, &seen->map))
        seen->mapped_ns = now_ns;
}

static void scan_step(void *instance, int64_t now_ns, struct bj_wait *wait,
                      bj_found_fn found, void *discovery)
{
    struct idn_scan *scan = instance;
    struct idn_sighting sighting;

    for (int k = 0; k < IDN_FINDER_LIMIT && idn_finder_next(&scan->finder, &sighting);
         k++) {
        hear(scan, &sighting, now_ns);
        if (scan->overflows)
            found(discovery, NULL);
        scan->overflows = false;
    }
    forget_silent(scan, now_ns);
    for (size_t k = 0; k < scan->count; k++)
        if (scan->units[k].seen_ns == now_ns || scan->units[k].mapped_ns == now_ns)
            tell_unit(&scan->units[k], found, discovery);
    idn_finder_step(&scan->finder, now_ns, wait);
}

const struct bj_scan bj_idn_scan = {
    .title = "IDN",
    .instance_size = sizeof(struct idn_scan),
    .open = scan_open,
    .step = scan_step,
    .close = scan_close,
};
