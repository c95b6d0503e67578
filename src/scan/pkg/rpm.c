/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm: the headers of what is installed, in whichever of its three databases
 * they lie (SQLite, ndb, Berkeley DB), told apart by their first bytes.
 */
#include <stdio.h>

#include "base/budget.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/bdb.h"
#include "fmt/ndb.h"
#include "fmt/rpmhdr.h"
#include "fmt/sqlitedb.h"
#include "scan/pkg/pkg.h"

enum { IS_CONFIG = 1, STATE_NORMAL = 0, ALGORITHM_MD5 = 1, ALGORITHM_SHA1 = 2, ALGORITHM_SHA256 = 8 };

struct reading {
        struct bh_catalog *c;
        const struct bh_file *file;
        struct bh_arena *scratch;
        struct bh_budget budget;
        unsigned n_bad;
};

/* A header that cannot be read costs itself; the first is named, the others are counted. */
static void bad(struct reading *r, const struct bh_err *err) {
        if (r->n_bad++ == 0)
                bh_catalog_gap(r->c, r->file->path, err);
}

/* The same for one that could not be found: a file may hold millions of places that lead nowhere. */
static int charge_bad(struct reading *r, const struct bh_err *one, struct bh_err *err) {
        bad(r, one);
        return bh_budget_entries(&r->budget, 1, err);
}

/* "3:2.3.4-5.el9" */
static struct bh_str version_of(const struct reading *r, const struct bh_rpmhdr *h) {
        struct bh_str version = bh_rpmhdr_str(h, BH_RPM_VERSION), release = bh_rpmhdr_str(h, BH_RPM_RELEASE);
        uint32_t epoch = 0;
        char front[16] = "";

        if (bh_rpmhdr_u32(h, BH_RPM_EPOCH, &epoch) && epoch)
                (void) snprintf(front, sizeof front, "%u:", epoch);
        return bh_arena_printf(r->scratch, "%s%.*s-%.*s", front, BH_FMT(version), BH_FMT(release));
}

/* "bash-5.1.8-9.el9.src.rpm": the last two dashes set apart name, version and release. */
static void set_source(struct bh_package *p, struct bh_str file) {
        ptrdiff_t release, version;

        if (!bh_str_cut_suffix(&file, BH_STR(".src.rpm")) && !bh_str_cut_suffix(&file, BH_STR(".nosrc.rpm")))
                return;
        release = bh_str_rchr(file, '-');
        version = release > 0 ? bh_str_rchr(bh_str_part(file, 0, (size_t) release), '-') : -1;
        if (version <= 0)
                return;
        p->source = bh_str_part(file, 0, (size_t) version);
        p->source_version = bh_str_from(file, (size_t) version + 1);
}

static size_t digest_size(const struct bh_rpmhdr *h, uint8_t *ret_kind) {
        static const struct {
                uint32_t algorithm;
                uint8_t kind, size;
        } rows[] = {
                { ALGORITHM_MD5, BH_DIGEST_MD5, 16 },
                { ALGORITHM_SHA1, BH_DIGEST_SHA1, 20 },
                { ALGORITHM_SHA256, BH_DIGEST_SHA256, 32 },
        };
        uint32_t algorithm = ALGORITHM_MD5; /* what old packages mean when they say nothing */

        (void) bh_rpmhdr_u32(h, BH_RPM_FILEDIGESTALGO, &algorithm);
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (rows[i].algorithm == algorithm) {
                        *ret_kind = rows[i].kind;
                        return rows[i].size;
                }
        return 0;
}

static struct bh_str *dir_names(const struct reading *r, const struct bh_rpmhdr *h, uint32_t *ret_n) {
        struct bh_rpm_array dirs = bh_rpmhdr_strings(h, BH_RPM_DIRNAMES);
        struct bh_str *names = bh_arena_array(r->scratch, struct bh_str, dirs.count);

        for (uint32_t i = 0; i < dirs.count; i++) {
                names[i] = bh_cur_cstr(&dirs.cur);
                bh_str_cut_prefix(&names[i], BH_STR("/"));
        }
        *ret_n = dirs.count;
        return names;
}

/* The arrays of a header run side by side; one that is short or absent leaves its part empty. */
static void add_files(const struct reading *r, const struct bh_rpmhdr *h, struct bh_package *p) {
        struct bh_rpm_array names = bh_rpmhdr_strings(h, BH_RPM_BASENAMES), in = bh_rpmhdr_u32s(h, BH_RPM_DIRINDEXES);
        struct bh_rpm_array digests = bh_rpmhdr_strings(h, BH_RPM_FILEDIGESTS), flags = bh_rpmhdr_u32s(h, BH_RPM_FILEFLAGS);
        struct bh_rpm_array states = bh_rpmhdr_bytes(h, BH_RPM_FILESTATES);
        uint32_t n_dirs, n = BH_MIN(names.count, in.count);
        struct bh_str *dirs = dir_names(r, h, &n_dirs);
        struct bh_owned_file *files = bh_arena_array(r->c->arena, struct bh_owned_file, n);
        uint8_t kind = BH_DIGEST_NONE;
        size_t size = digest_size(h, &kind);

        for (uint32_t i = 0; i < n; i++) {
                struct bh_owned_file *f = &files[p->n_files];
                struct bh_str name = bh_cur_cstr(&names.cur), hex = { "", 0 };
                uint32_t dir = bh_cur_be32(&in.cur);
                bool config = i < flags.count && bh_cur_be32(&flags.cur) & IS_CONFIG;
                bool there = i >= states.count || bh_cur_u8(&states.cur) == STATE_NORMAL;

                if (i < digests.count)
                        hex = bh_cur_cstr(&digests.cur);
                if (dir >= n_dirs || name.len == 0 || !there) /* left out at installation, as documentation often is */
                        continue;
                *f = (struct bh_owned_file){ .path = bh_arena_cat(r->c->arena, dirs[dir], name), .config = config };
                if (size && bh_unhex(hex, f->digest, size))
                        f->digest_kind = kind;
                p->n_files++;
        }
        p->files = files;
}

