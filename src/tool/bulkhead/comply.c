/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead comply: how this machine, its engines, containers and their software are set up, against the baselines. */
#include "tool/bulkhead/comply.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cur.h"
#include "base/limits.h"
#include "comply/collect.h"
#include "comply/collect/password.h"
#include "comply/jail.h"
#include "comply/k8s/facts.h"
#include "comply/k8s/pss.h"
#include "comply/report.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/components.h"
#include "tool/bulkhead/db.h"
#include "tool/bulkhead/k8s_files.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/password_facts.h"
#include "tool/bulkhead/passwords_look.h"
#include "tool/bulkhead/state.h"
#include "tool/content_dir.h"

static const struct bh_opt opts[] = {
        { "fail-on", 0, "SEVERITY", "exit with 1 when a check of this severity or worse fails: info, low, medium, high, critical, or never", "high", false },
        { "output", 'o', "FORMAT[=FILE]", "how, and where to: table, html, json, csv, junit, oscal or lines; without FILE to standard output", NULL, true },
        BH_COMPLY_OPTS("0"),
        { NULL, 0, NULL, NULL, NULL, false },
};

enum { MAX_OUTPUTS = 16 };

struct run {
        struct bh_cli *cli;
        const struct bh_comply_format *formats;
        const struct bh_comply_extra *extra;
        struct bh_checks checks;
        struct bh_facts facts;
        struct bh_comply_report report;
        struct bh_comply_exceptions exceptions;
        enum bh_lang lang;
        int fail_on; /* enum bh_comply_severity; _MAX: never */
        struct bh_comply_opts judge;
        const char *record;   /* where the last run is remembered */
        struct bh_str before; /* what it found; empty: nothing to compare with */
        struct bh_str unlooked; /* of passwords, when none are guessed this time: for the next run */
        struct bh_depot depot;
        struct bh_index *index; /* NULL: there is none */
        struct bh_tool_k8s k8s; /* objects of a cluster, in place of this machine */
        struct bh_tool_passwords passwords;
        struct bh_err passwords_why; /* why nothing was guessed */
        bool is_cluster, guessed, guess_failed;
        unsigned minor;
        bool colour[MAX_OUTPUTS];
        unsigned columns[MAX_OUTPUTS];
};

/* ---- what was typed ---- */

static const struct bh_comply_format *format_of(const struct run *x, struct bh_str name) {
        for (const struct bh_comply_format *f = x->formats; f->name; f++)
                if (bh_str_is(name, f->name))
                        return f;
        return NULL;
}

static int read_severity(struct run *x, struct bh_err *err) {
        struct bh_str word = bh_str_of(bh_cli_get(x->cli, "fail-on"));

        x->fail_on = 0;
        while (x->fail_on < _BH_COMPLY_SEVERITY_MAX && !bh_str_is(word, bh_comply_severity_str((enum bh_comply_severity) x->fail_on)))
                x->fail_on++;
        if (x->fail_on == _BH_COMPLY_SEVERITY_MAX && !bh_str_is(word, "never"))
                return bh_fail(err, BH_E_USAGE, "--fail-on: %s is no severity, nor never", BH_QUOTE(word));
        return 0;
}

static int read_words(struct run *x, struct bh_err *err) {
        struct bh_str language = bh_str_of(bh_cli_get(x->cli, "language"));
        struct bh_output o;
        uint64_t level = 0;
        int r = bh_output_places(x->cli, err);

        r = r < 0 || !bh_cli_has(x->cli, "level") ? r : bh_cli_number(x->cli, "level", &level, err);
        r = r < 0 ? r : read_severity(x, err);
        for (size_t i = 0; r >= 0 && bh_output_at(x->cli, i, &o); i++)
                if (!format_of(x, o.format) || i == MAX_OUTPUTS)
                        r = i == MAX_OUTPUTS ? bh_fail(err, BH_E_USAGE, "at most %d reports at once", MAX_OUTPUTS)
                                             : bh_fail(err, BH_E_USAGE, "there is no format %s; --help lists them", BH_QUOTE(o.format));
        if (r >= 0 && !bh_str_is(language, "en") && !bh_str_is(language, "zh"))
                r = bh_fail(err, BH_E_USAGE, "--language is en or zh");
        x->lang = bh_str_is(language, "zh") ? BH_LANG_ZH : BH_LANG_EN;
        x->judge = (struct bh_comply_opts){ bh_str_of(bh_cli_get(x->cli, "benchmark")), bh_str_of(bh_cli_get(x->cli, "check")), (unsigned) BH_MIN(level, 9u) };
        return r;
}

