/* SPDX-License-Identifier: MIT */
/** @file
 * beamjack core: from a producer of points to a laser DAC, safely and on time.
 *
 * For programs that stream. Driver authors read <beamjack/driver.h>.
 *
 * Rules for the whole API
 *  - Time is an argument. `now_ns` is nanoseconds of one monotonic clock, never
 *    negative, never going back. Nothing here reads a clock, sleeps or does I/O by itself.
 *  - Functions that can fail return enum bj_status, BJ_OK being 0. A null or impossible
 *    argument is answered with BJ_BAD_ARGUMENT, in every build; functions without a status
 *    then do nothing and return what nothing is: 0, "", or what is said there.
 *  - *_create and *_destroy allocate and free; destroy accepts NULL. Nothing else
 * allocates.
 *  - Unless a function says otherwise it belongs to one thread at a time.
 *    BJ_RT marks what a JACK process callback or the engine thread may call.
 *  - Structs that the caller fills begin with `size`, which is sizeof of that struct as the
 *    caller was compiled; the *_defaults functions set it. The library reads so many bytes
 *    and takes its defaults for fields beyond. A longer struct than the library knows is
 *    accepted while its unknown end is zero. A size of 0 or above 4096 is refused. Structs
 *    that the library fills are copied as far as the caller has room. So new fields only
 *    ever appear at the end of these structs, and older programs run on.
 *  - Fixed for good: struct bj_point, bj_fill_result, bj_wait and all that is passed by
 *    value.
 */
#ifndef BEAMJACK_CORE_H
#define BEAMJACK_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of these headers. bj_version_number() returns that of the library. */
#define BEAMJACK_VERSION_MAJOR 0
#define BEAMJACK_VERSION_MINOR 1
#define BEAMJACK_VERSION_PATCH 0
#define BEAMJACK_VERSION_STRING                                                            \
    BJ_VERSION_TEXT(BEAMJACK_VERSION_MAJOR, BEAMJACK_VERSION_MINOR, BEAMJACK_VERSION_PATCH)
#define BJ_VERSION_TEXT(major, minor, patch) BJ_VERSION_WORDS(major, minor, patch)
#define BJ_VERSION_WORDS(major, minor, patch) #major "." #minor "." #patch
#define BEAMJACK_VERSION_NUMBER                                                            \
    (BEAMJACK_VERSION_MAJOR * 10000 + BEAMJACK_VERSION_MINOR * 100 + BEAMJACK_VERSION_PATCH)

#define BJ_API __attribute__((visibility("default")))

/** Bounded time: no allocation, lock, log, wait or I/O. clang 20 and later check it. */
#ifdef __has_attribute
#if __has_attribute(nonblocking)
#define BJ_RT __attribute__((nonblocking))
#endif
#endif
#ifndef BJ_RT
#define BJ_RT
#endif

#define BJ_NS_PER_S 1000000000LL
#define BJ_NS_PER_MS 1000000LL
#define BJ_NEVER INT64_MAX

enum bj_status {
    BJ_OK = 0,
    BJ_WOULD_BLOCK, /**< not now; offer the same again later */
    BJ_NO_MEMORY,
    BJ_BAD_ARGUMENT, /**< a value out of range */
    BJ_NOT_FOUND,    /**< no such DAC, host or file */
    BJ_BUSY,         /**< somebody else uses it */
    BJ_NO_PERMISSION,
    BJ_REFUSED, /**< the other end said no */
    BJ_TIMED_OUT,
    BJ_DISCONNECTED, /**< was there, is gone; trying again makes sense */
    BJ_PROTOCOL,     /**< the other end broke the protocol */
    BJ_UNSUPPORTED,  /**< this build or this device cannot do it; final */
    BJ_IO_ERROR,
    BJ_NO_HANDLES, /**< too many files and sockets are open */
    BJ_NO_SPACE,   /**< the disk is full */
};

