/* SPDX-License-Identifier: MIT */
#include "control/control_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_name_survives_the_way_through_a_file_name(void **state)
{
    const char *const names[] = {"beamjack",         "my projector", "B\xc3\xbchne",
                                 "../../etc/passwd", "a.b/c%20",     "\x01\xff"};
    char path[512], back[BJ_CONTROL_NAME_SIZE];

    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        assert_true(bj_control_path(path, sizeof path, "/run", names[k], "sock"));
        assert_int_equal(strncmp(path, "/run/beamjack.", 14), 0);
        assert_null(strchr(path + 5, '/'));
        assert_true(bj_control_name(back, path + 5));
        assert_string_equal(back, names[k]);
    }
}

static void other_files_are_no_sockets(void **state)
{
    const char *const files[] = {"",
                                 ".",
                                 "bus",
                                 "beamjack",
                                 "beamjack..sock",
                                 "beamjack.x.lock",
                                 "x.beamjack.y.sock",
                                 "beamjack.sock"};
    char name[BJ_CONTROL_NAME_SIZE];

    (void)state;
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++)
        assert_false(bj_control_name(name, files[k]));
}

static void what_is_too_long_is_refused(void **state)
{
    char name[300], path[512];
    struct sockaddr_un address;

    (void)state;
    memset(name, 'x', sizeof name);
    name[BJ_CONTROL_NAME_SIZE] = '\0';
    assert_false(bj_control_path(path, sizeof path, "/run", name, "sock"));
    name[BJ_CONTROL_NAME_SIZE - 1] = '\0';
    assert_true(bj_control_path(path, sizeof path, "/run", name, "sock"));
    assert_false(bj_control_address(&address, path));
    assert_true(bj_control_address(&address, "/run/beamjack.x.sock"));
    assert_string_equal(address.sun_path, "/run/beamjack.x.sock");
}

static void only_a_folder_of_our_own_will_do(void **state)
{
    char folder[] = "/tmp/beamjack-test-XXXXXX", path[100], why[200];

    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("XDG_RUNTIME_DIR", folder, 1);
    assert_true(bj_control_folder(path, sizeof path, why, sizeof why));
    assert_string_equal(path, folder);
    chmod(folder, 0777);
    assert_false(bj_control_folder(path, sizeof path, why, sizeof why));
    assert_non_null(strstr(why, folder));
    rmdir(folder);
    assert_false(bj_control_folder(path, sizeof path, why, sizeof why));
    setenv("XDG_RUNTIME_DIR", "relative", 1);
    assert_false(bj_control_folder(path, sizeof path, why, sizeof why));
    unsetenv("XDG_RUNTIME_DIR");
    assert_false(bj_control_folder(path, sizeof path, why, sizeof why));
    assert_non_null(strstr(why, "XDG_RUNTIME_DIR"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_survives_the_way_through_a_file_name),
        cmocka_unit_test(other_files_are_no_sockets),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(only_a_folder_of_our_own_will_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
