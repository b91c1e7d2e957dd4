/* SPDX-License-Identifier: MIT */
/* clang-format off */
/** @file
 * The driver interface: what a DAC must be able to do for the engine.
 *
 * For driver authors. docs/DRIVER-GUIDE.md walks through dac_drivers/virtual.
 *
 * The life of an instance, in call order; all slots after init run on the engine thread:
 *
 *   init ─ connect ─ service* ─ { write | shutter | service }* ─ stop ─ service*
 *              └─────── disconnect, and again after a lost connection ────────┘
 *   disconnect ─ finish
 *
 * No slot ever blocks or sleeps. No slot allocates after init. Nothing but connect is
 * called after a disconnect.
 *
 * The engine checks in passing that a driver does what this header says: a state that does
 * not exist, points taken that were not offered, BJ_OK for none taken, too many handles, a
 * level from the future. Then the connection is lost, with a text that names the driver.
 */
/* clang-format on */
#ifndef BEAMJACK_DRIVER_H
#define BEAMJACK_DRIVER_H

#include <beamjack/core.h>

#if defined(__x86_64__) && !defined(BJ_ROUND_PLAIN)
#define BJ_ROUND_SSE2
#include <emmintrin.h>
#include <string.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Structs of callers that were compiled with another version: the rule is in core.h ---- */

/** Any thread, BJ_RT. Copies over `whole`, which holds the defaults, as much of `given`
 * as both have; whole->size becomes whole_size. Returns false if the caller's size is
 * impossible, or sets fields that this library does not know. */
BJ_API BJ_RT bool bj_sized_read(void *whole, size_t whole_size, const void *given);

/** Any thread, BJ_RT. Copies to the caller's struct of out_size bytes as much of `whole`
 * as fits, and zeros beyond. NULL: does nothing. */
BJ_API BJ_RT void bj_sized_write(void *out, size_t out_size, const void *whole,
                                 size_t whole_size);

/** Any thread, BJ_RT. Copies as bj_sized_write, and sets the size that the struct begins
 * with. */
BJ_API BJ_RT void bj_sized_begin(void *out, size_t out_size, const void *defaults,
                                 size_t whole_size);

/* ---- Waiting ---- */

#define BJ_WAIT_HANDLES 16
#define BJ_WAIT_READ 1
#define BJ_WAIT_WRITE 2

/** When to call again: at deadline_ns, or earlier when a handle becomes ready. Handles
 * are file descriptors, or their equivalent in an in-memory transport. */
struct bj_wait {
    int64_t deadline_ns;
    bool full; /**< one more handle was added than there is room for */
    int count;
    struct bj_wait_handle {
        int handle;
        int events; /**< BJ_WAIT_READ | BJ_WAIT_WRITE */
    } handles[BJ_WAIT_HANDLES];
};

/** Engine thread, BJ_RT. Makes a wait for nothing, without a deadline. */
BJ_API BJ_RT void bj_wait_init(struct bj_wait *wait);

/** Engine thread, BJ_RT. Sets the deadline, unless an earlier one is set. */
BJ_API BJ_RT void bj_wait_until(struct bj_wait *wait,
                                int64_t deadline_ns); /**< the earlier counts */

/** Engine thread, BJ_RT. Adds a handle. Beyond BJ_WAIT_HANDLES it adds none and sets
 * `full`: a driver that leaves `full` set breaks its contract. */
BJ_API BJ_RT void bj_wait_handle(struct bj_wait *wait, int handle, int events);

/* ---- Network, passed in ---- */

struct bj_address {
    uint32_t ip;   /**< IPv4, host byte order; 0 = any */
    uint16_t port; /**< host byte order */
};

#define BJ_LOOPBACK 0x7f000001u

struct bj_net;

/** Non-blocking sockets, real (dac_drivers/net.h) or in memory (tests/support/fake_net.h).
 */
