/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files: what they define, how they are put together, what is said about mistakes. */
#include "../unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "small.h"

/* One loaded set over bags, with what it said. */
struct set {
        struct bh_arena *arena;
        const struct bh_source *source;
        struct bh_rules *rules;
        struct bh_rule_run *run;
};

static struct set load_opts(const char *text, struct bh_rules_opts opts) {
        struct set s = { .arena = bh_arena_new() };
        struct bh_rule_file file = { BH_STR("rules.yaml"), bh_str_of(text) };
        struct bh_err err = BH_ERR_NONE;

        s.source = bh_bag_source(s.arena, &small_source);
        opts.sources = &s.source;
        opts.n_sources = 1;
        if (bh_rules_load(&opts, &file, 1, &s.rules, &err) < 0)
                fail_msg("%s", err.text);
        s.run = bh_rule_run_new(s.rules, s.source);
        return s;
}

static struct set load(const char *text) {
        return load_opts(text, (struct bh_rules_opts){ .least = BH_PRIORITY_DEBUG });
}

static void done(struct set *s) {
        bh_rule_run_free(&s->run);
        bh_rules_unref(&s->rules);
        bh_arena_free(&s->arena);
}

static struct bh_bag *event(struct set *s, const char *text) {
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *doc;
        struct bh_bag *bag = NULL;

        if (bh_yaml_parse(s->arena, bh_str_of(text), &doc, &err) < 0 || bh_bag_new(s->arena, s->source, doc, &bag, &err) < 0)
                fail_msg("%s: %s", text, err.text);
        return bag;
}

/* The names of the rules that fire, joined by commas. */
static void fires(struct set *s, const char *text, const char *names) {
        const struct bh_rule *hits[8];
        size_t n = bh_rule_match(s->run, event(s, text), hits, BH_LEN(hits));
        char got[256] = "";

        for (size_t i = 0; i < n; i++)
                snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", i ? "," : "", BH_FMT(hits[i]->name));
        if (strcmp(got, names) != 0)
                fail_msg("%s: fires \"%s\", not \"%s\"", text, got, names);
}

/* "code line:column text" of the notes, one a line. */
static void notes(struct set *s, char *out, size_t size) {
        size_t n;
        const struct bh_rule_note *at = bh_rules_notes(s->rules, &n);

        out[0] = '\0';
        for (size_t i = 0; i < n; i++)
                snprintf(out + strlen(out), size - strlen(out), "%s%.*s %u:%u %.*s\n", at[i].error ? "!" : "", BH_FMT(at[i].code), at[i].line,
                         at[i].column, BH_FMT(at[i].text));
}

static void says_nothing(struct set *s) {
        char got[2048];

        notes(s, got, sizeof got);
        assert_string_equal(got, "");
}

static void says(const char *text, const char *wants) {
        struct set s = load(text);
        char got[4096];

        notes(&s, got, sizeof got);
        done(&s);
        if (wants[0] ? !strstr(got, wants) : got[0])
                fail_msg("%s\nsays \"%s\", not \"%s\"", text, got, wants);
}

#define RULE(name, condition) \
        "- rule: " name "\n  desc: d\n  condition: " condition "\n  output: o\n  priority: NOTICE\n"

static void the_first_rule_in_order_fires(void **state) {
        static const char text[] = RULE("one", "evt.type=execve and proc.name=a") RULE("two", "evt.type=execve and proc.tty=1");
        struct set s = load(text);

        (void) state;
        fires(&s, "{ evt.type: execve, proc.name: a, proc.tty: 1 }", "one");
        fires(&s, "{ evt.type: execve, proc.name: b, proc.tty: 1 }", "two");
        fires(&s, "{ evt.type: open, proc.name: a, proc.tty: 1 }", "");
        done(&s);
        s = load_opts(text, (struct bh_rules_opts){ .least = BH_PRIORITY_DEBUG, .all_matches = true });
        fires(&s, "{ evt.type: execve, proc.name: a, proc.tty: 1 }", "one,two");
        done(&s);
}

static void a_redefinition_keeps_its_place(void **state) {
        struct set s = load(RULE("one", "evt.type=execve and proc.name=x") RULE("two", "evt.type=execve and proc.name in (a, b)")
                                    RULE("one", "evt.type=execve and proc.name=a"));

        (void) state;
        fires(&s, "{ evt.type: execve, proc.name: a }", "one");
        fires(&s, "{ evt.type: execve, proc.name: b }", "two");
        done(&s);
}

