/* SPDX-License-Identifier: MIT */
#include "commands/doctor_checks.h"

#include "bridge/engine_thread.h"
#include "jack/jack_client.h"
#include "jack/jack_pipewire.h"

#include <beamjack/dacs.h>

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ETHER_DREAM_PORT 7654
__attribute__((format(printf, 3, 4))) static void
find(struct bj_finding *finding, enum bj_health health, const char *format, ...)
{
    va_list arguments;

    finding->health = health;
    va_start(arguments, format);
    vsnprintf(finding->what, sizeof finding->what, format, arguments);
    va_end(arguments);
}

static void remedy(struct bj_finding *finding, const char *text)
{
    snprintf(finding->remedy, sizeof finding->remedy, "%s", text);
}

/* Debian's jackd2 brings the limits, to be switched on; PipeWire and others do not. */
static void remedy_limits(struct bj_finding *finding)
{
    if (access("/etc/security/limits.d/audio.conf.disabled", F_OK) == 0)
        remedy(finding,
               "run 'dpkg-reconfigure -p high jackd2' and answer yes, join the group "
               "audio ('adduser USER audio'), and log in again");
    else
        remedy(finding,
               "write the lines '@audio - rtprio 95' and '@audio - memlock unlimited' into "
               "/etc/security/limits.d/95-audio.conf, join the group audio ('adduser USER "
               "audio'), and log in again");
}

/* ---- Rights ----------------------------------------------------------------------------------- */

static void check_rtprio(const struct bj_options *options, struct bj_finding *finding)
{
    struct rlimit limit = {0, 0};

    (void)options;
    getrlimit(RLIMIT_RTPRIO, &limit);
    if (geteuid() == 0)
        find(finding, BJ_HEALTHY, "real-time priority: limit %llu, and root needs none",
             (unsigned long long)limit.rlim_cur);
    else if (limit.rlim_cur >= 10)
        find(finding, BJ_HEALTHY, "real-time priority: limit %llu",
             (unsigned long long)limit.rlim_cur);
    else {
        find(finding, BJ_ADVICE, "real-time priority: limit %llu, so none is granted",
             (unsigned long long)limit.rlim_cur);
        remedy_limits(finding);
    }
}

static void check_memlock(const struct bj_options *options, struct bj_finding *finding)
{
    char why[120];

    (void)options;
    if (bj_lock_memory(why, sizeof why)) {
        munlockall();
        find(finding, BJ_HEALTHY, "memory can be locked");
    } else {
        find(finding, BJ_ADVICE, "memory cannot be locked: %s", why);
        remedy_limits(finding);
    }
}

static bool in_group(gid_t group)
{
    gid_t groups[256];
    int count = getgroups(256, groups);

    for (int k = 0; k < count; k++)
        if (groups[k] == group)
            return true;
    return getegid() == group;
}

static void check_group(const struct bj_options *options, struct bj_finding *finding)
{
    const struct group *audio = getgrnam("audio");

    (void)options;
    if (geteuid() == 0 || (audio && in_group(audio->gr_gid))) {
        find(finding, BJ_HEALTHY, "group audio: %s",
             geteuid() == 0 ? "not needed by root" : "yes");
    } else {
        find(finding, BJ_ADVICE, "group audio: you are not in it");
        remedy_limits(finding);
    }
}

/* By a trial: the limits do not tell what a container or a control group refuses. */
static void *try_realtime(void *granted)
{
    struct sched_param param = {.sched_priority = bj_engine_priority(0)};

    *(bool *)granted = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0;
    return NULL;
}

static void check_scheduler(const struct bj_options *options, struct bj_finding *finding)
{
    pthread_t thread;
    bool granted = false;

    (void)options;
    if (pthread_create(&thread, NULL, try_realtime, &granted) == 0)
        pthread_join(thread, NULL);
    if (granted) {
        find(finding, BJ_HEALTHY, "a trial thread got SCHED_FIFO");
        return;
    }
    find(finding, BJ_AILING, "a trial thread was refused SCHED_FIFO: the DAC may run dry");
    remedy_limits(finding);
}

/* ---- JACK ---------------------------------------------------------------------------------------- */

