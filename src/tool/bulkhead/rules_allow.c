/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rules allow: what rules need not speak of, without a change to the rules and without a restart. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"
#include "guard/allow.h"
#include "guard/files.h"
#include "guard/respond/root.h"
#include "sense/audit.h"
#include "sense/login.h"
#include "sense/sense.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/content.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/state.h"

static const struct bh_opt opts[] = {
        { "when", 0, "CONDITION", "what is allowed, in the words of rules", NULL, false },
        { "owner", 0, "NAME", "who answers for it", NULL, false },
        { "reason", 0, "TEXT", "why it is fine", NULL, false },
        { "expires", 0, "DATE", "the last day it holds, such as 2027-01-31", NULL, false },
        { "list", 0, NULL, "list what is allowed, and what has expired", NULL, false },
        { "remove", 0, "N", "remove the row of that number", NULL, false },
        { "rules", 0, "FILE|DIR", "the rules it is about (default: ours); may be given several times", NULL, true },
        { "content", 0, "DIR", "our rules, when they are not beside the program", NULL, false },
        { "allow", 0, "FILE", "the allow-list (default: allow.yaml of the state)", NULL, false },
        BH_STATE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static const struct bh_str head = BH_STR_INIT("# What rules need not speak of: bulkhead rules allow\n");

/* ---- the file ---- */

static int read_list(struct bh_cli *cli, struct bh_str *ret_text, struct bh_allow **ret, struct bh_err *err) {
        const char *path = bh_tool_allow_file(cli);
        int r;

        *ret_text = (struct bh_str){ 0 };
        if (access(path, F_OK) == 0) {
                r = bh_fd_read_file(cli->arena, path, BH_LIMIT_WATCH_FILE, ret_text, err);
                if (r < 0)
                        return r;
        }
        return bh_allow_parse(bh_str_of(path), *ret_text, ret, err);
}

/* Two who change it at once: one after the other. */
static int lock(struct bh_cli *cli, int *ret_fd, struct bh_err *err) {
        struct bh_str dir = bh_str_dirname(bh_str_of(bh_tool_allow_file(cli))), ignored;
        const char *path = bh_arena_printf(cli->arena, "%s.lock", bh_tool_allow_file(cli)).at;
        int r = 0;

        if (!bh_cli_has(cli, "allow"))
                r = bh_state_dir(cli->arena, bh_arena_cstr(cli->arena, dir), ".", BH_STR("."), &ignored, err);
        if (r < 0)
                return r;
        *ret_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        return *ret_fd < 0 || flock(*ret_fd, LOCK_EX) < 0 ? bh_fail_sys(err, errno, "%s", path) : 0;
}

static int write_list(struct bh_cli *cli, struct bh_str text, struct bh_err *err) {
        return bh_state_write(bh_tool_allow_file(cli), text, err);
}

/* ---- listing and removing ---- */

static int list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_allow_free) struct bh_allow *a = NULL;
        struct bh_str text;
        int64_t now = time(NULL);
        int r = read_list(cli, &text, &a, err);

        if (r < 0)
                return r;
        if (a->rows.len == 0)
                bh_buf_puts(&out, "nothing is allowed\n");
        for (size_t i = 0; i < a->rows.len; i++) {
                const struct bh_allow_row *row = &a->rows.at[i];

                bh_buf_printf(&out, "%zu  %.*s\n   when %.*s\n   %s %.*s; owner %.*s: %.*s\n", i + 1, BH_FMT(row->rule), BH_FMT(row->when),
                              now < row->until_s ? "until" : "EXPIRED on", BH_FMT(row->expires), BH_FMT(row->owner), BH_FMT(row->reason));
        }
        r = bh_output_bytes(NULL, bh_buf_str(&out), err);
        return r < 0 ? r : BH_EXIT_FINE;
}

static int remove_row(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_allow_free) struct bh_allow *a = NULL;
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_str text;
        uint64_t n = 0;
        int r = bh_cli_number(cli, "remove", &n, err);

        r = r < 0 ? r : lock(cli, &fd, err);
        r = r < 0 ? r : read_list(cli, &text, &a, err);
        if (r < 0)
                return r;
        if (n < 1 || n > a->rows.len)
                return bh_fail(err, BH_E_USAGE, "there are rows 1 to %zu; --list shows them", a->rows.len);
        bh_buf_add(&out, head);
        for (size_t i = 0; i < a->rows.len; i++)
                if (i + 1 != n)
                        bh_allow_print_row(&a->rows.at[i], &out);
        r = write_list(cli, bh_buf_str(&out), err);
        if (r < 0)
                return r;
        (void) printf("removed: %.*s\n", BH_FMT(a->rows.at[n - 1].rule));
        return BH_EXIT_FINE;
}

/* ---- adding ---- */

