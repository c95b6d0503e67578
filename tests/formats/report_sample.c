/* SPDX-License-Identifier: Apache-2.0 */
/* report_sample FORMAT [N]: the sample report, N times, as that format, for test_formats.py. */
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"
#include "wire/report.h"

int main(int argc, char **argv) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_report_format *format;
        struct bh_report_opts opts = { 0 };
        struct bh_report reports[3] = { 0 };
        struct bh_err err = BH_ERR_NONE;
        size_t n = argc > 2 ? (size_t) atoi(argv[2]) : 1;

        if (argc < 2 || n > BH_LEN(reports) || bh_report_format_find(bh_str_of(argv[1]), &format, &err) < 0) {
                (void) fprintf(stderr, "report_sample FORMAT [N]: %s\n", err.text);
                return 2;
        }
        for (size_t i = 0; i < n; i++)
                bh_sample_report(arena, &reports[i]);
        if (format->write(&out, reports, n, &opts, &err) < 0)
                return 1;
        return fwrite(out.at, 1, out.len, stdout) == out.len ? 0 : 1;
}
