/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "fake_usb.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HANDLE_BASE 2000 /* so that a handle is never taken for an index or an error */
#define CLOSING_NS (50 * BJ_NS_PER_MS)

enum kind { FREE, OPENING, OPEN, CLOSING };
enum stage { UNUSED, UNDER_WAY, OVER, GIVEN };

struct transfer {
    struct usb_job job; /* first: a job is its transfer */
    struct connection *connection;
    enum stage stage;
    uint64_t order; /* of results */
    uint32_t tag;
    bool timed_out;
    int64_t begun_ns, deadline_ns, finished_ns;
    uint8_t bytes[BJ_USB_TRANSFER_BYTES];
};

struct connection {
    enum kind kind;
    struct fake_usb *usb;
    struct bj_usb_target target;
    struct place *place; /* NULL: not open, or the device is gone */
    int64_t due_ns;      /* OPENING: is decided; CLOSING: ends at the latest */
    enum bj_status result;
    bool result_told, gone, gone_told;
    uint64_t results;
    struct transfer transfers[BJ_USB_TRANSFERS];
};

struct fake_usb {
    struct bj_usb base;
    int64_t now_ns, open_delay_ns;
    struct place {
        char port[BJ_USB_PORT_SIZE];
        struct sim_usb *device; /* NULL: the socket is empty */
        enum bj_status access;
        bool busy, stuck;
        struct connection *connection; /* who has claimed it */
        struct usb_pipes pipes;
    } places[FAKE_USB_PORTS];
    struct connection connections[FAKE_USB_HANDLES];
};

static struct fake_usb *usb_of(struct bj_usb *base)
{
    return (struct fake_usb *)base;
}

static struct connection *connection_of(struct bj_usb *base, int handle)
{
    int index = handle - HANDLE_BASE;
    struct connection *connection = &usb_of(base)->connections[index];

    assert(index >= 0 && index < FAKE_USB_HANDLES);
    assert(connection->kind == OPENING || connection->kind == OPEN);
    return connection;
}

static struct place *place_of(struct fake_usb *usb, const char *port)
{
    for (int i = 0; i < FAKE_USB_PORTS; i++)
        if (usb->places[i].device != NULL && strcmp(usb->places[i].port, port) == 0)
            return &usb->places[i];
    return NULL;
}

/* ---- Transfers ----------------------------------------------------------------------- */

static void job_over(void *user, struct usb_job *job)
{
    struct fake_usb *usb = user;
    struct transfer *transfer = (struct transfer *)job;

    transfer->stage = OVER;
    transfer->order = transfer->connection->results++;
    transfer->finished_ns = usb->now_ns;
}

static enum bj_status submit(struct bj_usb *base, int handle,
                             const struct bj_usb_transfer *wanted)
{
    struct fake_usb *usb = usb_of(base);
    struct connection *connection = connection_of(base, handle);
    struct transfer *transfer = connection->transfers;
    const struct transfer *end = transfer + BJ_USB_TRANSFERS;

    assert(connection->kind == OPEN && connection->result == BJ_OK);
    assert(wanted->size >= 1 && wanted->size <= BJ_USB_TRANSFER_BYTES);
    if (connection->gone)
        return BJ_DISCONNECTED;
    while (transfer < end && transfer->stage != UNUSED)
        transfer++;
    if (transfer == end)
        return BJ_WOULD_BLOCK;
    transfer->job = (struct usb_job){.endpoint = wanted->endpoint,
                                     .bytes = transfer->bytes,
                                     .size = wanted->size,
                                     .zero_packet = wanted->zero_packet};
    transfer->connection = connection;
    transfer->stage = UNDER_WAY;
    transfer->tag = wanted->tag;
    transfer->timed_out = false;
    transfer->begun_ns = usb->now_ns;
    transfer->deadline_ns =
        wanted->timeout_ns > 0 ? usb->now_ns + wanted->timeout_ns : BJ_NEVER;
    if (!(wanted->endpoint & 0x80))
        memcpy(transfer->bytes, wanted->bytes, wanted->size);
    usb_pipes_submit(&connection->place->pipes, &transfer->job);
    usb_pipes_run(&connection->place->pipes, usb->now_ns);
    return BJ_OK;
}

