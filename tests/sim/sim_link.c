/* SPDX-License-Identifier: MIT */
#include "sim_link.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_BYTES 65536u
#define STREAM_SEGMENTS 1024u

/* ---- A queue of segments
 * ------------------------------------------------------------------- */

static bool stream_init(struct sim_stream *stream)
{
    memset(stream, 0, sizeof *stream);
    stream->bytes = malloc(STREAM_BYTES);
    stream->segments = malloc(STREAM_SEGMENTS * sizeof *stream->segments);
    return stream->bytes && stream->segments;
}

static void stream_finish(struct sim_stream *stream)
{
    free(stream->bytes);
    free(stream->segments);
    memset(stream, 0, sizeof *stream);
}

static void stream_push(struct sim_stream *stream, const uint8_t *bytes, size_t size,
                        int64_t due_ns)
{
    uint32_t at = (stream->first_byte + stream->byte_count) % STREAM_BYTES;
    size_t till_end = STREAM_BYTES - at;
    size_t head = size < till_end ? size : till_end;
    uint32_t last;

    memcpy(stream->bytes + at, bytes, head);
    memcpy(stream->bytes, bytes + head, size - head);
    stream->byte_count += (uint32_t)size;
    if (stream->segment_count < STREAM_SEGMENTS) {
        last = (stream->first_segment + stream->segment_count++) % STREAM_SEGMENTS;
        stream->segments[last].size = 0;
    } else {
        last = (stream->first_segment + stream->segment_count - 1) % STREAM_SEGMENTS;
    }
    stream->segments[last].size += (uint32_t)size;
    stream->segments[last].due_ns = due_ns;
    stream->last_due_ns = due_ns;
}

static size_t stream_pop(struct sim_stream *stream, uint8_t *bytes, size_t size)
{
    struct sim_segment *first = &stream->segments[stream->first_segment];
    size_t taken = size < first->size ? size : first->size;
    size_t till_end = STREAM_BYTES - stream->first_byte;
    size_t head = taken < till_end ? taken : till_end;

    memcpy(bytes, stream->bytes + stream->first_byte, head);
    memcpy(bytes + head, stream->bytes, taken - head);
    stream->first_byte = (stream->first_byte + (uint32_t)taken) % STREAM_BYTES;
    stream->byte_count -= (uint32_t)taken;
    first->size -= (uint32_t)taken;
    if (first->size == 0) {
        stream->first_segment = (stream->first_segment + 1) % STREAM_SEGMENTS;
        stream->segment_count--;
    }
    return taken;
}

/* ---- Time on the way
 * -------------------------------------------------------------------------- */

static int64_t after_stalls(const struct sim_line *line, int64_t due_ns)
{
    const struct sim_link_config *config = &line->config;

    if (due_ns < line->stalled_until_ns) {
        due_ns = line->stalled_until_ns;
    }
    if (config->stall_every_ns > 0 && due_ns != BJ_NEVER) {
        int64_t left_ns = config->stall_every_ns - due_ns % config->stall_every_ns;
        if (left_ns <= config->stall_for_ns) {
            due_ns += left_ns;
        }
    }
    return due_ns;
}

static bool is_quiet(const struct sim_link_config *config, int64_t now_ns)
{
    return config->burst_every_ns > 0 &&
           now_ns % config->burst_every_ns < config->burst_every_ns - config->burst_for_ns;
}

static bool happens(struct sim_random *random, uint32_t percent)
{
    return percent > 0 && sim_random_upto(random, 99) < percent;
}

static int64_t reply_delay_ns(struct sim_line *line)
{
    const struct sim_link_config *config = &line->config;
    int64_t delay_ns =
        config->reply_latency_ns + sim_random_upto(&line->random, config->reply_jitter_ns);

    return delay_ns +
           (happens(&line->random, config->lost_percent) ? config->resend_ns : 0);
}

static int64_t arrival_ns(struct sim_line *line, const struct sim_stream *stream,
                          int64_t now_ns)
{
    const struct sim_link_config *config = &line->config;
    int64_t due_ns = now_ns + config->latency_ns;

    if (!is_quiet(config, now_ns)) {
        due_ns += sim_random_upto(&line->random, config->jitter_ns);
    }
    if (happens(&line->random, config->stray_percent)) {
        due_ns += sim_random_upto(&line->random, config->stray_ns);
    }
    if (stream == &line->out) {
        due_ns += reply_delay_ns(line);
    }
    return due_ns > stream->last_due_ns ? due_ns : stream->last_due_ns;
}

static int64_t head_due_ns(const struct sim_line *line, const struct sim_stream *stream)
{
    if (stream->segment_count == 0) {
        return BJ_NEVER;
    }
    return after_stalls(line, stream->segments[stream->first_segment].due_ns);
}