struct bj_net_ops {
    /** Starts a TCP connection without delay of small packets; write-ready when it is made.
     */
    enum bj_status (*connect_tcp)(struct bj_net *net, struct bj_address to, int *handle);

    /** Returns BJ_OK: connected, BJ_WOULD_BLOCK: still trying, or the reason of the
     * failure. */
    enum bj_status (*connect_result)(struct bj_net *net, int handle);

    /** Opens a UDP socket bound to `local` that may broadcast. `shared`: other programs
     * may bind the same port and all of them receive broadcasts. */
    enum bj_status (*open_udp)(struct bj_net *net, struct bj_address local, bool shared,
                               int *handle);

    /** TCP: takes 1..size bytes, or returns BJ_WOULD_BLOCK or BJ_DISCONNECTED. */
    enum bj_status (*send)(struct bj_net *net, int handle, const void *bytes, size_t size,
                           size_t *sent);
    /** TCP: gives 1..size bytes, or returns BJ_WOULD_BLOCK or BJ_DISCONNECTED (end or
     * reset). */
    enum bj_status (*receive)(struct bj_net *net, int handle, void *bytes, size_t size,
                              size_t *received);

    /** UDP: sends one datagram, whole. */
    enum bj_status (*send_to)(struct bj_net *net, int handle, struct bj_address to,
                              const void *bytes, size_t size);
    /** UDP, from a socket bound to no address: sends a datagram from each address of
     * this computer to the broadcast address of its network and, loopback excepted, to
     * 255.255.255.255. BJ_OK: at least one was sent; BJ_NOT_FOUND: there is no network. */
    enum bj_status (*broadcast)(struct bj_net *net, int handle, uint16_t port,
                                const void *bytes, size_t size);
    /** UDP: receives one datagram; a longer one is cut to size. */
    enum bj_status (*receive_from)(struct bj_net *net, int handle, struct bj_address *from,
                                   void *bytes, size_t size, size_t *received);

    /** UDP: receives from `peer` only, from now on. If nobody listens there, a later
     * send_to or receive_from returns BJ_REFUSED, once. */
    enum bj_status (*set_peer)(struct bj_net *net, int handle, struct bj_address peer);

    void (*close)(struct bj_net *net, int handle);
};

struct bj_net {
    const struct bj_net_ops *ops;
};

/* ---- USB, passed in ---- */

/** The most devices of the kinds that drivers ask for; a bus holds 127. */
#define BJ_USB_DEVICES 128
#define BJ_USB_PORT_SIZE 32
#define BJ_USB_TEXT_SIZE 64
#define BJ_USB_INTERFACES 4
#define BJ_USB_TRANSFERS 32         /**< under way at once on one handle */
#define BJ_USB_TRANSFER_BYTES 32768 /**< the longest transfer */

/** A device as the bus shows it. */
struct bj_usb_device {
    uint16_t vendor_id, product_id, release; /**< release: bcdDevice */
    char
        port[BJ_USB_PORT_SIZE]; /**< bus and whole port path, "1-2.3": stays with the socket
                                 */
    char manufacturer[BJ_USB_TEXT_SIZE], product[BJ_USB_TEXT_SIZE]; /**< "" unknown */
    char serial[BJ_USB_TEXT_SIZE]; /**< "" none or unknown */
    enum bj_status access; /**< BJ_OK, or why opening would fail: BJ_NO_PERMISSION */
};

/** Which device to open, and which interfaces to claim, in this order. Alternate 0 is what
 * a device has after plugging in and after a release: it is not selected again. */
struct bj_usb_target {
    uint16_t vendor_id, product_id;
    char port[BJ_USB_PORT_SIZE];
    int interfaces;
    struct {
        uint8_t interface, alternate;
    } interface[BJ_USB_INTERFACES];
};

enum bj_usb_type { BJ_USB_BULK, BJ_USB_INTERRUPT };

