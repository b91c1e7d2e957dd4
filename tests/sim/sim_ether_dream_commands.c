/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_device.h"

#include <string.h>

enum { ACK = 'a', NAK_INVALID = 'I', NAK_FULL = 'F', NAK_STOP = '!' };

static uint16_t get16(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t get32(const uint8_t *from)
{
    return get16(from) | (uint32_t)get16(from + 2) << 16;
}

static void put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, (uint16_t)value);
    put16(to + 2, (uint16_t)(value >> 16));
}

void sim_ed_put_status(uint8_t to[20], const struct sim_ed_status *status)
{
    to[0] = 0; /* protocol */
    to[1] = status->light_engine;
    to[2] = status->playback;
    to[3] = status->source;
    put16(to + 4, status->light_engine_flags);
    put16(to + 6, status->playback_flags);
    put16(to + 8, status->source == 0 ? 0 : 1); /* the source plays */
    put16(to + 10, status->fullness);
    put32(to + 12, status->point_rate);
    put32(to + 16, status->point_count);
}

/* ---- Replies
 * ----------------------------------------------------------------------------------- */

static void count_reply(struct sim_ed_counters *counters, uint8_t code)
{
    counters->acks += code == ACK;
    counters->naks_invalid += code == NAK_INVALID;
    counters->naks_full += code == NAK_FULL;
    counters->naks_stop += code == NAK_STOP;
}

static void send_status(struct sim_ed_device *device, int connection, uint8_t code,
                        uint8_t opcode, struct sim_ed_status status)
{
    uint16_t step = device->config.fullness_step;
    uint8_t reply[SIM_ED_REPLY] = {code, opcode};

    if (step > 1) {
        status.fullness = (uint16_t)(status.fullness - status.fullness % step);
    }
    sim_ed_put_status(reply + 2, &status);
    sim_ed_send(device, &device->connections[connection], reply, sizeof reply);
}

/* Everything is written down before the client can know it. */
static void finish(struct sim_ed_device *device, struct sim_ed_command *command,
                   uint8_t code)
{
    command->time_ns = device->now_ns;
    command->reply = code;
    command->after = sim_ed_player_status(&device->player);
    count_reply(&device->counters, code);
    if (device->config.command) {
        device->config.command(device->config.user, command);
    }
    if (code != 0 && code != 'v') {
        bool before = command->opcode == 'd' && device->config.tells_before;
        send_status(device, command->connection, code, command->opcode,
                    before ? command->before : command->after);
    }
}

void sim_ed_hello(struct sim_ed_device *device, int connection)
{
    if (!device->hung) {
        send_status(device, connection, ACK, '?', sim_ed_player_status(&device->player));
    }
}

/* ---- Commands of fixed size
 * -------------------------------------------------------------------- */

static uint8_t prepare(struct sim_ed_device *device)
{
    if (!sim_ed_player_prepare(&device->player)) {
        return NAK_INVALID;
    }
    device->counters.prepares++;
    return ACK;
}

static uint8_t stop(struct sim_ed_device *device)
{
    if (!sim_ed_player_stop(&device->player)) {
        return NAK_INVALID;
    }
    device->counters.stops++;
    return ACK;
}

static uint8_t estop(struct sim_ed_device *device)
{
    device->counters.estops++;
    sim_ed_player_estop(&device->player, SIM_ED_CAUSE_LATCHED);
    return ACK;
}

static uint8_t clear(struct sim_ed_device *device)
{
    device->counters.clears++;
    return sim_ed_player_clear(&device->player, SIM_ED_CAUSE_LATCHED) ? ACK : NAK_STOP;
}

static uint8_t ping(struct sim_ed_device *device)
{
    device->counters.pings++;
    return ACK;
}

static uint8_t begin(struct sim_ed_device *device, uint32_t rate)
{
    if (device->player.playback == SIM_ED_IDLE) {
        device->counters.begins_ignored++; /* acknowledged all the same */
    } else if (device->player.playback == SIM_ED_PREPARED) {
        device->counters.begins++;
        device->last_data_ns = device->now_ns;
    }
    sim_ed_player_begin(&device->player, rate);
    return ACK;
}

static uint8_t update(struct sim_ed_device *device, uint32_t rate)
{
    device->counters.rate_updates++;
    sim_ed_player_set_rate(&device->player, rate);
    return ACK;
}