/* One piece of the first segment; the rest of a fragmented one arrives after the gap. */
static size_t take(struct sim_line *line, struct sim_stream *stream, uint8_t *bytes,
                   size_t size, int64_t now_ns)
{
    uint32_t fragment = line->config.fragment_bytes;
    uint32_t before = stream->segment_count;
    size_t taken;

    if (head_due_ns(line, stream) > now_ns) {
        return 0;
    }
    taken = stream_pop(stream, bytes, fragment && fragment < size ? fragment : size);
    if (fragment && stream->segment_count > 0) {
        struct sim_segment *next = &stream->segments[stream->first_segment];
        int64_t earliest_ns = now_ns + line->config.fragment_gap_ns;
        if (stream->segment_count == before || next->due_ns < earliest_ns) {
            next->due_ns = earliest_ns;
        }
    }
    return taken;
}

/* ---- The line
 * ------------------------------------------------------------------------------- */

bool sim_line_init(struct sim_line *line, const struct sim_link_config *config,
                   uint64_t seed)
{
    memset(line, 0, sizeof *line);
    line->config = *config;
    line->random.state = seed;
    line->in_closed_ns = BJ_NEVER;
    line->end = SIM_LINK_OPEN;
    bool in = stream_init(&line->in);
    bool out = stream_init(&line->out);
    if (!in || !out) {
        sim_line_finish(line);
        return false;
    }
    return true;
}

void sim_line_finish(struct sim_line *line)
{
    stream_finish(&line->in);
    stream_finish(&line->out);
}

static size_t limited(uint32_t limit)
{
    return limit == 0 || limit > STREAM_BYTES ? STREAM_BYTES : limit;
}

size_t sim_line_send(struct sim_line *line, const void *bytes, size_t size, int64_t now_ns)
{
    size_t window = limited(line->config.window_bytes);
    size_t room = line->in.byte_count < window ? window - line->in.byte_count : 0;
    size_t taken = size < room ? size : room;

    if (line->end != SIM_LINK_OPEN) {
        return size; /* a dead connection swallows what is still sent */
    }
    if (taken > 0) {
        stream_push(&line->in, bytes, taken, arrival_ns(line, &line->in, now_ns));
    }
    return taken;
}

void sim_line_send_end(struct sim_line *line, int64_t now_ns)
{
    line->in_closed_ns = arrival_ns(line, &line->in, now_ns);
}

int64_t sim_line_due_ns(const struct sim_line *line)
{
    if (line->in.segment_count > 0) {
        return head_due_ns(line, &line->in);
    }
    return after_stalls(line, line->in_closed_ns);
}

size_t sim_line_receive(struct sim_line *line, void *bytes, size_t size, int64_t now_ns)
{
    return take(line, &line->in, bytes, size, now_ns);
}

bool sim_line_ended(const struct sim_line *line, int64_t now_ns)
{
    return line->in.segment_count == 0 && after_stalls(line, line->in_closed_ns) <= now_ns;
}

void sim_line_reply(struct sim_line *line, const void *bytes, size_t size, int64_t now_ns)
{
    int64_t due_ns = arrival_ns(line, &line->out, now_ns);
    int64_t merge_ns = line->config.merge_ns;

    if (line->end != SIM_LINK_OPEN || size == 0) {
        return;
    }
    if (line->out.byte_count + size > limited(line->config.unread_bytes)) {
        line->replies_dropped++;
        return;
    }
    if (merge_ns > 0) {
        due_ns = (due_ns + merge_ns - 1) / merge_ns * merge_ns;
    }
    stream_push(&line->out, bytes, size, due_ns);
}

void sim_line_end(struct sim_line *line, enum sim_link end)
{
    if (line->end == SIM_LINK_OPEN) {
        line->end = end;
    }
}

size_t sim_line_collect(struct sim_line *line, void *bytes, size_t size, int64_t now_ns)
{
    size_t total = 0, taken;

    do {
        taken = take(line, &line->out, (uint8_t *)bytes + total, size - total, now_ns);
        total += taken;
    } while (taken > 0 && total < size && line->config.fragment_bytes == 0);
    return total;
}

int64_t sim_line_collect_due_ns(const struct sim_line *line)
{
    return head_due_ns(line, &line->out);
}

enum sim_link sim_line_state(const struct sim_line *line)
{
    return line->out.segment_count > 0 ? SIM_LINK_OPEN : line->end;
}

void sim_line_stall(struct sim_line *line, int64_t until_ns)
{
    if (until_ns > line->stalled_until_ns) {
        line->stalled_until_ns = until_ns;
    }
}
