/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): how full is its ring? Books of what was sent and what was reported.
 *
 * Two tracks. What was sent: grows with every packet, shrinks with time, needs no reports;
 * what is lost on the way makes it too high. What was reported: the level at the moment the
 * device handled a certain packet, plus everything sent after that one. Whether there is
 * room is decided on the higher of the two, each taken at its highest. The report itself
 * goes to the engine, which decides about running dry on the lowest.
 *
 * Reports carry the number of the packet they answer, modulo 256; only newer ones count.
 * Where the numbers follow nothing, reports are taken to come in the order of the packets.
 * Each that gets lost makes the next ones look older than they are, until the answer to a
 * question tells how far the device is; so the level must be asked for now and then.
 */
#ifndef LASERCUBE_RING_H
#define LASERCUBE_RING_H

#include "lasercube/lasercube_wire.h"

#define LC_SLOTS 256

struct lc_slot {
    uint64_t index; /* of the packet since the start */
    int64_t sent_ns;
    uint64_t through; /* points sent since the start, this packet's included */
    uint32_t points;
    bool waiting;  /* neither answered nor given up */
    bool answered; /* in time or late */
};

/* A snapshot of the ring: its level at some moment between the two times. */
struct lc_snapshot {
    int64_t sent_ns, received_ns;
    uint32_t queued_points;
    uint32_t packet_points; /* of the packet that was answered; 0: a question of its own */
    uint64_t through;       /* points sent by then that it may include */
};

struct lc_ring {
    uint32_t size;
    double pps;
    bool output, draining;

    struct lc_slot slots[LC_SLOTS]; /* by message number, the low bits of the index */
    uint64_t packets;               /* since the start; the next one's index */
    uint64_t oldest;                /* none before it is waiting */
    uint64_t sent;                  /* points since the start */

    bool has_snapshot;
    struct lc_snapshot snapshot; /* newest */
    uint64_t snapshot_index;     /* only packets from this index on are news */
    int64_t track_ns;            /* when `track` was right */
    double track;                /* what was sent, less what time took */
    struct lc_question {
        bool open;
        int64_t sent_ns;
        uint64_t packets, through; /* sent by then */
    } question;
    struct lc_snapshot base; /* where watching the drain began; received_ns 0: nowhere */

    bool unnumbered;     /* reports do not tell which packet they answer */
    bool in_step;        /* ... but it is known which one comes next */
    uint8_t odd_message; /* of reports that fitted nothing */
    uint32_t odd_reports;

    uint64_t answered, unanswered, unanswered_points; /* packets; their points */
    uint64_t taken_points;                            /* of these, by take_unanswered */
    double surplus; /* points found there that we did not send; taken away by its reader */
};

/* Empty, nothing sent, draining. */
void lc_ring_init(struct lc_ring *ring, uint32_t size, double pps, int64_t now_ns);

void lc_ring_set_rate(struct lc_ring *ring, double pps, int64_t now_ns);

/* Light may leave: time takes points out of it. Else some devices let it stand still, which
 * snapshots find out. */
void lc_ring_set_output(struct lc_ring *ring, bool on, int64_t now_ns);

/* It was emptied by command: what was sent before is gone or was played, and is nothing
 * that lc_ring_take_unanswered would tell of. */
void lc_ring_clear(struct lc_ring *ring, int64_t now_ns);

/* The number of the next packet, and that it left. */
uint8_t lc_ring_message(const struct lc_ring *ring);
void lc_ring_sent(struct lc_ring *ring, uint32_t points, int64_t now_ns);

/* False: it says nothing new. Else *snapshot is what it says. */
bool lc_ring_report(struct lc_ring *ring, const struct lc_report *report, int64_t now_ns,
                    struct lc_snapshot *snapshot);

/* Only questions tell which packets reports without numbers answer. */
bool lc_ring_needs_questions(const struct lc_ring *ring);

/* A question for the free places leaves; its answer came. False: older than what is known,
 * or nothing was asked. */
void lc_ring_asked(struct lc_ring *ring, int64_t now_ns);
bool lc_ring_answer(struct lc_ring *ring, uint32_t free_points, int64_t now_ns,
                    struct lc_snapshot *snapshot);

/* Packets that waited too long for an answer are given up. */
void lc_ring_expire(struct lc_ring *ring, int64_t now_ns);

/* Points of packets that were never answered, though later ones were; each once. */
uint32_t lc_ring_take_unanswered(struct lc_ring *ring);

/* Highest level possible, in points; and packets on their way as far as known. */
double lc_ring_most(const struct lc_ring *ring, int64_t now_ns);
/* When that is down to `points` by time alone; BJ_NEVER: only an answer can tell. */
int64_t lc_ring_most_at_ns(const struct lc_ring *ring, double points, int64_t now_ns);
uint32_t lc_ring_waiting(const struct lc_ring *ring);

/* Points sent that the newest snapshot cannot include. */
uint32_t lc_ring_unreported(const struct lc_ring *ring);

/* What is likely in it and on the way to it. */
uint32_t lc_ring_likely(const struct lc_ring *ring, int64_t now_ns);

#endif
