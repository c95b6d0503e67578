/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEF and LEEF: one line with a head set apart by bars and then key=value.
 *
 *     CEF:0|Bulkhead|Bulkhead|0.1|Reverse shell|Reverse shell in web-1|9|rt=1764439200123 dvchost=node-1 ...
 *     LEEF:2.0|Bulkhead|Bulkhead|0.1|Reverse shell|x09|devTime=1764439200123<TAB>sev=9<TAB>...
 *
 * CEF escapes bars and backslashes in its head, equal signs, backslashes and
 * line ends in its values. LEEF has no escapes: what would end a value or a
 * head field becomes a blank.
 */
#include "manage/sinks/news.h"

#include <stdio.h>

#define PRODUCT_VERSION "0.1"

enum dialect { CEF, LEEF };

struct line {
        struct bh_buf *out;
        enum dialect dialect;
        bool more;
};

/* 0 to 10 */
static int severity(const struct bh_news *n) {
        static const int by_level[] = { 10, 10, 9, 7, 6, 4, 2, 1 };

        return by_level[bh_news_level(n) & 7];
}

static bool control(char c) {
        return (unsigned char) c < 32 || c == 127;
}

static void put_head(struct line *l, struct bh_str text) {
        for (size_t i = 0; i < text.len; i++) {
                char c = text.at[i];

                if (control(c) || (l->dialect == LEEF && c == '|'))
                        c = ' ';
                if (l->dialect == CEF && (c == '|' || c == '\\'))
                        bh_buf_putc(l->out, '\\');
                bh_buf_putc(l->out, c);
        }
        bh_buf_putc(l->out, '|');
}

static void put_value(struct line *l, struct bh_str text) {
        for (size_t i = 0; i < text.len; i++) {
                char c = text.at[i];

                if (l->dialect == CEF && (c == '\n' || c == '\r')) {
                        bh_buf_puts(l->out, c == '\n' ? "\\n" : "\\r");
                        continue;
                }
                if (l->dialect == CEF && (c == '=' || c == '\\'))
                        bh_buf_putc(l->out, '\\');
                bh_buf_putc(l->out, control(c) ? ' ' : c);
        }
}

static void put_pair(struct line *l, const char *key, struct bh_str value) {
        if (!value.len)
                return;
        if (l->more)
                bh_buf_putc(l->out, l->dialect == CEF ? ' ' : '\t');
        l->more = true;
        bh_buf_puts(l->out, key);
        bh_buf_putc(l->out, '=');
        put_value(l, value);
}

static void put_number(struct line *l, const char *key, int64_t v) {
        char text[24];

        (void) snprintf(text, sizeof text, "%lld", (long long) v);
        put_pair(l, key, bh_str_of(text));
}

static void put_custom(struct line *l, int i, const char *label, struct bh_str value) {
        char key[16], name[24];

        if (!value.len)
                return;
        (void) snprintf(key, sizeof key, "cs%d", i);
        (void) snprintf(name, sizeof name, "cs%dLabel", i);
        put_pair(l, name, bh_str_of(label));
        put_pair(l, key, value);
}

static struct bh_str tags_of(struct bh_arena *arena, const struct bh_stored_alert *a) {
        struct bh_str all = { 0 };

        for (uint32_t i = 0; i < a->n_tags; i++)
                all = bh_arena_printf(arena, "%.*s%s%.*s", BH_FMT(all), i ? "," : "", BH_FMT(a->tags[i]));
        return all;
}

/* What a rule told of, by its field; for both dialects. */
static const struct {
        const char *field, *cef, *leef;
} told[] = {
        { "user.name", "suser", "usrName" }, { "user.uid", "suid", "uid" },    { "fd.cip", "src", "src" },       { "fd.cport", "spt", "srcPort" },
        { "fd.sip", "dst", "dst" },          { "fd.sport", "dpt", "dstPort" }, { "fd.l4proto", "proto", "proto" }, { "fd.name", "filePath", "resource" },
        { "evt.type", "act", "action" },
};

static void put_told(struct line *l, const struct bh_stored_alert *a) {
        for (size_t i = 0; i < BH_LEN(told); i++) {
                struct bh_str text = bh_doc_get_text(a->fields, told[i].field);

                if (l->dialect == CEF && bh_str_is(bh_str_of(told[i].field), "fd.name") && bh_doc_get_text(a->fields, "fd.sip").len)
                        continue; /* a connection's name is no path */
                put_pair(l, l->dialect == CEF ? told[i].cef : told[i].leef, text);
        }
}

