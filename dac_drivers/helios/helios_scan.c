/* SPDX-License-Identifier: MIT */
#include "helios/helios_scan.h"

#include "helios/helios.h"
#include "helios/helios_id.h"
#include "helios/helios_probe.h"

#include <stdio.h>
#include <string.h>

#define LOOK_NS (250 * BJ_NS_PER_MS)
#define AGAIN_NS (3 * BJ_NS_PER_S)    /* one that was in use may have become free */
#define PATIENCE_NS (2 * BJ_NS_PER_S) /* rights come a moment after the device */

struct unit {
    bool present, asked; /* asked: as much is known as it tells */
    struct bj_usb_device device;
    enum bj_status status; /* BJ_OK, BJ_BUSY, BJ_NO_PERMISSION or what else is wrong */
    int64_t seen_ns, retry_ns;
    char name[HELIOS_REPLY_SIZE];
    uint32_t firmware;
};

struct helios_scan {
    struct bj_usb *usb;
    struct unit units[BJ_USB_DEVICES];
    int64_t look_ns;
    struct unit *probed; /* one at a time */
    struct helios_channel channel;
    struct helios_probe probe;
};

static enum bj_status open_scan(void *instance, const struct bj_transports *via)
{
    struct helios_scan *scan = instance;

    scan->usb = via->usb;
    helios_channel_init(&scan->channel, via->usb);
    return via->usb == NULL ? BJ_UNSUPPORTED : BJ_OK;
}

static void close_scan(void *instance)
{
    struct helios_scan *scan = instance;

    helios_channel_close(&scan->channel);
}

/* ---- Who is there -------------------------------------------------------------------- */

static struct unit *unit_at(struct helios_scan *scan, const struct bj_usb_device *device,
                            int64_t now_ns)
{
    struct unit *spare = NULL;

    for (int i = 0; i < BJ_USB_DEVICES; i++) {
        struct unit *unit = &scan->units[i];
        if (unit->seen_ns != 0 && strcmp(unit->device.port, device->port) == 0)
            return unit;
        if (unit->seen_ns == 0 && spare == NULL)
            spare = unit;
    }
    if (spare != NULL)
        *spare = (struct unit){.seen_ns = now_ns + 1, .retry_ns = now_ns};
    return spare;
}

static void look(struct helios_scan *scan, int64_t now_ns)
{
    struct bj_usb_device devices[BJ_USB_DEVICES];
    size_t count = scan->usb->ops->list(scan->usb, HELIOS_VENDOR, HELIOS_PRODUCT, devices,
                                        BJ_USB_DEVICES);

    for (int i = 0; i < BJ_USB_DEVICES; i++)
        scan->units[i].present = false;
    for (size_t k = 0; k < count; k++) {
        struct unit *unit = unit_at(scan, &devices[k], now_ns);
        if (unit == NULL)
            continue;
        unit->present = true;
        unit->device = devices[k];
    }
    for (int i = 0; i < BJ_USB_DEVICES; i++) /* another unit may come into its socket */
        if (!scan->units[i].present && &scan->units[i] != scan->probed)
            scan->units[i] = (struct unit){0};
}

/* ---- Asking one ---------------------------------------------------------------------- */

static void settle(struct helios_scan *scan, enum bj_status status, int64_t now_ns)
{
    struct unit *unit = scan->probed;

    helios_channel_close(&scan->channel);
    unit->status = status;
    unit->asked = true;
    unit->retry_ns = status == BJ_OK ? BJ_NEVER : now_ns + AGAIN_NS;
    if (status == BJ_OK) {
        memcpy(unit->name, scan->probe.name, sizeof unit->name);
        unit->firmware = scan->probe.firmware;
    }
    scan->probed = NULL;
}

static void go_on_probing(struct helios_scan *scan, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = helios_probe_step(&scan->probe, &scan->channel, now_ns, wait);

    if (status != BJ_WOULD_BLOCK)
        settle(scan, status, now_ns);
}

static void probe_next(struct helios_scan *scan, int64_t now_ns)
{
    for (int i = 0; i < BJ_USB_DEVICES; i++) {
        struct unit *unit = &scan->units[i];
        if (!unit->present || now_ns < unit->retry_ns || unit->device.access != BJ_OK)
            continue;
        scan->probed = unit;
        if (helios_probe_begin(&scan->probe, &scan->channel, unit->device.port, now_ns) !=
            BJ_OK)
            settle(scan, BJ_IO_ERROR, now_ns);
        return;
    }
}

/* ---- Telling ------------------------------------------------------------------------- */

static bool shares_its_name(const struct helios_scan *scan, const struct unit *unit)
{
    for (int i = 0; i < BJ_USB_DEVICES; i++)
        if (scan->units[i].present && &scan->units[i] != unit &&
            strcmp(scan->units[i].name, unit->name) == 0)
            return true;
    return false;
}

static const char *note(const struct unit *unit)
{
    if (unit->device.access == BJ_NO_PERMISSION || unit->status == BJ_NO_PERMISSION)
        return "no right to open it; 'beamjack doctor' tells what to do";
    if (unit->status == BJ_BUSY)
        return "another program uses it";
    return unit->status == BJ_OK ? "" : "does not answer";
}

static void tell(const struct helios_scan *scan, const struct unit *unit, bj_found_fn found,
                 void *discovery)
{
    struct bj_dac_info info = {
        .driver = &bj_helios,
        .max_pps = HELIOS_MAX_PPS,
        .capacity_points = 2 * HELIOS_MOST_POINTS,
        .busy = unit->status == BJ_BUSY,
    };
    bool named = unit->name[0] != '\0' && !shares_its_name(scan, unit);
    char id[HELIOS_ID_SIZE];

    helios_format_id(named ? unit->name : unit->device.port, id);
    (void)snprintf(info.id, sizeof info.id, "%s", id);
    if (unit->firmware != 0)
        (void)snprintf(info.model, sizeof info.model, "Helios (firmware %u)",
                       unit->firmware);
    else
        (void)snprintf(info.model, sizeof info.model, "Helios");
    (void)snprintf(info.where, sizeof info.where, "USB %s", unit->device.port);
    (void)snprintf(info.note, sizeof info.note, "%s", note(unit));
    found(discovery, &info);
}

static bool is_ready_to_tell(const struct unit *unit, int64_t now_ns)
{
    return unit->present && (unit->asked || (unit->device.access != BJ_OK &&
                                             now_ns - unit->seen_ns >= PATIENCE_NS));
}

static void step_scan(void *instance, int64_t now_ns, struct bj_wait *wait,
                      bj_found_fn found, void *discovery)
{
    struct helios_scan *scan = instance;

    if (now_ns >= scan->look_ns) {
        scan->look_ns = now_ns + LOOK_NS;
        look(scan, now_ns);
    }
    if (scan->probed == NULL)
        probe_next(scan, now_ns);
    if (scan->probed != NULL)
        go_on_probing(scan, now_ns, wait);
    for (int i = 0; i < BJ_USB_DEVICES; i++)
        if (is_ready_to_tell(&scan->units[i], now_ns))
            tell(scan, &scan->units[i], found, discovery);
    bj_wait_until(wait, scan->look_ns);
}

const struct bj_scan bj_helios_scan = {
    .title = "Helios",
    .instance_size = sizeof(struct helios_scan),
    .open = open_scan,
    .step = step_scan,
    .close = close_scan,
};
