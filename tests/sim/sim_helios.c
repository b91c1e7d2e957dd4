/* SPDX-License-Identifier: MIT */
#include "sim_helios.h"

#include "sim_helios_player.h"
#include "sim_random.h"

#include <stdlib.h>
#include <string.h>

#define PACKET 64
#define BANKS 2
#define RECEIVE_SIZE SIM_HELIOS_BYTES
#define REPLY_SIZE 32
#define ALWAYS_ARMED_SINCE 6 /* this version takes the next frame without being asked */

enum { STOP = 1, SHUTTER, STATUS, FIRMWARE, GET_NAME, SET_NAME, SDK_VERSION, ERASE = 0xde };

struct helios {
    struct sim_usb base;
    struct sim_helios_config config;
    struct sim_helios_counts counts;
    struct sim_helios_player player;
    struct sim_random random;
    int64_t now_ns;
    uint8_t alternate;
    bool shutter;

    uint8_t command[REPLY_SIZE]; /* what is not sent stays from earlier commands */
    uint8_t reply[REPLY_SIZE];
    size_t reply_size; /* 0: the channel is empty */
    int64_t reply_ns;

    bool armed;
    uint8_t received[RECEIVE_SIZE + PACKET];
    size_t received_size;
    uint8_t banks[BANKS][PACKET];
    size_t bank_size[BANKS];
    int banks_full;

    int64_t bus_ms;       /* the bus frame we are in */
    uint32_t bus_packets; /* taken within it */
    bool bus_full;        /* a packet has to wait for the next */

    int64_t lose_replies, late_ns, swallow;
    int wrong_reply; /* -1 none */
    int64_t deaf_commands_ns, deaf_frames_ns;
    uint8_t stalled; /* endpoint; 0 none */
};

static const struct sim_usb_endpoint endpoints[] = {
    {.alternate = 1, .address = 0x83, .type = 3, .packet_size = 32, .interval = 1},
    {.alternate = 1, .address = 0x06, .type = 3, .packet_size = 32, .interval = 1},
    {.alternate = 1, .address = 0x81, .type = 2, .packet_size = 64},
    {.alternate = 1, .address = 0x02, .type = 2, .packet_size = 64},
    {.alternate = 1, .address = 0x84, .type = 1, .packet_size = 1, .interval = 1},
    {.alternate = 1, .address = 0x05, .type = 1, .packet_size = 1, .interval = 1},
};

static const struct sim_usb_descriptor descriptor = {
    .vendor_id = 0x1209,
    .product_id = 0xe500,
    .release = 0x0200,
    .max_packet_0 = 8,
    .max_power = 75,
    .manufacturer = "Gitle Mikkelsen",
    .product = "Helios Laser DAC",
    .endpoints = endpoints,
    .endpoint_count = 6,
    .interfaces = 1,
    .alternates = {2},
};

static struct helios *helios_of(struct sim_usb *device)
{
    return (struct helios *)device;
}

/* ---- Frames -------------------------------------------------------------------------- */

static void receive(struct helios *helios, const uint8_t *bytes, size_t size);

static void arm(struct helios *helios)
{
    int full = helios->banks_full;

    if (helios->armed)
        return;
    helios->armed = true;
    helios->received_size = 0;
    helios->banks_full = 0;
    for (int i = 0; i < full; i++)
        receive(helios, helios->banks[i], helios->bank_size[i]);
}

static bool arms_itself(const struct helios *helios)
{
    return helios->config.firmware >= ALWAYS_ARMED_SINCE;
}

static void complete(struct helios *helios)
{
    size_t size = helios->received_size;
    bool started = false, accepted = false;

    helios->armed = false;
    helios->received_size = 0;
    if (helios->swallow > 0) {
        helios->swallow--;
        helios->counts.dropped[SIM_HELIOS_DROP_FAULT]++;
    } else {
        accepted = sim_helios_player_take(&helios->player, helios->received, size,
                                          helios->now_ns, &started);
    }
    if (accepted && started && arms_itself(helios))
        arm(helios);
}

