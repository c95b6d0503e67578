/* SPDX-License-Identifier: Apache-2.0 */
#include "model/purl.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/*
 * What each type wants of its names. KEEP_CASE: the specification wants lower
 * case, but the registry tells JSONStream from jsonstream, so a package's own
 * name is left alone. Go's module paths are left alone everywhere, against the
 * specification and with every tool: github.com/BurntSushi has no other name.
 */
enum rule { LOWER_NAME = 1, LOWER_NAMESPACE = 2, DASHES = 4, MUST_NAMESPACE = 8, KEEP_CASE = 16 };

static const struct {
        const char *type;
        unsigned rules;
} types[] = {
        { "alpm", LOWER_NAME | LOWER_NAMESPACE },
        { "apk", LOWER_NAME | LOWER_NAMESPACE },
        { "bitbucket", LOWER_NAME | LOWER_NAMESPACE },
        { "bitnami", LOWER_NAME },
        { "composer", LOWER_NAME | LOWER_NAMESPACE },
        { "github", LOWER_NAME | LOWER_NAMESPACE },
        { "hex", LOWER_NAME | LOWER_NAMESPACE },
        { "maven", MUST_NAMESPACE },
        { "npm", LOWER_NAME | KEEP_CASE },
        { "oci", LOWER_NAME },
        { "pypi", LOWER_NAME | DASHES },
};

static unsigned rules_of(struct bh_str type) {
        for (size_t i = 0; i < BH_LEN(types); i++)
                if (bh_str_is(type, types[i].type))
                        return types[i].rules;
        return 0;
}

static struct bh_str lower(struct bh_arena *arena, struct bh_str s, bool dashes) {
        char *out = bh_arena_bytes(arena, s.len + 1);

        for (size_t i = 0; i < s.len; i++)
                out[i] = dashes && s.at[i] == '_' ? '-' : bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

static void normalise(struct bh_arena *arena, struct bh_purl *p) {
        unsigned rules = rules_of(p->type);

        if (rules & LOWER_NAMESPACE)
                p->namespace = lower(arena, p->namespace, false);
        if (rules & LOWER_NAME)
                p->name = lower(arena, p->name, rules & DASHES);
}

/* "%41" to "A"; a '%' without two digits stays. */
static struct bh_str decode(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                uint64_t byte;

                if (s.at[i] == '%' && s.len - i > 2 && bh_str_hex64(bh_str_part(s, i + 1, 2), &byte)) {
                        out[n++] = (char) byte;
                        i += 2;
                } else {
                        out[n++] = s.at[i];
                }
        }
        return (struct bh_str){ out, n };
}

static bool stays(char c) {
        return bh_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':';
}

static void encode(struct bh_buf *out, struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (stays(s.at[i]))
                        bh_buf_putc(out, s.at[i]);
                else
                        bh_buf_printf(out, "%%%02X", (unsigned char) s.at[i]);
}

/* Bytes, not text: a name may hold a NUL. */
static struct bh_str join(struct bh_arena *arena, struct bh_str a, struct bh_str between, struct bh_str b) {
        return bh_arena_cat(arena, bh_arena_cat(arena, a, between), b);
}

/* Parts between slashes, also encoded ones; empty parts are dropped, and "." and ".." where `dots` is false. */
static struct bh_str decode_parts(struct bh_arena *arena, struct bh_str s, bool dots) {
        char *out = bh_arena_bytes(arena, s.len + 1);
        struct bh_str part;
        size_t n = 0;

        s = decode(arena, s);
        while (bh_str_split(&s, '/', &part)) {
                if (!part.len || (!dots && (bh_str_is(part, ".") || bh_str_is(part, ".."))))
                        continue;
                if (n)
                        out[n++] = '/';
                memcpy(out + n, part.at, part.len);
                n += part.len;
        }
        return (struct bh_str){ out, n };
}

static void encode_parts(struct bh_buf *out, struct bh_str s) {
        struct bh_str part;
        bool first = true;

        while (bh_str_split(&s, '/', &part)) {
                if (!first)
                        bh_buf_putc(out, '/');
                encode(out, part);
                first = false;
        }
}

