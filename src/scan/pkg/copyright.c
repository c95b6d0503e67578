/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The licences of dpkg packages: usr/share/doc/NAME/copyright, either in the
 * machine-readable form (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/)
 * or as free text, where a few sentences everybody uses tell.
 */
#include "fmt/deb822.h"
#include "scan/pkg/pkg.h"

/* Debian's short names that SPDX spells otherwise; GNU names are made by rule in spdx_of. */
static const struct {
        const char *debian, *spdx;
} names[] = {
        { "Expat", "MIT" },
        { "MIT", "MIT" },
        { "X11", "X11" },
        { "ISC", "ISC" },
        { "Zlib", "Zlib" },
        { "BSD-2-clause", "BSD-2-Clause" },
        { "BSD-3-clause", "BSD-3-Clause" },
        { "BSD-4-clause", "BSD-4-Clause" },
        { "Apache-2.0", "Apache-2.0" },
        { "Apache-2", "Apache-2.0" },
        { "Artistic", "Artistic-1.0" },
        { "Artistic-1", "Artistic-1.0" },
        { "Artistic-2", "Artistic-2.0" },
        { "Artistic-2.0", "Artistic-2.0" },
        { "MPL-1.1", "MPL-1.1" },
        { "MPL-2.0", "MPL-2.0" },
        { "CC0-1.0", "CC0-1.0" },
        { "CC0", "CC0-1.0" },
        { "CC-BY-SA-3.0", "CC-BY-SA-3.0" },
        { "CC-BY-4.0", "CC-BY-4.0" },
        { "BSL-1.0", "BSL-1.0" },
        { "OpenSSL", "OpenSSL" },
        { "curl", "curl" },
        { "PSF-2", "PSF-2.0" },
        { "Python-2.0", "Python-2.0" },
        { "OFL-1.1", "OFL-1.1" },
        { "WTFPL", "WTFPL" },
        { "Unlicense", "Unlicense" },
        { "EPL-1.0", "EPL-1.0" },
        { "Ruby", "Ruby" },
        { "0BSD", "0BSD" },
};

struct licences {
        struct bh_arena *scratch;
        BH_VEC(struct bh_str) found;
};

/* "LGPL-2.1+" -> "LGPL-2.1-or-later", "GPL-2" -> "GPL-2.0-only"; empty when it is not GNU's. */
static struct bh_str gnu_name(struct bh_arena *scratch, struct bh_str word) {
        static const char *const families[] = { "GPL", "LGPL", "AGPL", "GFDL" };
        struct bh_str family, version, patch = word;
        bool later = bh_str_cut_suffix(&patch, BH_STR("+"));

        if (!bh_str_cut(patch, '-', &family, &version))
                return (struct bh_str){ "", 0 };
        for (size_t i = 0; i < version.len; i++)
                if (!bh_is_digit(version.at[i]) && version.at[i] != '.')
                        return (struct bh_str){ "", 0 };
        for (size_t i = 0; i < BH_LEN(families); i++)
                if (version.len && bh_str_is(family, families[i]))
                        return bh_arena_printf(scratch, "%.*s-%.*s%s-%s", BH_FMT(family), BH_FMT(version),
                                               bh_str_chr(version, '.') < 0 ? ".0" : "", later ? "or-later" : "only");
        return (struct bh_str){ "", 0 };
}

static struct bh_str spdx_of(struct bh_arena *scratch, struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(names); i++)
                if (bh_str_eq_nocase(word, bh_str_of(names[i].debian)))
                        return bh_str_of(names[i].spdx);
        return gnu_name(scratch, word);
}

/* "GPL-1+ or Artistic": as SPDX when every name is known and only one operator is used, else as written. */
static struct bh_str expression(struct bh_arena *scratch, struct bh_str text) {
        struct bh_str rest = text, word, out = { "", 0 };
        bool or = false, and = false, known = true;

        while (bh_str_word(&rest, &word)) {
                bool is_or = bh_str_eq_nocase(word, BH_STR("or")), is_and = bh_str_eq_nocase(word, BH_STR("and"));
                struct bh_str name = is_or ? BH_STR("OR") : is_and ? BH_STR("AND") : spdx_of(scratch, word);

                known &= name.len > 0;
                or |= is_or;
                and |= is_and;
                out = bh_arena_printf(scratch, "%.*s%s%.*s", BH_FMT(out), out.len ? " " : "", BH_FMT(name));
        }
        return known && !(or && and) ? out : text;
}

static int found(struct licences *l, struct bh_str name, struct bh_err *err) {
        if (name.len == 0)
                return 0;
        for (size_t i = 0; i < l->found.len; i++)
                if (bh_str_eq(l->found.at[i], name))
                        return 0;
        if (l->found.len == BH_LIMIT_LICENCES)
                return bh_fail(err, BH_E_LIMIT, "more than %u different licences", BH_LIMIT_LICENCES);
        *bh_vec_add(l->scratch, &l->found) = name;
        return 0;
}

/* "MIT AND ISC" says no more than the two one by one. */
static int found_all(struct licences *l, struct bh_str text, struct bh_err *err) {
        struct bh_str rest = expression(l->scratch, text), part;
        ptrdiff_t at;
        int r = 0;

        if (bh_str_find(rest, BH_STR(" OR ")) < 0)
                while (r == 0 && (at = bh_str_find(rest, BH_STR(" AND "))) >= 0) {
                        part = bh_str_part(rest, 0, (size_t) at);
                        rest = bh_str_from(rest, (size_t) at + 5);
                        r = found(l, part, err);
                }
        return r < 0 ? r : found(l, rest, err);
}

