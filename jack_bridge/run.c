/* SPDX-License-Identifier: MIT */
#include "bridge.h"
#include "commands.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STATUS_NS BJ_NS_PER_S
#define VIEW_NS (BJ_NS_PER_S / 15)
#define DEFAULT_CLIENT_NAME "beamjack"

struct run {
    const struct bj_options *options;
    int argc;
    char **argv;
    struct bj_log log;
    struct bj_signals signals;
    struct bj_bridge bridge;
    struct bj_terminal *terminal;
    FILE *status_file;
    int64_t status_ns, view_ns; /* when next */
    bool over;
    int exit_status;
};

static void end(struct run *run, int exit_status)
{
    run->over = true;
    run->exit_status = exit_status;
}

/* ---- Start --------------------------------------------------------------------------------- */

static bool open_status(struct run *run)
{
    const char *path = run->options->status_json;

    if (path)
        run->status_file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (path && !run->status_file)
        bj_log_say(&run->log, "cannot write %s: %s", path, strerror(errno));
    return !path || run->status_file;
}

static bool choose_one(struct run *run, const char *name, struct bj_dac_info *dac,
                       bool *wrong_usage, char *why, size_t why_size)
{
    const struct bj_transports *via = &run->bridge.via;
    const atomic_bool *quit = &run->signals.quit;

    if (run->options->wait_for_dac)
        return bj_dac_await(via, name, quit, &run->log, dac, wrong_usage, why, why_size);
    return bj_dac_choose(via, name, quit, dac, wrong_usage, why, why_size);
}

/* Nothing named: the only one there is. */
static bool choose_each(struct run *run, bool *wrong_usage, char *why, size_t why_size)
{
    const struct bj_text_list *dacs = &run->options->dacs;
    struct bj_bridge *bridge = &run->bridge;

    bridge->projector_count = dacs->count ? dacs->count : 1;
    for (size_t k = 0; k < bridge->projector_count; k++)
        if (!choose_one(run, dacs->count ? dacs->items[k] : NULL,
                        &bridge->projectors[k].dac, wrong_usage, why, why_size))
            return false;
    return true;
}

static bool choose_dacs(struct run *run)
{
    char why[BJ_WHY_SIZE];
    bool wrong_usage = false;

    enum bj_status status = bj_transports_create(&run->bridge.via);

    if (status != BJ_OK)
        snprintf(why, sizeof why, "cannot look for DACs: %s", bj_strerror(status));
    else if (choose_each(run, &wrong_usage, why, sizeof why))
        return true;
    if (atomic_load(&run->signals.quit)) {
        end(run, 0);
        return false;
    }
    bj_log_say(&run->log, "%s", why);
    end(run, wrong_usage ? 2 : 1);
    return false;
}

static struct bj_jack_config jack_config(const struct bj_options *options, int wake_fd)
{
    return (struct bj_jack_config){
        .name = options->client_name ? options->client_name : DEFAULT_CLIENT_NAME,
        .server = options->server,
        .exact_name = options->exact_name,
        .start_server = options->start_server,
        .physical = options->physical,
        .cv = options->cv,
        .style = (enum bj_port_style)options->port_style,
        .wake_fd = wake_fd,
    };
}

static void prepare_bridge(struct run *run, int wake_fd)
{
    struct bj_bridge *bridge = &run->bridge;

    bridge->options = run->options;
    bridge->log = &run->log;
    bridge->wake_fd = wake_fd;
    bj_mailbox_init(&bridge->jack_words, wake_fd);
    bj_connections_init(&bridge->connections, &run->options->connect,
                        run->options->connect_once);
    bj_jack_log_to(NULL);
}

static bool start(struct run *run)
{
    int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct bj_jack_config config = jack_config(run->options, wake_fd);

    end(run, 1);
    if (wake_fd < 0 || !bj_signals_start(&run->signals, wake_fd, bj_terminal_restore)) {
        bj_log_say(&run->log, "cannot start: %s", strerror(errno));
        return false;
    }
    prepare_bridge(run, wake_fd);
    if (!open_status(run) || !choose_dacs(run))
        return false;
    bj_bridge_name_dacs(&run->bridge);
    config.plays_on = run->bridge.plays_on;
    if (!bj_supervisor_init(&run->bridge.supervisor, &config))
        return false;
    run->over = false;
    return true;
}

