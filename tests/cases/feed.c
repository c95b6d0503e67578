/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A publisher's file -> its records, a line each. The title's first word is
 * the file's path, for its ending and its folder tell formats apart:
 *
 *     @case v3.19/main.json a fix at 0 was never needed
 */
#include "advisory/feed.h"
#include "base/text.h"
#include "case.h"

static void put(struct bh_buf *out, const char *name, struct bh_str s) {
        char text[256];

        if (s.len)
                bh_buf_printf(out, " %s=%s", name, bh_str_quote(s, text, sizeof text));
}

static void put_time(struct bh_buf *out, const char *name, int64_t s) {
        char text[21];

        if (s)
                bh_buf_printf(out, " %s=%.10s", name, bh_time_print(s, text));
}

static void put_list(struct bh_buf *out, const char *name, const struct bh_str *list, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                put(out, name, list[i]);
}

static int on_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        (void) err;
        bh_buf_printf(user, "source %.*s\n", BH_FMT(s->name));
        return 0;
}

static void put_affected(struct bh_buf *out, const struct bh_affected *a) {
        bh_buf_printf(out, "  %.*s %s", BH_FMT(a->space), bh_eco_str(a->eco));
        put(out, a->binary ? "binary" : "package", a->package);
        put(out, "module", a->module);
        put(out, "arch", a->arch);
        bh_buf_printf(out, " %s", bh_status_str(a->status));
        for (uint32_t i = 0; i < a->n_ranges; i++) {
                const struct bh_range *r = &a->ranges[i];

                bh_buf_printf(out, " [%.*s", BH_FMT(r->introduced));
                bh_buf_printf(out, r->last_affected.len ? " .. %.*s]" : " .. %.*s)",
                              BH_FMT(r->last_affected.len ? r->last_affected : r->fixed));
        }
        put_list(out, "version", a->versions, a->n_versions);
        put(out, "fix", a->fix_id);
        put(out, "severity", a->severity);
        put_list(out, "symbol", a->symbols, a->n_symbols);
        bh_buf_puts(out, "\n");
}

static int on_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct bh_buf *out = user;

        (void) err;
        bh_buf_printf(out, "advisory %.*s", BH_FMT(a->id));
        put_list(out, "alias", a->aliases, a->n_aliases);
        put(out, "severity", a->severity);
        put_list(out, "cvss", a->cvss, a->n_cvss);
        put_list(out, "cwe", a->cwes, a->n_cwes);
        put_time(out, "published", a->published_s);
        put_time(out, "modified", a->modified_s);
        if (a->withdrawn)
                bh_buf_puts(out, " withdrawn");
        bh_buf_puts(out, "\n");
        if (a->summary.len || a->details.len) {
                bh_buf_puts(out, " ");
                put(out, "summary", a->summary);
                put(out, "details", a->details);
                bh_buf_puts(out, "\n");
        }
        for (uint32_t i = 0; i < a->n_references; i++)
                bh_buf_printf(out, "  see %.*s\n", BH_FMT(a->references[i]));
        for (uint32_t i = 0; i < a->n_affected; i++)
                put_affected(out, &a->affected[i]);
        return 0;
}

static int on_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        static const char *const kinds[] = { "kev", "epss", "exploitdb", "metasploit", "ssvc", "cvss", "cwe", "title", "rejected" };
        struct bh_buf *out = user;

        (void) err;
        bh_buf_printf(out, "fact %.*s %s", BH_FMT(f->cve), kinds[f->kind]);
        put(out, "text", f->text);
        if (f->a > 0 || f->b > 0)
                bh_buf_printf(out, " a=%g b=%g", f->a, f->b);
        put_time(out, "date", f->date_s);
        bh_buf_puts(out, f->verified ? " verified\n" : "\n");
        return 0;
}

static int on_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct bh_buf *out = user;

        (void) err;
        bh_buf_printf(out, "lifecycle %.*s %.*s", BH_FMT(l->space), BH_FMT(l->codename));
        put_time(out, "released", l->released_s);
        put_time(out, "end", l->end_s);
        put_time(out, "extended", l->extended_end_s);
        bh_buf_puts(out, "\n");
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        bh_buf_printf(user, "gap %.*s: %s\n", BH_FMT(where), err->text);
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_feed_sink sink = { out, on_source, on_advisory, on_fact, on_lifecycle, on_gap };
        struct bh_str path = { 0 };
        int r;

        (void) bh_str_word(&title, &path);
        r = bh_feed_file(arena, path, input, &sink, err);
        if (r == 0)
                bh_buf_puts(out, "passed over\n");
        return r < 0 ? r : 0;
}
