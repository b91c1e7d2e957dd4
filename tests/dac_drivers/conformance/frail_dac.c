/* SPDX-License-Identifier: MIT */
#include "frail_dac.h"

#include "sim_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 6000u
#define GREETING_NS (3 * BJ_NS_PER_MS)
#define EVERY 1009u /* now and then */
#define HANDLE 7
#define CLOSED INT64_MIN

/* The device; its driver looks into it where a real one would ask. */
struct frail {
    enum frailty frailty;
    conformance_seen *seen;
    void *suite;
    struct sim_random random;
    bool present, hostile, refuses;
    int open_handles;
    int64_t now_ns;

    /* the device */
    struct bj_point queue[CAPACITY + 1];
    uint64_t stored, played; /* since connect */
    bool playing, shut;
    uint32_t pps;
    int64_t began_ns; /* CLOSED: does not play */
    uint64_t began_at;
    uint64_t dries;
    bool dry; /* it played, and has nothing left */

    /* the driver */
    const struct bj_dac *dac;
    enum bj_dac_state state;
    bool stopping, gave_up;
    unsigned attempts;
    int64_t gone_ns; /* unplugged */
    uint32_t begin_points;
    uint64_t taken;
    int64_t ready_ns;
};

struct seat {
    struct bj_dac base;
    struct frail *frail;
};

static struct frail *of(const void *instance)
{
    const struct seat *seat = instance;

    return seat->frail;
}

static void *(*volatile allocate_bytes)(size_t) = malloc; /* not to be optimised away */

/* ---- The device ---------------------------------------------------------------------- */

static uint32_t queued(const struct frail *frail)
{
    return (uint32_t)(frail->stored - frail->played);
}

static double speed(const struct frail *frail)
{
    return frail->frailty == FRAIL_SLOW ? 0.97 * frail->pps : frail->pps;
}

static int64_t tick_ns(const struct frail *frail, uint64_t index)
{
    return frail->began_ns +
           (int64_t)((double)(index - frail->began_at) * 1e9 / speed(frail));
}

static void show(struct frail *frail, int64_t time_ns)
{
    struct bj_point point = frail->queue[frail->played % CAPACITY];

    if (frail->frailty == FRAIL_LIGHTS_DARK)
        point.r = point.g = point.b = point.i = 0.6F;
    if (frail->frailty == FRAIL_DARKENS && frail->played % EVERY == 0)
        point.r = point.g = point.b = point.i = 0;
    if (frail->shut && frail->frailty == FRAIL_STAYS_SHUT)
        point.r = point.g = point.b = point.i = 0;
    frail->seen(frail->suite, time_ns, &point);
    if (frail->frailty == FRAIL_DOUBLES && frail->played % EVERY == 0)
        frail->seen(frail->suite, time_ns, &point);
}

static void play(struct frail *frail, int64_t now_ns)
{
    while (frail->playing && queued(frail) > 0) {
        int64_t time_ns = tick_ns(frail, frail->played);
        if (time_ns > now_ns)
            return;
        show(frail, time_ns);
        frail->played++;
    }
    if (frail->playing && !frail->dry && tick_ns(frail, frail->played) <= now_ns) {
        frail->dry = true;
        frail->dries++;
    }
}

static void begin(struct frail *frail, int64_t now_ns)
{
    frail->playing = true;
    frail->dry = false;
    frail->began_ns = now_ns + 1;
    frail->began_at = frail->played;
}

static void store(struct frail *frail, struct bj_point point)
{
    if (frail->frailty == FRAIL_SWAPS_COLOURS) {
        float red = point.r;
        point.r = point.b;
        point.b = red;
    }
    if (frail->frailty == FRAIL_IS_COARSE)
        point.r = (float)bj_round_light(&point, 255).r / 255;
    if (frail->frailty == FRAIL_MIRRORS)
        point.x = -point.x;
    if (frail->frailty == FRAIL_LOSES && frail->stored % EVERY == 1)
        point = frail->queue[(frail->stored - 1) % CAPACITY];
    frail->queue[frail->stored++ % CAPACITY] = point;
    if (frail->frailty == FRAIL_REORDERS && frail->stored % EVERY == 5) {
        struct bj_point *last = &frail->queue[(frail->stored - 1) % CAPACITY];
        struct bj_point *before = &frail->queue[(frail->stored - 2) % CAPACITY];
        struct bj_point between = *last;
        *last = *before;
        *before = between;
    }
}

