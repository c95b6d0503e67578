/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MariaDB's mysql/global_priv.MAD: a table of Aria in its own page format, with
 * an account as JSON in each row.
 *
 *     page, 8192 bytes: lsn 7 | kind u8 (low bits: 1 head, 2 tail, 3 blob) | rows u8 | free u8 | empty u16 | ... rows ...
 *                       | directory, growing down: offset u16, length u16 | checksum 4
 *
 *     row:  flags u8 | transaction 6 (flag 1) | version 7 (flag 2) | deleter 6 (flag 4) | n u8 | empty fields u8
 *           | host length u16 | user length u16 | JSON length u32 (n bytes; an empty field has none) | host | user | JSON
 *
 * A row that goes on in other pages (flag 128) is not read. What the server has
 * not written to this file yet is not seen.
 */
#include "base/cur.h"
#include "fmt/json.h"
#include "passwords/stores.h"

enum { PAGE = 8192, HEAD_PAGE = 1, KIND_BITS = 7, PAGE_HEAD = 12, PAGE_TAIL = 4, DIR_ENTRY = 4 };
enum { TRANSACTION = 1, VERSION = 2, DELETER = 4, MORE_NULLS = 8, EXTENTS = 128 };

struct row {
        struct bh_str host, user, json;
};

static bool read_row(struct bh_str bytes, struct row *ret) {
        struct bh_cur c = bh_cur_of(bytes);
        unsigned flags = bh_cur_u8(&c), n;
        uint32_t host = 0, user = 0, json;

        if (flags & (EXTENTS | MORE_NULLS))
                return false;
        bh_cur_skip(&c, (flags & TRANSACTION ? 6 : 0) + (flags & VERSION ? 7 : 0) + (flags & DELETER ? 6 : 0));
        n = bh_cur_u8(&c);
        bh_cur_skip(&c, 1);
        if (n < 4 || n > 8 || n % 2)
                return false;
        if (n >= 6)
                host = bh_cur_le16(&c);
        if (n == 8)
                user = bh_cur_le16(&c);
        json = bh_cur_le32(&c);
        ret->host = bh_cur_take(&c, host);
        ret->user = bh_cur_take(&c, user);
        ret->json = bh_cur_take(&c, json);
        return !c.bad && bh_str_starts(ret->json, BH_STR("{"));
}

static void add_auth(struct bh_store_found *found, struct bh_str account, const struct bh_doc *auth, bool locked) {
        struct bh_str plugin = bh_doc_get_text(auth, "plugin"), hash = bh_doc_get_text(auth, "authentication_string");
        struct bh_secret *s;

        if (plugin.len && !bh_str_is(plugin, "mysql_native_password") && !bh_str_is(plugin, "ed25519") && !bh_str_is(plugin, "caching_sha2_password"))
                return; /* sockets, PAM, tickets: there is no password here */
        if (bh_str_is(hash, "invalid"))
                return; /* what MariaDB writes for "none, and no way in by one" */
        s = bh_store_add(found, account, hash, BH_SCHEME_MYSQL, 0);
        if (s)
                s->state = locked ? BH_SECRET_LOCKED : hash.len ? BH_SECRET_KEPT : BH_SECRET_NONE;
}

static bool add_row(struct bh_store_found *found, const struct row *row) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *doc, *other;
        struct bh_str account;
        bool locked;

        if (bh_json_parse(found->arena, row->json, &doc, &why) < 0)
                return false;
        if (bh_doc_get(doc, "is_role"))
                return true;
        account = bh_arena_printf(found->arena, "%.*s@%.*s", BH_FMT(row->user), BH_FMT(row->host));
        locked = bh_doc_bool(bh_doc_get(doc, "account_locked"), false);
        other = bh_doc_get(doc, "auth_or");
        add_auth(found, account, doc, locked);
        for (const struct bh_doc *a = bh_doc_first(other); a; a = a->next)
                if (bh_doc_count(a))
                        add_auth(found, account, a, locked);
        return true;
}

static void read_page(struct bh_store_found *found, struct bh_str page, uint64_t *bad) {
        struct bh_cur head = bh_cur_at(page, 7, 2);
        unsigned kind = bh_cur_u8(&head), rows = bh_cur_u8(&head);

        if ((kind & KIND_BITS) != HEAD_PAGE)
                return;
        for (unsigned i = 0; i < rows && (i + 1) * DIR_ENTRY + PAGE_TAIL + PAGE_HEAD < PAGE; i++) {
                struct bh_cur entry = bh_cur_at(page, PAGE - PAGE_TAIL - (i + 1) * DIR_ENTRY, DIR_ENTRY);
                uint16_t at = bh_cur_le16(&entry), len = bh_cur_le16(&entry);
                struct bh_cur c = bh_cur_at(page, at, len);
                struct row row;

                if (at == 0)
                        continue; /* deleted */
                if (c.bad || !read_row(bh_cur_rest(&c), &row) || !add_row(found, &row))
                        ++*bad;
        }
}

int bh_parse_mariadb(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        uint64_t bad = 0;

        if (file->bytes.len % PAGE)
                return bh_fail(err, BH_E_UNSUPPORTED, "not a table of Aria with pages of %d bytes", PAGE);
        for (size_t at = PAGE; at + PAGE <= file->bytes.len; at += PAGE) /* the first is a map of the others */
                read_page(found, bh_str_part(file->bytes, at, PAGE), &bad);
        return bad ? bh_fail(err, BH_E_UNSUPPORTED, "%llu accounts in it lie in pieces or are damaged, and were not read", (unsigned long long) bad) : 0;
}
