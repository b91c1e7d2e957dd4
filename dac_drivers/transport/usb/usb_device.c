/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_device.h"

#include "transport/usb/usb_poll.h"

#include <beamjack/dacs.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAST_WORDS_NS (50 * BJ_NS_PER_MS)
#define REAP_NS (200 * BJ_NS_PER_MS)
#define STACK_SIZE (256 * 1024)
#define DEPTH 7 /* of ports, as USB has it */

struct device {
    struct bj_usb_session *session;
    int ended_fd;
    libusb_context *context;
    libusb_device_handle *handle;
    libusb_hotplug_callback_handle leaving;
    bool watches_leaving;
    struct bj_usb_poll poll;
    int claimed;
    bool news, gone;
    uint32_t under_way; /* bit per slot */
    struct flight {
        struct device *device;
        uint32_t slot;
        struct libusb_transfer *transfer;
    } flights[BJ_USB_TRANSFERS];
};

void bj_usb_block_signals(void *saved)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, saved);
}

void bj_usb_restore_signals(const void *saved)
{
    pthread_sigmask(SIG_SETMASK, saved, NULL);
}

void bj_usb_port_name(libusb_device *device, char port[BJ_USB_PORT_SIZE])
{
    uint8_t ports[DEPTH];
    int depth = libusb_get_port_numbers(device, ports, DEPTH);
    int used = snprintf(port, BJ_USB_PORT_SIZE, "%u", libusb_get_bus_number(device));

    if (depth < 1)
        (void)snprintf(port + used, BJ_USB_PORT_SIZE - (size_t)used, "-0");
    for (int i = 0; i < depth; i++)
        used += snprintf(port + used, BJ_USB_PORT_SIZE - (size_t)used, "%c%u",
                         i == 0 ? '-' : '.', ports[i]);
}

/* ---- Transfers ----------------------------------------------------------------------- */

static enum bj_status status_of(enum libusb_transfer_status status)
{
    switch (status) {
    case LIBUSB_TRANSFER_COMPLETED:
        return BJ_OK;
    case LIBUSB_TRANSFER_TIMED_OUT:
        return BJ_TIMED_OUT;
    case LIBUSB_TRANSFER_CANCELLED:
        return BJ_BUSY;
    case LIBUSB_TRANSFER_STALL:
        return BJ_REFUSED;
    case LIBUSB_TRANSFER_OVERFLOW:
        return BJ_PROTOCOL;
    case LIBUSB_TRANSFER_NO_DEVICE:
        return BJ_DISCONNECTED;
    case LIBUSB_TRANSFER_ERROR:
        break;
    }
    return BJ_IO_ERROR;
}

static void end(struct flight *flight, enum bj_status status, size_t moved)
{
    struct device *device = flight->device;
    struct bj_usb_slot *slot = &device->session->slots[flight->slot];

    device->under_way &= ~(1u << flight->slot);
    slot->status = status;
    slot->moved = moved;
    slot->finished_ns = bj_clock_ns();
    device->gone = device->gone || status == BJ_DISCONNECTED;
    device->news = true;
    bj_usb_session_over(device->session, flight->slot);
}

static void LIBUSB_CALL transfer_over(struct libusb_transfer *transfer)
{
    int moved = transfer->actual_length > 0 ? transfer->actual_length : 0;

    end(transfer->user_data, status_of(transfer->status), (size_t)moved);
}

static unsigned timeout_ms(int64_t timeout_ns)
{
    int64_t ms = (timeout_ns + BJ_NS_PER_MS - 1) / BJ_NS_PER_MS;

    return ms > 3600000 ? 3600000u : (unsigned)ms;
}

static void submit(struct device *device, uint32_t number)
{
    struct flight *flight = &device->flights[number];
    struct bj_usb_slot *slot = &device->session->slots[number];
    struct libusb_transfer *transfer = flight->transfer;
    const struct bj_usb_transfer *wanted = &slot->wanted;
    int error;

    libusb_fill_bulk_transfer(transfer, device->handle, wanted->endpoint, slot->bytes,
                              (int)wanted->size, transfer_over, flight,
                              timeout_ms(wanted->timeout_ns));
    if (wanted->type == BJ_USB_INTERRUPT)
        transfer->type = LIBUSB_TRANSFER_TYPE_INTERRUPT;
    transfer->flags = wanted->zero_packet ? LIBUSB_TRANSFER_ADD_ZERO_PACKET : 0;
    slot->begun_ns = bj_clock_ns();
    device->under_way |= 1u << number;
    error = device->gone ? LIBUSB_ERROR_NO_DEVICE : libusb_submit_transfer(transfer);
    if (error != 0)
        end(flight, error == LIBUSB_ERROR_NO_DEVICE ? BJ_DISCONNECTED : BJ_IO_ERROR, 0);
}

