/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_ring.h"

#define GIVE_UP_NS BJ_NS_PER_S
#define ODD_REPORTS 32
#define FOLLOW 8.0
/* Longer than any jitter that matters, so that a snapshot more or less cannot deceive. */
#define DRAIN_WINDOW_NS (250 * BJ_NS_PER_MS)

/* ---- Time ------------------------------------------------------------------------------ */

static double played(const struct lc_ring *ring, int64_t from_ns, int64_t to_ns)
{
    return ring->draining && to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 * ring->pps
                                             : 0;
}

static double not_negative(double value)
{
    return value > 0 ? value : 0;
}

static double track_at(const struct lc_ring *ring, int64_t now_ns)
{
    return not_negative(ring->track - played(ring, ring->track_ns, now_ns));
}

static void advance(struct lc_ring *ring, int64_t now_ns)
{
    ring->track = track_at(ring, now_ns);
    ring->track_ns = now_ns;
}

void lc_ring_init(struct lc_ring *ring, uint32_t size, double pps, int64_t now_ns)
{
    *ring =
        (struct lc_ring){.size = size, .pps = pps, .draining = true, .track_ns = now_ns};
}

void lc_ring_set_rate(struct lc_ring *ring, double pps, int64_t now_ns)
{
    advance(ring, now_ns);
    ring->pps = pps;
}

void lc_ring_set_output(struct lc_ring *ring, bool on, int64_t now_ns)
{
    advance(ring, now_ns);
    ring->output = on;
    ring->draining = ring->draining || on;
    ring->base.received_ns = 0;
}

void lc_ring_clear(struct lc_ring *ring, int64_t now_ns)
{
    advance(ring, now_ns);
    ring->track = 0;
    ring->has_snapshot = false;
    ring->snapshot_index = ring->oldest = ring->packets;
    ring->base.received_ns = 0;
    ring->question.open = false;
    ring->snapshot.through = ring->sent;
    ring->in_step = false;
    ring->taken_points = ring->unanswered_points;
}

/* ---- Packets --------------------------------------------------------------------------- */

static struct lc_slot *slot_of(struct lc_ring *ring, uint64_t index)
{
    return &ring->slots[index % LC_SLOTS];
}

static void give_up(struct lc_ring *ring, const struct lc_slot *slot)
{
    if (slot->waiting) {
        ring->unanswered++;
        ring->unanswered_points += slot->points;
    }
}

uint8_t lc_ring_message(const struct lc_ring *ring)
{
    return (uint8_t)ring->packets;
}

/* Out of step, only what comes after the question that will help. */
static bool expects_report(const struct lc_ring *ring)
{
    return !ring->unnumbered || ring->in_step || ring->question.open;
}

void lc_ring_sent(struct lc_ring *ring, uint32_t points, int64_t now_ns)
{
    struct lc_slot *slot = slot_of(ring, ring->packets);

    if (ring->packets - ring->oldest == LC_SLOTS) {
        give_up(ring, slot);
        ring->oldest++;
    }
    advance(ring, now_ns);
    ring->track += points;
    ring->sent += points;
    *slot = (struct lc_slot){.index = ring->packets++,
                             .sent_ns = now_ns,
                             .through = ring->sent,
                             .points = points,
                             .waiting = expects_report(ring)};
}

void lc_ring_expire(struct lc_ring *ring, int64_t now_ns)
{
    for (; ring->oldest < ring->packets; ring->oldest++) {
        struct lc_slot *slot = slot_of(ring, ring->oldest);
        if (slot->waiting && now_ns - slot->sent_ns < GIVE_UP_NS)
            return;
        give_up(ring, slot);
        slot->waiting = false;
    }
}

uint32_t lc_ring_take_unanswered(struct lc_ring *ring)
{
    uint64_t taken = ring->taken_points;

    for (uint64_t index = ring->oldest; index < ring->snapshot_index; index++) {
        give_up(ring, slot_of(ring, index));
        slot_of(ring, index)->waiting = false;
    }
    ring->taken_points = ring->unanswered_points;
    return (uint32_t)(ring->unanswered_points - taken);
}

