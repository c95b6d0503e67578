/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RustSec's own form of its advisories (https://github.com/rustsec/advisory-db):
 * Markdown behind a block of TOML.
 *
 *     ```toml
 *     [advisory]
 *     id = "RUSTSEC-2021-0120"
 *     package = "abomonation"
 *     aliases = ["CVE-2021-45708"]
 *     [versions]
 *     patched = [">= 1.2", "^0.9.3"]
 *     ```
 *     # Title
 *
 * Of TOML only what these files use is read: tables, strings and lists of
 * strings; other values are passed over. The OSV form of the same records
 * carries the same id, so whoever has both loses nothing.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/safe.h"
#include "base/cur.h"

struct front {
        struct bh_str id, package, date, url, cvss, informational, withdrawn;
        bh_feed_strs aliases, references, patched, unaffected;
};

bool bh_rustsec_md_is(const struct bh_feed_in *in) {
        return bh_str_starts(in->bytes, BH_STR("```toml"));
}

/* The strings between quotes in a value, one or many. */
static void read_strings(struct bh_arena *arena, struct bh_str value, bh_feed_strs *out) {
        struct bh_str head, text;

        while (bh_str_cut(value, '"', &head, &value) && bh_str_cut(value, '"', &text, &value))
                *bh_vec_add(arena, out) = text;
}

static void set(struct bh_arena *arena, struct bh_str table, struct bh_str key, struct bh_str value, struct front *f) {
        const struct {
                const char *table, *key;
                struct bh_str *one;
                bh_feed_strs *many;
        } fields[] = {
                { "[advisory]", "id", &f->id, NULL },
                { "[advisory]", "package", &f->package, NULL },
                { "[advisory]", "date", &f->date, NULL },
                { "[advisory]", "url", &f->url, NULL },
                { "[advisory]", "cvss", &f->cvss, NULL },
                { "[advisory]", "informational", &f->informational, NULL },
                { "[advisory]", "withdrawn", &f->withdrawn, NULL },
                { "[advisory]", "aliases", NULL, &f->aliases },
                { "[advisory]", "references", NULL, &f->references },
                { "[versions]", "patched", NULL, &f->patched },
                { "[versions]", "unaffected", NULL, &f->unaffected },
        };
        bh_feed_strs strings = { 0 };

        for (size_t i = 0; i < BH_LEN(fields); i++) {
                if (!bh_str_is(table, fields[i].table) || !bh_str_is(key, fields[i].key))
                        continue;
                read_strings(arena, value, fields[i].many ? fields[i].many : &strings);
                if (fields[i].one && strings.len)
                        *fields[i].one = strings.at[0];
        }
}

/* A list may go on over several lines: the value ends with the bracket that closes it. */
static struct bh_str whole_value(struct bh_cur *c, struct bh_str value) {
        struct bh_str line, last = bh_str_trim(value);

        if (!bh_str_starts(last, BH_STR("[")))
                return value;
        while (bh_str_find(last, BH_STR("]")) < 0 && bh_cur_line(c, &line)) {
                last = line;
                value.len = (size_t) (line.at + line.len - value.at);
        }
        return value;
}

static bool read_front(struct bh_arena *arena, struct bh_cur *c, struct front *f) {
        struct bh_str line, table = { 0 }, key, value;

        while (bh_cur_line(c, &line)) {
                line = bh_str_trim(line);
                if (bh_str_starts(line, BH_STR("```")))
                        return true;
                if (bh_str_starts(line, BH_STR("[")))
                        table = line;
                else if (line.len && line.at[0] != '#' && bh_str_cut(line, '=', &key, &value))
                        set(arena, table, bh_str_trim(key), whole_value(c, value), f);
        }
        return false;
}

static void read_versions(struct bh_arena *arena, const struct front *f, struct bh_affected *a) {
        bh_safe_stretches safe = { 0 };
        bh_feed_ranges ranges = { 0 };

        for (size_t i = 0; i < f->patched.len; i++)
                bh_safe_add(arena, f->patched.at[i], true, &safe);
        for (size_t i = 0; i < f->unaffected.len; i++)
                bh_safe_add(arena, f->unaffected.at[i], true, &safe);
        bh_safe_invert(arena, &safe, &ranges);
        bh_feed_set_ranges(a, &ranges);
        a->status = f->patched.len ? BH_STATUS_FIXED : BH_STATUS_AFFECTED;
        a->severity = f->informational;
        if (f->informational.len && !bh_str_is(f->informational, "unsound"))
                a->status = BH_STATUS_UNIMPORTANT;
}

int bh_rustsec_md_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_affected *one = bh_arena_make(in->arena, struct bh_affected);
        struct bh_advisory a = { .affected = one, .n_affected = 1 };
        struct bh_cur c = bh_cur_of(in->bytes);
        struct bh_str line;
        struct front f = { 0 };

        (void) bh_cur_line(&c, &line);
        if (!read_front(in->arena, &c, &f) || f.id.len == 0 || f.package.len == 0)
                return bh_fail(err, BH_E_FORMAT, "line %u: no whole front matter with an id and a package", c.line);
        if (f.patched.len + f.unaffected.len > BH_SAFE_MAX)
                return bh_fail(err, BH_E_LIMIT, "more than %d safe versions", BH_SAFE_MAX);
        one->eco = BH_ECO_CARGO;
        one->space = BH_STR("cargo");
        one->package = f.package;
        read_versions(in->arena, &f, one);
        a.id = f.id;
        a.aliases = f.aliases.at;
        a.n_aliases = (uint32_t) f.aliases.len;
        a.published_s = bh_feed_time(f.date);
        a.withdrawn = f.withdrawn.len > 0;
        if (f.cvss.len) {
                a.cvss = bh_arena_make(in->arena, struct bh_str);
                a.cvss[0] = f.cvss;
                a.n_cvss = 1;
        }
        if (f.url.len)
                *bh_vec_add(in->arena, &f.references) = f.url;
        a.references = f.references.at;
        a.n_references = (uint32_t) f.references.len;
        while (bh_cur_line(&c, &line) && bh_str_trim(line).len == 0)
                ;
        if (bh_str_cut_prefix(&line, BH_STR("# ")))
                a.summary = bh_str_trim(line);
        a.details = bh_str_trim(bh_cur_rest(&c));
        return bh_feed_emit(in, &a, err);
}
