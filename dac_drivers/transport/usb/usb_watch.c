/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_watch.h"

#include "session/system_error.h"
#include "transport/usb/usb_device.h"
#include "transport/usb/usb_poll.h"

#include <beamjack/dacs.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SCAN_MS 1000
#define ASKED_NS (3 * BJ_NS_PER_S) /* after the last question it is only listened */
#define PATIENCE_NS (2 * BJ_NS_PER_S)
#define MOMENT_MS 5
#define PATH 160

struct scan {
    struct bj_usb_watch *watch;
    libusb_context *context;
    struct bj_usb_poll poll;
    bool changed; /* the bus says so */
    uint32_t asked;
    int64_t asked_ns, scanned_ns; /* BJ_NEVER: not yet */
};

/* ---- Enumerating --------------------------------------------------------------------- */

/* The kernel read the strings when the device was plugged in; nobody has to be asked. */
static void read_text(const char *port, const char *name, char text[BJ_USB_TEXT_SIZE])
{
    char path[PATH];
    FILE *file;

    text[0] = '\0';
    (void)snprintf(path, sizeof path, "/sys/bus/usb/devices/%s/%s", port, name);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(text, BJ_USB_TEXT_SIZE, file) == NULL)
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    fclose(file);
}

static enum bj_status access_to(libusb_device *device)
{
    char path[PATH];

    (void)snprintf(path, sizeof path, "/dev/bus/usb/%03u/%03u",
                   libusb_get_bus_number(device), libusb_get_device_address(device));
    return access(path, R_OK | W_OK) != 0 && (errno == EACCES || errno == EPERM)
               ? BJ_NO_PERMISSION
               : BJ_OK;
}

static void describe(libusb_device *from, const struct libusb_device_descriptor *descriptor,
                     struct bj_usb_device *device)
{
    *device = (struct bj_usb_device){.vendor_id = descriptor->idVendor,
                                     .product_id = descriptor->idProduct,
                                     .release = descriptor->bcdDevice,
                                     .access = access_to(from)};
    bj_usb_port_name(from, device->port);
    read_text(device->port, "manufacturer", device->manufacturer);
    read_text(device->port, "product", device->product);
    read_text(device->port, "serial", device->serial);
}

static void enumerate(struct scan *scan)
{
    libusb_device **list = NULL;
    struct bj_usb_edition *edition = bj_usb_list_begin(&scan->watch->list);
    ssize_t count = edition == NULL ? 0 : libusb_get_device_list(scan->context, &list);

    if (edition == NULL || count < 0)
        return;
    for (ssize_t i = 0; i < count && edition->count < BJ_USB_DEVICES; i++) {
        struct libusb_device_descriptor descriptor;
        if (libusb_get_device_descriptor(list[i], &descriptor) == 0 &&
            bj_usb_list_wants(&scan->watch->list, descriptor.idVendor,
                              descriptor.idProduct))
            describe(list[i], &descriptor, &edition->devices[edition->count++]);
    }
    libusb_free_device_list(list, 1);
    bj_usb_list_publish(&scan->watch->list, edition);
    scan->changed = false;
}

/* ---- Listening ----------------------------------------------------------------------- */

static int LIBUSB_CALL bus_changed(libusb_context *context, libusb_device *device,
                                   libusb_hotplug_event event, void *user)
{
    (void)context, (void)device, (void)event;
    ((struct scan *)user)->changed = true;
    return 0;
}

static void begin(struct scan *scan)
{
    libusb_hotplug_callback_handle ignored;

    if (libusb_init(&scan->context) != 0) {
        scan->context = NULL;
        return;
    }
    if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG))
        (void)libusb_hotplug_register_callback(
            scan->context,
            LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0,
            LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            bus_changed, scan, &ignored);
    bj_usb_poll_init(&scan->poll, scan->context, scan->watch->kick_fd);
}

/* While somebody asks: with the bus's own news, and once a second, which also finds rights
 * that changed and serves where the bus has no news. */
static void scan_bus(struct scan *scan)
{
    uint32_t asked = atomic_load(&scan->watch->list.asked);
    int64_t now_ns = bj_clock_ns();

    if (asked != scan->asked)
        scan->asked_ns = now_ns;
    scan->asked = asked;
    if (atomic_exchange(&scan->watch->list.fresh, false))
        scan->changed = true;
    if (scan->asked_ns == BJ_NEVER || now_ns - scan->asked_ns > ASKED_NS)
        return;
    if (!scan->changed && now_ns - scan->scanned_ns < SCAN_MS * BJ_NS_PER_MS)
        return;
    scan->scanned_ns = now_ns;
    if (scan->context == NULL)
        begin(scan);
    if (scan->context != NULL)
        enumerate(scan);
}

static int patience_ms(struct scan *scan)
{
    bool idle = scan->asked_ns == BJ_NEVER || bj_clock_ns() - scan->asked_ns > ASKED_NS;

    atomic_store(&scan->watch->idle, idle);
    if (idle && atomic_load(&scan->watch->list.asked) != scan->asked)
        return 0; /* asked just now, and not told to wake us */
    return idle ? -1 : SCAN_MS;
}

/* ---- The threads of devices ---------------------------------------------------------- */

