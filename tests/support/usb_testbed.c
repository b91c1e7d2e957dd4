/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "usb_testbed.h"

#include "usb_descriptors.h"

#include <assert.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <umockdev.h>
#include <unistd.h>

#define PORTS 4
#define URBS 128
#define CLIENTS 16
#define LOOK_NS (2 * BJ_NS_PER_MS)
#define STEP_NS 1000
#define PATH 300
#define CONTROLLER "/devices/pci0000:00/0000:00:14.0/usb1"
#define UNWRITABLE "/proc/sys/kernel/ostype" /* root may not open it for writing either */

enum stage { UNUSED, UNDER_WAY, OVER };

/* A transfer as usbfs knows it; first a job of the pipes. */
struct urb {
    struct usb_job job;
    enum stage stage;
    uint64_t order; /* of ends */
    UMockdevIoctlClient *client;
    UMockdevIoctlData *memory, *buffer;
};

struct socket {
    struct usb_testbed *bed;
    char port[BJ_USB_PORT_SIZE], path[PATH], node[PATH];
    struct sim_usb *device; /* NULL: empty */
    struct usb_pipes pipes;
    int64_t at_ns; /* what moves by itself has moved up to then */
    UMockdevIoctlBase *handler;
    int master, slave; /* the pty behind the node */
    bool readable;     /* POLLOUT, as usbfs has it, is on */
    bool gone, busy, stuck;
    UMockdevIoctlClient *owner[BJ_USB_INTERFACES];
    uint8_t alternate[BJ_USB_INTERFACES];
    UMockdevIoctlClient *clients[CLIENTS];
    struct urb urbs[URBS];
    uint64_t ends;
    struct socket *next;
};

struct usb_testbed {
    UMockdevTestbed *mock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t clock;
    bool ending, deny_next;
    int last_address;
    struct socket *sockets[PORTS]; /* in use */
    struct socket *left;           /* unplugged; files on them may still be open */
};

static int64_t time_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * BJ_NS_PER_S + now.tv_nsec;
}

int64_t usb_testbed_now_ns(void)
{
    return time_of(CLOCK_BOOTTIME);
}

void usb_testbed_lock(struct usb_testbed *bed)
{
    pthread_mutex_lock(&bed->lock);
}

void usb_testbed_unlock(struct usb_testbed *bed)
{
    pthread_cond_signal(&bed->changed);
    pthread_mutex_unlock(&bed->lock);
}

/* ---- Transfers ----------------------------------------------------------------------- */

/* The node polls as usbfs does: writable while there is something to reap. */
static void show_readiness(struct socket *socket)
{
    bool any = false;

    for (int i = 0; i < URBS; i++)
        any = any || socket->urbs[i].stage == OVER;
    if (any != socket->readable && socket->slave >= 0)
        assert(tcflow(socket->slave, any ? TCOON : TCOOFF) == 0);
    socket->readable = any;
}

static int status_of(enum usb_end end)
{
    switch (end) {
    case USB_END_DONE:
        return 0;
    case USB_END_CANCELLED:
        return -ENOENT;
    case USB_END_STALL:
        return -EPIPE;
    case USB_END_OVERFLOW:
        return -EOVERFLOW;
    case USB_END_GONE:
        return -ESHUTDOWN;
    case USB_END_ERROR:
        break;
    }
    return -EPROTO;
}

static void job_over(void *user, struct usb_job *job)
{
    struct socket *socket = user;
    struct urb *urb = (struct urb *)job;

    urb->stage = OVER;
    urb->order = socket->ends++;
}

static void forget(struct urb *urb)
{
    g_object_unref(urb->memory);
    if (urb->buffer != NULL)
        g_object_unref(urb->buffer);
    memset(urb, 0, sizeof *urb);
}

