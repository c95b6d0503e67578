/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/passwords.h"

#include <inttypes.h>

#include "fmt/json_put.h"

static const char *kind(const struct bh_passwords_root *r) {
        return r->is_container ? "container" : r->id.len ? "root" : "host";
}

/* For people: "web", "0123456789ab", "/backup", "host". */
static struct bh_str label(const struct bh_passwords_root *r) {
        if (r->name.len)
                return r->name;
        return r->id.len ? (r->is_container ? bh_str_part(r->id, 0, 12) : r->id) : BH_STR("host");
}

static size_t count(const struct bh_passwords *f, enum bh_password_verdict v) {
        size_t n = 0;

        for (size_t i = 0; i < f->n; i++)
                n += f->at[i].verdict == v;
        return n;
}

/* ---- table ---- */

static void put_line(struct bh_buf *out, const struct bh_passwords_opts *o, const struct bh_password *p) {
        char path[512], account[128], where[128];

        bh_buf_printf(out, "  %s: /%s", bh_str_quote(label(&o->roots[p->root]), where, sizeof where), bh_str_quote(p->path, path, sizeof path));
        if (p->line)
                bh_buf_printf(out, ":%u", p->line);
        bh_buf_printf(out, "  %s", bh_str_quote(p->account, account, sizeof account));
        if (p->scheme.len)
                bh_buf_printf(out, "  (%.*s)", BH_FMT(p->scheme));
        if (p->why.len)
                bh_buf_printf(out, "  %.*s", BH_FMT(p->why));
        if (p->verdict == BH_PASSWORD_PARTLY)
                bh_buf_printf(out, "  %" PRIu64 " of %" PRIu64 " guesses; the processor time was spent", p->tried, p->guesses);
        bh_buf_putc(out, '\n');
}

static void put_table(const struct bh_passwords_opts *o, const struct bh_passwords *f, struct bh_buf *out) {
        static const struct {
                enum bh_password_verdict verdict;
                const char *title;
        } parts[] = {
                { BH_PASSWORD_WEAK, "Weak" },
                { BH_PASSWORD_KNOWN, "Not weak, but elsewhere in plain text" },
                { BH_PASSWORD_PARTLY, "Held so far, not against all guesses" },
                { BH_PASSWORD_UNTESTED, "Not tested" },
        };

        for (size_t k = 0; k < BH_LEN(parts); k++) {
                size_t n = count(f, parts[k].verdict);

                if (n)
                        bh_buf_printf(out, "%s (%zu)\n", parts[k].title, n);
                for (size_t i = 0; n && i < f->n; i++)
                        if (f->at[i].verdict == parts[k].verdict)
                                put_line(out, o, &f->at[i]);
                if (n)
                        bh_buf_putc(out, '\n');
        }
        if (f->n_gaps)
                bh_buf_printf(out, "Not read (%zu)\n", f->n_gaps);
        for (size_t i = 0; i < f->n_gaps; i++)
                bh_buf_printf(out, "  %.*s: %.*s\n", BH_FMT(f->gaps[i].where), BH_FMT(f->gaps[i].why));
        bh_buf_printf(out, "%s%zu accounts in %" PRIu64 " files of %zu place%s: %zu weak, %zu known, %zu partly tested, %zu not tested, %zu held, %zu locked\n",
                      f->n_gaps ? "\n" : "", f->n, f->files, o->n_roots, o->n_roots == 1 ? "" : "s", count(f, BH_PASSWORD_WEAK), count(f, BH_PASSWORD_KNOWN), count(f, BH_PASSWORD_PARTLY),
                      count(f, BH_PASSWORD_UNTESTED), count(f, BH_PASSWORD_HELD), count(f, BH_PASSWORD_LOCKED));
        bh_buf_printf(out, "%" PRIu64 " guesses in %.1f s of processor time", f->tried, (double) f->cpu_ns / 1e9);
        if (o->cpu_ms)
                bh_buf_printf(out, ", of %.0f s allowed", (double) o->cpu_ms / 1e3);
        bh_buf_puts(out, f->spent ? "; the next run goes on from here\n" : "\n");
}

/* ---- JSON ---- */