static void appends_are_text(void **state) {
        struct set s = load(RULE("r", "evt.type=execve and proc.name=a and proc.tty=1")
                            "- rule: r\n  condition: or proc.name=b\n  append: true\n"
                            "- macro: m\n  condition: proc.name=c\n"
                            "- macro: m\n  condition: or proc.name=d\n  override: { condition: append }\n" RULE("q", "evt.type=open and m"));

        (void) state;
        fires(&s, "{ evt.type: execve, proc.name: b, proc.tty: 0 }", "r");
        fires(&s, "{ evt.type: connect, proc.name: b }", "r"); /* the trap of precedence is kept */
        fires(&s, "{ evt.type: open, proc.name: d }", "q");
        done(&s);
}

static void lists_are_put_in_as_text(void **state) {
        struct set s = load("- list: inner\n  items: [c, \"d e\"]\n"
                            "- list: shells\n  items: [a, b, inner]\n"
                            "- list: none\n  items: []\n" RULE("r", "evt.type=execve and proc.name in (shells, none, z)")
                            RULE("q", "evt.type=open and proc.name in (none)"));

        (void) state;
        fires(&s, "{ evt.type: execve, proc.name: b }", "r");
        fires(&s, "{ evt.type: execve, proc.name: d e }", "r");
        fires(&s, "{ evt.type: execve, proc.name: z }", "r");
        fires(&s, "{ evt.type: execve, proc.name: shells }", "");
        fires(&s, "{ evt.type: open, proc.name: none }", "");
        done(&s);
}

static void a_list_sees_only_earlier_lists(void **state) {
        struct set s = load("- list: outer\n  items: [a, later]\n- list: later\n  items: [b]\n" RULE("r", "evt.type=open and proc.name in (outer)"));

        (void) state;
        fires(&s, "{ evt.type: open, proc.name: a }", "r");
        fires(&s, "{ evt.type: open, proc.name: b }", "r"); /* put in by the later list's turn, as text is */
        done(&s);
}

static void macros_see_only_earlier_macros(void **state) {
        (void) state;
        says("- macro: a\n  condition: b\n- macro: b\n  condition: proc.name=x\n" RULE("r", "evt.type=open and a and b"),
             "!LOAD_ERR_VALIDATE 2:14 Undefined macro 'b' used in filter: it is defined only later");
        says(RULE("r", "evt.type=open and a") "- macro: a\n  condition: proc.name=x\n", "");
        says(RULE("r", "evt.type=open and spawned_proces") "- macro: spawned_process\n  condition: proc.name=x\n", "did you mean 'spawned_process'?");
}

static void a_loop_of_macros_is_an_error(void **state) {
        (void) state;
        says("- macro: a\n  condition: proc.name=x\n- macro: b\n  condition: a\n- macro: a\n  condition: b\n" RULE("r", "evt.type=open and a"),
             "reference loop in macro");
}

static void exceptions_take_events_away(void **state) {
        struct set s = load("- list: friends\n  items: [p, q]\n" RULE("r", "evt.type=open and proc.tty=0 or evt.type=open and proc.tty=1")
                            "  exceptions:\n"
                            "    - name: single\n      fields: proc.name\n      values: [a, b c, friends]\n"
                            "    - name: pairs\n      fields: [proc.name, fd.name]\n      comps: [=, startswith]\n      values: [[x, /etc], [y, \"/a b\"]]\n"
                            "    - name: empty\n      fields: [proc.name]\n"
                            "    - name: any\n      fields: proc.cmdline\n      comps: contains anyof\n      values: [good]\n"
                            "- rule: r\n  exceptions: [{ name: single, values: [z] }]\n  override: { exceptions: append }\n");

        (void) state;
        says_nothing(&s);
        fires(&s, "{ evt.type: open, proc.tty: 1, proc.name: k }", "r");
        fires(&s, "{ evt.type: open, proc.tty: 1, proc.name: a }", "");
        fires(&s, "{ evt.type: open, proc.tty: 1, proc.name: b c }", "");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.name: q }", "");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.name: z }", "");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.name: x, fd.name: /etc/a }", "");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.name: x, fd.name: /tmp }", "r");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.name: y, fd.name: /a b/c }", "");
        fires(&s, "{ evt.type: open, proc.tty: 0, proc.cmdline: all good }", "");
        done(&s);
}