static int submit(struct socket *socket, UMockdevIoctlClient *client,
                  UMockdevIoctlData *memory)
{
    const struct usbdevfs_urb *wanted = (const struct usbdevfs_urb *)memory->data;
    const struct sim_usb_endpoint *endpoint =
        usb_pipes_endpoint(&socket->pipes, wanted->endpoint);
    struct urb *urb = socket->urbs;
    size_t size = (size_t)wanted->buffer_length;

    if (socket->gone)
        return ENODEV;
    if (endpoint == NULL || socket->alternate[endpoint->interface] != endpoint->alternate)
        return ENOENT;
    if (socket->owner[endpoint->interface] != client)
        return EINVAL;
    while (urb->stage != UNUSED)
        urb++;
    assert(urb < socket->urbs + URBS);
    urb->client = client;
    urb->memory = g_object_ref(memory);
    urb->buffer = size == 0
                      ? NULL
                      : umockdev_ioctl_data_resolve(
                            memory, offsetof(struct usbdevfs_urb, buffer), size, NULL);
    urb->stage = UNDER_WAY;
    urb->job = (struct usb_job){.endpoint = wanted->endpoint,
                                .bytes = urb->buffer == NULL ? NULL : urb->buffer->data,
                                .size = size,
                                .zero_packet = wanted->flags & USBDEVFS_URB_ZERO_PACKET};
    usb_pipes_submit(&socket->pipes, &urb->job);
    return 0;
}

static int discard(struct socket *socket, gulong address)
{
    for (int i = 0; i < URBS; i++) {
        struct urb *urb = &socket->urbs[i];
        if (urb->stage != UNDER_WAY || urb->memory->client_addr != address)
            continue;
        if (!socket->stuck)
            usb_pipes_end(&socket->pipes, &urb->job, USB_END_CANCELLED);
        return 0;
    }
    return EINVAL;
}

static int reap(struct socket *socket, UMockdevIoctlClient *client, UMockdevIoctlData *arg)
{
    struct urb *first = NULL;

    for (int i = 0; i < URBS; i++) {
        struct urb *urb = &socket->urbs[i];
        if (urb->stage == OVER && urb->client == client &&
            (first == NULL || urb->order < first->order))
            first = urb;
    }
    if (first == NULL)
        return socket->gone ? ENODEV : EAGAIN;
    struct usbdevfs_urb *told = (struct usbdevfs_urb *)first->memory->data;
    told->status = status_of(first->job.end);
    told->actual_length = (int)first->job.moved;
    umockdev_ioctl_data_set_ptr(arg, 0, first->memory);
    forget(first);
    return 0;
}

/* The bus and the device are never late because a thread here is: what was due meanwhile
 * happens when it was due. Returns when something is due next. */
static int64_t catch_up(struct socket *socket, int64_t now_ns)
{
    const struct sim_usb_ops *ops = socket->device->ops;
    int64_t due_ns = socket->at_ns;

    while (due_ns < now_ns) {
        socket->at_ns = due_ns;
        usb_pipes_run(&socket->pipes, due_ns);
        due_ns = ops->next_event_ns(socket->device, due_ns);
        if (due_ns < socket->at_ns + STEP_NS)
            due_ns = socket->at_ns + STEP_NS;
    }
    socket->at_ns = now_ns;
    usb_pipes_run(&socket->pipes, now_ns);
    return ops->next_event_ns(socket->device, now_ns);
}

/* ---- Interfaces ---------------------------------------------------------------------- */

static int claim(struct socket *socket, UMockdevIoctlClient *client, unsigned interface)
{
    if (socket->gone)
        return ENODEV;
    if (interface >= (unsigned)socket->device->descriptor->interfaces)
        return ENOENT;
    if (socket->busy ||
        (socket->owner[interface] != NULL && socket->owner[interface] != client))
        return EBUSY;
    socket->owner[interface] = client;
    return 0;
}

static int select_alternate(struct socket *socket, UMockdevIoctlClient *client,
                            unsigned interface, unsigned alternate)
{
    const struct sim_usb_descriptor *is = socket->device->descriptor;

    if (socket->gone)
        return ENODEV;
    if (interface >= (unsigned)is->interfaces || socket->owner[interface] != client ||
        alternate >= (unsigned)is->alternates[interface])
        return EINVAL;
    for (int i = 0; i < is->endpoint_count; i++)
        if (is->endpoints[i].interface == interface)
            usb_pipes_end_all(&socket->pipes, is->endpoints[i].address, USB_END_CANCELLED);
    socket->alternate[interface] = (uint8_t)alternate;
    socket->device->ops->select(socket->device, (uint8_t)interface, (uint8_t)alternate,
                                usb_testbed_now_ns());
    return 0;
}

