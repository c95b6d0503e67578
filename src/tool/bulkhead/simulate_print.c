/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/simulate_print.h"

#include "fmt/json_put.h"

static const char *const kinds[_BH_OUTCOME_MAX] = {
        [BH_OUTCOME_FIRED] = "fired",   [BH_OUTCOME_ACTED] = "acted",     [BH_OUTCOME_MISSED] = "missed",
        [BH_OUTCOME_BROKEN] = "broken", [BH_OUTCOME_SKIPPED] = "skipped",
};

const char *bh_outcome_str(enum bh_outcome_kind kind) {
        return kinds[kind];
}

/* What a script wrote may hold anything: no control characters on a terminal. */
static void put_clean(struct bh_buf *out, struct bh_str text) {
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char) text.at[i];

                bh_buf_putc(out, c < 32 || c >= 127 ? '?' : text.at[i]);
        }
}

static void put_indented(struct bh_buf *out, struct bh_str text) {
        struct bh_str line;

        text = bh_str_trim(text);
        while (bh_str_split(&text, '\n', &line)) {
                bh_buf_puts(out, "           | ");
                put_clean(out, line);
                bh_buf_putc(out, '\n');
        }
}

static void put_joined(struct bh_buf *out, const struct bh_str *words, uint32_t n, const char *by) {
        for (uint32_t i = 0; i < n; i++)
                bh_buf_printf(out, "%s%.*s", i ? by : "", BH_FMT(words[i]));
}

/* ---- what came of it ---- */

static void put_missed(struct bh_buf *out, const struct bh_outcome *o) {
        for (uint32_t i = 0; i < o->simulation->n_expects; i++)
                if (!o->verdict.fired[i])
                        bh_buf_printf(out, "           no alert: %.*s\n", BH_FMT(o->simulation->expects[i]));
        if (o->verdict.n_others) {
                bh_buf_puts(out, "           but these: ");
                put_joined(out, o->verdict.others, o->verdict.n_others, "; ");
                bh_buf_putc(out, '\n');
        }
}

void bh_outcome_line(struct bh_buf *out, const struct bh_outcome *o, bool loud) {
        const struct bh_simulation *s = o->simulation;

        bh_buf_printf(out, "%-9s  %-28.*s  %-10.*s", kinds[o->kind], BH_FMT(s->name), BH_FMT(s->techniques[0]));
        if (o->kind == BH_OUTCOME_SKIPPED || o->kind == BH_OUTCOME_BROKEN) {
                bh_buf_puts(out, "  ");
                put_clean(out, o->why);
        }
        if (o->judged) {
                if (o->verdict.first_ms >= 0)
                        bh_buf_printf(out, "  %6.2f s", (double) o->verdict.first_ms / 1000);
                else
                        bh_buf_puts(out, "         -");
                bh_buf_printf(out, "  %u of %u rules", o->verdict.n_fired, s->n_expects);
        }
        bh_buf_putc(out, '\n');
        if (o->kind == BH_OUTCOME_MISSED || (o->kind == BH_OUTCOME_BROKEN && o->judged))
                put_missed(out, o);
        if (loud || o->kind == BH_OUTCOME_BROKEN || o->kind == BH_OUTCOME_MISSED)
                put_indented(out, o->output);
}

static void count(const struct bh_outcomes *all, size_t n[_BH_OUTCOME_MAX]) {
        for (size_t i = 0; i < all->len; i++)
                n[all->at[i].kind]++;
}

void bh_outcomes_summary(struct bh_buf *out, const struct bh_outcomes *all) {
        size_t n[_BH_OUTCOME_MAX] = { 0 };
        bool more = false;

        count(all, n);
        bh_buf_printf(out, "\n%zu scenario%s: ", all->len, all->len == 1 ? "" : "s");
        for (size_t i = 0; i < _BH_OUTCOME_MAX; i++)
                if (n[i]) {
                        bh_buf_printf(out, "%s%zu %s", more ? ", " : "", n[i], kinds[i]);
                        more = true;
                }
        bh_buf_putc(out, '\n');
}

static void json_strings(struct bh_json_put *j, const char *key, const struct bh_str *words, uint32_t n) {
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, words[i]);
        bh_json_put_close(j);
}

static void json_rules(struct bh_json_put *j, const struct bh_outcome *o, bool fired, const char *key) {
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < o->simulation->n_expects; i++)
                if (o->verdict.fired[i] == fired)
                        bh_json_put_str(j, NULL, o->simulation->expects[i]);
        bh_json_put_close(j);
}

