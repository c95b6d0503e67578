/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/proof.h"

struct prover {
        struct bh_content_run *run;
        const struct bh_content_rule *rule;
        const struct bh_content_proof *proof;
        bool fired;
        int failed;
        bh_proof_fn fn;
        void *user;
};

static void fail(struct prover *p, const char *what, struct bh_str detail) {
        struct bh_proof_failure f = { p->rule, p->proof, what, detail };

        p->failed++;
        p->fn(p->user, &f);
}

static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct prover *p = user;

        (void) err;
        p->fired |= bh_str_eq(f->rule, p->rule->id);
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        (void) where;
        fail(user, "a gap", bh_str_of(err->text));
}

static int prove(struct prover *p, const struct bh_content_proofs *proofs, bool must_fire, struct bh_err *err) {
        struct bh_finding_sink sink = { p, on_finding, on_gap };

        for (uint32_t i = 0; i < proofs->n; i++) {
                struct bh_content_where where = { proofs->at[i].path, 0 };
                int r;

                p->proof = &proofs->at[i];
                p->fired = false;
                r = bh_content_scan(p->run, &where, p->proof->text, &sink, err);
                if (r < 0)
                        return bh_wrap(err, r, "%.*s:%u", BH_FMT(p->rule->file), p->proof->line);
                if (p->fired != must_fire)
                        fail(p, must_fire ? "does not fire" : "is not quiet", p->proof->text);
        }
        return 0;
}

static int automaton_of(const struct bh_content *content, struct bh_literals **ret, struct bh_err *err) {
        struct bh_literals_builder *b = bh_literals_builder_new();
        int r = bh_content_register(content, b, err);

        if (r == 0)
                r = bh_literals_build(b, ret, err);
        bh_literals_builder_free(&b);
        return r;
}

int bh_content_prove(const struct bh_content *content, bh_proof_fn fn, void *user, struct bh_err *err) {
        struct prover p = { .fn = fn, .user = user };
        struct bh_literals *literals = NULL;
        int r = automaton_of(content, &literals, err);

        if (r < 0)
                return r;
        p.run = bh_content_run_new(content, literals);
        for (uint32_t i = 0; i < content->n_rules && r == 0; i++) {
                p.rule = &content->rules[i];
                r = prove(&p, &p.rule->fires, true, err);
                if (r == 0)
                        r = prove(&p, &p.rule->quiet, false, err);
        }
        bh_content_run_free(&p.run);
        bh_literals_free(&literals);
        return r < 0 ? r : p.failed;
}
