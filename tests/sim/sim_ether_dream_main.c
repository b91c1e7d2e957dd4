/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream as a program: the device on real sockets, and what comes out of
 * it in files and on the terminal.
 */
#include "picture.h"
#include "points_file.h"
#include "sim_ether_dream_options.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PROGRAM "beamjack sim etherdream"
#define FRAME_NS (40 * BJ_NS_PER_MS)
#define LIVE_WINDOW_NS (200 * BJ_NS_PER_MS)
#define LIVE_FADE_NS (40 * BJ_NS_PER_MS)
#define PNG_SIDE 720

struct program {
    struct sim_ed_options options;
    struct sim_host *host;
    struct sim_serve *serve;
    struct sim_picture *picture;
    struct bj_points_file points;
    FILE *json;
    int64_t start_ns, next_line_ns, next_frame_ns;
    int signals;
    bool ending, failed, told_broadcasts;
};

static bool complain(struct program *program, const char *what, const char *which,
                     enum bj_status status)
{
    fprintf(stderr, PROGRAM ": %s %s: %s\n", what, which, bj_strerror(status));
    program->failed = true;
    return false;
}

/* ---- Every played point ---------------------------------------------------------------- */

static void on_played(void *user, const struct sim_ed_point *point)
{
    struct program *program = user;

    if (program->points.open) {
        const struct bj_played_point record = {.time_ns = point->time_ns,
                                               .x = point->x,
                                               .y = point->y,
                                               .r = point->r,
                                               .g = point->g,
                                               .b = point->b,
                                               .i = point->i};
        (void)bj_points_file_write(&program->points, &record, 1); /* told at the end */
    }
    if (program->picture) {
        const struct sim_picture_point seen = {.time_ns = point->time_ns,
                                               .x = point->x,
                                               .y = point->y,
                                               .r = point->r,
                                               .g = point->g,
                                               .b = point->b};
        sim_picture_add(program->picture, &seen);
    }
}

/* ---- What comes out ----------------------------------------------------------------------- */

static void write_png(struct program *program)
{
    int64_t to_ns;
    struct sim_image image;
    enum bj_status status = BJ_NO_MEMORY;

    if (!program->options.png) {
        return;
    }
    to_ns = sim_picture_last_lit_ns(program->picture);
    if (sim_image_init(&image, PNG_SIDE, PNG_SIDE)) {
        sim_picture_draw(program->picture, to_ns - program->options.png_window_ns, to_ns, 0,
                         &image);
        status = sim_image_write_png(&image, program->options.png);
        sim_image_finish(&image);
    }
    if (status != BJ_OK) {
        complain(program, "cannot write", program->options.png, status);
    }
}

static void write_line(struct program *program, int64_t now_ns)
{
    if (!program->json || program->failed) {
        return;
    }
    if (sim_ed_write_json(program->host, now_ns - program->start_ns, program->json) !=
            BJ_OK ||
        fputc('\n', program->json) == EOF || fflush(program->json) != 0) {
        complain(program, "cannot write", program->options.json, BJ_IO_ERROR);
    }
}

static void every_second(struct program *program, int64_t now_ns)
{
    write_line(program, now_ns);
    if (program->points.open) {
        (void)bj_points_file_flush(&program->points);
    }
    if (!program->told_broadcasts && !sim_serve_broadcasts(program->serve)) {
        program->told_broadcasts = true;
        fprintf(stderr, PROGRAM ": its broadcasts cannot be sent, so nobody will find it "
                                "by itself; choose where they go with --broadcast\n");
    }
}

/* ---- The live picture ---------------------------------------------------------------------- */

static bool terminal_takes_more(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) > 0 && (out.revents & POLLOUT);
}

/* A square, as characters are twice as high as wide; one row stays for the text. */
static uint32_t live_side(void)
{
    struct winsize size = {0};
    uint32_t columns, pixels;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    columns = size.ws_col >= 8 ? size.ws_col : 80;
    pixels = (size.ws_row >= 5 ? size.ws_row - 1u : 23u) * 2;
    return (columns < pixels ? columns : pixels) & ~1u;
}

