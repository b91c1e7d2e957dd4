/* SPDX-License-Identifier: MIT */
#include "sim_datagrams.h"

#include <stdlib.h>
#include <string.h>

#define REORDER_NS (3 * BJ_NS_PER_MS)

bool sim_datagrams_init(struct sim_datagrams *way,
                        const struct sim_datagrams_config *config, uint64_t seed)
{
    *way = (struct sim_datagrams){
        .config = *config,
        .random.state = seed,
        .waiting = calloc(SIM_DATAGRAMS, sizeof *way->waiting),
    };
    return way->waiting != NULL;
}

void sim_datagrams_finish(struct sim_datagrams *way)
{
    free(way->waiting);
    way->waiting = NULL;
}

void sim_datagrams_set(struct sim_datagrams *way, const struct sim_datagrams_config *config)
{
    way->config = *config;
}

/* Also when it cannot happen, chance moves on: one option does not change all others. */
static bool happens(struct sim_datagrams *way, double probability)
{
    uint64_t drawn = sim_random_next(&way->random) >> 11;

    return (double)drawn < probability * 9007199254740992.0;
}

/* Not before what set out before it. */
static int64_t in_order_ns(const struct sim_datagrams *way, int64_t sent_ns, int64_t due_ns)
{
    for (uint32_t n = 0; n < way->count; n++) {
        const struct sim_datagram *other = &way->waiting[n];
        if (other->sent_ns <= sent_ns && other->in_order_ns > due_ns) {
            due_ns = other->in_order_ns;
        }
    }
    return due_ns;
}

static void plan_arrival(struct sim_datagrams *way, struct sim_datagram *datagram,
                         int64_t now_ns)
{
    const struct sim_datagrams_config *config = &way->config;
    int64_t late_ns = sim_random_upto(&way->random, config->jitter_ns);

    datagram->sent_ns = now_ns;
    datagram->in_order_ns = in_order_ns(way, now_ns, now_ns + config->latency_ns + late_ns);
    datagram->due_ns = datagram->in_order_ns;
    if (happens(way, config->reorder)) {
        way->reordered++;
        datagram->due_ns += config->reorder_ns ? config->reorder_ns : REORDER_NS;
    }
}

static void send_one(struct sim_datagrams *way, uint16_t port, struct bj_address peer,
                     const void *bytes, size_t size, int64_t now_ns)
{
    struct sim_datagram *datagram = &way->waiting[way->count];

    if (way->count == SIM_DATAGRAMS) {
        way->lost++;
        return;
    }
    plan_arrival(way, datagram, now_ns);
    datagram->number = way->numbers++;
    datagram->port = port;
    datagram->peer = peer;
    datagram->size = (uint16_t)size;
    memcpy(datagram->bytes, bytes, size);
    way->count++;
}

void sim_datagrams_put(struct sim_datagrams *way, uint16_t port, struct bj_address peer,
                       const void *bytes, size_t size, int64_t now_ns)
{
    bool lost = happens(way, way->config.loss);
    bool doubled = happens(way, way->config.duplicate);

    way->put++;
    if (way->drop > 0) {
        way->drop--;
        lost = true;
    }
    if (lost || size == 0 || size > SIM_DATAGRAM_BYTES) {
        way->lost++;
        return;
    }
    send_one(way, port, peer, bytes, size, now_ns);
    if (doubled) {
        way->doubled++;
        send_one(way, port, peer, bytes, size, now_ns);
    }
}

static int64_t due_ns(const struct sim_datagrams *way, const struct sim_datagram *datagram)
{
    return datagram->due_ns < way->stalled_until_ns ? way->stalled_until_ns
                                                    : datagram->due_ns;
}

/* By arrival; what a stall held back comes as it would have come. NULL: nothing waits. */
static const struct sim_datagram *first(const struct sim_datagrams *way)
{
    const struct sim_datagram *best = NULL;

    for (uint32_t n = 0; n < way->count; n++) {
        const struct sim_datagram *other = &way->waiting[n];
        if (!best || other->due_ns < best->due_ns ||
            (other->due_ns == best->due_ns && other->number < best->number)) {
            best = other;
        }
    }
    return best;
}

int64_t sim_datagrams_due_ns(const struct sim_datagrams *way)
{
    const struct sim_datagram *next = first(way);

    return next ? due_ns(way, next) : BJ_NEVER;
}

size_t sim_datagrams_take(struct sim_datagrams *way, uint16_t *port,
                          struct bj_address *peer, void *bytes, size_t size, int64_t now_ns)
{
    const struct sim_datagram *next = first(way);
    size_t given;

    if (!next || due_ns(way, next) > now_ns) {
        return 0;
    }
    given = next->size < size ? next->size : size;
    *port = next->port;
    *peer = next->peer;
    memcpy(bytes, next->bytes, given);
    way->count--;
    way->waiting[next - way->waiting] = way->waiting[way->count];
    return given;
}

void sim_datagrams_stall(struct sim_datagrams *way, int64_t until_ns)
{
    way->stalled_until_ns = until_ns;
}

void sim_datagrams_drop(struct sim_datagrams *way, int64_t count)
{
    way->drop += count;
}

void sim_datagrams_clear(struct sim_datagrams *way)
{
    way->count = 0;
}
