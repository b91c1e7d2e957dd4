/* SPDX-License-Identifier: MIT */
#include "bridge/bridge.h"
#include "bridge/bridge_build.h"
#include "bridge/dac_search.h"
#include "bridge/reread.h"
#include "bridge/show.h"
#include "commands/commands.h"
#include "control/operator.h"
#include "view/writer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ROUND_NS (BJ_NS_PER_S / 2)  /* at most */
#define LOG_NS (300 * BJ_NS_PER_MS) /* the end waits so long for what was said */
#define DEFAULT_CLIENT_NAME "beamjack"

struct run {
    const struct bj_options *options;
    int argc;
    char **argv;
    struct bj_log log;
    int stderr_fd;
    struct bj_operator op;
    struct bj_control *control;
    struct bj_bridge bridge;
    struct bj_show show;
    struct bj_reread reread;
    bool awake; /* this round came in time */
    bool over;
    int exit_status;
};

static void end(struct run *run, int exit_status)
{
    run->over = true;
    run->exit_status = exit_status;
}

/* ---- The operator -------------------------------------------------------------------- */

/* Disarming meanwhile wins, and what was asked while nobody looked counts no more. */
static bool arm(struct run *run, char *why, size_t why_size)
{
    unsigned disarms = atomic_load(&run->op.disarms);
    bool armed = run->awake && bj_bridge_arm(&run->bridge, why, why_size);

    if (!run->awake)
        snprintf(why, why_size, "not armed: this program stood still when it was asked");
    if (atomic_load(&run->op.disarms) != disarms) {
        bj_bridge_disarm(&run->bridge);
        snprintf(why, why_size, "not armed: disarmed meanwhile");
        armed = false;
    }
    if (!armed)
        bj_log_warn(&run->log, "%s", why);
    return armed;
}

static void answer_request(struct run *run)
{
    char text[BJ_REQUEST_ANSWER_SIZE] = "";
    bool granted = true;
    size_t size;

    switch (bj_request_take(&run->op.request)) {
    case BJ_CONTROL_ARM:
        granted = arm(run, text, BJ_WHY_SIZE);
        size = granted ? 0 : strlen(text);
        break;
    case BJ_CONTROL_STATUS:
        size = bj_show_status(&run->bridge, text, sizeof text);
        break;
    default:
        return;
    }
    bj_request_answer(&run->op.request, granted, text, size);
    bj_operator_answered(&run->op);
}

static void follow_operator(struct run *run)
{
    const char *news = atomic_exchange(&run->op.news, NULL);

    if (news)
        bj_log_say(&run->log, "%s", news);
    if (atomic_load(&run->op.quit))
        end(run, 0);
    else
        answer_request(run);
}

static void wait_until(const struct run *run, int64_t deadline_ns)
{
    struct pollfd fd = {.fd = run->bridge.wake_fd, .events = POLLIN};
    int64_t left_ns = deadline_ns - bj_clock_ns();
    uint64_t count;

    poll(&fd, 1, left_ns <= 0 ? 0 : (int)((left_ns + BJ_NS_PER_MS - 1) / BJ_NS_PER_MS));
    if (read(fd.fd, &count, sizeof count) < 0)
        return; /* nobody called */
}

/* ---- Start --------------------------------------------------------------------------- */

/* What cannot be told is no reason not to play. */
static void open_control(struct run *run, const char *name)
{
    char why[BJ_WHY_SIZE];

    run->control = bj_control_create(name, why, sizeof why);
    if (run->control)
        bj_log_say(&run->log,
                   "takes control commands: beamjack ctl --name %s "
                   "arm|disarm|stop|status",
                   bj_control_own_name(run->control));
    else
        bj_log_say(&run->log, "takes no control commands from 'beamjack ctl': %s", why);
    bj_operator_control(&run->op, run->control);
}

/* The operator is heard and answered while it lasts. */
static void follow_search(struct run *run, struct bj_dac_search *search)
{
    const char *news;

    while (!bj_dac_search_done(search)) {
        run->awake = true;
        run->bridge.sought = bj_dac_search_sought(search);
        while ((news = bj_dac_search_news(search)) != NULL)
            bj_log_say(&run->log, "%s; waiting", news);
        follow_operator(run);
        wait_until(run, bj_clock_ns() + ROUND_NS);
    }
    run->bridge.sought = NULL;
}

static bool search_dacs(struct run *run, struct bj_dac_search *search)
{
    const struct bj_text_list *asked = search->asked;
    struct bj_bridge *bridge = &run->bridge;

    bridge->projector_count = asked->count ? asked->count : 1;
    for (size_t k = 0; k < asked->count; k++) /* until more is known */
        snprintf(bridge->projectors[k].dac.id, BJ_TEXT_SIZE, "%s", asked->items[k]);
    if (!bj_dac_search_start(search))
        return false;
    follow_search(run, search);
    for (size_t k = 0; k < search->count && search->found; k++)
        bridge->projectors[k].dac = search->items[k].dac;
    return search->found;
}

