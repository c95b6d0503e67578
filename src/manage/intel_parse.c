/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/intel_parse.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/cur.h"
#include "base/limits.h"
#include "fmt/json.h"

static const char *const kinds[] = {
#define X(symbol, word) [BH_INDICATOR_##symbol] = word,
        BH_INDICATOR_KINDS(X)
#undef X
};

const char *bh_indicator_kind_str(enum bh_indicator_kind kind) {
        return kinds[kind];
}

/* ---- what one text is ---- */

static struct bh_str lower(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

/* hxxp://evil[.]example -> http://evil.example */
static struct bh_str refang(struct bh_arena *arena, struct bh_str s) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '[') < 0 && !bh_str_starts(s, BH_STR("hxxp")))
                return s;
        out = bh_arena_bytes(arena, s.len + 1);
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] != '[' && s.at[i] != ']')
                        out[n++] = s.at[i];
        if (n > 4 && memcmp(out, "hxxp", 4) == 0)
                memcpy(out, "http", 4);
        return (struct bh_str){ out, n };
}

static bool read_ip(struct bh_str s, unsigned char bytes[16], int *ret_family) {
        char z[INET6_ADDRSTRLEN];

        if (s.len == 0 || s.len >= sizeof z)
                return false;
        memcpy(z, s.at, s.len);
        z[s.len] = '\0';
        *ret_family = bh_str_chr(s, ':') >= 0 ? AF_INET6 : AF_INET;
        return inet_pton(*ret_family, z, bytes) == 1;
}

static bool is_ip(struct bh_arena *arena, struct bh_str s, struct bh_indicator *ret) {
        unsigned char bytes[16];
        char text[INET6_ADDRSTRLEN];
        struct bh_str address, bits;
        uint64_t n = 0;
        int family;
        bool net = bh_str_cut(s, '/', &address, &bits);

        if (!read_ip(address, bytes, &family) || (net && (!bh_str_u64(bits, &n) || n > (family == AF_INET ? 32u : 128u))))
                return false;
        (void) inet_ntop(family, bytes, text, sizeof text);
        ret->kind = net && n < (family == AF_INET ? 32u : 128u) ? BH_INDICATOR_NET : BH_INDICATOR_IP;
        ret->value = ret->kind == BH_INDICATOR_NET ? bh_arena_printf(arena, "%s/%llu", text, (unsigned long long) n) : bh_arena_printf(arena, "%s", text);
        return true;
}

static bool is_digest(struct bh_arena *arena, struct bh_str s, struct bh_indicator *ret) {
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_digit(s.at[i]) && !(bh_lower(s.at[i]) >= 'a' && bh_lower(s.at[i]) <= 'f'))
                        return false;
        if (s.len != 32 && s.len != 40 && s.len != 64)
                return false;
        ret->kind = s.len == 32 ? BH_INDICATOR_MD5 : s.len == 40 ? BH_INDICATOR_SHA1 : BH_INDICATOR_SHA256;
        ret->value = lower(arena, s);
        return true;
}

static bool is_domain(struct bh_arena *arena, struct bh_str s, struct bh_indicator *ret) {
        struct bh_str rest, label;
        size_t labels = 0;

        (void) bh_str_cut_suffix(&s, BH_STR("."));
        (void) bh_str_cut_prefix(&s, BH_STR("*."));
        if (s.len < 4 || s.len > 253)
                return false;
        rest = s;
        while (bh_str_split(&rest, '.', &label)) {
                if (label.len == 0 || label.len > 63 || label.at[0] == '-')
                        return false;
                for (size_t i = 0; i < label.len; i++)
                        if (!bh_is_alnum(label.at[i]) && label.at[i] != '-' && label.at[i] != '_')
                                return false;
                labels++;
        }
        if (labels < 2 || !bh_is_alpha(label.at[0]))
                return false;
        ret->kind = BH_INDICATOR_DOMAIN;
        ret->value = lower(arena, s);
        return true;
}

