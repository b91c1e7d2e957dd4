/* SPDX-License-Identifier: MIT */
#include "control/operator.h"

#include "control/signals.h"
#include "jack/message_queue.h"

#include <beamjack/dacs.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DARK_NS (50 * BJ_NS_PER_MS) /* what an engine needs to put the light out */
#define ONE_PRESS_NS (100 * BJ_NS_PER_MS)
#define LOOK_NS (250 * BJ_NS_PER_MS)    /* it looks around at least that often */
#define STALL_NS BJ_NS_PER_S            /* then it was not running */
#define REQUEST_NS (2 * BJ_NS_PER_S)    /* the main thread may take to hear it */
#define NOBODY (-1)                     /* no client: a key, or no request at all */
#define END_LIMIT_NS (10 * BJ_NS_PER_S) /* and to end in order */

/* ---- Dark ---------------------------------------------------------------------------- */

static void rest_until_dark(void)
{
    const struct timespec moment = {.tv_nsec = DARK_NS};

    nanosleep(&moment, NULL);
}

/* An arm that nobody heard yet is not heard any more. */
static void refuse_arms(struct bj_operator *op)
{
    static const char why[] = "disarmed meanwhile";
    struct bj_control *control = atomic_load(&op->control);
    int client = -1;

    op->wants_arm = false;
    if (op->asker == NOBODY)
        bj_request_withdraw(&op->request); /* that of a key */
    while ((client = bj_control_find(control, BJ_CONTROL_ARM, client)) >= 0) {
        if (client == op->asker && !bj_request_withdraw(&op->request))
            continue; /* the main thread answers it, and looks whether this came between */
        if (client == op->asker)
            op->asker = NOBODY;
        bj_control_answer(control, client, false, why, sizeof why - 1, op->look_ns);
    }
}

static void disarm(struct bj_operator *op)
{
    const struct bj_sinks *sinks = atomic_load(&op->sinks);

    atomic_fetch_add(&op->disarms, 1);
    if (sinks)
        bj_sinks_disarm(sinks);
    refuse_arms(op);
}

static void stop_all(struct bj_operator *op)
{
    const struct bj_sinks *sinks = atomic_load(&op->sinks);

    disarm(op);
    if (sinks)
        bj_sinks_stop(sinks);
}

static void give_terminal_back(struct bj_operator *op)
{
    struct bj_terminal *terminal = atomic_load(&op->terminal);

    if (terminal)
        bj_terminal_leave(terminal);
}

/* Gives the engines a moment to put the light out. */
static void leave_at_once(struct bj_operator *op)
{
    stop_all(op);
    give_terminal_back(op);
    rest_until_dark();
    _exit(1);
}

static void end(struct bj_operator *op, const char *news)
{
    disarm(op);
    if (!op->ends_seen) {
        op->ends_seen = true;
        op->end_ns = op->look_ns;
        atomic_store(&op->news, news);
        atomic_store(&op->quit, true);
    } else if (op->look_ns - op->end_ns >= ONE_PRESS_NS) {
        leave_at_once(op);
    }
}

/* On a crash: in a signal handler. */
static void before_crash(void *user)
{
    struct bj_operator *op = user;
    const struct bj_sinks *sinks = atomic_load(&op->sinks);
    struct bj_terminal *terminal = atomic_load(&op->terminal);

    if (terminal)
        bj_terminal_give_back(terminal);
    if (!sinks)
        return;
    bj_sinks_disarm(sinks);
    bj_sinks_stop(sinks);
    rest_until_dark();
}

/* ---- Signals ------------------------------------------------------------------------- */

static bool is_lost_terminal(int fd)
{
    struct pollfd look = {.fd = fd};
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISCHR(about.st_mode) && poll(&look, 1, 0) > 0 &&
           (look.revents & POLLHUP);
}

/* The shell tells its jobs when the terminal goes. */
static void hear_hang_up(struct bj_operator *op)
{
    bool terminal_gone = is_lost_terminal(STDIN_FILENO) ||
                         is_lost_terminal(STDOUT_FILENO) || is_lost_terminal(STDERR_FILENO);

    if (atomic_load(&op->terminal) || (terminal_gone && !op->headless))
        end(op, "the terminal is gone: dark, and out");
    else
        atomic_store(&op->reread, true);
}

/* By the signal itself, so that the shell sees a stopped job. */
static void stop_here(void)
{
    sigset_t set, before;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, &before);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void take_terminal(struct bj_operator *op)
{
    struct bj_terminal *terminal = atomic_load(&op->terminal);

    if (terminal && !op->ends_seen)
        bj_terminal_enter(terminal);
    op->heard = NULL; /* begin with the keys anew */
}

