/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/owners.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/apkdb.h"
#include "fmt/bdb.h"
#include "fmt/ndb.h"
#include "fmt/rpmhdr.h"
#include "fmt/sqlitedb.h"

struct looking {
        const struct bh_root *root;
        struct bh_arena *arena, *scratch; /* scratch: of one database, or of one of dpkg's lists */
        struct bh_map *wanted;
};

struct bh_str bh_owner_path(struct bh_str path) {
        struct bh_str rest = path;

        if (bh_str_cut_prefix(&rest, BH_STR("/usr")) &&
            (bh_str_starts(rest, BH_STR("/bin/")) || bh_str_starts(rest, BH_STR("/sbin/")) || bh_str_starts(rest, BH_STR("/lib"))))
                return rest;
        return path;
}

/* The first that says so has it. */
static void own(struct looking *l, struct bh_str path, const char *type, struct bh_str package) {
        struct bh_owner *o = bh_map_get(l->wanted, bh_owner_path(path));

        if (o && !o->type)
                *o = (struct bh_owner){ type, bh_arena_str(l->arena, package) };
}

/* One that is not there says nothing. */
static int read(struct looking *l, const char *path, uint64_t max, struct bh_str *ret, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r;

        bh_arena_reset(l->scratch);
        r = bh_root_read(l->root, l->scratch, path, max, ret, &why);
        if (r >= 0)
                return 1;
        if (r == BH_E_NOTFOUND)
                return 0;
        *err = why;
        return r;
}

/* ---- dpkg: a list of paths for each package; or, where there is no dpkg, digests and paths without their "/" ---- */

static void own_listed(struct looking *l, struct bh_str text, bool digests, struct bh_str package) {
        struct bh_str line, digest;

        while (bh_str_split(&text, '\n', &line)) {
                if (!digests)
                        own(l, line, "deb", package);
                else if (bh_str_word(&line, &digest))
                        own(l, bh_arena_cat(l->scratch, BH_STR("/"), bh_str_trim(line)), "deb", package);
        }
}

static int look_dpkg(struct looking *l, const char *folder, const char *suffix, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *names = bh_arena_new();
        struct bh_str *all, text;
        size_t n;
        int r = bh_root_list_of(l->root, names, folder, suffix, &all, &n, err), failed = r;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                struct bh_str package = all[i], arch;

                (void) bh_str_cut_suffix(&package, bh_str_of(suffix));
                (void) bh_str_cut(package, ':', &package, &arch);
                r = read(l, bh_arena_printf(names, "%s/%.*s", folder, BH_FMT(all[i])).at, BH_LIMIT_INVENTORY_FILE, &text, err);
                if (r > 0)
                        own_listed(l, text, bh_str_is(bh_str_of(suffix), ".md5sums"), package);
                else if (r < 0)
                        failed = r; /* that of one package takes nothing from the others */
                r = 0;
        }
        return failed;
}

static int look_deb(struct looking *l, struct bh_err *err) {
        int r = look_dpkg(l, "/var/lib/dpkg/info", ".list", err), d = look_dpkg(l, "/var/lib/dpkg/status.d", ".md5sums", err);

        return r < 0 ? r : d;
}

/* ---- apk ---- */

static int look_apk(struct looking *l, struct bh_err *err) {
        struct bh_apkdb_package p;
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        struct bh_cur cur;
        int r = read(l, "/lib/apk/db/installed", BH_LIMIT_INVENTORY_PACKAGES, &text, err);

        if (r <= 0)
                return r;
        cur = bh_cur_of(text);
        while ((r = bh_apkdb_next(&cur, l->scratch, &p, &why)) != 0 && (r > 0 || cur.left)) /* a bad record costs itself */
                for (size_t i = 0; r > 0 && i < p.n_files; i++)
                        own(l, bh_arena_cat(l->scratch, BH_STR("/"), p.files[i].path), "apk", p.name);
        return 0;
}

/* ---- rpm: headers in one of three databases ---- */

