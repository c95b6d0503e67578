/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MongoDB's users as mongodump writes them, system.users.bson: documents of
 * BSON (https://bsonspec.org/spec.html), one after the other.
 *
 *     document: size i32 | elements: kind u8, name\0, value | 0
 *     { user: "bob", db: "admin", credentials: { "SCRAM-SHA-256": { iterationCount, salt, storedKey, serverKey } } }
 *
 * A live server's own files (WiredTiger) are not read.
 */
#include "base/cur.h"
#include "passwords/stores.h"

enum { DEPTH = 8 };

struct user {
        struct bh_str user, db;
        struct mechanism {
                int32_t rounds;
                struct bh_str salt, stored;
        } of[2]; /* SHA-1, SHA-256 */
};

static struct bh_str read_string(struct bh_cur *c) {
        uint32_t n = bh_cur_le32(c);
        struct bh_str s = bh_cur_take(c, n);

        if (s.len)
                s.len--; /* its NUL */
        return s;
}

static bool skip_value(struct bh_cur *c, unsigned kind) {
        switch (kind) {
        case 0x01: case 0x09: case 0x11: case 0x12:
                bh_cur_skip(c, 8);
                return true;
        case 0x02: case 0x0d: case 0x0e:
                (void) read_string(c);
                return true;
        case 0x03: case 0x04: {
                uint32_t n = bh_cur_le32(c);

                bh_cur_skip(c, n >= 4 ? n - 4 : SIZE_MAX);
                return true;
        }
        case 0x05:
                bh_cur_skip(c, (size_t) bh_cur_le32(c) + 1);
                return true;
        case 0x07:
                bh_cur_skip(c, 12);
                return true;
        case 0x08:
                bh_cur_skip(c, 1);
                return true;
        case 0x0b:
                (void) bh_cur_cstr(c);
                (void) bh_cur_cstr(c);
                return true;
        case 0x10:
                bh_cur_skip(c, 4);
                return true;
        case 0x13:
                bh_cur_skip(c, 16);
                return true;
        case 0x06: case 0x0a: case 0x7f: case 0xff:
                return true;
        default:
                return false;
        }
}

/* `of`: which mechanism's document this is; -1: none. */
static bool walk(struct bh_cur *c, struct user *u, int of, unsigned depth) {
        uint32_t size = bh_cur_le32(c);
        struct bh_cur d = bh_cur_of(bh_cur_take(c, size >= 5 ? size - 4 : SIZE_MAX));
        unsigned kind;

        while (!c->bad && !d.bad && (kind = bh_cur_u8(&d)) != 0) {
                struct bh_str name = bh_cur_cstr(&d);

                if (kind == 0x03 && depth < DEPTH) {
                        if (!walk(&d, u, bh_str_is(name, "SCRAM-SHA-1") ? 0 : bh_str_is(name, "SCRAM-SHA-256") ? 1 : -1, depth + 1))
                                return false;
                } else if (kind == 0x02 && depth == 0 && bh_str_is(name, "user"))
                        u->user = read_string(&d);
                else if (kind == 0x02 && depth == 0 && bh_str_is(name, "db"))
                        u->db = read_string(&d);
                else if (of >= 0 && kind == 0x10 && bh_str_is(name, "iterationCount"))
                        u->of[of].rounds = (int32_t) bh_cur_le32(&d);
                else if (of >= 0 && kind == 0x02 && bh_str_is(name, "salt"))
                        u->of[of].salt = read_string(&d);
                else if (of >= 0 && kind == 0x02 && bh_str_is(name, "storedKey"))
                        u->of[of].stored = read_string(&d);
                else if (!skip_value(&d, kind))
                        return false;
        }
        return !c->bad && !d.bad;
}

int bh_parse_mongodump(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        static const enum bh_scheme_kind kinds[] = { BH_SCHEME_MONGO_SHA1, BH_SCHEME_MONGO_SHA256 };
        struct bh_cur c = bh_cur_of(file->bytes);

        while (c.left) {
                struct user u = { 0 };

                if (!walk(&c, &u, -1, 0))
                        return bh_fail(err, BH_E_FORMAT, "not a dump of users in BSON");
                for (int i = 0; i < 2; i++)
                        if (u.of[i].stored.len)
                                (void) bh_store_add(found, u.user, bh_arena_printf(found->arena, "%d$%.*s$%.*s", u.of[i].rounds, BH_FMT(u.of[i].salt), BH_FMT(u.of[i].stored)),
                                                    kinds[i], 0);
        }
        return 0;
}