static enum bj_status status_of(const struct transfer *transfer)
{
    switch (transfer->job.end) {
    case USB_END_DONE:
        return BJ_OK;
    case USB_END_CANCELLED:
        return transfer->timed_out ? BJ_TIMED_OUT : BJ_BUSY;
    case USB_END_STALL:
        return BJ_REFUSED;
    case USB_END_OVERFLOW:
        return BJ_PROTOCOL;
    case USB_END_GONE:
        return BJ_DISCONNECTED;
    case USB_END_ERROR:
        break;
    }
    return BJ_IO_ERROR;
}

static struct transfer *oldest_result(struct connection *connection)
{
    struct transfer *oldest = NULL;

    for (int i = 0; i < BJ_USB_TRANSFERS; i++) {
        struct transfer *transfer = &connection->transfers[i];
        if (transfer->stage == OVER && (oldest == NULL || transfer->order < oldest->order))
            oldest = transfer;
    }
    return oldest;
}

static enum bj_status finished(struct bj_usb *base, int handle,
                               struct bj_usb_result *result)
{
    struct connection *connection = connection_of(base, handle);
    struct transfer *transfer;

    for (int i = 0; i < BJ_USB_TRANSFERS; i++)
        if (connection->transfers[i].stage == GIVEN)
            connection->transfers[i].stage = UNUSED;
    transfer = oldest_result(connection);
    if (transfer == NULL) {
        connection->gone_told = connection->gone;
        return connection->gone ? BJ_DISCONNECTED : BJ_WOULD_BLOCK;
    }
    transfer->stage = GIVEN;
    *result = (struct bj_usb_result){
        .tag = transfer->tag,
        .endpoint = transfer->job.endpoint,
        .status = status_of(transfer),
        .size = transfer->job.moved,
        .bytes = transfer->job.endpoint & 0x80 ? transfer->bytes : NULL,
        .begun_ns = transfer->begun_ns,
        .finished_ns = transfer->finished_ns,
    };
    return BJ_OK;
}

static void cancel(struct bj_usb *base, int handle, uint8_t endpoint)
{
    struct connection *connection = connection_of(base, handle);

    if (connection->place != NULL && !connection->place->stuck)
        usb_pipes_end_all(&connection->place->pipes, endpoint, USB_END_CANCELLED);
}

static void clear_halt(struct bj_usb *base, int handle, uint8_t endpoint)
{
    struct connection *connection = connection_of(base, handle);

    if (connection->place != NULL)
        usb_pipes_clear_halt(&connection->place->pipes, endpoint, usb_of(base)->now_ns);
}

static void time_out(struct fake_usb *usb, struct connection *connection)
{
    for (int i = 0; i < BJ_USB_TRANSFERS; i++) {
        struct transfer *transfer = &connection->transfers[i];
        if (transfer->stage != UNDER_WAY || usb->now_ns < transfer->deadline_ns ||
            connection->place == NULL || connection->place->stuck)
            continue;
        transfer->timed_out = true;
        usb_pipes_end(&connection->place->pipes, &transfer->job, USB_END_CANCELLED);
    }
}

/* ---- Opening and closing ------------------------------------------------------------- */

static bool has_interfaces(const struct sim_usb *device, const struct bj_usb_target *target)
{
    const struct sim_usb_descriptor *descriptor = device->descriptor;

    for (int i = 0; i < target->interfaces; i++)
        if (target->interface[i].interface >= descriptor->interfaces ||
            target->interface[i].alternate >=
                descriptor->alternates[target->interface[i].interface])
            return false;
    return true;
}

static bool is_target(const struct place *place, const struct bj_usb_target *target)
{
    return place != NULL && place->device->descriptor->vendor_id == target->vendor_id &&
           place->device->descriptor->product_id == target->product_id;
}

static void select_all(struct connection *connection, bool released)
{
    const struct bj_usb_target *target = &connection->target;
    struct sim_usb *device = connection->place->device;

    for (int i = 0; i < target->interfaces; i++)
        if (target->interface[i].alternate != 0)
            device->ops->select(device, target->interface[i].interface,
                                released ? 0 : target->interface[i].alternate,
                                connection->usb->now_ns);
}

static enum bj_status try_open(struct connection *connection)
{
    struct place *place = place_of(connection->usb, connection->target.port);

    if (!is_target(place, &connection->target))
        return BJ_NOT_FOUND;
    if (place->access != BJ_OK)
        return place->access;
    if (place->connection != NULL && place->connection->kind == CLOSING)
        return BJ_WOULD_BLOCK;
    if (place->busy || place->connection != NULL)
        return BJ_BUSY;
    if (!has_interfaces(place->device, &connection->target))
        return BJ_UNSUPPORTED;
    place->connection = connection;
    connection->place = place;
    select_all(connection, false);
    return BJ_OK;
}