/** Any thread. Returns a sentence fragment for people, e.g. "connection refused". Never
 * NULL. */
BJ_API const char *bj_strerror(enum bj_status status);

/** Any thread. Returns the version of the library that runs, as BEAMJACK_VERSION_NUMBER is
 * that of the headers. */
BJ_API uint32_t bj_version_number(void);

/** Any thread. Returns the version of the library as static text, "0.1.0". */
BJ_API const char *bj_version_string(void);

/* ---- Points and frames ---- */

/** One point of the beam. x right, y up, -1 to +1; colour and intensity 0 dark, 1 full.
 * Intensity 0 means dark whatever the colour says. */
struct bj_point {
    float x, y;
    float r, g, b, i;
};

/** Channels of a captured frame, in port order. */
enum bj_channel { BJ_X, BJ_Y, BJ_R, BJ_G, BJ_B, BJ_I, BJ_CHANNELS };

/* ---- Fill: the engine asks, a producer answers ---- */

struct bj_fill_request {
    int64_t now_ns;
    uint64_t start;  /**< stream position of the first point asked for, in points */
    uint32_t pps;    /**< points per second the DAC is set to */
    double true_pps; /**< the rate that the DAC really plays at; its timer is coarser than
                        pps */
    uint32_t min_points; /**< fewer than this and the DAC may run dry */
    uint32_t
        target_points; /**< brings the DAC to its target level; never above the buffer */
    uint32_t buffered_points; /**< lower bound of what is queued ahead of `start` */
    int64_t buffered_ns;      /**< the duration of buffered_points */
    double play_ns;           /**< when the first point leaves the DAC, as now_ns counts */
    double play_sd_ns;        /**< standard deviation of single measurements of play_ns */
    double play_pps;          /**< points per second from there on */
    bool follows_pps; /**< the DAC plays each chunk at the rate the producer wants */
    bool play_known; /**< play_ns is measured, or set by the DAC itself; false: estimated so
                        far */
    bool play_settled;            /**< play_ns is measured for long enough to be accurate to
                                     microseconds */
    int64_t device_queued_points; /**< newest report of the DAC itself, -1 if unknown */
    bool restarted;  /**< the queue was emptied: `start` begins a new time line */
    bool remeasured; /**< the DAC's clock has changed: earlier measurements count no more */
};

enum bj_fill_kind { BJ_FILLED, BJ_STARVED, BJ_END };

/** FILLED: the buffer holds `points` points; 0 means STARVED when points were asked for.
 * STARVED: no points now. END: no more points, ever; the queue plays out, then the
 * stream stops. */
struct bj_fill_result {
    enum bj_fill_kind kind;
    uint32_t points;
    double
        wanted_pps; /**< how fast these points should play, if follows_pps; 0: as it is */
};

/** Engine thread, BJ_RT. Writes the points that the request asks for. `points` belongs
 * to the stream and has room for request->target_points; points beyond result.points are
 * ignored. A point whose position or light is not finite, or far out of range, is played
 * dark. */
typedef struct bj_fill_result (*bj_fill_fn)(void *user,
                                            const struct bj_fill_request *request,
                                            struct bj_point *points);

/* ---- Shape: geometry and colour of the beam ---- */

#define BJ_GAIN_LIMIT 65536.0f
#define BJ_OFFSET_LIMIT 100.0f

/** Applied in this order: swap, flip, gain, offset; then colour gain and polarity. */
struct bj_shape {
    uint32_t size;
    bool swap_xy, flip_x, flip_y;
    bool invert_colour;       /**< the producer sends full for dark */
    float gain_x, gain_y;     /**< 1 neutral, within BJ_GAIN_LIMIT either way */
    float offset_x, offset_y; /**< 0 neutral, in units of the field's half width, within
                               * BJ_OFFSET_LIMIT either way */
    float gain_r, gain_g, gain_b, gain_i; /**< 0 to BJ_GAIN_LIMIT */
};