static void flush(struct frail *frail, int64_t now_ns)
{
    uint32_t lost;

    play(frail, now_ns);
    lost = queued(frail);
    frail->stored = frail->played;
    frail->taken -= lost;
    frail->playing = false;
    frail->dac->events->emptied(frail->dac->engine, lost, false);
}

/* ---- The driver: life ---------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    return strcmp(id, "frail") == 0;
}

static bool accepts_any_id(const char *id)
{
    (void)id;
    return true;
}

static const struct bj_dac_caps good = {.min_pps = 1000,
                                        .max_pps = 100000,
                                        .capacity_points = CAPACITY,
                                        .min_points_per_chunk = 1,
                                        .max_points_per_chunk = 500,
                                        .reports_level = true,
                                        .target_buffer_ns = 40 * BJ_NS_PER_MS,
                                        .min_buffer_ns = 10 * BJ_NS_PER_MS};
static const struct bj_dac_caps bad = {.min_pps = 40000,
                                       .max_pps = 30000,
                                       .min_points_per_chunk = 1,
                                       .max_points_per_chunk = 500,
                                       .target_buffer_ns = 40 * BJ_NS_PER_MS};

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct seat *seat = instance;
    struct frail *frail = (struct frail *)(uintptr_t)config->extra;

    seat->base.caps = frail->frailty == FRAIL_NO_RATES ? bad : good;
    (void)snprintf(seat->base.name, sizeof seat->base.name, "A frail DAC");
    seat->frail = frail;
    frail->dac = &seat->base;
    frail->state = BJ_DAC_CONNECTING;
    return BJ_OK;
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct frail *frail = of(instance);

    if ((pps < 1000 || pps > 100000) && frail->frailty != FRAIL_ANY_RATE)
        return BJ_REFUSED;
    frail->gave_up |= !frail->present;
    if (!frail->present && frail->frailty == FRAIL_WAILS) {
        char text[32];
        (void)snprintf(text, sizeof text, "attempt %u", ++frail->attempts);
        frail->dac->events->notice(frail->dac->engine, BJ_NOT_FOUND, text);
    }
    if (!frail->present || (frail->gave_up && frail->frailty == FRAIL_STAYS_AWAY))
        return BJ_NOT_FOUND;
    frail->open_handles++;
    frail->stored = frail->played = frail->taken = 0;
    frail->playing = frail->stopping = false;
    frail->pps = pps;
    frail->begin_points = begin_points;
    frail->ready_ns = now_ns + GREETING_NS;
    frail->state = BJ_DAC_CONNECTING;
    return BJ_OK;
}

static void disconnect(void *instance)
{
    struct frail *frail = of(instance);

    if (frail->open_handles > 0 && frail->frailty != FRAIL_LEAKS)
        frail->open_handles--;
    if (frail->frailty != FRAIL_LEAVES_LIT)
        flush(frail, frail->now_ns);
    frail->state = BJ_DAC_CONNECTING;
}

/* ---- The driver: service ------------------------------------------------------------- */

static void report(struct frail *frail, int64_t now_ns)
{
    struct bj_level_report told = {.sent_ns = now_ns,
                                   .received_ns = now_ns,
                                   .queued_points = queued(frail),
                                   .played_points = frail->played,
                                   .quantum_points = 1,
                                   .playing = frail->playing,
                                   .dry = queued(frail) == 0};

    if (frail->hostile)
        told.queued_points = (uint32_t)sim_random_next(&frail->random);
    if (frail->frailty == FRAIL_MISCOUNTS && frail->played > EVERY)
        told.queued_points++;
    if (frail->frailty == FRAIL_LIES && told.queued_points > 20) {
        told.queued_points -= 20;
        told.played_points += 20;
    }
    if (frail->frailty != FRAIL_NEVER_REPORTS)
        frail->dac->events->level(frail->dac->engine, &told);
}

/* For half a second it sends into the void. */
static bool is_unaware(const struct frail *frail)
{
    return frail->frailty == FRAIL_HIDES_LOSS && !frail->present &&
           frail->now_ns - frail->gone_ns < BJ_NS_PER_S / 2;
}

