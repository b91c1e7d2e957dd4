/* SPDX-License-Identifier: MIT */
#include "sim_program.h"

#include "picture.h"
#include "sim_lines.h"
#include "sim_live.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PNG_SIDE 720

struct sim_program {
    const struct sim_kind *kind;
    const struct sim_options *options;
    struct sim_serve_config serve_config;
    struct sim_host *host;
    struct sim_serve *serve;
    struct sim_picture *picture;
    struct bj_points_file points;
    struct sim_lines json;
    int64_t start_ns, next_line_ns, next_frame_ns;
    int signals;
    bool live, ending, failed, told_broadcasts, told_drops;
};

static bool complain(struct sim_program *program, const char *what, const char *which,
                     enum bj_status status)
{
    fprintf(stderr, "%s: %s %s: %s\n", program->kind->program, what, which,
            bj_strerror(status));
    program->failed = true;
    return false;
}

/* ---- Every played point ---------------------------------------------------------------- */

void sim_program_played(struct sim_program *program, const struct bj_played_point *point)
{
    if (program->points.open) {
        (void)bj_points_file_write(&program->points, point, 1); /* told at the end */
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

static void write_png(struct sim_program *program)
{
    int64_t to_ns;
    struct sim_image image;
    enum bj_status status = BJ_NO_MEMORY;

    if (!program->options->png) {
        return;
    }
    to_ns = sim_picture_last_lit_ns(program->picture);
    if (sim_image_init(&image, PNG_SIDE, PNG_SIDE)) {
        sim_picture_draw(program->picture, to_ns - program->options->png_window_ns, to_ns,
                         0, &image);
        status = sim_image_write_png(&image, program->options->png);
        sim_image_finish(&image);
    }
    if (status != BJ_OK) {
        complain(program, "cannot write", program->options->png, status);
    }
}

static void send_line(struct sim_program *program, const char *line, unsigned size)
{
    if (!sim_lines_write(&program->json, line, size)) {
        complain(program, "cannot write", program->options->json, BJ_IO_ERROR);
    } else if (program->json.dropped > 0 && !program->told_drops) {
        program->told_drops = true;
        fprintf(stderr, "%s: nobody reads %s; lines are dropped until somebody does\n",
                program->kind->program, program->options->json);
    }
}

static void write_line(struct sim_program *program, int64_t now_ns)
{
    char line[SIM_LINE_MOST];
    int64_t age_ns = now_ns - program->start_ns;
    long size = -1;
    FILE *out;

    if (!program->options->json || program->failed) {
        return;
    }
    out = fmemopen(line, sizeof line, "w");
    if (out && program->kind->write_json(program->host, age_ns, out) == BJ_OK &&
        fputc('\n', out) != EOF) {
        size = ftell(out);
    }
    if (!out || fclose(out) != 0 || size < 0) {
        complain(program, "cannot write", program->options->json, BJ_IO_ERROR);
    } else {
        send_line(program, line, (unsigned)size);
    }
}

static void every_second(struct sim_program *program, int64_t now_ns)
{
    write_line(program, now_ns);
    if (program->points.open) {
        (void)bj_points_file_flush(&program->points);
    }
    if (!program->told_broadcasts && !sim_serve_broadcasts(program->serve)) {
        program->told_broadcasts = true;
        fprintf(stderr, "%s: %s; choose where they go with --broadcast\n",
                program->kind->program, program->kind->unheard);
    }
}

static void show_frame(struct sim_program *program, int64_t now_ns)
{
    if (sim_lines_ready(STDOUT_FILENO) && sim_live_draw(program->picture, now_ns)) {
        program->kind->write_live(program->host, sim_serve_clients(program->serve), stdout);
        fputs("\033[K", stdout);
        fflush(stdout);
    }
}

static void start_live(struct sim_program *program)
{
    program->live = program->options->live && sim_live_begin();
    if (program->options->live && !program->live) {
        fprintf(stderr, "%s: --live needs a terminal; going on without\n",
                program->kind->program);
    }
}

/* ---- Running ---------------------------------------------------------------------------------- */

static void take_signals(struct sim_program *program)
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

static int64_t next_time_ns(const struct sim_program *program, int64_t end_ns)
{
    int64_t next_ns = program->next_line_ns < end_ns ? program->next_line_ns : end_ns;

    if (program->live && program->next_frame_ns < next_ns) {
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

static void run(struct sim_program *program)
{
    int64_t duration_ns = program->options->duration_ns;
    int64_t end_ns = duration_ns == BJ_NEVER ? BJ_NEVER : program->start_ns + duration_ns;
    int64_t now_ns = program->start_ns;

    while (!program->ending && !program->failed && now_ns < end_ns) {
        if (sim_serve_run(program->serve, next_time_ns(program, end_ns)) != BJ_OK) {
            complain(program, "cannot wait for", "clients", BJ_IO_ERROR);
        }
        now_ns = sim_serve_now_ns();
        program->kind->advance(program->host, now_ns);
        take_signals(program);
        if (is_time(&program->next_line_ns, BJ_NS_PER_S, now_ns)) {
            every_second(program, now_ns);
        }
        program->ending |= program->live && sim_live_is_gone();
        if (program->live && is_time(&program->next_frame_ns, SIM_LIVE_FRAME_NS, now_ns)) {
            show_frame(program, now_ns);
        }
    }
}

/* ---- Start and end -------------------------------------------------------------------------- */

static bool open_signals(struct sim_program *program)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    program->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    program->serve_config.wake_fd = program->signals;
    return program->signals >= 0 ||
           complain(program, "cannot receive", "signals", BJ_IO_ERROR);
}

static bool open_picture(struct sim_program *program)
{
    const struct sim_options *options = program->options;
    int64_t remembered_ns = options->png_window_ns;

    if (!options->png && !options->live) {
        return true;
    }
    if (remembered_ns < SIM_LIVE_WINDOW_NS) {
        remembered_ns = SIM_LIVE_WINDOW_NS;
    }
    program->picture = sim_picture_create(
        (uint32_t)(program->kind->max_rate(options) * remembered_ns / BJ_NS_PER_S));
    return program->picture ||
           complain(program, "cannot remember", "the picture", BJ_NO_MEMORY);
}

static bool open_files(struct sim_program *program)
{
    const struct sim_options *options = program->options;

    if (!open_picture(program)) {
        return false;
    }
    if (options->points) {
        enum bj_status status = bj_points_file_create(&program->points, options->points, 0);
        if (status != BJ_OK) {
            return complain(program, "cannot write", options->points, status);
        }
    }
    if (options->json && !sim_lines_open(&program->json, options->json)) {
        fprintf(stderr, "%s: cannot write %s: %s\n", program->kind->program, options->json,
                errno == ENXIO ? "nobody reads it; begin to read it first"
                               : strerror(errno));
        return false;
    }
    return true;
}

static void address_text(uint32_t ip, char text[16])
{
    snprintf(text, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

static bool complain_about_address(const struct sim_program *program, enum bj_status status)
{
    const struct sim_serve_config *serve = &program->serve_config;
    int port = serve->port == SIM_SERVE_OWN_PORT ? program->kind->main_port : serve->port;
    char ip[16];

    address_text(serve->bind_ip, ip);
    fprintf(stderr, "%s: cannot listen on %s, %s %d: ", program->kind->program, ip,
            program->kind->ports, port);
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

static bool open_device(struct sim_program *program)
{
    const struct sim_options *options = program->options;
    enum bj_status status;

    program->start_ns = sim_serve_now_ns();
    program->next_line_ns = program->start_ns + BJ_NS_PER_S;
    program->next_frame_ns = program->start_ns;
    program->host = program->kind->create(options, program, program->start_ns);
    if (!program->host) {
        return complain(program, "cannot make", "a device", BJ_NO_MEMORY);
    }
    for (int n = 0; n < options->fault_count; n++) {
        const struct sim_option_fault *fault = &options->faults[n];
        program->kind->fault_at(program->host, program->start_ns + fault->after_ns,
                                fault->fault, fault->value);
    }
    status = sim_serve_create(&program->serve, program->host, &program->serve_config);
    return status == BJ_OK || complain_about_address(program, status);
}

static void tell_ready(const struct sim_program *program)
{
    FILE *out = program->json.fd == STDOUT_FILENO ? stderr : stdout;
    char text[128], ip[16];

    if (program->options->quiet) {
        return;
    }
    program->kind->describe(program->options, program->host, text, sizeof text);
    address_text(program->serve_config.bind_ip, ip);
    fprintf(out, "simulated %s on %s:%u\n", text, ip, sim_serve_port(program->serve));
    fflush(out);
}

static void finish(struct sim_program *program)
{
    if (program->serve) {
        write_line(program, sim_serve_now_ns());
        write_png(program);
    }
    if (program->options->points && bj_points_file_close(&program->points) != BJ_OK &&
        program->serve) {
        complain(program, "cannot write", program->options->points, BJ_IO_ERROR);
    }
    sim_serve_destroy(program->serve);
    if (program->host) {
        program->kind->destroy(program->host);
    }
    sim_picture_destroy(program->picture);
    sim_lines_close(&program->json);
    if (program->signals >= 0) {
        close(program->signals);
    }
}

static int run_program(const struct sim_kind *kind, const struct sim_options *options)
{
    struct sim_program program = {
        .kind = kind,
        .options = options,
        .serve_config = options->serve,
        .signals = -1,
        .json.fd = -1,
    };
    bool started = open_signals(&program) && open_files(&program) && open_device(&program);

    if (started) {
        tell_ready(&program);
        start_live(&program);
        run(&program);
        if (program.live) {
            sim_live_end();
        }
    }
    finish(&program);
    return started && !program.failed ? 0 : 1;
}

int sim_program_main(const struct sim_kind *kind, struct sim_options *options, int argc,
                     char **argv)
{
    sim_options_begin(options, kind->line);
    if (!sim_options_parse(options, kind->program, argc, argv, stderr)) {
        return 2;
    }
    if (options->help) {
        sim_options_help(kind->line, kind->program, stdout);
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
    }
    return run_program(kind, options);
}