static int by_key(const void *a, const void *b) {
        const struct bh_purl_qualifier *x = a, *y = b;

        return bh_str_cmp(x->key, y->key);
}

static bool is_key(struct bh_str key) {
        if (!key.len || bh_is_digit(key.at[0]))
                return false;
        for (size_t i = 0; i < key.len; i++)
                if (!bh_is_alnum(key.at[i]) && key.at[i] != '.' && key.at[i] != '-' && key.at[i] != '_')
                        return false;
        return true;
}

static int parse_qualifiers(struct bh_arena *arena, struct bh_str s, struct bh_purl *p, struct bh_err *err) {
        struct bh_str rest = s, pair;
        size_t n = 0;

        while (bh_str_split(&rest, '&', &pair))
                n++;
        p->qualifiers = bh_arena_array(arena, struct bh_purl_qualifier, n);
        while (bh_str_split(&s, '&', &pair)) {
                struct bh_str key, value;

                bh_str_cut(pair, '=', &key, &value);
                if (!is_key(key))
                        return bh_fail(err, BH_E_FORMAT, "purl: \"%s\" is no name of a qualifier", BH_QUOTE(key));
                if (value.len)
                        p->qualifiers[p->n_qualifiers++] =
                                (struct bh_purl_qualifier){ lower(arena, key, false), decode(arena, value) };
        }
        if (p->n_qualifiers)
                qsort(p->qualifiers, p->n_qualifiers, sizeof p->qualifiers[0], by_key);
        for (uint32_t i = 1; i < p->n_qualifiers; i++)
                if (bh_str_eq(p->qualifiers[i - 1].key, p->qualifiers[i].key))
                        return bh_fail(err, BH_E_FORMAT, "purl: qualifier \"%s\" is given twice",
                                       BH_QUOTE(p->qualifiers[i].key));
        return 0;
}

static int parse_type(struct bh_arena *arena, struct bh_str *rest, struct bh_purl *p, struct bh_err *err) {
        struct bh_str type;

        if (rest->len < 4 || !bh_str_eq_nocase(bh_str_part(*rest, 0, 4), BH_STR("pkg:")))
                return bh_fail(err, BH_E_FORMAT, "purl: \"%s\" does not begin with pkg:", BH_QUOTE(*rest));
        *rest = bh_str_from(*rest, 4);
        while (bh_str_cut_prefix(rest, BH_STR("/")))
                ;
        if (!bh_str_cut(*rest, '/', &type, rest) || !is_key(type))
                return bh_fail(err, BH_E_FORMAT, "purl: \"%s\" is no type", BH_QUOTE(type));
        p->type = lower(arena, type, false);
        return 0;
}

static int parse(struct bh_arena *arena, struct bh_str text, struct bh_purl *ret, struct bh_err *err) {
        struct bh_purl p = { 0 };
        struct bh_str rest = text, tail;
        ptrdiff_t at, slash;
        int r;

        if (text.len > BH_LIMIT_PURL)
                return bh_fail(err, BH_E_LIMIT, "purl: longer than %d bytes", BH_LIMIT_PURL);
        r = parse_type(arena, &rest, &p, err);
        if (r < 0)
                return r;
        at = bh_str_rchr(rest, '#');
        if (at >= 0) {
                p.subpath = decode_parts(arena, bh_str_from(rest, (size_t) at + 1), false);
                rest = bh_str_part(rest, 0, (size_t) at);
        }
        bh_str_cut(rest, '?', &rest, &tail);
        r = parse_qualifiers(arena, tail, &p, err);
        if (r < 0)
                return r;
        /* An '@' that begins a namespace is not yet the version's. */
        slash = bh_str_rchr(rest, '/');
        at = bh_str_rchr(rest, '@');
        if (at > 0 && at > slash + 1) {
                p.version = decode(arena, bh_str_from(rest, (size_t) at + 1));
                rest = bh_str_part(rest, 0, (size_t) at);
        }
        while (bh_str_cut_suffix(&rest, BH_STR("/")))
                ;
        slash = bh_str_rchr(rest, '/');
        p.name = decode(arena, bh_str_from(rest, (size_t) (slash + 1)));
        p.namespace = decode_parts(arena, bh_str_part(rest, 0, slash < 0 ? 0 : (size_t) slash), true);
        if (!p.name.len)
                return bh_fail(err, BH_E_FORMAT, "purl: \"%s\" has no name", BH_QUOTE(text));
        if ((rules_of(p.type) & MUST_NAMESPACE) && !p.namespace.len)
                return bh_fail(err, BH_E_FORMAT, "purl: \"%s\" needs a namespace", BH_QUOTE(text));
        *ret = p;
        return 0;
}