/* ---- One round ------------------------------------------------------------------------------- */

/* After the first success: errors before it read better as plain lines. */
static void open_view(struct run *run)
{
    const struct bj_options *options = run->options;
    bool wanted = !options->headless && run->status_file != stdout;

    if (wanted && !run->terminal)
        run->terminal = bj_terminal_create();
    if (run->terminal)
        bj_log_keep(&run->log);
    atomic_store(&run->signals.terminal, run->terminal);
    atomic_store(&bj_jack_process(run->bridge.supervisor.jack)->metering,
                 run->terminal != NULL);
}

static void jack_opened(struct run *run)
{
    if (!bj_bridge_join(&run->bridge)) {
        end(run, run->bridge.wrong_usage ? 2 : 1);
        return;
    }
    atomic_store(&run->signals.sinks, &run->bridge.sinks);
    open_view(run);
}

static void jack_lost(struct run *run)
{
    bool stay = run->options->on_shutdown == BJ_RECONNECT;

    bj_bridge_part(&run->bridge);
    bj_log_say(&run->log, "%s; %s", run->bridge.supervisor.why,
               stay ? "dark, waiting for it to come back" : "leaving");
    if (!stay)
        end(run, 1);
}

static void jack_failed(struct run *run)
{
    const struct bj_supervisor *supervisor = &run->bridge.supervisor;
    uint32_t most = run->options->max_tries;
    bool patient = supervisor->ever_open || run->options->wait_for_jack;

    if (patient && (!most || supervisor->failures < most)) {
        if (supervisor->failures == 1 && !supervisor->ever_open)
            bj_log_say(&run->log, "%s", supervisor->why);
        return;
    }
    bj_log_say(&run->log, "%s", supervisor->why);
    end(run, 1);
}

static void follow_jack(struct run *run, int64_t now_ns, int64_t *deadline_ns)
{
    struct bj_supervisor *supervisor = &run->bridge.supervisor;
    unsigned events = supervisor->jack ? bj_jack_events(supervisor->jack) : 0;

    switch (bj_supervisor_step(supervisor, events, now_ns, deadline_ns)) {
    case BJ_SUPERVISOR_OPENED:
        jack_opened(run);
        break;
    case BJ_SUPERVISOR_LOST:
        jack_lost(run);
        break;
    case BJ_SUPERVISOR_FAILED:
        jack_failed(run);
        break;
    case BJ_SUPERVISOR_NOTHING:
        break;
    }
    if (supervisor->jack && !run->over)
        bj_bridge_follow(&run->bridge, events, now_ns, deadline_ns);
}

static void follow_engine(struct run *run)
{
    bool failed;

    if (!bj_bridge_listen(&run->bridge))
        end(run, 1);
    if (bj_bridge_over(&run->bridge, &failed))
        end(run, failed ? 1 : 0);
}

static void read_options_again(struct run *run)
{
    struct bj_options fresh;
    struct bj_shape shape;
    char why[BJ_WHY_SIZE];

    bj_options_init(&fresh, BJ_COMMAND_RUN);
    if (!bj_options_parse(&fresh, run->argc, run->argv, why, sizeof why)) {
        bj_log_say(&run->log, "configuration not read again: %s", why);
    } else {
        shape = bj_options_shape(&fresh);
        for (size_t k = 0; k < run->bridge.sinks.count; k++)
            bj_stream_set_shape(run->bridge.sinks.items[k].stream, &shape);
        bj_log_say(&run->log,
                   "configuration read again: geometry and colour are in force, the "
                   "rest waits for a restart");
    }
    bj_options_finish(&fresh);
}

static void follow_signals(struct run *run)
{
    if (atomic_load(&run->signals.quit))
        end(run, 0);
    if (run->bridge.sinks.count && atomic_exchange(&run->signals.reread, false))
        read_options_again(run);
}

