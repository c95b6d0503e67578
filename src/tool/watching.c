/* SPDX-License-Identifier: Apache-2.0 */
/* Watching, as bulkhead watch and the agent do it: from options to events, alerts and back. */
#include "tool/watching.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "guard/engine.h"
#include "sense/sense.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/trim.h"
#include "tool/bulkhead/state.h"
#include "tool/content_dir.h"

enum { TURN_MS = 50, TICK_MS = 50, LOGS_MS = 200, CLOSE_MS = 5000, ENOUGH = 2 /* what on_event says to end a poll */ };

static volatile sig_atomic_t ending, hangup;

static void on_signal(int signal) {
        if (signal == SIGHUP)
                hangup = 1;
        else
                ending = 1;
}

/* ---- options to structs ---- */

static int read_priority(struct bh_watch *w, struct bh_err *err) {
        struct bh_str word = bh_str_of(bh_cli_get(w->cli, "priority"));

        return bh_priority_of(word, &w->guard_opts.least) ? 0 : bh_fail(err, BH_E_USAGE, "--priority: %s is no priority such as warning", BH_QUOTE(word));
}

static int read_mode(struct bh_watch *w, struct bh_err *err) {
        const char *word = bh_cli_get(w->cli, "mode");
        enum bh_respond_mode mode;

        w->guard_opts.mode = -1;
        if (word && !bh_respond_mode_of(bh_str_of(word), &mode))
                return bh_fail(err, BH_E_USAGE, "--mode: %s is none of observe, dry-run, act", BH_QUOTE(bh_str_of(word)));
        if (word)
                w->guard_opts.mode = (int) mode;
        if (bh_cli_has(w->cli, "replay") && bh_cli_has(w->cli, "responses") && w->guard_opts.mode != BH_RESPOND_OBSERVE)
                w->guard_opts.mode = BH_RESPOND_DRY_RUN; /* what is recorded is over, and its process numbers are others' by now */
        return 0;
}

static const char *const *list_of(struct bh_watch *w, const char *option, size_t *ret_n) {
        BH_VEC(const char *) all = { 0 };
        const char *value;

        while ((value = bh_cli_nth(w->cli, option, all.len)))
                *bh_vec_add(w->cli->arena, &all) = value;
        *ret_n = all.len;
        return all.at;
}

static int read_rules(struct bh_watch *w, struct bh_err *err) {
        const char **ours;
        int r;

        w->guard_opts.rules = list_of(w, "rules", &w->guard_opts.n_rules);
        if (w->guard_opts.n_rules)
                return 0;
        ours = bh_arena_make(w->cli->arena, const char *);
        r = bh_tool_content_folder(w->cli, "rules", ours, err);
        w->guard_opts.rules = ours;
        w->guard_opts.n_rules = 1;
        w->guard_opts.worst_first = true; /* ours lie in files by topic, not by order */
        return r;
}

static void add_switches(struct bh_watch *w, const char *option, bool enable) {
        const char *value;

        for (size_t i = 0; (value = bh_cli_nth(w->cli, option, i)); i++) {
                struct bh_str text = bh_str_of(value);
                bool tag = bh_str_cut_prefix(&text, BH_STR("tag:"));

                *bh_vec_add(w->cli->arena, &w->switches) = (struct bh_rule_switch){ .enable = enable, .rule = tag ? BH_STR("") : text,
                                                                                    .tag = tag ? text : BH_STR("") };
        }
}

static int read_append(struct bh_watch *w, struct bh_err *err) {
        const char *path = bh_cli_get(w->cli, "append-output");
        struct bh_str text;
        int r;

        w->guard_opts.alerts = (struct bh_alerter_opts){ .append = bh_append_default, .iso_time = bh_cli_has(w->cli, "iso-time"),
                                                         .message = bh_cli_has(w->cli, "message") };
        if (!path)
                return 0;
        r = bh_fd_read_file(w->cli->arena, path, BH_LIMIT_CONFIG_FILE, &text, err);
        return r < 0 ? r : bh_append_parse(w->cli->arena, bh_str_of(path), text, &w->guard_opts.alerts.append, err);
}

static int read_options(struct bh_watch *w, struct bh_err *err) {
        struct bh_guard_opts *g = &w->guard_opts;
        const char *container = bh_cli_get(w->cli, "container");
        int r = read_priority(w, err);

        r = r < 0 ? r : read_mode(w, err);
        r = r < 0 ? r : read_rules(w, err);
        r = r < 0 ? r : read_append(w, err);
        add_switches(w, "disable", false);
        add_switches(w, "enable", true);
        g->switches = w->switches.at;
        g->n_switches = w->switches.len;
        g->all_matches = bh_cli_has(w->cli, "all-matches");
        g->live = !bh_cli_has(w->cli, "replay");
        g->container = bh_str_of(container);
        g->state_dir = bh_tool_state_dir(w->cli);
        g->allow = bh_tool_allow_file(w->cli);
        g->responses = bh_cli_get(w->cli, "responses");
        g->hashes = list_of(w, "hashes", &g->n_hashes);
        return r;
}

