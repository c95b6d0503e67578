/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amazon Linux's updateinfo.xml, one a repository
 * (https://docs.aws.amazon.com/linux/al2023/ug/security-updates.html):
 *
 *     <update ...><id>ALAS2-2018-939</id><title>..</title><issued date=".."/><severity>critical</severity>
 *       <references><reference id="CVE-2017-5715" type="cve" href=".."/></references>
 *       <pkglist><collection><name>Amazon Linux 2 - Docker</name>
 *         <package name="kernel" epoch="0" version="4.9.76" release="38.79.amzn2" arch="x86_64"> ...
 *
 * The files are tens of megabytes of flat rows, so each <update> is walked tag
 * by tag where it lies instead of becoming a tree. An update that is broken is
 * a gap; the next one begins at its own tag.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_amazon_is(const struct bh_feed_in *in) {
        struct bh_str head = bh_str_part(in->bytes, 0, 4000);

        return bh_str_find(head, BH_STR("<updates>")) >= 0 && bh_str_find(head, BH_STR("<id>ALAS")) >= 0;
}

struct tag {
        struct bh_str name, attributes;
        struct bh_str text; /* up to the next tag */
        bool close;
};

/* The next tag of `rest`; false at the end. A '>' inside quotes belongs to the attribute. */
static bool next_tag(struct bh_str *rest, struct tag *ret) {
        ptrdiff_t at = bh_str_chr(*rest, '<');
        struct bh_str body;
        char quote = 0;
        size_t n = 0;

        if (at < 0)
                return false;
        *rest = bh_str_from(*rest, (size_t) at + 1);
        for (n = 0; n < rest->len; n++) {
                char c = rest->at[n];

                if (quote)
                        quote = c == quote ? '\0' : quote;
                else if (c == '"' || c == '\'')
                        quote = c;
                else if (c == '>')
                        break;
        }
        if (n == rest->len)
                return false;
        body = bh_str_part(*rest, 0, n);
        *rest = bh_str_from(*rest, n + 1);
        *ret = (struct tag){ 0 };
        ret->close = bh_str_cut_prefix(&body, BH_STR("/"));
        for (n = 0; n < body.len && !bh_is_space(body.at[n]) && body.at[n] != '/'; n++)
                ;
        ret->name = bh_str_part(body, 0, n);
        ret->attributes = bh_str_from(body, n);
        (void) bh_str_cut(*rest, '<', &ret->text, &body);
        return true;
}

static struct bh_str attribute(const struct tag *t, struct bh_str name) {
        struct bh_str rest = t->attributes, value;
        ptrdiff_t at;

        while ((at = bh_str_find(rest, name)) >= 0) {
                bool begins = at == 0 || bh_is_space(rest.at[at - 1]);
                char quote;

                rest = bh_str_from(rest, (size_t) at + name.len);
                if (!begins || rest.len < 2 || rest.at[0] != '=' || (rest.at[1] != '"' && rest.at[1] != '\''))
                        continue;
                quote = rest.at[1];
                if (bh_str_cut(bh_str_from(rest, 2), quote, &value, &rest))
                        return value;
        }
        return (struct bh_str){ 0 };
}

/* &lt; &gt; &amp; &quot; &apos; &#039; */
static struct bh_str unescape(struct bh_arena *arena, struct bh_str s) {
        static const struct {
                const char *entity;
                char c;
        } table[] = { { "&lt;", '<' }, { "&gt;", '>' },     { "&quot;", '"' },
                      { "&apos;", '\'' }, { "&#039;", '\'' }, { "&#39;", '\'' }, { "&#34;", '"' }, { "&amp;", '&' } };
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '&') < 0)
                return s;
        out = bh_arena_bytes(arena, s.len);
        while (s.len) {
                size_t k, used = 1;
                char c = s.at[0];

                for (k = 0; c == '&' && k < BH_LEN(table); k++)
                        if (bh_str_starts(s, bh_str_of(table[k].entity))) {
                                c = table[k].c;
                                used = bh_str_of(table[k].entity).len;
                        }
                out[n++] = c;
                s = bh_str_from(s, used);
        }
        return (struct bh_str){ out, n };
}

/*
 * "ALAS2-2018-939" -> amazon:2, "ALAS2DOCKER-2021-001" -> amazon:2:docker,
 * "ALAS2023LIVEPATCH-..." -> amazon:2023:livepatch, "ALAS-2011-1" -> amazon:1
 */
static struct bh_str space_of(struct bh_arena *arena, struct bh_str id) {
        struct bh_str head, rest, release, channel;
        char lower[64];
        size_t n = 0;