/* Of the oldest packet that a report may still be news of. */
static uint64_t next_index(const struct lc_ring *ring)
{
    return ring->snapshot_index > ring->oldest ? ring->snapshot_index : ring->oldest;
}

uint32_t lc_ring_waiting(const struct lc_ring *ring)
{
    return (uint32_t)(ring->packets - next_index(ring));
}

/* ---- Looks ----------------------------------------------------------------------------- */

/* Between two snapshots far enough apart, what left the ring must be about what time takes.
 * A ring that was empty in between, or not looked at for long, says nothing. */
static void watch_drain(struct lc_ring *ring, const struct lc_snapshot *snapshot)
{
    const struct lc_snapshot *base = &ring->base;
    int64_t between_ns = snapshot->sent_ns - base->received_ns; /* at least */
    bool empty = snapshot->queued_points <= snapshot->packet_points;
    double left, expected;

    if (base->received_ns != 0 && !empty && between_ns < DRAIN_WINDOW_NS)
        return;
    left = (double)base->queued_points + (double)(snapshot->through - base->through) -
           snapshot->queued_points;
    expected = (double)between_ns / 1e9 * ring->pps;
    if (base->received_ns != 0 && !empty && between_ns < 2 * DRAIN_WINDOW_NS) {
        if (left < expected / 4 && !ring->output)
            ring->draining = false;
        else if (left > expected / 2)
            ring->draining = true;
    }
    ring->base = *snapshot;
    if (empty)
        ring->base.received_ns = 0;
}

/* What is surely there counts at once, what is surely not there little by little. Without
 * numbers what came after the packet in question may be counted twice. */
static void correct_track(struct lc_ring *ring, const struct lc_snapshot *snapshot)
{
    double unreported = (double)(ring->sent - snapshot->through);
    double low = not_negative((double)snapshot->queued_points -
                              played(ring, snapshot->sent_ns, snapshot->received_ns)) +
                 unreported;
    double high = snapshot->queued_points + unreported;

    if (ring->track < low) {
        ring->surplus +=
            ring->unnumbered && snapshot->packet_points > 0 ? 0 : low - ring->track;
        ring->track = low;
    } else if (ring->track > high) {
        ring->track -= (ring->track - high) / FOLLOW;
    }
}

static void take(struct lc_ring *ring, const struct lc_snapshot *snapshot)
{
    advance(ring, snapshot->received_ns);
    watch_drain(ring, snapshot);
    correct_track(ring, snapshot);
    ring->snapshot = *snapshot;
    ring->has_snapshot = true;
}

static void stop_expecting_numbers(struct lc_ring *ring)
{
    for (int k = 0; k < LC_SLOTS; k++)
        ring->slots[k].waiting = false;
    ring->oldest = ring->packets;
    ring->unnumbered = true;
    ring->in_step = false;
}

/* A report that fits no packet: doubled on the way, very late, or without a number. */
static void note_odd(struct lc_ring *ring, uint8_t message)
{
    if (ring->odd_message != message)
        ring->odd_reports = 0;
    ring->odd_message = message;
    if (++ring->odd_reports >= ODD_REPORTS)
        stop_expecting_numbers(ring);
}

/* Which packet it answers; NULL: none, or none that is known. */
static struct lc_slot *answered_slot(struct lc_ring *ring, uint8_t message)
{
    struct lc_slot *slot = &ring->slots[message];

    if (ring->unnumbered)
        return ring->in_step && lc_ring_waiting(ring) > 0 ? slot_of(ring, next_index(ring))
                                                          : NULL;
    if (slot->answered || slot->index >= ring->packets || slot->points == 0) {
        note_odd(ring, message);
        return NULL;
    }
    ring->odd_reports = 0;
    return slot;
}

bool lc_ring_report(struct lc_ring *ring, const struct lc_report *report, int64_t now_ns,
                    struct lc_snapshot *snapshot)
{
    struct lc_slot *slot;

