/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead vex: what a policy excuses and what vendors say, as a VEX document for others. */
#include <stdlib.h>

#include "base/vec.h"
#include "gate/vex_put.h"
#include "lib/vulns.h"
#include "model/purl.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        { "format", 'f', "FORMAT", "openvex, cyclonedx or csaf", "openvex", false },
        { "output", 'o', "FILE", "where to, instead of standard output", NULL, false },
        { "author", 0, "NAME", "who says so", "Bulkhead", false },
        { "fixed", 0, NULL, "also what the installed versions have fixed: long", NULL, false },
        BH_SESSION_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

struct making {
        struct bh_session session;
        struct bh_arena *arena;
        struct bh_report report;
        struct bh_matches verdicts;
        BH_VEC(struct bh_vex_line) lines;
};

static struct bh_str purl_of(struct making *m, uint32_t package) {
        return bh_purl_of_package(m->arena, &m->report.packages[package], &m->report.release);
}

/* An exception with a justification says that it does no harm; one without says that the harm is borne with. */
static void add_exceptions(struct making *m) {
        for (uint32_t i = 0; i < m->report.n_vulns; i++) {
                const struct bh_vuln_finding *v = &m->report.vulns[i];

                if (v->whose.hidden == BH_HIDDEN_EXCEPTION)
                        *bh_vec_add(m->arena, &m->lines) = (struct bh_vex_line){
                                .vuln = v->vuln.id, .purl = purl_of(m, v->package), .words = v->whose.hidden_why, .justification = v->whose.hidden_as,
                                .status = v->whose.hidden_as.len ? BH_VEX_NOT_AFFECTED : BH_VEX_AFFECTED,
                        };
        }
}

static const struct bh_considered *decided(const struct bh_vuln_match *v) {
        for (uint32_t i = 0; i < v->n_considered; i++)
                if (v->considered[i].decided)
                        return &v->considered[i];
        return NULL;
}

static void add_vendors(struct making *m, bool fixed_too) {
        for (size_t i = 0; i < m->verdicts.len; i++) {
                const struct bh_vuln_match *v = &m->verdicts.at[i];
                const struct bh_considered *c = decided(v);
                bool fixed = c && c->reason == BH_REASON_FIXED;

                if (v->vulnerable || !c || !(c->reason == BH_REASON_VENDOR_CLEARS || (fixed && fixed_too)))
                        continue;
                *bh_vec_add(m->arena, &m->lines) = (struct bh_vex_line){
                        .vuln = v->id, .purl = purl_of(m, v->package), .status = fixed ? BH_VEX_FIXED : BH_VEX_NOT_AFFECTED,
                        .words = bh_arena_printf(m->arena, "%.*s: %s%s%.*s", BH_FMT(c->said.source), bh_reason_str(c->reason), fixed ? ", since " : "",
                                                 BH_FMT(fixed ? c->bound : BH_STR(""))),
                };
        }
}

static int by_vuln(const void *a, const void *b) {
        const struct bh_vex_line *x = a, *y = b;
        int r = bh_str_cmp(x->vuln, y->vuln);

        r = r ? r : bh_str_cmp(x->purl, y->purl);
        r = r ? r : (int) x->status - (int) y->status;
        return r ? r : bh_str_cmp(x->words, y->words);
}

/* pkg:oci/NAME@DIGEST, with where it lies when its name says so. */
static struct bh_str product_of(struct making *m) {
        const struct bh_image *image = &m->report.image;
        struct bh_str digest = image->manifest_digest.len ? image->manifest_digest : image->config_digest, name, tag;
        struct bh_purl_qualifier url = { .key = BH_STR_INIT("repository_url") };
        struct bh_purl purl = { .type = BH_STR_INIT("oci"), .version = digest };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        if (digest.len == 0)
                return BH_STR("");
        name = image->n_repo_tags ? image->repo_tags[0] : BH_STR("image");
        if (bh_str_rchr(name, ':') > bh_str_rchr(name, '/'))
                name = bh_str_part(name, 0, (size_t) bh_str_rchr(name, ':'));
        (void) bh_str_cut(name, '@', &name, &tag);
        purl.name = bh_str_basename(name);
        if (bh_str_chr(name, '/') >= 0) {
                url.value = name;
                purl.qualifiers = &url;
                purl.n_qualifiers = 1;
        }
        bh_purl_print(&purl, &out);
        return bh_arena_str(m->arena, bh_buf_str(&out));
}

static int write_document(struct making *m, struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_vex_document d = { .author = bh_str_of(bh_cli_get(cli, "author")), .tool = BH_STR("bulkhead " BH_VERSION), .product = product_of(m),
                                     .title = m->report.target, .time_s = m->session.opts.today_s, .lines = m->lines.at, .n_lines = m->lines.len };
        int r = bh_vex_put(bh_cli_get(cli, "format"), &d, &out, err);

        return r < 0 ? r : bh_output_bytes(bh_cli_get(cli, "output"), bh_buf_str(&out), err);
}

static int make(struct making *m, struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf nothing = { 0 };
        int r = bh_vex_put(bh_cli_get(cli, "format"), &(struct bh_vex_document){ 0 }, &nothing, err); /* is there such a format? */

        if (r >= 0)
                r = bh_session_open(&m->session, cli, err);
        if (r >= 0 && !m->session.index)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no vulnerability database to ask; \"bulkhead db build\" makes one");
        if (r < 0)
                return r;
        m->session.opts.acquire.parts = 0; /* packages are enough */
        r = bh_session_scan(&m->session, cli->args[0], m->arena, &m->report, err);
        if (r >= 0)
                r = bh_report_verdicts(&m->report, m->session.index, m->arena, &m->verdicts, err);
        if (r < 0)
                return r;
        add_exceptions(m);
        add_vendors(m, bh_cli_has(cli, "fixed"));
        if (m->lines.len)
                qsort(m->lines.at, m->lines.len, sizeof *m->lines.at, by_vuln);
        return write_document(m, cli, err);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct making m = { .arena = arena, .session.content_fd = -1 };
        int r = cli->n_args == 1 ? make(&m, cli, err) : bh_fail(err, BH_E_USAGE, "vex wants one target");

        bh_session_close(&m.session);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_vex = {
        .name = "vex",
        .about = "say in VEX which vulnerabilities do no harm in an image",
        .args = "TARGET",
        .text = "From the exceptions of --policy and --exceptions: with a justification as not_affected, without one as affected\n"
                "and borne with; and from the vendors' own not-affected. Others give the document to their scanner, or to\n"
                "bulkhead scan --vex.\n",
        .examples = "  bulkhead vex app:1.4 --policy policy.yaml -o app.openvex.json\n"
                    "  bulkhead vex app:1.4 --exceptions exceptions.yaml --format csaf\n",
        .opts = opts,
        .run = run,
};