struct bj_usb_transfer {
    uint32_t tag;     /**< the driver's; comes back with the result */
    uint8_t endpoint; /**< bit 7: IN */
    enum bj_usb_type type;
    const void *bytes;  /**< OUT: copied by submit; IN: NULL */
    size_t size;        /**< OUT: 1..BJ_USB_TRANSFER_BYTES; IN: the most wanted */
    bool zero_packet;   /**< OUT: an empty packet follows if the last one is full */
    int64_t timeout_ns; /**< from being handed to the bus; 0: none */
};

struct bj_usb_result {
    uint32_t tag;
    uint8_t endpoint;
    enum bj_status status; /**< BJ_OK; BJ_TIMED_OUT; BJ_BUSY: cancelled; BJ_REFUSED: stall;
                              BJ_PROTOCOL: more than asked for; BJ_IO_ERROR;
                              BJ_DISCONNECTED: the device is gone */
    size_t size;           /**< moved, also when it failed */
    const uint8_t *bytes;  /**< IN: valid until the next call of `finished` */
    int64_t begun_ns, finished_ns; /**< handed to the bus, known to be over */
};

struct bj_usb;

/** Never blocks and never allocates after open: all that may (enumerating, opening,
 * claiming, closing, libusb itself) happens on threads of the transport. A handle that
 * is not open, and a transfer or target beyond the limits above, is answered with
 * BJ_BAD_ARGUMENT or left alone. Real (dac_drivers/transport/usb/usb.h, libusb) or in
 * memory (tests/support/fake_usb.h). */
struct bj_usb_ops {
    /** Lists the devices of this kind as last seen, `room` at most, and returns how
     * many. The first call starts the watch of the bus, so keep calling. */
    size_t (*list)(struct bj_usb *usb, uint16_t vendor_id, uint16_t product_id,
                   struct bj_usb_device *devices, size_t room);

    /** Begins to open a device. *handle is ready for reading whenever there is news. */
    enum bj_status (*open)(struct bj_usb *usb, const struct bj_usb_target *target,
                           int *handle);

    /** Returns BJ_OK: open, BJ_WOULD_BLOCK: still trying; BJ_NOT_FOUND,
     * BJ_NO_PERMISSION, BJ_BUSY (somebody has claimed it), BJ_UNSUPPORTED (no such
     * interface), BJ_IO_ERROR. */
    enum bj_status (*open_result)(struct bj_usb *usb, int handle);

    /** Submits a transfer. Transfers of one endpoint run in order, those of different
     * endpoints side by side. BJ_WOULD_BLOCK: too many under way; BJ_DISCONNECTED. */
    enum bj_status (*submit)(struct bj_usb *usb, int handle,
                             const struct bj_usb_transfer *transfer);

    /** Returns the next transfer that is over. BJ_WOULD_BLOCK: none; BJ_DISCONNECTED:
     * the device is gone and all results were given. */
    enum bj_status (*finished)(struct bj_usb *usb, int handle,
                               struct bj_usb_result *result);

    /** Ends all transfers of this endpoint soon, as BJ_BUSY unless they are over
     * already. */
    void (*cancel)(struct bj_usb *usb, int handle, uint8_t endpoint);

    /** Clears a stall of the endpoint; transfers submitted later wait for that. */
    void (*clear_halt)(struct bj_usb *usb, int handle, uint8_t endpoint);

    /** Closes the device, in any state. Transfers to OUT endpoints get 50 ms to leave,
     * so that a last "dark" arrives; then alternate 0 is selected where another was. The
     * handle is invalid from now on; the next open of this device waits for the end of
     * the close. */
    void (*close)(struct bj_usb *usb, int handle);
};

struct bj_usb {
    const struct bj_usb_ops *ops;
};

/* ---- Audio output, passed in ---- */

#define BJ_PCM_NAME_SIZE 128
#define BJ_PCM_TEXT_SIZE 96
#define BJ_PCM_FRAME_BYTES 256 /**< the longest frame: 64 channels of 32 bits */

