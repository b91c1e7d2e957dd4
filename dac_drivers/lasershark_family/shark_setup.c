/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_setup.h"

#include "lasershark_family/shark_identity.h"

#include <stdarg.h>
#include <stdio.h>

#define LEAST_MAX_RATE 1000u
#define LEAST_RING 256u
#define MOST_RING 65536u

enum step_kind { ALWAYS, IF_RUNNER };

/* Darkness first, then who it is, then what it can. */
static const struct step {
    uint8_t op;
    uint32_t argument;
    enum step_kind when;
} steps[] = {
    {SHARK_SET_OUTPUT, 0, ALWAYS},
    {SHARK_GET_MAJOR, 0, ALWAYS},
    {SHARK_GET_MINOR, 0, ALWAYS},
    {SHARK_GET_BULK_SAMPLES, 0, ALWAYS},
    {SHARK_RUNNER, SHARK_RUNNER_ENABLE | 1u << 8, IF_RUNNER},
    {SHARK_RUNNER, SHARK_RUNNER_ENABLE, IF_RUNNER},
    {SHARK_RUNNER, SHARK_RUNNER_RUN | 1u << 8, IF_RUNNER},
    {SHARK_RUNNER, SHARK_RUNNER_RUN, IF_RUNNER},
    {SHARK_SET_OUTPUT, 0, IF_RUNNER},
    {SHARK_GET_ELEMENTS, 0, ALWAYS},
    {SHARK_GET_DAC_MIN, 0, ALWAYS},
    {SHARK_GET_DAC_MAX, 0, ALWAYS},
    {SHARK_GET_RING_SIZE, 0, ALWAYS},
    {SHARK_GET_MAX_RATE, 0, ALWAYS},
    {SHARK_SET_RATE, 0, ALWAYS},
    {SHARK_GET_RATE, 0, ALWAYS},
};
#define STEPS ((int)(sizeof steps / sizeof steps[0]))

__attribute__((format(printf, 3, 4))) static enum bj_status
refuse(char reason[SHARK_REASON_SIZE], enum bj_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, SHARK_REASON_SIZE, format, args);
    va_end(args);
    return status;
}

/* ---- Who it says it is --------------------------------------------------------------- */

static const char *name_of(enum shark_identity identity)
{
    return identity == SHARK_LASERDOCK ? "laserdock" : "lasershark";
}

enum bj_status shark_setup_validate_strings(const struct shark_kind *kind,
                                            const struct bj_usb_device *device,
                                            char reason[SHARK_REASON_SIZE])
{
    enum shark_identity identity = shark_identify(device);

    if (identity == kind->identity)
        return BJ_OK;
    if (identity != SHARK_UNKNOWN)
        return refuse(reason, BJ_UNSUPPORTED,
                      "is no %s; its id begins with %s:", kind->title, name_of(identity));
    return refuse(reason, BJ_UNSUPPORTED,
                  "calls itself '%.40s' '%.40s', neither a LaserDock nor a LaserShark; "
                  "left alone, for the wrong one would shine when it should be dark",
                  device->manufacturer, device->product);
}

/* ---- What it answers ----------------------------------------------------------------- */

void shark_setup_begin(struct shark_setup *setup, const struct shark_kind *kind,
                       uint32_t pps)
{
    *setup = (struct shark_setup){.kind = kind, .wanted_pps = pps};
}

static uint32_t rate_to_set(const struct shark_setup *setup)
{
    uint32_t pps = setup->wanted_pps > 0 ? setup->wanted_pps : 1;

    return pps < setup->max_rate ? pps : setup->max_rate;
}

bool shark_setup_next(struct shark_setup *setup, uint8_t *op, uint32_t *argument)
{
    while (setup->step < STEPS && steps[setup->step].when == IF_RUNNER &&
           !setup->kind->has_runner)
        setup->step++;
    if (setup->step == STEPS)
        return false;
    *op = steps[setup->step].op;
    *argument = *op == SHARK_SET_RATE ? rate_to_set(setup) : steps[setup->step].argument;
    return true;
}