static struct bh_str first_line(struct bh_str value) {
        struct bh_cur cur = bh_cur_of(value);
        struct bh_str line = { "", 0 };

        (void) bh_cur_line(&cur, &line);
        return bh_str_trim(line);
}

/* The licence of packaging alone (under debian/) is not that of what is installed. */
static int machine_readable(struct licences *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_deb822 *d = bh_arena_make(l->scratch, struct bh_deb822);
        struct bh_cur cur = bh_cur_of(bytes);
        int r;

        for (;;) {
                struct bh_str files;

                r = bh_deb822_next(&cur, d, err);
                if (r == 0)
                        return 0;
                if (r < 0) { /* people write these by hand: what cannot be read is passed over */
                        bh_deb822_skip(&cur);
                        continue;
                }
                files = bh_deb822_get(d, "Files");
                if (files.len == 0 || bh_str_is(bh_str_trim(files), "debian/*"))
                        continue;
                r = found_all(l, first_line(bh_deb822_get(d, "License")), err);
                if (r < 0)
                        return r;
        }
}

/* Sentences of the licences themselves, in lower case; the first of a family that is there. */
static const struct {
        const char *says, *also, *spdx;
} phrases[] = {
        { "permission is hereby granted, free of charge, to any person obtaining", NULL, "MIT" },
        { "redistribution and use in source and binary forms", "endorse or promote", "BSD-3-Clause" },
        { "redistribution and use in source and binary forms", NULL, "BSD-2-Clause" },
        { "permission to use, copy, modify, and/or distribute this software for any", NULL, "ISC" },
        { "altered source versions must be plainly marked", NULL, "Zlib" },
        { "public domain", NULL, "public-domain" },
};

/* "/usr/share/common-licenses/GPL-2": Debian's own copies of the long ones. */
static int common_licences(struct licences *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_str needle = BH_STR("/usr/share/common-licenses/");
        bool later = bh_str_find_nocase(bytes, BH_STR("any later version")) >= 0;
        ptrdiff_t at;
        int r = 0;

        while (r == 0 && (at = bh_str_find(bytes, needle)) >= 0) {
                struct bh_str name, word = { "", 0 };
                size_t n = 0;

                bytes = bh_str_from(bytes, (size_t) at + needle.len);
                while (n < bytes.len && (bh_is_alnum(bytes.at[n]) || bytes.at[n] == '-' || bytes.at[n] == '.'))
                        n++;
                word = bh_str_part(bytes, 0, n);
                while (bh_str_cut_suffix(&word, BH_STR(".")))
                        ;
                name = spdx_of(l->scratch, later ? bh_arena_printf(l->scratch, "%.*s+", BH_FMT(word)) : word);
                if (name.len == 0)
                        name = spdx_of(l->scratch, word);
                r = found(l, name.len ? name : word, err);
        }
        return r;
}

/* Words of a licence, without the way its lines were broken. */
static struct bh_str one_line(struct bh_arena *scratch, struct bh_str text) {
        char *out = bh_arena_bytes(scratch, text.len + 1);
        struct bh_str word;
        size_t n = 0;

        while (bh_str_word(&text, &word)) {
                for (size_t i = 0; i < word.len; i++)
                        out[n++] = word.at[i];
                out[n++] = ' ';
        }
        return (struct bh_str){ out, n };
}

static int free_form(struct licences *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_str text = one_line(l->scratch, bytes);
        const char *said = NULL;
        int r = common_licences(l, text, err);

        for (size_t i = 0; r == 0 && i < BH_LEN(phrases); i++) {
                if (said && bh_str_is(bh_str_of(said), phrases[i].says))
                        continue;
                if (bh_str_find_nocase(text, bh_str_of(phrases[i].says)) < 0 ||
                    (phrases[i].also && bh_str_find_nocase(text, bh_str_of(phrases[i].also)) < 0))
                        continue;
                said = phrases[i].says;
                r = found(l, bh_str_of(phrases[i].spdx), err);
        }
        return r;
}

static void keep(struct bh_catalog *c, struct bh_str package, const struct licences *l) {
        struct bh_package_licence *to;
        struct bh_str all = { "", 0 };

        if (l->found.len == 0)
                return;
        for (size_t i = 0; i < l->found.len; i++) {
                struct bh_str one = l->found.at[i];
                bool wrap = l->found.len > 1 && bh_str_chr(one, ' ') >= 0;

                all = bh_arena_printf(l->scratch, "%.*s%s%s%.*s%s", BH_FMT(all), i ? " AND " : "", wrap ? "(" : "",
                                      BH_FMT(one), wrap ? ")" : "");
        }
        to = bh_vec_add(c->arena, &c->licences);
        to->package = bh_arena_str(c->arena, package);
        to->expression = bh_arena_str(c->arena, all);
}

int bh_pkg_dpkg_copyright(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                          struct bh_err *err) {
        struct bh_str dir = bh_str_dirname(file->path), head = bh_str_part(file->bytes, 0, 512);
        struct licences l = { .scratch = scratch };
        int r;

        if (!bh_str_cut_prefix(&dir, BH_STR("usr/share/doc/")) || bh_str_chr(dir, '/') >= 0)
                return 0;
        if (bh_str_find_nocase(head, BH_STR("format:")) >= 0 || bh_str_find_nocase(head, BH_STR("format-specification:")) >= 0)
                r = machine_readable(&l, file->bytes, err);
        else
                r = free_form(&l, bh_str_part(file->bytes, 0, 256 * BH_KIB), err);
        keep(c, dir, &l);
        return r;
}
