/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_OUTPUT_H
#define BH_TOOL_BULKHEAD_OUTPUT_H
/* Where reports go: -o FORMAT[=FILE], given as often as wished, and --format FORMAT. */
#include "tool/cli.h"
#include "wire/report.h"

/* Rows for a command's table of options. */
#define BH_OUTPUT_OPTS                                                                                               \
        { "output", 'o', "FORMAT[=FILE]", "how, and where to: table, json, html, markdown, sarif, cyclonedx, spdx, " \
                                          "junit, gitlab or csv; without FILE to standard output", NULL, true },     \
        { "format", 0, "FORMAT", "the same as -o FORMAT", NULL, false },                                             \
        { "all", 'a', NULL, "every row in tables, however many", NULL, false },                                      \
        { "colour", 0, "WHEN", "auto, always or never", "auto", false }

struct bh_output {
        struct bh_str format;
        const char *path; /* NULL: standard output */
};
/* The i-th place something goes to; false past the last. */
bool bh_output_at(const struct bh_cli *cli, size_t i, struct bh_output *ret);
/* Two that both want standard output, or a wrong --colour. */
int bh_output_places(const struct bh_cli *cli, struct bh_err *err) BH_MUST_CHECK;
bool bh_output_colour(const struct bh_cli *cli, const struct bh_output *o);
unsigned bh_output_columns(const struct bh_output *o); /* of the terminal; 0: it is none */

/* Fails for unknown formats and for two that both want standard output: asked before a long scan begins. */
int bh_output_check(const struct bh_cli *cli, struct bh_err *err) BH_MUST_CHECK;
/* Does any of them show the long texts of vulnerabilities? */
bool bh_output_texts(const struct bh_cli *cli);
int bh_output_write(const struct bh_cli *cli, const struct bh_report *reports, size_t n, struct bh_err *err) BH_MUST_CHECK;
/* The bytes to FILE (by way of a new file beside it, so that nobody reads half of it), or to standard output. */
int bh_output_bytes(const char *path, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;

#endif
