/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg: what is installed (var/lib/dpkg/status, or one file a package under
 * status.d in images without a package manager), and which files that brought.
 */
#include "base/text.h"
#include "fmt/deb822.h"
#include "scan/pkg/pkg.h"

/* "install ok installed". Packages that only wait for triggers are installed too; a status.d entry has no Status. */
static bool is_installed(struct bh_str status) {
        static const char *const states[] = { "installed", "triggers-awaited", "triggers-pending" };
        struct bh_str word, last = { "", 0 };

        if (bh_str_trim(status).len == 0)
                return true;
        while (bh_str_word(&status, &word))
                last = word;
        return bh_str_among(last, states, BH_LEN(states));
}

/* "name" or "name (version)". */
static void set_source(struct bh_package *p, struct bh_str source) {
        struct bh_str version = { "", 0 };

        if (bh_str_cut(source, '(', &p->source, &version))
                bh_str_cut_suffix(&version, BH_STR(")"));
        p->source = bh_str_trim(p->source);
        p->source_version = bh_str_trim(version);
        if (bh_str_eq(p->source, p->name) && p->source_version.len == 0)
                p->source = (struct bh_str){ "", 0 };
}

static struct bh_str without_root(struct bh_str path) {
        while (bh_str_cut_prefix(&path, BH_STR("./")) || bh_str_cut_prefix(&path, BH_STR("/")))
                ;
        return path;
}

static void own(struct bh_catalog *c, struct bh_str path, struct bh_str md5, bool config) {
        struct bh_owned_file *o;

        path = without_root(path);
        if (path.len == 0)
                return;
        o = bh_vec_add(c->arena, &c->owned);
        o->path = bh_arena_str(c->arena, path);
        o->config = config;
        if (bh_unhex(md5, o->digest, 16)) /* "newconffile" stands where there is none yet */
                o->digest_kind = BH_DIGEST_MD5;
}

/* " /etc/debconf.conf 8c0619be413824f1fc7698cee0f23811 obsolete" */
static void own_conffiles(struct bh_catalog *c, struct bh_str lines) {
        struct bh_cur cur = bh_cur_of(lines);
        struct bh_str line, path, md5;

        while (bh_cur_line(&cur, &line))
                if (bh_str_word(&line, &path) && bh_str_word(&line, &md5))
                        own(c, path, md5, true);
}

static void add(struct bh_catalog *c, const struct bh_file *file, const struct bh_deb822 *d) {
        struct bh_package p = {
                .eco = BH_ECO_DEB,
                .evidence = BH_EVIDENCE_DATABASE,
                .name = bh_deb822_get(d, "Package"),
                .version = bh_deb822_get(d, "Version"),
                .arch = bh_deb822_get(d, "Architecture"),
                .vendor = bh_deb822_get(d, "Maintainer"),
                .location = file->path,
        };

        if (p.name.len == 0 || p.version.len == 0 || !is_installed(bh_deb822_get(d, "Status")))
                return;
        set_source(&p, bh_deb822_get(d, "Source"));
        bh_catalog_add(c, &p);
        own_conffiles(c, bh_deb822_get(d, "Conffiles"));
}

/* A stanza that cannot be read costs itself, not those after it. */
int bh_pkg_dpkg_status(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                        struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_deb822 *d = bh_arena_make(scratch, struct bh_deb822);
        unsigned n_bad = 0;
        int r;

        for (;;) {
                struct bh_err one = BH_ERR_NONE;

                r = bh_deb822_next(&cur, d, &one);
                if (r == 0)
                        break;
                if (r > 0)
                        add(c, file, d);
                else {
                        bh_deb822_skip(&cur);
                        if (n_bad++ == 0)
                                bh_catalog_gap(c, file->path, &one);
                }
        }
        if (n_bad > 1)
                return bh_fail(err, BH_E_FORMAT, "%u stanzas could not be read", n_bad);
        if (file->truncated)
                return bh_fail(err, BH_E_LIMIT, "only the first %zu bytes were read", file->bytes.len);
        return 0;
}

/* "d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/x/copyright" */
static int read_md5sums(struct bh_catalog *c, const struct bh_file *file, struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_str line;

        while (bh_cur_line(&cur, &line)) {
                if (line.len == 0)
                        continue;
                if (line.len < 35 || line.at[32] != ' ')
                        return bh_fail(err, BH_E_FORMAT, "line %u: not a digest and a path", cur.line);
                own(c, bh_str_from(line, 34), bh_str_part(line, 0, 32), false);
        }
        return 0;
}

int bh_pkg_dpkg_md5sums(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                         struct bh_err *err) {
        (void) scratch;
        return bh_str_is(bh_str_dirname(file->path), "var/lib/dpkg/info") ? read_md5sums(c, file, err) : 0;
}

/*
 * NAME.list names every path of a package, directories too. It matters where a
 * package has no md5sums, for paths that could tell of another package: then
 * the distribution's word on them goes first. The rest would only cost memory.
 */
static bool could_tell(struct bh_str path) {
        static const char *const ends[] = { "/METADATA", "/PKG-INFO", ".egg-info", "/package.json", ".jar", ".war", ".gemspec",
                                            "/installed.json", ".deps.json", "/Cargo.lock", "/composer.lock" };
        static const char *const programs[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/" };

        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (bh_str_ends(path, bh_str_of(ends[i])))
                        return true;
        for (size_t i = 0; i < BH_LEN(programs); i++)
                if (bh_str_starts(path, bh_str_of(programs[i])))
                        return true;
        return false;
}

int bh_pkg_dpkg_list(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_str line;

        (void) scratch;
        (void) err;
        if (!bh_str_is(bh_str_dirname(file->path), "var/lib/dpkg/info"))
                return 0;
        while (bh_cur_line(&cur, &line))
                if (could_tell(line))
                        own(c, line, BH_STR(""), false);
        return 0;
}

int bh_pkg_dpkg_status_d(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                          struct bh_err *err) {
        if (bh_str_ends(file->path, BH_STR(".md5sums")))
                return read_md5sums(c, file, err);
        return bh_pkg_dpkg_status(c, file, scratch, err);
}
