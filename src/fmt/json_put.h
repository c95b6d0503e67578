/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_JSON_PUT_H
#define BH_FMT_JSON_PUT_H
/*
 * JSON (RFC 8259) out: commas, indentation and escapes are its affair.
 *
 *     struct bh_json_put j = { .out = &buf };
 *     bh_json_put_open(&j, NULL, '{');
 *     bh_json_put_str(&j, "name", name);      a member
 *     bh_json_put_open(&j, "layers", '[');
 *     bh_json_put_int(&j, NULL, 3);           an element
 *     bh_json_put_close(&j);
 *     bh_json_put_close(&j);
 *
 * Any bytes may be given as text: what is not UTF-8 becomes U+FFFD. The same
 * calls give the same bytes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fmt/doc.h"

struct bh_json_put {
        struct bh_buf *out;
        bool compact;     /* all in one line */
        unsigned depth;
        bool more;        /* something stands before, at this depth */
        bool keyed;       /* the key of the next value is written */
        char closes[128]; /* by depth */
};

void bh_json_put_open(struct bh_json_put *j, const char *key, char bracket); /* '{' or '[' */
void bh_json_put_close(struct bh_json_put *j); /* a newline follows the last one */
void bh_json_put_str(struct bh_json_put *j, const char *key, struct bh_str text);
void bh_json_put_cstr(struct bh_json_put *j, const char *key, const char *text);
/* Nothing at all for an empty text. */
void bh_json_put_some(struct bh_json_put *j, const char *key, struct bh_str text);
void bh_json_put_int(struct bh_json_put *j, const char *key, int64_t v);
void bh_json_put_u64(struct bh_json_put *j, const char *key, uint64_t v);
/* With at most that many digits after the point, and no zeros at the end; not finite is null. */
void bh_json_put_double(struct bh_json_put *j, const char *key, double v, int digits);
void bh_json_put_bool(struct bh_json_put *j, const char *key, bool v);
void bh_json_put_null(struct bh_json_put *j, const char *key);
/* What is JSON already, as it is. */
void bh_json_put_raw(struct bh_json_put *j, const char *key, struct bh_str json);
/* A tree that was read from JSON (NULL: null), with members in their order; what is nested deeper than 64 is null. */
void bh_json_put_doc(struct bh_json_put *j, const char *key, const struct bh_doc *node);
/* A string alone, quoted, without commas: for keys and for other writers. */
void bh_json_put_quoted(struct bh_buf *out, struct bh_str text);

#endif