        (void) bh_str_cut(id, '-', &head, &rest);
        if (!bh_str_cut_prefix(&head, BH_STR("ALAS")))
                return (struct bh_str){ 0 };
        while (n < head.len && bh_is_digit(head.at[n]))
                n++;
        release = n ? bh_str_part(head, 0, n) : BH_STR("1");
        channel = bh_str_part(head, n, sizeof lower);
        for (n = 0; n < channel.len; n++)
                lower[n] = bh_lower(channel.at[n]);
        return bh_arena_printf(arena, "amazon:%.*s%s%.*s", BH_FMT(release), channel.len ? ":" : "", (int) channel.len,
                               lower);
}

struct update {
        struct bh_advisory a;
        bh_feed_affs affected;
        struct bh_map seen;
        bh_feed_strs cves, references;
        struct bh_str space;
};

static void read_package(struct bh_arena *arena, const struct tag *t, struct update *u) {
        struct bh_str epoch = attribute(t, BH_STR("epoch")), version = attribute(t, BH_STR("version"));
        struct bh_str release = attribute(t, BH_STR("release")), arch = attribute(t, BH_STR("arch"));
        struct bh_affected a = { .eco = BH_ECO_RPM, .space = u->space, .binary = true, .status = BH_STATUS_FIXED };

        a.package = attribute(t, BH_STR("name"));
        if (a.package.len == 0 || version.len == 0 || release.len == 0 || bh_str_is(arch, "src") || bh_feed_is_debug_rpm(a.package))
                return;
        a.arch = bh_str_is(arch, "noarch") ? BH_STR("") : arch;
        a.ranges = bh_arena_make(arena, struct bh_range);
        a.n_ranges = 1;
        a.ranges[0].fixed = epoch.len == 0 || bh_str_is(epoch, "0")
                ? bh_arena_printf(arena, "%.*s-%.*s", BH_FMT(version), BH_FMT(release))
                : bh_arena_printf(arena, "%.*s:%.*s-%.*s", BH_FMT(epoch), BH_FMT(version), BH_FMT(release));
        bh_feed_add_rpm(arena, &u->affected, &u->seen, &a);
}

static void read_tag(struct bh_arena *arena, const struct tag *t, struct update *u) {
        if (bh_str_is(t->name, "id") && u->a.id.len == 0) {
                u->a.id = bh_str_trim(t->text);
                u->space = space_of(arena, u->a.id);
        } else if (bh_str_is(t->name, "title")) {
                u->a.summary = unescape(arena, t->text);
        } else if (bh_str_is(t->name, "severity")) {
                u->a.severity = t->text;
        } else if (bh_str_is(t->name, "description")) {
                u->a.details = unescape(arena, t->text);
        } else if (bh_str_is(t->name, "issued")) {
                u->a.published_s = bh_feed_time(attribute(t, BH_STR("date")));
        } else if (bh_str_is(t->name, "updated")) {
                u->a.modified_s = bh_feed_time(attribute(t, BH_STR("date")));
        } else if (bh_str_is(t->name, "reference")) {
                if (bh_feed_is_cve(attribute(t, BH_STR("id"))))
                        bh_feed_add_once(arena, &u->cves, attribute(t, BH_STR("id")));
                else if (attribute(t, BH_STR("href")).len)
                        *bh_vec_add(arena, &u->references) = unescape(arena, attribute(t, BH_STR("href")));
        } else if (bh_str_is(t->name, "package")) {
                read_package(arena, t, u);
        }
}

static int read_update(const struct bh_feed_in *in, struct bh_str body, struct bh_err *err) {
        struct update u = { .seen = bh_map_in(in->arena) };
        struct tag t;

        while (next_tag(&body, &t))
                if (!t.close)
                        read_tag(in->arena, &t, &u);
        if (u.a.id.len == 0 || u.space.len == 0)
                return bh_fail(err, BH_E_FORMAT, "an update without an ALAS id");
        u.a.affected = u.affected.at;
        u.a.n_affected = (uint32_t) u.affected.len;
        u.a.references = u.references.at;
        u.a.n_references = (uint32_t) u.references.len;
        return bh_feed_erratum(in, &u.a, &u.cves, err);
}

int bh_amazon_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_str rest = in->bytes, body;
        ptrdiff_t at, end;

        while ((at = bh_str_find(rest, BH_STR("<update "))) >= 0) {
                int r;

                rest = bh_str_from(rest, (size_t) at);
                end = bh_str_find(rest, BH_STR("</update>"));
                body = end < 0 ? rest : bh_str_part(rest, 0, (size_t) end);
                rest = bh_str_from(rest, end < 0 ? rest.len : (size_t) end);
                r = end < 0 ? bh_fail(err, BH_E_FORMAT, "an update without its end") : read_update(in, body, err);
                if (r == BH_E_FORMAT)
                        bh_feed_gap(in, bh_str_part(body, 0, 60), err);
                else if (r < 0)
                        return r;
        }
        return 0;
}
