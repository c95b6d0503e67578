/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_WORDS_H
#define BH_SERVE_WORDS_H
/* What handlers of several areas say and read alike. */
#include "fmt/json_put.h"
#include "fmt/rows.h"
#include "serve/call.h"

extern const char *const bh_words_priority[]; /* Falco's, ended by NULL: enum bh_priority */

/* {id} of the path as a number; NOTFOUND when it is none. */
int bh_call_id(const struct bh_call *call, const char *what, int64_t *ret, struct bh_err *err) BH_MUST_CHECK;
/* A parameter that is a time in ms; `otherwise` when absent. */
int bh_call_time(const struct bh_call *call, const char *name, int64_t otherwise, int64_t *ret, struct bh_err *err) BH_MUST_CHECK;
/* The body as an object of known keys; its row file, for bh_row_text and the like. */
int bh_call_object(struct bh_call *call, const struct bh_row_key *keys, size_t n, const struct bh_doc **ret, struct bh_row_file *ret_file, struct bh_err *err)
        BH_MUST_CHECK;
/* A text of the body, trimmed; empty when absent or empty. FORMAT: no text; LIMIT: longer than max. */
int bh_body_text(const struct bh_row_file *f, const struct bh_doc *body, const char *key, size_t max, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* A whole number in [least, most]; `otherwise` when absent. */
int bh_body_int(const struct bh_row_file *f, const struct bh_doc *body, const char *key, int64_t least, int64_t most, int64_t otherwise, int64_t *ret,
                struct bh_err *err) BH_MUST_CHECK;
int bh_body_bool(const struct bh_row_file *f, const struct bh_doc *body, const char *key, bool otherwise, bool *ret, struct bh_err *err) BH_MUST_CHECK;
/* The one row of a list that fits, with what the list hides, scoped to who asks; NOTFOUND: "there is no such WHAT". */
int bh_list_one(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, const char *what, struct bh_err *err) BH_MUST_CHECK;
/* The same question, answered with yes (1) or NOTFOUND: for what hangs on such a row. */
int bh_list_may(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, const char *what, struct bh_err *err) BH_MUST_CHECK;
void bh_put_number_or_null(struct bh_json_put *j, const char *key, const struct bh_rows *rows, int column);

#endif