/** Any thread. Writes `size` bytes of a shape that changes nothing. */
BJ_API void bj_shape_begin(struct bj_shape *shape, size_t size);

/** Any thread. Returns a shape that changes nothing. */
static inline struct bj_shape bj_shape_neutral(void)
{
    struct bj_shape shape;
    bj_shape_begin(&shape, sizeof shape);
    return shape;
}

/* ---- Safety: the last stage that may change a point ---- */

#define BJ_SAFETY_LIMIT_NS (10 * BJ_NS_PER_S)

/** Durations from 0 to BJ_SAFETY_LIMIT_NS; extent above 0, at most 1. */
struct bj_safety_config {
    uint32_t size;
    float dwell_extent; /**< resting: mirrors within this on both axes; default 0.02 */
    int64_t
        start_blank_ns; /**< dark for this long after arming or after a gap; default 1 ms */
    int64_t settle_ns;  /**< dark for this long after a connection change; default 100 ms */
    int64_t dwell_ns;   /**< a lit beam may rest this long, 0 = no limit; default 10 ms */
};

/** Any thread. Writes `size` bytes of the defaults above. */
BJ_API void bj_safety_config_begin(struct bj_safety_config *config, size_t size);

/** Any thread. Returns the default limits. */
static inline struct bj_safety_config bj_safety_defaults(void)
{
    struct bj_safety_config config;
    bj_safety_config_begin(&config, sizeof config);
    return config;
}

/* ---- Stream: one engine, one DAC ---- */

/** How to fill the gap when the producer has too few points. With any policy, light
 * outlasts the producer's points by BJ_SILENCE_LIMIT_NS at most. */
enum bj_underrun_policy {
    BJ_BLANK = 0,   /**< rest dark at the last position; the default */
    BJ_REPEAT_LAST, /**< play the last chunk again */
    BJ_PARK,        /**< rest dark at park_x, park_y */
    BJ_STOP,        /**< end the stream */
};

/** How intensity dims the light. */
enum bj_intensity {
    BJ_INTENSITY_COLOUR =
        0, /**< the colours are multiplied by intensity, on every DAC; the default */
    BJ_INTENSITY_LINE, /**< intensity leaves the DAC as a signal of its own, for projectors
                          that dim by that signal; by the colours where the DAC has none */
};

#define BJ_SILENCE_LIMIT_NS (50 * BJ_NS_PER_MS)

/** Light is lost when anything that it depends on is away for longer than this, and then
 * needs a new arm or config.rearm. This holds for the steps of a stream, too: for a
 * stopped program, a suspended computer. */
#define BJ_AWAY_LIMIT_NS BJ_NS_PER_S

enum bj_run {
    BJ_RUN_GOING = 0,
    BJ_RUN_STOPPED, /**< bj_stream_stop */
    BJ_RUN_ENDED,   /**< the producer ended, or underran under BJ_STOP; queue drained */
    BJ_RUN_DISCONNECTED, /**< the DAC is gone and reconnecting is off, or the error is final
                          */
};

enum bj_stream_state {
    BJ_STREAM_CONNECTING = 0, /**< first attempt */
    BJ_STREAM_STREAMING,
    BJ_STREAM_FAULT, /**< the DAC refuses light (e-stop, interlock); arm to clear */
    BJ_STREAM_RECONNECTING,
    BJ_STREAM_DRAINING,
    BJ_STREAM_CLOSING,
    BJ_STREAM_DONE,
};

/** Why no lit point leaves now: the first reason that applies. */
enum bj_dark {
    BJ_DARK_NO = 0, /**< light passes */
    BJ_DARK_AWAY,   /**< no DAC is connected */
    BJ_DARK_FAULT,
    BJ_DARK_DISARMED,
    BJ_DARK_RESTARTING,  /**< the DAC's queue is lost again and again; the next try waits */
    BJ_DARK_UNCONNECTED, /**< x or y has no source */
    BJ_DARK_SETTLING,    /**< start blank or settle time */
    BJ_DARK_SILENCE,     /**< the producer gives nothing, or the DAC ran dry */
    BJ_DARK_DWELL,       /**< the mirrors rest */
    BJ_DARK_SOURCE,      /**< the producer sends dark */
};

