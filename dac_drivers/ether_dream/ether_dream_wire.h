/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: bytes to structs and back. Pure: no I/O, no state, no allocation.
 *
 * Everything is little-endian and packed. Sources: the published firmware of the first
 * generation, and exchanges captured from first and second generation devices; where the
 * vendor's page disagrees with these, the devices win. docs/dacs/ether-dream.md.
 */
#ifndef ETHER_DREAM_WIRE_H
#define ETHER_DREAM_WIRE_H

#include <beamjack/core.h>

#define ED_TCP_PORT 7765
#define ED_UDP_PORT 7654

#define ED_BROADCAST_SIZE 36
#define ED_REPLY_SIZE 22
#define ED_VERSION_SIZE 32
#define ED_POINT_SIZE 18
#define ED_DATA_HEADER_SIZE 3
#define ED_RATE_SIZE 5  /* q */
#define ED_BEGIN_SIZE 7 /* b and u */

/* Commands, host to DAC. 0xff is an e-stop too. */
enum ed_command {
    ED_ESTOP = 0x00,
    ED_PING = '?',
    ED_BEGIN = 'b',
    ED_CLEAR = 'c',
    ED_DATA = 'd',
    ED_PREPARE = 'p',
    ED_QUEUE_RATE = 'q',
    ED_STOP = 's',
    ED_UPDATE = 'u',
    ED_VERSION = 'v', /* answered by 32 bytes of text instead of a reply */
};

enum ed_code { ED_ACK = 'a', ED_NAK_INVALID = 'I', ED_NAK_FULL = 'F', ED_NAK_STOP = '!' };
enum ed_light { ED_LIGHT_READY, ED_LIGHT_WARMUP, ED_LIGHT_COOLDOWN, ED_LIGHT_ESTOP };
enum ed_playback { ED_IDLE, ED_PREPARED, ED_PLAYING };

/* Why the last stream ended. The other playback flag bits are noise on real devices, so
 * decoding drops them. */
#define ED_FLAG_UNDERFLOW 0x0002
#define ED_FLAG_ESTOP 0x0004

struct ed_status {
    uint8_t light;        /* enum ed_light */
    uint8_t playback;     /* enum ed_playback */
    uint8_t source;       /* 0 network; else the DAC plays something of its own */
    uint16_t flags;       /* ED_FLAG_* only */
    uint16_t fullness;    /* points in the ring; stale while idle */
    uint32_t point_rate;  /* 0 unless playing */
    uint32_t point_count; /* played since begin */
};

struct ed_reply {
    uint8_t code;    /* enum ed_code */
    uint8_t command; /* the opcode it answers */
    struct ed_status status;
};

struct ed_broadcast {
    uint8_t mac[6];
    uint16_t hw_revision, sw_revision;
    uint16_t capacity; /* points */
    uint32_t max_rate; /* points per second */
    struct ed_status status;
};

/* BJ_PROTOCOL: a code or state that does not exist. `bytes` holds ED_REPLY_SIZE. */
enum bj_status ed_decode_reply(const uint8_t *bytes, struct ed_reply *reply);

/* BJ_PROTOCOL: too short; what is beyond ED_BROADCAST_SIZE is ignored. Unknown states do
 * not matter here: they decode as they came. */
enum bj_status ed_decode_broadcast(const uint8_t *bytes, size_t size,
                                   struct ed_broadcast *broadcast);

/* Each returns how many bytes it wrote. `rate` must not be 0: it hangs the device. */
size_t ed_encode_begin(uint8_t *out, uint32_t rate);
size_t ed_encode_update(uint8_t *out, uint32_t rate);
size_t ed_encode_queue_rate(uint8_t *out, uint32_t rate);

/* A data command of `count` points, ED_DATA_HEADER_SIZE + count * ED_POINT_SIZE bytes.
 * `rate_change`: the first point takes the next rate from the device's rate queue.
 * `dark`: positions only.
 *
 * x and y become round(v * 32767), halves away from zero, after clamping to -1..+1, so +v
 * and -v are mirror images and -32768 never occurs; not-a-number becomes -32767. Colours
 * pass unchanged; the user channels are 0. */
size_t ed_encode_data(uint8_t *out, const struct bj_point *points, uint32_t count,
                      bool rate_change, bool dark);

#endif