/** Formats of a sample: little endian, signed, full scale. */
enum bj_pcm_format {
    BJ_PCM_S32 = 0,
    BJ_PCM_S24,        /**< in the low three of four bytes */
    BJ_PCM_S24_PACKED, /**< three bytes */
    BJ_PCM_FLOAT,      /**< 32 bits, full scale is 1 */
    BJ_PCM_S16,
};

struct bj_pcm_request {
    char name[BJ_PCM_NAME_SIZE]; /**< as ALSA calls it: "hw:2,0" */
    uint32_t least_channels;     /**< fewer make open fail */
    uint32_t channels;           /**< the number preferred, where the card has as many */
    int64_t buffer_ns;           /**< the nearest that the card can do is taken */
};

struct bj_pcm_actual {
    double rate_hz; /**< as the card makes it */
    uint32_t min_rate_hz, max_rate_hz;
    uint32_t channels;
    enum bj_pcm_format format;
    uint32_t buffer_frames;  /**< what it can hold */
    uint32_t quantum_frames; /**< steps of its counter, 1 = exact */
    char card[BJ_PCM_TEXT_SIZE];
};

/** Position of the frames written since open: heard + queued + dropped is at most the
 * number written, the rest is under way. */
struct bj_pcm_snapshot {
    int64_t sent_ns, received_ns; /**< the PCM counted between these; 0: not yet */
    uint64_t heard_frames;
    uint64_t dropped_frames; /**< in all, by drop or by a reset of the PCM */
    uint32_t queued_frames;
    bool running;
    uint32_t drops;    /**< calls of drop that have taken effect */
    uint32_t dries;    /**< times it ran out of frames, and stopped by that */
    uint32_t suspends; /**< times the computer slept: stopped, and its queue dropped */
};

struct bj_pcm;

/** PCMs for playback. Nothing blocks or allocates but create and destroy: all that may
 * (opening, the sound system itself) happens on threads of the transport. Real
 * (dac_drivers/transport/pcm/pcm.c, ALSA) or in memory (tests/sim/sim_pcm.h). */
struct bj_pcm_ops {
    /** Main thread. Creates a PCM, not opened yet. *handle is ready for reading whenever
     * there is news: opened, started, dropped, dry, gone. BJ_NO_MEMORY. */
    enum bj_status (*create)(struct bj_pcm *pcm, const struct bj_pcm_request *request,
                             int *handle);
    void (*destroy)(struct bj_pcm *pcm, int handle);

    /** Begins to open the PCM at the rate nearest to rate_hz, once a close before it has
     * ended. */
    void (*open)(struct bj_pcm *pcm, int handle, uint32_t rate_hz);

    /** Returns BJ_OK: open, BJ_WOULD_BLOCK: still trying; BJ_NOT_FOUND,
     * BJ_NO_PERMISSION, BJ_BUSY, BJ_UNSUPPORTED (too few channels, no format),
     * BJ_IO_ERROR. */
    enum bj_status (*opened)(struct bj_pcm *pcm, int handle, struct bj_pcm_actual *actual);

    /** Takes 1..count whole frames, or returns BJ_WOULD_BLOCK. */
    enum bj_status (*write)(struct bj_pcm *pcm, int handle, const void *frames,
                            uint32_t count, uint32_t *written);

    /** Starts to play the frames written so far, and plays on until the PCM is dry. */
    void (*start)(struct bj_pcm *pcm, int handle);

    /** Stops, and drops the frames that were written and not heard yet. Write nothing
     * before a snapshot counts the drop. */
    void (*drop)(struct bj_pcm *pcm, int handle);

    /** Returns the newest snapshot, which covers all news until now. BJ_OK, or
     * BJ_DISCONNECTED: the PCM is gone for good. */
    enum bj_status (*snapshot)(struct bj_pcm *pcm, int handle,
                               struct bj_pcm_snapshot *snapshot);