/* ---- outputs ---- */

static int open_output(struct bh_watch *w, const char *text, struct bh_err *err) {
        struct bh_output_spec *spec = bh_arena_make(w->cli->arena, struct bh_output_spec);
        int r;

        if (w->n_outputs == BH_LIMIT_OUTPUTS)
                return bh_fail(err, BH_E_USAGE, "more than %d outputs", BH_LIMIT_OUTPUTS);
        r = bh_output_spec_parse(w->cli->arena, text, spec, err);
        r = r < 0 ? r : bh_output_open(spec, &bh_source_syscall, &w->outputs[w->n_outputs], err);
        w->n_outputs += r >= 0;
        return r;
}

static int open_outputs(struct bh_watch *w, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(w->cli, "format"));
        const char *text;
        int r = 0;

        if (!w->port && !bh_str_is(format, "text") && !bh_str_is(format, "json"))
                return bh_fail(err, BH_E_USAGE, "--format: %s is neither text nor json", BH_QUOTE(format));
        for (size_t i = 0; r >= 0 && (text = bh_cli_nth(w->cli, "output", i)); i++)
                r = open_output(w, text, err);
        if (r >= 0 && w->n_outputs == 0 && !w->port)
                r = open_output(w, bh_arena_printf(w->cli->arena, "stdout,format=%.*s", BH_FMT(format)).at, err);
        w->guard_opts.outputs = w->outputs;
        w->guard_opts.n_outputs = w->n_outputs;
        return r;
}

/* ---- the sensor ---- */

static void on_changed(void *user) {
        ((struct bh_watch *) user)->refilter = true;
}

static struct bh_process *on_process(void *user, uint32_t pid) {
        const struct bh_watch *w = user;

        return w->sense ? bh_sense_process(w->sense, pid) : NULL;
}

static int on_prevent(void *user, const struct bh_prevent_port **ret, struct bh_err *err) {
        struct bh_watch *w = user;

        return w->sense ? bh_sense_prevent(w->sense, ret, err) : 0;
}

static int filter(struct bh_watch *w, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_interest interest = { 0 };
        int r;

        bh_guard_interest(w->guard, &bh_source_syscall, arena, &interest);
        r = bh_sense_filter(w->sense, &interest, err);
        bh_arena_free(&arena);
        w->refilter = false;
        return r;
}

static int open_sense(struct bh_watch *w, struct bh_err *err) {
        const char *replay = bh_cli_get(w->cli, "replay"), *pin = bh_cli_get(w->cli, "pin"), *backend = bh_cli_get(w->cli, "backend");
        struct bh_sense_opts o = { .backend = replay ? "replay" : pin ? "ebpf" : backend, .record = bh_cli_get(w->cli, "record"),
                                   .how = { .file = replay, .pin_dir = pin, .at_full_speed = true, .no_filter = bh_cli_has(w->cli, "no-filter") } };
        int r;

        if (pin && (replay || (backend && strcmp(backend, "ebpf") != 0)))
                return bh_fail(err, BH_E_USAGE, "--pin: only programs in the kernel can be pinned, those of the back end ebpf");
        r = bh_sense_open(&o, &w->sense, err);
        return r < 0 ? r : filter(w, err);
}

static int on_event(void *user, const struct bh_event *e) {
        struct bh_watch *w = user;

        (void) bh_guard_event(w->guard, &bh_source_syscall, e);
        if (w->port && w->port->executed && e->head.type == BH_EV_EXECVE && e->started && e->process)
                w->port->executed(w->port->user, e->process);
        return ending ? ENOUGH : 0;
}

static int on_login(void *user, const struct bh_login *l) {
        struct bh_watch *w = user;

        (void) bh_guard_event(w->guard, &bh_source_login, l);
        return ending ? ENOUGH : 0;
}

static int on_audit(void *user, const struct bh_audit_event *e) {
        struct bh_watch *w = user;

        (void) bh_guard_event(w->guard, &bh_source_k8s_audit, e);
        return ending ? ENOUGH : 0;
}

/* Logs of the machine, unless it is a recording that is watched; and what was asked for. */
static int open_logs(struct bh_watch *w, struct bh_err *err) {
        struct bh_login_opts o = { 0 };
        const char *audit = bh_cli_get(w->cli, "k8s-audit");
        int r = 0;

        o.files = list_of(w, "login", &o.n_files);
        if (o.n_files ? strcmp(o.files[0], "none") != 0 : !bh_cli_has(w->cli, "replay"))
                r = bh_login_open(&o, &w->logins, err);
        if (r == 0 && audit)
                r = bh_audit_open(audit, false, &w->audit, err);
        return r < 0 ? r : bh_watch_audit_open(w, err);
}