static void json_outcome(struct bh_json_put *j, const struct bh_outcome *o) {
        const struct bh_simulation *s = o->simulation;

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "name", s->name);
        bh_json_put_str(j, "title", s->title);
        bh_json_put_cstr(j, "tactic", bh_tactic_str(s->tactic));
        json_strings(j, "techniques", s->techniques, s->n_techniques);
        bh_json_put_cstr(j, "where", s->on_host ? "host" : "container");
        bh_json_put_cstr(j, "outcome", kinds[o->kind]);
        bh_json_put_some(j, "why", o->why);
        json_strings(j, "expects", s->expects, s->n_expects);
        if (o->judged) {
                json_rules(j, o, true, "fired");
                json_rules(j, o, false, "missed");
                json_strings(j, "others", o->verdict.others, o->verdict.n_others);
                if (o->verdict.first_ms >= 0)
                        bh_json_put_int(j, "first_alert_ms", o->verdict.first_ms);
        }
        bh_json_put_int(j, "took_ms", o->took_ms);
        bh_json_put_some(j, "output", o->output);
        bh_json_put_close(j);
}

void bh_outcomes_json(struct bh_buf *out, const struct bh_outcomes *all) {
        struct bh_json_put j = { .out = out };
        size_t n[_BH_OUTCOME_MAX] = { 0 };

        count(all, n);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "summary", '{');
        for (size_t i = 0; i < _BH_OUTCOME_MAX; i++)
                bh_json_put_u64(&j, kinds[i], n[i]);
        bh_json_put_close(&j);
        bh_json_put_open(&j, "scenarios", '[');
        for (size_t i = 0; i < all->len; i++)
                json_outcome(&j, &all->at[i]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* ---- JUnit ---- */

static void put_xml(struct bh_buf *out, struct bh_str text) {
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char) text.at[i];

                if (c == '&')
                        bh_buf_puts(out, "&amp;");
                else if (c == '<')
                        bh_buf_puts(out, "&lt;");
                else if (c == '>')
                        bh_buf_puts(out, "&gt;");
                else if (c == '"')
                        bh_buf_puts(out, "&quot;");
                else
                        bh_buf_putc(out, (c < 32 && c != '\n' && c != '\t') || c >= 127 ? '?' : text.at[i]);
        }
}

static void junit_case(struct bh_buf *out, const struct bh_outcome *o) {
        const struct bh_simulation *s = o->simulation;

        bh_buf_printf(out, "  <testcase classname=\"simulate.%s\" name=\"%.*s\" time=\"%.3f\">\n", bh_tactic_str(s->tactic), BH_FMT(s->name),
                      (double) o->took_ms / 1000);
        if (o->kind == BH_OUTCOME_SKIPPED || o->kind == BH_OUTCOME_BROKEN) {
                bh_buf_puts(out, o->kind == BH_OUTCOME_SKIPPED ? "    <skipped message=\"" : "    <error message=\"");
                put_xml(out, o->why);
                bh_buf_puts(out, "\"/>\n");
        }
        if (o->kind == BH_OUTCOME_MISSED) {
                bh_buf_puts(out, "    <failure message=\"not every rule fired\">");
                for (uint32_t i = 0; i < s->n_expects; i++)
                        if (!o->verdict.fired[i]) {
                                bh_buf_puts(out, "no alert: ");
                                put_xml(out, s->expects[i]);
                                bh_buf_putc(out, '\n');
                        }
                bh_buf_puts(out, "</failure>\n");
        }
        bh_buf_puts(out, "    <system-out>");
        put_xml(out, o->output);
        bh_buf_puts(out, "</system-out>\n  </testcase>\n");
}

void bh_outcomes_junit(struct bh_buf *out, const struct bh_outcomes *all) {
        size_t n[_BH_OUTCOME_MAX] = { 0 };

        count(all, n);
        bh_buf_printf(out,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<testsuite name=\"bulkhead simulate\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
                      all->len, n[BH_OUTCOME_MISSED], n[BH_OUTCOME_BROKEN], n[BH_OUTCOME_SKIPPED]);
        for (size_t i = 0; i < all->len; i++)
                junit_case(out, &all->at[i]);
        bh_buf_puts(out, "</testsuite>\n");
}

/* ---- what there is ---- */

void bh_simulations_text(struct bh_buf *out, const struct bh_simulations *all) {
        for (unsigned t = 0; t < _BH_TACTIC_MAX; t++) {
                bool any = false;

                for (size_t i = 0; i < all->len; i++) {
                        const struct bh_simulation *s = &all->at[i];

                        if (s->tactic != t)
                                continue;
                        if (!any)
                                bh_buf_printf(out, "%s%s\n", out->len ? "\n" : "", bh_tactic_str(s->tactic));
                        any = true;
                        bh_buf_printf(out, "  %-28.*s  %-9.*s  %-9s  %.*s\n", BH_FMT(s->name), BH_FMT(s->techniques[0]), s->on_host ? "host" : "container",
                                      BH_FMT(s->title));
                }
        }
        bh_buf_printf(out, "\n%zu scenario%s\n", all->len, all->len == 1 ? "" : "s");
}