static int load_checks(struct run *x, struct bh_err *err) {
        const struct bh_comply_opts *o = &x->judge;
        const char *ours, *theirs;
        int r = bh_tool_content_folder(x->cli, "baselines", &ours, err);

        x->checks.only = o->benchmark.len || o->check.len || o->level ? o : NULL;
        r = r < 0 ? r : bh_checks_load(&x->checks, ours, err);
        for (size_t i = 0; r >= 0 && (theirs = bh_cli_nth(x->cli, "baselines", i)); i++)
                r = bh_checks_load(&x->checks, theirs, err);
        return r;
}

static int load_exceptions(struct run *x, struct bh_err *err) {
        const char *path;
        struct bh_str text;
        int r = 0;

        for (size_t i = 0; r >= 0 && (path = bh_cli_nth(x->cli, "exceptions", i)); i++) {
                r = bh_fd_read_file(x->cli->arena, path, BH_LIMIT_BASELINE_FILE, &text, err);
                r = r < 0 ? r : bh_comply_exceptions_parse(x->cli->arena, bh_str_of(path), text, &x->exceptions, err);
        }
        return r;
}

/* Without one, checks of components can tell nothing, and say so. */
static int open_index(struct run *x, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = bh_tool_open_index(x->cli, &x->depot, &x->index, &why);

        if (r >= 0 || (r == BH_E_NOTFOUND && !bh_cli_has(x->cli, "db")))
                return 0;
        *err = why;
        return r;
}

/* ---- in the jail: what is there, and how it is judged ---- */

static void judge(struct run *x) {
        struct bh_gap *notes;
        size_t n;

        const struct bh_host_facts host = bh_host_of_facts(&x->facts);

        x->report.host = host.name;
        x->report.distribution = host.distribution;
        bh_comply_judge(&x->checks, &x->facts, &x->judge, x->cli->arena, &x->report);
        bh_comply_except(&x->exceptions, x->report.when_s, &x->report, x->cli->arena, &notes, &n);
        for (size_t i = 0; i < n; i++)
                *bh_vec_add(x->facts.arena, &x->facts.gaps) = notes[i];
}

static void compare(struct run *x) {
        struct bh_err why = BH_ERR_NONE;

        if (x->before.len && bh_comply_compare(x->before, &x->report, x->cli->arena, &why) < 0)
                bh_facts_gap(&x->facts, bh_str_of(x->record), &why);
}

static bool is_refused(const struct run *x) {
        for (size_t i = 0; i < x->report.n; i++) {
                const struct bh_comply_result *r = &x->report.results[i];

                if (r->state == BH_COMPLY_FAIL && !r->exception && (int) r->check->severity >= x->fail_on)
                        return true;
        }
        return false;
}

/* The record for the next run, then each report, in the order they were asked for. 1: it is refused. */
static int cluster_facts(struct run *x, struct bh_err *err) {
        int r = bh_tool_k8s_parse(x->cli->arena, &x->k8s, err);

        if (r < 0)
                return r;
        bh_k8s_facts(&x->k8s.objects, x->minor, &x->facts);
        for (size_t i = 0; i < x->k8s.gaps.len; i++)
                *bh_vec_add(x->facts.arena, &x->facts.gaps) = x->k8s.gaps.at[i];
        return 0;
}

/* They were found outside: guessing has a jail of its own. */
static void password_facts(struct run *x) {
        if (x->guessed)
                bh_password_facts(&x->passwords.opts, &x->passwords.found, &x->facts);
        else
                bh_facts_unlooked(&x->facts, &bh_kind_password, x->guess_failed, &x->passwords_why);
}