static int stage_of(const struct bj_usb_session *session)
{
    return atomic_load_explicit(&session->stage, memory_order_acquire);
}

static void set_stage(struct bj_usb_session *session, enum bj_usb_stage stage)
{
    atomic_store_explicit(&session->stage, stage, memory_order_release);
}

static void join_ended(struct bj_usb_watch *watch)
{
    for (int i = 0; i < BJ_USB_HANDLES; i++) {
        struct bj_usb_session *session = &watch->sessions[i];
        int stage = stage_of(session);
        if (stage == BJ_USB_ENDED)
            (void)pthread_join(session->thread, NULL);
        else if ((stage != BJ_USB_FAILED && stage != BJ_USB_REQUESTED) ||
                 !atomic_load(&session->closing))
            continue;
        bj_usb_session_reset(session);
        set_stage(session, BJ_USB_FREE);
    }
}

/* An earlier handle of ours that is being closed. */
static bool is_being_closed(const struct bj_usb_watch *watch,
                            const struct bj_usb_session *session)
{
    for (int i = 0; i < BJ_USB_HANDLES; i++) {
        const struct bj_usb_session *other = &watch->sessions[i];
        if (stage_of(other) == BJ_USB_RUNNING && atomic_load(&other->closing) &&
            strcmp(other->target.port, session->target.port) == 0)
            return true;
    }
    return false;
}

static void start_requested(struct bj_usb_watch *watch)
{
    for (int i = 0; i < BJ_USB_HANDLES; i++) {
        struct bj_usb_session *session = &watch->sessions[i];
        if (stage_of(session) != BJ_USB_REQUESTED || is_being_closed(watch, session))
            continue;
        set_stage(session, BJ_USB_RUNNING);
        if (bj_usb_device_start(session, watch->kick_fd) == BJ_OK)
            continue;
        set_stage(session, BJ_USB_FAILED);
        bj_usb_session_opened(session, BJ_NO_MEMORY);
    }
}

/* ---- The thread ---------------------------------------------------------------------- */

static void *main_of_thread(void *user)
{
    struct bj_usb_watch *watch = user;
    struct scan scan = {.watch = watch, .asked_ns = BJ_NEVER, .scanned_ns = -BJ_NS_PER_S};

    (void)pthread_setname_np(pthread_self(), "beamjack-bus");
    bj_usb_poll_init(&scan.poll, NULL, watch->kick_fd);
    scan.changed = true;
    while (!atomic_load(&watch->ending)) {
        join_ended(watch);
        start_requested(watch);
        scan_bus(&scan);
        bj_usb_poll_wait(&scan.poll, patience_ms(&scan));
    }
    bj_usb_poll_finish(&scan.poll);
    if (scan.context != NULL)
        libusb_exit(scan.context);
    return NULL;
}

/* ---- Life ---------------------------------------------------------------------------- */

static void release(struct bj_usb_watch *watch)
{
    for (int i = 0; i < BJ_USB_HANDLES; i++)
        bj_usb_session_finish(&watch->sessions[i]);
    if (watch->kick_fd >= 0)
        close(watch->kick_fd);
}

static enum bj_status create_thread(struct bj_usb_watch *watch)
{
    sigset_t signals;
    int error;

    bj_usb_block_signals(&signals);
    error = pthread_create(&watch->thread, NULL, main_of_thread, watch);
    bj_usb_restore_signals(&signals);
    return error == 0 ? BJ_OK : BJ_NO_MEMORY;
}

enum bj_status bj_usb_watch_start(struct bj_usb_watch *watch)
{
    enum bj_status status = BJ_OK;

    memset(watch, 0, sizeof *watch);
    for (int i = 0; i < BJ_USB_HANDLES; i++) {
        enum bj_status each = bj_usb_session_init(&watch->sessions[i]);

        if (each != BJ_OK)
            status = each;
    }
    watch->kick_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (watch->kick_fd < 0)
        status = bj_system_status(errno);
    if (status == BJ_OK)
        status = create_thread(watch);
    if (status != BJ_OK)
        release(watch);
    return status;
}

static bool all_ended(struct bj_usb_watch *watch)
{
    bool all = true;

    join_ended(watch);
    for (int i = 0; i < BJ_USB_HANDLES; i++)
        all = all && stage_of(&watch->sessions[i]) != BJ_USB_RUNNING;
    return all;
}

bool bj_usb_watch_end(struct bj_usb_watch *watch)
{
    int64_t until_ns = bj_clock_ns() + PATIENCE_NS;
    struct bj_usb_poll ended;

    atomic_store(&watch->ending, true);
    bj_usb_signal(watch->kick_fd);
    (void)pthread_join(watch->thread, NULL);
    for (int i = 0; i < BJ_USB_HANDLES; i++)
        if (stage_of(&watch->sessions[i]) != BJ_USB_FREE)
            bj_usb_session_close(&watch->sessions[i]);
    bj_usb_poll_init(&ended, NULL, watch->kick_fd);
    while (!all_ended(watch) && bj_clock_ns() < until_ns)
        bj_usb_poll_wait(&ended, MOMENT_MS);
    if (!all_ended(watch))
        return false;
    release(watch);
    return true;
}