static void suspend(struct bj_operator *op)
{
    disarm(op);
    give_terminal_back(op);
    rest_until_dark();
    stop_here();
    take_terminal(op);
}

static void hear_signal(struct bj_operator *op, int number)
{
    switch (bj_signals_meaning(number)) {
    case BJ_SIGNAL_END:
        end(op, NULL);
        break;
    case BJ_SIGNAL_ABORT:
        stop_all(op);
        give_terminal_back(op);
        rest_until_dark();
        bj_signals_die_by(number);
    case BJ_SIGNAL_DISARM:
        disarm(op);
        break;
    case BJ_SIGNAL_HANG_UP:
        hear_hang_up(op);
        break;
    case BJ_SIGNAL_SUSPEND:
        suspend(op);
        break;
    case BJ_SIGNAL_RESUME:
        take_terminal(op);
        break;
    case BJ_SIGNAL_NONE:
        break;
    }
    bj_wake_fd(op->wake_fd);
}

/* ---- Keys ---------------------------------------------------------------------------- */

static void obey_keys(struct bj_operator *op, unsigned wanted)
{
    if (wanted & BJ_KEY_ARM)
        op->wants_arm = true;
    if ((wanted & BJ_KEY_DISARM) || (op->panic_keys && (wanted & BJ_KEY_UNKNOWN)))
        disarm(op);
    if (wanted & BJ_KEY_HELP)
        atomic_store(&op->help, !atomic_load(&op->help));
    if (wanted & BJ_KEY_QUIT)
        end(op, NULL);
    if (wanted)
        bj_wake_fd(op->wake_fd);
}

static void hear_keys(struct bj_operator *op, int64_t now_ns)
{
    struct bj_terminal *terminal = atomic_load(&op->terminal);
    uint8_t bytes[256];
    ssize_t count;

    if (!terminal || op->ends_seen)
        return;
    if (terminal != op->heard) {
        bj_terminal_forget(terminal);
        bj_keys_init(&op->keys, now_ns);
        op->heard = terminal;
    }
    count = bj_terminal_read(terminal, bytes, sizeof bytes);
    if (count >= 0) {
        obey_keys(op, bj_keys_take(&op->keys, bytes, (size_t)count, now_ns));
    } else {
        end(op, "the terminal is gone: dark, and out");
        bj_wake_fd(op->wake_fd);
    }
}

/* ---- Control commands and requests --------------------------------------------------- */

static void obey_at_once(struct bj_operator *op, struct bj_control *control, int client,
                         enum bj_control_command command)
{
    static const char unknown[] = "the control commands are: " BJ_CONTROL_COMMANDS;

    if (command == BJ_CONTROL_DISARM || command == BJ_CONTROL_STOP)
        disarm(op);
    if (command == BJ_CONTROL_STOP && !op->ends_seen)
        end(op, "told to stop");
    if (command == BJ_CONTROL_NONE)
        bj_control_answer(control, client, false, unknown, sizeof unknown - 1, op->look_ns);
    else
        bj_control_answer(control, client, true, "", 0, op->look_ns);
    bj_wake_fd(op->wake_fd);
}

static void obey_commands(struct bj_operator *op)
{
    static const enum bj_control_command at_once[] = {BJ_CONTROL_DISARM, BJ_CONTROL_STOP,
                                                      BJ_CONTROL_NONE};
    struct bj_control *control = atomic_load(&op->control);

    for (size_t k = 0; k < sizeof at_once / sizeof at_once[0]; k++) {
        int client = -1;

        while ((client = bj_control_find(control, at_once[k], client)) >= 0)
            obey_at_once(op, control, client, at_once[k]);
    }
}

static void make_request(struct bj_operator *op)
{
    struct bj_control *control = atomic_load(&op->control);
    enum bj_control_command command = BJ_CONTROL_ARM;
    int asker = op->wants_arm ? NOBODY : bj_control_next(control, &command);

    if ((!op->wants_arm && asker == NOBODY) || !bj_request_ask(&op->request, command))
        return;
    if (asker != NOBODY)
        bj_control_hold(control, asker);
    op->asker = asker;
    op->wants_arm = false;
    op->request_ns = op->look_ns;
    bj_wake_fd(op->wake_fd);
}

