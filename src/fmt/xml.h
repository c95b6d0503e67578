/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_XML_H
#define BH_FMT_XML_H
/*
 * XML as project files have it: elements, attributes, text, CDATA; comments,
 * processing instructions and a document type are passed over. No entity but
 * the five of XML itself and numbers is ever replaced, so nothing grows and
 * nothing is fetched. Names keep their prefix. Encodings: UTF-8 and its subset.
 *
 * A pull reader: one event after the other, ends matched with their starts.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"
#include "base/limits.h"

enum bh_xml_kind { BH_XML_START, BH_XML_END, BH_XML_TEXT };

struct bh_xml_event {
        enum bh_xml_kind kind;
        struct bh_str name; /* START, END */
        struct bh_str text; /* TEXT, replaced and not trimmed */
        struct bh_str attrs; /* START: raw, for bh_xml_attr */
        unsigned depth;     /* of the element that starts, ends, or holds the text; the root is 1 */
};

struct bh_xml {
        struct bh_arena *arena;
        struct bh_str bytes;
        size_t at;
        bool close; /* the start that was told was also an end: <a/> */
        unsigned depth;
        struct bh_str open[BH_LIMIT_DOC_DEPTH];
};

struct bh_xml bh_xml_of(struct bh_arena *arena, struct bh_str bytes);
/* 1: an event; 0: the end; < 0 failed. */
int bh_xml_next(struct bh_xml *xml, struct bh_xml_event *ret, struct bh_err *err) BH_MUST_CHECK;
/* An attribute's value, replaced; empty when absent. */
struct bh_str bh_xml_attr(struct bh_xml *xml, const struct bh_xml_event *start, const char *name);

#endif