int bh_purl_parse(struct bh_arena *arena, struct bh_str text, struct bh_purl *ret, struct bh_err *err) {
        int r = parse(arena, text, ret, err);

        if (r == 0)
                normalise(arena, ret);
        return r;
}

void bh_purl_print(const struct bh_purl *p, struct bh_buf *out) {
        bh_buf_puts(out, "pkg:");
        bh_buf_add(out, p->type);
        bh_buf_putc(out, '/');
        if (p->namespace.len) {
                encode_parts(out, p->namespace);
                bh_buf_putc(out, '/');
        }
        encode(out, p->name);
        if (p->version.len) {
                bh_buf_putc(out, '@');
                encode(out, p->version);
        }
        for (uint32_t i = 0; i < p->n_qualifiers; i++) {
                bh_buf_putc(out, i ? '&' : '?');
                bh_buf_add(out, p->qualifiers[i].key);
                bh_buf_putc(out, '=');
                encode(out, p->qualifiers[i].value);
        }
        if (p->subpath.len) {
                bh_buf_putc(out, '#');
                encode_parts(out, p->subpath);
        }
}

struct bh_str bh_purl_qualifier(const struct bh_purl *p, const char *key) {
        for (uint32_t i = 0; i < p->n_qualifiers; i++)
                if (bh_str_is(p->qualifiers[i].key, key))
                        return p->qualifiers[i].value;
        return (struct bh_str){ 0 };
}

static void qualify(struct bh_purl *p, const char *key, struct bh_str value) {
        if (value.len)
                p->qualifiers[p->n_qualifiers++] = (struct bh_purl_qualifier){ bh_str_of(key), value };
}

/* Keys go in by the alphabet. */
static void qualify_os(struct bh_arena *arena, struct bh_purl *p, const struct bh_package *pkg,
                       const struct bh_release *release, struct bh_str epoch) {
        struct bh_str source = pkg->source;

        if (source.len && pkg->source_version.len && !bh_str_eq(pkg->source_version, pkg->version))
                source = join(arena, source, BH_STR("@"), pkg->source_version);
        if (bh_str_eq(source, pkg->name))
                source.len = 0;
        qualify(p, "arch", pkg->arch);
        if (release && release->id.len)
                qualify(p, "distro", release->version_id.len ? join(arena, release->id, BH_STR("-"), release->version_id)
                                                             : release->id);
        qualify(p, "epoch", epoch);
        qualify(p, "upstream", source);
}

/* Splits the name as its type writes it. */
static void name_of(struct bh_purl *p, const struct bh_package *pkg) {
        ptrdiff_t at = -1;

        p->name = pkg->name;
        if (pkg->eco == BH_ECO_MAVEN)
                at = bh_str_chr(pkg->name, ':');
        else if (pkg->eco == BH_ECO_NPM || pkg->eco == BH_ECO_GO || pkg->eco == BH_ECO_COMPOSER)
                at = bh_str_rchr(pkg->name, '/');
        if (at > 0) {
                p->namespace = bh_str_part(pkg->name, 0, (size_t) at);
                p->name = bh_str_from(pkg->name, (size_t) at + 1);
        }
}