static int load_rules(struct bh_cli *cli, struct bh_rules **ret, struct bh_err *err) {
        static const struct bh_source *const sources[] = { &bh_source_syscall, &bh_source_login, &bh_source_k8s_audit };
        const struct bh_rules_opts o = { .sources = sources, .n_sources = BH_LEN(sources), .least = BH_PRIORITY_DEBUG };
        BH_VEC(const char *) paths = { 0 };
        struct bh_rule_file *files;
        const char *path;
        size_t n;
        int r = 0;

        while ((path = bh_cli_nth(cli, "rules", paths.len)))
                *bh_vec_add(cli->arena, &paths) = path;
        if (paths.len == 0) {
                r = bh_tool_content_folder(cli, "rules", &path, err);
                *bh_vec_add(cli->arena, &paths) = path;
        }
        r = r < 0 ? r : bh_files_load(cli->arena, paths.at, paths.len, &files, &n, err);
        return r < 0 ? r : bh_rules_load(&o, files, n, ret, err);
}

static int find_rule(struct bh_cli *cli, const struct bh_rules *rules, struct bh_str name, const struct bh_rule **ret, struct bh_err *err) {
        size_t n = bh_rules_count_all(rules);
        const char **names = bh_arena_array(cli->arena, const char *, n), *near;
        bool enabled;

        for (size_t i = 0; i < n; i++) {
                *ret = bh_rules_at_all(rules, i, &enabled);
                if (bh_str_eq((*ret)->name, name))
                        return 0;
                names[i] = bh_arena_cstr(cli->arena, (*ret)->name);
        }
        near = bh_nearest(name, names, n);
        return bh_fail(err, BH_E_USAGE, "there is no rule %s%s%s%s", BH_QUOTE(name), near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int check(struct bh_cli *cli, const struct bh_allow_row *row, struct bh_err *err) {
        struct bh_condition *condition;
        struct bh_rules *rules = NULL;
        const struct bh_rule *rule;
        int r = load_rules(cli, &rules, err);

        r = r < 0 ? r : find_rule(cli, rules, row->rule, &rule, err);
        r = r < 0 ? r : bh_condition_new(rule->source, row->when, &condition, err);
        if (r >= 0)
                bh_condition_free(&condition);
        else if (r == BH_E_FORMAT)
                r = bh_fail(err, BH_E_USAGE, "--when: %s", bh_arena_printf(cli->arena, "%s", err->text).at);
        if (rules)
                bh_rules_unref(&rules);
        return r;
}

static int read_row(struct bh_cli *cli, struct bh_allow_row *ret, struct bh_err *err) {
        static const char *const needed[] = { "when", "owner", "reason", "expires" };
        char today[21];

        if (cli->n_args != 1)
                return bh_fail(err, BH_E_USAGE, "which rule? Its whole name, in quotes");
        for (size_t i = 0; i < BH_LEN(needed); i++)
                if (!bh_cli_has(cli, needed[i]))
                        return bh_fail(err, BH_E_USAGE, "--%s is needed", needed[i]);
        (void) bh_time_print(time(NULL), today);
        today[10] = '\0';
        *ret = (struct bh_allow_row){ .rule = bh_str_of(cli->args[0]), .when = bh_str_of(bh_cli_get(cli, "when")), .owner = bh_str_of(bh_cli_get(cli, "owner")),
                                      .reason = bh_str_of(bh_cli_get(cli, "reason")), .expires = bh_str_of(bh_cli_get(cli, "expires")),
                                      .added = bh_arena_str(cli->arena, bh_str_of(today)) };
        if (!bh_allow_until(ret->expires, &ret->until_s))
                return bh_fail(err, BH_E_USAGE, "--expires: %s is no date such as 2027-01-31", BH_QUOTE(ret->expires));
        return ret->until_s <= time(NULL) ? bh_fail(err, BH_E_USAGE, "--expires: %s is over", BH_QUOTE(ret->expires)) : 0;
}

static int add(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_allow_free) struct bh_allow *a = NULL;
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_allow_row row;
        struct bh_str text;
        int r = read_row(cli, &row, err);

        r = r < 0 ? r : check(cli, &row, err);
        r = r < 0 ? r : lock(cli, &fd, err);
        r = r < 0 ? r : read_list(cli, &text, &a, err);
        if (r < 0)
                return r;
        bh_buf_add(&out, text.len ? text : head);
        if (out.at[out.len - 1] != '\n')
                bh_buf_putc(&out, '\n');
        bh_allow_print_row(&row, &out);
        r = write_list(cli, bh_buf_str(&out), err);
        if (r < 0)
                return r;
        (void) printf("allowed until %.*s: %.*s when %.*s\n", BH_FMT(row.expires), BH_FMT(row.rule), BH_FMT(row.when));
        return BH_EXIT_FINE;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        if (bh_cli_has(cli, "list"))
                return list(cli, err);
        return bh_cli_has(cli, "remove") ? remove_row(cli, err) : add(cli, err);
}

const struct bh_cmd bh_cmd_rules_allow = {
        .name = "rules allow",
        .about = "say what a rule need not speak of, at run time",
        .args = "[RULE]",
        .text = "A row of the allow-list needs a condition, an owner, a reason and a last day. A running bulkhead watch\n"
                "reads it at once. What is allowed is counted; what has expired alerts again, and says so once.\n",
        .examples = "  bulkhead rules allow 'Shell in a container' --when 'proc.pname=entrypoint.sh and container.image.repository=shop/web' \\\n"
                    "      --owner shop --reason 'starts its helper so' --expires 2027-01-31\n"
                    "  bulkhead rules allow --list\n"
                    "  bulkhead rules allow --remove 2\n",
        .opts = opts,
        .run = run,
};
