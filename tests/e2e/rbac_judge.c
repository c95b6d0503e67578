/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What our graph of rights says that each subject may do, for test_rbac_oracle.py; kubernetes/rbac-oracle/main.go prints the same from Kubernetes' own
 * authorizer. `rbac_judge --rights` prints what the powers are made of.
 *
 * A world a line on standard input: { "objects": a List, "subjects": [...], "namespaces": [...], "names": [...] }.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comply/k8s/rbac.h"
#include "fmt/json.h"

static const struct bh_str none = { "", 0 };

static const struct bh_rbac_subject *subject_of(const struct bh_rbac *rbac, const struct bh_doc *s) {
        struct bh_str kind = bh_doc_get_text(s, "kind");
        enum bh_rbac_who who = bh_str_is(kind, "Group") ? BH_RBAC_GROUP : bh_str_is(kind, "User") ? BH_RBAC_USER : BH_RBAC_ACCOUNT;

        return bh_rbac_find(rbac, who, bh_doc_get_text(s, "namespace"), bh_doc_get_text(s, "name"));
}

/* Who may has a binding that says so, of its own or of a group. */
static void expect_source(const struct bh_rbac_subject *s, enum bh_rbac_power power, struct bh_str namespace) {
        if (!bh_rbac_source(s, 1ull << power, namespace) && !bh_rbac_source(s, 1ull << power, none))
                abort();
}

static void print_powers(const struct bh_rbac_subject *s, struct bh_str namespace, const struct bh_doc *names) {
        for (unsigned p = 0; p < _BH_RBAC_MAX; p++) {
                enum bh_rbac_power power = (enum bh_rbac_power) p;

                if (bh_rbac_may(s, power, namespace, none)) {
                        expect_source(s, power, namespace);
                        printf(" %s", bh_rbac_about(power)->symbol);
                        continue;
                }
                for (const struct bh_doc *n = bh_doc_first(names); n; n = n->next)
                        if (bh_rbac_may(s, power, namespace, bh_doc_str(n)))
                                printf(" %s/%.*s", bh_rbac_about(power)->symbol, BH_FMT(bh_doc_str(n)));
        }
}

static void judge(const struct bh_doc *world, unsigned long line, struct bh_arena *arena) {
        struct bh_k8s_objects objects;
        struct bh_rbac rbac;
        unsigned n = 0;

        bh_k8s_objects_init(&objects, arena);
        if (!bh_k8s_objects_put(&objects, BH_STR("world"), bh_doc_get(world, "objects")))
                abort();
        bh_rbac_build(&rbac, &objects, arena);
        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(world, "subjects")); s; s = s->next, n++)
                for (const struct bh_doc *ns = bh_doc_first(bh_doc_get(world, "namespaces")); ns; ns = ns->next) {
                        const struct bh_rbac_subject *subject = subject_of(&rbac, s);

                        printf("%lu %u %.*s:", line, n, BH_FMT(bh_doc_str(ns)));
                        if (subject)
                                print_powers(subject, bh_doc_str(ns), bh_doc_get(world, "names"));
                        putchar('\n');
                }
}

static void print_rights(void) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_rbac_print_rights(&out);
        (void) fwrite(out.at, 1, out.len, stdout);
}

int main(int argc, char **argv) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        char *line = NULL;
        size_t cap = 0;
        ssize_t len;

        if (argc > 1 && strcmp(argv[1], "--rights") == 0)
                print_rights();
        for (unsigned long n = 0; argc == 1 && (len = getline(&line, &cap, stdin)) > 0; n++) {
                const struct bh_doc *root = NULL;

                if (bh_json_parse(arena, (struct bh_str){ line, (size_t) len }, &root, &err) < 0) {
                        fprintf(stderr, "line %lu: %s\n", n + 1, err.text);
                        return 1;
                }
                judge(root, n, arena);
                bh_arena_reset(arena);
        }
        free(line);
        bh_arena_free(&arena);
        return 0;
}