static void settle(struct connection *connection)
{
    if (connection->kind != OPENING || connection->usb->now_ns < connection->due_ns)
        return;
    connection->result = try_open(connection);
    if (connection->result != BJ_WOULD_BLOCK)
        connection->kind = OPEN;
}

static enum bj_status open_device(struct bj_usb *base, const struct bj_usb_target *target,
                                  int *handle)
{
    struct fake_usb *usb = usb_of(base);
    int index = 0;

    while (index < FAKE_USB_HANDLES && usb->connections[index].kind != FREE)
        index++;
    assert(index < FAKE_USB_HANDLES);
    struct connection *connection = &usb->connections[index];
    connection->kind = OPENING;
    connection->usb = usb;
    connection->target = *target;
    connection->place = NULL;
    connection->result = BJ_WOULD_BLOCK;
    connection->result_told = connection->gone = connection->gone_told = false;
    connection->due_ns =
        usb->open_delay_ns == BJ_NEVER ? BJ_NEVER : usb->now_ns + usb->open_delay_ns;
    for (int i = 0; i < BJ_USB_TRANSFERS; i++)
        connection->transfers[i].stage = UNUSED;
    *handle = HANDLE_BASE + index;
    return BJ_OK;
}

static enum bj_status open_result(struct bj_usb *base, int handle)
{
    struct connection *connection = connection_of(base, handle);

    settle(connection);
    connection->result_told = connection->kind == OPEN;
    return connection->result;
}

static void finish_closing(struct connection *connection)
{
    struct place *place = connection->place;

    if (connection->kind != CLOSING ||
        (place != NULL && connection->usb->now_ns < connection->due_ns &&
         usb_pipes_sending(&place->pipes)))
        return;
    if (place != NULL) {
        usb_pipes_end_all(&place->pipes, 0, USB_END_CANCELLED);
        select_all(connection, true);
        place->connection = NULL;
    }
    connection->kind = FREE;
}

static void close_device(struct bj_usb *base, int handle)
{
    struct connection *connection = connection_of(base, handle);

    if (connection->place != NULL)
        usb_pipes_run(&connection->place->pipes, connection->usb->now_ns);
    connection->kind = CLOSING;
    connection->due_ns = connection->usb->now_ns + CLOSING_NS;
    finish_closing(connection);
}

/* ---- The bus ------------------------------------------------------------------------- */

static void copy_text(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text == NULL ? "" : text);
}

static size_t list(struct bj_usb *base, uint16_t vendor_id, uint16_t product_id,
                   struct bj_usb_device *devices, size_t room)
{
    struct fake_usb *usb = usb_of(base);
    size_t count = 0;

    for (int i = 0; i < FAKE_USB_PORTS && count < room; i++) {
        const struct place *place = &usb->places[i];
        const struct sim_usb_descriptor *is =
            place->device == NULL ? NULL : place->device->descriptor;
        if (is == NULL || is->vendor_id != vendor_id || is->product_id != product_id)
            continue;
        struct bj_usb_device *device = &devices[count++];
        *device = (struct bj_usb_device){.vendor_id = vendor_id,
                                         .product_id = product_id,
                                         .release = is->release,
                                         .access = place->access};
        copy_text(device->port, sizeof device->port, place->port);
        copy_text(device->manufacturer, sizeof device->manufacturer, is->manufacturer);
        copy_text(device->product, sizeof device->product, is->product);
        copy_text(device->serial, sizeof device->serial, is->serial);
    }
    return count;
}

void fake_usb_plug(struct fake_usb *usb, const char *port, struct sim_usb *device)
{
    struct place *place = usb->places;

    assert(place_of(usb, port) == NULL);
    while (place < usb->places + FAKE_USB_PORTS && place->device != NULL)
        place++;
    assert(place < usb->places + FAKE_USB_PORTS);
    *place = (struct place){.device = device, .access = BJ_OK};
    copy_text(place->port, sizeof place->port, port);
    usb_pipes_init(&place->pipes, device, job_over, usb);
}

static struct place *plugged(struct fake_usb *usb, const char *port)
{
    struct place *place = place_of(usb, port);

    assert(place != NULL);
    return place;
}

void fake_usb_unplug(struct fake_usb *usb, const char *port)
{
    struct place *place = plugged(usb, port);

    usb_pipes_end_all(&place->pipes, 0, USB_END_GONE);
    place->device->ops->unplug(place->device, usb->now_ns);
    if (place->connection != NULL) {
        place->connection->gone = true;
        place->connection->place = NULL;
        finish_closing(place->connection);
    }
    place->device = NULL;
}

