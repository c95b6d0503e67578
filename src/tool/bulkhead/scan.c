/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead scan: what is wrong with an image, how bad it really is, whose layer brought it, what to change. */
#include "base/vec.h"
#include "lib/images.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        BH_OUTPUT_OPTS,
        BH_SESSION_OPTS,
        { "all-platforms", 0, NULL, "every image of a multi-platform one, or of an archive", NULL, false },
        { "fail-on", 0, "LIST", "exit with 1 when there is any of these: critical,fixable:high,kev,secret,gap,...", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* One no is enough. */
static int exit_code(const struct bh_report *reports, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (reports[i].verdict.asked && !reports[i].verdict.passed)
                        return BH_EXIT_POLICY;
        return BH_EXIT_FINE;
}

/* What was scanned so far. A target that cannot be read is said at once and does not keep the others from it. */
struct scanned {
        struct bh_cli *cli;
        struct bh_session *session;
        struct bh_arena *arena;
        BH_VEC(struct bh_report) reports;
        int worst; /* the gravest failure: wrong use goes before the rest */
};

static void say_failed(struct scanned *s, int r, const struct bh_err *err) {
        (void) fprintf(stderr, "bulkhead scan: %s\n", err->text);
        if (s->worst != BH_E_USAGE)
                s->worst = r;
}

static void scan_one(struct scanned *s, const char *target) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_report report;
        int r = bh_session_scan(s->session, target, s->arena, &report, &err);

        if (r < 0)
                say_failed(s, r, &err);
        else
                *bh_vec_add(s->arena, &s->reports) = report;
}

/* "REF (linux/arm64)", of an archive of several names "FILE (app:1, linux/arm64)" */
static void name_platform(struct scanned *s, struct bh_report *r) {
        struct bh_str tag = r->image.n_repo_tags ? r->image.repo_tags[0] : BH_STR("");
        const struct bh_platform *p = &r->image.platform;

        r->target = bh_arena_printf(s->arena, "%.*s (%.*s%s%.*s/%.*s%s%.*s)", BH_FMT(r->target), BH_FMT(tag), tag.len ? ", " : "", BH_FMT(p->os),
                                    BH_FMT(p->architecture), p->variant.len ? "/" : "", BH_FMT(p->variant));
}

static void scan_platforms(struct scanned *s, const char *target) {
        struct bh_acquire_opts *a = &s->session->opts.acquire;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str *digests;
        uint32_t n;
        int r = bh_images_list(bh_str_of(target), a, s->arena, &digests, &n, &err);

        if (r < 0) {
                say_failed(s, bh_wrap(&err, r, "%s", target), &err);
                return;
        }
        if (n == 0)
                scan_one(s, target);
        for (uint32_t i = 0; i < n; i++) {
                size_t before = s->reports.len;

                a->manifest = digests[i];
                scan_one(s, target);
                if (s->reports.len > before)
                        name_platform(s, &s->reports.at[before]);
        }
        a->manifest = (struct bh_str){ 0 };
}

static void scan_all(struct scanned *s) {
        bool all = bh_cli_has(s->cli, "all-platforms");

        for (size_t i = 0; i < s->cli->n_args; i++)
                (all ? scan_platforms : scan_one)(s, s->cli->args[i]);
}

static int check(struct bh_cli *cli, struct bh_err *err) {
        if (!cli->n_args)
                return bh_fail(err, BH_E_USAGE, "what shall be scanned? bulkhead scan --help names the kinds of targets");
        if (bh_cli_has(cli, "all-platforms") && bh_cli_has(cli, "platform"))
                return bh_fail(err, BH_E_USAGE, "--platform chooses one image, --all-platforms takes them all");
        return bh_output_check(cli, err);
}

static int outcome(const struct scanned *s) {
        if (s->worst < 0)
                return s->worst == BH_E_USAGE ? BH_EXIT_USAGE : BH_EXIT_FAILED;
        return exit_code(s->reports.at, s->reports.len);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_session session = { .content_fd = -1 };
        struct scanned s = { .cli = cli, .session = &session, .arena = arena };
        int r = check(cli, err);

        if (r >= 0)
                r = bh_session_open(&session, cli, err);
        if (r >= 0 && bh_cli_has(cli, "fail-on"))
                r = bh_policy_fail_on(cli->arena, bh_str_of(bh_cli_get(cli, "fail-on")), &session.policy, err);
        session.opts.texts = bh_output_texts(cli);
        if (r >= 0)
                scan_all(&s);
        if (r >= 0 && s.reports.len)
                r = bh_output_write(cli, s.reports.at, s.reports.len, err);
        bh_session_close(&session);
        return r < 0 ? r : outcome(&s);
}

const struct bh_cmd bh_cmd_scan = {
        .name = "scan",
        .about = "say what is wrong with an image, and what to change",
        .args = "TARGET...",
        .text = BH_SESSION_TARGETS "Exit codes: 0 fine, 1 the gate says no (--fail-on, or a rule of --policy), 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead scan nginx:1.27\n"
                    "  bulkhead scan archive:image.tar --only packages\n"
                    "  bulkhead scan nginx:1.27 -o table -o html=report.html -o sarif=report.sarif\n"
                    "  bulkhead scan app:1.4 --base debian:12 --policy policy.yaml --fail-on fixable:critical,kev,secret,gap\n"
                    "  bulkhead scan registry:registry.example:5000/team/app:1.4 --ca ca.pem\n",
        .opts = opts,
        .run = run,
};
