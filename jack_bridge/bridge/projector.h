/* SPDX-License-Identifier: MIT
 *
 * One projector of a running bridge: its DAC, and the feed, stream and engine thread that
 * play on it. Main thread. No projector knows of another.
 */
#ifndef PROJECTOR_H
#define PROJECTOR_H

#include "bridge/dac_choice.h"
#include "bridge/engine_thread.h"
#include "bridge/patience.h"
#include "jack/message_queue.h"
#include "jack/sinks.h"
#include "options/latency.h"
#include "options/options.h"
#include "view/log.h"
#include "view/repeats.h"
#include "view/status_json.h"

struct bj_projector {
    struct bj_dac_info dac;
    struct bj_dac_caps caps; /* before it is connected */
    struct bj_latency latency;
    uint32_t pps;

    struct bj_waiter *waiter;
    struct bj_feed *feed;
    struct bj_stream *stream;
    struct bj_engine_thread engine;
    struct bj_message_queue messages; /* of the engine */
    struct bj_repeats repeats;

    uint64_t remeasured_told; /* times that JACK's clock was measured anew */
    bool scheduler_told, armed_told;
    bool given_up; /* the stream ended by a failure, which was told */
    char last_message[BJ_MESSAGE_TEXT_SIZE];
    struct bj_patience patience;
    enum bj_stream_state state_told;
};

/* Settles rate and latency for JACK's rate; opens nothing. `asked` is what the user wants,
 * 0 where the DAC decides. False: `why`; *wrong_usage when the options are at fault. */
bool bj_projector_plan(struct bj_projector *projector, const struct bj_options *options,
                       const struct bj_transports *via, const struct bj_latency *asked,
                       uint32_t rate_hz, bool *wrong_usage, char *why, size_t why_size);

/* After plan. Builds everything and starts the engine, disarmed or as the options say.
 * `priority`: SCHED_FIFO, 0 for none. False: `why`; *wrong_usage as above. */
bool bj_projector_start(struct bj_projector *projector, const struct bj_options *options,
                        const struct bj_transports *via, uint32_t rate_hz, int priority,
                        int wake_fd, bool *wrong_usage, char *why, size_t why_size);

/* Says what the engine has to tell. False: nobody wants to wait for this DAC any longer,
 * and `why` says so. */
bool bj_projector_listen(struct bj_projector *projector, const struct bj_options *options,
                         struct bj_log *log, char *why, size_t why_size);

/* By hand. False: its DAC is not there, and so it is not armed. */
bool bj_projector_arm(const struct bj_projector *projector);

/* Its stream is over; *failed when it should not be. */
bool bj_projector_over(const struct bj_projector *projector, bool *failed);

/* Fills in what this projector knows; the rest of the report is the caller's.
 * `scheduler` has room for 40 characters and lives as long as the report. */
void bj_projector_report(const struct bj_projector *projector,
                         struct bj_status_report *report, char *scheduler,
                         size_t scheduler_size);

/* Asks the engine to end, dark. */
void bj_projector_stop(struct bj_projector *projector);

/* Waits for its end at most timeout_ns. False: it does not end; leave the process. */
bool bj_projector_join(struct bj_projector *projector, int64_t timeout_ns);

/* After join, and when nothing pushes any more. */
void bj_projector_free(struct bj_projector *projector);

#endif