static void write_live_text(const struct program *program)
{
    static const char *const playback[] = {"idle", "prepared", "playing"};
    struct sim_ed_status status = sim_ed_status(program->host);
    const struct sim_ed_counters *counters = sim_ed_counters(program->host);

    printf("%s%s, %u points/s, %u queued, %d connected, %llu underflows\033[K",
           status.light_engine == 0 ? "" : "E-STOP, ", playback[status.playback],
           status.point_rate, status.fullness, sim_serve_clients(program->serve),
           (unsigned long long)counters->underflows);
}

static void show_frame(struct program *program, int64_t now_ns)
{
    uint32_t side = live_side();
    struct sim_image image;

    if (!terminal_takes_more() || !sim_image_init(&image, side, side)) {
        return;
    }
    sim_picture_draw(program->picture, now_ns - LIVE_WINDOW_NS, now_ns, LIVE_FADE_NS,
                     &image);
    sim_image_write_terminal(&image, stdout);
    sim_image_finish(&image);
    write_live_text(program);
    fflush(stdout);
}

static void start_live(struct program *program)
{
    const char *kind = getenv("TERM");

    if (!program->options.live) {
        return;
    }
    if (!isatty(STDOUT_FILENO) || !kind || strcmp(kind, "dumb") == 0) {
        fprintf(stderr, PROGRAM ": --live needs a terminal; going on without\n");
        program->options.live = false;
        return;
    }
    fputs("\033[2J\033[?25l", stdout);
}

static void end_live(const struct program *program)
{
    if (program->options.live) {
        fputs("\033[0m\033[?25h\r\n", stdout);
        fflush(stdout);
    }
}

/* ---- Running ---------------------------------------------------------------------------------- */

static void take_signals(struct program *program)
{
    struct signalfd_siginfo signal;

    while (read(program->signals, &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == SIGUSR1) {
            write_png(program);
        } else {
            program->ending = true;
        }
    }
}

static int64_t next_time_ns(const struct program *program, int64_t end_ns)
{
    int64_t next_ns = program->next_line_ns < end_ns ? program->next_line_ns : end_ns;

    if (program->options.live && program->next_frame_ns < next_ns) {
        next_ns = program->next_frame_ns;
    }
    return next_ns;
}

/* Late is late: what was missed is not made up for. */
static bool is_time(int64_t *next_ns, int64_t period_ns, int64_t now_ns)
{
    if (now_ns < *next_ns) {
        return false;
    }
    *next_ns += (now_ns - *next_ns) / period_ns * period_ns + period_ns;
    return true;
}

static void run(struct program *program)
{
    int64_t duration_ns = program->options.duration_ns;
    int64_t end_ns = duration_ns == BJ_NEVER ? BJ_NEVER : program->start_ns + duration_ns;
    int64_t now_ns = program->start_ns;

    while (!program->ending && !program->failed && now_ns < end_ns) {
        if (sim_serve_run(program->serve, next_time_ns(program, end_ns)) != BJ_OK) {
            complain(program, "cannot wait for", "clients", BJ_IO_ERROR);
        }
        now_ns = sim_serve_now_ns();
        sim_ed_advance(program->host, now_ns);
        take_signals(program);
        if (is_time(&program->next_line_ns, BJ_NS_PER_S, now_ns)) {
            every_second(program, now_ns);
        }
        if (program->options.live && is_time(&program->next_frame_ns, FRAME_NS, now_ns)) {
            show_frame(program, now_ns);
        }
    }
}

/* ---- Start and end -------------------------------------------------------------------------- */

static bool open_signals(struct program *program)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    program->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    program->options.serve.wake_fd = program->signals;
    return program->signals >= 0 ||
           complain(program, "cannot receive", "signals", BJ_IO_ERROR);
}