    /** Closes, in any state: drops, plays `dark_frame` for some 10 ms so that nothing
     * else is left in the card, then closes. NULL: plays nothing. */
    void (*close)(struct bj_pcm *pcm, int handle, const void *dark_frame);
};

struct bj_pcm {
    const struct bj_pcm_ops *ops;
};

/** The transports given to drivers; NULL: this build or this test does not have that
 * one. */
struct bj_transports {
    struct bj_net *net;
    struct bj_usb *usb;
    struct bj_pcm *pcm;
};

/* ---- What a driver is, and what it says ---- */

enum bj_output_model {
    BJ_MODEL_FIFO = 0, /**< a queue of points, with or without a level report */
    BJ_MODEL_SWAP,     /**< whole frames, the next one waits while one plays */
    BJ_MODEL_TIMED,    /**< datagrams that carry their own time */
};

/** The highest rate assumed of a DAC that reports none, or an impossible one: any
 * scanner and any DAC on the market can do it. */
#define BJ_CAREFUL_PPS 30000u

/** Capabilities as far as known: capacity and rates may become exact with the
 * connection. max_points_per_chunk and the model never change. */
struct bj_dac_caps {
    enum bj_output_model model;
    uint32_t min_pps, max_pps, default_pps; /**< default_pps 0: the rate of the producer */
    uint32_t capacity_points;   /**< the most that can be queued; 0 = no limit known */
    uint32_t min_queued_points; /**< fewer than this and the device counts as dry */
    uint32_t min_points_per_chunk, max_points_per_chunk;
    bool reports_level;
    bool intensity_line; /**< intensity leaves on a signal of its own */
    bool
        follows_pps; /**< a chunk's pps holds from its first point on, and may always change
                      */
    int64_t target_buffer_ns, min_buffer_ns; /**< defaults */
    int64_t stall_ns; /**< how long an exchange with the device may reasonably hang */
};

enum bj_dac_state {
    BJ_DAC_CONNECTING = 0, /**< not connected yet: write would block */
    BJ_DAC_READY,          /**< takes points, does not play yet; the queue does not drain */
    BJ_DAC_PLAYING,
    BJ_DAC_FAULT,   /**< refuses light; shutter(open) asks the device to clear it */
    BJ_DAC_STOPPED, /**< after stop: confirmed dark */
};

struct bj_dac_status {
    enum bj_dac_state state;
    uint32_t room_points; /**< write takes this many points now; 0 = it would block, until a
                             handle or the deadline of `wait` */
    uint32_t fault_count; /**< since init; rises with every new fault */
};

/** A snapshot of the device's queue, which the device took between the two times. */
struct bj_level_report {
    int64_t sent_ns;     /**< just before the request went out */
    int64_t received_ns; /**< when the reply was read; a moment after now_ns if a thread of
                            the transport read it meanwhile */
    uint32_t queued_points;     /**< in the device when it answered */
    uint32_t unreported_points; /**< taken by write, and not in queued_points */
    uint64_t played_points;     /**< since connect: accepted by the device minus queued */
    uint32_t quantum_points;    /**< step of queued_points, 1 = exact */
    bool spread;  /**< snapshots fall anywhere in a step, independent of it: the ends of
                     steps can be used. Otherwise only their average */
    bool playing; /**< the queue drains */
    bool dry;     /**< the queue was found empty: not evidence about the rate */
};

/** How a driver tells the engine what happened; every call on the engine thread, from
 * within a slot. */
struct bj_dac_events {
    void (*level)(void *engine, const struct bj_level_report *report);
    /** Tells how many points were taken and will not be played (flush, refusal, lost
     * connection); the queue is empty now. `dry`: the device ran out of points by
     * itself. */
    void (*emptied)(void *engine, uint32_t lost_points, bool dry);
    /** Tells people of something recoverable, in a sentence: device, what, why, what to
     * do. */
    void (*notice)(void *engine, enum bj_status status, const char *text);
};

