/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_CHECK_H
#define BH_COMPLY_CHECK_H
/*
 * Checks are data: YAML below content/baselines/ and in folders of users'
 * own; docs/BASELINES.md. One row says what is looked at, what must hold, and
 * everything that is said when it does not:
 *
 *     checks:
 *       - id: container-privileged
 *         title: { en: No container runs with --privileged, zh: 容器不以特权模式运行 }
 *         on: container                                the kind of fact (comply/fact.h)
 *         applies: container.running = true            left out: always
 *         pass: container.privileged = false           or `ask:` the question for a person
 *         severity: critical                           its weight follows; `weight:` says another
 *         category: security                           security, network, images, resources, health
 *         level: 1
 *         refs: { cis-docker-1.6.0: "5.5", attack: T1611 }
 *         evidence: [container.privileged]
 *         why:  { en: ..., zh: ... }
 *         mend: { en: "docker run without --privileged: %container.name", zh: ... }
 *               or by distribution: { debian: { en, zh }, rhel: { en, zh }, any: { en, zh } }
 *         cases:
 *           pass: [{ running: true, privileged: false }]
 *           fail: [{ running: true, privileged: true }]
 *           skip: [{ running: false }]                 does not apply
 *
 *     benchmarks:
 *       - id: cis-docker-1.6.0
 *         title: { en: CIS Docker Benchmark, zh: ... }
 *         version: 1.6.0
 *
 * A set is read once, is immutable but for its compiled conditions (one thread
 * at a time), and lives in its arena.
 */
#include "base/map.h"
#include "base/vec.h"
#include "comply/fact.h"
#include "fmt/rows.h"
#include "rule/rules.h"

enum bh_lang { BH_LANG_EN, BH_LANG_ZH, _BH_LANG_MAX };

/* One sentence in both languages. */
struct bh_both {
        struct bh_str in[_BH_LANG_MAX];
};

enum bh_comply_severity { BH_COMPLY_INFO, BH_COMPLY_LOW, BH_COMPLY_MEDIUM, BH_COMPLY_HIGH, BH_COMPLY_CRITICAL, _BH_COMPLY_SEVERITY_MAX };
enum bh_comply_category { BH_COMPLY_SECURITY, BH_COMPLY_NETWORK, BH_COMPLY_IMAGES, BH_COMPLY_RESOURCES, BH_COMPLY_HEALTH, _BH_COMPLY_CATEGORY_MAX };
const char *bh_comply_severity_str(enum bh_comply_severity s);
const char *bh_comply_category_str(enum bh_comply_category c);

struct bh_check_ref {
        struct bh_str benchmark, item; /* "cis-docker-1.6.0", "5.5" */
};

struct bh_check_mend {
        struct bh_str distribution; /* "debian"; "any" */
        struct bh_both text;        /* with %fields */
};

struct bh_check_evidence {
        struct bh_str name;  /* as written: "sysctl.value[kernel.kptr_restrict]" */
        unsigned field;      /* of the kind */
        struct bh_rule_format *print;
};

struct bh_check {
        struct bh_str id, place; /* place: "docker.yaml:12" */
        struct bh_both title, why, ask;
        const struct bh_fact_kind *on;
        struct bh_str applies_text, pass_text;
        struct bh_condition *applies, *pass; /* NULL: always; NULL: a person decides */
        enum bh_comply_severity severity;
        enum bh_comply_category category;
        unsigned weight, level;
        struct bh_check_ref *refs;
        size_t n_refs;
        struct bh_check_evidence *evidence;
        size_t n_evidence;
        struct bh_check_mend *mends;
        size_t n_mends;
        const struct bh_doc *cases;
};

struct bh_benchmark {
        struct bh_str id, version;
        struct bh_both title;
};

/* Which of all checks. */
struct bh_comply_opts {
        struct bh_str benchmark; /* only checks of it; empty: all */
        struct bh_str check;     /* only this one, or a glob; empty: all */
        unsigned level;          /* at most; 0: all */
};

struct bh_checks {
        struct bh_arena *arena;
        const struct bh_comply_opts *only; /* others are not kept, nor looked into; NULL: all are */
        BH_VEC(struct bh_arena *) files;   /* of files of which something is kept, with `only` */
        BH_VEC(struct bh_check) checks;
        BH_VEC(struct bh_benchmark) benchmarks;
        struct bh_map by_id;
};

void bh_checks_init(struct bh_checks *set, struct bh_arena *arena);
void bh_checks_done(struct bh_checks *set);
/* Adds what one file says; `name` is for the sentences. BH_E_FORMAT at "file:line:column"; what was read before stays. */
int bh_checks_parse(struct bh_checks *set, struct bh_str name, struct bh_str yaml, struct bh_err *err) BH_MUST_CHECK;
/* Every *.yaml of a folder, in the order of names. */
int bh_checks_load(struct bh_checks *set, const char *folder, struct bh_err *err) BH_MUST_CHECK;
bool bh_check_is_wanted(const struct bh_check *check, const struct bh_comply_opts *only);
/* Is there a benchmark of that id? */
bool bh_checks_have(const struct bh_checks *set, struct bh_str benchmark);
/* One of the two languages; English where the other is missing. */
struct bh_str bh_both_in(const struct bh_both *b, enum bh_lang lang);
/* The item of that benchmark a check is; empty: it is none. */
struct bh_str bh_check_item(const struct bh_check *check, struct bh_str benchmark);
/* Runs the cases of all checks: how many there are, and for each that does not come out as it says one line in `out`. */
int bh_checks_prove(struct bh_checks *set, size_t *ret_cases, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
