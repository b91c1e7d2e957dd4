/* SPDX-License-Identifier: MIT */
/** @file
 * Finding laser DACs and choosing a driver for them.
 */
#ifndef BEAMJACK_DACS_H
#define BEAMJACK_DACS_H

#include <beamjack/driver.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BJ_ID_SIZE 512 /**< "record:" is followed by a path */
#define BJ_TEXT_SIZE 96

/** Any thread. Returns all drivers of this build, in order of preference; NULL ends the
 * list. */
BJ_API const struct bj_dac_driver *const *bj_drivers(void);

/** One DAC as discovery saw it. */
struct bj_dac_info {
    const struct bj_dac_driver *driver;
    char id[BJ_ID_SIZE];       /**< stable across reboots and addresses */
    char model[BJ_TEXT_SIZE];  /**< "Ether Dream 2" */
    char where[BJ_TEXT_SIZE];  /**< "192.168.1.20", "USB 1-2" */
    struct bj_address address; /**< network DACs */
    struct bj_address twin;   /**< another address where the same id was seen; ip 0: none */
    uint32_t max_pps;         /**< 0 unknown */
    uint32_t capacity_points; /**< 0 unknown */
    bool busy;                /**< somebody plays on it now */
    bool on_request;          /**< may be no laser: play on it only when its id is given */
    char note[BJ_TEXT_SIZE];  /**< anything the user should know: "in e-stop" */
    uint32_t min_queued_points; /**< as in bj_dac_caps; 0 none, or unknown */
};

/** A search for DACs: one passive or active scan per kind of DAC; all of them run side
 * by side on one thread without blocking. Duplicates (several interfaces, repeated
 * answers) are merged by id; the newest address counts. */
struct bj_discovery;

/** Main thread. Begins a search. Scans whose transport is NULL are left out. The
 * transports, of which `via` has via_size bytes, are used until destroy.
 * BJ_BAD_ARGUMENT, BJ_NO_MEMORY. */
BJ_API enum bj_status bj_discovery_begin(const struct bj_transports *via, size_t via_size,
                                         struct bj_discovery **discovery);

/** Main thread. Begins a search with all transports of these headers. */
static inline enum bj_status bj_discovery_create(const struct bj_transports *via,
                                                 struct bj_discovery **discovery)
{
    return bj_discovery_begin(via, sizeof *via, discovery);
}

/** Main thread. Accepts NULL. */
BJ_API void bj_discovery_destroy(struct bj_discovery *discovery);

/** Main thread. Does what is due; never blocks. When there are more handles than `wait`
 * holds, the deadline makes it check the others 50 times a second. Entries unseen for 3
 * s are dropped. BJ_OK, or the first scan that cannot work at all (e.g. BJ_BUSY: the
 * port is taken), the others going on, or BJ_NO_MEMORY when more DACs answer than the
 * list can hold; bj_discovery_problem returns the reason as text. */
BJ_API enum bj_status bj_discovery_step(struct bj_discovery *discovery, int64_t now_ns,
                                        struct bj_wait *wait);

/** Main thread. Returns which scans cannot work, and why, for people; "" if all work.
 * Valid until the next step. */
BJ_API const char *bj_discovery_problem(const struct bj_discovery *discovery);

/** Main thread. Lists the DACs seen so far, sorted by id, and returns how many. Valid
 * until the next step. */
BJ_API size_t bj_discovery_list(const struct bj_discovery *discovery,
                                const struct bj_dac_info *const **list);

/** Main thread. Parses what a user typed: a stable id ("etherdream:0004a3112233"), a
 * direct address ("etherdream@192.168.1.20", "etherdream@localhost:7765"), "virtual",
 * "record:FILE". Resolves host names, which takes five seconds at most. On BJ_OK *info,
 * of info_size bytes, is filled as far as the text tells; address.ip is 0 when the id
 * must still be discovered. On failure `why` explains what is wrong and what would be
 * right. */
BJ_API enum bj_status bj_dac_parse_into(const char *text, struct bj_dac_info *info,
                                        size_t info_size, char *why, size_t why_size);

/** Main thread. Parses as bj_dac_parse_into, into the bj_dac_info of these headers. */
static inline enum bj_status bj_dac_parse(const char *text, struct bj_dac_info *info,
                                          char *why, size_t why_size)
{
    return bj_dac_parse_into(text, info, sizeof *info, why, why_size);
}

/* ---- What one kind of DAC can be told: bj_dac_config.extra ---- */

/** The signals that leave an audio interface: those of a frame, and a tone of 1 kHz while
 * light may leave, for a circuit that lets light pass only while it hears it. */