    lc_ring_expire(ring, now_ns);
    if (report->free_points > ring->size)
        return false;
    slot = answered_slot(ring, report->message);
    if (slot == NULL)
        return false;
    ring->answered += slot->waiting;
    slot->waiting = false;
    slot->answered = true;
    if (slot->index < ring->snapshot_index)
        return false;
    ring->snapshot_index = slot->index + 1;
    *snapshot = (struct lc_snapshot){.sent_ns = slot->sent_ns,
                                     .received_ns = now_ns,
                                     .queued_points = ring->size - report->free_points,
                                     .packet_points = slot->points,
                                     .through = slot->through};
    take(ring, snapshot);
    return true;
}

bool lc_ring_needs_questions(const struct lc_ring *ring)
{
    return ring->unnumbered;
}

void lc_ring_asked(struct lc_ring *ring, int64_t now_ns)
{
    ring->question = (struct lc_question){
        .open = true, .sent_ns = now_ns, .packets = ring->packets, .through = ring->sent};
}

/* Packets that left after the question are not answered before it: reports that came twice
 * were taken for theirs. */
static void take_back(struct lc_ring *ring, const struct lc_question *question)
{
    while (ring->snapshot_index > question->packets &&
           ring->packets - ring->snapshot_index < LC_SLOTS) {
        struct lc_slot *slot = slot_of(ring, ring->snapshot_index - 1);
        if (slot->sent_ns <= question->sent_ns)
            break;
        ring->answered -= !slot->waiting;
        slot->waiting = true;
        ring->snapshot_index--;
    }
    if (ring->oldest > ring->snapshot_index)
        ring->oldest = ring->snapshot_index;
}

/* The packets that left before the question are answered, as far as they ever will be. */
static void fall_in_step(struct lc_ring *ring, const struct lc_question *question)
{
    uint64_t skipped = ring->oldest;

    for (; !ring->in_step && skipped < question->packets; skipped++)
        slot_of(ring, skipped)->waiting = false;
    ring->in_step = true;
    take_back(ring, question);
}

bool lc_ring_answer(struct lc_ring *ring, uint32_t free_points, int64_t now_ns,
                    struct lc_snapshot *snapshot)
{
    const struct lc_question *question = &ring->question;

    if (!question->open || free_points > ring->size)
        return false;
    ring->question.open = false;
    if (ring->unnumbered)
        fall_in_step(ring, question);
    if (question->packets < ring->snapshot_index)
        return false;
    ring->snapshot_index = question->packets;
    *snapshot = (struct lc_snapshot){.sent_ns = question->sent_ns,
                                     .received_ns = now_ns,
                                     .queued_points = ring->size - free_points,
                                     .through = question->through};
    take(ring, snapshot);
    return true;
}

/* ---- Levels ---------------------------------------------------------------------------- */

uint32_t lc_ring_unreported(const struct lc_ring *ring)
{
    return (uint32_t)(ring->sent - ring->snapshot.through);
}

double lc_ring_most(const struct lc_ring *ring, int64_t now_ns)
{
    const struct lc_snapshot *snapshot = &ring->snapshot;
    double track = track_at(ring, now_ns), reported;

    if (!ring->has_snapshot)
        return track;
    reported = not_negative((double)snapshot->queued_points -
                            played(ring, snapshot->received_ns, now_ns)) +
               lc_ring_unreported(ring);
    return reported > track ? reported : track;
}

int64_t lc_ring_most_at_ns(const struct lc_ring *ring, double points, int64_t now_ns)
{
    double surplus = lc_ring_most(ring, now_ns) - points;

    if (surplus <= 0)
        return now_ns;
    if (!ring->draining || (ring->has_snapshot && lc_ring_unreported(ring) > points))
        return BJ_NEVER;
    return now_ns + (int64_t)(surplus / ring->pps * 1e9) + 1;
}

uint32_t lc_ring_likely(const struct lc_ring *ring, int64_t now_ns)
{
    const struct lc_snapshot *snapshot = &ring->snapshot;
    int64_t then_ns = snapshot->sent_ns + (snapshot->received_ns - snapshot->sent_ns) / 2;
    double likely = track_at(ring, now_ns);

    if (ring->has_snapshot)
        likely = not_negative((double)snapshot->queued_points + lc_ring_unreported(ring) -
                              played(ring, then_ns, now_ns));
    return (uint32_t)(likely + 0.5);
}
