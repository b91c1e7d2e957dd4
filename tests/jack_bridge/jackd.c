/* SPDX-License-Identifier: MIT */
#include "jackd.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CIRCLE_HZ 150.0
#define RADIUS 0.5

int64_t jackd_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void jackd_breathe(int64_t until_ns, const char *what, const char *file, int line)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    if (jackd_now_ns() > until_ns) {
        print_error("waited in vain for: %s\n", what);
        _fail(file, line);
    }
    nanosleep(&moment, NULL);
}

/* ---- The server ---------------------------------------------------------------------- */

bool jackd_installed(void)
{
    return access("/usr/bin/jackd", X_OK) == 0;
}

static void become_jackd(const char *name, unsigned rate_hz, unsigned period_frames)
{
    char rate[16], period[16];
    int nowhere = open("/dev/null", O_RDWR);

    snprintf(rate, sizeof rate, "%u", rate_hz);
    snprintf(period, sizeof period, "%u", period_frames);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpgid(0, 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    setenv("JACK_NO_AUDIO_RESERVATION", "1", 1);
    execl("/usr/bin/jackd", "jackd", "-n", name, "-r", "-d", "dummy", "-r", rate, "-p",
          period, (char *)NULL);
    _exit(127);
}

static void ignore(const char *text)
{
    (void)text;
}

static jack_client_t *try_open(const char *client, const char *server)
{
    jack_status_t status;

    jack_set_error_function(ignore);
    jack_set_info_function(ignore);
    return jack_client_open(client, JackNoStartServer | JackServerName, &status, server);
}

static bool takes_clients(const struct jackd *jackd)
{
    jack_client_t *probe = try_open("probe", jackd->name);

    if (probe)
        jack_client_close(probe);
    return probe != NULL;
}

/* JACK's servers share a register in /dev/shm with room for eight, which those that were
 * killed leave in disorder. Where the kernel lets us, each test has one of its own. */
static void have_shared_memory_of_our_own(void)
{
    static const char mark[] = "/dev/shm/beamjack-test";

    if (access(mark, F_OK) == 0 || unshare(CLONE_NEWNS) != 0)
        return;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL) == 0)
        close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

void jackd_start(struct jackd *jackd, unsigned rate_hz, unsigned period_frames)
{
    if (!jackd->name[0])
        snprintf(jackd->name, sizeof jackd->name, "beamjack-test-%d", (int)getpid());
    have_shared_memory_of_our_own();
    jackd->pid = fork();
    assert_true(jackd->pid >= 0);
    if (jackd->pid == 0)
        become_jackd(jackd->name, rate_hz, period_frames);
    WAIT_FOR(takes_clients(jackd));
}

void jackd_signal(struct jackd *jackd, int number)
{
    assert_true(jackd->pid > 0);
    kill(jackd->pid, number);
    if (number != SIGTERM && number != SIGKILL)
        return;
    while (waitpid(jackd->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    jackd->pid = 0;
    jackd->killed = number == SIGKILL;
}

void jackd_stop(struct jackd *jackd)
{
    if (jackd->pid <= 0 && jackd->killed)
        jackd_start(jackd, 48000, 256);
    if (jackd->pid <= 0)
        return;
    kill(jackd->pid, SIGCONT);
    jackd_signal(jackd, SIGTERM);
}

/* Two clients of one process share buffers; libjack's order between them is invisible to
 * ThreadSanitizer. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:^draw$\n";
}

/* ---- The source -------------------------------------------------------------------------- */

static int draw(jack_nframes_t frames, void *arg)
{
    struct source *source = arg;

    for (int p = 0; p < SOURCE_PORTS; p++) {
        float *out = jack_port_get_buffer(source->ports[p], frames);

        for (jack_nframes_t k = 0; k < frames; k++) {
            double angle = source->phase + 2 * M_PI * CIRCLE_HZ * k / source->rate_hz;

            out[k] = p > 1 ? atomic_load_explicit(&source->colour[p], memory_order_relaxed)
                           : (float)(RADIUS * (p ? sin(angle) : cos(angle)));
        }
    }
    source->phase += 2 * M_PI * CIRCLE_HZ * frames / source->rate_hz;
    return 0;
}

void source_open(struct source *source, const struct jackd *jackd)
{
    memset(source, 0, sizeof *source);
    source->client = try_open("source", jackd->name);
    assert_non_null(source->client);
    source->rate_hz = jack_get_sample_rate(source->client);
    for (int p = 0; p < SOURCE_PORTS; p++) {
        char name[16];

        snprintf(name, sizeof name, "out_%d", p + 1);
        atomic_store(&source->colour[p], 1.0f);
        source->ports[p] = jack_port_register(source->client, name, JACK_DEFAULT_AUDIO_TYPE,
                                              JackPortIsOutput, 0);
        assert_non_null(source->ports[p]);
    }
    jack_set_process_callback(source->client, draw, source);
    assert_int_equal(jack_activate(source->client), 0);
}

void source_close(struct source *source)
{
    if (source->client)
        jack_client_close(source->client);
    source->client = NULL;
}

bool source_connect(struct source *source, int from, const char *to)
{
    return jack_connect(source->client, jack_port_name(source->ports[from]), to) == 0;
}

bool source_disconnect(struct source *source, int from, const char *to)
{
    return jack_disconnect(source->client, jack_port_name(source->ports[from]), to) == 0;
}