struct bh_str bh_purl_of_package(struct bh_arena *arena, const struct bh_package *pkg, const struct bh_release *release) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_purl_qualifier qualifiers[5];
        struct bh_purl p = { .qualifiers = qualifiers, .version = pkg->version };
        struct bh_str epoch = { 0 }, rest;

        if (pkg->purl.len)
                return pkg->purl;
        p.type = bh_str_of(bh_eco_purl_type(pkg->eco));
        name_of(&p, pkg);
        if (pkg->eco == BH_ECO_RPM && bh_str_cut(pkg->version, ':', &epoch, &rest))
                p.version = rest;
        else
                epoch.len = 0;
        if (bh_eco_is_os(pkg->eco)) {
                if (release)
                        p.namespace = release->id;
                qualify_os(arena, &p, pkg, release, epoch);
        }
        if (!(rules_of(p.type) & KEEP_CASE))
                normalise(arena, &p);
        bh_purl_print(&p, &out);
        return bh_arena_str(arena, bh_buf_str(&out));
}

/* "debian-12" with the namespace "debian" is release 12 of debian. */
static void release_of(const struct bh_purl *p, struct bh_release *ret) {
        struct bh_str distro = bh_purl_qualifier(p, "distro"), id, version;

        *ret = (struct bh_release){ .id = p->namespace };
        if (!distro.len)
                return;
        if (bh_str_starts(distro, p->namespace) && distro.len > p->namespace.len && p->namespace.len &&
            distro.at[p->namespace.len] == '-') {
                ret->version_id = bh_str_from(distro, p->namespace.len + 1);
        } else if (bh_str_cut(distro, '-', &id, &version)) {
                if (!ret->id.len)
                        ret->id = id;
                ret->version_id = version;
        } else if (bh_is_digit(distro.at[0])) {
                ret->version_id = distro;
        } else {
                ret->codename = distro; /* "bookworm" */
        }
}

static void os_package(struct bh_arena *arena, const struct bh_purl *p, struct bh_package *pkg) {
        struct bh_str epoch = bh_purl_qualifier(p, "epoch"), upstream = bh_purl_qualifier(p, "upstream");

        pkg->name = p->name;
        pkg->arch = bh_purl_qualifier(p, "arch");
        if (epoch.len)
                pkg->version = join(arena, epoch, BH_STR(":"), p->version);
        bh_str_cut(upstream, '@', &pkg->source, &pkg->source_version);
        /* Syft names a source RPM by its file. */
        if (bh_str_cut_suffix(&pkg->source, BH_STR(".src.rpm"))) {
                for (unsigned i = 0; i < 2; i++) {
                        ptrdiff_t dash = bh_str_rchr(pkg->source, '-');

                        if (dash > 0)
                                pkg->source.len = (size_t) dash;
                }
        }
}

int bh_purl_to_package(struct bh_arena *arena, struct bh_str text, struct bh_package *ret,
                       struct bh_release *ret_release, struct bh_err *err) {
        struct bh_package pkg = { .evidence = BH_EVIDENCE_SBOM, .purl = text };
        struct bh_purl p;
        int r = parse(arena, text, &p, err);

        if (r < 0)
                return r;
        if (!(rules_of(p.type) & KEEP_CASE))
                normalise(arena, &p);
        pkg.eco = bh_eco_of_purl(p.type);
        if (pkg.eco == BH_ECO_NONE)
                return bh_fail(err, BH_E_UNSUPPORTED, "purl: packages of type \"%s\" are not known", BH_QUOTE(p.type));
        pkg.version = p.version;
        if (bh_eco_is_os(pkg.eco))
                os_package(arena, &p, &pkg);
        else if (p.namespace.len)
                pkg.name = join(arena, p.namespace, pkg.eco == BH_ECO_MAVEN ? BH_STR(":") : BH_STR("/"), p.name);
        else
                pkg.name = p.name;
        if (ret_release) {
                *ret_release = (struct bh_release){ 0 };
                if (bh_eco_is_os(pkg.eco))
                        release_of(&p, ret_release);
        }
        *ret = pkg;
        return 0;
}
