/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead lint: what is wrong with build files and with manifests, before they are built and run, or with what an image tells of its own build. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "comply/k8s/pss.h"
#include "comply/lint/manifest.h"
#include "image/ref.h"
#include "scan/lint/lint.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/k8s_files.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        { "fail-on", 0, "SEVERITY", "exit with 1 from this severity on: info, low, medium, high, critical, or never", "high", false },
        { "least", 0, "SEVERITY", "say nothing below this severity", "info", false },
        { "list", 0, NULL, "list all checks and end", NULL, false },
        { "history", 0, NULL, "what is named are images: look at the steps of their history", NULL, false },
        { "kubernetes-version", 0, "1.N", "the version whose pod security manifests are judged by", "latest", false },
        BH_OUTPUT_OPTS,
        BH_SESSION_SOURCE_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static void list_manifests_markdown(struct bh_buf *out) {
        bh_buf_puts(out, "\n# Checks of Kubernetes objects and Compose files\n\nA comment `# bulkhead:ignore K8S101,K8S102 reason` on a line or above it takes checks back for that line;\n"
                         "in front of an object or service, for the whole of it. K8S001 to K8S019 are the controls of the Pod Security Standards, by version.\n");
        for (size_t i = 0; i < bh_manifest_count(); i++) {
                const struct bh_manifest_about *a = bh_manifest_about(i);

                bh_buf_printf(out, "\n## %s %s\n\n%s, %s. %s\n\n%s\n", a->id, a->title, bh_severity_str(a->severity), a->category, a->why, a->mend);
        }
}

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
        list_manifests_markdown(out);
}

static void list_plain(struct bh_buf *out) {
        for (size_t i = 0; i < bh_lint_count(); i++)
                bh_buf_printf(out, "%-7s %-8s  %-18s  %s\n", bh_lint_about(i)->id, bh_severity_str(bh_lint_about(i)->severity), bh_lint_about(i)->category,
                              bh_lint_about(i)->title);
        for (size_t i = 0; i < bh_manifest_count(); i++)
                bh_buf_printf(out, "%-7s %-8s  %-18s  %s\n", bh_manifest_about(i)->id, bh_severity_str(bh_manifest_about(i)->severity), bh_manifest_about(i)->category,
                              bh_manifest_about(i)->title);
}

static int list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *format = bh_cli_get(cli, "format");

        if (format && bh_str_is(bh_str_of(format), "markdown"))
                list_markdown(&out);
        else
                list_plain(&out);
        return bh_output_bytes(NULL, bh_buf_str(&out), err);
}

