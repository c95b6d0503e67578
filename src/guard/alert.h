/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_ALERT_H
#define BH_GUARD_ALERT_H
/*
 * A rule that fired becomes an alert: a line of text and a line of JSON, byte
 * for byte as Falco writes them, so that what people have reads them.
 *
 *     13:05:01.000000123: Warning Shell in a container (user=root ...) container_id=...
 *     {"hostname":...,"output":...,"output_fields":{...},"priority":...,"rule":...,"source":...,"tags":[...],"time":...}
 *
 * Keys are in the order of their names; output_fields hold native types, and
 * evt.time in ns. What is appended to outputs (the suggested fields of
 * containers, and the user's own) is a list of rows, as falco.yaml's
 * append_output has it.
 */
#include "model/alert.h"
#include "rule/rules.h"

struct bh_append_field {
        struct bh_str name;   /* of a field, or a name of the user's own */
        struct bh_str format; /* empty: the field's value as it is */
};

struct bh_append {
        struct bh_str source, rule; /* empty: any */
        const struct bh_str *tags;  /* all of them; none: any */
        uint32_t n_tags;
        struct bh_str output; /* appended to the text */
        const struct bh_append_field *fields;
        uint32_t n_fields;
        bool suggested; /* what containers suggest: id, name, image, pod */
};

struct bh_append_list {
        const struct bh_append *at;
        size_t n;
};

/* The default: suggested fields, for every rule. */
extern const struct bh_append_list bh_append_default;
/* A YAML file with a list `append_output` in it (falco.yaml will do: other keys are not looked at). */
int bh_append_parse(struct bh_arena *arena, struct bh_str name, struct bh_str text, struct bh_append_list *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_alerter;

struct bh_alerter_opts {
        struct bh_append_list append;
        bool iso_time; /* in text: the date too, in UTC */
        bool message;  /* JSON: a member `message`, the output without time and priority */
};

struct bh_alerter *bh_alerter_new(const struct bh_alerter_opts *opts);
void bh_alerter_free(struct bh_alerter **a);
/* `event` is one of rule->source's. The alert lives until the next one is made. Its event, process and container are the caller's to fill. */
void bh_alerter_make(struct bh_alerter *a, struct bh_rule_run *run, const struct bh_rule *rule, const void *event, struct bh_alert *ret);

/* What we have to say ourselves: of source "internal", or the one given. */
struct bh_alert_field {
        const char *name;
        struct bh_str text;
};
struct bh_own_alert {
        struct bh_str rule, message, source; /* source empty: "internal" */
        enum bh_priority priority;
        const struct bh_alert_field *fields; /* in the order of their names */
        size_t n_fields;
        const struct bh_str *tags;
        uint32_t n_tags;
};
void bh_alerter_own(struct bh_alerter *a, const struct bh_own_alert *own, int64_t time_ns, struct bh_alert *ret);

#endif