static enum bj_status ask(struct frail *frail)
{
    if (!frail->present && !is_unaware(frail)) {
        frail->gave_up = true;
        return BJ_DISCONNECTED;
    }
    if (frail->hostile && frail->frailty != FRAIL_TRUSTS)
        return frail->frailty == FRAIL_HANGS_UP ? BJ_UNSUPPORTED : BJ_PROTOCOL;
    return BJ_OK;
}

static void move_on(struct frail *frail, int64_t now_ns)
{
    if (frail->state == BJ_DAC_CONNECTING && now_ns >= frail->ready_ns)
        frail->state = BJ_DAC_READY;
    if (frail->state == BJ_DAC_READY && queued(frail) >= frail->begin_points &&
        queued(frail) > 0) {
        begin(frail, now_ns);
        frail->state = BJ_DAC_PLAYING;
    }
    if (frail->frailty == FRAIL_DROPS_THE_END && frail->state == BJ_DAC_PLAYING &&
        queued(frail) < 300 && queued(frail) > 0)
        flush(frail, now_ns);
    if (frail->state == BJ_DAC_PLAYING && queued(frail) == 0 &&
        frail->frailty != FRAIL_HIDES_DRY) {
        frail->playing = false;
        frail->state = BJ_DAC_READY;
        frail->dac->events->emptied(frail->dac->engine, 0, true);
    }
    if (frail->stopping && frail->frailty != FRAIL_NEVER_STOPPED)
        frail->state = BJ_DAC_STOPPED;
}

static uint32_t room(const struct frail *frail)
{
    if (frail->state != BJ_DAC_READY && frail->state != BJ_DAC_PLAYING)
        return 0;
    if (frail->frailty == FRAIL_STARVES_SHUT && frail->shut)
        return 0;
    return CAPACITY - queued(frail);
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct frail *frail = of(instance);
    enum bj_status result = ask(frail);

    play(frail, now_ns);
    if (result != BJ_OK)
        return result;
    if (is_unaware(frail)) {
        *status = (struct bj_dac_status){.state = frail->state, .room_points = CAPACITY};
        bj_wait_until(wait, frail->gone_ns + BJ_NS_PER_S / 2);
        return BJ_OK;
    }
    move_on(frail, now_ns);
    if (frail->refuses && frail->frailty == FRAIL_STORMS) {
        frail->dac->events->emptied(frail->dac->engine, 0, false);
        bj_wait_until(wait, now_ns + BJ_NS_PER_MS);
    }
    if (frail->state == BJ_DAC_READY || frail->state == BJ_DAC_PLAYING)
        report(frail, now_ns);
    *status = (struct bj_dac_status){.state = frail->state, .room_points = room(frail)};
    if (frail->frailty == FRAIL_PROMISES && status->room_points > 0)
        status->room_points = CAPACITY;
    if (frail->frailty == FRAIL_OVERFLOWS && queued(frail) > CAPACITY / 2)
        status->room_points = 0;
    if (frail->frailty == FRAIL_SPINS || frail->pps < 1000)
        bj_wait_until(wait, now_ns - 1);
    if (frail->frailty == FRAIL_TICKS)
        bj_wait_until(wait, now_ns + 1000);
    if (frail->state == BJ_DAC_CONNECTING && frail->frailty != FRAIL_OVERSLEEPS)
        bj_wait_until(wait, frail->ready_ns);
    if (frail->state == BJ_DAC_PLAYING && queued(frail) > 0)
        bj_wait_until(wait, tick_ns(frail, frail->stored) + 1);
    if (frail->frailty == FRAIL_DROPS_THE_END && frail->state == BJ_DAC_PLAYING)
        bj_wait_until(wait, tick_ns(frail, frail->stored - 299) + 1);
    bj_wait_handle(wait, HANDLE, BJ_WAIT_READ);
    return BJ_OK;
}

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct frail *frail = of(instance);
    uint32_t fits = room(frail);

    play(frail, now_ns);
    if (is_unaware(frail)) {
        *taken = chunk->count;
        return BJ_OK;
    }
    if (frail->frailty == FRAIL_EARLY && frail->state == BJ_DAC_CONNECTING)
        fits = 1;
    if (frail->frailty == FRAIL_ALLOCATES)
        free(allocate_bytes(16));
    if (fits == 0)
        return BJ_WOULD_BLOCK;
    *taken = chunk->count < fits ? chunk->count : fits;
    if (frail->frailty == FRAIL_PROMISES && *taken > 10)
        *taken = 10;
    if (frail->dry)
        begin(frail, now_ns);
    for (uint32_t k = 0; k < *taken; k++)
        store(frail, chunk->points[k]);
    frail->taken += *taken;
    if (frail->refuses) {
        flush(frail, now_ns);
        if (frail->state == BJ_DAC_PLAYING)
            frail->state = BJ_DAC_READY;
    }
    return BJ_OK;
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct frail *frail = of(instance);

    frail->shut = !open || (frail->shut && frail->frailty == FRAIL_STAYS_SHUT);
    if (open || frail->frailty == FRAIL_IGNORES_SHUTTER)
        return;
    flush(frail, now_ns);
    if (frail->state == BJ_DAC_PLAYING)
        frail->state = BJ_DAC_READY;
}

