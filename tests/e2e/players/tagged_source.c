/* SPDX-License-Identifier: MIT
 *
 * A JACK client that plays the tagged signal from memory, at JACK's rate, whatever period
 * it is given: the source for cases in which JACK itself is disturbed.
 *
 *   tagged_source NAME [--lead S] [--lit S] [--tail S]
 *
 * Ports NAME:out_x ... NAME:out_b. Plays once, then silence. Ends with the server.
 */
#include "../tagged_options.h"

#include <jack/jack.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

struct source {
    struct tagged_signal signal;
    jack_port_t *ports[TAGGED_CHANNELS];
    int64_t frame;
};

static atomic_bool server_gone;

static int process(jack_nframes_t frames, void *user)
{
    struct source *source = user;
    float *buffers[TAGGED_CHANNELS];
    for (int c = 0; c < TAGGED_CHANNELS; c++)
        buffers[c] = jack_port_get_buffer(source->ports[c], frames);
    for (jack_nframes_t i = 0; i < frames; i++, source->frame++) {
        float values[TAGGED_CHANNELS] = {0};
        if (source->frame < source->signal.frames)
            tagged_frame(&source->signal, source->frame, values);
        for (int c = 0; c < TAGGED_CHANNELS; c++)
            buffers[c][i] = values[c];
    }
    return 0;
}

static void on_shutdown(void *user)
{
    (void)user;
    atomic_store(&server_gone, true);
}

static bool open_source(jack_client_t *client, struct source *source)
{
    static const char *const names[] = {"out_x", "out_y", "out_r", "out_g", "out_b"};
    for (int c = 0; c < TAGGED_CHANNELS; c++) {
        source->ports[c] = jack_port_register(client, names[c], JACK_DEFAULT_AUDIO_TYPE,
                                              JackPortIsOutput, 0);
        if (!source->ports[c])
            return false;
    }
    jack_on_shutdown(client, on_shutdown, NULL);
    return jack_set_process_callback(client, process, source) == 0 &&
           jack_activate(client) == 0;
}

int main(int argc, char **argv)
{
    static struct source source;
    struct tagged_options options;
    if (!tagged_options_parse(&options, argc, argv) || options.words != 1) {
        fprintf(stderr, "usage: %s NAME " TAGGED_OPTIONS_HELP "\n", argv[0]);
        return 2;
    }
    jack_client_t *client = jack_client_open(options.word[0], JackNoStartServer, NULL);
    if (!client)
        return 1;
    double rate = jack_get_sample_rate(client);
    const struct tagged_signal *asked = &options.signal;
    double scale = 1.0 / asked->rate_hz;
    if (!tagged_init(&source.signal, (uint32_t)rate, (double)asked->lit_begin * scale,
                     (double)(asked->lit_end - asked->lit_begin) * scale,
                     (double)(asked->frames - asked->lit_end) * scale) ||
        !open_source(client, &source))
        return 1;
    while (!atomic_load(&server_gone))
        usleep(20000);
    return 0;
}
