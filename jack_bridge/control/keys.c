/* SPDX-License-Identifier: MIT */
#include "control/keys.h"

enum state {
    GROUND,
    ESCAPE,       /* behind ESC */
    INTERMEDIATE, /* behind ESC and 0x20 to 0x2f: one final byte */
    SINGLE,       /* behind SS2 or SS3: one byte */
    CONTROL,      /* behind CSI: parameters, then a final byte */
    CONTROL_BARE, /* directly behind CSI */
    COUNTED,      /* `left` bytes, whatever they are */
    STRING,       /* OSC, DCS, APC, PM, SOS: until ST or BEL */
    STRING_ESCAPE,
    MULTIBYTE, /* `left` bytes of a UTF-8 character */
    C1,        /* behind 0xc2: a control character, or the letters of Latin-1 */
};

#define ESC 0x1b
#define BEL 0x07

void bj_keys_init(struct bj_keys *keys, int64_t now_ns)
{
    *keys = (struct bj_keys){
        .last_ns = now_ns - BJ_KEY_STRANGE_NS,
        .refused_ns = now_ns + BJ_KEY_START_NS,
        .arm_ns = BJ_NEVER,
    };
}

static void refuse_until(struct bj_keys *keys, int64_t ns)
{
    if (ns > keys->refused_ns)
        keys->refused_ns = ns;
}

/* ---- Sequences: each returns the next state -------------------------------------------------- */

static enum state after_c1(uint8_t byte)
{
    switch (byte) {
    case 0x8e: /* SS2, SS3 */
    case 0x8f:
        return SINGLE;
    case 0x9b:
        return CONTROL_BARE;
    case 0x90: /* DCS, SOS, OSC, PM, APC */
    case 0x98:
    case 0x9d:
    case 0x9e:
    case 0x9f:
        return STRING;
    default:
        return GROUND;
    }
}

static enum state after_escape(uint8_t byte)
{
    if (byte == ESC)
        return ESCAPE;
    if (byte >= 0x20 && byte <= 0x2f)
        return INTERMEDIATE;
    if (byte >= 0x40 && byte <= 0x5f)
        return after_c1(byte + 0x40);
    return GROUND;
}

static enum state after_control(struct bj_keys *keys, uint8_t byte)
{
    if (byte == 'M' && keys->state == CONTROL_BARE) { /* a mouse, the old way */
        keys->left = 3;
        return COUNTED;
    }
    if (byte == '[' && keys->state == CONTROL_BARE) /* function keys of Linux' console */
        return SINGLE;
    return byte >= 0x40 ? GROUND : CONTROL;
}

static enum state after_string(uint8_t byte)
{
    if (byte == BEL || byte == 0x9c || byte == 0x18 || byte == 0x1a)
        return GROUND;
    return byte == ESC ? STRING_ESCAPE : STRING;
}

static enum state after_counted(struct bj_keys *keys, enum state same)
{
    return --keys->left > 0 ? same : GROUND;
}

static enum state begin_multibyte(struct bj_keys *keys, uint8_t byte)
{
    keys->left = byte >= 0xf0 ? 3 : (byte >= 0xe0 ? 2 : 1);
    return byte == 0xc2 ? C1 : MULTIBYTE;
}

static enum state after_ground(struct bj_keys *keys, uint8_t byte)
{
    if (byte == ESC)
        return ESCAPE;
    if (byte >= 0xc2 && byte <= 0xf4)
        return begin_multibyte(keys, byte);
    return after_c1(byte);
}

static bool continues(uint8_t byte)
{
    return byte >= 0x80 && byte <= 0xbf;
}

static enum state next_state(struct bj_keys *keys, uint8_t byte)
{
    switch ((enum state)keys->state) {
    case GROUND:
        return after_ground(keys, byte);
    case ESCAPE:
        return after_escape(byte);
    case INTERMEDIATE:
        return byte >= 0x20 && byte <= 0x2f ? INTERMEDIATE : GROUND;
    case SINGLE:
        return GROUND;
    case CONTROL:
    case CONTROL_BARE:
        return byte == ESC ? ESCAPE : after_control(keys, byte);
    case COUNTED:
        return after_counted(keys, COUNTED);
    case STRING:
        return after_string(byte);
    case STRING_ESCAPE:
        return byte == '\\' ? GROUND : after_escape(byte);
    case MULTIBYTE:
        return continues(byte) ? after_counted(keys, MULTIBYTE) : after_ground(keys, byte);
    case C1:
        return continues(byte) ? after_c1(byte) : after_ground(keys, byte);
    }
    return GROUND;
}

/* ---- Keys --------------------------------------------------------------------------------- */

/* A UTF-8 character that broke off leaves its place to the byte that broke it. */
static bool is_in_sequence(const struct bj_keys *keys, uint8_t byte)
{
    bool broken = (keys->state == MULTIBYTE || keys->state == C1) && !continues(byte);

    return keys->state != GROUND && !broken;
}

static bool is_key(uint8_t byte)
{
    return byte == ' ' || byte == 'a' || byte == 'q' || byte == '?';
}

static unsigned press(struct bj_keys *keys, uint8_t byte, bool alone, int64_t now_ns)
{
    switch (byte) {
    case ' ':
        return BJ_KEY_DISARM;
    case 'q':
        return BJ_KEY_QUIT;
    case '?':
        return BJ_KEY_HELP;
    case 'a':
        if (alone && now_ns >= keys->refused_ns)
            keys->arm_ns = now_ns + BJ_KEY_ALONE_NS;
        return 0;
    default:
        return BJ_KEY_UNKNOWN;
    }
}

/* `quiet`: no byte came shortly before this one. */
static unsigned take_one(struct bj_keys *keys, uint8_t byte, bool alone, bool quiet,
                         int64_t now_ns)
{
    bool inside = is_in_sequence(keys, byte);
    bool key = is_key(byte) && !inside;
    unsigned dark = byte == ' ' ? BJ_KEY_DISARM : 0;

    keys->arm_ns = BJ_NEVER;
    if (byte == 'q' && quiet) /* alone, though a sequence never ended */
        dark |= BJ_KEY_QUIT;
    if (!key)
        refuse_until(keys, now_ns + BJ_KEY_STRANGE_NS);
    keys->state = next_state(keys, byte);
    if (inside)
        return dark | BJ_KEY_UNKNOWN;
    return dark | press(keys, byte, alone && quiet, now_ns);
}

static unsigned ripen(struct bj_keys *keys, int64_t now_ns)
{
    if (now_ns < keys->arm_ns)
        return 0;
    keys->arm_ns = BJ_NEVER;
    return BJ_KEY_ARM;
}

unsigned bj_keys_take(struct bj_keys *keys, const uint8_t *bytes, size_t size,
                      int64_t now_ns)
{
    unsigned wanted = size == 0 ? ripen(keys, now_ns) : 0;

    for (size_t k = 0; k < size; k++) {
        bool quiet = k == 0 && now_ns - keys->last_ns >= BJ_KEY_ALONE_NS;

        if (now_ns - keys->last_ns >= BJ_KEY_STRANGE_NS)
            keys->state = GROUND;
        wanted |= take_one(keys, bytes[k], size == 1, quiet, now_ns);
        keys->last_ns = now_ns;
    }
    return wanted;
}

int64_t bj_keys_deadline_ns(const struct bj_keys *keys)
{
    return keys->arm_ns;
}
