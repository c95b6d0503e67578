/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python: what is installed, and requirements.txt.
 *
 *     NAME-VERSION.dist-info/METADATA   wheels, as pip and uv install them
 *     NAME.egg-info/PKG-INFO            setuptools; or NAME.egg-info is the file itself (distutils)
 *     requirements*.txt                 only "==" says which version it is
 */
#include "scan/pkg/python.h"

#include "fmt/rfc822.h"
#include "scan/pkg/licence.h"
#include "scan/pkg/pkg.h"

enum { LICENCE_WORDS = 120 }; /* a longer "License:" is the licence's text, not its name */

struct metadata {
        struct bh_str name, version, expression, licence, classifiers;
};

static void take(struct metadata *m, struct bh_arena *scratch, struct bh_str name, struct bh_str value) {
        if (bh_str_eq_nocase(name, BH_STR("Name")))
                m->name = value;
        else if (bh_str_eq_nocase(name, BH_STR("Version")))
                m->version = value;
        else if (bh_str_eq_nocase(name, BH_STR("License-Expression")))
                m->expression = value;
        else if (bh_str_eq_nocase(name, BH_STR("License")))
                m->licence = value;
        else if (bh_str_eq_nocase(name, BH_STR("Classifier")) && bh_str_cut_prefix(&value, BH_STR("License :: "))) {
                ptrdiff_t last;

                (void) bh_str_cut_prefix(&value, BH_STR("OSI Approved :: "));
                last = bh_str_rchr(value, ':');
                if (!bh_str_is(value, "OSI Approved"))
                        m->classifiers = bh_licence_join(scratch, m->classifiers, " OR ",
                                                         bh_str_trim(bh_str_from(value, (size_t) (last + 1))));
        }
}

static struct bh_str licence_of(const struct metadata *m) {
        if (m->expression.len)
                return m->expression;
        if (m->licence.len && m->licence.len <= LICENCE_WORDS && bh_str_chr(m->licence, '\n') < 0 &&
            !bh_str_eq_nocase(m->licence, BH_STR("unknown")))
                return m->licence;
        return m->classifiers;
}

int bh_pkg_python_metadata(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                           struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct metadata m = { 0 };
        struct bh_str name, value;
        int r;

        while ((r = bh_rfc822_next(&cur, &name, &value, err)) > 0)
                take(&m, scratch, name, value);
        if (m.name.len == 0 || m.version.len == 0)
                return r < 0 ? r : bh_fail(err, BH_E_FORMAT, "no name and version");
        /* Old setuptools did not indent a licence's text: what follows is then no header, and no loss. */
        (void) bh_catalog_add(c, &(struct bh_package){
                .eco = BH_ECO_PYPI,
                .evidence = BH_EVIDENCE_METADATA,
                .name = m.name,
                .version = m.version,
                .licence = licence_of(&m),
                .location = file->path,
        });
        return 0;
}

static bool name_char(char c) {
        return bh_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static bool version_char(char c) {
        return bh_is_alnum(c) || c == '.' || c == '+' || c == '-' || c == '_' || c == '!';
}

static struct bh_str take_while(struct bh_str *s, bool (*fits)(char)) {
        size_t n = 0;
        struct bh_str out;

        while (n < s->len && fits(s->at[n]))
                n++;
        out = bh_str_part(*s, 0, n);
        *s = bh_str_trim(bh_str_from(*s, n));
        return out;
}

bool bh_python_pin(struct bh_str line, struct bh_str *ret_name, struct bh_str *ret_version) {
        struct bh_str s = bh_str_trim(line), name = take_while(&s, name_char), version;

        if (name.len == 0 || !bh_is_alnum(name.at[0]))
                return false;
        if (s.len && s.at[0] == '[') {
                ptrdiff_t close = bh_str_chr(s, ']');

                if (close < 0)
                        return false;
                s = bh_str_trim(bh_str_from(s, (size_t) close + 1));
        }
        if (!bh_str_cut_prefix(&s, BH_STR("==")))
                return false;
        (void) bh_str_cut_prefix(&s, BH_STR("="));
        s = bh_str_trim(s);
        version = take_while(&s, version_char);
        if (version.len == 0 || (s.len && s.at[0] != ';' && s.at[0] != '#' && !bh_str_starts(s, BH_STR("--"))))
                return false;
        *ret_name = name;
        *ret_version = version;
        return true;
}

/* A comment begins a line or follows a blank. */
static struct bh_str without_comment(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] == '#' && (i == 0 || bh_is_space(s.at[i - 1])))
                        return bh_str_part(s, 0, i);
        return s;
}

/* A requirement with all lines that a backslash ties to it; only the first can hold the version. */
static bool next_requirement(struct bh_cur *cur, struct bh_arena *scratch, struct bh_str *ret) {
        struct bh_str line, whole = { "", 0 };
        bool any = false;

        while (bh_cur_line(cur, &line)) {
                bool more;

                line = bh_str_trim(without_comment(line));
                more = bh_str_cut_suffix(&line, BH_STR("\\"));
                whole = any ? whole.len < 256 ? bh_licence_join(scratch, whole, " ", line) : whole : line;
                any = true;
                if (!more)
                        break;
        }
        *ret = whole;
        return any;
}

int bh_pkg_python_requirements(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                               struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_str base = bh_str_basename(file->path), line, name, version;
        bool dev = bh_str_find_nocase(base, BH_STR("dev")) >= 0 || bh_str_find_nocase(base, BH_STR("test")) >= 0;

        (void) err;
        while (next_requirement(&cur, scratch, &line))
                if (bh_python_pin(line, &name, &version))
                        (void) bh_catalog_add(c, &(struct bh_package){
                                .eco = BH_ECO_PYPI,
                                .evidence = BH_EVIDENCE_MANIFEST,
                                .name = name,
                                .version = version,
                                .location = file->path,
                                .dev = dev,
                        });
        return 0;
}
