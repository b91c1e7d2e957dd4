/* SPDX-License-Identifier: MIT */
#include "sim_shark_device.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND, REPLY, DATA };

static struct sim_shark *shark_of(struct sim_usb *device)
{
    return (struct sim_shark *)device;
}

static int halt_of(uint8_t endpoint)
{
    return endpoint == SIM_SHARK_COMMAND_OUT ? COMMAND
           : endpoint == SIM_SHARK_REPLY_IN  ? REPLY
                                             : DATA;
}

/* An armed stall halts the endpoint with the next packet. */
static bool stalls(struct sim_shark *shark, int which)
{
    if (shark->stall[which] > 0) {
        shark->stall[which]--;
        shark->halted[which] = true;
    }
    return shark->halted[which];
}

/* ---- The bus ------------------------------------------------------------------------- */

void sim_shark_advance(struct sim_usb *device, int64_t now_ns)
{
    struct sim_shark *shark = shark_of(device);

    if (now_ns > shark->now_ns)
        sim_shark_ring_advance(shark, now_ns);
}

static void select_alternate(struct sim_usb *device, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    struct sim_shark *shark = shark_of(device);

    sim_shark_advance(device, now_ns);
    if (interface != 1)
        return;
    if (shark->alternate == 1 && alternate == 0)
        shark->counters.left_enabled += shark->enabled;
    shark->alternate = alternate;
    shark->halted[DATA] = false;
}

static int out(struct sim_usb *device, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct sim_shark *shark = shark_of(device);

    sim_shark_advance(device, now_ns);
    if (endpoint == SIM_SHARK_ISO_OUT && shark->alternate == 0)
        return sim_shark_ring_iso(shark, bytes, size), 0;
    if (stalls(shark, halt_of(endpoint)))
        return SIM_USB_STALL;
    if (endpoint == SIM_SHARK_COMMAND_OUT)
        return sim_shark_command_out(shark, bytes, size);
    if (endpoint == SIM_SHARK_BULK_OUT)
        return sim_shark_ring_out(shark, bytes, size);
    return SIM_USB_NAK;
}

static int in(struct sim_usb *device, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct sim_shark *shark = shark_of(device);

    sim_shark_advance(device, now_ns);
    if (endpoint != SIM_SHARK_REPLY_IN)
        return SIM_USB_NAK;
    if (stalls(shark, REPLY))
        return SIM_USB_STALL;
    return sim_shark_reply_in(shark, bytes, size);
}

static void clear_halt(struct sim_usb *device, uint8_t endpoint, int64_t now_ns)
{
    sim_shark_advance(device, now_ns);
    shark_of(device)->halted[halt_of(endpoint)] = false;
}

static int64_t next_event_ns(struct sim_usb *device, int64_t now_ns)
{
    const struct sim_shark *shark = shark_of(device);
    int64_t reply_ns, ring_ns;

    sim_shark_advance(device, now_ns);
    reply_ns = sim_shark_reply_ns(shark);
    ring_ns = sim_shark_ring_next_ns(shark);
    return reply_ns < ring_ns ? reply_ns : ring_ns;
}

static void unplug(struct sim_usb *device, int64_t now_ns)
{
    sim_shark_advance(device, now_ns);
    sim_shark_power_up(shark_of(device), now_ns);
}

static const struct sim_usb_ops ops = {
    .select = select_alternate,
    .out = out,
    .in = in,
    .clear_halt = clear_halt,
    .next_event_ns = next_event_ns,
    .unplug = unplug,
};

/* ---- Life ---------------------------------------------------------------------------- */

struct sim_shark_config sim_shark_defaults(void)
{
    return (struct sim_shark_config){
        .answers = {.max_rate = 64000,
                    .elements = 4,
                    .iso_samples = 64,
                    .dac_max = 4095,
                    .ring_size = SIM_SHARK_RING,
                    .has_bulk_samples = true},
        .first_rate = 1000,
        .timer_hz = 72000000,
        .reply_ns = 400000,
        .fifo_survives_clear = true,
    };
}

