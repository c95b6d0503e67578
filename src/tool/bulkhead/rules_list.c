/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rules list, bulkhead rules fields: what there is. */
#include "base/buf.h"
#include "fmt/json_put.h"
#include "tool/bulkhead/rules.h"

static const struct bh_opt list_opts[] = {
        { "format", 0, "FORMAT", "table or json", "table", false },
        { "tag", 't', "TAG", "only rules with this tag", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static bool has_tag(const struct bh_rule *r, const char *tag) {
        for (uint32_t i = 0; tag && i < r->n_tags; i++)
                if (bh_str_is(r->tags[i], tag))
                        return true;
        return !tag;
}

static void put_row(const struct bh_rule *r, bool on, struct bh_buf *out) {
        bh_buf_printf(out, "%-4s%-14s%-10s%.*s", on ? "on" : "off", bh_priority_str(r->priority), r->source->name, BH_FMT(r->name));
        for (uint32_t i = 0; i < r->n_tags; i++)
                bh_buf_printf(out, "%s%.*s", i ? ", " : "  [", BH_FMT(r->tags[i]));
        bh_buf_puts(out, r->n_tags ? "]\n" : "\n");
}

static void put_member(const struct bh_rule *r, bool on, struct bh_json_put *j) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "rule", r->name);
        bh_json_put_bool(j, "enabled", on);
        bh_json_put_cstr(j, "priority", bh_priority_str(r->priority));
        bh_json_put_cstr(j, "source", r->source->name);
        bh_json_put_str(j, "desc", r->desc);
        bh_json_put_open(j, "tags", '[');
        for (uint32_t i = 0; i < r->n_tags; i++)
                bh_json_put_str(j, NULL, r->tags[i]);
        bh_json_put_close(j);
        bh_json_put_str(j, "file", r->file);
        bh_json_put_u64(j, "line", r->line);
        bh_json_put_close(j);
}

static int run_list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_rules_unref) struct bh_rules *rules = NULL;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out };
        bool json, on;
        int r = bh_tool_rules_json(cli, &json, err);

        r = r < 0 ? r : bh_tool_rules_load(cli, cli->args, cli->n_args, &rules, err);
        if (r < 0)
                return r;
        if (json)
                bh_json_put_open(&j, NULL, '[');
        for (size_t i = 0; i < bh_rules_count_all(rules); i++) {
                const struct bh_rule *rule = bh_rules_at_all(rules, i, &on);

                if (!has_tag(rule, bh_cli_get(cli, "tag")))
                        continue;
                if (json)
                        put_member(rule, on, &j);
                else
                        put_row(rule, on, &out);
        }
        if (json)
                bh_json_put_close(&j);
        r = bh_tool_rules_out(&out, err);
        if (r >= 0 && bh_rules_errors(rules))
                return bh_fail(err, BH_E_FORMAT, "%zu errors: bulkhead rules check tells them", bh_rules_errors(rules));
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_rules_list = {
        .name = "rules list",
        .about = "list the rules of rule files, or our own",
        .args = "[FILE|FOLDER...]",
        .examples = "  bulkhead rules list\n"
                    "  bulkhead rules list --tag mitre_persistence --format json content/rules\n",
        .opts = list_opts,
        .run = run_list,
};

