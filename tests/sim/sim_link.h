/* SPDX-License-Identifier: MIT
 *
 * One TCP connection as a simulated device sees it: bytes on their way, in both directions,
 * each with the time it arrives, and the faults of the way. Virtual time, no I/O.
 *
 * What was not read in time stays in order; nothing is lost unless a fault says so.
 */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include "sim_host.h"

#include "sim_random.h"

struct sim_link_config {
    int64_t latency_ns;       /* each way */
    int64_t jitter_ns;        /* plus 0 to this, evenly spread, each way; order is kept */
    int64_t reply_latency_ns; /* replies take this much longer */
    int64_t reply_jitter_ns;  /* plus 0 to this */
    uint32_t stray_percent;   /* so many of what is sent come 0 to stray_ns later yet */
    int64_t stray_ns;
    uint32_t lost_percent;  /* so many of the replies get lost and are sent again */
    int64_t resend_ns;      /* this much later */
    int64_t burst_every_ns; /* with burst_for_ns: jitter at the end of each period only */
    int64_t burst_for_ns;
    uint32_t fragment_bytes; /* arrive in pieces of at most this; 0 = as sent */
    int64_t fragment_gap_ns; /* between these pieces */
    int64_t merge_ns;        /* replies are held until the next multiple of this; 0 = not */
    int64_t stall_every_ns; /* with stall_for_ns: nothing moves at the end of each period */
    int64_t stall_for_ns;
    uint32_t window_bytes; /* of the device: more than this is not accepted; 0 = 65536 */
    uint32_t unread_bytes; /* replies beyond this, if not read, are dropped; 0 = 65536 */
};

struct sim_segment {
    int64_t due_ns;
    uint32_t size;
};

/* A queue of bytes cut into segments. */
struct sim_stream {
    uint8_t *bytes;
    struct sim_segment *segments;
    uint32_t first_byte, byte_count;
    uint32_t first_segment, segment_count;
    int64_t last_due_ns;
};

struct sim_line {
    struct sim_link_config config;
    struct sim_random random;
    struct sim_stream in, out; /* to the device, to the client */
    int64_t stalled_until_ns;
    int64_t in_closed_ns; /* the client's end arrives then; BJ_NEVER = not closed */
    enum sim_link end;    /* what the device did with the connection */
    uint64_t replies_dropped;
};

bool sim_line_init(struct sim_line *line, const struct sim_link_config *config,
                   uint64_t seed);
void sim_line_finish(struct sim_line *line);

/* From the client; returns how many fit. */
size_t sim_line_send(struct sim_line *line, const void *bytes, size_t size, int64_t now_ns);
void sim_line_send_end(struct sim_line *line, int64_t now_ns);

/* When the device may next receive something (bytes or the client's end), and receiving it:
 * one segment at most, 0 = nothing due. */
int64_t sim_line_due_ns(const struct sim_line *line);
size_t sim_line_receive(struct sim_line *line, void *bytes, size_t size, int64_t now_ns);
bool sim_line_ended(const struct sim_line *line, int64_t now_ns);

/* From the device: whole or not at all. After an end nothing more is taken. */
void sim_line_reply(struct sim_line *line, const void *bytes, size_t size, int64_t now_ns);
void sim_line_end(struct sim_line *line, enum sim_link end);

/* To the client: all that is due, or one fragment; and when the next is due. */
size_t sim_line_collect(struct sim_line *line, void *bytes, size_t size, int64_t now_ns);
int64_t sim_line_collect_due_ns(const struct sim_line *line);

/* What the client sees once all replies arrived. */
enum sim_link sim_line_state(const struct sim_line *line);

/* Nothing moves in either direction before until_ns. */
void sim_line_stall(struct sim_line *line, int64_t until_ns);

#endif
