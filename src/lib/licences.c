/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/licences.h"

#include "base/hash.h"
#include "gate/licences.h"
#include "scan/config_rules.h"

/* What an expression came to; most packages share theirs with others. */
struct verdict {
        struct bh_str spdx;
        enum bh_licence_class class;
};

/* What a name came to: the same few stand in most expressions. */
struct name {
        struct bh_spdx is;
        bool known;
};

struct judging {
        const struct bh_licences *table;
        struct bh_spdx_names names; /* the table's */
        const struct bh_policy *policy;
        struct bh_arena *arena;
        struct bh_map known; /* text -> struct verdict */
        struct bh_map asked; /* text -> struct name */
};

static enum bh_licence_class own_class(const void *user, struct bh_str id) {
        return bh_policy_licence_class(user, id);
}

static bool find_name(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_spdx *ret) {
        struct judging *j = (struct judging *) (uintptr_t) user;
        struct name *n = bh_map_get(&j->asked, text);

        if (!n) {
                n = bh_arena_make(j->arena, struct name);
                *n = (struct name){ 0 };
                n->known = j->names.find(j->names.user, arena, text, &n->is);
                bh_map_set(&j->asked, text, n);
        }
        if (n->known) {
                ret->id = n->is.id;
                ret->exception = n->is.exception;
        }
        return n->known;
}

static bool find_exception(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_str *ret) {
        const struct judging *j = user;

        return j->names.find_exception(j->names.user, arena, text, ret);
}

static const struct verdict *judge(struct judging *j, struct bh_str text) {
        struct bh_spdx_names names = { find_name, find_exception, j };
        struct bh_licence_own own = { own_class, j->policy };
        struct verdict *v = bh_map_get(&j->known, text);
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_spdx *e;

        if (v)
                return v;
        v = bh_arena_make(j->arena, struct verdict);
        *v = (struct verdict){ .spdx = text };
        if (text.len && bh_spdx_parse(j->arena, text, &names, &e, &err) >= 0) {
                bh_spdx_print(e, &out);
                v->spdx = bh_arena_str(j->arena, bh_buf_str(&out));
                v->class = bh_licence_judge(j->table, e, &own);
        }
        bh_map_set(&j->known, text, v);
        return v;
}

void bh_report_licences(struct bh_report *report, const struct bh_licences *table, const struct bh_policy *policy, struct bh_arena *arena) {
        struct judging j = { table, bh_licences_names(table), policy, arena, bh_map_in(arena), bh_map_in(arena) };

        report->licences.known = true;
        for (uint32_t i = 0; i < report->n_packages; i++) {
                struct bh_package *p = &report->packages[i];
                struct bh_str said = bh_policy_licence_of(policy, p->name);
                const struct verdict *v = judge(&j, said.len ? said : p->licence);

                p->licence_spdx = v->spdx;
                p->licence_class = v->class;
                report->licences.n[v->class] += p->owner.len == 0;
        }
}

static const struct {
        const char *rule, *why, *mend;
} rows[_BH_LICENCE_CLASS_MAX] = {
        [BH_LICENCE_UNKNOWN] = { "LICENCE-UNKNOWN", "What nobody knows nobody can keep to: without a licence all rights stay with the author.",
                                 "Find out the licence, and say it in the policy's licences (package and licence, or id and class)." },
        [BH_LICENCE_PUBLIC_DOMAIN] = { "LICENCE-PUBLIC-DOMAIN", "Nothing is asked.", "Nothing, unless a rule of your house says otherwise." },
        [BH_LICENCE_PERMISSIVE] = { "LICENCE-PERMISSIVE", "The notice must go with every copy.", "Keep the notices." },
        [BH_LICENCE_WEAK_COPYLEFT] = { "LICENCE-WEAK-COPYLEFT", "Changes to it must be passed on under its licence, with their source.",
                                       "Keep the notices; offer the source of what was changed." },
        [BH_LICENCE_STRONG_COPYLEFT] = { "LICENCE-STRONG-COPYLEFT", "What is one work with it and passed on must come with its source, under this licence.",
                                         "Offer the source to whoever gets the image; see that nothing closed is linked with it." },
        [BH_LICENCE_NETWORK_COPYLEFT] = { "LICENCE-NETWORK-COPYLEFT", "The source is owed even to those who only use it over a network.",
                                          "Offer the source to its users, buy another licence, or replace it." },
        [BH_LICENCE_SOURCE_AVAILABLE] = { "LICENCE-SOURCE-AVAILABLE", "Some uses are forbidden: selling it as a service, commerce, change, a field of work.",
                                          "Read what is forbidden; replace it, or buy a licence." },
        [BH_LICENCE_PROPRIETARY] = { "LICENCE-PROPRIETARY", "It may be used, and passed on, by permission alone.",
                                     "See that the permission covers this image and whoever gets it." },
};

static void add(const struct bh_package *p, enum bh_severity severity, struct bh_arena *arena, struct bh_finding_list *out) {
        struct bh_finding *f = bh_vec_add(arena, out);
        enum bh_licence_class c = p->licence_class;

        *f = (struct bh_finding){ .kind = BH_FINDING_LICENCE, .severity = severity, .rule = bh_str_of(rows[c].rule),
                                  .title = bh_str_of(bh_licence_class_title(c)), .category = bh_str_of(bh_licence_class_str(c)), .path = p->location,
                                  .package = p->name, .detail = bh_str_of(rows[c].why), .mend = bh_str_of(rows[c].mend), .layer = p->layer };
        f->evidence = bh_config_show(arena, bh_arena_printf(arena, "%.*s %.*s: %.*s", BH_FMT(p->name), BH_FMT(p->version),
                                                            BH_FMT(p->licence_spdx.len ? p->licence_spdx : BH_STR("says nothing"))), 400);
        f->path = bh_config_show(arena, p->location, 1024);
        f->fingerprint = bh_hash64(bh_arena_printf(arena, "%s|%.*s|%.*s|%.*s", rows[c].rule, BH_FMT(p->location), BH_FMT(p->name), BH_FMT(p->licence_spdx)));
}

void bh_licence_findings(const struct bh_report *report, const struct bh_policy *policy, struct bh_arena *arena, struct bh_finding_list *out) {
        enum bh_severity severities[_BH_LICENCE_CLASS_MAX];

        for (unsigned c = 0; c < _BH_LICENCE_CLASS_MAX; c++)
                severities[c] = bh_policy_licence_severity(policy, (enum bh_licence_class) c);
        for (uint32_t i = 0; i < report->n_packages; i++) {
                const struct bh_package *p = &report->packages[i];

                if (p->owner.len == 0 && severities[p->licence_class] != BH_SEVERITY_UNKNOWN)
                        add(p, severities[p->licence_class], arena, out);
        }
}