static bool is_url(struct bh_arena *arena, struct bh_str s, struct bh_indicator *ret) {
        ptrdiff_t at = bh_str_find(s, BH_STR("://"));

        if (at < 3 || at > 6 || (size_t) at + 4 > s.len || s.len > BH_LIMIT_INDICATOR || !bh_str_is_text(s) || bh_str_chr(s, ' ') >= 0)
                return false;
        ret->kind = BH_INDICATOR_URL;
        ret->value = bh_arena_str(arena, s);
        return true;
}

bool bh_indicator_of(struct bh_arena *arena, struct bh_str text, struct bh_indicator *ret) {
        struct bh_str s = refang(arena, bh_str_trim(text));

        return is_digest(arena, s, ret) || is_ip(arena, s, ret) || is_url(arena, s, ret) || is_domain(arena, s, ret);
}

static int add(struct bh_indicators *ret, struct bh_str text, struct bh_str comment, struct bh_err *err) {
        struct bh_indicator i = { 0 };

        if (!bh_indicator_of(ret->arena, text, &i)) {
                if (ret->refused++ == 0)
                        ret->first_refused = bh_arena_printf(ret->arena, "%s", BH_QUOTE(text));
                return 0;
        }
        if (ret->all.len >= BH_LIMIT_INDICATORS)
                return bh_fail(err, BH_E_LIMIT, "more than %u indicators", BH_LIMIT_INDICATORS);
        i.comment = bh_arena_str(ret->arena, bh_utf8_shorten(bh_str_is_text(comment) ? bh_str_trim(comment) : (struct bh_str){ 0 }, 200));
        *bh_vec_add(ret->arena, &ret->all) = i;
        return 0;
}

/* ---- plain ---- */

int bh_intel_plain(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_str line;
        int r = 0;

        while (r >= 0 && bh_cur_line(&c, &line)) {
                size_t n = 0;

                line = bh_str_trim(line);
                if (!line.len || line.at[0] == '#' || line.at[0] == ';' || bh_str_starts(line, BH_STR("//")))
                        continue;
                while (n < line.len && !bh_is_space(line.at[n]) && line.at[n] != ',' && line.at[n] != ';')
                        n++;
                r = add(ret, bh_str_part(line, 0, n), bh_str_from(line, n + 1), err);
        }
        return r < 0 ? bh_wrap(err, r, "line %u", c.line) : 0;
}

/* ---- CSV ---- */

/* One field; quotes may hold commas, line ends and doubled quotes. 1: another follows in this row; 0: the row ends. */
static int csv_field(struct bh_cur *c, struct bh_arena *arena, struct bh_str *ret) {
        char *out = NULL;
        size_t n = 0, i = 0;
        bool quoted = c->left && c->at[0] == '"';

        if (!quoted) {
                while (i < c->left && c->at[i] != ',' && c->at[i] != '\n')
                        i++;
                *ret = bh_str_trim(bh_cur_take(c, i));
        } else {
                out = bh_arena_bytes(arena, c->left + 1);
                for (i = 1; i < c->left && (c->at[i] != '"' || (i + 1 < c->left && c->at[i + 1] == '"')); i++) {
                        out[n++] = c->at[i];
                        i += c->at[i] == '"';
                }
                *ret = (struct bh_str){ out, n };
                bh_cur_skip(c, BH_MIN(i + 1, c->left));
                while (c->left && c->at[0] != ',' && c->at[0] != '\n')
                        bh_cur_skip(c, 1);
        }
        if (!c->left)
                return 0;
        i = c->at[0] == ',';
        bh_cur_skip(c, 1);
        return (int) i;
}

enum { COLUMNS = 128 };

