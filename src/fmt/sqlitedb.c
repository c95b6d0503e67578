/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/sqlitedb.h"

#include <string.h>

enum { INNER = 5, LEAF = 13, HEADER = 100, UTF8 = 1 };

int bh_sqlitedb_open(struct bh_str bytes, struct bh_sqlitedb *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_sqlitedb db = { .bytes = bytes };
        uint32_t reserved, encoding;

        if (!bh_str_starts(bh_cur_take(&c, 16), BH_STR("SQLite format 3")))
                return bh_fail(err, BH_E_FORMAT, "not an SQLite database");
        db.page_size = bh_cur_be16(&c);
        if (db.page_size == 1)
                db.page_size = 65536;
        bh_cur_skip(&c, 2);
        reserved = bh_cur_u8(&c);
        bh_cur_skip(&c, 56 - 21);
        encoding = bh_cur_be32(&c);
        if (c.bad || bytes.len < HEADER)
                return bh_fail(err, BH_E_FORMAT, "an SQLite header that is not whole");
        if (db.page_size < 512 || (db.page_size & (db.page_size - 1)) || reserved > db.page_size - 480)
                return bh_fail(err, BH_E_FORMAT, "SQLite pages of %u bytes", db.page_size);
        if (encoding > UTF8)
                return bh_fail(err, BH_E_UNSUPPORTED, "an SQLite database in UTF-16");
        db.usable = db.page_size - reserved;
        db.n_pages = (uint32_t) BH_MIN(bytes.len / db.page_size, UINT32_MAX);
        *ret = db;
        return 0;
}

/* SQLite's varint: seven bits a byte, high bits first, the ninth byte whole. */
static uint64_t varint(struct bh_cur *c) {
        uint64_t v = 0;

        for (int i = 0; i < 8; i++) {
                uint8_t b = bh_cur_u8(c);

                v = v << 7 | (b & 0x7f);
                if (!(b & 0x80))
                        return v;
        }
        return v << 8 | bh_cur_u8(c);
}

static int visit(struct bh_sqlitedb_rows *rows, uint32_t page, struct bh_str *ret, struct bh_err *err) {
        const struct bh_sqlitedb *db = rows->db;

        if (page == 0 || page > db->n_pages)
                return bh_fail(err, BH_E_FORMAT, "page %u of %u", page, db->n_pages);
        if (rows->visited++ >= db->n_pages)
                return bh_fail(err, BH_E_FORMAT, "pages that lead back to themselves");
        *ret = bh_str_part(db->bytes, (size_t) (page - 1) * db->page_size, db->usable);
        return 0;
}

/* A page was checked when it was entered; its bytes are there. */
static struct bh_cur page_at(const struct bh_sqlitedb *db, uint32_t page, uint64_t offset) {
        struct bh_str s = bh_str_part(db->bytes, (size_t) (page - 1) * db->page_size, db->usable);

        return bh_cur_at(s, offset, offset <= s.len ? s.len - offset : 0);
}

static unsigned header_of(uint32_t page) {
        return page == 1 ? HEADER : 0;
}

static int enter(struct bh_sqlitedb_rows *rows, uint32_t page, struct bh_err *err) {
        struct bh_sqlitedb_level *l;
        struct bh_str bytes;
        struct bh_cur c;
        int r = visit(rows, page, &bytes, err);
        uint8_t kind;

        if (r < 0)
                return r;
        if (rows->depth == BH_LIMIT_DB_DEPTH)
                return bh_fail(err, BH_E_LIMIT, "a tree of more than %u pages' depth", BH_LIMIT_DB_DEPTH);
        c = page_at(rows->db, page, header_of(page));
        kind = bh_cur_u8(&c);
        bh_cur_skip(&c, 2);
        l = &rows->levels[rows->depth];
        *l = (struct bh_sqlitedb_level){ .page = page, .n_cells = bh_cur_be16(&c) };
        if (c.bad || (kind != INNER && kind != LEAF))
                return bh_fail(err, BH_E_FORMAT, "page %u is not one of a table", page);
        rows->depth++;
        return 0;
}

/* A cursor at the cell; bad when its offset is. */
static struct bh_cur cell(const struct bh_sqlitedb *db, const struct bh_sqlitedb_level *l, unsigned header, unsigned i) {
        struct bh_cur at = page_at(db, l->page, header_of(l->page) + header + 2u * i);
        uint16_t offset = bh_cur_be16(&at);

        if (at.bad)
                return at;
        return page_at(db, l->page, offset);
}

