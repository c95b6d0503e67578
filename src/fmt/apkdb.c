/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/apkdb.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"

struct record {
        struct bh_arena *arena;
        struct bh_apkdb_package package;
        struct bh_str dir;
        BH_VEC(struct bh_apkdb_file) files;
        unsigned n_fields;
};

/* Which letter fills which member: the rest of the alphabet is apk's own business. */
static struct bh_str *member(struct bh_apkdb_package *p, char letter) {
        switch (letter) {
        case 'P': return &p->name;
        case 'V': return &p->version;
        case 'A': return &p->arch;
        case 'o': return &p->origin;
        case 'L': return &p->licence;
        case 'm': return &p->maintainer;
        default: return NULL;
        }
}

static void add_file(struct record *r, struct bh_str name) {
        struct bh_apkdb_file *f = bh_vec_add(r->arena, &r->files);

        f->path = r->dir.len ? bh_arena_printf(r->arena, "%.*s/%.*s", BH_FMT(r->dir), BH_FMT(name)) : name;
}

static int add_digest(struct record *r, struct bh_str text, struct bh_err *err) {
        size_t wanted = bh_str_starts(text, BH_STR("Q1")) ? 20 : bh_str_starts(text, BH_STR("Q2")) ? 32 : 0;
        struct bh_apkdb_file *f;
        struct bh_str bytes;

        if (r->files.len == 0)
                return bh_fail(err, BH_E_FORMAT, "a digest without a file above it");
        if (wanted == 0) /* a digest of a later day: the file is still known */
                return 0;
        if (!bh_base64_decode(r->arena, bh_str_from(text, 2), &bytes) || bytes.len != wanted)
                return bh_fail(err, BH_E_FORMAT, "a digest that is not base64 of %zu bytes", wanted);
        f = &r->files.at[r->files.len - 1];
        memcpy(f->digest, bytes.at, wanted);
        f->digest_len = (uint8_t) wanted;
        return 0;
}

static int field(struct record *r, struct bh_str line, struct bh_err *err) {
        struct bh_str value = bh_str_from(line, 2), *to;

        if (line.len < 2 || line.at[1] != ':')
                return bh_fail(err, BH_E_FORMAT, "not a letter and a colon");
        r->n_fields++;
        to = member(&r->package, line.at[0]);
        if (to)
                *to = value;
        else if (line.at[0] == 'F')
                r->dir = value;
        else if (line.at[0] == 'R')
                add_file(r, value);
        else if (line.at[0] == 'Z')
                return add_digest(r, value, err);
        return 0;
}

static int fail_and_skip(struct bh_cur *c, int code, struct bh_err *err) {
        unsigned line = c->line;
        struct bh_str rest;

        while (bh_cur_line(c, &rest) && rest.len)
                ;
        return bh_wrap(err, code, "line %u", line);
}

int bh_apkdb_next(struct bh_cur *c, struct bh_arena *arena, struct bh_apkdb_package *ret, struct bh_err *err) {
        struct record r = { .arena = arena };
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                int failed;

                if (line.len == 0 && r.n_fields)
                        break;
                failed = line.len ? field(&r, line, err) : 0;
                if (failed < 0)
                        return fail_and_skip(c, failed, err);
        }
        if (r.n_fields == 0)
                return 0;
        if (r.package.name.len == 0)
                return bh_wrap(err, bh_fail(err, BH_E_FORMAT, "a package without a name"), "line %u", c->line);
        r.package.files = r.files.at;
        r.package.n_files = r.files.len;
        *ret = r.package;
        return 1;
}