/* The end of a frame shows in a packet that is not full, and in nothing else. */
static void receive(struct helios *helios, const uint8_t *bytes, size_t size)
{
    size_t points;

    if (!helios->armed) {
        helios->counts.sins[SIM_HELIOS_UNASKED]++;
        memcpy(helios->banks[helios->banks_full], bytes, size);
        helios->bank_size[helios->banks_full++] = size;
        return;
    }
    memcpy(helios->received + helios->received_size, bytes, size);
    helios->received_size += size;
    if (size < PACKET || helios->received_size >= RECEIVE_SIZE) {
        complete(helios);
        return;
    }
    points = (size_t)(bytes[PACKET - 3] | bytes[PACKET - 2] << 8);
    helios->counts.sins[SIM_HELIOS_FULL_PACKET] += points * 7 + 5 == helios->received_size;
}

static bool bus_has_room(struct helios *helios)
{
    int64_t ms = helios->now_ns / BJ_NS_PER_MS;

    if (ms != helios->bus_ms)
        helios->bus_packets = 0;
    helios->bus_ms = ms;
    helios->bus_full = helios->config.packets_per_ms > 0 &&
                       helios->bus_packets >= helios->config.packets_per_ms;
    return !helios->bus_full;
}

static int take_packet(struct helios *helios, const void *bytes, size_t size)
{
    if (helios->now_ns < helios->deaf_frames_ns || !bus_has_room(helios) ||
        (!helios->armed && helios->banks_full == BANKS))
        return SIM_USB_NAK;
    helios->bus_packets++;
    receive(helios, size > 0 ? bytes : helios->received, size);
    return 0;
}

/* ---- Commands ------------------------------------------------------------------------ */

static void reply(struct helios *helios, const uint8_t *bytes, size_t size)
{
    int64_t late_ns = helios->late_ns;

    if (helios->lose_replies > 0) {
        helios->lose_replies--;
        return;
    }
    if (helios->reply_size > 0)
        return; /* one deep: the new one is lost */
    memcpy(helios->reply, bytes, size);
    helios->reply_size = size;
    if (helios->wrong_reply >= 0)
        helios->reply[0] = (uint8_t)helios->wrong_reply;
    helios->wrong_reply = -1;
    helios->late_ns = 0;
    helios->reply_ns = helios->now_ns + helios->config.reply_ns + late_ns +
                       sim_random_upto(&helios->random, helios->config.reply_jitter_ns);
}

static bool answer_status(struct helios *helios)
{
    const uint8_t bytes[2] = {0x80 | STATUS, !helios->player.slot_full};

    helios->counts.sins[SIM_HELIOS_POLL_IN_FRAME] +=
        helios->armed && helios->received_size > 0;
    if (!helios->player.slot_full)
        arm(helios);
    reply(helios, bytes, sizeof bytes);
    return bytes[1];
}

static void answer_firmware(struct helios *helios)
{
    const uint8_t bytes[5] = {0x80 | FIRMWARE, (uint8_t)helios->config.firmware};

    reply(helios, bytes, helios->config.firmware == 1 ? 2 : 5);
}

static void answer_name(struct helios *helios)
{
    uint8_t bytes[REPLY_SIZE] = {0x80 | GET_NAME};

    memcpy(bytes + 1, helios->config.name, SIM_HELIOS_NAME_SIZE);
    reply(helios, bytes, sizeof bytes);
}

static void set_shutter(struct helios *helios, bool open)
{
    helios->counts.shutter_edges += helios->shutter != open;
    helios->shutter = open;
}

