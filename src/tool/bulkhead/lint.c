/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead lint: what is wrong with build files, before they are built, or with what an image tells of its own build. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "image/ref.h"
#include "scan/lint/lint.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        { "fail-on", 0, "SEVERITY", "exit with 1 from this severity on: info, low, medium, high, critical, or never", "high", false },
        { "least", 0, "SEVERITY", "say nothing below this severity", "info", false },
        { "list", 0, NULL, "list all checks and end", NULL, false },
        { "history", 0, NULL, "what is named are images: look at the steps of their history", NULL, false },
        BH_OUTPUT_OPTS,
        BH_SESSION_SOURCE_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static void list_markdown(struct bh_buf *out) {
        static const char *const reaches[] = { [BH_LINT_FILES] = "", [BH_LINT_STEPS] = ", also on a history",
                                               [BH_LINT_SCANS] = ", also on a history and in scans" };

        bh_buf_puts(out, "# Checks of build files\n\nPrinted by `bulkhead lint --list --format markdown`.\n"
                         "A comment `# bulkhead:ignore DF001,DF002 reason` above an instruction takes checks back for it.\n"
                         "\"Also on a history\": `bulkhead lint TARGET` makes the check on the steps an image was built by; \"in scans\":\n"
                         "`bulkhead scan` says so too, where none of its own rules on settings and files does already.\n");
        for (size_t i = 0; i < bh_lint_count(); i++) {
                const struct bh_lint_about *a = bh_lint_about(i);

                bh_buf_printf(out, "\n## %s %s\n\n%s, %s%s. %s\n\n%s\n", a->id, a->title, bh_severity_str(a->severity), a->category,
                              reaches[bh_lint_reach(i)], a->why, a->mend);
                if (a->reference)
                        bh_buf_printf(out, "\n<%s>\n", a->reference);
        }
}

static int list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *format = bh_cli_get(cli, "format");

        if (format && bh_str_is(bh_str_of(format), "markdown"))
                list_markdown(&out);
        else
                for (size_t i = 0; i < bh_lint_count(); i++)
                        bh_buf_printf(&out, "%s  %-8s  %-12s  %s\n", bh_lint_about(i)->id, bh_severity_str(bh_lint_about(i)->severity),
                                      bh_lint_about(i)->category, bh_lint_about(i)->title);
        return bh_output_bytes(NULL, bh_buf_str(&out), err);
}

static int read_file(const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = bh_str_is(bh_str_of(path), "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "open");
        r = bh_fd_read_all(fd, BH_LIMIT_DOCKERFILE, &bytes, err);
        if (r < 0)
                return r;
        *ret = bh_arena_str(arena, bh_buf_str(&bytes));
        return 0;
}

/* The history in place of the file. */
static int lint_history(struct bh_cli *cli, const char *target, struct bh_finding_list *found, struct bh_err *err) {
        struct bh_acquire_opts reach = { .content_fd = -1, .describe_only = true };
        struct bh_acquired image;
        struct bh_ref ref;
        int r = bh_session_source(cli, &reach, err);

        r = r < 0 ? r : bh_ref_parse(cli->arena, bh_str_of(target), &ref, err);
        if (r >= 0 && (ref.kind == BH_REF_ROOTFS || ref.kind == BH_REF_HOST || ref.kind == BH_REF_CONTAINER || ref.kind == BH_REF_SBOM))
                return bh_fail(err, BH_E_USAGE, "%s is no image, so it has no history", bh_ref_kind_str(ref.kind));
        r = r < 0 ? r : bh_acquire(bh_str_of(target), &reach, cli->arena, &image, err);
        if (r >= 0 && !image.is_image)
                r = bh_fail(err, BH_E_USAGE, "this is no image, so it has no history");
        if (r >= 0 && image.image.n_history == 0)
                r = bh_fail(err, BH_E_UNSUPPORTED, "this image tells nothing of its history");
        return r < 0 ? r : bh_lint_history(&image.image, bh_str_of(target), BH_LINT_STEPS, cli->arena, found, err);
}

static int lint_file(struct bh_cli *cli, const char *path, struct bh_finding_list *found, struct bh_err *err) {
        struct bh_dockerfile file;
        struct bh_str bytes = { 0 };
        int r = read_file(path, cli->arena, &bytes, err);

        r = r < 0 ? r : bh_dockerfile_parse(cli->arena, bytes, &file, err);
        if (r >= 0)
                bh_lint_run(&file, bh_str_of(path), cli->arena, found);
        return r;
}

/* Whether it is written as an image; a file of that very name goes first. */
static bool names_image(struct bh_cli *cli, const char *arg) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_ref ref;

        return bh_cli_has(cli, "history") ||
               (access(arg, F_OK) < 0 && bh_ref_parse(cli->arena, bh_str_of(arg), &ref, &err) >= 0 && ref.kind != BH_REF_ANY);
}