static void check_jack(const struct bj_options *options, struct bj_finding *finding)
{
    struct bj_jack_config config = {.name = "beamjack-doctor", .server = options->server};
    struct bj_jack *jack;

    config.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    bj_jack_log_to(NULL);
    jack = bj_jack_open(&config, finding->remedy, sizeof finding->remedy);
    if (jack) {
        struct bj_jack_view view = bj_jack_view(jack);

        find(finding, BJ_HEALTHY, "JACK%s: %u Hz, %u frames per cycle (%.1f ms), %s",
             bj_jack_is_pipewire() ? " (PipeWire)" : "", view.rate_hz, view.period_frames,
             1e3 * view.period_frames / view.rate_hz,
             view.realtime ? "real-time" : "not real-time");
        finding->remedy[0] = '\0';
    } else {
        find(finding, BJ_AILING, "JACK: cannot be reached");
    }
    bj_jack_close(jack);
    close(config.wake_fd);
}

/* ---- The computer ----------------------------------------------------------------------------------- */

static void check_governor(const struct bj_options *options, struct bj_finding *finding)
{
    char governor[32] = "";
    FILE *file = fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "re");

    (void)options;
    if (file && fscanf(file, "%31s", governor) != 1)
        governor[0] = '\0';
    if (file)
        fclose(file);
    if (!strcmp(governor, "powersave")) {
        find(finding, BJ_ADVICE, "CPU governor: powersave");
        remedy(finding,
               "if points are missing, try 'cpupower frequency-set -g performance'");
    } else {
        find(finding, BJ_HEALTHY, "CPU governor: %s",
             governor[0] ? governor : "none to choose");
    }
}

static void check_interfaces(const struct bj_options *options, struct bj_finding *finding)
{
    struct ifaddrs *list = NULL;
    char names[160] = "";
    int count = 0;

    (void)options;
    if (getifaddrs(&list) != 0)
        list = NULL;
    for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
        size_t used = strlen(names);

        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET ||
            !(at->ifa_flags & IFF_UP) || (at->ifa_flags & IFF_LOOPBACK))
            continue;
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", at->ifa_name);
        count++;
    }
    freeifaddrs(list);
    if (count) {
        find(finding, BJ_HEALTHY, "network: %s", names);
        return;
    }
    find(finding, BJ_ADVICE, "network: no interface with an address is up");
    remedy(finding, "network DACs need one; USB DACs and simulated ones do not");
}

static void check_port(const struct bj_options *options, struct bj_finding *finding)
{
    struct bj_net *net = bj_net_create();
    int handle = -1;
    enum bj_status status = BJ_NO_MEMORY;

    (void)options;
    if (net)
        status = net->ops->open_udp(net, (struct bj_address){.port = ETHER_DREAM_PORT},
                                    true, &handle);
    if (status == BJ_OK) {
        net->ops->close(net, handle);
        find(finding, BJ_HEALTHY, "UDP port %d is free: Ether Dreams can be found",
             ETHER_DREAM_PORT);
    } else {
        find(finding, BJ_ADVICE, "UDP port %d cannot be used: %s", ETHER_DREAM_PORT,
             bj_strerror(status));
        remedy(finding, "another laser program keeps it for itself; end it, or give the "
                        "address: etherdream@ADDRESS");
    }
    bj_net_destroy(net);
}

/* ---- USB ----------------------------------------------------------------------------------------------- */

static bool read_id(const char *device, const char *file, char id[5])
{
    char path[300];
    FILE *in;
    bool good;

    snprintf(path, sizeof path, "/sys/bus/usb/devices/%.200s/%s", device, file);
    in = fopen(path, "re");
    good = in && fscanf(in, "%4s", id) == 1;
    if (in)
        fclose(in);
    return good;
}

static bool is_laser_dac(const char *device)
{
    static const char *const known[] = {"1209:e500", "1fc9:04d8"};
    char id[11], vendor[5], product[5];

    if (!read_id(device, "idVendor", vendor) || !read_id(device, "idProduct", product))
        return false;
    snprintf(id, sizeof id, "%s:%s", vendor, product);
    return !strcmp(id, known[0]) || !strcmp(id, known[1]);
}

/* The number after `key` in a line of uevent, else `otherwise`. */
static long value_after(const char *line, const char *key, long otherwise)
{
    size_t size = strlen(key);

    return strncmp(line, key, size) == 0 ? strtol(line + size, NULL, 10) : otherwise;
}

