/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead db info and db search: what the vulnerability database holds, for people and for programs. */
#include <string.h>
#include <time.h>

#include "advisory/index.h"
#include "advisory/space.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "fmt/json_put.h"
#include "tool/bulkhead/db.h"

#define HOME_OPTS                                                                                              \
        { "format", 'f', "text|json", "how to print it", "text", false },                                      \
        { "db", 0, "FILE", "the database to use (default: vuln.db in the home folder)", NULL, false },         \
        { "home", 0, "FOLDER", "where database and keys lie (default: $XDG_DATA_HOME/bulkhead)", NULL, false }

static int wants_json(struct bh_cli *cli, struct bh_err *err) {
        const char *format = bh_cli_get(cli, "format");

        if (strcmp(format, "json") == 0)
                return 1;
        return strcmp(format, "text") == 0 ? 0 : bh_fail(err, BH_E_USAGE, "--format is text or json");
}

/* Advisory text goes to a terminal: no control characters. */
static void put_clean(struct bh_buf *out, struct bh_str text) {
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char) text.at[i];

                if (c != '\r')
                        bh_buf_putc(out, (c < 32 && c != '\n' && c != '\t') || c == 127 ? '?' : text.at[i]);
        }
}

static void put_day(struct bh_buf *out, int64_t s) {
        char date[21];

        bh_buf_add(out, s ? bh_str_part(bh_str_of(bh_time_print(s, date)), 0, 10) : BH_STR("-         "));
}

static void json_day(struct bh_json_put *j, const char *key, int64_t s) {
        char date[21];

        if (s)
                bh_json_put_cstr(j, key, bh_time_print(s, date));
}

static int emit(struct bh_buf *out) {
        (void) fwrite(out->at, 1, out->len, stdout);
        bh_buf_done(out);
        return 0;
}

static int info_json(struct bh_index *ix, const struct bh_index_info *info, struct bh_buf *out, struct bh_err *err) {
        struct bh_json_put j = { .out = out };
        char hex[65];

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "bytes", info->bytes);
        bh_json_put_cstr(&j, "root", bh_hex(info->root, sizeof info->root, hex));
        bh_json_put_cstr(&j, "key", bh_hex(info->key.bytes, sizeof info->key.bytes, hex));
        json_day(&j, "newest_data", info->date_s);
        bh_json_put_u64(&j, "vulnerabilities", info->n_vulns);
        bh_json_put_u64(&j, "packages", info->n_packages);
        bh_json_put_open(&j, "sources", '[');
        for (uint32_t i = 0; i < info->n_sources; i++) {
                struct bh_index_source s;
                int r = bh_index_source(ix, i, &s, err);

                if (r < 0)
                        return r;
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "name", s.source.name);
                json_day(&j, "date", s.source.date_s);
                bh_json_put_some(&j, "licence", s.source.licence);
                bh_json_put_some(&j, "url", s.source.url);
                bh_json_put_u64(&j, "advisories", s.n_advisories);
                bh_json_put_u64(&j, "facts", s.n_facts);
                bh_json_put_u64(&j, "gaps", s.n_gaps);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_open(&j, "spaces", '[');
        for (uint32_t i = 0; i < info->n_spaces; i++) {
                struct bh_index_space s;
                int r = bh_index_space(ix, i, &s, err);

                if (r < 0)
                        return r;
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "name", s.space);
                bh_json_put_cstr(&j, "ecosystem", bh_eco_str(s.eco));
                bh_json_put_u64(&j, "packages", s.n_packages);
                bh_json_put_u64(&j, "rows", s.n_rows);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}

static int info_sources(struct bh_index *ix, const struct bh_index_info *info, struct bh_buf *out, struct bh_err *err) {
        bh_buf_printf(out, "\n%-24s %-10s %10s %10s %5s  %s\n", "SOURCE", "DATE", "ADVISORIES", "FACTS", "GAPS", "LICENCE");
        for (uint32_t i = 0; i < info->n_sources; i++) {
                struct bh_index_source s;
                int r = bh_index_source(ix, i, &s, err);

                if (r < 0)
                        return r;
                bh_buf_printf(out, "%-24.*s ", BH_FMT(s.source.name));
                put_day(out, s.source.date_s);
                bh_buf_printf(out, " %10llu %10llu %5llu  ", (unsigned long long) s.n_advisories,
                              (unsigned long long) s.n_facts, (unsigned long long) s.n_gaps);
                put_clean(out, s.source.licence.len ? s.source.licence : BH_STR("unknown"));
                bh_buf_putc(out, '\n');
        }
        return 0;
}

