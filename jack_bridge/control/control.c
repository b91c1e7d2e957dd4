/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include "control/control_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 99 /* NAME-01 to NAME-98 */
#define BACKLOG 16
#define DEAF_NS (200 * BJ_NS_PER_MS)

enum client_state {
    FREE,
    LISTENING, /* its line is not complete */
    WAITING,   /* its command is known, the answer is not */
    ANSWERING,
};

struct client {
    enum client_state state;
    int fd;
    int64_t until_ns;
    enum bj_control_command command;
    size_t in_size, out_size, out_done;
    char in[BJ_CONTROL_LINE];
    char *out; /* BJ_REQUEST_ANSWER_SIZE and a word */
};

#define OUT_SIZE (BJ_REQUEST_ANSWER_SIZE + 16)

struct bj_control {
    int listener, lock;
    int64_t deaf_until_ns; /* no more descriptors: nobody is let in before */
    char name[BJ_CONTROL_NAME_SIZE], path[512];
    struct client clients[BJ_CONTROL_CLIENTS];
};

/* ---- Listening ----------------------------------------------------------------------- */

/* Whoever holds the lock owns the name, and with it whatever socket lies there. */
static bool take_lock(struct bj_control *control, const char *folder, const char *name)
{
    char path[512];

    if (!bj_control_path(path, sizeof path, folder, name, "lock")) {
        errno = ENAMETOOLONG;
        return false;
    }
    control->lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (control->lock >= 0 && flock(control->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (control->lock >= 0)
        close(control->lock);
    control->lock = -1;
    return false;
}

static bool own_a_name(struct bj_control *control, const char *folder, const char *wanted)
{
    for (int n = 0; n < NAMES_MAX; n++) {
        int size =
            n ? snprintf(control->name, sizeof control->name, "%.200s-%02d", wanted, n)
              : snprintf(control->name, sizeof control->name, "%.200s", wanted);

        if (size > 0 && take_lock(control, folder, control->name))
            return true;
        if (errno != EWOULDBLOCK)
            return false;
    }
    return false;
}

static bool listen_there(struct bj_control *control)
{
    struct sockaddr_un address;

    if (!bj_control_address(&address, control->path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->listener < 0)
        return false;
    unlink(control->path);
    return fchmod(control->listener, 0600) == 0 && /* so it is born with it */
           bind(control->listener, (const struct sockaddr *)&address, sizeof address) ==
               0 &&
           chmod(control->path, 0600) == 0 && listen(control->listener, BACKLOG) == 0;
}

static bool open_control(struct bj_control *control, const char *name, char *why,
                         size_t why_size)
{
    char folder[400];

    if (!bj_control_folder(folder, sizeof folder, why, why_size))
        return false;
    if (own_a_name(control, folder, name) &&
        bj_control_path(control->path, sizeof control->path, folder, control->name,
                        "sock") &&
        listen_there(control))
        return true;
    snprintf(why, why_size, "%.200s: %s", folder, strerror(errno));
    return false;
}

struct bj_control *bj_control_create(const char *name, char *why, size_t why_size)
{
    struct bj_control *control = calloc(1, sizeof *control);

    snprintf(why, why_size, "no memory");
    if (!control)
        return NULL;
    control->listener = control->lock = -1;
    for (int k = 0; k < BJ_CONTROL_CLIENTS; k++)
        control->clients[k].out = calloc(1, OUT_SIZE);
    if (control->clients[BJ_CONTROL_CLIENTS - 1].out &&
        open_control(control, name, why, why_size))
        return control;
    bj_control_destroy(control);
    return NULL;
}

static void hang_up(struct client *client)
{
    close(client->fd);
    client->state = FREE;
}

void bj_control_destroy(struct bj_control *control)
{
    if (!control)
        return;
    for (int k = 0; k < BJ_CONTROL_CLIENTS; k++) {
        if (control->clients[k].state != FREE)
            hang_up(&control->clients[k]);
        free(control->clients[k].out);
    }
    if (control->listener >= 0) {
        close(control->listener);
        unlink(control->path);
    }
    if (control->lock >= 0)
        close(control->lock);
    free(control);
}

const char *bj_control_own_name(const struct bj_control *control)
{
    return control->name;
}

/* ---- Clients ------------------------------------------------------------------------- */

nfds_t bj_control_fds(const struct bj_control *control, struct pollfd *fds)
{
    nfds_t count = 0;

    if (!control)
        return 0;
    if (!control->deaf_until_ns)
        fds[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (int k = 0; k < BJ_CONTROL_CLIENTS; k++) {
        const struct client *client = &control->clients[k];

        if (client->state == LISTENING || client->state == ANSWERING)
            fds[count++] = (struct pollfd){
                .fd = client->fd, .events = client->state == LISTENING ? POLLIN : POLLOUT};
    }
    return count;
}

int64_t bj_control_deadline_ns(const struct bj_control *control)
{
    int64_t first_ns =
        control && control->deaf_until_ns ? control->deaf_until_ns : BJ_NEVER;

    for (int k = 0; control && k < BJ_CONTROL_CLIENTS; k++)
        if (control->clients[k].state != FREE && control->clients[k].until_ns < first_ns)
            first_ns = control->clients[k].until_ns;
    return first_ns;
}

static bool is_one_of_us(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

/* A free place, or that of the one who has been silent longest. */
static struct client *place(struct bj_control *control)
{
    struct client *oldest = NULL;

    for (int k = 0; k < BJ_CONTROL_CLIENTS; k++) {
        struct client *client = &control->clients[k];

        if (client->state == FREE)
            return client;
        if (client->state != WAITING && (!oldest || client->until_ns < oldest->until_ns))
            oldest = client;
    }
    if (oldest)
        hang_up(oldest);
    return oldest;
}

static void listen_to(struct client *client)
{
    ssize_t count = recv(client->fd, client->in + client->in_size,
                         sizeof client->in - client->in_size, MSG_DONTWAIT);
    bool whole;

    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count < 0) {
        hang_up(client);
        return;
    }
    client->in_size += (size_t)count;
    whole = count == 0 || memchr(client->in, '\n', client->in_size) ||
            client->in_size == sizeof client->in;
    if (!whole)
        return;
    client->command = bj_control_command_parse(client->in, client->in_size);
    client->state = WAITING;
}

static void answer_to(struct client *client)
{
    while (client->out_done < client->out_size) {
        ssize_t count =
            send(client->fd, client->out + client->out_done,
                 client->out_size - client->out_done, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            break;
        client->out_done += (size_t)count;
    }
    hang_up(client);
}

static void welcome(struct bj_control *control, int64_t now_ns)
{
    for (int n = 0; n < BACKLOG; n++) {
        int fd = accept4(control->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        struct client *client;

        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
            control->deaf_until_ns = now_ns + DEAF_NS;
        if (fd < 0)
            return;
        client = is_one_of_us(fd) ? place(control) : NULL;
        if (!client) {
            close(fd);
            continue;
        }
        *client = (struct client){.state = LISTENING,
                                  .fd = fd,
                                  .until_ns = now_ns + BJ_CONTROL_LIMIT_NS,
                                  .out = client->out};
        listen_to(client);
    }
}

void bj_control_serve(struct bj_control *control, int64_t now_ns)
{
    if (!control)
        return;
    for (int k = 0; k < BJ_CONTROL_CLIENTS; k++) {
        struct client *client = &control->clients[k];

        if (client->state == LISTENING)
            listen_to(client);
        else if (client->state == ANSWERING)
            answer_to(client);
        if (client->state == WAITING && now_ns >= client->until_ns)
            bj_control_answer(control, k, false, "beamjack is busy", 16, now_ns);
        else if (client->state != FREE && now_ns >= client->until_ns)
            hang_up(client);
    }
    if (now_ns >= control->deaf_until_ns) {
        control->deaf_until_ns = 0;
        welcome(control, now_ns);
    }
}

/* ---- Orders -------------------------------------------------------------------------- */

int bj_control_next(const struct bj_control *control, enum bj_control_command *command)
{
    int first = -1;

    for (int k = 0; control && k < BJ_CONTROL_CLIENTS; k++) {
        const struct client *client = &control->clients[k];

        if (client->state == WAITING &&
            (first < 0 || client->until_ns < control->clients[first].until_ns))
            first = k;
    }
    if (first >= 0)
        *command = control->clients[first].command;
    return first;
}

void bj_control_hold(struct bj_control *control, int client)
{
    control->clients[client].until_ns = BJ_NEVER;
}

int bj_control_find(const struct bj_control *control, enum bj_control_command command,
                    int after)
{
    for (int k = after + 1; control && k < BJ_CONTROL_CLIENTS; k++)
        if (control->clients[k].state == WAITING && control->clients[k].command == command)
            return k;
    return -1;
}

void bj_control_answer(struct bj_control *control, int client, bool granted,
                       const char *text, size_t size, int64_t now_ns)
{
    struct client *asker = &control->clients[client];
    int head;

    if (asker->state != WAITING)
        return;
    head = snprintf(asker->out, OUT_SIZE, granted ? "ok\n" : "no\n");

    if (size > BJ_REQUEST_ANSWER_SIZE)
        size = BJ_REQUEST_ANSWER_SIZE;
    memcpy(asker->out + head, text, size);
    asker->out_size = (size_t)head + size;
    if (size > 0 && text[size - 1] != '\n')
        asker->out[asker->out_size++] = '\n';
    asker->out_done = 0;
    asker->state = ANSWERING;
    asker->until_ns = now_ns + BJ_CONTROL_LIMIT_NS;
    answer_to(asker);
}