enum bj_audio_signal { BJ_AUDIO_ENABLE = BJ_CHANNELS, BJ_AUDIO_SIGNALS };

#define BJ_AUDIO_MOST_CHANNELS 64
#define BJ_AUDIO_GAIN_LIMIT 10.0f

/** For audio:PCM. A sample is offset + gain * signal, with the sign of the signal changed
 * where inverted; x and y are -1 to +1, the others 0 to 1, full scale is 1. */
struct bj_audio_options {
    uint32_t size;
    uint8_t channel[BJ_AUDIO_SIGNALS]; /**< 1 is the card's first; 0: not wired */
    bool inverted[BJ_AUDIO_SIGNALS];
    bool as_many; /**< leaves out channels that the card lacks, but never x and y */
    float gain[BJ_AUDIO_SIGNALS];   /**< within BJ_AUDIO_GAIN_LIMIT either way */
    float offset[BJ_AUDIO_SIGNALS]; /**< -1 to +1 */
};

/** Any thread. Writes `size` bytes of the usual wiring: x y r g b i on the first
 * channels, as many as the card has; gain 1, no tone. */
BJ_API void bj_audio_options_begin(struct bj_audio_options *options, size_t size);

/** Any thread. Returns the usual wiring. */
static inline struct bj_audio_options bj_audio_defaults(void)
{
    struct bj_audio_options options;
    bj_audio_options_begin(&options, sizeof options);
    return options;
}

/* ---- The outer shell: real clock, sockets and waiting ---- */

/** Any thread, BJ_RT. Returns CLOCK_BOOTTIME in nanoseconds: as CLOCK_MONOTONIC, but
 * time during which the computer sleeps counts, so that sleep shows as a gap. */
BJ_API BJ_RT int64_t bj_clock_ns(void);

/** Main thread. Creates real sockets. One object serves any number of drivers on any
 * threads. NULL: no memory. */
BJ_API struct bj_net *bj_net_create(void);

/** Main thread, after all that uses it is gone. Accepts NULL. */
BJ_API void bj_net_destroy(struct bj_net *net);

/** Main thread. Creates real USB, over libusb on threads of its own; one object serves
 * any number of drivers on any threads. BJ_NO_MEMORY; BJ_UNSUPPORTED: built without
 * libusb. */
BJ_API enum bj_status bj_usb_create(struct bj_usb **usb);

/** Main thread, after all that uses it is gone. Accepts NULL. */
BJ_API void bj_usb_destroy(struct bj_usb *usb);

/** Main thread. Creates the PCMs of ALSA, for any number of drivers on any threads.
 * NULL: no memory, or a build without ALSA. */
BJ_API struct bj_pcm *bj_pcm_create(void);

/** Main thread, after all that uses it is gone. Accepts NULL. */
BJ_API void bj_pcm_destroy(struct bj_pcm *pcm);

/** Main thread. Creates all transports of this build, in `via` of via_size bytes; those
 * that this build does not have are NULL. BJ_BAD_ARGUMENT, BJ_NO_MEMORY: all are NULL. */
BJ_API enum bj_status bj_transports_open(struct bj_transports *via, size_t via_size);

/** Main thread, after all users of the transports are gone. Frees them. Accepts NULL. */
BJ_API void bj_transports_close(struct bj_transports *via, size_t via_size);

/** Main thread. Creates all transports of these headers, as bj_transports_open. */
static inline enum bj_status bj_transports_create(struct bj_transports *via)
{
    return bj_transports_open(via, sizeof *via);
}

/** Main thread. Frees all transports of these headers, as bj_transports_close. */
static inline void bj_transports_destroy(struct bj_transports *via)
{
    bj_transports_close(via, sizeof *via);
}

/** One per engine thread: ppoll on the handles, the deadline and a wake. */
struct bj_waiter;

/** Main thread. Creates a waiter. NULL: errno says why. */
BJ_API struct bj_waiter *bj_waiter_create(void);

/** Main thread, once nobody waits or wakes any more. Frees the waiter. Accepts NULL. */
BJ_API void bj_waiter_destroy(struct bj_waiter *waiter);

/** Engine thread. Waits until the deadline, a ready handle, or a wake. */
BJ_API void bj_waiter_wait(struct bj_waiter *waiter, const struct bj_wait *wait);

/** Any thread, BJ_RT. Ends the wait, or the next one if nobody waits now. */
BJ_API BJ_RT void bj_waiter_wake(struct bj_waiter *waiter);

/** Main thread. Returns what bj_stream_config.host takes; valid as long as the waiter. */
BJ_API const struct bj_host *bj_waiter_host(const struct bj_waiter *waiter);

#ifdef __cplusplus
}
#endif
#endif