/* One line a distribution: "debian 1-13 (9 releases)" would hide gaps, so all releases are listed. */
static int info_spaces(struct bh_index *ix, const struct bh_index_info *info, struct bh_buf *out, struct bh_err *err) {
        struct bh_str last = { 0 };

        bh_buf_puts(out, "\nKnows:");
        for (uint32_t i = 0; i < info->n_spaces; i++) {
                struct bh_index_space s;
                struct bh_str head, rest;
                int r = bh_index_space(ix, i, &s, err);

                if (r < 0)
                        return r;
                (void) bh_str_cut(s.space, ':', &head, &rest);
                if (!bh_str_eq(head, last))
                        bh_buf_printf(out, "\n  %-10.*s", BH_FMT(head));
                bh_buf_printf(out, " %.*s", BH_FMT(rest));
                last = head;
        }
        bh_buf_putc(out, '\n');
        return 0;
}

static int info_text(struct bh_index *ix, const char *path, const struct bh_index_info *info, struct bh_buf *out, struct bh_err *err) {
        char hex[17];
        int r;

        bh_buf_printf(out, "Database         %s\n", path);
        bh_buf_printf(out, "Size             %.1f MiB\n", (double) info->bytes / BH_MIB);
        bh_buf_puts(out, "Newest data      ");
        put_day(out, info->date_s);
        bh_buf_printf(out, "\nVulnerabilities  %u\nPackages         %u\n", info->n_vulns, info->n_packages);
        bh_buf_printf(out, "Signed by        %s...\n", bh_hex(info->key.bytes, 8, hex));
        r = info_sources(ix, info, out, err);
        return r < 0 ? r : info_spaces(ix, info, out, err);
}

/* Stale data is the most common wrong answer of a scanner: it is said where people look. */
static int warn_age(struct bh_cli *cli, struct bh_index *ix, const struct bh_index_info *info, struct bh_err *err) {
        int64_t now = (int64_t) time(NULL), before;
        struct bh_feed_source oldest = { 0 };
        uint32_t n_old = 0;
        uint64_t days = 14;
        int r = bh_cli_number(cli, "max-age", &days, err);

        before = now - (int64_t) BH_MIN(days, 36500u) * 86400;
        for (uint32_t i = 0; r >= 0 && i < info->n_sources; i++) {
                struct bh_index_source s;

                r = bh_index_source(ix, i, &s, err);
                if (r < 0 || !s.source.date_s || s.source.date_s >= before)
                        continue;
                n_old++;
                if (!oldest.date_s || s.source.date_s < oldest.date_s)
                        oldest = s.source;
        }
        if (r >= 0 && n_old)
                (void) fprintf(stderr,
                               "warning: %u of %u sources are more than %llu days old, the oldest (%.*s) %lld days; "
                               "bulkhead db update brings newer\n",
                               n_old, info->n_sources, (unsigned long long) days, BH_FMT(oldest.name),
                               (long long) ((now - oldest.date_s) / 86400));
        return r < 0 ? r : 0;
}

static int run_info(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = NULL;
        struct bh_index_info info;
        struct bh_depot depot;
        struct bh_buf out = { 0 };
        int json = wants_json(cli, err), r;

        if (json < 0)
                return json;
        r = bh_tool_open_index(cli, &depot, &ix, err);
        if (r < 0)
                return r;
        bh_index_info(ix, &info);
        r = json ? info_json(ix, &info, &out, err) : info_text(ix, depot.index, &info, &out, err);
        if (r < 0) {
                bh_buf_done(&out);
                return r;
        }
        BH_IGNORE(emit(&out));
        return warn_age(cli, ix, &info, err);
}