static void arm(struct run *run)
{
    char why[BJ_WHY_SIZE];

    if (!bj_bridge_arm(&run->bridge, why, sizeof why))
        bj_log_say(&run->log, "%s", why);
}

static void follow_keys(struct run *run)
{
    int key;

    while (run->terminal && (key = bj_terminal_key(run->terminal)) != 0)
        switch (key) {
        case ' ':
            bj_bridge_disarm(&run->bridge);
            break;
        case 'a':
            arm(run);
            break;
        case 'q':
            end(run, 0);
            break;
        }
}

static void write_status(struct run *run, const struct bj_bridge_report *report)
{
    bool good = true;

    for (size_t k = 0; k < report->count; k++)
        good = bj_status_json(run->status_file, &report->items[k]) && good;
    if (good)
        return;
    bj_log_say(&run->log, "the status cannot be written any more: %s", strerror(errno));
    run->status_file = NULL;
}

static void show(struct run *run, int64_t now_ns, int64_t *deadline_ns)
{
    bool status_due = run->status_file && (now_ns >= run->status_ns || run->over);
    bool view_due = run->terminal && now_ns >= run->view_ns;
    struct bj_bridge_report report;

    if (status_due || view_due)
        bj_bridge_report(&run->bridge, &report);
    if (status_due) {
        write_status(run, &report);
        run->status_ns = now_ns + STATUS_NS;
    }
    if (view_due) {
        bj_terminal_draw(run->terminal, report.items, report.count, &run->log);
        run->view_ns = now_ns + VIEW_NS;
    }
    if (run->status_file && run->status_ns < *deadline_ns)
        *deadline_ns = run->status_ns;
    if (run->terminal && run->view_ns < *deadline_ns)
        *deadline_ns = run->view_ns;
}

static void wait_until(const struct run *run, int64_t deadline_ns)
{
    struct pollfd fds[2] = {{.fd = run->bridge.wake_fd, .events = POLLIN},
                            {.fd = run->terminal ? STDIN_FILENO : -1, .events = POLLIN}};
    int64_t left_ns = deadline_ns - bj_clock_ns();
    uint64_t count;

    if (left_ns < 0)
        left_ns = 0;
    poll(fds, 2, (int)((left_ns + BJ_NS_PER_MS - 1) / BJ_NS_PER_MS));
    if (read(run->bridge.wake_fd, &count, sizeof count) < 0)
        return; /* nobody called */
}

static void round_trip(struct run *run)
{
    int64_t now_ns = bj_clock_ns();
    int64_t deadline_ns = now_ns + BJ_NS_PER_S;

    follow_jack(run, now_ns, &deadline_ns);
    follow_engine(run);
    follow_signals(run);
    follow_keys(run);
    show(run, now_ns, &deadline_ns);
    if (!run->over)
        wait_until(run, deadline_ns);
}

/* ---- The end ---------------------------------------------------------------------------------- */

static void close_view(struct run *run)
{
    atomic_store(&run->signals.terminal, NULL);
    bj_terminal_destroy(run->terminal);
    run->terminal = NULL;
    bj_log_release(&run->log);
}

/* A second signal ends even this at once; the signal thread lives to the last. */
static void finish(struct run *run)
{
    bool complete = true;

    close_view(run);
    atomic_store(&run->signals.quit, true);
    if (run->bridge.supervisor.helpers)
        complete = bj_bridge_finish(&run->bridge);
    if (!complete) {
        fflush(NULL);
        _exit(run->exit_status);
    }
    bj_signals_stop(&run->signals);
    bj_transports_destroy(&run->bridge.via);
    if (run->status_file && run->status_file != stdout)
        fclose(run->status_file);
    close(run->bridge.wake_fd);
}

int bj_command_run(const struct bj_options *options, int argc, char **argv)
{
    struct run *run = calloc(1, sizeof *run);
    int exit_status;

    if (!run)
        return 1;
    run->options = options;
    run->argc = argc;
    run->argv = argv;
    if (start(run))
        while (!run->over)
            round_trip(run);
    finish(run);
    exit_status = run->exit_status;
    free(run);
    return exit_status;
}