/** Any thread. Returns a sentence fragment for people, e.g. "disarmed". Never NULL. */
BJ_API const char *bj_dark_text(enum bj_dark dark);

struct bj_dac_driver;
struct bj_dac_config;
struct bj_wait;
struct bj_stream;

/** Waiting and waking, supplied by the program: the thin shell around bj_stream_step. */
struct bj_host {
    uint32_t size;
    int64_t (*now_ns)(void *user);
    void (*wait)(void *user,
                 const struct bj_wait *wait); /**< until deadline, handle or wake */
    void (*wake)(
        void *user); /**< any thread, BJ_RT, never blocks; may be called before wait */
    void *user;
};

/** Engine thread. Tells people what happened: device, what failed, why, what to do. The
 * text is valid during the call only. `final`: the stream gives up. */
typedef void (*bj_error_fn)(void *user, enum bj_status status, bool final,
                            const char *text);

#define BJ_DURATION_LIMIT_NS (3600 * BJ_NS_PER_S)

/** Durations from 0 to BJ_DURATION_LIMIT_NS. bj_stream_create copies all that the struct
 * points to, except the driver and what the `user` pointers stand for. */
struct bj_stream_config {
    uint32_t size;
    uint32_t pps; /**< 0: the driver's default */
    const struct bj_dac_driver *driver;
    const struct bj_dac_config *dac;
    const struct bj_host *host; /**< NULL: only bj_stream_step is used */
    bj_fill_fn fill;
    void *fill_user;
    bj_error_fn error; /**< may be NULL */
    void *error_user;
    const struct bj_shape *shape;          /**< NULL: neutral */
    const struct bj_safety_config *safety; /**< NULL: the defaults */
    enum bj_intensity intensity;
    enum bj_underrun_policy underrun;
    float park_x, park_y; /**< -1 to +1 */
    bool reconnect;       /**< false: a lost DAC ends the stream */
    bool arm; /**< true: armed from the first connection on, unless disarmed before; clears
                 a fault found there. Default: dark until bj_stream_arm */
    bool rearm;               /**< true: armed again after a reconnect; default disarmed */
    int64_t target_buffer_ns; /**< 0: the driver's default */
    int64_t min_buffer_ns;    /**< 0: the driver's default */
    int64_t drain_timeout_ns; /**< how long END waits for the queue; 0: not at all */
};

/** Any thread. Writes `size` bytes of the defaults: neutral shape, default safety,
 * BLANK, 1 s drain, reconnecting, disarmed. */
BJ_API void bj_stream_config_begin(struct bj_stream_config *config, size_t size);

/** Any thread. Returns the defaults; driver, dac and fill are still to be set. */
static inline struct bj_stream_config bj_stream_defaults(void)
{
    struct bj_stream_config config;
    bj_stream_config_begin(&config, sizeof config);
    return config;
}

/** Counters since create; read by any thread at any time, each value whole by itself. */
struct bj_stats {
    enum bj_stream_state state;
    bool armed;
    bool lit; /**< the last chunk had lit points: dark is BJ_DARK_NO */
    enum bj_dark dark;
    uint32_t pps;
    double true_pps;
    uint64_t points_written;   /**< taken by the driver */
    uint64_t points_from_fill; /**< of these, supplied by the producer */
    uint64_t chunks;
    uint64_t underruns;        /**< times the producer fell short of what the DAC needed */
    uint64_t device_underruns; /**< times the DAC itself ran dry */
    uint64_t flushed_points;   /**< thrown away by a flush, a fault or a lost connection */
    uint64_t late_wakes;       /**< steps that came over 2 ms after their deadline */
    uint64_t reconnects;
    uint64_t faults;
    uint64_t dwell_points;          /**< darkened because the beam rested */
    uint64_t invalid_points;        /**< their position was not valid at the safety stage */
    uint32_t buffered_points;       /**< lower bound, at the last step */
    uint32_t buffered_max_points;   /**< upper bound, at the last step */
    uint32_t buffered_least_points; /**< lowest lower bound while playing, of 5 to 10 s */
    int64_t device_queued_points;   /**< newest report, -1 unknown */
    uint32_t capacity_points;       /**< 0 unknown */
};