static uint8_t queue_rate(struct sim_ed_device *device, uint32_t rate)
{
    if (sim_ed_player_queue_rate(&device->player, rate)) {
        device->counters.rates_queued++;
    } else {
        device->counters.rates_dropped++; /* acknowledged all the same */
    }
    return ACK;
}

static uint8_t execute(struct sim_ed_device *device, uint8_t opcode, uint32_t rate)
{
    switch (opcode) {
    case 'p':
        return prepare(device);
    case 'b':
        return begin(device, rate);
    case 'u':
        return update(device, rate);
    case 'q':
        return queue_rate(device, rate);
    case 's':
        return stop(device);
    case 0x00:
    case 0xff:
        return estop(device);
    case 'c':
        return clear(device);
    default:
        return ping(device);
    }
}

static void send_version(struct sim_ed_device *device, struct sim_ed_command *command)
{
    uint8_t reply[SIM_ED_VERSION] = {0};

    strncpy((char *)reply, device->config.profile.version, SIM_ED_VERSION - 1);
    finish(device, command, 'v');
    sim_ed_send(device, &device->connections[command->connection], reply, sizeof reply);
}

/* Rate 0 stops the timer and with it the device. */
static void die(struct sim_ed_device *device)
{
    device->counters.rate_zero++;
    if (device->config.profile.rate_zero_reboots) {
        device->reboot_ns = device->now_ns + 20 * BJ_NS_PER_MS;
    }
    device->player.dead = device->hung = true;
}

/* 0 = unknown. */
static size_t command_size(const struct sim_ed_device *device, uint8_t opcode)
{
    switch (opcode) {
    case 'p':
    case 's':
    case 'c':
    case '?':
    case 0x00:
    case 0xff:
        return 1;
    case 'v':
        return device->config.profile.sw_revision >= 2 ? 1 : 0;
    case 'd':
        return 3;
    case 'q':
        return 5;
    case 'b':
    case 'u':
        return 7;
    default:
        return 0;
    }
}

static uint32_t argument(uint8_t opcode, const uint8_t *bytes)
{
    switch (opcode) {
    case 'd':
        return get16(bytes + 1);
    case 'q':
        return get32(bytes + 1);
    case 'b':
    case 'u':
        return get32(bytes + 3);
    default:
        return 0;
    }
}

/* ---- Data
 * ------------------------------------------------------------------------------------------
 */

static void end_data(struct sim_ed_device *device, struct sim_ed_data *data)
{
    bool playing = device->player.playback == SIM_ED_PLAYING;

    if (playing && data->stored > 0) {
        int64_t gap_ns = device->now_ns - device->last_data_ns;
        if (gap_ns > device->counters.longest_data_gap_ns) {
            device->counters.longest_data_gap_ns = gap_ns;
        }
    }
    device->last_data_ns = device->now_ns;
    data->command.stored = data->stored;
    finish(device, &data->command, data->silent ? 0 : data->aborted ? data->refusal : ACK);
}

static void begin_data(struct sim_ed_device *device, struct sim_ed_data *data,
                       const struct sim_ed_command *command, uint8_t refusal, bool silent)
{
    struct sim_ed_status status = command->before;

    if (status.playback == SIM_ED_PLAYING &&
        status.fullness < device->counters.min_fullness) {
        device->counters.min_fullness = status.fullness;
    }
    device->counters.data_commands++;
    *data = (struct sim_ed_data){.left = command->argument, .command = *command};
    if (command->argument > 0 && refusal == 0 && device->pending.nak_data > 0) {
        device->pending.nak_data--;
        device->counters.faults++;
        refusal = device->pending.nak_code;
    }
    data->aborted = refusal != 0;
    data->refusal = refusal;
    data->silent = silent;
    if (data->left == 0) {
        end_data(device, data);
    }
}

static struct sim_ed_point decode_point(const uint8_t *from)
{
    return (struct sim_ed_point){
        .control = get16(from),
        .x = (int16_t)get16(from + 2),
        .y = (int16_t)get16(from + 4),
        .r = get16(from + 6),
        .g = get16(from + 8),
        .b = get16(from + 10),
        .i = get16(from + 12),
        .u1 = get16(from + 14),
        .u2 = get16(from + 16),
    };
}

