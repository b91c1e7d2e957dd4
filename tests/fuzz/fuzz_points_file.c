/* SPDX-License-Identifier: MIT
 *
 * Reading a points file.
 */
#include "memory_file.h"
#include "record/points_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct bj_points_file file;
    struct bj_played_point points[7];
    int64_t last_ns = INT64_MIN;
    size_t count = 0, all = 0;

    if (bj_points_file_open(&file, memory_file(bytes, size)) != BJ_OK)
        return 0;
    while (bj_points_file_read(&file, points, 7, &count) == BJ_OK && count > 0) {
        if (count > 7)
            abort();
        for (size_t k = 0; k < count; k++) {
            if (points[k].time_ns < last_ns)
                abort();
            last_ns = points[k].time_ns;
        }
        all += count;
    }
    if (16 + 24 * all > size)
        abort();
    (void)bj_points_file_close(&file);
    return 0;
}
