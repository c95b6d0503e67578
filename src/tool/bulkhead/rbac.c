/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rbac: who can take a cluster over, and by which chain of rights. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "comply/k8s/pod.h"
#include "comply/k8s/rbac.h"
#include "fmt/json_put.h"
#include "sense/audit.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/k8s_files.h"
#include "tool/bulkhead/output.h"

static const struct bh_opt opts[] = {
        { "audit", 0, "LOG", "an audit log of the API server: what of the rights was used; may be given several times", NULL, true },
        BH_TOOL_K8S_LIVE_OPTS,
        { "goal", 0, "GOAL", "only who reaches this: admin, secrets or code", NULL, false },
        { "all", 'a', NULL, "Kubernetes' own subjects too, and of everything all there are", NULL, false },
        { "fail-on", 0, "SEVERITY", "exit with 1 from this severity of a risk on: low, medium, high, critical, or never", "never", false },
        { "format", 0, "FORMAT", "table or json", "table", false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* What a page of a terminal or two can hold; with --all there is no end. */
enum { SUBJECTS_SHOWN = 20, RISKS_SHOWN = 50, WORKLOADS_SHOWN = 50 };

static const char *const severities[] = { "info", "low", "medium", "high", "critical" };

struct view {
        struct bh_cli *cli;
        struct bh_tool_k8s k8s;
        struct bh_rbac rbac;
        struct bh_rbac_risks risks;
        struct bh_arena *scratch;
        bool all, json, audited;
        int goal; /* enum bh_rbac_goal; -1: all */
        unsigned fail_on;
        uint64_t events, others, bad;
        size_t n_workloads;
        struct bh_buf out;
        struct bh_json_put j;
};

/* ---- the audit log ---- */

static bool was_allowed(const struct bh_doc *event) {
        struct bh_str decision = bh_doc_get_text(bh_doc_get(event, "annotations"), "authorization.k8s.io/decision");
        int64_t code = bh_doc_int(bh_doc_path(event, "responseStatus.code"), 0);

        return decision.len ? bh_str_is(decision, "allow") : code != 401 && code != 403;
}

static int saw(void *user, const struct bh_audit_event *event) {
        struct view *v = user;
        const struct bh_doc *root = event->root, *ref = bh_doc_get(root, "objectRef"), *as = bh_doc_get(root, "impersonatedUser");
        struct bh_str stage = bh_doc_get_text(root, "stage");
        struct bh_rbac_request q = { .verb = bh_doc_get_text(root, "verb"), .user = bh_doc_get_text(as ? as : bh_doc_get(root, "user"), "username") };

        if (bh_str_is(stage, "RequestReceived") || bh_str_is(stage, "ResponseStarted") || !was_allowed(root))
                return 0;
        q.group = bh_doc_get_text(ref, "apiGroup");
        q.resource = bh_doc_get_text(ref, "resource");
        q.subresource = bh_doc_get_text(ref, "subresource");
        q.namespace = bh_doc_get_text(ref, "namespace");
        q.name = bh_doc_get_text(ref, "name");
        q.reason = bh_doc_get_text(bh_doc_get(root, "annotations"), "authorization.k8s.io/reason");
        if (!ref && !bh_str_cut(bh_doc_get_text(root, "requestURI"), '?', &q.path, &(struct bh_str){ 0 }))
                q.path = bh_doc_get_text(root, "requestURI");
        v->events++;
        if (!bh_rbac_saw(&v->rbac, &q))
                v->others++;
        return 0;
}

static int read_log(struct view *v, const char *path, struct bh_err *err) {
        FILE *f = fopen(path, "re");
        char *line = NULL;
        size_t cap = 0;
        ssize_t len;

        if (!f)
                return bh_fail_sys(err, errno, "%s", path);
        while ((len = getline(&line, &cap, f)) > 0) {
                struct bh_str text = bh_str_trim((struct bh_str){ line, (size_t) len });

                if (text.len && bh_audit_parse(v->scratch, text, saw, v, err) < 0)
                        v->bad++;
                bh_arena_reset(v->scratch);
        }
        free(line);
        (void) fclose(f);
        return 0;
}

static int read_logs(struct view *v, struct bh_err *err) {
        const char *path;
        int r = 0;

        for (size_t i = 0; r >= 0 && (path = bh_cli_nth(v->cli, "audit", i)); i++) {
                v->audited = true;
                r = read_log(v, path, err);
        }
        if (r >= 0 && v->audited && v->events == 0)
                return bh_fail(err, BH_E_FORMAT, "no event of an audit log is in there (%llu lines could not be read)", (unsigned long long) v->bad);
        return r;
}

/* ---- who ---- */

static bool is_shown(const struct view *v, const struct bh_rbac_subject *s) {
        return s->bindings.len && (v->all || !bh_rbac_of_system(s));
}

static bool is_asked(const struct view *v, unsigned goal) {
        return v->goal < 0 || v->goal == (int) goal;
}

static struct bh_str binding_text(struct view *v, const struct bh_rbac_binding *b) {
        struct bh_str place = bh_k8s_place(v->scratch, b->object, NULL);

        return bh_arena_printf(v->scratch, "%.*s %.*s%s%.*s (%.*s %.*s), %.*s", BH_FMT(b->object->kind), BH_FMT(b->scope), b->scope.len ? "/" : "",
                               BH_FMT(b->object->name), BH_FMT(b->role->kind), BH_FMT(b->role->name), BH_FMT(place));
}

/* Who is an administrator reads secrets and runs code: it is told once. */
static bool is_told_above(const struct view *v, const struct bh_rbac_subject *s, unsigned goal) {
        return v->goal < 0 && goal > BH_RBAC_ADMIN && bh_rbac_reaches(&v->rbac, s, BH_RBAC_ADMIN);
}

static void put_chain(struct view *v, const struct bh_rbac_subject *s, enum bh_rbac_goal goal) {
        struct bh_rbac_chain chain = { 0 };
        struct bh_str text = bh_rbac_subject_text(v->scratch, s);

        BH_IGNORE(bh_rbac_chain_of(&v->rbac, s, goal, v->scratch, &chain));
        bh_buf_printf(&v->out, "\n  %.*s\n", BH_FMT(text));
        for (size_t i = 0; i < chain.len; i++) {
                const struct bh_rbac_step *step = &chain.at[i];

                bh_buf_printf(&v->out, "    %.*s -> %.*s\n", BH_FMT(step->by), BH_FMT(step->to));
                if (step->binding) {
                        text = binding_text(v, step->binding);
                        bh_buf_printf(&v->out, "        by %.*s\n", BH_FMT(text));
                }
        }
}

/* Whether the n-th of a list is still shown. */
static bool has_room(const struct view *v, size_t n, size_t most) {
        return v->all || n < most;
}

static void put_rest(struct view *v, size_t n, size_t most, const char *what) {
        if (!v->all && n > most)
                bh_buf_printf(&v->out, "  ... and %zu more %s (--all shows them)\n", n - most, what);
}

static void put_goal(struct view *v, enum bh_rbac_goal goal) {
        size_t n = 0, above = 0, shown = 0;

        for (size_t i = 0; i < v->rbac.subjects.len; i++) {
                const struct bh_rbac_subject *s = v->rbac.subjects.items[i].value;

                if (!is_shown(v, s) || !bh_rbac_reaches(&v->rbac, s, goal))
                        continue;
                if (is_told_above(v, s, goal))
                        above++;
                else
                        n++;
        }
        bh_buf_printf(&v->out, "Who can %s: %zu%s\n", bh_rbac_goal_str(goal), n + above, above ? ", all administrators above among them" : "");
        for (size_t i = 0; i < v->rbac.subjects.len; i++) {
                const struct bh_rbac_subject *s = v->rbac.subjects.items[i].value;

                if (is_shown(v, s) && bh_rbac_reaches(&v->rbac, s, goal) && !is_told_above(v, s, goal) && has_room(v, shown++, SUBJECTS_SHOWN))
                        put_chain(v, s, goal);
                bh_arena_reset(v->scratch);
        }
        if (!v->all && n > SUBJECTS_SHOWN)
                bh_buf_putc(&v->out, '\n');
        put_rest(v, n, SUBJECTS_SHOWN, "who can");
        bh_buf_putc(&v->out, '\n');
}

/* ---- workloads ---- */

typedef void workload_fn(struct view *v, const struct bh_k8s_object *o, const struct bh_rbac_subject *s);

static void each_workload(struct view *v, workload_fn *fn) {
        for (size_t i = 0; i < v->k8s.objects.kinds.len; i++) {
                const struct bh_k8s_kind *k = v->k8s.objects.kinds.items[i].value;

                for (const struct bh_k8s_object *o = k->first; o; o = o->next) {
                        const struct bh_rbac_subject *s;
                        struct bh_k8s_pod pod;

                        if (bh_k8s_owned(o) || !bh_k8s_pod_of(o->doc, &pod))
                                continue;
                        s = bh_rbac_find(&v->rbac, BH_RBAC_ACCOUNT, bh_k8s_namespace(o), bh_k8s_account(&pod));
                        if (s && s->running && is_shown(v, s))
                                fn(v, o, s);
                }
        }
}

static void put_workload(struct view *v, const struct bh_k8s_object *o, const struct bh_rbac_subject *s) {
        struct bh_str namespace = bh_k8s_namespace(o);
        const char *sep = "";

        if (!bh_rbac_reaches(&v->rbac, s, BH_RBAC_ADMIN) && !bh_rbac_reaches(&v->rbac, s, BH_RBAC_SECRETS) && !bh_rbac_reaches(&v->rbac, s, BH_RBAC_CODE))
                return;
        if (!has_room(v, v->n_workloads++, WORKLOADS_SHOWN))
                return;
        bh_buf_printf(&v->out, "  %.*s %.*s/%.*s as %.*s: ", BH_FMT(o->kind), BH_FMT(namespace), BH_FMT(o->name), BH_FMT(s->name));
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (bh_rbac_reaches(&v->rbac, s, (enum bh_rbac_goal) g)) {
                        bh_buf_printf(&v->out, "%s%s", sep, bh_rbac_goal_str((enum bh_rbac_goal) g));
                        sep = ", ";
                }
        bh_buf_putc(&v->out, '\n');
}

/* ---- risks ---- */

static void put_risk(struct view *v, const struct bh_rbac_risk *r) {
        struct bh_str who = r->subject ? bh_rbac_subject_text(v->scratch, r->subject) : (struct bh_str){ "", 0 };
        struct bh_str place = r->object ? bh_k8s_place(v->scratch, r->object, NULL) : (struct bh_str){ "", 0 };

        bh_buf_printf(&v->out, "  %-8s %s  %.*s%s%.*s%s%.*s", severities[r->severity], r->id, BH_FMT(who), who.len ? " " : "", BH_FMT(r->words), r->scope.len ? " in " : "",
                      BH_FMT(r->scope));
        if (place.len)
                bh_buf_printf(&v->out, "  (%.*s)", BH_FMT(place));
        bh_buf_putc(&v->out, '\n');
        bh_arena_reset(v->scratch);
}

/* ---- what was used ---- */

static void put_used(struct view *v, const struct bh_rbac_subject *s) {
        struct bh_str text = bh_rbac_subject_text(v->scratch, s);

        bh_buf_printf(&v->out, "\n  %.*s: %llu requests\n", BH_FMT(text), (unsigned long long) s->n_uses);
        for (size_t i = 0; i < s->bindings.len; i++) {
                uint32_t used, all;

                bh_rbac_used_of(s, s->bindings.at[i], &used, &all);
                text = binding_text(v, s->bindings.at[i]);
                bh_buf_printf(&v->out, "    %u of %u rights used: %.*s\n", used, all, BH_FMT(text));
        }
        if (s->n_uses) {
                bh_buf_puts(&v->out, "    the least that would have done:\n");
                bh_rbac_least(s, &v->out);
        }
}

static void put_all_used(struct view *v) {
        bh_buf_printf(&v->out, "Granted against used: %llu requests that were allowed, %llu of them by nobody with a binding here", (unsigned long long) v->events,
                      (unsigned long long) v->others);
        bh_buf_printf(&v->out, v->bad ? "; %llu lines could not be read\n" : "\n", (unsigned long long) v->bad);
        for (size_t i = 0; i < v->rbac.subjects.len; i++) {
                const struct bh_rbac_subject *s = v->rbac.subjects.items[i].value;

                if (is_shown(v, s) && s->who != BH_RBAC_GROUP)
                        put_used(v, s);
                bh_arena_reset(v->scratch);
        }
}

/* ---- the whole ---- */

/* Names come from files: nothing of them may move the cursor. */
static void clean(struct bh_buf *out) {
        for (size_t i = 0; i < out->len; i++)
                if (((unsigned char) out->at[i] < ' ' && out->at[i] != '\n') || out->at[i] == 0x7f)
                        out->at[i] = '?';
}

static void put_workloads(struct view *v) {
        bh_buf_puts(&v->out, "\nWorkloads whose account comes to that:\n");
        each_workload(v, put_workload);
        put_rest(v, v->n_workloads, WORKLOADS_SHOWN, "workloads");
        if (v->n_workloads == 0)
                bh_buf_puts(&v->out, "  none\n");
}

static void put_table(struct view *v) {
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (is_asked(v, g))
                        put_goal(v, (enum bh_rbac_goal) g);
        if (v->goal < 0) {
                bh_buf_printf(&v->out, "Risks: %zu\n", v->risks.len);
                for (size_t i = 0; i < v->risks.len && has_room(v, i, RISKS_SHOWN); i++)
                        put_risk(v, &v->risks.at[i]);
                put_rest(v, v->risks.len, RISKS_SHOWN, "risks");
                put_workloads(v);
        }
        if (v->audited) {
                bh_buf_putc(&v->out, '\n');
                put_all_used(v);
        }
        for (size_t i = 0; i < v->k8s.gaps.len; i++)
                bh_buf_printf(&v->out, "%snot read: %.*s: %.*s\n", i ? "" : "\n", BH_FMT(v->k8s.gaps.at[i].where), BH_FMT(v->k8s.gaps.at[i].why));
        clean(&v->out);
}

static void json_binding(struct view *v, const struct bh_rbac_binding *b) {
        bh_json_put_open(&v->j, "binding", '{');
        bh_json_put_str(&v->j, "kind", b->object->kind);
        bh_json_put_some(&v->j, "namespace", b->scope);
        bh_json_put_str(&v->j, "name", b->object->name);
        bh_json_put_str(&v->j, "role", b->role->name);
        bh_json_put_str(&v->j, "place", bh_k8s_place(v->scratch, b->object, NULL));
        bh_json_put_close(&v->j);
}

static void json_chain(struct view *v, const struct bh_rbac_subject *s, enum bh_rbac_goal goal) {
        struct bh_rbac_chain chain = { 0 };

        BH_IGNORE(bh_rbac_chain_of(&v->rbac, s, goal, v->scratch, &chain));
        bh_json_put_open(&v->j, bh_rbac_goal_word(goal), '[');
        for (size_t i = 0; i < chain.len; i++) {
                bh_json_put_open(&v->j, NULL, '{');
                bh_json_put_str(&v->j, "from", chain.at[i].from);
                bh_json_put_str(&v->j, "by", chain.at[i].by);
                bh_json_put_str(&v->j, "to", chain.at[i].to);
                if (chain.at[i].binding)
                        json_binding(v, chain.at[i].binding);
                bh_json_put_close(&v->j);
        }
        bh_json_put_close(&v->j);
}

static void json_used(struct view *v, const struct bh_rbac_subject *s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf least = { 0 };

        bh_json_put_u64(&v->j, "requests", s->n_uses);
        bh_json_put_open(&v->j, "bindings", '[');
        for (size_t i = 0; i < s->bindings.len; i++) {
                uint32_t used, all;

                bh_rbac_used_of(s, s->bindings.at[i], &used, &all);
                bh_json_put_open(&v->j, NULL, '{');
                json_binding(v, s->bindings.at[i]);
                bh_json_put_u64(&v->j, "used", used);
                bh_json_put_u64(&v->j, "granted", all);
                bh_json_put_close(&v->j);
        }
        bh_json_put_close(&v->j);
        bh_rbac_least(s, &least);
        bh_json_put_some(&v->j, "least", bh_buf_str(&least));
}

static void json_subject(struct view *v, const struct bh_rbac_subject *s) {
        bh_json_put_open(&v->j, NULL, '{');
        bh_json_put_str(&v->j, "subject", bh_rbac_subject_text(v->scratch, s));
        bh_json_put_open(&v->j, "reaches", '{');
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (is_asked(v, g) && bh_rbac_reaches(&v->rbac, s, (enum bh_rbac_goal) g))
                        json_chain(v, s, (enum bh_rbac_goal) g);
        bh_json_put_close(&v->j);
        if (v->audited && s->who != BH_RBAC_GROUP)
                json_used(v, s);
        bh_json_put_close(&v->j);
        bh_arena_reset(v->scratch);
}

static void json_risk(struct view *v, const struct bh_rbac_risk *r) {
        bh_json_put_open(&v->j, NULL, '{');
        bh_json_put_cstr(&v->j, "id", r->id);
        bh_json_put_cstr(&v->j, "severity", severities[r->severity]);
        if (r->subject)
                bh_json_put_str(&v->j, "subject", bh_rbac_subject_text(v->scratch, r->subject));
        bh_json_put_str(&v->j, "what", r->words);
        bh_json_put_some(&v->j, "namespace", r->scope);
        if (r->object)
                bh_json_put_str(&v->j, "place", bh_k8s_place(v->scratch, r->object, NULL));
        bh_json_put_close(&v->j);
        bh_arena_reset(v->scratch);
}

static void json_workload(struct view *v, const struct bh_k8s_object *o, const struct bh_rbac_subject *s) {
        bh_json_put_open(&v->j, NULL, '{');
        bh_json_put_str(&v->j, "kind", o->kind);
        bh_json_put_str(&v->j, "namespace", bh_k8s_namespace(o));
        bh_json_put_str(&v->j, "name", o->name);
        bh_json_put_str(&v->j, "account", s->name);
        bh_json_put_open(&v->j, "reaches", '[');
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (bh_rbac_reaches(&v->rbac, s, (enum bh_rbac_goal) g))
                        bh_json_put_cstr(&v->j, NULL, bh_rbac_goal_word((enum bh_rbac_goal) g));
        bh_json_put_close(&v->j);
        bh_json_put_close(&v->j);
        bh_arena_reset(v->scratch);
}

static void put_json(struct view *v) {
        v->j = (struct bh_json_put){ .out = &v->out };
        bh_json_put_open(&v->j, NULL, '{');
        bh_json_put_open(&v->j, "subjects", '[');
        for (size_t i = 0; i < v->rbac.subjects.len; i++)
                if (is_shown(v, v->rbac.subjects.items[i].value))
                        json_subject(v, v->rbac.subjects.items[i].value);
        bh_json_put_close(&v->j);
        bh_json_put_open(&v->j, "risks", '[');
        for (size_t i = 0; i < v->risks.len; i++)
                json_risk(v, &v->risks.at[i]);
        bh_json_put_close(&v->j);
        bh_json_put_open(&v->j, "workloads", '[');
        each_workload(v, json_workload);
        bh_json_put_close(&v->j);
        bh_json_put_open(&v->j, "gaps", '[');
        for (size_t i = 0; i < v->k8s.gaps.len; i++) {
                bh_json_put_open(&v->j, NULL, '{');
                bh_json_put_str(&v->j, "where", v->k8s.gaps.at[i].where);
                bh_json_put_str(&v->j, "why", v->k8s.gaps.at[i].why);
                bh_json_put_close(&v->j);
        }
        bh_json_put_close(&v->j);
        bh_json_put_close(&v->j);
}

static int read_words(struct view *v, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(v->cli, "format")), goal = bh_str_of(bh_cli_get(v->cli, "goal")), fail = bh_str_of(bh_cli_get(v->cli, "fail-on"));

        v->json = bh_str_is(format, "json");
        if (!v->json && !bh_str_is(format, "table"))
                return bh_fail(err, BH_E_USAGE, "--format: %s is neither table nor json", BH_QUOTE(format));
        v->goal = -1;
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (bh_str_is(goal, bh_rbac_goal_word((enum bh_rbac_goal) g)))
                        v->goal = (int) g;
        if (goal.len && v->goal < 0)
                return bh_fail(err, BH_E_USAGE, "--goal: %s is none of admin, secrets, code", BH_QUOTE(goal));
        for (v->fail_on = 1; v->fail_on < BH_LEN(severities) && !bh_str_is(fail, severities[v->fail_on]);)
                v->fail_on++;
        if (v->fail_on == BH_LEN(severities) && !bh_str_is(fail, "never"))
                return bh_fail(err, BH_E_USAGE, "--fail-on: %s is no severity, nor never", BH_QUOTE(fail));
        return v->cli->n_args || bh_tool_k8s_is_live(v->cli) ? 0 : bh_fail(err, BH_E_USAGE, "which file or folder, or --cluster? (kubectl get -A -o json "
                                                             "clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,namespaces,pods > cluster.json)");
}

/* Without roles and bindings "nobody can" would be a lie. */
static int expect_rights(const struct view *v, struct bh_err *err) {
        for (size_t i = 0; i < v->k8s.gaps.len; i++)
                if (bh_str_find(v->k8s.gaps.at[i].where, BH_STR("/apis/rbac.authorization.k8s.io/")) >= 0)
                        return bh_fail(err, v->k8s.gaps.at[i].code, "of rights nothing can be said without all roles and bindings: %.*s", BH_FMT(v->k8s.gaps.at[i].why));
        return 0;
}

static int ask(struct view *v, struct bh_err *err) {
        int r = bh_tool_k8s_fetch(v->cli, &v->k8s, err);

        return r < 0 ? r : expect_rights(v, err);
}

static int look(struct view *v, struct bh_err *err) {
        int r = read_words(v, err);

        r = r < 0 ? r : bh_tool_k8s_read(v->cli, v->cli->args, v->cli->n_args, &v->k8s, err);
        if (r >= 0 && bh_tool_k8s_is_live(v->cli))
                r = ask(v, err);
        r = r < 0 ? r : bh_tool_k8s_parse(v->cli->arena, &v->k8s, err);
        if (r < 0)
                return r;
        bh_rbac_build(&v->rbac, &v->k8s.objects, v->cli->arena);
        bh_rbac_look(&v->rbac, v->all, v->cli->arena, &v->risks);
        r = read_logs(v, err);
        if (r < 0)
                return r;
        (v->json ? put_json : put_table)(v);
        r = bh_output_bytes(NULL, bh_buf_str(&v->out), err);
        return r < 0 ? r : v->risks.len && v->risks.at[0].severity >= v->fail_on ? BH_EXIT_POLICY : BH_EXIT_FINE;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct view v = { .cli = cli, .scratch = bh_arena_new(), .all = bh_cli_has(cli, "all") };
        int r = look(&v, err);

        bh_arena_free(&v.scratch);
        bh_buf_done(&v.out);
        return r;
}

const struct bh_cmd bh_cmd_rbac = {
        .name = "rbac",
        .about = "say who can take a Kubernetes cluster over, and by which chain of rights",
        .args = "FILE|FOLDER|-...",
        .text = "What is given are objects of a cluster: what `kubectl get -o json` prints, or manifests. Roles, bindings and service accounts are needed;\n"
                "namespaces (for their pod security) and pods (for who runs as whom) sharpen the answer.\n"
                "Exit codes: 0 fine, 1 a risk at or above --fail-on, 2 wrong use, 3 could not finish.\n",
        .examples = "  kubectl get -A -o json clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,namespaces,pods > cluster.json\n"
                    "  bulkhead rbac cluster.json\n"
                    "  bulkhead rbac --cluster\n"
                    "  bulkhead rbac --audit /var/log/kubernetes/audit.log --format json cluster.json\n"
                    "  bulkhead rbac --fail-on critical deploy/\n",
        .opts = opts,
        .run = run,
};
