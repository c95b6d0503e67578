/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_IMAGES_H
#define BH_SERVE_IMAGES_H
/* What the handlers of images, findings and vulnerabilities share. */
#include "fmt/json_put.h"
#include "serve/call.h"

extern const char *const bh_words_severity[]; /* ended by NULL: enum bh_severity */
extern const struct bh_list bh_list_findings, bh_list_results;

/* NOTFOUND unless there is that image and the caller may see it. */
int bh_image_allowed(struct bh_call *call, struct bh_str id, struct bh_err *err) BH_MUST_CHECK;
int bh_finding_allowed(struct bh_call *call, int64_t id, struct bh_err *err) BH_MUST_CHECK;
/* One finding with all that is known of it. */
int bh_finding_show(struct bh_call *call, struct bh_db *db, int64_t id, struct bh_err *err) BH_MUST_CHECK;
/* Factors as findings keep them, each an object: name, value, low, high, known, words. */
int bh_factors_show(struct bh_json_put *j, struct bh_arena *arena, struct bh_str kept, struct bh_err *err) BH_MUST_CHECK;

/* A column of a query, and what it is called in the answer. */
enum bh_show_type { BH_SHOW_TEXT, BH_SHOW_INT, BH_SHOW_REAL, BH_SHOW_BOOL, BH_SHOW_RAW, BH_SHOW_SEVERITY, BH_SHOW_INT_OR_NULL };
struct bh_show {
        const char *name;
        enum bh_show_type type;
};
/* The columns of the row, from the first; `what` ends with a row without a name. */
void bh_show_row(struct bh_json_put *j, const struct bh_rows *rows, const struct bh_show *what);
/* All rows as an array of objects. */
int bh_show_list(struct bh_json_put *j, const char *key, struct bh_db *db, const char *sql, struct bh_args args, const struct bh_show *what,
                 struct bh_err *err) BH_MUST_CHECK;

#endif
