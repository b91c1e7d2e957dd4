/* SPDX-License-Identifier: MIT */
#include "sim_idn_inlet.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_HEADER 4
#define LEAST_US 200
#define LEAST_SAMPLES 20 /* says the specification; the open receiver does not mind */
#define MOST_SAMPLES 8192

bool sim_idn_inlet_init(struct sim_idn_inlet *inlet, const struct sim_idn_config *config,
                        struct sim_idn_counters *counters, struct sim_idn_player *player,
                        uint8_t service)
{
    memset(inlet, 0, sizeof *inlet);
    inlet->config = config;
    inlet->counters = counters;
    inlet->player = player;
    inlet->service = service;
    inlet->frame = malloc(SIM_IDN_FRAME_BYTES);
    return inlet->frame != NULL;
}

void sim_idn_inlet_finish(struct sim_idn_inlet *inlet)
{
    free(inlet->frame);
    inlet->frame = NULL;
}

/* ---- Configuration ------------------------------------------------------------------- */

uint16_t sim_idn_inlet_configure(struct sim_idn_inlet *inlet, uint8_t match,
                                 const uint8_t *words, size_t size)
{
    bool same = inlet->configured && match == inlet->match && size == inlet->words_size &&
                memcmp(words, inlet->words, size) == 0;

    if (same) {
        return 0;
    }
    inlet->match = match;
    inlet->words_size = size;
    memcpy(inlet->words, words, size);
    inlet->assembling = false;
    inlet->errors = 0;
    inlet->configured = sim_idn_layout_read(&inlet->layout, words, size / 2);
    if (inlet->config->profile.most_octets > 0 &&
        inlet->layout.size > inlet->config->profile.most_octets) {
        inlet->configured = false;
    }
    if (!inlet->config->profile.reads_dictionary) {
        sim_idn_layout_plain(&inlet->layout);
        inlet->configured = true;
    }
    inlet->counters->bad_dictionaries += !inlet->configured;
    return inlet->configured ? 0 : SIM_IDN_EVENT_NO_CONFIG;
}

void sim_idn_inlet_discard(struct sim_idn_inlet *inlet)
{
    inlet->configured = inlet->assembling = false;
    inlet->errors = 0;
}

void sim_idn_inlet_end(struct sim_idn_inlet *inlet)
{
    sim_idn_inlet_discard(inlet);
    if (!inlet->config->profile.keeps_chronology) {
        inlet->expecting = false;
    }
}

/* ---- Samples ------------------------------------------------------------------------- */

static uint32_t decode(const struct sim_idn_inlet *inlet, const uint8_t *bytes, size_t size,
                       struct sim_idn_sample *samples)
{
    uint32_t count = (uint32_t)(size / inlet->layout.size);

    for (uint32_t k = 0; k < count; k++) {
        samples[k] = sim_idn_layout_decode(&inlet->layout, bytes + k * inlet->layout.size);
    }
    return count;
}

