/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_CLEAN_H
#define BH_FMT_CLEAN_H
/*
 * Strangers' text on its way to people: to a terminal, a page, a table, a
 * spreadsheet, so that it can do nothing there.
 *
 * Clean: controls (C0, C1), bytes that are no UTF-8 and the marks that turn the
 * direction of writing come out as \xNN or <U+NNNN>. Newlines and tabs become
 * blanks.
 */
#include "base/buf.h"

void bh_put_clean(struct bh_buf *out, struct bh_str s);
/* Clean, and escaped for XML and HTML, attributes included. */
void bh_put_xml(struct bh_buf *out, struct bh_str s);
/* Clean, for a cell of a Markdown table. */
void bh_put_markdown(struct bh_buf *out, struct bh_str s);
/* Clean, a field of CSV (RFC 4180) in its quotes; what a spreadsheet would run as a formula gets an apostrophe in front. */
void bh_put_csv(struct bh_buf *out, struct bh_str s);
/* Columns that clean text takes on a terminal. */
size_t bh_text_width(struct bh_str clean);
/* The longest beginning of clean text within that many columns. */
struct bh_str bh_text_fit(struct bh_str clean, size_t columns);

#endif