static int inside(const struct bh_reach *reach, void *user, struct bh_buf *out, struct bh_err *err) {
        struct run *x = user;
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_output o;

        bh_facts_init(&x->facts, x->cli->arena);
        if (x->is_cluster) {
                int r = cluster_facts(x, err);

                if (r < 0)
                        return r;
        } else {
                bh_collect_facts(reach, x->checks.only ? &x->checks : NULL, &x->facts);
                bh_components_judge(&x->facts, x->index);
                password_facts(x);
        }
        judge(x);
        compare(x);
        if (x->report.n == 0)
                return bh_fail(err, BH_E_USAGE, "no check is such; `bulkhead baselines list` names all");
        x->report.gaps = x->facts.gaps.at;
        x->report.n_gaps = x->facts.gaps.len;
        bh_comply_remember(&x->report, &text);
        bh_buf_slice(out, bh_buf_str(&text));
        for (size_t i = 0; bh_output_at(x->cli, i, &o); i++) {
                const struct bh_comply_format *format = format_of(x, o.format);
                struct bh_comply_view view = { x->lang, x->colour[i], bh_cli_has(x->cli, "all"), x->columns[i], x->extra };

                bh_buf_clear(&text);
                if (format) /* it was asked for before anything was looked at */
                        format->write(&x->report, &view, &text);
                bh_buf_slice(out, bh_buf_str(&text));
        }
        return is_refused(x);
}

/* ---- outside: who has the rights, and the files ---- */

static int read_objects(struct run *x, struct bh_err *err) {
        BH_VEC(const char *) paths = { 0 };
        struct bh_str version = bh_str_of(bh_cli_get(x->cli, "kubernetes-version"));
        const char *path;
        int r;

        if (!bh_pss_version_of(version, &x->minor))
                return bh_fail(err, BH_E_USAGE, "--kubernetes-version: %s is neither a version such as 1.30 nor latest", BH_QUOTE(version));
        for (size_t i = 0; (path = bh_cli_nth(x->cli, "kubernetes", i)); i++)
                *bh_vec_add(x->cli->arena, &paths) = path;
        x->is_cluster = paths.len || bh_tool_k8s_is_live(x->cli);
        r = bh_tool_k8s_read(x->cli, paths.at, paths.len, &x->k8s, err);
        return r < 0 || !bh_tool_k8s_is_live(x->cli) ? r : bh_tool_k8s_fetch(x->cli, &x->k8s, err);
}

/* What hinders it is said by its checks; the others go on. */
static int guess(struct run *x, struct bh_err *err) {
        struct bh_tool_passwords *p = &x->passwords;
        uint64_t seconds = 0, percent = 100;
        int r = bh_cli_number(x->cli, "passwords", &seconds, err);

        r = r < 0 ? r : bh_cli_number(x->cli, "passwords-percent", &percent, err);
        if (r >= 0 && (percent < 1 || percent > 100 || seconds > 1000000))
                r = bh_fail(err, BH_E_USAGE, "--passwords is at most 1000000 and --passwords-percent between 1 and 100");
        if (r < 0)
                return r;
        BH_IGNORE(bh_fail(&x->passwords_why, BH_E_NOTFOUND, "passwords were not guessed: --passwords SECONDS does that"));
        if (seconds == 0 || x->is_cluster || !bh_comply_asks(&x->checks, &x->judge, &bh_kind_password))
                return 0;
        *p = (struct bh_tool_passwords){ .cli = x->cli, .all = !bh_cli_has(x->cli, "root"), .state = bh_arena_printf(x->cli->arena, "%s/passwords", bh_tool_state_dir(x->cli)).at };
        p->opts.cpu_ms = seconds * 1000;
        p->opts.cpu_percent = (unsigned) percent;
        p->opts.wall_ms = p->opts.cpu_ms * 100 / percent * 2 + 5000; /* twice what it should take, on however busy a machine */
        x->guessed = bh_tool_passwords_look(p, &x->passwords_why) >= 0;
        x->guess_failed = !x->guessed;
        return 0;
}

static int collect(struct run *x, struct bh_buf *out, struct bh_err *err) {
        const struct bh_reach_opts where = { bh_cli_get(x->cli, "docker"), bh_cli_get(x->cli, "podman"), bh_cli_get(x->cli, "root") };
        struct bh_reach_direct *reach;
        struct bh_output o;
        int r = bh_reach_open(x->cli->arena, &where, &reach, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(x->colour) && bh_output_at(x->cli, i, &o); i++) {
                x->colour[i] = bh_output_colour(x->cli, &o);
                x->columns[i] = bh_output_columns(&o);
        }
        x->report.when_s = time(NULL);
        r = bh_comply_jail(bh_reach_of(reach), inside, x, out, err);
        bh_reach_close(&reach);
        return r;
}

/* A part of the checks, or a folder, is compared with nothing. */
static bool is_whole(const struct run *x) {
        return !x->is_cluster && !bh_cli_has(x->cli, "forget") && !bh_cli_has(x->cli, "root") && x->judge.benchmark.len == 0 && x->judge.check.len == 0 && x->judge.level == 0;
}

