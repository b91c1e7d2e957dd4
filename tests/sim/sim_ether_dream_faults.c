/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_device.h"

static void stall_lines(struct sim_ed_device *device, int64_t until_ns)
{
    if (until_ns > device->stalled_until_ns) {
        device->stalled_until_ns = until_ns;
    }
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used) {
            sim_line_stall(&device->connections[c].line, until_ns);
        }
    }
}

static void reset_all(struct sim_ed_device *device)
{
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used) {
            sim_line_end(&device->connections[c].line, SIM_LINK_RESET);
        }
    }
}

static void unplug(struct sim_ed_device *device, int64_t for_ns)
{
    device->cable_until_ns = device->now_ns + for_ns;
    stall_lines(device, device->cable_until_ns);
    sim_ed_player_estop(&device->player, SIM_ED_CAUSE_CABLE);
}

static void interlock(struct sim_ed_device *device, bool open)
{
    if (open) {
        sim_ed_player_estop(&device->player, SIM_ED_CAUSE_LATCHED);
        sim_ed_player_estop(&device->player, SIM_ED_CAUSE_INPUT);
    } else {
        sim_ed_player_clear(&device->player, SIM_ED_CAUSE_INPUT);
    }
}

/* Noise bits keep their low byte and take another upper one with every boot. */
void sim_ed_reboot(struct sim_ed_device *device, int64_t silent_ns)
{
    uint64_t chance = sim_random_next(&device->random);

    device->counters.reboots++;
    reset_all(device);
    sim_ed_player_reset(&device->player);
    if (device->config.profile.noise_bits) {
        device->player.noise_bits =
            (uint16_t)((device->config.profile.noise_bits & 0xff) | (chance & 0xff) << 8);
    }
    device->hung = false;
    device->streaming = -1;
    device->pending = (struct sim_ed_pending){.reset_after = -1, .cut_after = -1};
    device->down_until_ns = device->now_ns + silent_ns;
    device->reboot_ns = BJ_NEVER;
}

static void send_strays(struct sim_ed_device *device, int64_t count)
{
    for (int c = 0; c < SIM_ED_SLOTS; c++) {
        if (device->connections[c].used && !device->connections[c].left) {
            for (int64_t n = 0; n < count && n < 100; n++) {
                sim_ed_hello(device, c);
            }
        }
    }
}

static void refuse_data(struct sim_ed_device *device, uint8_t code, int64_t count)
{
    device->pending.nak_code = code;
    device->pending.nak_data = count;
}

static void apply(struct sim_ed_device *device, enum sim_ed_fault fault, int64_t value)
{
    struct sim_ed_pending *pending = &device->pending;

    device->counters.faults++;
    switch (fault) {
    case SIM_ED_ESTOP:
        sim_ed_player_estop(&device->player, SIM_ED_CAUSE_LATCHED);
        break;
    case SIM_ED_INTERLOCK:
        interlock(device, value != 0);
        break;
    case SIM_ED_UNDERFLOW:
        sim_ed_player_run_dry(&device->player);
        break;
    case SIM_ED_REBOOT:
        sim_ed_reboot(device, value);
        break;
    case SIM_ED_STALL:
        stall_lines(device, device->now_ns + value);
        break;
    case SIM_ED_CABLE:
        unplug(device, value);
        break;
    case SIM_ED_RESET:
        pending->reset_after = value;
        if (value == 0) {
            reset_all(device);
            pending->reset_after = -1;
        }
        break;
    case SIM_ED_CUT:
        pending->cut_after = value;
        break;
    case SIM_ED_NAK_INVALID:
        refuse_data(device, 'I', value);
        break;
    case SIM_ED_NAK_FULL:
        refuse_data(device, 'F', value);
        break;
    case SIM_ED_NAK_ALL:
        pending->nak_all = value;
        break;
    case SIM_ED_GARBAGE:
        pending->garbage = value;
        break;
    case SIM_ED_STRAY:
        send_strays(device, value);
        break;
    case SIM_ED_SWALLOW:
        pending->swallow = value;
        break;
    case SIM_ED_SOURCE:
        sim_ed_player_set_source(&device->player, (uint8_t)value);
        break;
    case SIM_ED_OTHER_CLIENT:
        sim_ed_other_client(device, (uint8_t)value);
        break;
    case SIM_ED_BROADCASTS:
        device->broadcast_kind = (uint8_t)value;
        break;
    case SIM_ED_LISTEN:
        device->deaf = value == 0;
        break;
    case SIM_ED_PLAYED:
        device->player.count += (uint32_t)value;
        break;
    case SIM_ED_HANG:
        device->player.dead = device->hung = true;
        break;
    case SIM_ED_FAULTS:
        break;
    }
}

/* ---- Replies
 * --------------------------------------------------------------------------------- */

static void count_sent(struct sim_ed_device *device, size_t size)
{
    device->counters.bytes_out += size;
    if (device->pending.reset_after > 0 && --device->pending.reset_after == 0) {
        device->pending.reset_after = -1;
        reset_all(device);
    }
}

void sim_ed_send(struct sim_ed_device *device, struct sim_ed_connection *connection,
                 const uint8_t *reply, size_t size)
{
    struct sim_line *line = &connection->line;
    uint64_t dropped = line->replies_dropped;
    uint8_t spoiled[SIM_ED_VERSION];

    if (device->pending.cut_after >= 0) {
        size_t kept = (size_t)device->pending.cut_after;
        sim_line_reply(line, reply, kept < size ? kept : size, device->now_ns);
        sim_line_end(line, SIM_LINK_RESET);
        device->pending.cut_after = -1;
        return;
    }
    if (device->pending.garbage > 0) {
        device->pending.garbage--;
        for (size_t n = 0; n < size; n++) {
            spoiled[n] = (uint8_t)sim_random_next(&device->random);
        }
        reply = spoiled;
    }
    sim_line_reply(line, reply, size, device->now_ns);
    device->counters.replies_dropped += line->replies_dropped - dropped;
    count_sent(device, size);
}

/* ---- Later
 * ---------------------------------------------------------------------------------------
 */

void sim_ed_apply_scheduled(struct sim_ed_device *device)
{
    struct sim_scheduled due;

    while (sim_schedule_take(&device->schedule, device->now_ns, &due)) {
        apply(device, (enum sim_ed_fault)due.what, due.value);
    }
}

bool sim_ed_fault_at(struct sim_host *host, int64_t at_ns, enum sim_ed_fault fault,
                     int64_t value)
{
    return sim_schedule_add(&sim_ed_device(host)->schedule, at_ns, (int)fault, value);
}

void sim_ed_fault(struct sim_host *host, int64_t now_ns, enum sim_ed_fault fault,
                  int64_t value)
{
    sim_ed_advance(host, now_ns);
    apply(sim_ed_device(host), fault, value);
}
