/* SPDX-License-Identifier: MIT
 *
 * A bus with one simulated USB DAC for unmodified libusb in another process, and every
 * point it plays in a file.
 *
 *   e2e-usb-bus KIND --points FILE
 *
 * Once the DAC is plugged in it prints two lines: what it simulates, and UMOCKDEV_DIR=...,
 * the environment in which libumockdev-preload shows this bus to a program. SIGUSR1 pulls
 * the plug, SIGUSR2 puts it back; SIGTERM and SIGINT end it.
 */
#include "usb_dacs.h"
#include "usb_testbed.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT "1-2"

struct bus {
    const struct usb_dac *dac;
    struct bj_points_file points;
    struct sim_usb *device;
    struct usb_testbed *bed;
    bool plugged;
};

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s helios|laserdock|lasershark --points FILE\n", program);
    return 2;
}

static void plug(struct bus *bus)
{
    if (!bus->plugged)
        usb_testbed_plug(bus->bed, PORT, bus->device);
    bus->plugged = true;
}

static void unplug(struct bus *bus)
{
    if (bus->plugged)
        usb_testbed_unplug(bus->bed, PORT);
    bus->plugged = false;
}

static void obey_signals(struct bus *bus, const sigset_t *signals)
{
    int signal = 0;

    while (sigwait(signals, &signal) == 0 && (signal == SIGUSR1 || signal == SIGUSR2)) {
        if (signal == SIGUSR1)
            unplug(bus);
        else
            plug(bus);
    }
}

static void run(struct bus *bus, const sigset_t *signals)
{
    bus->bed = usb_testbed_create();
    plug(bus);
    printf("simulated %s %s\nUMOCKDEV_DIR=%s\n", bus->dac->model, bus->dac->id,
           getenv("UMOCKDEV_DIR"));
    fflush(stdout);
    obey_signals(bus, signals);
    usb_testbed_lock(bus->bed);
    bus->dac->advance(bus->device, usb_testbed_now_ns());
    usb_testbed_unlock(bus->bed);
    usb_testbed_destroy(bus->bed);
}

/* All threads leave them to sigwait. */
static void block(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGUSR1);
    sigaddset(signals, SIGUSR2);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

int main(int argc, char **argv)
{
    struct bus bus = {.dac = argc > 1 ? usb_dac_find(argv[1]) : NULL};
    sigset_t signals;
    enum bj_status status;

    if (argc != 4 || bus.dac == NULL || strcmp(argv[2], "--points") != 0)
        return usage(argv[0]);
    block(&signals);
    status = bj_points_file_create(&bus.points, argv[3], 0);
    if (status == BJ_OK) {
        bus.device = bus.dac->create(&bus.points);
        if (bus.device != NULL)
            run(&bus, &signals);
        status = bus.device == NULL ? BJ_NO_MEMORY : bj_points_file_close(&bus.points);
        bus.dac->destroy(bus.device);
    }
    if (status != BJ_OK)
        fprintf(stderr, "%s: %s: %s\n", argv[0], argv[3], bj_strerror(status));
    return status == BJ_OK ? 0 : 1;
}