static bool open_files(struct program *program)
{
    const struct sim_ed_options *options = &program->options;
    int64_t remembered_ns = options->png_window_ns;

    if (remembered_ns < LIVE_WINDOW_NS) {
        remembered_ns = LIVE_WINDOW_NS;
    }
    if (options->png || options->live) {
        program->picture = sim_picture_create(
            (uint32_t)(options->device.profile.max_rate * remembered_ns / BJ_NS_PER_S));
        if (!program->picture) {
            return complain(program, "cannot remember", "the picture", BJ_NO_MEMORY);
        }
    }
    if (options->points) {
        enum bj_status status = bj_points_file_create(&program->points, options->points, 0);
        if (status != BJ_OK) {
            return complain(program, "cannot write", options->points, status);
        }
    }
    if (options->json) {
        bool to_stdout = strcmp(options->json, "-") == 0;
        program->json = to_stdout ? stdout : fopen(options->json, "we");
        if (!program->json) {
            fprintf(stderr, PROGRAM ": cannot write %s: %s\n", options->json,
                    strerror(errno));
            return false;
        }
    }
    return true;
}

static void address_text(uint32_t ip, char text[16])
{
    snprintf(text, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

static bool complain_about_address(const struct program *program, enum bj_status status)
{
    const struct sim_serve_config *serve = &program->options.serve;
    int port = serve->tcp_port == SIM_SERVE_OWN_PORT ? SIM_ED_TCP_PORT : serve->tcp_port;
    char ip[16];

    address_text(serve->bind_ip, ip);
    fprintf(stderr, PROGRAM ": cannot listen on %s, TCP port %d: ", ip, port);
    if (status == BJ_BUSY) {
        fprintf(stderr, "another program does; choose another address, as in --bind "
                        "127.0.0.2, or another --port\n");
    } else if (status == BJ_NOT_FOUND) {
        fprintf(stderr, "this computer does not have this address\n");
    } else {
        fprintf(stderr, "%s\n", bj_strerror(status));
    }
    return false;
}

static bool open_device(struct program *program)
{
    struct sim_ed_options *options = &program->options;
    enum bj_status status;

    options->device.played = on_played;
    options->device.user = program;
    program->start_ns = sim_serve_now_ns();
    program->next_line_ns = program->start_ns + BJ_NS_PER_S;
    program->next_frame_ns = program->start_ns;
    program->host = sim_ed_create(&options->device, program->start_ns);
    if (!program->host) {
        return complain(program, "cannot make", "a device", BJ_NO_MEMORY);
    }
    for (int n = 0; n < options->fault_count; n++) {
        const struct sim_ed_option_fault *fault = &options->faults[n];
        sim_ed_fault_at(program->host, program->start_ns + fault->after_ns, fault->fault,
                        fault->value);
    }
    status = sim_serve_create(&program->serve, program->host, &options->serve);
    return status == BJ_OK || complain_about_address(program, status);
}

static void tell_ready(const struct program *program)
{
    FILE *out = program->json == stdout ? stderr : stdout;
    char id[SIM_ED_ID_SIZE], ip[16];

    if (program->options.quiet) {
        return;
    }
    sim_ed_id(program->host, id);
    address_text(program->options.serve.bind_ip, ip);
    fprintf(out, "simulated %s %s on %s:%u\n", program->options.device.profile.title, id,
            ip, sim_serve_tcp_port(program->serve));
    fflush(out);
}

static void finish(struct program *program)
{
    if (program->serve) {
        write_line(program, sim_serve_now_ns());
        write_png(program);
    }
    if (program->options.points && bj_points_file_close(&program->points) != BJ_OK &&
        program->serve) {
        complain(program, "cannot write", program->options.points, BJ_IO_ERROR);
    }
    sim_serve_destroy(program->serve);
    sim_ed_destroy(program->host);
    sim_picture_destroy(program->picture);
    if (program->json && program->json != stdout) {
        fclose(program->json);
    }
    if (program->signals >= 0) {
        close(program->signals);
    }
}

int main(int argc, char **argv)
{
    struct program program = {.signals = -1};
    bool started;

    if (!sim_ed_options_parse(&program.options, PROGRAM, argc, argv, stderr)) {
        return 2;
    }
    if (program.options.help) {
        sim_ed_options_help(PROGRAM, stdout);
        return 0;
    }
    started = open_signals(&program) && open_files(&program) && open_device(&program);
    if (started) {
        tell_ready(&program);
        start_live(&program);
        run(&program);
        end_live(&program);
    }
    finish(&program);
    return started && !program.failed ? 0 : 1;
}