static void exceptions_must_fit_together(void **state) {
        (void) state;
        says(RULE("r", "evt.type=open") "  exceptions: [{ name: e, fields: [proc.name, fd.name], comps: [=] }]\n", "not of the same length");
        says(RULE("r", "evt.type=open") "  exceptions: [{ name: e, fields: proc.name, comps: '=' , values: [a] }]\n", "comps is one of in, pmatch");
        says(RULE("r", "evt.type=open") "  exceptions: [{ name: e, fields: [proc.name], values: [a] }]\n", "each of values must be a list");
        says(RULE("r", "evt.type=open") "  exceptions: [{ name: e, values: [a] }]\n", "\"fields\" is missing");
        says(RULE("r", "evt.type=open") "  exceptions: [{ name: e, fields: [nosuch.field], values: [[a]] }]\n", "no field 'nosuch.field'");
        says(RULE("r", "evt.type=open") "- rule: r\n  append: true\n  exceptions: [{ name: e, values: [a] }]\n", "it needs fields and values");
}

static void overrides_name_what_they_change(void **state) {
        static const char base[] = RULE("r", "evt.type=open and proc.name=a");
        char text[1024];

        (void) state;
        snprintf(text, sizeof text, "%s- rule: r\n  priority: INFO\n  enabled: false\n  override: { priority: replace, enabled: replace }\n", base);
        says(text, "");
        snprintf(text, sizeof text, "%s- rule: r\n  priority: INFO\n  desc: x\n  override: { priority: replace }\n", base);
        says(text, "Unexpected key \"desc\"");
        snprintf(text, sizeof text, "%s- rule: r\n  priority: INFO\n  override: { priority: append }\n", base);
        says(text, "can be overridden with replace, not with \"append\"");
        snprintf(text, sizeof text, "%s- rule: r\n  desc: x\n  override: { priority: replace }\n", base);
        says(text, "an override of \"priority\" that the item does not have");
        snprintf(text, sizeof text, "%s- rule: q\n  desc: x\n  override: { desc: append }\n", base);
        says(text, "there is no rule of that name to change");
        snprintf(text, sizeof text, "%s- rule: r\n  desc: x\n  append: true\n  override: { desc: append }\n", base);
        says(text, "do not go together");
}

static void one_bad_rule_does_not_silence_the_others(void **state) {
        struct set s = load(RULE("bad", "evt.type=open and proc.nmae=a") RULE("ugly", "evt.type=open and (") RULE("good", "evt.type=open and proc.name=a")
                            "- rule: short\n  condition: evt.type=open\n- 7\n- what: else\n");
        char got[4096];

        (void) state;
        notes(&s, got, sizeof got);
        assert_non_null(strstr(got, "!LOAD_ERR_COMPILE_CONDITION 3:32 no field 'proc.nmae' in source syscall; did you mean 'proc.name'?"));
        assert_non_null(strstr(got, "!LOAD_ERR_COMPILE_CONDITION 8:"));
        assert_non_null(strstr(got, "!LOAD_ERR_YAML_VALIDATE 16:3 \"output\" is missing"));
        assert_non_null(strstr(got, "an item must be a mapping"));
        assert_non_null(strstr(got, "LOAD_UNKNOWN_ITEM 19:3"));
        fires(&s, "{ evt.type: open, proc.name: a }", "good");
        done(&s);
}

static void places_are_found_in_folded_text(void **state) {
        (void) state;
        says("- rule: r\n  desc: d\n  condition: >\n    evt.type = open\n    and proc.name = a and\n      proc.nmae = b\n  output: o\n  priority: INFO\n",
             "6:7 no field 'proc.nmae'");
        says("- list: l\n  items: [a, b]\n- rule: r\n  desc: d\n  condition: evt.type=open and proc.name in (l) and proc.nmae = b\n  output: o\n  priority: INFO\n",
             "5:53 no field 'proc.nmae'");
        says("- macro: m\n  condition: proc.name = a or\n    proc.tty = x\n" RULE("r", "evt.type=open and m"), "3:16 \"x\" is no number");
}

static void broken_yaml_is_an_error_with_its_place(void **state) {
        (void) state;
        says("- rule: [a\n", "!LOAD_ERR_YAML_PARSE");
        says("rule: a\n", "must be a list of items");
        says("", "");
        says("---\n---\n- list: a\n  items: [x]\n", "LOAD_UNUSED_LIST 3:3");
}