/* The next child of an inner page: the left ones of its cells, then the right one of its header. */
static int descend(struct bh_sqlitedb_rows *rows, struct bh_sqlitedb_level *l, struct bh_err *err) {
        unsigned i = l->next++;
        struct bh_cur c = i < l->n_cells ? cell(rows->db, l, 12, i)
                                         : page_at(rows->db, l->page, header_of(l->page) + 8);
        uint32_t child = bh_cur_be32(&c);

        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "page %u: a cell outside it", l->page);
        return enter(rows, child, err);
}

/* How much of a payload stays on its leaf, as the format's description has it. */
static uint64_t local_part(const struct bh_sqlitedb *db, uint64_t size) {
        uint64_t most = db->usable - 35, least = (uint64_t) (db->usable - 12) * 32 / 255 - 23, k;

        if (size <= most)
                return size;
        k = least + (size - least) % (db->usable - 4);
        return k <= most ? k : least;
}

/* Puts together what lies on the leaf and on the chain of pages behind it. */
static int gather(struct bh_sqlitedb_rows *rows, struct bh_str first, uint32_t page, uint64_t size, struct bh_str *ret,
                  struct bh_err *err) {
        size_t n = first.len;

        if (size > rows->db->bytes.len)
                return bh_fail(err, BH_E_FORMAT, "a row longer than the file");
        if (size > rows->cap) {
                rows->cap = BH_MAX((size_t) size, 2 * rows->cap);
                rows->room = bh_arena_bytes(rows->arena, rows->cap);
        }
        memcpy(rows->room, first.at, n);
        while (n < size) {
                struct bh_str bytes, part;
                struct bh_cur c;
                int r = visit(rows, page, &bytes, err);

                if (r < 0)
                        return r;
                c = bh_cur_of(bytes);
                page = bh_cur_be32(&c);
                part = bh_cur_take(&c, BH_MIN(size - n, c.left));
                memcpy(rows->room + n, part.at, part.len);
                n += part.len;
        }
        *ret = (struct bh_str){ rows->room, n };
        return 0;
}

static int leaf_cell(struct bh_sqlitedb_rows *rows, struct bh_sqlitedb_level *l, struct bh_sqlitedb_row *ret,
                     struct bh_err *err) {
        struct bh_cur c = cell(rows->db, l, 8, l->next++);
        struct bh_sqlitedb_row row;
        uint64_t size = varint(&c), local = local_part(rows->db, size);
        int r;

        row.rowid = (int64_t) varint(&c);
        row.payload = bh_cur_take(&c, local);
        if (local < size) {
                uint32_t page = bh_cur_be32(&c);

                r = c.bad ? 0 : gather(rows, row.payload, page, size, &row.payload, err);
                if (r < 0)
                        return bh_wrap(err, r, "row %lld", (long long) row.rowid);
        }
        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "page %u: a cell outside it", l->page);
        *ret = row;
        return 1;
}

int bh_sqlitedb_next(struct bh_sqlitedb_rows *rows, struct bh_sqlitedb_row *ret, struct bh_err *err) {
        while (rows->depth > 0) {
                struct bh_sqlitedb_level *l = &rows->levels[rows->depth - 1];
                struct bh_cur c = page_at(rows->db, l->page, header_of(l->page));
                bool leaf = bh_cur_u8(&c) == LEAF;
                int r;

                if (l->next >= l->n_cells + (leaf ? 0 : 1)) {
                        rows->depth--;
                        continue;
                }
                r = leaf ? leaf_cell(rows, l, ret, err) : descend(rows, l, err);
                if (r < 0)
                        rows->depth = 0;
                if (r != 0)
                        return r;
        }
        return 0;
}

/* A record: its header's length, a kind a column, then the columns' bytes. */
static struct bh_str column_bytes(const struct bh_sqlitedb_row *row, unsigned column, uint64_t *ret_kind) {
        static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };
        struct bh_cur all = bh_cur_of(row->payload), kinds = all;
        uint64_t header = varint(&kinds), used, size = 0;
        struct bh_str s;

        used = row->payload.len - kinds.left;
        kinds = bh_cur_at(row->payload, used, header >= used ? header - used : UINT64_MAX);
        bh_cur_skip(&all, header);
        for (unsigned i = 0; i <= column; i++) {
                bh_cur_skip(&all, size);
                *ret_kind = varint(&kinds);
                size = *ret_kind >= 12 ? (*ret_kind - 12) / 2 : *ret_kind < BH_LEN(sizes) ? sizes[*ret_kind] : 0;
        }
        s = bh_cur_take(&all, size);
        if (kinds.bad || all.bad)
                *ret_kind = 0;
        return s;
}

