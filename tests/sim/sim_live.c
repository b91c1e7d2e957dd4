/* SPDX-License-Identifier: MIT */
#include "sim_live.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FADE_NS (40 * BJ_NS_PER_MS)

static bool terminal_takes_more(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&out, 1, 0) > 0 && (out.revents & POLLOUT);
}

/* A square, as characters are twice as high as wide; one row stays for the text. */
static uint32_t side(void)
{
    struct winsize size = {0};
    uint32_t columns, pixels;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    columns = size.ws_col >= 8 ? size.ws_col : 80;
    pixels = (size.ws_row >= 5 ? size.ws_row - 1u : 23u) * 2;
    return (columns < pixels ? columns : pixels) & ~1u;
}

bool sim_live_begin(void)
{
    const char *kind = getenv("TERM");

    if (!isatty(STDOUT_FILENO) || !kind || strcmp(kind, "dumb") == 0) {
        return false;
    }
    fputs("\033[2J\033[?25l", stdout);
    return true;
}

void sim_live_end(void)
{
    fputs("\033[0m\033[?25h\r\n", stdout);
    fflush(stdout);
}

bool sim_live_is_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, 0) > 0 && (out.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool sim_live_draw(const struct sim_picture *picture, int64_t now_ns)
{
    uint32_t pixels = side();
    struct sim_image image;

    if (!terminal_takes_more() || !sim_image_init(&image, pixels, pixels)) {
        return false;
    }
    sim_picture_draw(picture, now_ns - SIM_LIVE_WINDOW_NS, now_ns, FADE_NS, &image);
    sim_image_write_terminal(&image, stdout);
    sim_image_finish(&image);
    return true;
}