static void versions_are_asked_for(void **state) {
        (void) state;
        says("- required_engine_version: 0.57.0\n", "");
        says("- required_engine_version: 63\n", "");
        says("- required_engine_version: 0.64.0\n", "want engine version 0.64.0");
        says("- required_engine_version: 1.0.0\n", "want engine version");
        says("- required_engine_version: new\n", "must be a number");
        says("- required_plugin_versions: [{ name: container, version: 0.4.0 }]\n", "");
        says("- required_plugin_versions: [{ name: nosuch, version: 0.4.0, alternatives: [{ name: container, version: 0.2.0 }] }]\n", "");
        says("- required_plugin_versions: [{ name: nosuch, version: 0.4.0 }]\n", "want plugin nosuch 0.4.0");
        says("- required_plugin_versions: [{ name: container, version: 9.0.0 }]\n", "want plugin container");
}

static void rules_that_make_no_sense_are_told(void **state) {
        (void) state;
        says(RULE("r", "evt.type=open and proc.name=a and proc.name=b"), "BH_NEVER_MATCHES 1:3");
        says(RULE("r", "evt.type=open and evt.num=0"), "BH_NEVER_MATCHES");
        says(RULE("r", "evt.type=ptrace and evt.dir=>"), "BH_NEVER_MATCHES 1:3 the condition can hold for no event: calls are told of");
        says("- macro: m\n  condition: (evt.type=ptrace and evt.dir=>)\n"
             "- macro: n\n  condition: m or proc.name=a and evt.num=0\n" RULE("r", "n and proc.name=b"),
             "so evt.dir is never >");
        says(RULE("r", "evt.type=open and evt.num=0"), "the condition can hold for no event\n");
        says(RULE("r", "evt.type=open"), "BH_ALWAYS_MATCHES");
        says(RULE("a", "evt.type=open and proc.name=a") RULE("b", "evt.type=open and proc.name=a and proc.tty=1"), "BH_SHADOWED 6:3");
        says(RULE("r", "proc.name=a"), "LOAD_NO_EVTTYPE");
        says(RULE("r", "proc.name=a") "  warn_evttypes: false\n", "");
        says(RULE("r", "evt.type=opne and proc.name=a"), "BH_UNKNOWN_EVENT 3:23 syscall has no event 'opne'; did you mean 'open'?");
        says(RULE("r", "evt.type=open and evt.dir=< and proc.name=a"), "LOAD_DEPRECATED_ITEM 3:32 evt.dir is deprecated");
        says(RULE("r", "evt.type=open and ka.verb=<NA>"), "LOAD_UNSAFE_NA_CHECK");
        says(RULE("r", "evt.type=open and proc.name=a") "  colour: red\n", "LOAD_UNKNOWN_KEY 6:11 unknown key \"colour\"");
        says(RULE("r", "evt.type=open and proc.name=a") "  source: moon\n", "LOAD_UNKNOWN_SOURCE");
        says(RULE("r", "evt.type=open and nosuch.f=a") "  skip-if-unknown-filter: true\n", "LOAD_UNKNOWN_FILTER");
        says("- macro: a b\n  condition: proc.name=a\n", "LOAD_INVALID_MACRO_NAME");
}

static void switches_and_priorities_choose_rules(void **state) {
        static const char text[] = RULE("shell in web", "evt.type=open and proc.name=a") "  tags: [web, x]\n" RULE("shell", "evt.type=open and proc.name=b") "  enabled: false\n";
        struct bh_rule_switch switches[] = { { false, BH_STR("*web"), { 0 } }, { true, { 0 }, BH_STR("web") } };
        struct set s = load(text);

        (void) state;
        fires(&s, "{ evt.type: open, proc.name: b }", "");
        done(&s);
        s = load_opts(text, (struct bh_rules_opts){ .least = BH_PRIORITY_DEBUG, .switches = switches, .n_switches = 1 });
        fires(&s, "{ evt.type: open, proc.name: a }", "");
        done(&s);
        s = load_opts(text, (struct bh_rules_opts){ .least = BH_PRIORITY_DEBUG, .switches = switches, .n_switches = 2 });
        fires(&s, "{ evt.type: open, proc.name: a }", "shell in web");
        done(&s);
        s = load_opts(text, (struct bh_rules_opts){ .least = BH_PRIORITY_WARNING });
        fires(&s, "{ evt.type: open, proc.name: a }", "");
        assert_int_equal(bh_rules_count(s.rules), 0);
        done(&s);
}