static void take_point(struct sim_ed_device *device, int connection, const uint8_t *from)
{
    struct sim_ed_data *data = &device->connections[connection].data;
    struct sim_ed_counters *counters = &device->counters;
    struct sim_ed_point point = decode_point(from);
    bool full = device->player.playback != SIM_ED_IDLE;

    counters->points_received++;
    counters->lit_received += point.r || point.g || point.b || point.i;
    if (!data->aborted && sim_ed_player_store(&device->player, &point)) {
        device->streaming = connection;
        counters->points_stored++;
        data->stored++;
    } else if (!data->aborted) {
        data->aborted = true;
        data->refusal = full && device->config.profile.says_full ? NAK_FULL : NAK_INVALID;
    }
    uint32_t fullness = sim_ed_player_status(&device->player).fullness;
    if (fullness > counters->max_fullness) {
        counters->max_fullness = fullness;
    }
    if (--data->left == 0) {
        counters->points_refused += data->command.argument - data->stored;
        end_data(device, data);
    }
}

/* ---- The stream of bytes
 * ----------------------------------------------------------------------- */

static void close_on_bad_opcode(struct sim_ed_device *device,
                                struct sim_ed_connection *connection,
                                struct sim_ed_command *command)
{
    device->counters.bad_opcodes++;
    finish(device, command, 0);
    sim_line_end(&connection->line,
                 device->config.profile.bad_opcode_resets ? SIM_LINK_RESET : SIM_LINK_FIN);
}

static uint8_t spoiled(struct sim_ed_device *device, bool *silent)
{
    if (device->pending.swallow > 0) {
        device->pending.swallow--;
        device->counters.faults++;
        *silent = true;
        return NAK_INVALID;
    }
    if (device->pending.nak_all > 0) {
        device->pending.nak_all--;
        device->counters.faults++;
        return NAK_INVALID;
    }
    return 0;
}

static void run_command(struct sim_ed_device *device, struct sim_ed_command *command)
{
    bool silent = false;
    uint8_t refusal = spoiled(device, &silent);

    device->counters.commands++;
    if (command->opcode == 'd') {
        struct sim_ed_data *data = &device->connections[command->connection].data;
        begin_data(device, data, command, refusal, silent);
    } else if (refusal) {
        finish(device, command, silent ? 0 : refusal);
    } else if (command->opcode == 'v') {
        send_version(device, command);
    } else {
        finish(device, command, execute(device, command->opcode, command->argument));
    }
}

/* Returns the bytes taken: all of the command, or one if the rate is beyond the limit. */
static size_t take_command(struct sim_ed_device *device, int connection,
                           const uint8_t *bytes, size_t size)
{
    bool has_rate = bytes[0] == 'b' || bytes[0] == 'u' || bytes[0] == 'q';
    struct sim_ed_command command = {
        .connection = connection,
        .opcode = bytes[0],
        .argument = argument(bytes[0], bytes),
        .before = sim_ed_player_status(&device->player),
    };

    if (has_rate && command.argument > device->config.profile.max_rate) {
        device->counters.commands++;
        device->counters.rates_over_max++;
        finish(device, &command, NAK_INVALID);
        return 1;
    }
    if (has_rate && command.argument == 0 && bytes[0] != 'q') {
        device->counters.commands++;
        finish(device, &command, 0);
        die(device);
        return size;
    }
    run_command(device, &command);
    return size;
}

size_t sim_ed_consume(struct sim_ed_device *device, int connection, const uint8_t *bytes,
                      size_t size)
{
    struct sim_ed_connection *from = &device->connections[connection];
    size_t done = 0;

    while (done < size && from->line.end == SIM_LINK_OPEN && !device->hung) {
        if (from->data.left > 0) {
            if (size - done < SIM_ED_POINT) {
                break;
            }
            take_point(device, connection, bytes + done);
            done += SIM_ED_POINT;
            continue;
        }
        size_t wanted = command_size(device, bytes[done]);
        if (wanted == 0) {
            struct sim_ed_command command = {.connection = connection,
                                             .opcode = bytes[done]};
            command.before = sim_ed_player_status(&device->player);
            close_on_bad_opcode(device, from, &command);
            break;
        }
        if (size - done < wanted) {
            break;
        }
        done += take_command(device, connection, bytes + done, wanted);
    }
    return from->line.end == SIM_LINK_OPEN && !device->hung ? done : size;
}

void sim_ed_other_client(struct sim_ed_device *device, uint8_t opcode)
{
    if (command_size(device, opcode) == 1 && opcode != 'v') {
        execute(device, opcode, 0);
    }
}
