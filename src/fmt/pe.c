/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/pe.h"

#include "base/budget.h"
#include "base/buf.h"
#include "base/cur.h"
#include "base/limits.h"

enum { COFF = 20, SECTION = 40, RESOURCES = 2, DOTNET = 14, RT_VERSION = 16, SIGNATURE = 0xfeef04bd, MAX_TEXT = 512, MAX_DEPTH = 4 };
enum { SUBDIR = 1u << 31 };

struct pe {
        struct bh_str bytes, sections;
        struct bh_str resources;   /* from the root of the tree to the end of its section */
        uint32_t resources_rva;
        bool managed;
};

/* ---- headers ---- */

/* The bytes of the file from a virtual address to the end of its section. */
static struct bh_str at_address(const struct pe *p, uint32_t rva) {
        struct bh_cur c = bh_cur_of(p->sections);

        while (c.left >= SECTION) {
                struct bh_cur s = bh_cur_of(bh_cur_take(&c, SECTION));
                uint32_t address, raw_size, raw;

                bh_cur_skip(&s, 12); /* name, size in memory */
                address = bh_cur_le32(&s);
                raw_size = bh_cur_le32(&s);
                raw = bh_cur_le32(&s);
                if (rva >= address && rva - address < raw_size)
                        return bh_str_part(bh_str_from(p->bytes, raw), rva - address, raw_size - (rva - address));
        }
        return (struct bh_str){ "", 0 };
}

static uint32_t directory(struct bh_str optional, unsigned i) {
        struct bh_cur c = bh_cur_of(optional);
        bool wide = bh_cur_le16(&c) == 0x20b;
        size_t at = wide ? 112 : 96;
        uint32_t n;

        c = bh_cur_of(bh_str_from(optional, at - 4));
        n = bh_cur_le32(&c);
        bh_cur_skip(&c, 8 * i);
        return i < n ? bh_cur_le32(&c) : 0;
}

/* 1: open; 0: it is no PE, or has no resources. */
static int open_pe(struct bh_str bytes, struct pe *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_at(bytes, 0x3c, 4);
        struct pe p = { .bytes = bytes };
        uint16_t n_sections, n_optional;
        struct bh_str optional;
        uint32_t at = bh_cur_le32(&c);

        c = bh_cur_of(bh_str_from(bytes, at));
        if (!bh_str_starts(bytes, BH_STR("MZ")) || bh_cur_le32(&c) != 0x4550)
                return 0;
        bh_cur_skip(&c, 2);
        n_sections = bh_cur_le16(&c);
        bh_cur_skip(&c, 12);
        n_optional = bh_cur_le16(&c);
        bh_cur_skip(&c, 2);
        optional = bh_cur_take(&c, n_optional);
        p.sections = bh_cur_take(&c, (size_t) n_sections * SECTION);
        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "PE: the headers end before their time");
        p.managed = directory(optional, DOTNET) != 0;
        p.resources_rva = directory(optional, RESOURCES);
        p.resources = at_address(&p, p.resources_rva);
        *ret = p;
        return p.resources_rva != 0 && p.resources.len != 0;
}

/* ---- the tree of resources ---- */

/* A directory's row: the one with that number, or the first when `id` is 0. */
static bool find_row(const struct pe *p, uint32_t offset, uint32_t id, uint32_t *ret) {
        struct bh_cur c = bh_cur_of(bh_str_from(p->resources, offset));
        uint32_t n;

        bh_cur_skip(&c, 12);
        n = bh_cur_le16(&c);
        n += bh_cur_le16(&c);
        for (uint32_t i = 0; i < n && !c.bad; i++) {
                uint32_t name = bh_cur_le32(&c), to = bh_cur_le32(&c);

                if (!c.bad && (id == 0 || name == id)) {
                        *ret = to;
                        return true;
                }
        }
        return false;
}

/* 16 / any name / any language; a tree leads down at most that far. */
static bool find_version(const struct pe *p, struct bh_str *ret) {
        uint32_t offset = 0, rva, size;
        struct bh_cur c;

        for (unsigned level = 0; level < 3; level++) {
                if (!find_row(p, offset, level == 0 ? RT_VERSION : 0, &offset))
                        return false;
                if (!(offset & SUBDIR))
                        break;
                offset &= ~(uint32_t) SUBDIR;
        }
        c = bh_cur_of(bh_str_from(p->resources, offset));
        rva = bh_cur_le32(&c);
        size = bh_cur_le32(&c);
        if (c.bad)
                return false;
        *ret = bh_str_part(at_address(p, rva), 0, size);
        return ret->len == size && size > 0;
}

/* ---- VS_VERSION_INFO ---- */

static void put_utf8(struct bh_buf *out, uint32_t c) {
        if (c < 0x80) {
                bh_buf_putc(out, (char) c);
        } else if (c < 0x800) {
                bh_buf_putc(out, (char) (0xc0 | c >> 6));
                bh_buf_putc(out, (char) (0x80 | (c & 0x3f)));
        } else {
                if (c >= 0x10000) {
                        bh_buf_putc(out, (char) (0xf0 | c >> 18));
                        bh_buf_putc(out, (char) (0x80 | (c >> 12 & 0x3f)));
                } else {
                        bh_buf_putc(out, (char) (0xe0 | c >> 12));
                }
                bh_buf_putc(out, (char) (0x80 | (c >> 6 & 0x3f)));
                bh_buf_putc(out, (char) (0x80 | (c & 0x3f)));
        }
}