/* What we looked for ourselves may be missing; what was asked for may not. */
static int look_at_logins(struct bh_watch *w, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = bh_login_poll(w->logins, 0, on_login, w, &why);

        if (r >= 0)
                return r;
        if (bh_cli_has(w->cli, "login")) {
                *err = why;
                return r;
        }
        bh_watch_cannot(w, "logins", &why);
        bh_login_close(&w->logins);
        return 1;
}

static int look_at_logs(struct bh_watch *w, struct bh_err *err) {
        int r = 1;

        bh_watch_audit_turn(w);
        if (bh_clock_ms(CLOCK_MONOTONIC) - w->looked_ms < LOGS_MS)
                return 1;
        w->looked_ms = bh_clock_ms(CLOCK_MONOTONIC);
        if (w->logins)
                r = look_at_logins(w, err);
        if (r > 0 && w->audit && bh_audit_poll(w->audit, 0, on_audit, w, err) < 0)
                return -1;
        return r;
}

static void tick(struct bh_watch *w) {
        if (hangup) {
                hangup = 0;
                bh_guard_reload(w->guard);
        }
        if (bh_clock_ms(CLOCK_MONOTONIC) - w->ticked_ms >= TICK_MS) {
                bh_guard_tick(w->guard);
                w->ticked_ms = bh_clock_ms(CLOCK_MONOTONIC);
        }
}

static int loop(struct bh_watch *w, struct bh_err *err) {
        int r;

        bh_watch_ready(w);
        r = bh_sense_poll(w->sense, 0, on_event, w, err); /* begins */
        bh_guard_tick(w->guard); /* prevention is in force before we say that we watch */
        bh_trim_memory();
        if (r >= 0 && !bh_cli_has(w->cli, "quiet"))
                bh_watch_greet(w);
        if (r >= 0 && w->port)
                w->port->ready(w->port->user);
        if (r >= 0 && !bh_cli_has(w->cli, "replay")) /* whose first turn is no start, but events */
                bh_watch_ready(w);
        while (r > 0 && !ending) {
                r = bh_sense_poll(w->sense, TURN_MS, on_event, w, err);
                if (r > 0)
                        r = look_at_logs(w, err);
                tick(w);
                if (w->port)
                        w->port->turn(w->port->user);
                if (r > 0 && w->refilter)
                        r = filter(w, err) < 0 ? -1 : 1;
        }
        return r < 0 ? r : 0;
}

/* ---- from the start to the end ---- */

static void catch_signals(void) {
        static const int all[] = { SIGINT, SIGTERM, SIGHUP };
        struct sigaction a = { .sa_handler = on_signal }; /* no SA_RESTART: a wait ends */

        (void) sigemptyset(&a.sa_mask);
        for (size_t i = 0; i < BH_LEN(all); i++)
                (void) sigaction(all[i], &a, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
}

static int open_all(struct bh_watch *w, struct bh_err *err) {
        static const struct bh_source *const sources[] = { &bh_source_syscall, &bh_source_login, &bh_source_k8s_audit };
        int r;

        bh_watch_give_up(w);
        r = read_options(w, err);
        w->guard_opts.sources = sources;
        w->guard_opts.n_sources = BH_LEN(sources);
        w->guard_opts.changed = on_changed;
        w->guard_opts.process = on_process;
        w->guard_opts.prevent = on_prevent;
        w->guard_opts.user = w;
        if (r >= 0 && w->port)
                r = w->port->begin(w->port->user, w, err);
        r = r < 0 ? r : open_outputs(w, err);
        r = r < 0 ? r : bh_guard_open(&w->guard_opts, &w->guard, err);
        if (r >= 0)
                bh_watch_notes(w);
        r = r < 0 ? r : open_logs(w, err);
        return r < 0 ? r : open_sense(w, err);
}

/* First who fills, then who is filled; the sensor last, so that it can still be asked what it saw. */
static void close_all(struct bh_watch *w, bool stats) {
        struct bh_guard_stats g = { 0 };

        bh_watch_audit_end(w);
        if (w->guard) {
                bh_guard_tick(w->guard);
                bh_guard_stats(w->guard, &g);
        }
        if (stats)
                bh_watch_stats(w, &g);
        bh_guard_close(&w->guard);
        for (size_t i = 0; i < w->n_outputs; i++) {
                bh_output_close(&w->outputs[i], CLOSE_MS, &w->output_stats);
                bh_watch_output_end(w, stats);
        }
        bh_login_close(&w->logins);
        bh_audit_close(&w->audit);
        bh_watch_audit_close(w);
        bh_sense_close(&w->sense);
}

int bh_watch_run(struct bh_cli *cli, const struct bh_watch_port *port, struct bh_err *err) {
        struct bh_watch *w = bh_arena_make(cli->arena, struct bh_watch);
        int r;

        w->cli = cli;
        w->port = port;
        ending = hangup = 0;
        catch_signals();
        bh_watch_begin(w);
        r = open_all(w, err);
        r = r < 0 ? r : loop(w, err);
        close_all(w, r >= 0 && bh_cli_has(cli, "stats"));
        return r < 0 ? r : BH_EXIT_FINE;
}