static const struct bh_opt info_opts[] = {
        { "max-age", 0, "DAYS", "warn of sources that are older", "14", false },
        HOME_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

const struct bh_cmd bh_cmd_db_info = {
        .name = "db info",
        .about = "what the vulnerability database knows, from whom, and how old it is",
        .examples = "  bulkhead db info\n  bulkhead db info --format json | jq '.sources[].name'\n",
        .opts = info_opts,
        .run = run_info,
};

static void text_ratings(struct bh_buf *out, const char *label, const struct bh_rating *list, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                bh_buf_printf(out, "  %-12s %.*s  (%.*s)\n", label, BH_FMT(list[i].text), BH_FMT(list[i].source));
}

static void text_list(struct bh_buf *out, const char *label, const struct bh_str *list, uint32_t n) {
        if (!n)
                return;
        bh_buf_printf(out, "  %-12s", label);
        for (uint32_t i = 0; i < n; i++)
                bh_buf_printf(out, "%s %.*s", i ? "," : "", BH_FMT(list[i]));
        bh_buf_putc(out, '\n');
}

static void text_exploits(struct bh_buf *out, const struct bh_vuln *v) {
        if (v->kev) {
                bh_buf_puts(out, "  exploited    in the wild, listed by CISA on ");
                put_day(out, v->kev_date_s);
                bh_buf_puts(out, v->ransomware ? ", also by ransomware\n" : "\n");
        }
        for (uint32_t i = 0; i < v->n_exploits; i++)
                bh_buf_printf(out, "  exploit      %.*s%s\n", BH_FMT(v->exploits[i].id), v->exploits[i].verified ? " (verified)" : "");
        if (v->epss > 0)
                bh_buf_printf(out, "  EPSS         %.5f\n", v->epss);
        if (v->ssvc.len)
                bh_buf_printf(out, "  SSVC         %.*s\n", BH_FMT(v->ssvc));
}

static void text_vuln(struct bh_buf *out, const struct bh_vuln *v, const struct bh_vuln_text *t) {
        bh_buf_printf(out, "%.*s", BH_FMT(v->id));
        if (t->summary.len)
                bh_buf_puts(out, "  ");
        put_clean(out, t->summary);
        bh_buf_puts(out, v->rejected ? "  [REJECTED]\n" : v->withdrawn ? "  [WITHDRAWN]\n" : "\n");
        text_list(out, "also", v->aliases, v->n_aliases);
        text_list(out, "weakness", v->cwes, v->n_cwes);
        text_ratings(out, "CVSS", v->cvss, v->n_cvss);
        text_ratings(out, "severity", v->severities, v->n_severities);
        text_exploits(out, v);
        if (v->published_s) {
                bh_buf_puts(out, "  published    ");
                put_day(out, v->published_s);
                bh_buf_putc(out, '\n');
        }
        if (t->details.len) {
                bh_buf_putc(out, '\n');
                put_clean(out, t->details);
                bh_buf_puts(out, "\n\n");
        }
        for (uint32_t i = 0; i < t->n_references; i++) {
                bh_buf_puts(out, "  ");
                put_clean(out, t->references[i]);
                bh_buf_putc(out, '\n');
        }
}

static void json_strings(struct bh_json_put *j, const char *key, const struct bh_str *list, uint32_t n) {
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, list[i]);
        bh_json_put_close(j);
}

static void json_ratings(struct bh_json_put *j, const char *key, const char *what, const struct bh_rating *list, uint32_t n) {
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, what, list[i].text);
                bh_json_put_str(j, "source", list[i].source);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void json_vuln(struct bh_json_put *j, const struct bh_vuln *v, const struct bh_vuln_text *t) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "id", v->id);
        bh_json_put_some(j, "summary", t->summary);
        bh_json_put_some(j, "details", t->details);
        json_strings(j, "aliases", v->aliases, v->n_aliases);
        json_strings(j, "cwes", v->cwes, v->n_cwes);
        json_ratings(j, "cvss", "vector", v->cvss, v->n_cvss);
        json_ratings(j, "severities", "severity", v->severities, v->n_severities);
        bh_json_put_bool(j, "kev", v->kev);
        json_day(j, "kev_date", v->kev_date_s);
        bh_json_put_bool(j, "ransomware", v->ransomware);
        if (v->epss > 0)
                bh_json_put_double(j, "epss", v->epss, 6);
        bh_json_put_some(j, "ssvc", v->ssvc);
        bh_json_put_open(j, "exploits", '[');
        for (uint32_t i = 0; i < v->n_exploits; i++)
                bh_json_put_str(j, NULL, v->exploits[i].id);
        bh_json_put_close(j);
        json_day(j, "published", v->published_s);
        json_day(j, "modified", v->modified_s);
        bh_json_put_bool(j, "withdrawn", v->withdrawn);
        bh_json_put_bool(j, "rejected", v->rejected);
        json_strings(j, "references", t->references, t->n_references);
        bh_json_put_close(j);
}