static const struct bh_opt fields_opts[] = {
        { "format", 0, "FORMAT", "table, json or markdown", "table", false },
        { "source", 0, "NAME", "only the fields of this source", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static const char *type_word(const struct bh_field *f) {
        static const char *const words[_BH_V_MAX] = { "bool", "number", "number", "number", "port", "time", "duration",
                                                      "text", "path", "bytes", "word", "address", "network" };

        return words[f->type];
}

static const char *arg_word(const struct bh_field *f) {
        static const char *const words[] = { "", "[N]", "[N], or none", "[NAME]", "[NAME], or none" };

        return words[f->arg];
}

/* What is special about a field, in words. */
static void put_traits(const struct bh_field *f, struct bh_buf *out) {
        static const struct {
                uint8_t flag;
                const char *word;
        } traits[] = { { BH_F_LIST, "list" }, { BH_F_ANY, "any of them without [N]" }, { BH_F_FILTER_ONLY, "not in outputs" },
                       { BH_F_EITHER, "either end" }, { BH_F_NAMED, "compared by host name" }, { BH_F_DEPRECATED, "deprecated" } };
        bool first = true;

        for (size_t i = 0; i < BH_LEN(traits); i++)
                if (f->flags & traits[i].flag) {
                        bh_buf_printf(out, "%s%s", first ? "" : "; ", traits[i].word);
                        first = false;
                }
}

static void put_field_markdown(const struct bh_field *f, struct bh_buf *out) {
        bh_buf_printf(out, "| `%s` | %s | %s | ", f->name, type_word(f), arg_word(f));
        put_traits(f, out);
        bh_buf_printf(out, " | %s |\n", f->help ? f->help : "");
}

static void put_field_json(const struct bh_field *f, struct bh_json_put *j) {
        BH_CLEANUP(bh_buf_done) struct bh_buf traits = { 0 };

        put_traits(f, &traits);
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "name", f->name);
        bh_json_put_cstr(j, "type", type_word(f));
        bh_json_put_cstr(j, "argument", arg_word(f));
        bh_json_put_str(j, "traits", bh_buf_str(&traits));
        bh_json_put_cstr(j, "help", f->help ? f->help : "");
        bh_json_put_close(j);
}

static void put_events(const struct bh_source *s, struct bh_buf *out) {
        bool first = true;

        if (!s->type_name)
                return;
        bh_buf_puts(out, "\nEvents, as `evt.type` names them:");
        for (unsigned t = 0; t < s->n_types; t++)
                if (bh_str_of(s->type_name(t)).len) {
                        bh_buf_printf(out, "%s %s", first ? "" : ",", s->type_name(t));
                        first = false;
                }
        bh_buf_puts(out, ".\n");
}

static void put_markdown(const struct bh_source *s, struct bh_buf *out) {
        bh_buf_printf(out, "\n## Source `%s`\n\n| field | type | argument | | |\n|---|---|---|---|---|\n", s->name);
        for (size_t i = 0; i < s->n_fields; i++)
                put_field_markdown(&s->fields[i], out);
        put_events(s, out);
        if (!s->gaps)
                return;
        bh_buf_printf(out, "\nFields of %s that are not here, as a check of them says:\n\n| field | why |\n|---|---|\n", s->elsewhere);
        for (const struct bh_field_gap *g = s->gaps; g->name; g++)
                bh_buf_printf(out, "| `%s` | %s |\n", g->name, g->why);
}

static void put_table(const struct bh_source *s, struct bh_buf *out) {
        bh_buf_printf(out, "source %s\n", s->name);
        for (size_t i = 0; i < s->n_fields; i++)
                bh_buf_printf(out, "  %-36s %-9s %-14s %s\n", s->fields[i].name, type_word(&s->fields[i]), arg_word(&s->fields[i]),
                              s->fields[i].help ? s->fields[i].help : "");
}

static void put_json(const struct bh_source *s, struct bh_json_put *j) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "source", s->name);
        bh_json_put_open(j, "fields", '[');
        for (size_t i = 0; i < s->n_fields; i++)
                put_field_json(&s->fields[i], j);
        bh_json_put_close(j);
        bh_json_put_open(j, "missing", '[');
        for (const struct bh_field_gap *g = s->gaps; g && g->name; g++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "name", g->name);
                bh_json_put_cstr(j, "of", s->elsewhere);
                bh_json_put_cstr(j, "why", g->why);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static int run_fields(struct bh_cli *cli, struct bh_err *err) {
        size_t n;
        const struct bh_source *const *sources = bh_tool_field_sources(&n);
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format"));
        const char *only = bh_cli_get(cli, "source");
        bool json = bh_str_is(format, "json"), markdown = bh_str_is(format, "markdown");
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out };
        size_t found = 0;

        if (!json && !markdown && !bh_str_is(format, "table"))
                return bh_fail(err, BH_E_USAGE, "--format: %s is neither table nor json nor markdown", BH_QUOTE(format));
        if (json)
                bh_json_put_open(&j, NULL, '[');
        if (markdown)
                bh_buf_puts(&out, "# Fields of rules\n\nPrinted by `bulkhead rules fields --format markdown`; RULES.md tells how they are used.\n");
        for (size_t i = 0; i < n; i++) {
                if (only && !bh_str_is(bh_str_of(only), sources[i]->name))
                        continue;
                found++;
                if (json)
                        put_json(sources[i], &j);
                else
                        (markdown ? put_markdown : put_table)(sources[i], &out);
        }
        if (json)
                bh_json_put_close(&j);
        if (!found)
                return bh_fail(err, BH_E_USAGE, "there is no source %s", BH_QUOTE(bh_str_of(only)));
        return bh_tool_rules_out(&out, err);
}

const struct bh_cmd bh_cmd_rules_fields = {
        .name = "rules fields",
        .about = "list the fields that rules can ask for",
        .text = "Each source of events has its own: a rule's \"source\", syscall when it names none. Source finding is for the\n"
                "conditions of policies (bulkhead scan --policy).\n",
        .examples = "  bulkhead rules fields\n"
                    "  bulkhead rules fields --source syscall --format markdown\n",
        .opts = fields_opts,
        .run = run_fields,
};
