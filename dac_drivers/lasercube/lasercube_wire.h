/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): bytes to structs and back. Pure: no I/O, no state, no allocation.
 *
 * Everything is little-endian. There is no published specification; the layouts are those
 * of the vendor's own client (libLaserdockCore) and of independent ones that agree with it.
 * docs/dacs/lasercube-network.md.
 */
#ifndef LASERCUBE_WIRE_H
#define LASERCUBE_WIRE_H

#include <beamjack/core.h>

#define LC_COMMAND_PORT 45457
#define LC_DATA_PORT_OFFSET 1 /* samples and reports: one above the commands */

#define LC_INFO_SIZE 64
#define LC_REPORT_SIZE 4
#define LC_COMMAND_SIZE 5 /* the longest */
#define LC_MAX_POINTS 140
#define LC_HEADER_SIZE 4
#define LC_POINT_SIZE 10
#define LC_PACKET_SIZE (LC_HEADER_SIZE + LC_MAX_POINTS * LC_POINT_SIZE)
#define LC_SERIAL_SIZE 6
#define LC_NAME_SIZE 27

enum lc_opcode {
    LC_FULL_INFO = 0x77,
    LC_REPORTS = 0x78,   /* 0, 1: answer each sample packet with the free places */
    LC_OUTPUT = 0x80,    /* 0, 1: light may leave */
    LC_RATE = 0x82,      /* points per second */
    LC_FREE = 0x8a,      /* how many places are free in the ring */
    LC_CLEAR = 0x8d,     /* empties the ring */
    LC_THRESHOLD = 0xa0, /* points before an empty ring plays; newer firmware only */
    LC_SAMPLES = 0xa9,
};

/* Full info. What the flags mean depends on the firmware: lasercube_model.h. */
struct lc_info {
    uint8_t major, minor; /* firmware */
    uint8_t flags;
    uint32_t rate, max_rate;
    uint32_t free_points, ring_points;
    uint8_t battery; /* percent, 255 on mains */
    int8_t temperature;
    uint8_t connection;
    uint8_t serial[LC_SERIAL_SIZE];
    uint8_t model;
    char name[LC_NAME_SIZE];
};

/* A reply on the command port. */
struct lc_reply {
    uint8_t opcode;
    bool good;            /* the status was 0 */
    uint32_t free_points; /* of LC_FREE, if good */
};

/* A report on the data port. */
struct lc_report {
    uint8_t message; /* of the packet it answers */
    uint32_t free_points;
};

/* BJ_PROTOCOL: not that. More bytes than needed are ignored. */
enum bj_status lc_decode_info(const uint8_t *bytes, size_t size, struct lc_info *info);
enum bj_status lc_decode_reply(const uint8_t *bytes, size_t size, struct lc_reply *reply);
enum bj_status lc_decode_report(const uint8_t *bytes, size_t size,
                                struct lc_report *report);

/* How many bytes. `value` is what the command takes, ignored where it takes nothing. */
size_t lc_encode_command(uint8_t out[LC_COMMAND_SIZE], enum lc_opcode opcode,
                         uint32_t value);

/* A packet of 1..LC_MAX_POINTS points. `dark`: positions only.
 *
 * x is mirrored: the device counts from right to left. Positions become
 * round((1 -+ v) / 2 * 4095) after clamping to -1..+1, not-a-number the centre; colours are
 * multiplied by the intensity and rounded to 12 bits, full being 4095. */
size_t lc_encode_samples(uint8_t out[LC_PACKET_SIZE], uint8_t message, uint8_t frame,
                         const struct bj_point *points, uint32_t count, bool dark);

#endif