bool bh_sqlitedb_bytes(const struct bh_sqlitedb_row *row, unsigned column, struct bh_str *ret) {
        uint64_t kind;
        struct bh_str s = column_bytes(row, column, &kind);

        if (kind < 12)
                return false;
        *ret = s;
        return true;
}

bool bh_sqlitedb_int(const struct bh_sqlitedb_row *row, unsigned column, int64_t *ret) {
        uint64_t kind, v = 0;
        struct bh_str s = column_bytes(row, column, &kind);

        if (kind == 0 || kind == 7 || kind > 9)
                return false;
        for (size_t i = 0; i < s.len; i++)
                v = v << 8 | (unsigned char) s.at[i];
        if (s.len && s.len < 8 && (s.at[0] & 0x80))
                v |= UINT64_MAX << (8 * s.len);
        *ret = kind >= 8 ? (int64_t) kind - 8 : (int64_t) v;
        return true;
}

/* The schema is itself a table, on page 1: type, name, tbl_name, rootpage, sql. 1: *ret_row is that table's; 0: there is none. */
static int find_table(struct bh_sqlitedb_rows *rows, const char *name, struct bh_sqlitedb_row *ret_row, struct bh_err *err) {
        int r = enter(rows, 1, err);

        while (r == 0 && (r = bh_sqlitedb_next(rows, ret_row, err)) > 0) {
                struct bh_str type, called;

                if (bh_sqlitedb_bytes(ret_row, 0, &type) && bh_str_is(type, "table") && bh_sqlitedb_bytes(ret_row, 1, &called) && bh_str_is(called, name))
                        return 1;
                r = 0;
        }
        return r;
}

int bh_sqlitedb_table(const struct bh_sqlitedb *db, struct bh_arena *arena, const char *name,
                      struct bh_sqlitedb_rows *ret, struct bh_err *err) {
        struct bh_sqlitedb_rows rows = { .db = db, .arena = arena };
        struct bh_sqlitedb_row row;
        int64_t root;
        int r = find_table(&rows, name, &row, err);

        if (r > 0 && !bh_sqlitedb_int(&row, 3, &root))
                return 0;
        if (r > 0) {
                rows = (struct bh_sqlitedb_rows){ .db = db, .arena = arena };
                r = enter(&rows, root > 0 && root <= UINT32_MAX ? (uint32_t) root : 0, err);
                if (r == 0) {
                        *ret = rows;
                        return 1;
                }
        }
        return r < 0 ? bh_wrap(err, r, "the schema") : 0;
}

/* A name as SQL quotes it: "a", `a`, [a], or as it is. */
static struct bh_str first_name(struct bh_str s) {
        static const char opens[] = "\"`[", closes[] = "\"`]";
        struct bh_str name = { 0 }, rest;

        s = bh_str_trim(s);
        for (size_t i = 0; s.len && opens[i]; i++)
                if (s.at[0] == opens[i]) {
                        (void) bh_str_cut(bh_str_from(s, 1), closes[i], &name, &rest);
                        return name;
                }
        (void) bh_str_word(&s, &name);
        return name;
}

/* What stands between commas outside of brackets and quotes, one after another. */
static bool next_part(struct bh_str *rest, struct bh_str *ret_part) {
        unsigned depth = 0;
        char quote = 0;
        size_t i = 0;

        for (; i < rest->len; i++) {
                char c = rest->at[i];

                if (quote) {
                        quote = c == quote ? 0 : quote;
                        continue;
                }
                if ((c == ',' || c == ')') && depth == 0)
                        break;
                quote = c == '\'' || c == '"' || c == '`' ? c : 0;
                depth = depth + (c == '(') - (c == ')');
        }
        *ret_part = bh_str_part(*rest, 0, i);
        *rest = bh_str_from(*rest, i < rest->len && rest->at[i] == ',' ? i + 1 : rest->len);
        return ret_part->len > 0;
}

int bh_sqlitedb_column(const struct bh_sqlitedb *db, struct bh_arena *arena, const char *table, const char *name) {
        struct bh_sqlitedb_rows rows = { .db = db, .arena = arena };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str sql, head, part;
        struct bh_sqlitedb_row row;

        if (find_table(&rows, table, &row, &why) <= 0 || !bh_sqlitedb_bytes(&row, 4, &sql) || !bh_str_cut(sql, '(', &head, &sql))
                return -1;
        for (int i = 0; next_part(&sql, &part); i++)
                if (bh_str_is(first_name(part), name))
                        return i;
        return -1;
}