static int lint_one(struct bh_cli *cli, const char *arg, enum bh_severity least, struct bh_report *ret, struct bh_err *err) {
        bool image = names_image(cli, arg);
        struct bh_finding_list found = { 0 };
        int r = (image ? lint_history : lint_file)(cli, arg, &found, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", arg);
        *ret = (struct bh_report){ .target = bh_str_of(arg), .target_kind = bh_str_of(image ? "image" : "dockerfile"),
                                   .version = BH_STR(BH_VERSION), .space_known = true };
        ret->findings = bh_arena_array(cli->arena, struct bh_report_finding, found.len);
        for (size_t i = 0; i < found.len; i++)
                if (found.at[i].severity >= least)
                        ret->findings[ret->n_findings++].finding = found.at[i];
        return 0;
}

static void print(const struct bh_report *r, struct bh_buf *out) {
        for (uint32_t i = 0; i < r->n_findings; i++) {
                const struct bh_finding *f = &r->findings[i].finding;

                bh_buf_printf(out, "%.*s:%u: %s %.*s: %.*s\n", BH_FMT(f->path), f->line, bh_severity_str(f->severity), BH_FMT(f->rule), BH_FMT(f->title));
                if (f->evidence.len)
                        bh_buf_printf(out, "    | %.*s\n", BH_FMT(f->evidence));
                bh_buf_printf(out, "    %.*s %.*s\n", BH_FMT(f->detail), BH_FMT(f->mend));
        }
}

static int print_all(const struct bh_report *reports, size_t n, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < n; i++)
                print(&reports[i], &out);
        return bh_output_bytes(NULL, bh_buf_str(&out), err);
}

static int severity(const struct bh_cli *cli, const char *option, enum bh_severity *ret, struct bh_err *err) {
        struct bh_str word = bh_str_of(bh_cli_get(cli, option));

        *ret = bh_str_is(word, "never") ? _BH_SEVERITY_MAX : bh_severity_of(word);
        return *ret == BH_SEVERITY_UNKNOWN ? bh_fail(err, BH_E_USAGE, "--%s: %s is no severity", option, BH_QUOTE(word)) : 0;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_report *reports = bh_arena_array(cli->arena, struct bh_report, cli->n_args);
        bool plain = !bh_cli_has(cli, "output") && !bh_cli_has(cli, "format");
        enum bh_severity fail_on, least, worst = BH_SEVERITY_UNKNOWN;
        int r;

        if (bh_cli_has(cli, "list"))
                return list(cli, err);
        r = cli->n_args ? bh_output_check(cli, err) : bh_fail(err, BH_E_USAGE, "which build file, or which image?");
        r = r < 0 ? r : severity(cli, "fail-on", &fail_on, err);
        r = r < 0 ? r : severity(cli, "least", &least, err);
        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = lint_one(cli, cli->args[i], least, &reports[i], err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < cli->n_args; i++)
                for (uint32_t k = 0; k < reports[i].n_findings; k++)
                        worst = BH_MAX(worst, reports[i].findings[k].finding.severity);
        r = plain ? print_all(reports, cli->n_args, err) : bh_output_write(cli, reports, cli->n_args, err);
        return r < 0 ? r : worst >= fail_on ? BH_EXIT_POLICY : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_lint = {
        .name = "lint",
        .about = "say what is wrong with a Dockerfile, or with the steps an image was built by",
        .args = "FILE|TARGET...",
        .text = "What is written as docker:REF, registry:REF, archive:FILE and so on is an image: of the checks, those are made that\n"
                "can be made of single steps, and the numbers are of steps of its history. A bare word is a file, or with --history\n"
                "an image.\n"
                "A comment \"# bulkhead:ignore DF019 reason\" above an instruction takes a check back for it.\n"
                "Exit codes: 0 fine, 1 something at or above --fail-on, 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead lint Dockerfile\n"
                    "  bulkhead lint --fail-on medium -o sarif=lint.sarif */Dockerfile\n"
                    "  bulkhead lint docker:app:1.4\n"
                    "  bulkhead lint --list\n",
        .opts = opts,
        .run = run,
};
