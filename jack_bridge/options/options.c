/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include "options/connections.h"
#include "options/name_check.h"
#include "options/option_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bj_options_init(struct bj_options *options, enum bj_command command)
{
    struct bj_safety_config safety = bj_safety_defaults();

    *options = (struct bj_options){
        .command = command,
        .drain_ns = BJ_NS_PER_S,
        .underrun = {.policy = BJ_BLANK},
        .gain = {1, 1},
        .colour_gain = {1, 1, 1},
        .dwell_ns = safety.dwell_ns,
        .settle_ns = safety.settle_ns,
        .start_blank_ns = safety.start_blank_ns,
        .wait_ns = 3 * BJ_NS_PER_S / 2,
        .status_every_ns = BJ_NS_PER_S,
        .status_size_mb = 16,
    };
}

static void clear_list(struct bj_text_list *list)
{
    for (size_t k = 0; k < list->count; k++)
        free(list->items[k]);
    list->count = 0;
}

void bj_options_clear_dacs(struct bj_options *options)
{
    clear_list(&options->dacs);
}

void bj_options_finish(struct bj_options *options)
{
    clear_list(&options->dacs);
    free(options->client_name);
    free(options->server);
    free(options->status_json);
    free(options->config);
    free(options->control_command);
    free(options->bridge_name);
    clear_list(&options->connect);
    *options = (struct bj_options){0};
}

/* ---- From a file --------------------------------------------------------------------- */

static const struct bj_option *find(enum bj_command command, const char *name)
{
    for (const struct bj_option *option = bj_option_table; option->name; option++)
        if ((option->commands & command) && !strcmp(bj_option_key(option), name))
            return option;
    return NULL;
}

/* Both axes, and a channel for each signal. */
static bool check_channels(const struct bj_audio_values *channels, char *why,
                           size_t why_size)
{
    bool any = false;

    for (int a = 0; a < BJ_AUDIO_SIGNALS; a++) {
        any = any || channels->given[a];
        for (int b = 0; channels->given[a] && b < a; b++)
            if (channels->given[b] && channels->value[a] == channels->value[b]) {
                snprintf(why, why_size, "audio-channels: two signals on channel %.0f",
                         (double)channels->value[a]);
                return false;
            }
    }
    if (!any || (channels->given[BJ_X] && channels->given[BJ_Y]))
        return true;
    snprintf(why, why_size, "audio-channels: x and y need a channel each");
    return false;
}

bool bj_options_check(const struct bj_options *options, char *why, size_t why_size)
{
    if (options->client_name &&
        !bj_client_name_check(options->client_name, "the client name", why, why_size))
        return false;
    if (options->server &&
        !bj_server_name_check(options->server, "the name of the JACK server", why,
                              why_size))
        return false;
    for (size_t k = 0; k < options->connect.count; k++)
        if (!bj_connections_check(options->connect.items[k], why, why_size))
            return false;
    return check_channels(&options->audio_channels, why, why_size);
}

bool bj_options_add_dac(struct bj_options *options, const char *text, char *why,
                        size_t why_size)
{
    struct bj_text_list *dacs = &options->dacs;

    if (text[0] == '\0') {
        snprintf(why, why_size, "the DAC is empty; 'beamjack list' shows what there is");
        return false;
    }
    for (size_t k = 0; k < dacs->count; k++)
        if (!strcmp(dacs->items[k], text)) {
            snprintf(why, why_size, "'%.60s' is named twice", text);
            return false;
        }
    if (dacs->count == BJ_DACS_MAX) {
        snprintf(why, why_size, "at most %d DACs play in one program", BJ_DACS_MAX);
        return false;
    }
    dacs->items[dacs->count] = strdup(text);
    return dacs->items[dacs->count] && ++dacs->count;
}

bool bj_options_set(struct bj_options *options, const char *name, const char *value,
                    char *why, size_t why_size)
{
    const struct bj_option *option = find(options->command, name);

    if (!strcmp(name, "dac"))
        return bj_options_add_dac(options, value, why, why_size);
    if (option && option->not_in_file) {
        snprintf(why, why_size, "'%s' is for the command line only", name);
        return false;
    }
    if (!option) {
        snprintf(why, why_size,
                 "unknown key '%.60s'; keys are the long options of "
                 "'beamjack run --help', and dac",
                 name);
        return false;
    }
    return bj_option_value(option, name, value, (char *)options + option->offset, why,
                           why_size) &&
           bj_options_check(options, why, why_size);
}

/* ---- What the core wants ------------------------------------------------------------- */

struct bj_shape bj_options_shape(const struct bj_options *options)
{
    struct bj_shape shape = bj_shape_neutral();

    shape.swap_xy = options->swap_xy;
    shape.flip_x = options->flip_x;
    shape.flip_y = options->flip_y;
    shape.gain_x = options->gain[0];
    shape.gain_y = options->gain[1];
    shape.offset_x = options->offset[0];
    shape.offset_y = options->offset[1];
    shape.gain_r = options->colour_gain[0];
    shape.gain_g = options->colour_gain[1];
    shape.gain_b = options->colour_gain[2];
    shape.invert_colour = options->invert_colour;
    return shape;
}

struct bj_safety_config bj_options_safety(const struct bj_options *options)
{
    struct bj_safety_config safety = bj_safety_defaults();

    safety.dwell_ns = options->dwell_ns;
    safety.settle_ns = options->settle_ns;
    safety.start_blank_ns = options->start_blank_ns;
    return safety;
}

struct bj_audio_options bj_options_audio(const struct bj_options *options)
{
    struct bj_audio_options audio = bj_audio_defaults();

    for (int k = 0; k < BJ_AUDIO_SIGNALS; k++) {
        if (options->audio_channels.given[BJ_X])
            audio.channel[k] = (uint8_t)options->audio_channels.value[k];
        if (options->audio_gain.given[k])
            audio.gain[k] = options->audio_gain.value[k];
        if (options->audio_offset.given[k])
            audio.offset[k] = options->audio_offset.value[k];
        audio.inverted[k] = options->audio_invert.given[k];
    }
    audio.as_many = !options->audio_channels.given[BJ_X];
    return audio;
}
