/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ruby: what RubyGems installed, and Bundler's lock.
 *
 *     specifications/NAME-VERSION.gemspec   Ruby code, but written by RubyGems itself, always in this form:
 *         # stub: json 2.6.3 ruby lib
 *         s.name = "json".freeze
 *         s.licenses = ["Ruby".freeze]
 *     Gemfile.lock, gems.locked             sections; below "specs:" four blanks, a name, a version in brackets
 */
#include "base/cur.h"
#include "scan/pkg/licence.h"
#include "scan/pkg/pkg.h"

struct gem {
        struct bh_str name, version, platform, licence;
};

/* The next "..." or '...' of rest; what is inside has no escapes in names and versions. */
static bool quoted(struct bh_str *rest, struct bh_str *ret) {
        for (size_t i = 0; i < rest->len; i++)
                if (rest->at[i] == '"' || rest->at[i] == '\'') {
                        struct bh_str inner = bh_str_from(*rest, i + 1);
                        ptrdiff_t close = bh_str_chr(inner, rest->at[i]);

                        if (close < 0)
                                return false;
                        *ret = bh_str_part(inner, 0, (size_t) close);
                        *rest = bh_str_from(inner, (size_t) close + 1);
                        return true;
                }
        return false;
}

/* "# stub: json 2.6.3 ruby lib" */
static void take_stub(struct gem *g, struct bh_str words) {
        struct bh_str name, version, platform;

        if (bh_str_word(&words, &name) && bh_str_word(&words, &version) && bh_str_word(&words, &platform))
                *g = (struct gem){ name, version, platform, g->licence };
}

/* "name = "json".freeze", after its "s." */
static void take_line(struct gem *g, struct bh_arena *scratch, struct bh_str line) {
        struct bh_str field, value, one;

        if (!bh_str_cut(line, '=', &field, &value))
                return;
        field = bh_str_trim(field);
        if (bh_str_is(field, "name") && g->name.len == 0)
                BH_IGNORE(quoted(&value, &g->name));
        else if (bh_str_is(field, "version") && g->version.len == 0)
                BH_IGNORE(quoted(&value, &g->version));
        else if (bh_str_is(field, "platform") && g->platform.len == 0)
                BH_IGNORE(quoted(&value, &g->platform));
        else if (bh_str_is(field, "licenses") || bh_str_is(field, "license"))
                while (quoted(&value, &one))
                        g->licence = bh_licence_join(scratch, g->licence, " OR ", one);
}

static void add(struct bh_catalog *c, const struct bh_file *file, const struct gem *g, enum bh_evidence evidence) {
        (void) bh_catalog_add(c, &(struct bh_package){
                .eco = BH_ECO_GEM,
                .evidence = evidence,
                .name = g->name,
                .version = g->version,
                .arch = bh_str_is(g->platform, "ruby") ? (struct bh_str){ "", 0 } : g->platform,
                .licence = g->licence,
                .location = file->path,
        });
}

int bh_pkg_gemspec(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct gem g = { 0 };
        struct bh_str line;

        while (bh_cur_line(&cur, &line)) {
                line = bh_str_trim(line);
                if (bh_str_cut_prefix(&line, BH_STR("# stub: "))) {
                        if (g.name.len == 0)
                                take_stub(&g, line);
                } else if (bh_str_cut_prefix(&line, BH_STR("s.")) || bh_str_cut_prefix(&line, BH_STR("spec.")))
                        take_line(&g, scratch, line);
        }
        if (g.name.len == 0 || g.version.len == 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "no name and version in plain text");
        add(c, file, &g, BH_EVIDENCE_METADATA);
        return 0;
}

/* "    nokogiri (1.15.4-x86_64-linux)"; false for what is deeper (a gem's own wishes) or no gem. */
static bool locked_gem(struct bh_str line, struct gem *ret) {
        struct bh_str name, version, platform;

        if (!bh_str_cut_prefix(&line, BH_STR("    ")) || line.len == 0 || line.at[0] == ' ')
                return false;
        if (!bh_str_cut(bh_str_trim(line), '(', &name, &version) || !bh_str_cut_suffix(&version, BH_STR(")")))
                return false;
        (void) bh_str_cut(version, '-', &version, &platform);
        *ret = (struct gem){ .name = bh_str_trim(name), .version = version };
        return ret->name.len && version.len;
}

int bh_pkg_gemfile_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                        struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct gem g, last = { 0 };
        bool wanted = false;
        struct bh_str line;

        (void) scratch;
        (void) err;
        while (bh_cur_line(&cur, &line)) {
                if (line.len && line.at[0] != ' ')
                        wanted = bh_str_is(line, "GEM") || bh_str_is(line, "GIT"); /* PATH is the project's own */
                if (!wanted || !locked_gem(line, &g))
                        continue;
                if (bh_str_eq(g.name, last.name) && bh_str_eq(g.version, last.version))
                        continue; /* the same for one more platform */
                add(c, file, &g, BH_EVIDENCE_LOCKFILE);
                last = g;
        }
        return 0;
}