static bool obey(struct helios *helios)
{
    switch (helios->command[0]) {
    case STOP:
        sim_helios_player_stop(&helios->player, helios->now_ns);
        if (arms_itself(helios))
            arm(helios);
        break;
    case SHUTTER:
        set_shutter(helios, helios->command[1] != 0);
        break;
    case STATUS:
        return answer_status(helios);
    case FIRMWARE:
        answer_firmware(helios);
        break;
    case GET_NAME:
        if (helios->config.firmware >= 2)
            answer_name(helios);
        break;
    case SET_NAME:
        helios->counts.sins[SIM_HELIOS_NAMED_PLAYING] += helios->player.playing;
        memcpy(helios->config.name, helios->command + 1, SIM_HELIOS_NAME_SIZE);
        break;
    case ERASE:
        helios->counts.sins[SIM_HELIOS_ERASE]++;
        break;
    default:
        break;
    }
    return false;
}

static int take_command(struct helios *helios, const uint8_t *bytes, size_t size)
{
    struct sim_helios_command told = {.time_ns = helios->now_ns};

    if (helios->now_ns < helios->deaf_commands_ns)
        return SIM_USB_NAK;
    helios->counts.sins[SIM_HELIOS_SHORT_COMMAND] += size < 2;
    if (size == 0)
        return 0;
    memcpy(helios->command, bytes, size);
    helios->counts.commands[bytes[0]]++;
    told.opcode = helios->command[0];
    told.argument = helios->command[1];
    told.free = obey(helios);
    if (helios->config.command != NULL)
        helios->config.command(helios->config.user, &told);
    return 0;
}

/* ---- USB ----------------------------------------------------------------------------- */

void sim_helios_run(struct sim_usb *device, int64_t now_ns)
{
    struct helios *helios = helios_of(device);

    helios->now_ns = now_ns;
    sim_helios_player_run(&helios->player, now_ns);
    if (helios->player.freed && arms_itself(helios) && helios->alternate == 1)
        arm(helios);
    helios->player.freed = false;
}

/* Leaving alternate 1 stops everything; entering it takes the first frame. */
static void select_alternate(struct sim_usb *device, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    struct helios *helios = helios_of(device);

    (void)interface;
    sim_helios_run(device, now_ns);
    if (helios->alternate == 1) {
        sim_helios_player_stop(&helios->player, now_ns);
        helios->counts.sins[SIM_HELIOS_LEFT_OPEN] += alternate == 0 && helios->shutter;
    }
    helios->armed = false;
    helios->received_size = helios->reply_size = 0;
    helios->banks_full = 0;
    helios->stalled = 0;
    helios->alternate = alternate;
    if (alternate == 1)
        arm(helios);
}

static int out(struct sim_usb *device, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct helios *helios = helios_of(device);

    sim_helios_run(device, now_ns);
    if (helios->stalled == endpoint)
        return SIM_USB_STALL;
    if (helios->alternate != 1)
        return SIM_USB_NAK;
    if (endpoint == SIM_HELIOS_FRAMES)
        return take_packet(helios, bytes, size);
    return endpoint == SIM_HELIOS_COMMANDS ? take_command(helios, bytes, size)
                                           : SIM_USB_NAK;
}

static int in(struct sim_usb *device, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct helios *helios = helios_of(device);
    size_t given = helios->reply_size;

    sim_helios_run(device, now_ns);
    if (helios->stalled == endpoint)
        return SIM_USB_STALL;
    if (endpoint != SIM_HELIOS_REPLIES || given == 0 || now_ns < helios->reply_ns ||
        given > size)
        return SIM_USB_NAK;
    memcpy(bytes, helios->reply, given);
    helios->reply_size = 0;
    return (int)given;
}

static void clear_halt(struct sim_usb *device, uint8_t endpoint, int64_t now_ns)
{
    struct helios *helios = helios_of(device);

    (void)now_ns;
    if (helios->stalled == endpoint)
        helios->stalled = 0;
}

static int64_t earlier_of(int64_t next_ns, int64_t due_ns, int64_t now_ns)
{
    return due_ns > now_ns && due_ns < next_ns ? due_ns : next_ns;
}