static void own_header(struct looking *l, struct bh_str blob) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_rpm_array names, in, dirs;
        struct bh_str *folders;
        struct bh_rpmhdr h;

        if (bh_rpmhdr_parse(blob, &h, &why) < 0)
                return;
        names = bh_rpmhdr_strings(&h, BH_RPM_BASENAMES);
        in = bh_rpmhdr_u32s(&h, BH_RPM_DIRINDEXES);
        dirs = bh_rpmhdr_strings(&h, BH_RPM_DIRNAMES);
        folders = bh_arena_array(l->scratch, struct bh_str, dirs.count);
        for (uint32_t i = 0; i < dirs.count; i++)
                folders[i] = bh_cur_cstr(&dirs.cur);
        for (uint32_t i = 0; i < BH_MIN(names.count, in.count); i++) {
                struct bh_str name = bh_cur_cstr(&names.cur);
                uint32_t dir = bh_cur_be32(&in.cur);
                char path[4096];

                if (dir >= dirs.count || folders[dir].len + name.len >= sizeof path)
                        continue;
                memcpy(path, folders[dir].at, folders[dir].len);
                memcpy(path + folders[dir].len, name.at, name.len);
                own(l, (struct bh_str){ path, folders[dir].len + name.len }, "rpm", bh_rpmhdr_str(&h, BH_RPM_NAME));
        }
}

static int own_sqlite(struct looking *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_sqlitedb db;
        struct bh_sqlitedb_rows rows;
        struct bh_sqlitedb_row row;
        struct bh_str blob;
        int r = bh_sqlitedb_open(bytes, &db, err);

        r = r < 0 ? r : bh_sqlitedb_table(&db, l->scratch, "Packages", &rows, err);
        while (r > 0 && (r = bh_sqlitedb_next(&rows, &row, err)) > 0)
                if (bh_sqlitedb_bytes(&row, 1, &blob))
                        own_header(l, blob);
        return r;
}

static int own_ndb(struct looking *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_ndb db;
        struct bh_str blob;
        uint32_t index;
        int r = bh_ndb_open(bytes, &db, err);

        while (r >= 0 && (r = bh_ndb_next(&db, &index, &blob, err)) > 0)
                own_header(l, blob);
        return r;
}

static int own_bdb(struct looking *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_bdb db;
        struct bh_str key, blob;
        int r = bh_bdb_open(bytes, l->scratch, &db, err);

        while (r >= 0 && (r = bh_bdb_next(&db, &key, &blob, err)) > 0)
                own_header(l, blob); /* key 0, the number of the last package, is none */
        return r;
}

static int look_rpm(struct looking *l, struct bh_err *err) {
        static const struct {
                const char *path;
                int (*own)(struct looking *l, struct bh_str bytes, struct bh_err *err);
        } rows[] = {
                { "/usr/lib/sysimage/rpm/rpmdb.sqlite", own_sqlite }, { "/var/lib/rpm/rpmdb.sqlite", own_sqlite },
                { "/usr/lib/sysimage/rpm/Packages.db", own_ndb },     { "/var/lib/rpm/Packages.db", own_ndb },
                { "/var/lib/rpm/Packages", own_bdb },
        };
        struct bh_str bytes;
        int r = 0;

        for (size_t i = 0; r == 0 && i < BH_LEN(rows); i++) {
                r = read(l, rows[i].path, BH_LIMIT_INVENTORY_PACKAGES, &bytes, err);
                if (r > 0 && rows[i].own(l, bytes, err) < 0)
                        r = bh_wrap(err, err->code, "%s", rows[i].path);
        }
        return r;
}

int bh_owners_look(const struct bh_root *root, struct bh_arena *arena, struct bh_map *wanted, struct bh_err *err) {
        static int (*const databases[])(struct looking *l, struct bh_err *err) = { look_deb, look_apk, look_rpm };
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct looking l = { root, arena, scratch, wanted };
        int failed = 0;

        for (size_t i = 0; i < BH_LEN(databases); i++) {
                int r = databases[i](&l, err);

                failed = r < 0 ? r : failed;
        }
        return failed;
}