/** Main thread. Checks the configuration, allocates everything, does no I/O.
 * BJ_BAD_ARGUMENT: a value outside its range, min above target, no driver, DAC or fill, a
 * slot missing; pps outside the driver's range, or capabilities that are impossible. */
BJ_API enum bj_status bj_stream_create(const struct bj_stream_config *config,
                                       struct bj_stream **stream);

/** Main thread, once the engine thread has ended. Frees the stream, in any state; if it
 * still runs, the driver is told to go dark first. Accepts NULL. */
BJ_API void bj_stream_destroy(struct bj_stream *stream);

/** Engine thread, BJ_RT. Does what is due at now_ns and returns at once. `wait` receives
 * when and on what to call again, a few times a second at least. Once anything but
 * BJ_RUN_GOING was returned the light is out, the shutter closed and the DAC released;
 * further calls repeat the answer. A time before that of the last step counts as the
 * time of the last step. Without a stream or a wait it returns BJ_RUN_DISCONNECTED. */
BJ_API BJ_RT enum bj_run bj_stream_step(struct bj_stream *stream, int64_t now_ns,
                                        struct bj_wait *wait);

/** Engine thread. Steps and waits on config.host until the stream is over, and returns
 * why. Without a host it returns BJ_RUN_GOING at once. */
BJ_API enum bj_run bj_stream_run_fill(struct bj_stream *stream);

/** Any thread, BJ_RT, at any moment. Arms within one wake-up, before any further point.
 * A disarm that races with an arm wins, and so does every loss of the DAC. Arming is
 * possible while STREAMING, and in FAULT, where the DAC is asked to clear the fault;
 * otherwise it is refused, config.error says so with BJ_OK, and the request is
 * forgotten. */
BJ_API BJ_RT void bj_stream_arm(struct bj_stream *stream);

/** Any thread, BJ_RT, at any moment. Goes dark within one wake-up, until the next arm. */
BJ_API BJ_RT void bj_stream_disarm(struct bj_stream *stream);

/** Any thread, BJ_RT, at any moment. Goes dark, closes the shutter and lets go of the DAC;
 * bj_stream_step then returns BJ_RUN_STOPPED. */
BJ_API BJ_RT void bj_stream_stop(struct bj_stream *stream);

/** Any thread, BJ_RT. Makes the stream step at once instead of at its deadline, because
 * new material may be there. */
BJ_API BJ_RT void bj_stream_wake(struct bj_stream *stream);

/** One thread (control). Tells whether x and y are both connected to a source; to be
 * called after every change of any connection. `lag_ns` is the age of the material that
 * is filled next: material captured during the change is dark, too. Until the first call
 * the position counts as connected. */
BJ_API void bj_stream_connections(struct bj_stream *stream, bool position_connected,
                                  int64_t lag_ns);

/** One thread (control). Sets the shape from the next chunk on. BJ_BAD_ARGUMENT: nothing
 * changed. */
BJ_API enum bj_status bj_stream_set_shape(struct bj_stream *stream,
                                          const struct bj_shape *shape);

/** Any thread, BJ_RT. Writes `size` bytes of the counters; zeros without a stream. */
BJ_API BJ_RT void bj_stream_read_stats(const struct bj_stream *stream,
                                       struct bj_stats *stats, size_t size);