static uint32_t duration_of(const uint8_t *header)
{
    return (uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 | header[3];
}

/* ---- Waves --------------------------------------------------------------------------- */

static uint16_t lose_config(struct sim_idn_inlet *inlet)
{
    if (inlet->config->profile.most_errors == 0 ||
        inlet->errors <= inlet->config->profile.most_errors) {
        return 0;
    }
    inlet->counters->configs_lost++;
    sim_idn_inlet_discard(inlet);
    return 0;
}

/* Sets verdict and gap. The expected stamp moves even with a chunk that is dropped here. */
static uint16_t check_continuity(struct sim_idn_inlet *inlet, struct sim_idn_chunk *chunk)
{
    int32_t off_us = (int32_t)(chunk->timestamp_us - inlet->expected_us);
    bool expected = inlet->expecting && off_us == 0;
    bool first = !inlet->expecting;
    bool scheduled = inlet->config->profile.playback == SIM_IDN_SCHEDULED;

    inlet->expecting = true;
    inlet->expected_us = chunk->timestamp_us + chunk->duration_us;
    if (expected) {
        inlet->errors -= inlet->errors > 0;
        return 0;
    }
    chunk->gap = !first;
    if (first) {
        return 0;
    }
    inlet->counters->gaps++;
    inlet->errors++;
    if (off_us < 0 && !scheduled) {
        chunk->verdict = SIM_IDN_PAST;
    }
    return SIM_IDN_EVENT_CONTINUITY;
}

static uint16_t refuse(struct sim_idn_chunk *chunk, enum sim_idn_verdict verdict,
                       uint16_t event)
{
    chunk->verdict = verdict;
    return event;
}

static bool is_too_short(const struct sim_idn_inlet *inlet,
                         const struct sim_idn_chunk *chunk)
{
    return chunk->samples < 1 || chunk->duration_us < LEAST_US ||
           (inlet->config->profile.strict && chunk->samples < LEAST_SAMPLES);
}

/* The checks, in order. */
static uint16_t classify(struct sim_idn_inlet *inlet, const struct sim_idn_arrival *arrival,
                         struct sim_idn_chunk *chunk)
{
    size_t octets = arrival->size - CHUNK_HEADER;

    if (!inlet->configured) {
        return refuse(chunk, SIM_IDN_NO_CONFIG, SIM_IDN_EVENT_NO_CONFIG);
    }
    if (octets % inlet->layout.size != 0) {
        return refuse(chunk, SIM_IDN_MISALIGNED, 0);
    }
    chunk->samples = (uint32_t)(octets / inlet->layout.size);
    chunk->sample_bytes = (uint16_t)inlet->layout.size;
    if (inlet->config->profile.reads_dictionary &&
        (arrival->bytes[0] >> 4 & 3) != inlet->match) {
        if (inlet->config->profile.strict) {
            sim_idn_inlet_discard(inlet);
        }
        return refuse(chunk, SIM_IDN_MISMATCH, SIM_IDN_EVENT_MISMATCH);
    }
    if (is_too_short(inlet, chunk) || chunk->samples > MOST_SAMPLES) {
        return refuse(chunk, SIM_IDN_TOO_SHORT, SIM_IDN_EVENT_SHORT);
    }
    if (inlet->config->profile.playback == SIM_IDN_FREE_RUNNING) {
        return 0;
    }
    return check_continuity(inlet, chunk);
}

static void count(struct sim_idn_inlet *inlet, const struct sim_idn_chunk *chunk)
{
    struct sim_idn_counters *counters = inlet->counters;

    counters->chunks[chunk->verdict]++;
    counters->samples_received += chunk->samples;
    if (chunk->datagram_bytes > counters->largest_datagram) {
        counters->largest_datagram = chunk->datagram_bytes;
    }
    if (chunk->samples > 0 && chunk->samples < counters->fewest_samples) {
        counters->fewest_samples = chunk->samples;
    }
    if (inlet->config->chunk) {
        inlet->config->chunk(inlet->config->user, chunk);
    }
}

uint16_t sim_idn_inlet_wave(struct sim_idn_inlet *inlet,
                            const struct sim_idn_arrival *arrival)
{
    struct sim_idn_sample samples[MOST_SAMPLES];
    struct sim_idn_chunk chunk = {.time_ns = arrival->time_ns,
                                  .service = inlet->service,
                                  .timestamp_us = arrival->timestamp_us,
                                  .datagram_bytes = arrival->datagram_bytes,
                                  .configured = arrival->configured};
    uint16_t events;

    if (arrival->size < CHUNK_HEADER) {
        return SIM_IDN_EVENT_SHORT;
    }
    chunk.duration_us = duration_of(arrival->bytes);
    events = classify(inlet, arrival, &chunk);
    if (chunk.verdict == SIM_IDN_TAKEN) {
        (void)decode(inlet, arrival->bytes + CHUNK_HEADER, arrival->size - CHUNK_HEADER,
                     samples);
        if (!sim_idn_player_wave(inlet->player, samples, chunk.samples, chunk.timestamp_us,
                                 chunk.duration_us, chunk.gap, chunk.time_ns)) {
            chunk.verdict = SIM_IDN_PAST;
        }
    }
    count(inlet, &chunk);
    return events | lose_config(inlet);
}

/* ---- Frames -------------------------------------------------------------------------- */

static uint16_t show(struct sim_idn_inlet *inlet, uint8_t flags, uint32_t duration_us,
                     const uint8_t *bytes, size_t size, int64_t now_ns)
{
    struct sim_idn_sample *samples;
    uint32_t samples_count;
    bool clears = size == 0 && inlet->config->profile.strict;

    if (size % inlet->layout.size != 0) {
        return 0;
    }
    if (!clears && (size / inlet->layout.size < 2 || duration_us < LEAST_US)) {
        return SIM_IDN_EVENT_SHORT;
    }
    samples = calloc(size / inlet->layout.size + 1, sizeof *samples);
    if (!samples) {
        return 0;
    }
    samples_count = decode(inlet, bytes, size, samples);
    inlet->counters->frames++;
    sim_idn_player_frame(inlet->player, samples, samples_count, duration_us, flags & 1,
                         now_ns);
    free(samples);
    return 0;
}

uint16_t sim_idn_inlet_frame(struct sim_idn_inlet *inlet,
                             const struct sim_idn_arrival *arrival, bool first_of_many)
{
    size_t size = arrival->size - CHUNK_HEADER;
    const uint8_t *bytes = arrival->bytes + CHUNK_HEADER;

    inlet->assembling = false;
    if (!inlet->configured) {
        return SIM_IDN_EVENT_NO_CONFIG;
    }
    if (arrival->size < CHUNK_HEADER) {
        return SIM_IDN_EVENT_SHORT;
    }
    if ((arrival->bytes[0] >> 4 & 3) != inlet->match) {
        return SIM_IDN_EVENT_MISMATCH;
    }
    if (!first_of_many) {
        return show(inlet, arrival->bytes[0], duration_of(arrival->bytes), bytes, size,
                    arrival->time_ns);
    }
    inlet->counters->fragments++;
    inlet->assembling = true;
    inlet->frame_flags = arrival->bytes[0];
    inlet->frame_duration_us = duration_of(arrival->bytes);
    inlet->frame_stamp_us = arrival->timestamp_us;
    inlet->frame_pieces = 1;
    inlet->frame_size = size;
    memcpy(inlet->frame, bytes, size);
    return 0;
}

/* The stamp of a further piece counts the pieces. */
uint16_t sim_idn_inlet_fragment(struct sim_idn_inlet *inlet,
                                const struct sim_idn_arrival *arrival, bool last)
{
    bool next = inlet->assembling &&
                arrival->timestamp_us == inlet->frame_stamp_us + inlet->frame_pieces &&
                inlet->frame_size + arrival->size <= SIM_IDN_FRAME_BYTES;

    inlet->counters->fragments++;
    if (!next) {
        inlet->assembling = false;
        inlet->counters->fragment_errors++;
        return SIM_IDN_EVENT_FRAGMENT;
    }
    memcpy(inlet->frame + inlet->frame_size, arrival->bytes, arrival->size);
    inlet->frame_size += arrival->size;
    inlet->frame_pieces++;
    if (!last) {
        return 0;
    }
    inlet->assembling = false;
    return show(inlet, inlet->frame_flags, inlet->frame_duration_us, inlet->frame,
                inlet->frame_size, arrival->time_ns);
}
