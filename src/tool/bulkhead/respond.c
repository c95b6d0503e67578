/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead respond: what was done about alerts, what can be undone, and doing one by hand. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "fmt/json.h"
#include "guard/respond/audit.h"
#include "guard/respond/ledger.h"
#include "guard/respond/never.h"
#include "guard/respond/perform.h"
#include "guard/respond/verify.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/state.h"

static const struct bh_opt list_opts[] = {
        { "actions", 0, NULL, "list what can be done, and whom nobody touches, instead", NULL, false },
        { "format", 0, "FORMAT", "table or json", "table", false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

/* ---- list ---- */

static void list_actions(struct bh_buf *out) {
        static const char *const ons[] = { [BH_ON_PROCESS] = "process", [BH_ON_CONTAINER] = "container", [BH_ON_FILE] = "file",
                                           [BH_ON_ANY] = "container or process" };
        const char *name, *about;

        for (const struct bh_action *a = bh_actions; a->name; a++)
                bh_buf_printf(out, "%-16s %-20s %s%s%s\n", a->name, ons[a->on], a->about, a->undo ? "; undone: " : "", a->undo ? a->undo : "");
        bh_buf_puts(out, "\nNobody touches, unless a response names it (even:):\n");
        for (size_t i = 0; (name = bh_never_builtin(i, &about)); i++)
                bh_buf_printf(out, "%-16s %s\n", name, about);
}

static void list_active(const struct bh_ledger *l, struct bh_buf *out) {
        if (l->rows.len == 0)
                bh_buf_puts(out, "nothing is active\n");
        for (size_t i = 0; i < l->rows.len; i++) {
                const struct bh_active *a = &l->rows.at[i];
                char since[21], until[21];

                bh_buf_printf(out, "%.*s  %-12.*s since %s until %s  %.*s  (%.*s%s%.*s)\n", BH_FMT(a->id), BH_FMT(a->action), bh_time_print(a->since_s, since),
                              a->until_s ? bh_time_print(a->until_s, until) : "undone by hand", BH_FMT(bh_target_words(l->arena, &a->target, bh_action_takes_file(a->action))), BH_FMT(a->by),
                              a->rule.len ? ": " : "", BH_FMT(a->rule));
        }
}

static int run_list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_ledger l;
        int r;

        if (bh_cli_has(cli, "actions")) {
                list_actions(&out);
                return bh_output_bytes(NULL, bh_buf_str(&out), err);
        }
        r = bh_ledger_open(&l, cli->arena, bh_tool_state_dir(cli), err);
        if (r < 0)
                return r;
        bh_ledger_close(&l);
        if (bh_str_is(bh_str_of(bh_cli_get(cli, "format")), "json"))
                bh_ledger_print(&l, &out);
        else
                list_active(&l, &out);
        r = bh_output_bytes(NULL, bh_buf_str(&out), err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_respond_list = {
        .name = "respond list",
        .about = "list responses that are in force and can be undone",
        .text = "State: active.json, audit.jsonl, evidence/ and quarantine/ below the state directory.\n",
        .examples = "  bulkhead respond list\n  bulkhead respond list --actions\n",
        .opts = list_opts,
        .run = run_list,
};

/* ---- do ---- */

static const struct bh_opt do_opts[] = {
        { "for", 0, "TIME", "undo it after 90s, 10m, 2h, 1d (a running bulkhead watch does)", NULL, false },
        { "in", 0, "NAME|ID", "of file:PATH: the container whose file it is", NULL, false },
        { "reason", 0, "TEXT", "for the audit", NULL, false },
        { "dry-run", 0, NULL, "only say what would be done", NULL, false },
        { "even", 0, "NAME", "touch what this row of the never-list keeps; may be given several times", NULL, true },
        { "responses", 0, "FILE", "whose never-list holds besides the built-in one", NULL, false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

/* pid:N, container:NAME, file:PATH */
static int read_target(struct bh_cli *cli, struct bh_str word, struct bh_target *ret, struct bh_err *err) {
        const char *in = bh_cli_get(cli, "in");
        struct bh_str rest = word;
        uint64_t pid;
        int r;

        if (bh_str_cut_prefix(&rest, BH_STR("pid:"))) {
                if (!bh_str_u64(rest, &pid) || pid == 0 || pid > UINT32_MAX)
                        return bh_fail(err, BH_E_USAGE, "%s is no process", BH_QUOTE(word));
                return bh_target_of_pid(cli->arena, (uint32_t) pid, ret, err);
        }
        if (bh_str_cut_prefix(&rest, BH_STR("container:")))
                return bh_target_of_container(cli->arena, rest, ret, err);
        if (!bh_str_cut_prefix(&rest, BH_STR("file:")))
                return bh_fail(err, BH_E_USAGE, "%s is none of pid:N, container:NAME, file:PATH", BH_QUOTE(word));
        *ret = (struct bh_target){ 0 };
        r = in ? bh_target_of_container(cli->arena, bh_str_of(in), ret, err) : 0;
        ret->file = rest;
        return r;
}

static int read_action(struct bh_str word, const struct bh_action **ret, struct bh_err *err) {
        const char *known[64], *near;
        size_t n = 0;

        *ret = bh_action_named(word);
        if (*ret)
                return 0;
        for (const struct bh_action *a = bh_actions; a->name && n < BH_LEN(known); a++)
                known[n++] = a->name;
        near = bh_nearest(word, known, n);
        return bh_fail(err, BH_E_USAGE, "there is no action %s%s%s%s", BH_QUOTE(word), near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int read_span(const char *text, int64_t *ret, struct bh_err *err) {
        static const char units[] = "smhd";
        static const int64_t seconds[] = { 1, 60, 3600, 86400 };
        struct bh_str s = bh_str_of(text);
        const char *unit = s.len > 1 ? strchr(units, s.at[s.len - 1]) : NULL;
        uint64_t n;

        *ret = 0;
        if (!text)
                return 0;
        if (!unit || !bh_str_u64(bh_str_part(s, 0, s.len - 1), &n) || n == 0 || n > 100000)
                return bh_fail(err, BH_E_USAGE, "--for: %s is no time such as 90s, 10m, 2h or 1d", BH_QUOTE(s));
        *ret = (int64_t) n * seconds[unit - units];
        return 0;
}

static int read_policy(struct bh_cli *cli, struct bh_respond_policy **ret, struct bh_err *err) {
        const char *path = bh_cli_get(cli, "responses");
        struct bh_str text;
        int r;

        if (!path)
                return 0;
        r = bh_fd_read_file(cli->arena, path, BH_LIMIT_WATCH_FILE, &text, err);
        return r < 0 ? r : bh_respond_policy_parse(bh_str_of(path), text, NULL, ret, err);
}

static void read_even(struct bh_cli *cli, struct bh_perform *p) {
        BH_VEC(struct bh_str) all = { 0 };
        const char *name;

        while ((name = bh_cli_nth(cli, "even", all.len)))
                *bh_vec_add(cli->arena, &all) = bh_str_of(name);
        p->even = all.at;
        p->n_even = (uint32_t) all.len;
}

static int tell(const struct bh_performed *done) {
        bool fine = !bh_str_is(done->what, "failed") && !bh_str_is(done->what, "refused");

        (void) fprintf(fine ? stdout : stderr, "%.*s  %.*s\n", BH_FMT(done->id), BH_FMT(done->words));
        return fine ? BH_EXIT_FINE : bh_str_is(done->what, "refused") ? BH_EXIT_POLICY : BH_EXIT_FAILED;
}

static int run_do(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_respond_policy_free) struct bh_respond_policy *policy = NULL;
        struct bh_perform p = { .mode = bh_cli_has(cli, "dry-run") ? BH_RESPOND_DRY_RUN : BH_RESPOND_ACT, .state_dir = bh_tool_state_dir(cli),
                                .by = bh_tool_who(cli), .cause = bh_str_of(bh_cli_get(cli, "reason")) };
        struct bh_performed done;
        struct bh_target target;
        int r;

        if (cli->n_args != 2)
                return bh_fail(err, BH_E_USAGE, "which action, and on whom? pid:N, container:NAME, file:PATH");
        r = read_action(bh_str_of(cli->args[0]), &p.action, err);
        r = r < 0 ? r : read_span(bh_cli_get(cli, "for"), &p.for_s, err);
        r = r < 0 ? r : read_policy(cli, &policy, err);
        r = r < 0 ? r : read_target(cli, bh_str_of(cli->args[1]), &target, err);
        if (r >= 0 && p.for_s && !p.action->undo)
                r = bh_fail(err, BH_E_USAGE, "--for: %s cannot be undone", p.action->name);
        read_even(cli, &p);
        p.target = &target;
        p.policy = policy;
        r = r < 0 ? r : bh_perform(cli->arena, &p, &done, err);
        return r < 0 ? r : tell(&done);
}

const struct bh_cmd bh_cmd_respond_do = {
        .name = "respond do",
        .about = "do one response by hand",
        .args = "ACTION pid:N|container:NAME|file:PATH",
        .text = "`bulkhead respond list --actions` tells what can be done. All of it is audited.\n"
                "Exit codes: 0 done, 1 refused (never-list, or in no container), 2 wrong use, 3 it failed.\n",
        .examples = "  bulkhead respond do pause container:shop-web --for 10m --reason 'looks odd'\n"
                    "  bulkhead respond do kill-tree pid:4711\n"
                    "  bulkhead respond do quarantine file:/tmp/x --in shop-web\n",
        .opts = do_opts,
        .run = run_do,
};

/* ---- undo ---- */

static const struct bh_opt undo_opts[] = {
        { "all", 'a', NULL, "everything that is active", NULL, false },
        { "due", 0, NULL, "everything whose time is over, or that ended by itself", NULL, false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static void report_due(void *user, const struct bh_performed *done) {
        int code = tell(done), *worst = user;

        *worst = BH_MAX(*worst, code);
}

static int undo_one(struct bh_cli *cli, struct bh_str id, int *worst, struct bh_err *err) {
        struct bh_performed done;
        int code, r = bh_perform_undo(cli->arena, bh_tool_state_dir(cli), id, bh_tool_who(cli), &done, err);

        if (r < 0)
                return r;
        code = tell(&done);
        *worst = BH_MAX(*worst, code);
        return 0;
}

static int undo_all(struct bh_cli *cli, int *worst, struct bh_err *err) {
        struct bh_ledger l;
        int r = bh_ledger_open(&l, cli->arena, bh_tool_state_dir(cli), err);

        if (r < 0)
                return r;
        bh_ledger_close(&l);
        for (size_t i = l.rows.len; r >= 0 && i-- > 0;)
                r = undo_one(cli, l.rows.at[i].id, worst, err);
        return r;
}

static int run_undo(struct bh_cli *cli, struct bh_err *err) {
        int64_t next;
        int worst = BH_EXIT_FINE, r = 0;

        if (bh_cli_has(cli, "due"))
                r = bh_perform_due(bh_tool_state_dir(cli), time(NULL), report_due, &worst, &next, err);
        else if (bh_cli_has(cli, "all"))
                r = undo_all(cli, &worst, err);
        else if (cli->n_args == 0)
                return bh_fail(err, BH_E_USAGE, "which one? bulkhead respond list shows them");
        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = undo_one(cli, bh_str_of(cli->args[i]), &worst, err);
        return r < 0 ? r : worst;
}

const struct bh_cmd bh_cmd_respond_undo = {
        .name = "respond undo",
        .about = "undo responses: resume, release, restore",
        .args = "[ID...]",
        .examples = "  bulkhead respond undo r-0123456789\n  bulkhead respond undo --all\n",
        .opts = undo_opts,
        .run = run_undo,
};

/* ---- audit ---- */

static const struct bh_opt audit_opts[] = {
        { "verify", 0, NULL, "check that no line was changed or taken out", NULL, false },
        { "format", 0, "FORMAT", "table or json (a line each, as they are kept)", "table", false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static void print_line(struct bh_cli *cli, struct bh_str line, struct bh_buf *out) {
        const struct bh_doc *d;
        struct bh_target t;

        if (bh_json_parse(cli->arena, line, &d, NULL) < 0) {
                bh_buf_puts(out, "(a line that is no JSON)\n");
                return;
        }
        bh_target_get(cli->arena, bh_doc_get(d, "target"), &t);
        bh_buf_printf(out, "%s  %.*s  %-8s %-14s %.*s", bh_arena_cstr(cli->arena, bh_doc_get_text(d, "time")), BH_FMT(bh_doc_get_text(d, "id")),
                      bh_arena_cstr(cli->arena, bh_doc_get_text(d, "what")), bh_arena_cstr(cli->arena, bh_doc_get_text(d, "action")),
                      BH_FMT(bh_target_words(cli->arena, &t, bh_action_takes_file(bh_doc_get_text(d, "action")))));
        for (const char *const *key = (const char *const[]){ "note", "why", "rule", "response", "by", NULL }; *key; key++)
                if (bh_doc_get_text(d, *key).len)
                        bh_buf_printf(out, "; %s: %.*s", *key, BH_FMT(bh_doc_get_text(d, *key)));
        bh_buf_putc(out, '\n');
}

static int run_audit(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *path = bh_arena_printf(cli->arena, "%s/audit.jsonl", bh_tool_state_dir(cli)).at;
        struct bh_str text = { 0 }, line;
        uint64_t n;
        int r = access(path, F_OK) == 0 ? bh_fd_read_file(cli->arena, path, BH_GIB, &text, err) : 0;

        if (r >= 0 && bh_cli_has(cli, "verify")) {
                r = bh_audit_verify(text, &n, err);
                if (r < 0)
                        return bh_wrap(err, r, "%s", path);
                bh_buf_printf(&out, "%s: %llu lines, none changed or taken out\n", path, (unsigned long long) n);
        } else if (bh_str_is(bh_str_of(bh_cli_get(cli, "format")), "json")) {
                bh_buf_add(&out, text);
        } else {
                while (bh_str_split(&text, '\n', &line))
                        print_line(cli, line, &out);
        }
        r = r < 0 ? r : bh_output_bytes(NULL, bh_buf_str(&out), err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_respond_audit = {
        .name = "respond audit",
        .about = "show what was done about alerts, and what was not, and why",
        .examples = "  bulkhead respond audit\n  bulkhead respond audit --verify\n",
        .opts = audit_opts,
        .run = run_audit,
};

/* ---- evidence ---- */

static const struct bh_opt verify_opts[] = {
        { "key", 0, "FILE", "the public key (default: evidence.pub of the state)", NULL, false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int verify_one(struct bh_cli *cli, const struct bh_public_key *key, const char *path, struct bh_err *err) {
        uint64_t files = 0;
        int r = bh_evidence_verify(path, key, &files, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", path);
        (void) cli;
        (void) printf("%s: %llu files, signed, none changed\n", path, (unsigned long long) files);
        return 0;
}

static int run_verify(struct bh_cli *cli, struct bh_err *err) {
        const char *path = bh_cli_get(cli, "key");
        struct bh_public_key key;
        struct bh_str pem;
        int r;

        if (cli->n_args == 0)
                return bh_fail(err, BH_E_USAGE, "which archive?");
        path = path ? path : bh_arena_printf(cli->arena, "%s/evidence.pub", bh_tool_state_dir(cli)).at;
        r = bh_fd_read_file(cli->arena, path, BH_LIMIT_CONFIG_FILE, &pem, err);
        r = r < 0 ? r : bh_public_key_parse(pem, &key, err);
        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = verify_one(cli, &key, cli->args[i], err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_respond_verify = {
        .name = "respond verify",
        .about = "check the signature and the digests of captured evidence",
        .args = "FILE...",
        .examples = "  bulkhead respond verify /var/lib/bulkhead/evidence/r-0123456789.tar\n",
        .opts = verify_opts,
        .run = run_verify,
};