/** Any thread, BJ_RT. Returns the counters; zeros without a stream. */
static inline struct bj_stats bj_stream_stats(const struct bj_stream *stream)
{
    struct bj_stats stats;
    bj_stream_read_stats(stream, &stats, sizeof stats);
    return stats;
}

/** Engine thread, or main thread while no engine runs. Returns the DAC's description for
 * people and its id, as far as known; "" without a stream. The text belongs to the
 * stream and is valid until destroy. */
BJ_API const char *bj_stream_dac_name(const struct bj_stream *stream);

/* ---- Feed: audio-rate frames in, points out ---------------------------------------------
 *
 * A ring of whole frames, a time stamp per push, and a rate converter. One thread pushes
 * (JACK), one fills (engine); neither ever waits for the other.
 *
 * Latency L: a frame whose JACK cycle began at t, k frames into that cycle, leaves the DAC
 * at t + k / rate + L.
 */

enum bj_interpolation {
    /** x, y: 4-point Lagrange, filtered by a sinc where frames are more than points;
     * colour: exact average over a point's time */
    BJ_INTERPOLATE_SMOOTH = 0,
    /** x, y: straight lines, averaged where frames are more than points: no overshoot;
     * colour as above */
    BJ_INTERPOLATE_LINEAR,
    /** x, y as LINEAR; colour: nearest frame, for TTL lasers */
    BJ_INTERPOLATE_NEAREST,
};

/** How to bring frames to the DAC's clock. */
enum bj_matching {
    BJ_MATCH_RESAMPLE =
        0,          /**< interpolated at a ratio that follows both clocks; L is exact */
    BJ_MATCH_EXACT, /**< at the nominal ratio: at equal rates frames pass unchanged. L
                       is put right by skipping or resting, when off by 20 ms */
    BJ_MATCH_STEER, /**< as EXACT, and the DAC's rate follows JACK's so that L holds; EXACT
                       alone where the DAC cannot */
};

struct bj_feed;

#define BJ_COLOUR_SHIFT_LIMIT_NS BJ_NS_PER_MS

#define BJ_FEED_MIN_RATE_HZ 1000u
#define BJ_FEED_MAX_RATE_HZ 384000u

struct bj_feed_config {
    uint32_t size;
    /** Of the frames pushed, BJ_FEED_MIN_RATE_HZ to BJ_FEED_MAX_RATE_HZ. */
    uint32_t rate_hz;
    uint32_t max_push_frames; /**< the longest push that can come, 1 to 65536 */
    bool has_intensity;       /**< false: intensity is full wherever colour is */
    enum bj_interpolation interpolation;
    enum bj_matching matching;
    int64_t latency_ns;     /**< L, up to 10 s */
    int64_t max_latency_ns; /**< the highest that bj_feed_set_latency may set, up to 10 s;
                               0: latency_ns */
    int64_t
        colour_shift_ns; /**< colour plays this much later than position, for mirrors that
                          * lag; negative: earlier; within BJ_COLOUR_SHIFT_LIMIT_NS */
};

/** Any thread. Writes `size` bytes of the defaults: 48000 frames/s, pushes of 8192 at
 * most, 50 ms, the rest zero. */
BJ_API void bj_feed_config_begin(struct bj_feed_config *config, size_t size);

/** Any thread. Returns the defaults. */
static inline struct bj_feed_config bj_feed_defaults(void)
{
    struct bj_feed_config config;
    bj_feed_config_begin(&config, sizeof config);
    return config;
}