void sim_shark_power_up(struct sim_shark *shark, int64_t now_ns)
{
    shark->now_ns = now_ns;
    shark->alternate = 0;
    shark->head = shark->level = shark->fifo_count = 0;
    shark->refused = shark->starved = false;
    shark->reply_count = 0;
    shark->next_packet_ns = 0;
    memset(shark->halted, 0, sizeof shark->halted);
    memset(shark->reply_buffer, 0, sizeof shark->reply_buffer);
    sim_shark_ring_set_rate(shark, shark->config.first_rate);
    sim_shark_ring_enable(shark, false);
}

struct sim_usb *sim_shark_create(const struct sim_shark_config *config,
                                 const struct sim_usb_descriptor *descriptor,
                                 sim_shark_decode_fn decode,
                                 bool (*is_foreign)(const uint16_t word[4]))
{
    struct sim_shark *shark = calloc(1, sizeof *shark);

    if (!shark)
        return NULL;
    shark->config = *config;
    shark->random.state = config->seed;
    shark->descriptor = *descriptor;
    shark->descriptor.manufacturer = config->manufacturer;
    shark->descriptor.product = config->product;
    shark->descriptor.serial = config->serial;
    shark->base = (struct sim_usb){.ops = &ops, .descriptor = &shark->descriptor};
    shark->decode = decode;
    shark->is_foreign = is_foreign;
    shark->counters.least_level = SIM_SHARK_RING;
    sim_shark_power_up(shark, 0);
    return &shark->base;
}

void sim_shark_destroy(struct sim_usb *device)
{
    free(device);
}

/* ---- Faults and looks ---------------------------------------------------------------- */

void sim_shark_fault(struct sim_usb *device, int64_t now_ns, enum sim_shark_fault fault,
                     int64_t value)
{
    struct sim_shark *shark = shark_of(device);

    sim_shark_advance(device, now_ns);
    switch (fault) {
    case SIM_SHARK_SILENT:
        shark->silent = value;
        break;
    case SIM_SHARK_SLOW:
        shark->config.reply_ns = value;
        break;
    case SIM_SHARK_WRONG_OPCODE:
        shark->wrong_opcode = value;
        break;
    case SIM_SHARK_REFUSE:
        shark->refuse = value;
        break;
    case SIM_SHARK_SHORT:
        shark->shorten = value;
        break;
    case SIM_SHARK_GARBAGE:
        shark->garbage = value;
        break;
    case SIM_SHARK_STRAY:
        sim_shark_stray(shark, value);
        break;
    case SIM_SHARK_STALL_COMMAND:
        shark->stall[COMMAND] = value;
        break;
    case SIM_SHARK_STALL_REPLY:
        shark->stall[REPLY] = value;
        break;
    case SIM_SHARK_STALL_DATA:
        shark->stall[DATA] = value;
        break;
    case SIM_SHARK_DEAF:
        shark->deaf_until_ns = now_ns + value;
        break;
    case SIM_SHARK_HOLD_DATA:
        shark->held_until_ns = now_ns + value;
        break;
    case SIM_SHARK_OUTPUT_OFF:
        sim_shark_ring_enable(shark, false);
        break;
    case SIM_SHARK_FREEZE:
        shark->frozen_until_ns = now_ns + value;
        break;
    case SIM_SHARK_LEVEL_LIE:
        shark->lies = true;
        shark->level_lie = value;
        break;
    case SIM_SHARK_WATCHDOG:
        shark->counters.watchdog_resets++;
        sim_shark_power_up(shark, now_ns);
        break;
    }
}

const struct sim_shark_counters *sim_shark_counters(const struct sim_usb *device)
{
    return &((const struct sim_shark *)device)->counters;
}

struct sim_shark_status sim_shark_status(const struct sim_usb *device)
{
    const struct sim_shark *shark = (const struct sim_shark *)device;

    return (struct sim_shark_status){
        .enabled = shark->enabled,
        .rate = shark->rate,
        .level = shark->level,
        .fifo_packets = shark->fifo_count,
        .x = shark->output.x,
        .y = shark->output.y,
        .lit = shark->output.lit,
    };
}

void sim_shark_clear_least_level(struct sim_usb *device)
{
    ((struct sim_shark *)device)->counters.least_level = SIM_SHARK_RING;
}

double sim_shark_tick_hz(const struct sim_usb *device)
{
    return sim_shark_ring_hz((const struct sim_shark *)device);
}