/* The kernel selects alternate 0 where another one was active. */
static int release_interface(struct socket *socket, UMockdevIoctlClient *client,
                             unsigned interface)
{
    if (interface >= BJ_USB_INTERFACES || socket->owner[interface] != client)
        return EINVAL;
    if (!socket->gone && socket->alternate[interface] != 0)
        (void)select_alternate(socket, client, interface, 0);
    socket->owner[interface] = NULL;
    return socket->gone ? ENODEV : 0;
}

static int clear_halt(struct socket *socket, unsigned endpoint)
{
    if (socket->gone)
        return ENODEV;
    usb_pipes_clear_halt(&socket->pipes, (uint8_t)endpoint, usb_testbed_now_ns());
    return 0;
}

/* ---- System calls -------------------------------------------------------------------- */

static UMockdevIoctlData *argument(UMockdevIoctlClient *client, size_t size)
{
    return umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, size,
                                       NULL);
}

/* Arguments are freed with the call; what `argument` returns belongs to it. */
static int answer(struct socket *socket, UMockdevIoctlClient *client, gulong request,
                  UMockdevIoctlData *memory)
{
    const unsigned *number = memory == NULL ? NULL : (const unsigned *)memory->data;
    const struct usbdevfs_setinterface *setting = (const void *)number;

    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        *(uint32_t *)memory->data =
            USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
            USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER |
            USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
        return 0;
    case USBDEVFS_CLAIMINTERFACE:
        return claim(socket, client, *number);
    case USBDEVFS_RELEASEINTERFACE:
        return release_interface(socket, client, *number);
    case USBDEVFS_SETINTERFACE:
        return select_alternate(socket, client, setting->interface, setting->altsetting);
    case USBDEVFS_CLEAR_HALT:
        return clear_halt(socket, *number);
    case USBDEVFS_SUBMITURB:
        return submit(socket, client, memory);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        return reap(socket, client, memory);
    default:
        return ENOTTY;
    }
}

static gboolean handle_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
                             gpointer user)
{
    struct socket *socket = user;
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client), *memory = NULL;
    int error;

    (void)handler;
    if (request != USBDEVFS_DISCARDURB && _IOC_SIZE(request) > 0)
        memory = argument(client, _IOC_SIZE(request));
    usb_testbed_lock(socket->bed);
    if (!socket->gone)
        (void)catch_up(socket, usb_testbed_now_ns());
    error = request == USBDEVFS_DISCARDURB ? discard(socket, *(gulong *)arg->data)
                                           : answer(socket, client, request, memory);
    if (!socket->gone)
        (void)catch_up(socket, usb_testbed_now_ns());
    show_readiness(socket);
    usb_testbed_unlock(socket->bed);
    if (memory != NULL)
        g_object_unref(memory);
    umockdev_ioctl_client_complete(client, error == 0 ? 0 : -1, error);
    return TRUE;
}

/* The file is closed: all that it held is let go. */
static void vanish(struct socket *socket, UMockdevIoctlClient *client)
{
    for (int i = 0; i < URBS; i++) {
        struct urb *urb = &socket->urbs[i];
        if (urb->stage == UNDER_WAY && urb->client == client)
            usb_pipes_end(&socket->pipes, &urb->job, USB_END_CANCELLED);
        if (urb->stage == OVER && urb->client == client)
            forget(urb);
    }
    for (unsigned i = 0; i < BJ_USB_INTERFACES; i++)
        if (socket->owner[i] == client)
            (void)release_interface(socket, client, i);
    g_object_unref(client);
    show_readiness(socket);
}

