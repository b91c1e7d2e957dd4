/* SPDX-License-Identifier: MIT
 *
 * The command endpoint of the simulated family.
 */
#include "sim_shark_device.h"

#include <string.h>

#define OK 0x00
#define FAILED 0x01
#define UNKNOWN 0xff

static void put32(uint8_t *bytes, uint32_t value)
{
    for (int k = 0; k < 4; k++)
        bytes[k] = (uint8_t)(value >> 8 * k);
}

static uint32_t get32(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* ---- What the opcodes do ------------------------------------------------------------- */

static uint8_t set_output(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    bool good = size >= 2 && bytes[1] <= 1;

    if (good)
        sim_shark_ring_enable(shark, bytes[1] == 1);
    shark->reply_buffer[2] = shark->enabled;
    return good ? OK : FAILED;
}

static uint8_t set_rate(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    uint32_t rate = size >= 5 ? get32(bytes + 1) : 0;

    if (rate == 0 || rate > shark->config.answers.max_rate)
        return FAILED;
    sim_shark_ring_set_rate(shark, rate);
    return OK;
}

static uint8_t clear(struct sim_shark *shark)
{
    if (shark->config.generation == SIM_SHARK_2_1)
        return UNKNOWN;
    sim_shark_ring_clear(shark);
    return OK;
}

static uint32_t reported_free(struct sim_shark *shark)
{
    if (!shark->lies)
        return sim_shark_ring_free(shark);
    shark->lies = false;
    return (uint32_t)shark->level_lie;
}

/* The number behind an opcode that only asks; false: there is none. */
static bool number(struct sim_shark *shark, uint8_t op, uint32_t *value)
{
    const struct sim_shark_answers *answers = &shark->config.answers;

    switch (op) {
    case 0x83:
        *value = shark->rate;
        return true;
    case 0x84:
        *value = answers->max_rate;
        return true;
    case 0x85:
        *value = answers->elements;
        return true;
    case 0x86:
        *value = answers->iso_samples;
        return true;
    case 0x87:
        *value = answers->dac_min;
        return true;
    case 0x88:
        *value = answers->dac_max;
        return true;
    case 0x89:
        *value = answers->ring_size;
        return true;
    case 0x8a:
        *value = reported_free(shark);
        return true;
    case 0x8b:
        *value = answers->major;
        return shark->config.generation != SIM_SHARK_1;
    case 0x8c:
        *value = answers->minor;
        return shark->config.generation != SIM_SHARK_1;
    case 0x8e:
        *value = answers->bulk_samples;
        return answers->has_bulk_samples;
    default:
        return false;
    }
}

static uint8_t obey(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    uint32_t value = 0;

    switch (bytes[0]) {
    case 0x80:
        return set_output(shark, bytes, size);
    case 0x81:
        shark->reply_buffer[2] = shark->enabled;
        return OK;
    case 0x82:
        return set_rate(shark, bytes, size);
    case 0x8d:
        return clear(shark);
    case 0xc0:
        return shark->config.answers.has_runner ? OK : UNKNOWN;
    default:
        if (!number(shark, bytes[0], &value))
            return UNKNOWN;
        put32(shark->reply_buffer + 2, value);
        return OK;
    }
}

/* ---- Replies ------------------------------------------------------------------------- */

static bool take(int64_t *left)
{
    if (*left <= 0)
        return false;
    (*left)--;
    return true;
}

static void queue_reply(struct sim_shark *shark)
{
    struct sim_shark_reply *reply;

    if (shark->reply_count == SIM_SHARK_REPLIES)
        return;
    reply = &shark->replies[shark->reply_count++];
    memcpy(reply->bytes, shark->reply_buffer, sizeof reply->bytes);
    reply->size = sizeof reply->bytes;
    reply->ready_ns = shark->now_ns + shark->config.reply_ns +
                      sim_random_upto(&shark->random, shark->config.reply_jitter_ns);
    for (size_t k = 0; k < sizeof reply->bytes && shark->garbage > 0; k++)
        reply->bytes[k] = (uint8_t)sim_random_next(&shark->random);
    (void)take(&shark->garbage);
    if (take(&shark->wrong_opcode))
        reply->bytes[0] ^= 0x08;
    if (take(&shark->refuse))
        reply->bytes[1] = FAILED;
    if (take(&shark->shorten))
        reply->size = 8;
}

void sim_shark_stray(struct sim_shark *shark, int64_t count)
{
    while (count-- > 0)
        queue_reply(shark);
}

static bool is_hung(const struct sim_shark *shark)
{
    return shark->config.generation == SIM_SHARK_2_1 && shark->refused;
}

int sim_shark_command_out(struct sim_shark *shark, const uint8_t *bytes, size_t size)
{
    uint8_t status;

    if (shark->now_ns < shark->deaf_until_ns || shark->reply_count == SIM_SHARK_REPLIES ||
        is_hung(shark))
        return SIM_USB_NAK;
    if (size == 0)
        return 0;
    shark->counters.commands++;
    status = obey(shark, bytes, size);
    shark->counters.unknown_commands += status == UNKNOWN;
    shark->counters.refused_commands += status == FAILED;
    shark->reply_buffer[0] = bytes[0];
    shark->reply_buffer[1] = status;
    if (shark->config.command)
        shark->config.command(shark->config.user, bytes[0], bytes + 1, size - 1,
                              shark->now_ns);
    if (take(&shark->silent))
        shark->counters.swallowed_commands++;
    else
        queue_reply(shark);
    return 0;
}

int sim_shark_reply_in(struct sim_shark *shark, uint8_t *bytes, size_t size)
{
    struct sim_shark_reply *reply = &shark->replies[0];
    size_t given = reply->size < size ? reply->size : size;

    if (shark->reply_count == 0 || shark->now_ns < reply->ready_ns)
        return SIM_USB_NAK;
    memcpy(bytes, reply->bytes, given);
    shark->reply_count--;
    memmove(shark->replies, shark->replies + 1, shark->reply_count * sizeof *reply);
    return (int)given;
}

int64_t sim_shark_reply_ns(const struct sim_shark *shark)
{
    int64_t next_ns = BJ_NEVER;

    if (shark->reply_count > 0 && shark->replies[0].ready_ns > shark->now_ns)
        next_ns = shark->replies[0].ready_ns;
    if (shark->deaf_until_ns > shark->now_ns && shark->deaf_until_ns < next_ns)
        next_ns = shark->deaf_until_ns;
    return next_ns;
}