static void collect_answer(struct bj_operator *op)
{
    static const char busy[] = "beamjack is busy";
    const char *answer = op->answer;
    bool granted = false;
    size_t size = sizeof busy - 1;

    if (!bj_request_collect(&op->request, &granted, op->answer, &size)) {
        if (op->look_ns - op->request_ns < REQUEST_NS || !bj_request_withdraw(&op->request))
            return;
        answer = busy;
    }
    if (op->asker != NOBODY)
        bj_control_answer(atomic_load(&op->control), op->asker, granted, answer, size,
                          op->look_ns);
    op->asker = NOBODY;
}

/* ---- The thread ---------------------------------------------------------------------- */

/* What was typed while it did not run is old: it may darken, but not arm. */
static void notice_stall(struct bj_operator *op, int64_t now_ns)
{
    if (now_ns - op->look_ns >= STALL_NS)
        bj_keys_init(&op->keys, now_ns);
    op->look_ns = now_ns;
}

static int timeout_ms(const struct bj_operator *op)
{
    int64_t until_ns = op->look_ns + LOOK_NS;
    int64_t control_ns = bj_control_deadline_ns(atomic_load(&op->control));
    int64_t now_ns = bj_clock_ns();

    if (op->heard && bj_keys_deadline_ns(&op->keys) < until_ns)
        until_ns = bj_keys_deadline_ns(&op->keys);
    if (control_ns < until_ns)
        until_ns = control_ns;
    return until_ns <= now_ns
               ? 0
               : (int)((until_ns - now_ns + BJ_NS_PER_MS - 1) / BJ_NS_PER_MS);
}

static void await(struct bj_operator *op)
{
    struct bj_terminal *terminal = atomic_load(&op->terminal);
    struct pollfd fds[3 + BJ_CONTROL_FDS] = {
        {.fd = op->signal_fd, .events = POLLIN},
        {.fd = op->call_fd, .events = POLLIN},
        {.fd = terminal && !op->ends_seen && bj_terminal_listens(terminal)
                   ? bj_terminal_fd(terminal)
                   : -1,
         .events = POLLIN},
    };
    nfds_t count = 3 + bj_control_fds(atomic_load(&op->control), fds + 3);
    uint64_t calls;

    poll(fds, count, timeout_ms(op));
    if (read(op->call_fd, &calls, sizeof calls) < 0)
        return; /* nobody called */
}

static void *run(void *arg)
{
    struct bj_operator *op = arg;
    int number;

    while (!atomic_load(&op->over)) {
        await(op);
        notice_stall(op, bj_clock_ns());
        while ((number = bj_signals_next(op->signal_fd)) != 0)
            hear_signal(op, number);
        hear_keys(op, op->look_ns);
        bj_control_serve(atomic_load(&op->control), op->look_ns);
        obey_commands(op);
        collect_answer(op);
        make_request(op);
        if (op->ends_seen && op->look_ns - op->end_ns >= END_LIMIT_NS)
            leave_at_once(op);
    }
    return NULL;
}

bool bj_operator_start(struct bj_operator *op)
{
    op->asker = NOBODY;
    op->look_ns = bj_clock_ns();
    op->signal_fd = bj_signals_open();
    op->call_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (op->signal_fd < 0 || op->call_fd < 0)
        return false;
    bj_request_init(&op->request);
    op->running = pthread_create(&op->thread, NULL, run, op) == 0;
    if (op->running) {
        pthread_setname_np(op->thread, "beamjack-oper");
        bj_signals_before_crash(before_crash, op);
    }
    return op->running;
}

void bj_operator_view(struct bj_operator *op, struct bj_terminal *terminal)
{
    atomic_store(&op->terminal, terminal);
    bj_wake_fd(op->call_fd);
}

void bj_operator_control(struct bj_operator *op, struct bj_control *control)
{
    atomic_store(&op->control, control);
    bj_wake_fd(op->call_fd);
}

void bj_operator_sinks(struct bj_operator *op, const struct bj_sinks *sinks)
{
    atomic_store(&op->sinks, sinks);
    bj_wake_fd(op->call_fd);
}

void bj_operator_answered(struct bj_operator *op)
{
    bj_wake_fd(op->call_fd);
}

void bj_operator_stop(struct bj_operator *op)
{
    if (!op->running)
        return;
    atomic_store(&op->over, true);
    bj_wake_fd(op->call_fd);
    pthread_join(op->thread, NULL);
    bj_signals_before_crash(NULL, NULL);
    bj_request_finish(&op->request);
    close(op->signal_fd);
    close(op->call_fd);
    op->running = false;
}
