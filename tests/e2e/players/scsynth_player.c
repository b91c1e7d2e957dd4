/* SPDX-License-Identifier: MIT
 *
 * Makes a running scsynth play a five-channel sound file: reads it into buffer 0 and starts
 * a synth that plays that buffer, sample for sample, on outputs 0 to 4.
 *
 *   scsynth_player PORT FILE.wav
 *
 * Exit status 0 once the synth runs, 1 on failure.
 */
#include <lo/lo.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 5, TRIES = 100, TRY_MS = 100, RATE_AUDIO = 2 };

struct bytes {
    uint8_t data[512];
    size_t size;
};

/* ---- A synth definition, version 2 of the file format
 * ---------------------------------------- */

static void put(struct bytes *bytes, uint32_t value, int size)
{
    for (int i = size - 1; i >= 0; i--)
        bytes->data[bytes->size++] = (uint8_t)(value >> (8 * i));
}

static void put_float(struct bytes *bytes, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(bytes, bits, 4);
}

static void put_name(struct bytes *bytes, const char *name)
{
    put(bytes, (uint32_t)strlen(name), 1);
    memcpy(bytes->data + bytes->size, name, strlen(name));
    bytes->size += strlen(name);
}

static void put_unit(struct bytes *bytes, const char *name, int inputs, int outputs)
{
    put_name(bytes, name);
    put(bytes, RATE_AUDIO, 1);
    put(bytes, (uint32_t)inputs, 4);
    put(bytes, (uint32_t)outputs, 4);
    put(bytes, 0, 2);
}

static void put_input(struct bytes *bytes, int32_t unit, int32_t index)
{
    put(bytes, (uint32_t)unit, 4);
    put(bytes, (uint32_t)index, 4);
}

static void put_play_buffer(struct bytes *bytes)
{
    /* buffer 0, rate 1, trigger 1, start 0, no loop, no action: constants 0 and 1 */
    static const int32_t inputs[] = {0, 1, 1, 0, 0, 0};
    put_unit(bytes, "PlayBuf", 6, CHANNELS);
    for (int i = 0; i < 6; i++)
        put_input(bytes, -1, inputs[i]);
    for (int i = 0; i < CHANNELS; i++)
        put(bytes, RATE_AUDIO, 1);
}

static void put_out(struct bytes *bytes)
{
    put_unit(bytes, "Out", 1 + CHANNELS, 0);
    put_input(bytes, -1, 0);
    for (int i = 0; i < CHANNELS; i++)
        put_input(bytes, 0, i);
}

static void put_definition(struct bytes *bytes)
{
    memcpy(bytes->data, "SCgf", 4);
    bytes->size = 4;
    put(bytes, 2, 4); /* version */
    put(bytes, 1, 2); /* definitions */
    put_name(bytes, "player");
    put(bytes, 2, 4); /* constants */
    put_float(bytes, 0);
    put_float(bytes, 1);
    put(bytes, 0, 4); /* parameters */
    put(bytes, 0, 4); /* parameter names */
    put(bytes, 2, 4); /* units */
    put_play_buffer(bytes);
    put_out(bytes);
    put(bytes, 0, 2); /* variants */
}

/* ---- The talk
 * --------------------------------------------------------------------------------- */

struct talk {
    lo_address synth;
    lo_server own;
    char awaited[32]; /* "/done /b_allocRead" */
    int arrived;
};

static int on_message(const char *path, const char *types, lo_arg **arguments, int count,
                      lo_message message, void *user)
{
    struct talk *talk = user;
    (void)message;
    char said[64];
    snprintf(said, sizeof said, "%s %s", path,
             count > 0 && types[0] == 's' ? &arguments[0]->s : "");
    if (strncmp(said, talk->awaited, strlen(talk->awaited)) == 0)
        talk->arrived = 1;
    if (strcmp(path, "/fail") == 0)
        fprintf(stderr, "scsynth refuses: %s\n", said);
    return 0;
}

static int await(struct talk *talk, const char *what, int tries)
{
    snprintf(talk->awaited, sizeof talk->awaited, "%s", what);
    talk->arrived = 0;
    for (int i = 0; i < tries && !talk->arrived; i++)
        lo_server_recv_noblock(talk->own, TRY_MS);
    return talk->arrived;
}

static int await_boot(struct talk *talk)
{
    for (int i = 0; i < TRIES; i++) {
        lo_send_from(talk->synth, talk->own, LO_TT_IMMEDIATE, "/status", "");
        if (await(talk, "/status.reply", 1))
            return 1;
    }
    fprintf(stderr, "scsynth does not answer\n");
    return 0;
}

static int play(struct talk *talk, const char *file)
{
    struct bytes bytes = {.size = 0};
    put_definition(&bytes);
    lo_blob blob = lo_blob_new((int32_t)bytes.size, bytes.data);
    lo_send_from(talk->synth, talk->own, LO_TT_IMMEDIATE, "/d_recv", "b", blob);
    lo_blob_free(blob);
    if (!await(talk, "/done /d_recv", TRIES)) {
        fprintf(stderr, "the synth definition was not taken\n");
        return 0;
    }
    lo_send_from(talk->synth, talk->own, LO_TT_IMMEDIATE, "/b_allocRead", "is", 0, file);
    if (!await(talk, "/done /b_allocRead", TRIES)) {
        fprintf(stderr, "%s was not read\n", file);
        return 0;
    }
    lo_send_from(talk->synth, talk->own, LO_TT_IMMEDIATE, "/notify", "i", 1);
    if (!await(talk, "/done /notify", TRIES))
        return 0;
    lo_send_from(talk->synth, talk->own, LO_TT_IMMEDIATE, "/s_new", "siii", "player", 1000,
                 0, 0);
    return await(talk, "/n_go", TRIES);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s PORT FILE.wav\n", argv[0]);
        return 2;
    }
    struct talk talk = {.synth = lo_address_new("127.0.0.1", argv[1]),
                        .own = lo_server_new(NULL, NULL)};
    if (!talk.synth || !talk.own)
        return 1;
    lo_server_add_method(talk.own, NULL, NULL, on_message, &talk);
    int playing = await_boot(&talk) && play(&talk, argv[2]);
    lo_server_free(talk.own);
    lo_address_free(talk.synth);
    return playing ? 0 : 1;
}