static bool choose_dacs(struct run *run)
{
    struct bj_dac_search search = {
        .via = &run->bridge.via,
        .asked = &run->options->dacs,
        .cancel = &run->op.quit,
        .endless = run->options->wait_for_dac,
        .wake_fd = run->bridge.wake_fd,
    };
    enum bj_status status = bj_transports_create(&run->bridge.via);
    const char *remedy = "";

    if (status != BJ_OK)
        snprintf(search.why, sizeof search.why, "cannot look for DACs: %s",
                 bj_strerror(status));
    else if (search_dacs(run, &search))
        return true;
    if (!search.wrong_usage && status == BJ_OK)
        remedy = "; --wait-for-dac waits for it";
    end(run, search.wrong_usage ? 2 : 1);
    if (atomic_load(&run->op.quit))
        end(run, 0);
    else
        bj_log_error(&run->log, "%s%s", search.why, remedy);
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
    bj_message_queue_init(&bridge->jack_messages, wake_fd);
    bj_connections_init(&bridge->connections, &run->options->connect,
                        run->options->connect_once);
    bj_jack_log_to(NULL);
}

static bool start_operator(struct run *run, int wake_fd)
{
    run->op.wake_fd = wake_fd;
    run->op.panic_keys = run->options->panic_keys;
    run->op.headless = run->options->headless;
    if (wake_fd >= 0 && bj_operator_start(&run->op))
        return true;
    bj_log_error(&run->log, "cannot start: %s", strerror(errno));
    return false;
}

static bool start(struct run *run)
{
    int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct bj_jack_config config = jack_config(run->options, wake_fd);

    end(run, 1);
    run->stderr_fd = STDERR_FILENO;
    if (!start_operator(run, wake_fd))
        return false;
    run->log.out = bj_writer_create("beamjack-log", bj_write_to_fd, &run->stderr_fd);
    prepare_bridge(run, wake_fd);
    open_control(run, config.name);
    if (!bj_show_open(&run->show, &run->bridge) || !choose_dacs(run))
        return false;
    bj_bridge_name_dacs(&run->bridge);
    config.plays_on = run->bridge.plays_on;
    if (!bj_supervisor_init(&run->bridge.supervisor, &config))
        return false;
    run->over = false;
    return true;
}

/* ---- One round ----------------------------------------------------------------------- */

/* After the first success: errors before it read better as plain lines. */
static void open_view(struct run *run)
{
    struct bj_terminal *terminal = bj_show_open_view(&run->show);

    bj_operator_view(&run->op, terminal);
    atomic_store(&bj_jack_process(run->bridge.supervisor.jack)->metering, terminal != NULL);
}

static void jack_opened(struct run *run)
{
    if (!bj_bridge_join(&run->bridge)) {
        end(run, run->bridge.wrong_usage ? 2 : 1);
        return;
    }
    bj_operator_sinks(&run->op, &run->bridge.sinks);
    open_view(run);
}

static void jack_lost(struct run *run)
{
    bool stay = run->options->on_shutdown == BJ_RECONNECT;

    bj_bridge_part(&run->bridge);
    bj_log_warn(&run->log, "%s; %s", run->bridge.supervisor.why,
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
            bj_log_warn(&run->log, "%s", supervisor->why);
        return;
    }
    bj_log_error(&run->log, "%s", supervisor->why);
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

static void read_options_again(struct run *run, int64_t now_ns, int64_t *deadline_ns)
{
    struct bj_reread *reread = &run->reread;
    enum bj_reread_news news;
    struct bj_shape shape;
    char words[BJ_WHY_SIZE];

    if (run->bridge.sinks.count && !bj_reread_under_way(reread) &&
        atomic_exchange(&run->op.reread, false))
        bj_reread_begin(reread, run->argc, run->argv, run->bridge.wake_fd, now_ns);
    news = bj_reread_step(reread, now_ns, deadline_ns, &shape, words, sizeof words);
    if (news == BJ_REREAD_FAILED)
        bj_log_warn(&run->log, "%s", words);
    if (news != BJ_REREAD_DONE)
        return;
    for (size_t k = 0; k < run->bridge.sinks.count; k++)
        bj_stream_set_shape(run->bridge.sinks.items[k].stream, &shape);
    bj_log_say(&run->log, "%s", words);
}

static void round_trip(struct run *run)
{
    int64_t now_ns = bj_clock_ns();
    int64_t deadline_ns = now_ns + ROUND_NS;

    run->awake = bj_bridge_awake(&run->bridge, now_ns);
    follow_jack(run, now_ns, &deadline_ns);
    follow_engine(run);
    follow_operator(run);
    read_options_again(run, now_ns, &deadline_ns);
    bj_show_step(&run->show, now_ns, atomic_load(&run->op.help), &deadline_ns);
    if (!run->over)
        wait_until(run, deadline_ns);
}

/* ---- The end ------------------------------------------------------------------------- */

/* The operator is heard to the last: somebody may be in more of a hurry. */
static void finish(struct run *run)
{
    bool complete = true;

    bj_operator_view(&run->op, NULL);
    bj_show_leave_view(&run->show);
    if (run->bridge.supervisor.helpers) {
        complete = bj_bridge_stop(&run->bridge);
        bj_show_last(&run->show);
        complete = complete && bj_bridge_finish(&run->bridge);
    }
    bj_operator_stop(&run->op);
    bj_control_destroy(run->control);
    complete = bj_show_close(&run->show) && complete;
    complete = bj_writer_destroy(run->log.out, LOG_NS) && complete;
    complete = bj_reread_finish(&run->reread) && complete;
    if (!complete)
        _exit(run->exit_status);
    bj_transports_destroy(&run->bridge.via);
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