/* Points are caught up with; what waits for something needs a moment of its own. */
static int64_t next_event_ns(struct sim_usb *device, int64_t now_ns)
{
    const struct helios *helios = helios_of(device);
    int64_t next_ns = BJ_NEVER;

    if (helios->reply_size > 0)
        next_ns = earlier_of(next_ns, helios->reply_ns, now_ns);
    if (helios->bus_full)
        next_ns = earlier_of(next_ns, (helios->bus_ms + 1) * BJ_NS_PER_MS, now_ns);
    next_ns = earlier_of(next_ns, helios->deaf_commands_ns, now_ns);
    return earlier_of(next_ns, helios->deaf_frames_ns, now_ns);
}

static void unplug(struct sim_usb *device, int64_t now_ns)
{
    struct helios *helios = helios_of(device);

    sim_helios_run(device, now_ns);
    sim_helios_player_init(&helios->player, &helios->config, &helios->counts,
                           &helios->shutter);
    helios->armed = helios->shutter = helios->bus_full = false;
    helios->alternate = helios->stalled = 0;
    helios->received_size = helios->reply_size = 0;
    helios->banks_full = 0;
    helios->deaf_commands_ns = helios->deaf_frames_ns = 0;
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

struct sim_helios_config sim_helios_defaults(void)
{
    return (struct sim_helios_config){
        .firmware = 5,
        .name = "Helios -1450708",
        .reply_ns = 1500000,
        .packets_per_ms = 19,
        .stretch_ns = 3000,
        .seed = 1,
    };
}

struct sim_usb *sim_helios_create(const struct sim_helios_config *config)
{
    struct helios *helios = calloc(1, sizeof *helios);

    if (helios == NULL)
        return NULL;
    helios->base = (struct sim_usb){.ops = &ops, .descriptor = &descriptor};
    helios->config = *config;
    helios->random.state = config->seed;
    helios->wrong_reply = -1;
    sim_helios_player_init(&helios->player, &helios->config, &helios->counts,
                           &helios->shutter);
    return &helios->base;
}

void sim_helios_destroy(struct sim_usb *device)
{
    free(device);
}

const struct sim_helios_counts *sim_helios_counts(const struct sim_usb *device)
{
    return &((const struct helios *)device)->counts;
}

bool sim_helios_shutter(const struct sim_usb *device)
{
    return ((const struct helios *)device)->shutter;
}

bool sim_helios_is_lit(const struct sim_usb *device)
{
    const struct sim_helios_point *is = &((const struct helios *)device)->player.output;

    return (is->r | is->g | is->b | is->i) != 0;
}

static void lay_stale(struct helios *helios)
{
    const uint8_t bytes[2] = {0x80 | STATUS, 1};

    memcpy(helios->reply, bytes, sizeof bytes);
    helios->reply_size = sizeof bytes;
    helios->reply_ns = helios->now_ns;
}

void sim_helios_fault(struct sim_usb *device, int64_t now_ns, enum sim_helios_fault fault,
                      int64_t value)
{
    struct helios *helios = helios_of(device);

    sim_helios_run(device, now_ns);
    switch (fault) {
    case SIM_HELIOS_LOSE_REPLIES:
        helios->lose_replies = value;
        break;
    case SIM_HELIOS_LATE_REPLY:
        helios->late_ns = value;
        break;
    case SIM_HELIOS_WRONG_REPLY:
        helios->wrong_reply = (int)value;
        break;
    case SIM_HELIOS_STALE_REPLY:
        lay_stale(helios);
        break;
    case SIM_HELIOS_SWALLOW:
        helios->swallow = value;
        break;
    case SIM_HELIOS_DEAF_COMMANDS:
        helios->deaf_commands_ns = now_ns + value;
        break;
    case SIM_HELIOS_DEAF_FRAMES:
        helios->deaf_frames_ns = now_ns + value;
        break;
    case SIM_HELIOS_STALL:
        helios->stalled = (uint8_t)value;
        break;
    case SIM_HELIOS_FREEZE:
        sim_helios_player_freeze(&helios->player, now_ns, value);
        break;
    }
}