/* A row's fields; how many. */
static size_t csv_row(struct bh_cur *c, struct bh_arena *arena, struct bh_str fields[COLUMNS]) {
        size_t n = 0;
        int more = 1;

        while (more) {
                struct bh_str field = { 0 };

                more = csv_field(c, arena, &field);
                if (n < COLUMNS)
                        fields[n++] = field;
        }
        return n;
}

static int find_column(const struct bh_str *head, size_t n, struct bh_str column, size_t *ret, struct bh_err *err) {
        uint64_t number;

        if (bh_str_u64(column, &number) && number >= 1 && number <= COLUMNS) {
                *ret = (size_t) number - 1;
                return 0;
        }
        for (size_t i = 0; i < n; i++)
                if (bh_str_eq_nocase(bh_str_trim(head[i]), column)) {
                        *ret = i;
                        return 0;
                }
        return bh_fail(err, BH_E_FORMAT, "there is no column %s", BH_QUOTE(column));
}

int bh_intel_csv(struct bh_str bytes, struct bh_str column, struct bh_indicators *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_arena *scratch = bh_arena_new();
        struct bh_str fields[COLUMNS];
        size_t at = 0, n;
        bool head = true;
        int r = 0;

        while (r >= 0 && c.left) {
                if (c.at[0] == '#') {
                        struct bh_str comment;

                        (void) bh_cur_line(&c, &comment);
                        continue;
                }
                bh_arena_reset(scratch);
                n = csv_row(&c, scratch, fields);
                if (head)
                        r = find_column(fields, n, column, &at, err);
                else if (at < n && fields[at].len)
                        r = add(ret, fields[at], (struct bh_str){ 0 }, err);
                head = false;
        }
        bh_arena_free(&scratch);
        if (r >= 0 && head)
                return bh_fail(err, BH_E_FORMAT, "there is no head");
        return r;
}

/* ---- STIX ---- */

/* [ipv4-addr:value = '203.0.113.9' OR file:hashes.'SHA-256' = '...']: the constants of comparisons by "=" and IN of what we know. */
static int stix_pattern(struct bh_str p, struct bh_str comment, struct bh_indicators *ret, struct bh_err *err) {
        static const struct bh_str objects[] = { BH_STR_INIT("ipv4-addr:value"), BH_STR_INIT("ipv6-addr:value"), BH_STR_INIT("domain-name:value"),
                                                 BH_STR_INIT("url:value"), BH_STR_INIT("file:hashes") };
        bool known = false, in_hash_name = false;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < p.len; i++) {
                struct bh_str rest = bh_str_from(p, i);
                size_t n = 1;

                for (size_t k = 0; k < BH_LEN(objects); k++)
                        if (bh_str_starts(rest, objects[k])) {
                                known = true;
                                in_hash_name = k == 4;
                                i += objects[k].len - 1;
                                break;
                        }
                if (p.at[i] == ']' || bh_str_starts(rest, BH_STR(" OR ")) || bh_str_starts(rest, BH_STR(" AND ")))
                        known = in_hash_name = false;
                if (p.at[i] == '=')
                        in_hash_name = false;
                if (p.at[i] != '\'')
                        continue;
                while (i + n < p.len && p.at[i + n] != '\'')
                        n += p.at[i + n] == '\\' && i + n + 1 < p.len ? 2 : 1;
                if (known && !in_hash_name)
                        r = add(ret, bh_str_part(p, i + 1, n - 1), comment, err);
                i += n;
        }
        return r;
}

int bh_intel_stix(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) {
        const struct bh_doc *root = NULL;
        int r = bh_json_parse(ret->arena, bytes, &root, err);

        if (r < 0)
                return r;
        if (!bh_str_is(bh_doc_get_text(root, "type"), "bundle"))
                return bh_fail(err, BH_E_FORMAT, "this is no bundle of STIX 2");
        for (const struct bh_doc *o = bh_doc_first(bh_doc_get(root, "objects")); o && r >= 0; o = o->next) {
                struct bh_str name = bh_doc_get_text(o, "name");

                if (bh_str_is(bh_doc_get_text(o, "type"), "indicator") && !bh_doc_bool(bh_doc_get(o, "revoked"), false))
                        r = stix_pattern(bh_doc_get_text(o, "pattern"), name, ret, err);
        }
        return r < 0 ? r : 0;
}