/* Keys that were imported stand in the database as packages, and are none. */
static int add(struct reading *r, struct bh_str blob, struct bh_err *err) {
        struct bh_package p = { .eco = BH_ECO_RPM, .evidence = BH_EVIDENCE_DATABASE, .location = r->file->path };
        struct bh_rpmhdr h;
        int failed = bh_rpmhdr_parse(blob, &h, err);

        if (failed < 0)
                return failed;
        p.name = bh_rpmhdr_str(&h, BH_RPM_NAME);
        if (p.name.len == 0)
                return bh_fail(err, BH_E_FORMAT, "an RPM header without a name");
        if (bh_str_is(p.name, "gpg-pubkey"))
                return 0;
        p.version = version_of(r, &h);
        p.arch = bh_rpmhdr_str(&h, BH_RPM_ARCH);
        p.licence = bh_rpmhdr_str(&h, BH_RPM_LICENSE);
        p.vendor = bh_rpmhdr_str(&h, BH_RPM_VENDOR);
        p.module = bh_rpmhdr_str(&h, BH_RPM_MODULARITYLABEL);
        set_source(&p, bh_rpmhdr_str(&h, BH_RPM_SOURCERPM));
        add_files(r, &h, &p);
        bh_catalog_add(r->c, &p);
        return 0;
}

/* Rows that share their bytes could make a small file long; what is read is charged. */
static int charge_and_add(struct reading *r, struct bh_str blob, struct bh_err *err) {
        struct bh_err one = BH_ERR_NONE;
        int failed = bh_budget_entries(&r->budget, 1, err);

        if (failed == 0)
                failed = bh_budget_bytes(&r->budget, blob.len, err);
        if (failed == 0 && add(r, blob, &one) < 0)
                bad(r, &one);
        return failed;
}

static int from_sqlite(struct reading *r, struct bh_err *err) {
        struct bh_sqlitedb db;
        struct bh_sqlitedb_rows rows;
        struct bh_sqlitedb_row row;
        int failed = bh_sqlitedb_open(r->file->bytes, &db, err), more;

        if (failed < 0)
                return failed;
        more = bh_sqlitedb_table(&db, r->scratch, "Packages", &rows, err);
        if (more == 0)
                return bh_fail(err, BH_E_FORMAT, "no table of packages");
        while (more > 0 && (more = bh_sqlitedb_next(&rows, &row, err)) > 0) {
                struct bh_str blob = { "", 0 };

                (void) bh_sqlitedb_bytes(&row, 1, &blob);
                failed = charge_and_add(r, blob, err);
                if (failed < 0)
                        return failed;
        }
        return more;
}

static int from_ndb(struct reading *r, struct bh_err *err) {
        struct bh_ndb db;
        struct bh_str blob;
        uint32_t index;
        int failed = bh_ndb_open(r->file->bytes, &db, err);

        while (failed == 0) {
                struct bh_err one = BH_ERR_NONE;
                int more = bh_ndb_next(&db, &index, &blob, &one);

                if (more == 0)
                        break;
                if (more < 0)
                        failed = charge_bad(r, &one, err);
                else
                        failed = charge_and_add(r, blob, err);
        }
        return failed;
}

/* Key 0 holds the number of the last package, not a header. */
static int from_bdb(struct reading *r, struct bh_err *err) {
        struct bh_bdb db;
        struct bh_str key, blob;
        int failed = bh_bdb_open(r->file->bytes, r->scratch, &db, err);

        while (failed == 0) {
                struct bh_err one = BH_ERR_NONE;
                int more = bh_bdb_next(&db, &key, &blob, &one);

                if (more == 0)
                        break;
                if (more < 0)
                        failed = charge_bad(r, &one, err);
                else if (!bh_str_eq(key, (struct bh_str){ "\0\0\0", 4 }))
                        failed = charge_and_add(r, blob, err);
        }
        return failed;
}

int bh_pkg_rpm(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct reading r = {
                .c = c,
                .file = file,
                .scratch = scratch,
                .budget = { .name = "package database", .bytes = 2 * (uint64_t) file->bytes.len, .entries = BH_LIMIT_DB_ROWS },
        };
        int failed;

        if (file->truncated)
                return bh_fail(err, BH_E_LIMIT, "a package database of %llu bytes is larger than we read",
                               (unsigned long long) file->size);
        if (bh_str_starts(file->bytes, BH_STR("SQLite format 3")))
                failed = from_sqlite(&r, err);
        else if (bh_str_starts(file->bytes, BH_STR("RpmP")))
                failed = from_ndb(&r, err);
        else
                failed = from_bdb(&r, err);
        if (failed == 0 && r.n_bad > 1)
                return bh_fail(err, BH_E_FORMAT, "%u package headers could not be read", r.n_bad);
        return failed;
}