static void put_process(struct line *l, const struct bh_stored_alert *a) {
        bool cef = l->dialect == CEF;
        struct bh_str exe = bh_doc_get_text(a->process, "exe");

        put_pair(l, cef ? "sproc" : "process", exe.len ? exe : bh_doc_get_text(a->fields, "proc.exepath"));
        put_pair(l, cef ? "spid" : "pid", bh_doc_str(bh_doc_get(a->process, "pid")));
}

static void put_alert(struct line *l, const struct bh_stored_alert *a, struct bh_arena *arena) {
        bool cef = l->dialect == CEF;

        put_pair(l, cef ? "dvchost" : "identHostName", a->host_name);
        put_pair(l, cef ? "deviceExternalId" : "hostId", a->host_id);
        put_pair(l, "cat", a->source);
        put_pair(l, "msg", a->output);
        put_told(l, a);
        put_process(l, a);
        if (cef) {
                put_custom(l, 1, "container", a->container_name.len ? a->container_name : a->container_id);
                put_custom(l, 2, "image", a->image);
                put_custom(l, 3, "namespace", a->namespace);
                put_custom(l, 4, "tags", tags_of(arena, a));
                put_custom(l, 5, "intel", a->intel);
                if (a->incident_id) {
                        put_pair(l, "cn1Label", BH_STR("incident"));
                        put_number(l, "cn1", a->incident_id);
                }
                return;
        }
        put_pair(l, "container", a->container_name.len ? a->container_name : a->container_id);
        put_pair(l, "image", a->image);
        put_pair(l, "namespace", a->namespace);
        put_pair(l, "tags", tags_of(arena, a));
        put_pair(l, "intel", a->intel);
        if (a->incident_id)
                put_number(l, "incident", a->incident_id);
}

static void put_finding(struct line *l, const struct bh_stored_finding *f) {
        bool cef = l->dialect == CEF;

        put_pair(l, "cat", f->kind);
        put_pair(l, "msg", f->title);
        put_pair(l, cef ? "filePath" : "resource", f->path);
        if (cef) {
                put_custom(l, 1, "subject", f->subject);
                put_custom(l, 2, "image", f->image);
                put_custom(l, 3, "package", f->package);
                put_custom(l, 4, "version", f->version);
                put_custom(l, 5, "vulnerability", f->vuln_id);
                put_custom(l, 6, "fix", f->fix);
                return;
        }
        put_pair(l, "subject", f->subject);
        put_pair(l, "image", f->image);
        put_pair(l, "package", f->package);
        put_pair(l, "version", f->version);
        put_pair(l, "vulnerability", f->vuln_id);
        put_pair(l, "fix", f->fix);
}

static struct bh_str signature(const struct bh_news *n) {
        if (n->alert)
                return n->alert->rule;
        return n->finding->vuln_id.len ? n->finding->vuln_id : n->finding->rule.len ? n->finding->rule : n->finding->kind;
}

static void put(const struct bh_news *n, enum dialect dialect, struct bh_buf *out) {
        struct line l = { .out = out, .dialect = dialect };
        struct bh_arena *arena = bh_arena_new();

        bh_buf_puts(out, dialect == CEF ? "CEF:0|" : "LEEF:2.0|");
        bh_buf_puts(out, BH_NEWS_PRODUCT "|" BH_NEWS_PRODUCT "|" PRODUCT_VERSION "|");
        put_head(&l, signature(n));
        if (dialect == CEF) {
                put_head(&l, bh_news_title(arena, n));
                bh_buf_printf(out, "%d|", severity(n));
        } else
                bh_buf_puts(out, "x09|");
        put_number(&l, dialect == CEF ? "rt" : "devTime", bh_news_time_ms(n));
        put_pair(&l, "externalId", bh_news_uid(arena, n));
        if (dialect == LEEF) {
                put_number(&l, "sev", BH_MAX(1, severity(n)));
                put_pair(&l, "title", bh_news_title(arena, n));
        }
        if (n->alert)
                put_alert(&l, n->alert, arena);
        else
                put_finding(&l, n->finding);
        bh_arena_free(&arena);
}

void bh_news_cef(const struct bh_news *n, struct bh_buf *out) {
        put(n, CEF, out);
}

void bh_news_leef(const struct bh_news *n, struct bh_buf *out) {
        put(n, LEEF, out);
}
