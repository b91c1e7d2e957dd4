/* SPDX-License-Identifier: MIT
 *
 * ILDA Digital Network: bytes to structs and back. Pure: no I/O, no state, no allocation.
 *
 * Big-endian. Sources: the IDN-Hello draft of 2022-03-27, the IDN-Stream specification
 * revision 002, and the open receiver helios_openidn where these leave something open.
 * docs/dacs/idn.md.
 */
#ifndef IDN_WIRE_H
#define IDN_WIRE_H

#include <beamjack/core.h>

#define IDN_PORT 7255
#define IDN_DATAGRAM_SIZE 1472 /* the most that crosses an Ethernet in one piece */
#define IDN_HEADER_SIZE 4
#define IDN_UNIT_SIZE 16
#define IDN_NAME_SIZE 20
#define IDN_SERVICES 255    /* the most that a unit can have */
#define IDN_MAP_BYTES 12244 /* the longest map: 255 relays and 255 services */

enum idn_command {
    IDN_SCAN = 0x10,
    IDN_SCAN_ANSWER = 0x11,
    IDN_MAP = 0x12,
    IDN_MAP_ANSWER = 0x13,
    IDN_MESSAGE = 0x40,     /* real time: these count in one sequence */
    IDN_MESSAGE_ACK = 0x41, /* the same, asks for an acknowledge */
    IDN_CLOSE = 0x44,
    IDN_CLOSE_ACK = 0x45,
    IDN_ABORT = 0x46, /* everything dropped at once, no answer */
    IDN_ACK = 0x47,
};

struct idn_header {
    uint8_t command, flags;
    uint16_t sequence;
};

/* ---- Who is there -------------------------------------------------------------------- */

/* status of a scan answer */
#define IDN_UNIT_BROKEN 0x80
#define IDN_UNIT_OFFLINE 0x40 /* starting, too hot, emergency stop */
#define IDN_UNIT_EXCLUDED 0x20
#define IDN_UNIT_OCCUPIED 0x10

struct idn_unit {
    uint8_t status;
    uint8_t id[IDN_UNIT_SIZE];    /* zero padded; [0] how many octets follow */
    char host[IDN_NAME_SIZE + 1]; /* printable ASCII, other octets as '?' */
};

struct idn_service {
    uint8_t id; /* 1..255 */
    uint8_t type;
    bool preferred; /* the unit's own default for its type */
    char name[IDN_NAME_SIZE + 1];
};

struct idn_map {
    uint32_t count;
    struct idn_service services[IDN_SERVICES];
};

/* By its type: is it a laser projector, whatever its version? */
bool idn_is_projector(const struct idn_service *service);

/* By its type: is it something that surely takes no points (serial line, DMX, MIDI, audio)?
 * What is neither may be a laser: receivers are known that use types of their own. */
bool idn_is_no_laser(const struct idn_service *service);

/* ---- What a receiver says of the stream ---------------------------------------------- */

enum idn_result {
    IDN_ACCEPTED = 0x00,
    IDN_NO_CONNECTION = 0xeb, /* nothing there to close */
    IDN_OCCUPIED = 0xec,
    IDN_EXCLUDED = 0xed,
    IDN_BAD_PAYLOAD = 0xee,
    IDN_FAILED = 0xef,
};

#define IDN_IN_NEW_CONNECTION 0x0001
#define IDN_IN_SEQUENCE 0x0010 /* one or more packets did not follow the one before */

#define IDN_PIPE_CLOSED 0x0002
#define IDN_PIPE_UNKNOWN 0x0010 /* no such service or mode */
#define IDN_PIPE_BUSY 0x0020
#define IDN_PIPE_NO_CONFIG 0x0080
#define IDN_PIPE_MATCH 0x0200
#define IDN_PIPE_CONTINUITY 0x0400

struct idn_ack {
    uint8_t result; /* enum idn_result */
    uint16_t input, pipeline;
};

/* ---- Decoding: false when it is too short or contradicts itself ----------------------- */

bool idn_decode_header(const uint8_t *bytes, size_t size, struct idn_header *header);

/* Of what follows the header. */
bool idn_decode_unit(const uint8_t *bytes, size_t size, struct idn_unit *unit);
bool idn_decode_map(const uint8_t *bytes, size_t size, struct idn_map *map);
bool idn_decode_ack(const uint8_t *bytes, size_t size, struct idn_ack *ack);

/* ---- Encoding: each returns how many bytes it wrote ----------------------------------- */

/* A packet without content. */
size_t idn_encode_empty(uint8_t *out, enum idn_command command, uint16_t sequence);

/* What a sample looks like on the wire, and the dictionary that tells so. */
struct idn_format {
    const char *name;
    uint8_t tag_count; /* even */
    uint8_t sample_size;
    uint16_t tags[10];
};

enum idn_format_kind {
    IDN_XYRGB16, /* 16 bit each: for whoever reads the dictionary */
    IDN_XYRGBI8, /* colour 8 bit, intensity 0 or 255: what every receiver understands */
    IDN_FORMATS
};

extern const struct idn_format idn_formats[IDN_FORMATS];

/* How many samples one datagram takes, with or without a configuration. */
uint32_t idn_most_samples(enum idn_format_kind format);

struct idn_message {
    enum idn_command command;
    uint16_t sequence;
    uint32_t timestamp_us;
    bool configured; /* carries the channel's configuration: */
    uint8_t service; /* 1..255, 0 = the unit's default */
    uint8_t match;   /* 0..3, another one whenever the format changes */
    enum idn_format_kind format;
};

/* A channel message without samples. */
size_t idn_encode_void(uint8_t *out, const struct idn_message *message);

/* Closes the channel once its samples are played. */
size_t idn_encode_channel_close(uint8_t *out, const struct idn_message *message);

/* Samples from two places, the first ones first; together 1..idn_most_samples. `dark`:
 * positions without light. `out` has room for IDN_DATAGRAM_SIZE. */
struct idn_samples {
    const struct bj_point *first, *then;
    uint32_t first_count, then_count;
    bool dark;
};

size_t idn_encode_wave(uint8_t *out, const struct idn_message *message,
                       uint32_t duration_us, const struct idn_samples *samples);

#endif