static void collect(void *user, struct bh_str name, const struct bh_value *v) {
        bh_buf_printf(user, "%.*s=%s;", BH_FMT(name), v ? "x" : "-");
}

static void outputs_are_filled_in(void **state) {
        struct set s = load("- rule: r\n  desc: d\n  condition: evt.type=open and proc.name exists\n  priority: INFO\n"
                            "  output: \"name=%proc.name up=%toupper(proc.name) a2=%proc.aname[2] all=%proc.aname w=%5proc.tty| fl=%evt.arg.flags. %user.name\"\n");
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_rule *hit[1];
        struct bh_bag *e = event(&s, "{ evt.type: open, proc.name: \"a\\\"\\n\\x01\", proc.aname: [b, c], proc.tty: 34, evt.arg.flags: O_RDONLY }");

        (void) state;
        says_nothing(&s);
        assert_int_equal(bh_rule_match(s.run, e, hit, 1), 1);
        bh_rule_print(s.run, hit[0], e, &out);
        assert_str(bh_buf_str(&out), "name=a\\\"\\n\\u0001 up=A\\\"\\n\\u0001 a2=c all=(b,c) w=34   | fl=O_RDONLY. <NA>");
        bh_buf_clear(&out);
        bh_rule_output_fields(s.run, hit[0], e, collect, &out);
        assert_str(bh_buf_str(&out), "evt.arg.flags=x;proc.aname=x;proc.aname[2]=x;proc.name=x;proc.tty=x;toupper(proc.name)=x;user.name=-;");
        done(&s);
}

static void outputs_can_be_wrong(void **state) {
        (void) state;
        says("- rule: r\n  desc: d\n  condition: evt.type=open and proc.name=a\n  priority: INFO\n  output: x %proc.nmae\n", "!LOAD_ERR_COMPILE_OUTPUT 5:11 no field 'proc.nmae'");
        says("- rule: r\n  desc: d\n  condition: evt.type=open and proc.name=a\n  priority: INFO\n  output: x %\n", "a \"%\" at the end");
        says("- rule: r\n  desc: d\n  condition: evt.type=open and proc.name=a\n  priority: INFO\n  output: x %fd.ip\n", "can be compared but not printed");
        says("- rule: r\n  desc: d\n  condition: evt.type=open and proc.name=a\n  priority: INFO\n  output: x %container.info y\n", "LOAD_DEPRECATED_ITEM");
}

static void a_bomb_of_lists_ends(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct set s;
        char got[4096];

        (void) state;
        for (int i = 0; i < 20; i++)
                bh_buf_printf(&text, "- list: l%d\n  items: [l%d, l%d, l%d, l%d]\n", i, i + 1, i + 1, i + 1, i + 1);
        bh_buf_puts(&text, RULE("r", "evt.type=open and proc.name in (l0)"));
        bh_buf_putc(&text, '\0');
        s = load(text.at);
        notes(&s, got, sizeof got);
        assert_non_null(strstr(got, "with its lists put in"));
        done(&s);
}

static void a_bomb_of_macros_costs_nothing(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct set s;

        (void) state;
        bh_buf_puts(&text, "- macro: m0\n  condition: proc.name=a and proc.tty=1\n");
        for (int i = 1; i < 64; i++)
                bh_buf_printf(&text, "- macro: m%d\n  condition: (m%d and m%d) or (m%d and proc.tty=%d)\n", i, i - 1, i - 1, i - 1, i);
        bh_buf_puts(&text, RULE("r", "evt.type=open and m63"));
        bh_buf_putc(&text, '\0');
        s = load(text.at);
        assert_int_equal(bh_rules_errors(s.rules), 0);
        fires(&s, "{ evt.type: open, proc.name: a, proc.tty: 1 }", "r");
        done(&s);
}

static struct bh_interest interest_of(struct set *s) {
        struct bh_interest in;

        bh_rules_interest(s->rules, s->source, s->arena, &in);
        return in;
}