struct bj_dac_config {
    uint32_t size;
    struct bj_address address; /**< network DACs: the address last seen; ip 0 = unknown */
    const char *id;    /**< stable id or direct address, e.g. "etherdream:0004a3112233" */
    const void *extra; /**< options of one driver, see its header; may be NULL */
    struct bj_transports via; /**< last, so that it can grow too */
};

/** Any thread. Writes `size` bytes of a configuration without id and transports. */
BJ_API void bj_dac_config_begin(struct bj_dac_config *config, size_t size);

/** Any thread. Returns a configuration without id and transports. */
static inline struct bj_dac_config bj_dac_defaults(void)
{
    struct bj_dac_config config;
    bj_dac_config_begin(&config, sizeof config);
    return config;
}

/** Points for the DAC. Every value is finite and within its range. Colours are dimmed
 * already: intensity is 1 where there is light and 0 elsewhere, unless the DAC has an
 * intensity line and the stream uses it. */
struct bj_chunk {
    const struct bj_point *points;
    uint32_t count;
    uint32_t pps;
    uint64_t start;  /**< stream position of points[0] */
    int64_t play_ns; /**< when points[0] should leave the DAC */
};

#define BJ_DAC_NAME_SIZE 320

/** The beginning of every instance. The first three fields are set before init and stay
 * valid until finish. The rest belongs to the driver, is valid from init on, and may
 * become exact with the connection. */
struct bj_dac {
    const struct bj_dac_driver *driver;
    const struct bj_dac_events *events;
    void *engine;
    struct bj_dac_caps caps;
    /** Model and place for people: "Ether Dream 2 (d8:80:39:...) at 192.168.1.20". */
    char name[BJ_DAC_NAME_SIZE];
};

struct bj_dac_driver {
    const char *name;     /**< "etherdream": the part of an id before the colon */
    const char *title;    /**< "Ether Dream" */
    const char *id_form;  /**< for people: "etherdream:MAC or etherdream@HOST[:PORT]" */
    size_t instance_size; /**< begins with a struct bj_dac; all else is zero before init */

    /** Any thread. Returns whether the id is one of this kind of DAC, in one of the
     * forms above. */
    bool (*accepts_id)(const char *id);

    /** Main thread. Fills in caps and name, copies from config what the driver needs;
     * opens nothing. BJ_BAD_ARGUMENT, BJ_NO_MEMORY. */
    enum bj_status (*init)(void *dac, const struct bj_dac_config *config);

    /** Main thread, after disconnect. Undoes init. Optional: NULL = there is nothing to
     * undo. */
    void (*finish)(void *dac);

    /** Returns the rate at which the hardware really plays when set to `pps`. Optional:
     * NULL = exactly pps. */
    double (*true_pps)(const void *dac, uint32_t pps);

    /** Begins a connection attempt at rate `pps`; the device shall start playing once
     * `begin_points` are queued. Success shows in status as READY. Returns BJ_OK, or why
     * the attempt cannot begin. */
    enum bj_status (*connect)(void *dac, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points);

    /** Moves bytes, checks time-outs, changes states; called first in every step, and
     * again after any other slot. Adds to `wait` all that the driver waits for, and a
     * past time only if there is something to do at once. Anything but BJ_OK: the
     * connection is over, disconnect follows; BJ_UNSUPPORTED, BJ_NO_PERMISSION and
     * BJ_BAD_ARGUMENT are final. */
    enum bj_status (*service)(void *dac, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait);

    /** Offers a chunk that is safe to play. BJ_OK: the driver has taken *taken
     * (1..count) points and will send them in order. BJ_WOULD_BLOCK: it took none; the
     * same points come again. Other errors as service. */
    enum bj_status (*write)(void *dac, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken);