/* To the NUL, a control character, half a pair or the limit. */
static struct bh_str text_of(struct bh_arena *arena, struct bh_cur *c) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        bool ended = false;

        while (c->left >= 2) {
                uint32_t u = bh_cur_le16(c);

                if (u == 0)
                        break;
                if (u >= 0xd800 && u < 0xdc00 && c->left >= 2) {
                        uint32_t low = bh_cur_le16(c);

                        u = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00) : 0;
                }
                ended |= u < 0x20 || u == 0x7f || (u >= 0xd800 && u < 0xe000) || out.len > MAX_TEXT;
                if (!ended)
                        put_utf8(&out, u);
        }
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

/* One node: { length, length of the value, kind, key, padding } value, padding, children. */
struct node {
        struct bh_str key;
        struct bh_cur value; /* the value alone */
        struct bh_cur rest;  /* what comes behind it: children */
};

static void align(struct bh_cur *c, size_t whole) {
        bh_cur_skip(c, BH_MIN(c->left, (4 - (whole - c->left) % 4) % 4));
}

/* The next node of `from`; false at the end or where it is broken. */
static bool next_node(struct bh_arena *arena, struct bh_cur *from, struct node *ret) {
        struct bh_cur look = *from, c;
        uint16_t length = bh_cur_le16(&look), n_value = bh_cur_le16(&look), text = bh_cur_le16(&look);
        size_t value_bytes = text ? (size_t) n_value * 2 : n_value;
        struct bh_str all;

        if (look.bad || length < 6)
                return false;
        all = bh_cur_take(from, BH_MIN((size_t) length, from->left));
        bh_cur_skip(from, BH_MIN(from->left, (size_t) (4 - length % 4) % 4));
        c = bh_cur_of(all);
        bh_cur_skip(&c, 6);
        ret->key = text_of(arena, &c);
        align(&c, all.len);
        ret->value = bh_cur_of(bh_str_part(bh_cur_rest(&c), 0, value_bytes));
        ret->rest = c;
        bh_cur_skip(&ret->rest, BH_MIN(c.left, value_bytes));
        align(&ret->rest, all.len);
        return true;
}

static void take_string(struct bh_arena *arena, struct node *n, struct bh_pe_version *v) {
        const struct {
                const char *key;
                struct bh_str *to;
        } rows[] = { { "CompanyName", &v->company }, { "ProductName", &v->product }, { "FileDescription", &v->description },
                     { "ProductVersion", &v->product_version }, { "FileVersion", &v->file_version }, { "OriginalFilename", &v->original_name } };

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(n->key, rows[i].key) && rows[i].to->len == 0)
                        *rows[i].to = text_of(arena, &n->value);
}

/* StringFileInfo > StringTable > strings; the first language that says something counts. */
static void take_tree(struct bh_arena *arena, struct bh_cur from, unsigned depth, struct bh_budget *budget, struct bh_pe_version *v) {
        struct node n;

        while (depth < MAX_DEPTH && next_node(arena, &from, &n)) {
                if (bh_budget_entries(budget, 1, NULL) < 0)
                        return;
                if (depth == 2)
                        take_string(arena, &n, v);
                else if (depth == 1 || bh_str_is(n.key, "StringFileInfo"))
                        take_tree(arena, n.rest, depth + 1, budget, v);
        }
}

static void take_number(struct bh_cur *c, uint16_t to[4]) {
        uint32_t high = bh_cur_le32(c), low = bh_cur_le32(c);

        to[0] = (uint16_t) (high >> 16);
        to[1] = (uint16_t) high;
        to[2] = (uint16_t) (low >> 16);
        to[3] = (uint16_t) low;
}

int bh_pe_version(struct bh_arena *arena, struct bh_str bytes, struct bh_pe_version *ret, struct bh_err *err) {
        struct bh_budget budget = { "version resource", 0, BH_LIMIT_PE_STRINGS, 0 };
        struct bh_pe_version v = { 0 };
        struct bh_str resource;
        struct bh_cur c;
        struct node root;
        struct pe p;
        int r = open_pe(bytes, &p, err);

        if (r <= 0 || !find_version(&p, &resource))
                return r < 0 ? r : 0;
        c = bh_cur_of(resource);
        if (!next_node(arena, &c, &root) || !bh_str_is(root.key, "VS_VERSION_INFO"))
                return bh_fail(err, BH_E_FORMAT, "PE: a version resource that is none");
        if (bh_cur_le32(&root.value) == (uint32_t) SIGNATURE) {
                bh_cur_skip(&root.value, 4);
                take_number(&root.value, v.file_number);
                take_number(&root.value, v.product_number);
        }
        take_tree(arena, root.rest, 0, &budget, &v);
        v.managed = p.managed;
        *ret = v;
        return 1;
}