struct search {
        struct bh_cli *cli;
        struct bh_index *ix;
        struct bh_buf out;
        struct bh_json_put j;
        bool json;
        uint64_t limit, n_more;
};

static int show_vulns(struct search *s, const uint32_t *list, uint32_t n, struct bh_err *err) {
        for (uint32_t i = 0; i < n; i++) {
                struct bh_vuln v;
                struct bh_vuln_text t;
                int r = bh_index_vuln(s->ix, s->cli->arena, list[i], &v, err);

                if (r == 0)
                        r = bh_index_text(s->ix, s->cli->arena, list[i], &t, err);
                if (r < 0)
                        return r;
                if (s->json)
                        json_vuln(&s->j, &v, &t);
                else {
                        if (i)
                                bh_buf_putc(&s->out, '\n');
                        text_vuln(&s->out, &v, &t);
                }
        }
        return 0;
}

static struct bh_str first_fix(const struct bh_statement *s) {
        for (uint32_t i = s->n_ranges; i > 0; i--)
                if (s->ranges[i - 1].fixed.len)
                        return s->ranges[i - 1].fixed;
        return (struct bh_str){ 0 };
}

static void show_row(struct search *s, struct bh_str id, const struct bh_statement *said) {
        struct bh_str fix = first_fix(said);

        if (!s->json) {
                bh_buf_printf(&s->out, "%-20.*s %-22.*s %-14s %.*s%s%.*s\n", BH_FMT(id), BH_FMT(said->space),
                              bh_status_str(said->status), BH_FMT(fix), said->fix_id.len ? "  " : "", BH_FMT(said->fix_id));
                return;
        }
        bh_json_put_open(&s->j, NULL, '{');
        bh_json_put_str(&s->j, "id", id);
        bh_json_put_str(&s->j, "space", said->space);
        bh_json_put_str(&s->j, "package", said->package);
        bh_json_put_cstr(&s->j, "kind", said->binary ? "binary" : "source");
        bh_json_put_cstr(&s->j, "status", bh_status_str(said->status));
        bh_json_put_some(&s->j, "fixed", fix);
        bh_json_put_some(&s->j, "erratum", said->fix_id);
        bh_json_put_some(&s->j, "module", said->module);
        bh_json_put_some(&s->j, "arch", said->arch);
        bh_json_put_some(&s->j, "severity", said->severity);
        bh_json_put_str(&s->j, "source", said->source);
        bh_json_put_close(&s->j);
}

/* All that one space says of the package; 1 when it says anything. */
static int show_package(struct search *s, struct bh_str space, struct bh_str name, bool binary, struct bh_err *err) {
        struct bh_index_rows rows;
        int r = bh_index_rows(s->ix, s->cli->arena, space, name, binary, &rows, err);

        for (uint32_t i = 0; r == 1 && i < rows.n_rows; i++) {
                struct bh_statement said;
                struct bh_str id;

                if (s->limit == 0) {
                        s->n_more += rows.n_rows - i;
                        break;
                }
                s->limit--;
                r = bh_index_vuln_id(s->ix, rows.rows[i].vuln, &id, err);
                if (r == 0)
                        r = bh_index_statement(s->ix, s->cli->arena, &rows, rows.rows[i].statement, &said, err);
                if (r < 0)
                        return r;
                show_row(s, id, &said);
                r = 1;
        }
        return r;
}