    /** Closes or opens the shutter. Closed: switches light off as fast as the device
     * can, ahead of all that is queued; drops the queue where the device can (then
     * events->emptied), and keeps accepting dark points. Open: lets light pass again,
     * asks the device to clear a fault. Takes effect at once or with the next services;
     * never fails: a device that cannot is disconnected. */
    void (*shutter)(void *dac, int64_t now_ns, bool open);

    /** Goes dark, closes the shutter and ends playback, for good. The state is STOPPED
     * once the device confirms. */
    void (*stop)(void *dac, int64_t now_ns);

    /** Disconnects at once, in any state, after a last best-effort stop. */
    void (*disconnect)(void *dac);
};

/* ---- For encoders ---- */

/** Colour and intensity as whole numbers, as a DAC takes them. */
struct bj_light {
    uint16_t r, g, b, i;
};

/** Any thread, BJ_RT. Returns one colour rounded, as bj_round_light. */
static inline uint16_t bj_round_colour(float colour, uint16_t full)
{
    double inside = colour > 0 ? (colour < 1 ? (double)colour : 1.0) : 0.0;

    return (uint16_t)(inside * full + 0.5);
}

/** Any thread, BJ_RT. Returns 0..1 as 0..full, rounded to the nearest, halves up, in
 * double, where products and sums are exact. Values are clamped; NaN is dark, and with
 * full 0 all is dark. DACs of more than 16 bits take the floats. */
static inline struct bj_light bj_round_light(const struct bj_point *point, uint16_t full)
{
#ifdef BJ_ROUND_SSE2 /* all four at once: every point on its way out passes here */
    const __m128 light = _mm_loadu_ps(&point->r);
    const __m128 inside = _mm_min_ps(_mm_max_ps(light, _mm_setzero_ps()), _mm_set1_ps(1));
    const __m128d scale = _mm_set1_pd(full), half = _mm_set1_pd(0.5);
    const __m128d rg = _mm_cvtps_pd(inside);
    const __m128d bi = _mm_cvtps_pd(_mm_movehl_ps(inside, inside));
    const __m128i low = _mm_cvttpd_epi32(_mm_add_pd(_mm_mul_pd(rg, scale), half));
    const __m128i high = _mm_cvttpd_epi32(_mm_add_pd(_mm_mul_pd(bi, scale), half));
    const __m128i centred =
        _mm_sub_epi32(_mm_unpacklo_epi64(low, high), _mm_set1_epi32(0x8000));
    const __m128i words = _mm_packs_epi32(centred, centred);
    const long long bits = _mm_cvtsi128_si64(_mm_xor_si128(words, _mm_set1_epi16(-0x8000)));
    struct bj_light rounded;

    memcpy(&rounded, &bits, sizeof rounded);
    return rounded;
#else
    struct bj_light rounded = {
        bj_round_colour(point->r, full), bj_round_colour(point->g, full),
        bj_round_colour(point->b, full), bj_round_colour(point->i, full)};

    return rounded;
#endif
}

/* ---- An instance ---- */

/** Main thread. Creates an instance. Returns the status of init, BJ_NO_MEMORY, or
 * BJ_BAD_ARGUMENT where an argument, init or the id is NULL or the instance too small;
 * on failure *dac is NULL. `events` may be NULL for an instance that is never connected. */
BJ_API enum bj_status bj_dac_create(const struct bj_dac_driver *driver,
                                    const struct bj_dac_config *config,
                                    const struct bj_dac_events *events, void *engine,
                                    struct bj_dac **dac);

/** Main thread, after disconnect. Frees the instance. Accepts NULL. */
BJ_API void bj_dac_destroy(struct bj_dac *dac);

/** Engine thread, or main thread while no engine runs. Returns the rate from the slot
 * true_pps; exactly pps where the slot is missing or returns an impossible rate. */
BJ_API double bj_dac_true_pps(const struct bj_dac *dac, uint32_t pps);

#ifdef __cplusplus
}
#endif
#endif
