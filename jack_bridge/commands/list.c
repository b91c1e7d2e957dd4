/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "options/utf8.h"
#include "view/shown_text.h"
#include "view/status_json.h"

#include <beamjack/dacs.h>
#include <errno.h>
#include <string.h>

static void print_json(const struct bj_dac_info *const *list, size_t count)
{
    fputc('[', stdout);
    for (size_t k = 0; k < count; k++) {
        fputs(k ? ",\n {\"id\":" : "{\"id\":", stdout);
        bj_json_string(stdout, list[k]->id);
        fputs(",\"driver\":", stdout);
        bj_json_string(stdout, list[k]->driver->name);
        fputs(",\"model\":", stdout);
        bj_json_string(stdout, list[k]->model);
        fputs(",\"where\":", stdout);
        bj_json_string(stdout, list[k]->where);
        printf(",\"max_pps\":%u,\"capacity_points\":%u,\"busy\":%s,\"on_request\":%s,"
               "\"note\":",
               list[k]->max_pps, list[k]->capacity_points, list[k]->busy ? "true" : "false",
               list[k]->on_request ? "true" : "false");
        bj_json_string(stdout, list[k]->note);
        fputc('}', stdout);
    }
    fputs("]\n", stdout);
}

struct widths {
    int id, model, where;
};

/* Characters, not bytes. */
static int length_of(const char *text)
{
    int length = 0;

    for (size_t size; *text; text += size, length++)
        if ((size = bj_utf8_size(text)) == 0)
            size = 1;
    return length;
}

static int wider(int width, const char *text)
{
    int length = length_of(text);

    return length > width ? length : width;
}

static void print_column(const char *text, int width)
{
    printf("%s%*s ", text, width - length_of(text), "");
}

static struct widths widths_of(const struct bj_dac_info *const *list, size_t count)
{
    struct widths widths = {.id = 26, .model = 24, .where = 18};

    for (size_t k = 0; k < count; k++) {
        widths.id = wider(widths.id, list[k]->id);
        widths.model = wider(widths.model, list[k]->model);
        widths.where = wider(widths.where, list[k]->where);
    }
    return widths;
}

/* What devices call themselves is not always text. */
static void clean(struct bj_dac_info *info)
{
    bj_text_clean(info->id);
    bj_text_clean(info->model);
    bj_text_clean(info->where);
    bj_text_clean(info->note);
}

static void print_table(const struct bj_dac_info *const *list, size_t count)
{
    struct widths widths = widths_of(list, count);

    printf("%-*s %-*s %-*s %10s\n", widths.id, "ID", widths.model, "MODEL", widths.where,
           "ADDRESS", "POINTS/S");
    for (size_t k = 0; k < count; k++) {
        char rate[16] = "-";

        struct bj_dac_info shown = *list[k];

        clean(&shown);
        if (shown.max_pps)
            snprintf(rate, sizeof rate, "%u", shown.max_pps);
        print_column(shown.id, widths.id);
        print_column(shown.model, widths.model);
        print_column(shown.where, widths.where);
        printf("%10s%s%s%s\n", rate, shown.busy ? "  in use" : "",
               shown.note[0] ? "  " : "", shown.note);
    }
}

static void print_advice(void)
{
    fputs("No laser DAC found. Is it switched on and in the same network?\n"
          "'beamjack doctor' checks this computer, 'beamjack sim etherdream' starts a "
          "simulated DAC,\nand 'beamjack run virtual' needs none at all.\n",
          stderr);
}

static void look(struct bj_discovery *discovery, struct bj_waiter *waiter, int64_t wait_ns)
{
    int64_t now_ns = bj_clock_ns(), until_ns = now_ns + wait_ns;

    do {
        struct bj_wait wait;

        bj_discovery_step(discovery, now_ns, &wait);
        bj_wait_until(&wait, until_ns);
        bj_waiter_wait(waiter, &wait);
        now_ns = bj_clock_ns();
    } while (now_ns < until_ns);
}

static void print(const struct bj_options *options, const struct bj_discovery *discovery)
{
    const char *problem = bj_discovery_problem(discovery);
    const struct bj_dac_info *const *list;
    size_t count = bj_discovery_list(discovery, &list);

    if (options->json)
        print_json(list, count);
    else if (count)
        print_table(list, count);
    else
        print_advice();
    if (problem && problem[0])
        fprintf(stderr, "beamjack: %s\n", problem);
}

int bj_command_list(const struct bj_options *options)
{
    struct bj_transports via;
    enum bj_status status = bj_transports_create(&via);
    struct bj_waiter *waiter = bj_waiter_create();
    int error = errno; /* of the waiter */
    struct bj_discovery *discovery = NULL;
    bool good = status == BJ_OK && waiter && bj_discovery_create(&via, &discovery) == BJ_OK;

    if (good) {
        look(discovery, waiter, options->wait_ns);
        print(options, discovery);
    } else {
        fprintf(stderr, "beamjack: cannot look for DACs: %s\n",
                status == BJ_OK ? strerror(error) : bj_strerror(status));
    }
    bj_discovery_destroy(discovery);
    bj_waiter_destroy(waiter);
    bj_transports_destroy(&via);
    return good ? 0 : 1;
}