void bh_simulations_json(struct bh_buf *out, const struct bh_simulations *all) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '[');
        for (size_t i = 0; i < all->len; i++) {
                const struct bh_simulation *s = &all->at[i];

                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "name", s->name);
                bh_json_put_str(&j, "title", s->title);
                bh_json_put_some(&j, "about", s->about);
                bh_json_put_cstr(&j, "tactic", bh_tactic_str(s->tactic));
                json_strings(&j, "techniques", s->techniques, s->n_techniques);
                bh_json_put_cstr(&j, "where", s->on_host ? "host" : "container");
                json_strings(&j, "expects", s->expects, s->n_expects);
                bh_json_put_str(&j, "place", s->place);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
}

void bh_simulations_markdown(struct bh_buf *out, const struct bh_simulations *all) {
        for (unsigned t = 0; t < _BH_TACTIC_MAX; t++) {
                bool any = false;

                for (size_t i = 0; i < all->len; i++) {
                        const struct bh_simulation *s = &all->at[i];

                        if (s->tactic != t)
                                continue;
                        if (!any)
                                bh_buf_printf(out, "%s### %s\n\n| name | what it acts out | technique | where | rules that must fire |\n|---|---|---|---|---|\n",
                                              out->len ? "\n" : "", bh_tactic_str(s->tactic));
                        any = true;
                        bh_buf_printf(out, "| `%.*s` | %.*s | ", BH_FMT(s->name), BH_FMT(s->title));
                        put_joined(out, s->techniques, s->n_techniques, ", ");
                        bh_buf_printf(out, " | %s | ", s->on_host ? "host" : "container");
                        put_joined(out, s->expects, s->n_expects, "; ");
                        bh_buf_puts(out, " |\n");
                }
        }
}

/* ---- what would be done ---- */

static void plan_words(struct bh_buf *out, const char *what, struct bh_docker_words words) {
        if (!words.n)
                return;
        bh_buf_printf(out, "  %-10s ", what);
        put_joined(out, words.at, words.n, " ");
        bh_buf_putc(out, '\n');
}

static void plan_text(struct bh_buf *out, const char *what, struct bh_str text) {
        if (text.len)
                bh_buf_printf(out, "  %-10s %.*s\n", what, BH_FMT(text));
}

static void plan_lines(struct bh_buf *out, const char *what, struct bh_str text) {
        struct bh_str line;

        if (text.len)
                bh_buf_printf(out, "  %s\n", what);
        while (bh_str_split(&text, '\n', &line))
                bh_buf_printf(out, "    %.*s\n", BH_FMT(line));
}

static void plan_container(struct bh_buf *out, const struct bh_simulation *s, struct bh_str image) {
        const struct bh_docker_spec *c = &s->spec;

        bh_buf_printf(out, "  %-10s container of %.*s%s%s\n", "where", BH_FMT(image), c->privileged ? ", privileged" : "",
                      s->engine_socket ? ", with the engine's socket" : "");
        plan_text(out, "user", c->user);
        plan_text(out, "network", c->network.len ? c->network : BH_STR("none"));
        plan_text(out, "pid", c->pid);
        plan_words(out, "mounts", c->binds);
        plan_words(out, "cap-add", c->cap_add);
        plan_words(out, "cap-drop", c->cap_drop);
        plan_words(out, "security", c->security);
        plan_words(out, "devices", c->devices);
        plan_words(out, "rules", c->device_rules);
}

void bh_simulation_plan(struct bh_buf *out, const struct bh_simulation *s, struct bh_str image, struct bh_str skip) {
        bh_buf_printf(out, "%.*s: %.*s\n", BH_FMT(s->name), BH_FMT(s->title));
        bh_buf_printf(out, "  %-10s ", "technique");
        put_joined(out, s->techniques, s->n_techniques, ", ");
        bh_buf_printf(out, " (%s)\n", bh_tactic_str(s->tactic));
        if (skip.len)
                plan_text(out, "skipped", skip);
        if (s->on_host)
                bh_buf_printf(out, "  %-10s this machine, in a folder of its own\n", "where");
        else
                plan_container(out, s, image);
        plan_lines(out, "script", s->script);
        plan_lines(out, "cleanup", s->cleanup);
        bh_buf_printf(out, "  %-10s ", "expects");
        put_joined(out, s->expects, s->n_expects, "; ");
        bh_buf_printf(out, "%s within %u s\n\n", s->n_expects ? "" : "nothing,", s->limit_s);
}