static void put_account(struct bh_json_put *j, const struct bh_passwords_opts *o, const struct bh_password *p) {
        const struct bh_passwords_root *r = &o->roots[p->root];

        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "verdict", bh_password_verdict_str(p->verdict));
        bh_json_put_cstr(j, "kind", kind(r));
        bh_json_put_some(j, "id", r->id);
        bh_json_put_some(j, "name", r->name);
        bh_json_put_some(j, "image", r->image);
        bh_json_put_str(j, "store", p->store);
        bh_json_put_str(j, "path", p->path);
        if (p->line)
                bh_json_put_int(j, "line", p->line);
        bh_json_put_str(j, "account", p->account);
        bh_json_put_some(j, "scheme", p->scheme);
        bh_json_put_some(j, "why", p->why);
        bh_json_put_u64(j, "tried", p->tried);
        bh_json_put_u64(j, "guesses", p->guesses);
        bh_json_put_bool(j, "remembered", p->remembered);
        bh_json_put_close(j);
}

static void put_json(const struct bh_passwords_opts *o, const struct bh_passwords *f, struct bh_buf *out) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "accounts", '[');
        for (size_t i = 0; i < f->n; i++)
                put_account(&j, o, &f->at[i]);
        bh_json_put_close(&j);
        bh_json_put_open(&j, "gaps", '[');
        for (size_t i = 0; i < f->n_gaps; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "where", f->gaps[i].where);
                bh_json_put_cstr(&j, "code", bh_code_str(f->gaps[i].code));
                bh_json_put_str(&j, "why", f->gaps[i].why);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_open(&j, "rates", '[');
        for (size_t i = 0; i < f->n_rates; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "scheme", f->rates[i].scheme);
                bh_json_put_u64(&j, "tried", f->rates[i].tried);
                bh_json_put_double(&j, "cpu_seconds", (double) f->rates[i].cpu_ns / 1e9, 6);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_open(&j, "summary", '{');
        for (int v = 0; v < _BH_PASSWORD_VERDICT_MAX; v++)
                bh_json_put_u64(&j, bh_password_verdict_str((enum bh_password_verdict) v), count(f, (enum bh_password_verdict) v));
        bh_json_put_u64(&j, "files", f->files);
        bh_json_put_u64(&j, "guesses", f->tried);
        bh_json_put_double(&j, "cpu_seconds", (double) f->cpu_ns / 1e9, 6);
        bh_json_put_double(&j, "cpu_seconds_allowed", (double) o->cpu_ms / 1e3, 3);
        bh_json_put_bool(&j, "spent", f->spent);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* ---- CSV ---- */

/* RFC 4180; what a spreadsheet would take for a formula is told apart by an apostrophe. */
static void put_field(struct bh_buf *out, struct bh_str s, char end) {
        char quoted[1024];

        s = bh_str_of(bh_str_quote(s, quoted, sizeof quoted));
        bh_buf_putc(out, '"');
        if (s.len && bh_str_chr(BH_STR("=+-@"), s.at[0]) >= 0)
                bh_buf_putc(out, '\'');
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '"')
                        bh_buf_putc(out, '"');
                bh_buf_putc(out, s.at[i]);
        }
        bh_buf_putc(out, '"');
        bh_buf_putc(out, end);
}

static void put_csv(const struct bh_passwords_opts *o, const struct bh_passwords *f, struct bh_buf *out) {
        bh_buf_puts(out, "verdict,kind,id,name,store,path,line,account,scheme,why,tried,guesses\n");
        for (size_t i = 0; i < f->n; i++) {
                const struct bh_password *p = &f->at[i];
                const struct bh_passwords_root *r = &o->roots[p->root];

                bh_buf_printf(out, "%s,%s,", bh_password_verdict_str(p->verdict), kind(r));
                put_field(out, r->id, ',');
                put_field(out, r->name, ',');
                put_field(out, p->store, ',');
                put_field(out, p->path, ',');
                bh_buf_printf(out, "%u,", p->line);
                put_field(out, p->account, ',');
                put_field(out, p->scheme, ',');
                put_field(out, p->why, ',');
                bh_buf_printf(out, "%" PRIu64 ",%" PRIu64 "\n", p->tried, p->guesses);
        }
}

void bh_passwords_print(struct bh_str format, const struct bh_passwords_opts *opts, const struct bh_passwords *found, struct bh_buf *out) {
        if (bh_str_is(format, "json"))
                put_json(opts, found, out);
        else if (bh_str_is(format, "csv"))
                put_csv(opts, found, out);
        else
                put_table(opts, found, out);
}