static int load_record(struct run *x, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r;

        x->record = bh_arena_printf(x->cli->arena, "%s/comply", bh_tool_state_dir(x->cli)).at;
        if (!is_whole(x))
                return 0;
        r = bh_fd_read_file(x->cli->arena, x->record, BH_LIMIT_BASELINE_RECORD, &x->before, &why);
        if (r >= 0 || why.sys == ENOENT)
                return 0;
        *err = why;
        return r;
}

/* A run without guesses says nothing of passwords: what was known of them stays known. */
static void set_apart(struct run *x) {
        BH_CLEANUP(bh_buf_done) struct bh_buf of_it = { 0 }, others = { 0 };

        if (x->guessed || !x->before.len)
                return;
        bh_comply_part(x->before, &bh_kind_password, &of_it, &others);
        x->unlooked = bh_arena_str(x->cli->arena, bh_buf_str(&of_it));
        x->before = bh_arena_str(x->cli->arena, bh_buf_str(&others));
}

static int remember(struct run *x, struct bh_str record, struct bh_err *err) {
        const char *folder = bh_tool_state_dir(x->cli);

        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", folder);
        return bh_fd_write_own(x->record, record, x->unlooked, err);
}

static struct bh_str next_slice(struct bh_cur *c) {
        return bh_cur_take(c, (size_t) bh_cur_uvarint(c));
}

static int write_all(struct run *x, struct bh_str all, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(all);
        struct bh_str record = next_slice(&c);
        struct bh_output o;
        int r = 0;

        for (size_t i = 0; r >= 0 && bh_output_at(x->cli, i, &o); i++)
                r = bh_output_bytes(o.path, next_slice(&c), err);
        if (r >= 0 && c.bad)
                r = bh_fail(err, BH_E_BUG, "reports that are none");
        return r < 0 || !is_whole(x) ? r : remember(x, record, err);
}

static int look(struct run *x, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int refused, r = read_words(x, err);

        r = r < 0 ? r : load_checks(x, err);
        r = r < 0 ? r : load_exceptions(x, err);
        if (r >= 0 && x->judge.benchmark.len && !bh_checks_have(&x->checks, x->judge.benchmark))
                r = bh_fail(err, BH_E_USAGE, "there is no benchmark %s; `bulkhead baselines list` names them", BH_QUOTE(x->judge.benchmark));
        r = r < 0 ? r : read_objects(x, err);
        r = r < 0 ? r : load_record(x, err);
        r = r < 0 ? r : open_index(x, err);
        r = r < 0 ? r : guess(x, err);
        set_apart(x);
        refused = r < 0 ? r : collect(x, &out, err);
        r = refused < 0 ? refused : write_all(x, bh_buf_str(&out), err);
        return r < 0 ? r : refused ? BH_EXIT_POLICY : BH_EXIT_FINE;
}

int bh_tool_comply(struct bh_cli *cli, const struct bh_comply_format *formats, const struct bh_comply_extra *extra, struct bh_err *err) {
        struct run x = { .cli = cli, .formats = formats, .extra = extra };
        int r;

        bh_checks_init(&x.checks, cli->arena);
        r = look(&x, err);
        bh_checks_done(&x.checks);
        bh_index_close(&x.index);
        bh_tool_passwords_done(&x.passwords);
        return r;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        return bh_tool_comply(cli, bh_comply_formats, NULL, err);
}

const struct bh_cmd bh_cmd_comply = {
        .name = "comply",
        .about = "check how this machine, its engines, containers and their software are set up",
        .text = "Everything is read, nothing is run, and no container is entered. Each check that fails shows what was seen, where, and what to\n"
                "change. As root it sees all of it; else it says what it could not see.\n",
        .examples = "  sudo bulkhead comply\n  sudo bulkhead comply --benchmark cis-docker-1.6.0 --all\n  sudo bulkhead comply --language zh -o json=comply.json\n"
                    "  sudo bulkhead comply --baselines ./our-checks --exceptions ours.yaml --fail-on critical\n"
                    "  bulkhead comply --cluster --benchmark cis-kubernetes-1.12\n"
                    "  kubectl get -A -o json all,ns,sa,netpol,clusterroles,clusterrolebindings,roles,rolebindings > c.json; bulkhead comply --kubernetes c.json\n",
        .opts = opts,
        .run = run,
};
