/* SPDX-License-Identifier: MIT */
#include "engine/promises.h"

/* A thread of a transport may stamp a reply while the step that hears of it goes on. */
#define THREADS_APART_NS (100 * BJ_NS_PER_MS)

#define MOST_CHUNK_POINTS (1u << 20)
#define LONGEST_NS (3600 * BJ_NS_PER_S)

const char *bj_promise_slots(const struct bj_dac_driver *driver)
{
    bool all = driver->init && driver->connect && driver->service && driver->write &&
               driver->shutter && driver->stop && driver->disconnect;
    return all ? NULL : "it lacks a slot";
}

static bool is_duration(int64_t ns)
{
    return ns >= 0 && ns <= LONGEST_NS;
}

const char *bj_promise_caps(const struct bj_dac_caps *caps)
{
    if ((unsigned)caps->model > BJ_MODEL_TIMED) {
        return "its output model does not exist";
    }
    if (caps->max_points_per_chunk < 1 || caps->max_points_per_chunk > MOST_CHUNK_POINTS ||
        caps->min_points_per_chunk > caps->max_points_per_chunk) {
        return "its chunks have impossible limits";
    }
    if (caps->max_pps < 1 || caps->min_pps > caps->max_pps) {
        return "its rates have impossible limits";
    }
    if (!is_duration(caps->target_buffer_ns) || !is_duration(caps->min_buffer_ns) ||
        !is_duration(caps->stall_ns)) {
        return "its buffer has impossible durations";
    }
    return NULL;
}

const char *bj_promise_caps_now(const struct bj_dac_caps *first,
                                const struct bj_dac_caps *now)
{
    if (now->model != first->model ||
        now->max_points_per_chunk != first->max_points_per_chunk) {
        return "its model or largest chunk changed";
    }
    return bj_promise_caps(now);
}

const char *bj_promise_service(const struct bj_dac_status *status,
                               const struct bj_wait *wait)
{
    if ((unsigned)status->state > BJ_DAC_STOPPED) {
        return "its state does not exist";
    }
    if (wait->full || wait->count < 0 || wait->count > BJ_WAIT_HANDLES) {
        return "it waits on more handles than there is room for";
    }
    return NULL;
}

const char *bj_promise_taken(uint32_t offered, uint32_t taken)
{
    if (taken == 0) {
        return "it answers OK and takes nothing";
    }
    return taken <= offered ? NULL : "it takes more points than it was offered";
}

const char *bj_promise_report(const struct bj_level_report *report, int64_t now_ns)
{
    if (report->sent_ns > report->received_ns ||
        report->received_ns > now_ns + THREADS_APART_NS) {
        return "it reports a level from the future";
    }
    return report->quantum_points >= 1 ? NULL : "it reports a level without its step";
}