/* endpoint_mask: which bits of the endpoint's address must agree; 0 cancels all */
static void cancel(struct device *device, uint8_t endpoint, uint8_t endpoint_mask)
{
    for (int i = 0; i < BJ_USB_TRANSFERS; i++)
        if ((device->under_way & 1u << i) &&
            ((device->session->slots[i].wanted.endpoint ^ endpoint) & endpoint_mask) == 0)
            (void)libusb_cancel_transfer(device->flights[i].transfer);
}

static void take_requests(struct device *device)
{
    uint32_t entry;

    while (bj_usb_queue_pop(&device->session->requests, &entry)) {
        uint8_t value = entry & BJ_USB_REQUEST_VALUE;
        if ((entry & BJ_USB_REQUEST_KIND) == BJ_USB_SUBMIT)
            submit(device, value);
        else if ((entry & BJ_USB_REQUEST_KIND) == BJ_USB_CANCEL)
            cancel(device, value, 0xff);
        else
            (void)libusb_clear_halt(device->handle, value);
    }
}

static void tell_news(struct device *device)
{
    if (device->gone && !atomic_load_explicit(&device->session->gone, memory_order_relaxed))
        bj_usb_session_lost(device->session);
    if (device->news)
        bj_usb_session_news(device->session);
    device->news = false;
}

static bool closing(const struct device *device)
{
    return atomic_load_explicit(&device->session->closing, memory_order_acquire);
}

static void run(struct device *device)
{
    while (!closing(device)) {
        take_requests(device);
        tell_news(device);
        bj_usb_poll_wait(&device->poll, -1);
    }
}

/* ---- Opening ------------------------------------------------------------------------- */

static enum bj_status why_not(int error)
{
    switch (error) {
    case LIBUSB_ERROR_ACCESS:
        return BJ_NO_PERMISSION;
    case LIBUSB_ERROR_BUSY:
        return BJ_BUSY;
    case LIBUSB_ERROR_NO_DEVICE:
        return BJ_NOT_FOUND;
    case LIBUSB_ERROR_NOT_FOUND: /* of a claim or an alternate setting */
        return BJ_UNSUPPORTED;
    case LIBUSB_ERROR_NO_MEM:
        return BJ_NO_MEMORY;
    default:
        return BJ_IO_ERROR;
    }
}

static bool is_target(libusb_device *device, const struct bj_usb_target *target)
{
    struct libusb_device_descriptor descriptor;
    char port[BJ_USB_PORT_SIZE];

    bj_usb_port_name(device, port);
    return strcmp(port, target->port) == 0 &&
           libusb_get_device_descriptor(device, &descriptor) == 0 &&
           descriptor.idVendor == target->vendor_id &&
           descriptor.idProduct == target->product_id;
}

static enum bj_status open_target(struct device *device)
{
    libusb_device **list = NULL;
    ssize_t count = libusb_get_device_list(device->context, &list);
    enum bj_status status = BJ_NOT_FOUND;

    for (ssize_t i = 0; i < count && status == BJ_NOT_FOUND; i++)
        if (is_target(list[i], &device->session->target)) {
            int error = libusb_open(list[i], &device->handle);
            status = error == 0 ? BJ_OK : why_not(error);
            break;
        }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    return status;
}

static enum bj_status claim(struct device *device)
{
    const struct bj_usb_target *target = &device->session->target;

    for (int i = 0; i < target->interfaces; i++) {
        int interface = target->interface[i].interface;
        int alternate = target->interface[i].alternate;
        int error = libusb_claim_interface(device->handle, interface);
        if (error != 0)
            return why_not(error);
        device->claimed = i + 1;
        if (alternate != 0)
            error = libusb_set_interface_alt_setting(device->handle, interface, alternate);
        if (error != 0)
            return why_not(error);
    }
    return BJ_OK;
}

static int LIBUSB_CALL left(libusb_context *context, libusb_device *which,
                            libusb_hotplug_event event, void *user)
{
    struct device *device = user;

    (void)context, (void)event;
    if (device->handle != NULL && which == libusb_get_device(device->handle))
        device->gone = true;
    return 0;
}

/* An idle device says nothing when it leaves; the bus does. */
static void watch_leaving(struct device *device)
{
    const struct bj_usb_target *target = &device->session->target;

    device->watches_leaving =
        libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) &&
        libusb_hotplug_register_callback(device->context, LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
                                         0, target->vendor_id, target->product_id,
                                         LIBUSB_HOTPLUG_MATCH_ANY, left, device,
                                         &device->leaving) == 0;
}