/* umockdev does not tell; it has to be asked. */
static bool look_for_vanished(struct socket *socket)
{
    bool any = false;

    for (int i = 0; i < CLIENTS; i++) {
        UMockdevIoctlClient *client = socket->clients[i];
        if (client != NULL && !umockdev_ioctl_client_get_connected(client)) {
            socket->clients[i] = NULL;
            vanish(socket, client);
        }
        any = any || socket->clients[i] != NULL;
    }
    return any;
}

static void client_connected(UMockdevIoctlBase *handler, UMockdevIoctlClient *client,
                             gpointer user)
{
    struct socket *socket = user;
    int i = 0;

    (void)handler;
    usb_testbed_lock(socket->bed);
    while (socket->clients[i] != NULL)
        i++;
    assert(i < CLIENTS);
    socket->clients[i] = g_object_ref(client);
    usb_testbed_unlock(socket->bed);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t run_devices(struct usb_testbed *bed)
{
    int64_t now_ns = usb_testbed_now_ns(), next_ns = now_ns + BJ_NS_PER_S;

    for (int i = 0; i < PORTS; i++) {
        struct socket *socket = bed->sockets[i];
        if (socket == NULL)
            continue;
        if (look_for_vanished(socket) && next_ns > now_ns + LOOK_NS)
            next_ns = now_ns + LOOK_NS;
        int64_t due_ns = catch_up(socket, now_ns);
        show_readiness(socket);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns > now_ns ? next_ns : now_ns + BJ_NS_PER_MS / 10;
}

static void *clock_of_devices(void *user)
{
    struct usb_testbed *bed = user;

    pthread_mutex_lock(&bed->lock);
    while (!bed->ending) {
        int64_t left_ns = run_devices(bed) - usb_testbed_now_ns();
        int64_t next_ns = time_of(CLOCK_MONOTONIC) + (left_ns > 0 ? left_ns : 0);
        const struct timespec until = {next_ns / BJ_NS_PER_S, next_ns % BJ_NS_PER_S};
        pthread_cond_timedwait(&bed->changed, &bed->lock, &until);
    }
    pthread_mutex_unlock(&bed->lock);
    return NULL;
}

/* ---- What the bus shows -------------------------------------------------------------- */

static size_t hex(char *to, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        (void)sprintf(to + 2 * i, "%02x", bytes[i]);
    return 2 * size;
}

static size_t put_text(char *to, const char *name, const char *text)
{
    return text == NULL ? 0 : (size_t)sprintf(to, "A: %s=%s\\n\n", name, text);
}

static void add_to_bus(struct usb_testbed *bed, const char *path, int address,
                       const uint8_t *bytes, size_t size,
                       const struct sim_usb_descriptor *strings)
{
    char text[4096];
    GError *error = NULL;
    int at = sprintf(
        text,
        "P: %s\nE: DEVNAME=/dev/bus/usb/001/%03d\nE: DEVTYPE=usb_device\nE: BUSNUM=001\n"
        "E: DEVNUM=%03d\nE: MAJOR=189\nE: MINOR=%d\nE: SUBSYSTEM=usb\n"
        "A: busnum=1\\n\nA: devnum=%d\\n\nA: speed=12\\n\nA: bConfigurationValue=1\\n\n"
        "A: idVendor=%02x%02x\\n\nA: idProduct=%02x%02x\\n\n",
        path, address, address, address - 1, address, bytes[9], bytes[8], bytes[11],
        bytes[10]);

    if (strings != NULL) {
        at += (int)put_text(text + at, "manufacturer", strings->manufacturer);
        at += (int)put_text(text + at, "product", strings->product);
        at += (int)put_text(text + at, "serial", strings->serial);
    }
    at += sprintf(text + at, "H: descriptors=");
    at += (int)hex(text + at, bytes, size);
    (void)sprintf(text + at, "\n");
    if (!umockdev_testbed_add_from_string(bed->mock, text, &error)) {
        fprintf(stderr, "usb_testbed: %s\n", error->message);
        abort();
    }
}

static void append(char path[PATH], const char *name, size_t size)
{
    size_t used = strlen(path);

    assert(used + size + 2 <= PATH);
    path[used] = '/';
    memcpy(path + used + 1, name, size);
    path[used + 1 + size] = '\0';
}

/* Returns the path of the place for `port`; hubs on the way are added. */
static void path_of(struct usb_testbed *bed, const char *port, char path[PATH])
{
    uint8_t bytes[USB_DESCRIPTORS_SIZE];
    char syspath[PATH + 8];
    struct stat seen;

    (void)snprintf(path, PATH, "%s", CONTROLLER);
    for (const char *dot = strchr(port, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        append(path, port, (size_t)(dot - port));
        (void)snprintf(syspath, sizeof syspath, "/sys%s", path);
        if (stat(syspath, &seen) != 0)
            add_to_bus(bed, path, ++bed->last_address, bytes, usb_hub_descriptors(bytes),
                       NULL);
    }
    append(path, port, strlen(port));
}

/* A pty's slave polls as we like it; where nobody may open, a file that nobody may. */
static void make_node(struct socket *socket, bool denied)
{
    char *root = umockdev_testbed_get_root_dir(socket->bed->mock);
    char link[PATH * 2], slave[64] = UNWRITABLE;

    socket->master = socket->slave = -1;
    if (!denied) {
        assert(openpty(&socket->master, &socket->slave, slave, NULL, NULL) == 0);
        assert(tcflow(socket->slave, TCOOFF) == 0);
    }
    (void)snprintf(link, sizeof link, "%s%s", root, socket->node);
    *strrchr(link, '/') = '\0';
    assert(g_mkdir_with_parents(link, 0755) == 0);
    link[strlen(link)] = '/';
    (void)unlink(link);
    assert(symlink(slave, link) == 0);
    g_free(root);
}

/* ---- Plugging ------------------------------------------------------------------------ */

static struct socket *socket_of(struct usb_testbed *bed, const char *port)
{
    for (int i = 0; i < PORTS; i++)
        if (bed->sockets[i] != NULL && strcmp(bed->sockets[i]->port, port) == 0)
            return bed->sockets[i];
    assert(!"nothing is plugged in there");
    return NULL;
}

static void attach(struct socket *socket)
{
    socket->handler = umockdev_ioctl_base_new();
    g_signal_connect(socket->handler, "handle-ioctl", G_CALLBACK(handle_ioctl), socket);
    g_signal_connect(socket->handler, "client-connected", G_CALLBACK(client_connected),
                     socket);
    assert(umockdev_testbed_attach_ioctl(socket->bed->mock, socket->node, socket->handler,
                                         NULL));
}

void usb_testbed_plug(struct usb_testbed *bed, const char *port, struct sim_usb *device)
{
    struct socket *socket = calloc(1, sizeof *socket);
    uint8_t bytes[USB_DESCRIPTORS_SIZE];
    int address, i = 0;

    assert(socket != NULL);
    socket->bed = bed;
    socket->device = device;
    (void)snprintf(socket->port, sizeof socket->port, "%s", port);
    path_of(bed, port, socket->path);
    address = ++bed->last_address;
    (void)snprintf(socket->node, sizeof socket->node, "/dev/bus/usb/001/%03d", address);
    usb_pipes_init(&socket->pipes, device, job_over, socket);
    make_node(socket, bed->deny_next);
    attach(socket);
    bed->deny_next = false;
    usb_testbed_lock(bed);
    socket->at_ns = usb_testbed_now_ns();
    while (bed->sockets[i] != NULL)
        i++;
    assert(i < PORTS);
    bed->sockets[i] = socket;
    usb_testbed_unlock(bed);
    add_to_bus(bed, socket->path, address, bytes,
               usb_descriptors(device->descriptor, bytes), device->descriptor);
}

void usb_testbed_unplug(struct usb_testbed *bed, const char *port)
{
    struct socket *socket;
    char syspath[PATH + 8];

    usb_testbed_lock(bed);
    socket = socket_of(bed, port);
    (void)catch_up(socket, usb_testbed_now_ns());
    for (int i = 0; i < PORTS; i++)
        if (bed->sockets[i] == socket)
            bed->sockets[i] = NULL;
    socket->gone = true;
    usb_pipes_end_all(&socket->pipes, 0, USB_END_GONE);
    socket->device->ops->unplug(socket->device, usb_testbed_now_ns());
    if (socket->slave >= 0) {
        close(socket->slave);
        close(socket->master);
    }
    socket->slave = socket->master = -1;
    socket->next = bed->left;
    bed->left = socket;
    usb_testbed_unlock(bed);
    (void)snprintf(syspath, sizeof syspath, "/sys%s", socket->path);
    umockdev_testbed_uevent(bed->mock, syspath, "remove");
    umockdev_testbed_remove_device(bed->mock, syspath);
}

int64_t usb_testbed_catch_up(struct usb_testbed *bed)
{
    int64_t now_ns = usb_testbed_now_ns();

    for (int i = 0; i < PORTS; i++)
        if (bed->sockets[i] != NULL) {
            (void)catch_up(bed->sockets[i], now_ns);
            show_readiness(bed->sockets[i]);
        }
    return now_ns;
}

void usb_testbed_deny_next(struct usb_testbed *bed)
{
    bed->deny_next = true;
}

void usb_testbed_set_busy(struct usb_testbed *bed, const char *port, bool busy)
{
    usb_testbed_lock(bed);
    socket_of(bed, port)->busy = busy;
    usb_testbed_unlock(bed);
}

void usb_testbed_hold(struct usb_testbed *bed, const char *port, uint8_t endpoint,
                      bool held)
{
    usb_testbed_lock(bed);
    (void)catch_up(socket_of(bed, port), usb_testbed_now_ns());
    usb_pipes_hold(&socket_of(bed, port)->pipes, endpoint, held);
    usb_testbed_unlock(bed);
}

void usb_testbed_break(struct usb_testbed *bed, const char *port, uint8_t endpoint,
                       size_t after, enum usb_end end)
{
    usb_testbed_lock(bed);
    usb_pipes_break(&socket_of(bed, port)->pipes, endpoint, after, end);
    usb_testbed_unlock(bed);
}

void usb_testbed_stick(struct usb_testbed *bed, const char *port, bool stuck)
{
    usb_testbed_lock(bed);
    socket_of(bed, port)->stuck = stuck;
    usb_testbed_unlock(bed);
}

int usb_testbed_clients(struct usb_testbed *bed)
{
    int count = 0;

    usb_testbed_lock(bed);
    for (int i = 0; i < PORTS; i++)
        for (int k = 0; bed->sockets[i] != NULL && k < CLIENTS; k++)
            count += bed->sockets[i]->clients[k] != NULL;
    usb_testbed_unlock(bed);
    return count;
}

/* ---- Life ---------------------------------------------------------------------------- */

static void start_clock(struct usb_testbed *bed)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&bed->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&bed->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    assert(pthread_create(&bed->clock, NULL, clock_of_devices, bed) == 0);
}

struct usb_testbed *usb_testbed_create(void)
{
    struct usb_testbed *bed = calloc(1, sizeof *bed);
    uint8_t bytes[USB_DESCRIPTORS_SIZE];

    assert(bed != NULL);
    (void)signal(SIGHUP, SIG_IGN); /* a pty may become our terminal, and then hangs up */
    bed->mock = umockdev_testbed_new();
    assert(umockdev_in_mock_environment()); /* not before: it remembers */
    start_clock(bed);
    add_to_bus(bed, CONTROLLER, ++bed->last_address, bytes, usb_hub_descriptors(bytes),
               NULL);
    return bed;
}

void usb_testbed_destroy(struct usb_testbed *bed)
{
    for (int i = 0; i < PORTS; i++)
        if (bed->sockets[i] != NULL)
            usb_testbed_unplug(bed, bed->sockets[i]->port);
    usb_testbed_lock(bed);
    bed->ending = true;
    usb_testbed_unlock(bed);
    pthread_join(bed->clock, NULL);
    g_object_unref(bed->mock);
    while (bed->left != NULL) {
        struct socket *socket = bed->left;
        (void)look_for_vanished(socket);
        bed->left = socket->next;
        g_object_unref(socket->handler);
        free(socket);
    }
    free(bed);
}
