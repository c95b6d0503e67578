/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/judge.h"

static struct bh_str without_epoch(struct bh_str v) {
        size_t n = 0;

        while (n < v.len && bh_is_digit(v.at[n]))
                n++;
        return n && n < v.len && v.at[n] == ':' ? bh_str_from(v, n + 1) : v;
}

int bh_installed_cmp(const struct bh_installed *have, struct bh_str a, struct bh_str b) {
        return have->no_epoch ? bh_version_cmp(have->scheme, without_epoch(a), without_epoch(b))
                              : bh_version_cmp(have->scheme, a, b);
}

static bool in_list(struct bh_str list, struct bh_str word) {
        struct bh_str one;

        while (bh_str_split(&list, ',', &one))
                if (bh_str_eq(one, word))
                        return true;
        return false;
}

/* The first `parts` numbers of the upstream version: "16.19" of "1:16.19.1-1". */
static bool same_numbers(struct bh_str a, struct bh_str b, unsigned parts) {
        a = without_epoch(a);
        b = without_epoch(b);
        for (size_t i = 0;; i++) {
                bool ends_a = i >= a.len || !bh_is_digit(a.at[i]), ends_b = i >= b.len || !bh_is_digit(b.at[i]);

                if (ends_a != ends_b || (!ends_a && a.at[i] != b.at[i]))
                        return false;
                if (ends_a && (--parts == 0 || i >= a.len || i >= b.len || a.at[i] != '.' || b.at[i] != '.'))
                        return true;
        }
}

static bool modular(struct bh_str version) {
        return bh_str_find(version, BH_STR(".module")) >= 0;
}

static struct bh_str some_fix(const struct bh_statement *s) {
        for (uint32_t i = 0; i < s->n_ranges; i++)
                if (s->ranges[i].fixed.len)
                        return s->ranges[i].fixed;
        return (struct bh_str){ 0 };
}

/* "nodejs:18:8090020240...:rhel9" and "nodejs:18": name and stream. */
static bool same_module(struct bh_str label, struct bh_str stream) {
        return bh_str_cut_prefix(&label, stream) && (!label.len || label.at[0] == ':');
}

/*
 * Red Hat names a module's stream; its rebuilds only show ".module" in the
 * fixed version. Without a stream to compare, the first number of the version
 * stands for it: nodejs 16 and nodejs 18 are other streams.
 */
static bool other_module(const struct bh_installed *have, const struct bh_statement *s) {
        bool is = have->module.len || modular(have->version);
        struct bh_str fix = some_fix(s);

        if (have->scheme != BH_SCHEME_RPM)
                return false;
        if (!is)
                return s->module.len || modular(fix);
        if (s->module.len && have->module.len)
                return !same_module(have->module, s->module);
        if (s->module.len)
                return fix.len && !same_numbers(have->version, fix, 1);
        return !modular(fix) || !same_numbers(have->version, fix, 1);
}

static bool other_arch(const struct bh_installed *have, const struct bh_statement *s) {
        return s->arch.len && have->arch.len && !in_list(s->arch, have->arch) && !in_list(s->arch, BH_STR("noarch"));
}

static bool listed(const struct bh_installed *have, const struct bh_statement *s) {
        for (uint32_t i = 0; i < s->n_versions; i++)
                if (bh_installed_cmp(have, have->version, s->versions[i]) == 0)
                        return true;
        return false;
}

enum side { BELOW, INSIDE, ABOVE };

static enum side side_of(const struct bh_installed *have, const struct bh_range *r) {
        if (r->introduced.len && bh_installed_cmp(have, have->version, r->introduced) < 0)
                return BELOW;
        if (r->fixed.len)
                return bh_installed_cmp(have, have->version, r->fixed) < 0 ? INSIDE : ABOVE;
        if (r->last_affected.len)
                return bh_installed_cmp(have, have->version, r->last_affected) <= 0 ? INSIDE : ABOVE;
        return INSIDE;
}

static struct bh_judgement holds(const struct bh_statement *s, enum bh_reason reason, struct bh_str bound, struct bh_str fixed) {
        if (s->status == BH_STATUS_NOT_AFFECTED)
                return (struct bh_judgement){ BH_REASON_VENDOR_CLEARS, bound, { 0 } };
        return (struct bh_judgement){ reason, bound, fixed };
}

static struct bh_judgement try_ranges(const struct bh_installed *have, const struct bh_statement *s) {
        struct bh_judgement out = { .reason = BH_REASON_OUTSIDE };

        for (uint32_t i = 0; i < s->n_ranges; i++) {
                const struct bh_range *r = &s->ranges[i];
                enum side side = side_of(have, r);

                if (side == INSIDE)
                        return holds(s, BH_REASON_HOLDS, r->fixed.len ? r->fixed : r->last_affected, r->fixed);
                if (side == ABOVE && r->fixed.len && (!out.bound.len || bh_installed_cmp(have, out.bound, r->fixed) < 0))
                        out = (struct bh_judgement){ BH_REASON_FIXED, r->fixed, { 0 } };
        }
        return listed(have, s) ? holds(s, BH_REASON_HOLDS, have->version, (struct bh_str){ 0 }) : out;
}

struct bh_judgement bh_judge(const struct bh_installed *have, const struct bh_statement *s) {
        struct bh_str fix = some_fix(s);

        if (s->status == BH_STATUS_WITHDRAWN)
                return (struct bh_judgement){ .reason = BH_REASON_WITHDRAWN };
        if (other_arch(have, s))
                return (struct bh_judgement){ .reason = BH_REASON_ARCH };
        if (other_module(have, s))
                return (struct bh_judgement){ .reason = BH_REASON_MODULE };
        if (have->same_stream && fix.len && !same_numbers(have->version, fix, 2))
                return (struct bh_judgement){ .reason = BH_REASON_CHANNEL, .bound = fix };
        if (s->n_ranges == 0 && s->n_versions == 0)
                return holds(s, BH_REASON_HOLDS_ALL, (struct bh_str){ 0 }, (struct bh_str){ 0 });
        if (!have->version.len || have->version.at[0] == '(')
                return (struct bh_judgement){ .reason = BH_REASON_NO_VERSION };
        return try_ranges(have, s);
}