static enum bj_status validate_firmware(struct shark_setup *setup)
{
    const struct shark_kind *kind = setup->kind;
    bool old = setup->major < kind->least_major ||
               (setup->major == kind->least_major && setup->minor < kind->least_minor);
    bool odd = setup->bulk_samples != kind->bulk_samples ||
               (kind->same_major && setup->major != kind->least_major);

    if (old && kind->same_major)
        return refuse(setup->reason, BJ_UNSUPPORTED,
                      "has firmware %u.%u; it needs %u.%u or newer, which clears its queue "
                      "and does not hang when that is full",
                      setup->major, setup->minor, kind->least_major, kind->least_minor);
    if (old || odd)
        return refuse(setup->reason, BJ_UNSUPPORTED,
                      "says it is a %s, but answers as none (firmware %u.%u, %u samples a "
                      "packet); left alone, for the wrong device would shine when it "
                      "should be dark",
                      kind->title, setup->major, setup->minor, setup->bulk_samples);
    return BJ_OK;
}

static enum bj_status refused(struct shark_setup *setup, const struct shark_answer *answer)
{
    if (answer->op == SHARK_RUNNER)
        return BJ_OK; /* older firmware does not know it, and has no such mode */
    if (answer->status == SHARK_STATUS_UNKNOWN &&
        (answer->op == SHARK_GET_MAJOR || answer->op == SHARK_GET_MINOR))
        return refuse(setup->reason, BJ_UNSUPPORTED,
                      "does not tell its firmware's version: a first generation board, "
                      "whose samples are made differently; it needs %u.%u or newer",
                      setup->kind->least_major, setup->kind->least_minor);
    if (answer->status == SHARK_STATUS_UNKNOWN && answer->op == SHARK_GET_BULK_SAMPLES)
        return validate_firmware(setup);
    return refuse(setup->reason, BJ_PROTOCOL, "refused command %02x (status %02x)",
                  answer->op, answer->status);
}

static enum bj_status expect(struct shark_setup *setup, const char *what, uint32_t value,
                             uint32_t least, uint32_t most)
{
    if (value >= least && value <= most)
        return BJ_OK;
    return refuse(setup->reason, BJ_UNSUPPORTED,
                  "has %s %u, which this driver does not know how to serve", what, value);
}

static enum bj_status learn(struct shark_setup *setup, const struct shark_answer *answer)
{
    uint32_t value = answer->value;

    switch (answer->op) {
    case SHARK_GET_MAJOR:
        setup->major = value;
        return BJ_OK;
    case SHARK_GET_MINOR:
        setup->minor = value;
        return BJ_OK;
    case SHARK_GET_BULK_SAMPLES:
        setup->bulk_samples = value;
        return validate_firmware(setup);
    case SHARK_GET_ELEMENTS:
        return expect(setup, "samples of this many words:", value, 4, 4);
    case SHARK_GET_DAC_MIN:
        return expect(setup, "a lowest converter value of", value, 0, 0);
    case SHARK_GET_DAC_MAX:
        return expect(setup, "a highest converter value of", value, SHARK_DAC_MAX,
                      SHARK_DAC_MAX);
    case SHARK_GET_RING_SIZE:
        setup->ring_size = value;
        return expect(setup, "a queue of", value, LEAST_RING, MOST_RING);
    case SHARK_GET_MAX_RATE:
        setup->max_rate = value;
        return expect(setup, "a highest rate of", value, LEAST_MAX_RATE, UINT32_MAX);
    case SHARK_GET_RATE:
        setup->rate = value;
        if (value == rate_to_set(setup))
            return BJ_OK;
        return refuse(setup->reason, BJ_PROTOCOL, "was set to %u points/s and says %u",
                      rate_to_set(setup), value);
    default:
        return BJ_OK;
    }
}

enum bj_status shark_setup_answered(struct shark_setup *setup,
                                    const struct shark_answer *answer)
{
    setup->step++;
    return answer->status == SHARK_STATUS_OK ? learn(setup, answer)
                                             : refused(setup, answer);
}