static unsigned words_of_open(const struct set *s, const struct bh_interest *in) {
        for (unsigned t = 0; t < in->n_types; t++)
                if (strcmp(s->source->type_name(t) ?: "", "open") == 0)
                        return in->types[t].all_words;
        return BH_INTEREST_NONE;
}

/* What costs the kernel something is fetched for the rules that are on, not for those that could be. */
static void a_rule_that_is_off_costs_the_kernel_nothing(void **state) {
        static const char off[] = "- rule: a\n  desc: d\n  output: env=%proc.env raw=%fd.nameraw\n  priority: INFO\n  enabled: false\n"
                                  "  condition: evt.type=open and evt.buffer contains x\n"
                                  "- rule: b\n  desc: d\n  output: o\n  priority: INFO\n  condition: evt.type=open and proc.name=x\n";
        struct bh_rule_switch on = { true, BH_STR("a"), { 0 } };
        struct set s = load(off);
        struct bh_interest in = interest_of(&s);

        (void) state;
        assert_false(in.wants_env || words_of_open(&s, &in) || in.wants_data);
        done(&s);
        s = load_opts(off, (struct bh_rules_opts){ .least = BH_PRIORITY_DEBUG, .switches = &on, .n_switches = 1 });
        in = interest_of(&s);
        assert_true(in.wants_env && words_of_open(&s, &in) && in.wants_data);
        done(&s);
}

static void what_is_asked_deep_inside_is_fetched(void **state) {
        struct set s = load("- macro: m\n  condition: not (proc.name=y or tolower(fd.nameraw)=x)\n"
                            "- rule: a\n  desc: d\n  output: o\n  priority: INFO\n"
                            "  condition: evt.type=open and (m or proc.name=x) and proc.name = val(proc.env[X])\n");
        struct bh_interest in = interest_of(&s);

        (void) state;
        assert_true(in.wants_env && words_of_open(&s, &in));
        assert_false(in.wants_data);
        done(&s);
}

/* socket() is asked for the odd ones: only what no everyday socket can match is left to them. */
static void everyday_sockets_are_left_out_when_no_rule_could_want_one(void **state) {
        static const struct {
                const char *condition;
                uint32_t must;
        } rows[] = { { "evt.arg.domain contains AF_PACKET", BH_IR_ODD }, { "evt.arg.domain = AF_NETLINK", BH_IR_ODD },
                     { "evt.arg.type in (3, 524291)", BH_IR_ODD },       { "evt.arg.domain contains AF_", 0 },
                     { "evt.arg.domain in (AF_PACKET, AF_INET6)", 0 },   { "evt.arg.domain contains AF_INET", 0 },
                     { "evt.arg.domain = 17", 0 },                       { "evt.arg.type in (3, 1)", 0 },
                     { "evt.arg.type = SOCK_RAW", 0 },                   { "not evt.arg.domain contains AF_PACKET", 0 },
                     { "evt.arg.protocol = 3", 0 } };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
                struct bh_interest in;
                struct set s;

                bh_buf_printf(&text, "- rule: r\n  desc: d\n  condition: evt.type=connect and proc.name=x and %s\n  output: o\n  priority: NOTICE\n", rows[i].condition);
                bh_buf_putc(&text, '\0');
                s = load(text.at);
                in = interest_of(&s);
                assert_int_equal(in.types[4].all, rows[i].must ? BH_INTEREST_ROWS : BH_INTEREST_ALL);
                if (rows[i].must)
                        assert_int_equal(in.types[4].rows.at[0].must, rows[i].must);
                done(&s);
        }
}

BH_UNIT_MAIN(the_first_rule_in_order_fires, a_redefinition_keeps_its_place, appends_are_text, lists_are_put_in_as_text,
             a_list_sees_only_earlier_lists, macros_see_only_earlier_macros, a_loop_of_macros_is_an_error, exceptions_take_events_away,
             exceptions_must_fit_together, overrides_name_what_they_change, one_bad_rule_does_not_silence_the_others,
             places_are_found_in_folded_text, broken_yaml_is_an_error_with_its_place, versions_are_asked_for, rules_that_make_no_sense_are_told,
             switches_and_priorities_choose_rules, outputs_are_filled_in, outputs_can_be_wrong, a_bomb_of_lists_ends,
             a_bomb_of_macros_costs_nothing, a_rule_that_is_off_costs_the_kernel_nothing, what_is_asked_deep_inside_is_fetched,
             everyday_sockets_are_left_out_when_no_rule_could_want_one)