static enum bj_status make_flights(struct device *device)
{
    device->session->slots = calloc(BJ_USB_TRANSFERS, sizeof *device->session->slots);
    if (device->session->slots == NULL)
        return BJ_NO_MEMORY;
    for (uint32_t i = 0; i < BJ_USB_TRANSFERS; i++) {
        struct flight *flight = &device->flights[i];
        *flight = (struct flight){device, i, libusb_alloc_transfer(0)};
        if (flight->transfer == NULL)
            return BJ_NO_MEMORY;
    }
    return BJ_OK;
}

static enum bj_status open_device(struct device *device)
{
    enum bj_status status;

    if (libusb_init(&device->context) != 0) {
        device->context = NULL;
        return BJ_NOT_FOUND; /* no USB here at all */
    }
    status = make_flights(device);
    if (status == BJ_OK)
        status = open_target(device);
    if (status == BJ_OK)
        status = claim(device);
    if (status == BJ_OK)
        watch_leaving(device);
    return status;
}

/* ---- Closing ------------------------------------------------------------------------- */

static uint32_t sending(const struct device *device)
{
    uint32_t out = 0;

    for (int i = 0; i < BJ_USB_TRANSFERS; i++)
        if (!(device->session->slots[i].wanted.endpoint & 0x80))
            out |= 1u << i;
    return out & device->under_way;
}

static void wait_while(struct device *device, uint32_t (*busy)(const struct device *),
                       int64_t limit_ns)
{
    int64_t until_ns = bj_clock_ns() + limit_ns;

    while (busy(device) && bj_clock_ns() < until_ns)
        bj_usb_poll_wait(&device->poll, 1);
}

static uint32_t busy(const struct device *device)
{
    return device->under_way;
}

static void end_transfers(struct device *device)
{
    take_requests(device);
    cancel(device, 0x80, 0x80);
    wait_while(device, sending, LAST_WORDS_NS);
    cancel(device, 0, 0);
    wait_while(device, busy, REAP_NS);
}

static void close_device(struct device *device)
{
    if (device->handle != NULL) {
        for (int i = device->claimed; i-- > 0;)
            (void)libusb_release_interface(device->handle,
                                           device->session->target.interface[i].interface);
        libusb_close(device->handle);
    }
    device->handle = NULL;
    if (device->watches_leaving)
        libusb_hotplug_deregister_callback(device->context, device->leaving);
}

/* What the kernel did not give back is not touched any more. */
static void free_all(struct device *device)
{
    if (device->under_way == 0) {
        for (int i = 0; i < BJ_USB_TRANSFERS; i++)
            libusb_free_transfer(device->flights[i].transfer);
        free(device->session->slots);
    }
    device->session->slots = NULL;
    if (device->context != NULL && device->under_way == 0)
        libusb_exit(device->context);
}

/* ---- The thread ---------------------------------------------------------------------- */

/* As real-time as the thread that waits for the results, where that is granted. */
static void become_like(const struct bj_usb_session *session)
{
    const struct sched_param param = {.sched_priority = session->priority};

    (void)pthread_setname_np(pthread_self(), "beamjack-usb");
    if (session->policy == SCHED_FIFO || session->policy == SCHED_RR)
        (void)pthread_setschedparam(pthread_self(), session->policy, &param);
}

static void leave(struct device *device)
{
    struct bj_usb_session *session = device->session;
    int ended_fd = device->ended_fd;

    if (device->under_way == 0)
        free(device);
    atomic_store_explicit(&session->stage, BJ_USB_ENDED, memory_order_release);
    bj_usb_signal(ended_fd);
}

static void *main_of_thread(void *user)
{
    struct device *device = user;
    struct bj_usb_session *session = device->session;
    enum bj_status status;

    become_like(session);
    status = open_device(device);
    bj_usb_poll_init(&device->poll, device->context, session->kick_fd);
    if (status != BJ_OK)
        close_device(device);
    bj_usb_session_opened(session, status);
    run(device);
    if (status == BJ_OK) {
        end_transfers(device);
        close_device(device);
    }
    bj_usb_poll_finish(&device->poll);
    free_all(device);
    leave(device);
    return NULL;
}

enum bj_status bj_usb_device_start(struct bj_usb_session *session, int ended_fd)
{
    struct device *device = calloc(1, sizeof *device);
    pthread_attr_t attributes;
    sigset_t signals;
    int error;

    if (device == NULL)
        return BJ_NO_MEMORY;
    device->session = session;
    device->ended_fd = ended_fd;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    bj_usb_block_signals(&signals);
    error = pthread_create(&session->thread, &attributes, main_of_thread, device);
    bj_usb_restore_signals(&signals);
    pthread_attr_destroy(&attributes);
    if (error != 0)
        free(device);
    return error == 0 ? BJ_OK : BJ_NO_MEMORY;
}
