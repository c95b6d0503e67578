/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wolfi's advisories (https://github.com/wolfi-dev/advisories, schema 2): a
 * YAML file a package, a list of events for each problem, much like VEX. The
 * latest event is the verdict.
 *
 *     advisories:
 *       - id: CGA-2h26-rh8h-r2vp
 *         aliases: [CVE-2025-22871]
 *         events:
 *           - { timestamp: 2025-04-10T08:18:45Z, type: fixed, data: { fixed-version: 1.2.1-r4 } }
 *
 * A CGA name is about one package, so it never stands for the CVE itself: the
 * record is the CVE's (or GHSA's), and the CGA its fix_id.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_wolfi_is(const struct bh_feed_in *in) {
        return bh_doc_get_text(bh_doc_get(in->root, "package"), "name").len &&
                bh_doc_get_text(in->root, "schema-version").len && bh_doc_get(in->root, "advisories");
}

static const struct {
        const char *type;
        enum bh_status status;
} verdicts[] = {
        { "detection", BH_STATUS_UNDER_INVESTIGATION },
        { "analysis-not-planned", BH_STATUS_UNDER_INVESTIGATION },
        { "true-positive-determination", BH_STATUS_AFFECTED },
        { "pending-upstream-fix", BH_STATUS_AFFECTED },
        { "fix-not-planned", BH_STATUS_WILL_NOT_FIX },
        { "false-positive-determination", BH_STATUS_NOT_AFFECTED },
        { "fixed", BH_STATUS_FIXED },
};

/* Events are in no promised order: timestamps decide, and the later one of equals. */
static const struct bh_doc *latest(const struct bh_doc *events) {
        const struct bh_doc *best = NULL;
        int64_t when = -1;

        for (const struct bh_doc *e = bh_doc_first(events); e; e = e->next) {
                int64_t t = bh_feed_time(bh_doc_get_text(e, "timestamp"));

                if (t >= when) {
                        when = t;
                        best = e;
                }
        }
        return best;
}

static bool read_verdict(struct bh_arena *arena, const struct bh_doc *event, struct bh_affected *a) {
        struct bh_str type = bh_doc_get_text(event, "type");
        struct bh_str fixed = bh_doc_get_text(bh_doc_get(event, "data"), "fixed-version");
        size_t i;

        for (i = 0; i < BH_LEN(verdicts) && !bh_str_is(type, verdicts[i].type); i++)
                ;
        if (i == BH_LEN(verdicts))
                return false;
        a->status = verdicts[i].status;
        if (a->status != BH_STATUS_FIXED)
                return true;
        if (fixed.len == 0)
                return false;
        if (bh_str_is(fixed, "0")) { /* secdb's way to say "never" */
                a->status = BH_STATUS_NOT_AFFECTED;
                return true;
        }
        a->ranges = bh_arena_make(arena, struct bh_range);
        a->ranges[0].fixed = fixed;
        a->n_ranges = 1;
        return true;
}

static int read_one(const struct bh_feed_in *in, struct bh_str package, const struct bh_doc *n, struct bh_err *err) {
        struct bh_affected *affected = bh_arena_make(in->arena, struct bh_affected);
        const struct bh_doc *event = latest(bh_doc_get(n, "events"));
        struct bh_advisory a = { .affected = affected, .n_affected = 1 };
        bh_feed_strs names = { 0 };

        affected->eco = BH_ECO_APK;
        affected->space = BH_STR("wolfi");
        affected->package = package;
        affected->fix_id = bh_doc_get_text(n, "id");
        if (!event || !read_verdict(in->arena, event, affected))
                return bh_fail(err, BH_E_FORMAT, "line %u: no event that says how it ended", n->line);
        a.modified_s = bh_feed_time(bh_doc_get_text(event, "timestamp"));
        bh_feed_add_text(in->arena, &names, bh_doc_get(n, "aliases"));
        if (names.len == 0) {
                a.id = affected->fix_id;
        } else {
                a.id = names.at[0];
                a.aliases = names.at + 1;
                a.n_aliases = (uint32_t) names.len - 1;
        }
        if (a.id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "line %u: an advisory without a name", n->line);
        return bh_feed_emit(in, &a, err);
}

int bh_wolfi_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_str package = bh_doc_get_text(bh_doc_get(in->root, "package"), "name");

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "advisories")); n; n = n->next) {
                int r = read_one(in, package, n, err);

                if (r == BH_E_FORMAT)
                        bh_feed_gap(in, bh_doc_get_text(n, "id"), err);
                else if (r < 0)
                        return r;
        }
        return 0;
}