static int show_packages(struct search *s, struct bh_str word, bool *ret_found, struct bh_err *err) {
        const char *only = bh_cli_get(s->cli, "space");
        struct bh_index_info info;
        int r = 0;

        bh_index_info(s->ix, &info);
        for (uint32_t i = 0; r >= 0 && i < info.n_spaces; i++) {
                struct bh_index_space space;

                r = bh_index_space(s->ix, i, &space, err);
                if (r < 0 || (only && !bh_str_is(space.space, only)))
                        continue;
                for (int binary = 0; r >= 0 && binary < 2; binary++) {
                        r = show_package(s, space.space, bh_package_key(s->cli->arena, space.eco, word), binary, err);
                        *ret_found |= r == 1;
                }
        }
        return r < 0 ? r : 0;
}

/* "log4j-core" is the end of "org.apache.logging.log4j:log4j-core": whole names that end so, each once. */
static int suggest(struct search *s, struct bh_str word, struct bh_buf *out, struct bh_err *err) {
        struct bh_map seen = bh_map_in(s->cli->arena);
        struct bh_index_info info;

        bh_index_info(s->ix, &info);
        for (uint32_t i = 0; i < info.n_packages && seen.len < 5; i++) {
                struct bh_str space, name, head;
                bool binary;
                int r = bh_index_package(s->ix, i, &space, &name, &binary, err);

                if (r < 0)
                        return r;
                head = name;
                if (!bh_str_cut_suffix(&head, word) || !head.len || bh_str_chr(BH_STR(":/"), head.at[head.len - 1]) < 0 ||
                    bh_map_set(&seen, name, s))
                        continue;
                bh_buf_printf(out, "%s%s", out->len ? ", " : "", BH_QUOTE(name));
        }
        return 0;
}

static int not_found(struct search *s, struct bh_str word, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf names = { 0 };
        int r = word.len ? suggest(s, word, &names, err) : 0;

        if (r < 0)
                return r;
        if (names.len)
                return bh_fail(err, BH_E_NOTFOUND, "no package is called just %s; there is %.*s", BH_QUOTE(word),
                               BH_FMT(bh_buf_str(&names)));
        return bh_fail(err, BH_E_NOTFOUND, "the database has no vulnerability and no package %s", BH_QUOTE(word));
}

static int search(struct search *s, struct bh_str word, struct bh_err *err) {
        uint32_t *list, n;
        bool found = false;
        int r = bh_index_find(s->ix, s->cli->arena, word, &list, &n, err);

        if (r < 0)
                return r;
        if (s->json)
                bh_json_put_open(&s->j, NULL, '[');
        r = n ? show_vulns(s, list, n, err) : show_packages(s, word, &found, err);
        if (r < 0)
                return r;
        if (s->json)
                bh_json_put_close(&s->j);
        if (!n && !found)
                return not_found(s, word, err);
        return 0;
}

static int run_search(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = NULL;
        struct search s = { .cli = cli };
        struct bh_depot depot;
        int json = wants_json(cli, err), r;

        if (json < 0)
                return json;
        if (cli->n_args != 1)
                return bh_fail(err, BH_E_USAGE, "search for what? a CVE, an alias, an erratum or a package");
        r = bh_cli_number(cli, "limit", &s.limit, err);
        if (r >= 0)
                r = bh_tool_open_index(cli, &depot, &ix, err);
        if (r < 0)
                return r;
        s.ix = ix;
        s.json = json;
        s.j.out = &s.out;
        r = search(&s, bh_str_of(cli->args[0]), err);
        if (r < 0) {
                bh_buf_done(&s.out);
                return r;
        }
        if (s.n_more)
                (void) fprintf(stderr, "%llu more rows; --limit shows more, --space narrows it\n", (unsigned long long) s.n_more);
        return emit(&s.out);
}

static const struct bh_opt search_opts[] = {
        { "space", 0, "SPACE", "of a package only this: debian:12, npm, ...", NULL, false },
        { "limit", 0, "N", "at most that many rows of a package", "1000", false },
        HOME_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

const struct bh_cmd bh_cmd_db_search = {
        .name = "db search",
        .about = "show a vulnerability, or what is known of a package",
        .args = "CVE|ALIAS|ERRATUM|PACKAGE",
        .examples = "  bulkhead db search CVE-2021-44228\n  bulkhead db search RHSA-2024:1234\n"
                    "  bulkhead db search openssl --space debian:12\n",
        .opts = search_opts,
        .run = run_search,
};