/* ---- MISP ---- */

static bool misp_type(struct bh_str type) {
        static const char *const types[] = { "ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain", "hostname", "domain|ip", "url", "md5", "sha1", "sha256",
                                             "filename|md5", "filename|sha1", "filename|sha256" };

        return bh_str_among(type, types, BH_LEN(types));
}

/* "value", "value|port", "name|digest": the part that is an indicator. */
static int misp_attribute(const struct bh_doc *a, struct bh_str info, struct bh_indicators *ret, struct bh_err *err) {
        struct bh_str type = bh_doc_get_text(a, "type"), value = bh_doc_get_text(a, "value"), left, right;
        const struct bh_doc *ids = bh_doc_get(a, "to_ids");
        int r;

        if (!misp_type(type) || bh_doc_bool(bh_doc_get(a, "deleted"), false) || (ids && !bh_doc_bool(ids, true)))
                return 0;
        if (!bh_str_cut(value, '|', &left, &right))
                return add(ret, value, info, err);
        if (bh_str_starts(type, BH_STR("filename")))
                return add(ret, right, info, err);
        r = add(ret, left, info, err);
        return r < 0 || !bh_str_is(type, "domain|ip") ? r : add(ret, right, info, err);
}

int bh_intel_misp_event(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) {
        const struct bh_doc *root = NULL, *event;
        struct bh_str info;
        int r = bh_json_parse(ret->arena, bytes, &root, err);

        if (r < 0)
                return r;
        event = bh_doc_get(root, "Event");
        if (!bh_doc_is(event, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "this is no event of MISP");
        info = bh_doc_get_text(event, "info");
        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(event, "Attribute")); a && r >= 0; a = a->next)
                r = misp_attribute(a, info, ret, err);
        for (const struct bh_doc *o = bh_doc_first(bh_doc_get(event, "Object")); o && r >= 0; o = o->next)
                for (const struct bh_doc *a = bh_doc_first(bh_doc_get(o, "Attribute")); a && r >= 0; a = a->next)
                        r = misp_attribute(a, info, ret, err);
        return r < 0 ? r : 0;
}

int bh_intel_misp_manifest(struct bh_arena *arena, struct bh_str bytes, struct bh_misp_uuids *ret, struct bh_err *err) {
        const struct bh_doc *root = NULL;
        int r = bh_json_parse(arena, bytes, &root, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(root, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "this is no manifest of MISP");
        for (const struct bh_doc *e = bh_doc_first(root); e; e = e->next) {
                bool good = e->key.len == 36;

                for (size_t i = 0; i < e->key.len; i++)
                        good = good && (bh_is_alnum(e->key.at[i]) || e->key.at[i] == '-');
                if (good && ret->len < BH_LIMIT_MISP_EVENTS)
                        *bh_vec_add(arena, ret) = e->key;
        }
        return ret->len ? 0 : bh_fail(err, BH_E_FORMAT, "the manifest names no event");
}

int bh_intel_parse(struct bh_str format, struct bh_str bytes, struct bh_str column, struct bh_indicators *ret, struct bh_err *err) {
        if (bh_str_is(format, "plain"))
                return bh_intel_plain(bytes, ret, err);
        if (bh_str_is(format, "csv"))
                return bh_intel_csv(bytes, column, ret, err);
        if (bh_str_is(format, "stix"))
                return bh_intel_stix(bytes, ret, err);
        if (bh_str_is(format, "misp"))
                return bh_intel_misp_event(bytes, ret, err);
        return bh_fail(err, BH_E_FORMAT, "there is no format %s: plain, csv, stix or misp", BH_QUOTE(format));
}