static int read_file(const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = bh_str_is(bh_str_of(path), "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "open");
        r = bh_fd_read_all(fd, BH_LIMIT_YAML_BYTES, &bytes, err);
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

static int lint_dockerfile(struct bh_cli *cli, struct bh_str name, struct bh_str bytes, struct bh_finding_list *found, struct bh_err *err) {
        struct bh_dockerfile file;
        int r = bytes.len > BH_LIMIT_DOCKERFILE ? bh_fail(err, BH_E_LIMIT, "a build file larger than %llu MiB", (unsigned long long) (BH_LIMIT_DOCKERFILE / BH_MIB))
                                                : bh_dockerfile_parse(cli->arena, bytes, &file, err);

        if (r >= 0)
                bh_lint_run(&file, name, cli->arena, found);
        return r;
}

/* What is neither Kubernetes' nor Compose's is a failure where a person named it. */
static int lint_manifest(struct bh_cli *cli, struct bh_str name, struct bh_str bytes, bool named, struct bh_finding_list *found, enum bh_manifest_kind *ret,
                         struct bh_err *err) {
        struct bh_manifest_findings all = { 0 };
        unsigned minor = BH_PSS_NEWEST;
        int r;

        if (!bh_pss_version_of(bh_str_of(bh_cli_get(cli, "kubernetes-version")), &minor))
                return bh_fail(err, BH_E_USAGE, "--kubernetes-version: neither a version such as 1.30 nor latest");
        r = bh_manifest_lint(name, bytes, minor, cli->arena, &all, ret, err);
        for (size_t i = 0; r >= 0 && i < all.len; i++)
                *bh_vec_add(cli->arena, found) = all.at[i];
        if (r >= 0 && *ret == BH_MANIFEST_NONE && named)
                return bh_fail(err, BH_E_UNSUPPORTED, "neither an object of Kubernetes (apiVersion and kind) nor a Compose file (services)");
        return r;
}

/* Every manifest beneath; other YAML lies there too, and is passed by. */
static int lint_folder(struct bh_cli *cli, const char *path, struct bh_finding_list *found, struct bh_err *err) {
        struct bh_tool_k8s files;
        size_t manifests = 0;
        int r = bh_tool_k8s_read(cli, &path, 1, &files, err);

        for (size_t i = 0; r >= 0 && i < files.files.len; i++) {
                enum bh_manifest_kind kind = BH_MANIFEST_NONE;
                struct bh_err why = BH_ERR_NONE;

                if (lint_manifest(cli, files.files.at[i].name, files.files.at[i].bytes, false, found, &kind, &why) < 0)
                        fprintf(stderr, "bulkhead lint: %.*s: %s\n", BH_FMT(files.files.at[i].name), why.text);
                manifests += kind != BH_MANIFEST_NONE;
        }
        for (size_t i = 0; r >= 0 && i < files.gaps.len; i++)
                fprintf(stderr, "bulkhead lint: %.*s: %.*s\n", BH_FMT(files.gaps.at[i].where), BH_FMT(files.gaps.at[i].why));
        return r < 0 || manifests ? r : bh_fail(err, BH_E_UNSUPPORTED, "no manifest of Kubernetes and no Compose file is in this folder");
}

static int lint_file(struct bh_cli *cli, const char *path, struct bh_finding_list *found, const char **ret_kind, struct bh_err *err) {
        struct bh_str bytes = { 0 }, name = bh_str_of(path);
        enum bh_manifest_kind kind = BH_MANIFEST_NONE;
        struct stat st;
        int r;

        *ret_kind = "manifest";
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
                return lint_folder(cli, path, found, err);
        r = read_file(path, cli->arena, &bytes, err);
        if (r < 0)
                return r;
        if (bh_manifest_looks(name, bytes))
                return lint_manifest(cli, name, bytes, true, found, &kind, err);
        *ret_kind = "dockerfile";
        return lint_dockerfile(cli, name, bytes, found, err);
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
        const char *kind = "image";
        int r = image ? lint_history(cli, arg, &found, err) : lint_file(cli, arg, &found, &kind, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", arg);
        *ret = (struct bh_report){ .target = bh_str_of(arg), .target_kind = bh_str_of(kind),
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
        r = cli->n_args ? bh_output_check(cli, err) : bh_fail(err, BH_E_USAGE, "which build file, manifest, folder or image?");
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
        .about = "say what is wrong with a Dockerfile, with Kubernetes manifests or Compose files, or with the steps an image was built by",
        .args = "FILE|FOLDER|TARGET|-...",
        .text = "What is written as docker:REF, registry:REF, archive:FILE and so on is an image: of the checks, those are made that\n"
                "can be made of single steps, and the numbers are of steps of its history. A bare word is a file, or with --history\n"
                "an image.\n"
                "A file is told by its name and first words: Kubernetes objects (as written, or as Kustomize and `helm template` print them), a Compose\n"
                "file, else a Dockerfile. Of a folder all manifests are looked at.\n"
                "A comment \"# bulkhead:ignore DF019 reason\" above an instruction, a line or an object takes a check back for it.\n"
                "Exit codes: 0 fine, 1 something at or above --fail-on, 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead lint Dockerfile\n"
                    "  bulkhead lint --fail-on medium -o sarif=lint.sarif */Dockerfile\n"
                    "  bulkhead lint --kubernetes-version 1.34 deploy/ compose.yaml\n"
                    "  helm template ./chart | bulkhead lint -o sarif=lint.sarif -\n"
                    "  bulkhead lint docker:app:1.4\n"
                    "  bulkhead lint --list\n",
        .opts = opts,
        .run = run,
};
