/* SPDX-License-Identifier: MIT
 *
 * pulse NAME COUNT FILE [SECONDS]: a JACK client that moves in a circle and flashes red. It
 * counts COUNT flashes, from so many seconds after it was connected (1), and then writes to
 * FILE when each of them began: a line each, ns of CLOCK_MONOTONIC. Ends with the server.
 *
 * Flashes begin anywhere in a period. The time of a frame is that of the first line of the
 * process callback plus its place in the cycle: a callback that came late makes a flash
 * seem faster than it was. (jack_get_cycle_times will not do: with the dummy driver it
 * stays whole periods off after every cycle that the server missed.)
 */
#include <jack/jack.h>

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_PULSES 10000
#define CYCLE_FRAMES 3391 /* a prime, so that no period divides it */
#define LIT_FRAMES 480
#define TURN_FRAMES 480

enum { X, Y, R, G, B, PORTS };

struct pulse {
    jack_client_t *client;
    jack_port_t *ports[PORTS];
    double rate;
    int64_t began_ns[MAX_PULSES];
    int64_t frame, connected_frames;
    double after_s;
    int wanted;
    atomic_int done;
};

static atomic_bool server_gone;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void note_beginning(struct pulse *p, int64_t began_ns)
{
    int done = atomic_load(&p->done);
    p->began_ns[done] = began_ns;
    atomic_store(&p->done, done + 1);
}

static bool is_settled(struct pulse *p, jack_nframes_t frames)
{
    bool connected = jack_port_connected(p->ports[B]) > 0;
    p->connected_frames = connected ? p->connected_frames + frames : 0;
    return (double)p->connected_frames > p->after_s * p->rate;
}

static int process(jack_nframes_t frames, void *user)
{
    int64_t begin_ns = now_ns();
    struct pulse *p = user;
    float *out[PORTS];
    for (int c = 0; c < PORTS; c++)
        out[c] = jack_port_get_buffer(p->ports[c], frames);
    bool noting = is_settled(p, frames);
    for (jack_nframes_t k = 0; k < frames; k++, p->frame++) {
        double turn = 6.283185307179586 * (double)(p->frame % TURN_FRAMES) / TURN_FRAMES;
        int64_t place = p->frame % CYCLE_FRAMES - (CYCLE_FRAMES - LIT_FRAMES);
        if (place == 0 && noting && atomic_load(&p->done) < p->wanted)
            note_beginning(p, begin_ns + (int64_t)(k * 1e9 / p->rate));
        out[X][k] = (float)cos(turn);
        out[Y][k] = (float)sin(turn);
        out[R][k] = place >= 0 ? 1.0f : 0.0f;
        out[G][k] = out[B][k] = 0.0f;
    }
    return 0;
}

static void on_shutdown(void *user)
{
    (void)user;
    atomic_store(&server_gone, true);
}

static bool start(struct pulse *p, const char *name)
{
    static const char *const names[PORTS] = {"out_x", "out_y", "out_r", "out_g", "out_b"};
    p->client = jack_client_open(name, JackNoStartServer, NULL);
    if (!p->client)
        return false;
    p->rate = jack_get_sample_rate(p->client);
    for (int c = 0; c < PORTS; c++) {
        p->ports[c] = jack_port_register(p->client, names[c], JACK_DEFAULT_AUDIO_TYPE,
                                         JackPortIsOutput, 0);
        if (!p->ports[c])
            return false;
    }
    jack_on_shutdown(p->client, on_shutdown, NULL);
    return jack_set_process_callback(p->client, process, p) == 0 &&
           jack_activate(p->client) == 0;
}

static bool write_times(const struct pulse *p, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    for (int k = 0; k < atomic_load(&p->done); k++)
        fprintf(file, "%" PRId64 "\n", p->began_ns[k]);
    return fclose(file) == 0;
}

int main(int argc, char **argv)
{
    static struct pulse p;
    p.wanted = argc == 4 || argc == 5 ? (int)strtol(argv[2], NULL, 10) : 0;
    p.after_s = argc == 5 ? strtod(argv[4], NULL) : 1;
    if (p.wanted < 1 || p.wanted > MAX_PULSES) {
        fprintf(stderr, "usage: %s NAME COUNT FILE [SECONDS]\n", argv[0]);
        return 2;
    }
    if (!start(&p, argv[1]))
        return 1;
    while (atomic_load(&p.done) < p.wanted && !atomic_load(&server_gone))
        usleep(20000);
    bool written = write_times(&p, argv[3]);
    while (!atomic_load(&server_gone)) /* the last flash is to be played too */
        usleep(20000);
    return written ? 0 : 1;
}