static bool can_open(const char *device)
{
    char text[300];
    long bus = 0, number = 0;
    FILE *in;

    snprintf(text, sizeof text, "/sys/bus/usb/devices/%.200s/uevent", device);
    in = fopen(text, "re");
    while (in && fgets(text, sizeof text, in)) {
        bus = value_after(text, "BUSNUM=", bus);
        number = value_after(text, "DEVNUM=", number);
    }
    if (in)
        fclose(in);
    snprintf(text, sizeof text, "/dev/bus/usb/%03ld/%03ld", bus, number);
    return access(text, R_OK | W_OK) == 0;
}

/* Where udev looks for rules. */
static bool has_usb_rule(void)
{
    static const char *const folders[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib",
                                          "/lib"};
    char path[80];

    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
        snprintf(path, sizeof path, "%s/udev/rules.d/60-beamjack.rules", folders[k]);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static void check_usb(const struct bj_options *options, struct bj_finding *finding)
{
    DIR *folder = opendir("/sys/bus/usb/devices");
    struct dirent *entry;
    int count = 0, closed = 0;
    bool ruled = has_usb_rule();

    (void)options;
    while (folder && (entry = readdir(folder)) != NULL)
        if (is_laser_dac(entry->d_name)) {
            count++;
            closed += !can_open(entry->d_name);
        }
    if (folder)
        closedir(folder);
    find(finding, closed ? BJ_AILING : BJ_HEALTHY, "USB: %d laser DAC%s%s", count,
         count == 1 ? "" : "s", closed ? ", not all may be opened" : "");
    if (closed && !ruled)
        remedy(finding,
               "the udev rule is missing: copy 60-beamjack.rules to "
               "/etc/udev/rules.d, run 'udevadm control --reload' and plug the DAC "
               "in anew; docs/dacs/helios.md has the whole of it");
    else if (closed)
        remedy(finding, "join the group plugdev ('adduser USER plugdev'), log in again and "
                        "plug the DAC in anew");
}

/* ---- Sound cards --------------------------------------------------------------------------------------- */

/* Reads a number and what follows it. */
static bool read_number(const char **text, const char *then, unsigned long *number)
{
    char *end;

    errno = 0;
    *number = strtoul(*text, &end, 10);
    if (errno || end == *text || strncmp(end, then, strlen(then)) != 0)
        return false;
    *text = end + strlen(then);
    return true;
}

/* "02-00: UMC1820 : USB Audio : playback 1 : capture 1" */
static bool read_card(const char *line, char *name, size_t size)
{
    const char *title = line;
    unsigned long card, device;
    size_t length;

    if (!read_number(&title, "-", &card) || !read_number(&title, ": ", &device) ||
        !strstr(title, ": playback"))
        return false;
    length = strcspn(title, ":");
    while (length > 0 && title[length - 1] == ' ')
        length--;
    snprintf(name, size, "audio:hw:%lu,%lu (%.*s)", card, device, (int)length, title);
    return length > 0;
}

static void check_sound(const struct bj_options *options, struct bj_finding *finding)
{
    FILE *file = fopen("/proc/asound/pcm", "re");
    char line[200], name[100], names[160] = "";
    int count = 0;

    (void)options;
    while (file && fgets(line, sizeof line, file)) {
        size_t used = strlen(names);

        if (!read_card(line, name, sizeof name))
            continue;
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name);
        count++;
    }
    if (file)
        fclose(file);
    find(finding, BJ_HEALTHY, "sound cards: %s", count ? names : "none");
    if (count)
        remedy(finding,
               "one of them is a DAC only if its outputs are DC-coupled and neither "
               "JACK nor a sound server uses it");
}

const struct bj_check bj_checks[] = {
    {"real-time priority", check_rtprio, ""},
    {"memory", check_memlock, ""},
    {"group audio", check_group, "the name service hangs; see 'getent group audio'"},
    {"scheduler", check_scheduler, ""},
    {"JACK", check_jack,
     "the server hangs or is stopped: 'killall -9 jackd' (or pipewire), start it again"},
    {"CPU governor", check_governor, ""},
    {"network", check_interfaces, ""},
    {"UDP port", check_port, ""},
    {"USB", check_usb, "unplug the USB devices and see 'dmesg'"},
    {"sound cards", check_sound, "see 'dmesg'"},
    {NULL, NULL, NULL},
};