struct bj_feed_stats {
    uint64_t frames_pushed;
    uint64_t frames_at_start; /**< skipped until L held for the first time, as it must be */
    uint64_t frames_lost;     /**< never played: ring full, or skipped from then on */
    uint64_t
        frames_invalid;   /**< a channel was not finite or beyond all sense; played dark */
    uint64_t jumps;       /**< times the position was set, or a clock measured, anew after
                           * the start */
    uint64_t remeasured;  /**< of these, because the clock of the pushes changed */
    uint64_t silences;    /**< times the producer stopped calling */
    int64_t buffered_ns;  /**< pushed and not yet converted */
    int64_t last_push_ns; /**< BJ_NEVER before the first */
    double position_frames;  /**< input position of the next point */
    double latency_error_ns; /**< (predicted play time - L) - capture time, last fill */
    double ratio_ppm;        /**< frames per point, against the nominal ratio */
    int64_t last_jump_ns;    /**< time of the last jump, or of the start; BJ_NEVER before */
    bool running;            /**< points come from the frames, not from silence */
    bool locked;             /**< both clocks are known and L holds within 0.5 ms; a clock
                              * that was measured anew is known once it has settled */
};

/** Main thread. Allocates all that the feed ever needs, and copies the configuration.
 * BJ_BAD_ARGUMENT: a value outside its range; BJ_NO_MEMORY. With both *feed is NULL. */
BJ_API enum bj_status bj_feed_create(const struct bj_feed_config *config,
                                     struct bj_feed **feed);

/** Main thread, once nobody pushes or fills any more. Frees the feed. Accepts NULL. */
BJ_API void bj_feed_destroy(struct bj_feed *feed);

/** JACK process thread, BJ_RT. Pushes the frames of one cycle. `channels[c]` holds
 * `frames` samples; NULL counts as zeros (as ones for BJ_I). Takes all or nothing:
 * BJ_WOULD_BLOCK when full, and counts the loss; the lost frames keep their place in
 * time and play dark. `late_ns`: how long after the beginning of its cycle the call is
 * known to come, 0 or less if it does not; this tells a late callback from lost cycles.
 * BJ_BAD_ARGUMENT: nothing to push, or at no time. */
BJ_API BJ_RT enum bj_status bj_feed_push(struct bj_feed *feed,
                                         const float *const channels[BJ_CHANNELS],
                                         uint32_t frames, int64_t now_ns, int64_t late_ns);

/** JACK process thread, BJ_RT, after a push. Returns whether the engine waits for the
 * frames that are there now: wake it then. Otherwise the engine has enough and comes by
 * itself. */
BJ_API BJ_RT bool bj_feed_wanted(struct bj_feed *feed);

/** Engine thread, BJ_RT. Fills points from the feed: a bj_fill_fn whose `user` is the
 * feed. Never returns BJ_END. */
BJ_API BJ_RT struct bj_fill_result
bj_feed_fill(void *user, const struct bj_fill_request *request, struct bj_point *points);

/** Control thread, BJ_RT. Sets the rate, in frames per second, of the frames pushed from
 * now on; the engine side starts over, dark, with the next fill. BJ_BAD_ARGUMENT: the
 * rate is outside its range, and nothing changed. */
BJ_API BJ_RT enum bj_status bj_feed_set_rate(struct bj_feed *feed, uint32_t rate_hz);

/** Control thread, BJ_RT. Sets the latency in the same way. BJ_BAD_ARGUMENT: the latency
 * is above max_latency_ns, and nothing changed. */
BJ_API BJ_RT enum bj_status bj_feed_set_latency(struct bj_feed *feed, int64_t latency_ns);

/** Any thread, BJ_RT. Drops the frames that the feed holds and plays dark until new
 * frames make up L again; for freewheeling, or a lost server. */
BJ_API BJ_RT void bj_feed_restart(struct bj_feed *feed);

/** Any thread, BJ_RT. Writes `size` bytes of the counters; zeros without a feed. */
BJ_API BJ_RT void bj_feed_read_stats(const struct bj_feed *feed,
                                     struct bj_feed_stats *stats, size_t size);

/** Any thread, BJ_RT. Returns the counters; zeros without a feed. */
static inline struct bj_feed_stats bj_feed_stats(const struct bj_feed *feed)
{
    struct bj_feed_stats stats;
    bj_feed_read_stats(feed, &stats, sizeof stats);
    return stats;
}

#ifdef __cplusplus
}
#endif
#endif