void fake_usb_set_access(struct fake_usb *usb, const char *port, enum bj_status access)
{
    plugged(usb, port)->access = access;
}

void fake_usb_set_busy(struct fake_usb *usb, const char *port, bool busy)
{
    plugged(usb, port)->busy = busy;
}

void fake_usb_hold(struct fake_usb *usb, const char *port, uint8_t endpoint, bool held)
{
    usb_pipes_hold(&plugged(usb, port)->pipes, endpoint, held);
}

void fake_usb_stick(struct fake_usb *usb, const char *port, bool stuck)
{
    plugged(usb, port)->stuck = stuck;
}

void fake_usb_break(struct fake_usb *usb, const char *port, uint8_t endpoint, size_t after,
                    enum usb_end end)
{
    usb_pipes_break(&plugged(usb, port)->pipes, endpoint, after, end);
}

void fake_usb_set_open_delay(struct fake_usb *usb, int64_t delay_ns)
{
    usb->open_delay_ns = delay_ns;
}

/* ---- Time ---------------------------------------------------------------------------- */

void fake_usb_advance(struct fake_usb *usb, int64_t now_ns)
{
    assert(now_ns >= usb->now_ns);
    usb->now_ns = now_ns;
    for (int i = 0; i < FAKE_USB_PORTS; i++)
        if (usb->places[i].device != NULL)
            usb_pipes_run(&usb->places[i].pipes, now_ns);
    for (int i = 0; i < FAKE_USB_HANDLES; i++) {
        settle(&usb->connections[i]);
        time_out(usb, &usb->connections[i]);
        finish_closing(&usb->connections[i]);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_of(const struct connection *connection)
{
    int64_t next_ns = BJ_NEVER;

    if (connection->kind == FREE)
        return BJ_NEVER;
    if (connection->kind == CLOSING ||
        (connection->kind == OPENING && connection->due_ns > connection->usb->now_ns))
        next_ns = connection->due_ns;
    for (int i = 0; i < BJ_USB_TRANSFERS; i++)
        if (connection->transfers[i].stage == UNDER_WAY &&
            connection->transfers[i].deadline_ns > connection->usb->now_ns)
            next_ns = earlier(next_ns, connection->transfers[i].deadline_ns);
    return next_ns;
}

int64_t fake_usb_next_event_ns(struct fake_usb *usb)
{
    int64_t next_ns = BJ_NEVER;

    for (int i = 0; i < FAKE_USB_PORTS; i++) {
        struct sim_usb *device = usb->places[i].device;
        if (device != NULL)
            next_ns = earlier(next_ns, device->ops->next_event_ns(device, usb->now_ns));
    }
    for (int i = 0; i < FAKE_USB_HANDLES; i++)
        next_ns = earlier(next_ns, next_of(&usb->connections[i]));
    return next_ns;
}

static bool has_news(struct connection *connection)
{
    settle(connection);
    return (connection->kind == OPEN && !connection->result_told) ||
           (connection->gone && !connection->gone_told) ||
           oldest_result(connection) != NULL;
}

bool fake_usb_ready(struct fake_usb *usb, const struct bj_wait *wait)
{
    for (int i = 0; i < wait->count; i++)
        if ((wait->handles[i].events & BJ_WAIT_READ) &&
            has_news(connection_of(&usb->base, wait->handles[i].handle)))
            return true;
    return false;
}

int fake_usb_open_handles(const struct fake_usb *usb)
{
    int count = 0;

    for (int i = 0; i < FAKE_USB_HANDLES; i++)
        count += usb->connections[i].kind == OPENING || usb->connections[i].kind == OPEN;
    return count;
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct bj_usb_ops ops = {
    .list = list,
    .open = open_device,
    .open_result = open_result,
    .submit = submit,
    .finished = finished,
    .cancel = cancel,
    .clear_halt = clear_halt,
    .close = close_device,
};

struct fake_usb *fake_usb_create(void)
{
    struct fake_usb *usb = calloc(1, sizeof *usb);

    if (usb != NULL)
        usb->base.ops = &ops;
    return usb;
}

void fake_usb_destroy(struct fake_usb *usb)
{
    free(usb);
}

struct bj_usb *fake_usb_base(struct fake_usb *usb)
{
    return &usb->base;
}