static void stop(void *instance, int64_t now_ns)
{
    struct frail *frail = of(instance);

    frail->stopping = true;
    if (frail->frailty != FRAIL_STOPS_LIT)
        flush(frail, now_ns);
}

static const struct bj_dac_driver sound = {
    .name = "frail",
    .title = "Frail DAC",
    .id_form = "frail",
    .instance_size = sizeof(struct seat),
    .accepts_id = accepts_id,
    .init = init,
    .connect = connect,
    .service = service,
    .write = write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};

/* ---- The adapter --------------------------------------------------------------------- */

static enum frailty chosen; /* rows are constants; the test names one at a time */

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct frail *frail = calloc(1, sizeof *frail);

    (void)row;
    if (!frail)
        return NULL;
    frail->frailty = chosen;
    frail->seen = seen;
    frail->suite = suite;
    frail->random.state = seed;
    frail->present = true;
    frail->now_ns = CONFORMANCE_START_NS;
    frail->pps = 1000;
    *config = (struct bj_dac_config){
        .size = sizeof(struct bj_dac_config), .id = "frail", .extra = frail};
    return frail;
}

static void destroy(void *adapter)
{
    free(adapter);
}

static void advance(void *adapter, int64_t now_ns)
{
    struct frail *frail = adapter;

    frail->now_ns = now_ns;
    play(frail, now_ns);
}

static int64_t next_event_ns(void *adapter)
{
    struct frail *frail = adapter;

    return frail->playing && queued(frail) > 0 ? tick_ns(frail, frail->played) : BJ_NEVER;
}

/* Its handle is ready when it has something bad to say. */
static bool ready(void *adapter, const struct bj_wait *wait)
{
    struct frail *frail = adapter;

    return wait->count > 0 && (!frail->present || frail->hostile) &&
           frail->frailty != FRAIL_TRUSTS && !is_unaware(frail);
}

static void unplug(void *adapter)
{
    struct frail *frail = adapter;

    frail->present = false;
    frail->playing = false;
    frail->gone_ns = frail->now_ns;
}

static void plug(void *adapter)
{
    struct frail *frail = adapter;

    frail->present = true;
    frail->hostile = false;
}

static void make_hostile(void *adapter)
{
    struct frail *frail = adapter;

    frail->hostile = true;
}

static void refuse(void *adapter, int kind)
{
    struct frail *frail = adapter;

    frail->refuses = kind > 0;
}

static uint64_t dries(const void *adapter)
{
    const struct frail *frail = adapter;

    return frail->dries;
}

static int open_handles(const void *adapter)
{
    const struct frail *frail = adapter;

    return frail->open_handles;
}

static struct bj_dac_driver driver;

static const struct conformance_row row = {
    .name = "frail",
    .driver = &driver,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .refuse = refuse,
    .refusals = 1,
    .open_handles = open_handles,
    .dries = dries,
    .bits = {16, 16, 16, 16, 16, 16},
    .open_ns = 10 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS,
};

const struct conformance_row *frail_row(enum frailty frailty)
{
    chosen = frailty;
    driver = sound;
    if (frailty == FRAIL_ANY_ID)
        driver.accepts_id = accepts_any_id;
    return &row;
}
