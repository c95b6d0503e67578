/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/alert.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/limits.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "rule/when.h"

enum { FORMATS = 64 };

struct field {
        struct bh_str name;
        struct bh_value value;
        bool have;
};
BH_VEC_OF(fields, struct field);

/* A format of the user's, compiled for a source; `format` NULL: its fields are not of that source. */
struct compiled {
        const struct bh_source *source;
        struct bh_str text;
        struct bh_rule_format *format;
};

struct bh_alerter {
        struct bh_alerter_opts opts;
        struct utsname host;
        struct bh_arena *arena; /* of one alert */
        struct bh_buf message, text, json;
        struct compiled compiled[FORMATS];
        size_t n_compiled;
        uint64_t id;
        struct fields *collecting;
};

/* ---- what is appended ---- */

static const struct bh_str suggested_output =
        BH_STR_INIT("container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository "
                    "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name");
static const char *const suggested_fields[] = { "container.id", "container.name", "container.image.repository", "container.image.tag", "k8s.pod.name",
                                                "k8s.ns.name" };
static const struct bh_append suggested_row = { .suggested = true };
const struct bh_append_list bh_append_default = { &suggested_row, 1 };

static bool row_fits(const struct bh_append *row, const struct bh_rule *rule) {
        if ((row->source.len && !bh_str_is(row->source, rule->source->name)) || (row->rule.len && !bh_str_eq(row->rule, rule->name)))
                return false;
        for (uint32_t i = 0; i < row->n_tags; i++) {
                bool has = false;

                for (uint32_t k = 0; k < rule->n_tags; k++)
                        has = has || bh_str_eq(row->tags[i], rule->tags[k]);
                if (!has)
                        return false;
        }
        return true;
}

/* Compiled once; beyond so many formats they are compiled anew each time. */
static struct bh_rule_format *format_of(struct bh_alerter *a, const struct bh_source *source, struct bh_str text) {
        struct compiled *c;

        for (size_t i = 0; i < a->n_compiled; i++)
                if (a->compiled[i].source == source && bh_str_eq(a->compiled[i].text, text))
                        return a->compiled[i].format;
        if (a->n_compiled == FORMATS)
                return NULL;
        c = &a->compiled[a->n_compiled++];
        *c = (struct compiled){ .source = source, .text = text };
        if (bh_rule_format_new(source, text, &c->format, NULL) < 0)
                c->format = NULL;
        return c->format;
}

static void append_text(struct bh_alerter *a, const struct bh_rule *rule, struct bh_str text, const void *event) {
        struct bh_rule_format *f = text.len ? format_of(a, rule->source, text) : NULL;

        if (!f)
                return;
        bh_buf_putc(&a->message, ' ');
        bh_rule_format_print(f, event, &a->message);
}

/* "name", "name[3]", "name[key]": the value of a field, read without a rule. */
static bool read_field(struct bh_alerter *a, const struct bh_source *source, struct bh_str name, const void *event, struct bh_value *ret) {
        struct bh_field_arg arg = { 0 };
        struct bh_str plain = name;
        const struct bh_field *f;
        ptrdiff_t at = bh_str_chr(name, '[');

        if (at >= 0 && bh_str_ends(name, BH_STR("]"))) {
                plain = bh_str_part(name, 0, (size_t) at);
                arg.given = true;
                arg.key = bh_str_part(name, (size_t) at + 1, name.len - (size_t) at - 2);
                if (!bh_str_u64(arg.key, &arg.index))
                        arg.index = 0;
        }
        f = bh_source_field(source, plain);
        return f && f->get(f, event, &arg, a->arena, ret);
}

static void add_field(struct bh_alerter *a, struct fields *all, struct bh_str name, const struct bh_value *v) {
        for (size_t i = 0; i < all->len; i++)
                if (bh_str_eq(all->at[i].name, name))
                        return;
        *bh_vec_add(a->arena, all) = (struct field){ name, v ? *v : (struct bh_value){ 0 }, v != NULL };
}

static void collect(void *user, struct bh_str name, const struct bh_value *v) {
        struct bh_alerter *a = user;

        add_field(a, a->collecting, name, v);
}

static void append_field(struct bh_alerter *a, struct fields *all, const struct bh_rule *rule, const struct bh_append_field *row,
                         const void *event) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_rule_format *f;
        struct bh_value v = { .type = BH_V_STRING };

        if (!row->format.len) {
                bool have = read_field(a, rule->source, row->name, event, &v);

                add_field(a, all, row->name, have ? &v : NULL);
                return;
        }
        f = format_of(a, rule->source, row->format);
        if (f)
                bh_rule_format_print(f, event, &text);
        v.str = bh_arena_str(a->arena, bh_buf_str(&text));
        add_field(a, all, row->name, f ? &v : NULL);
}

static void append_row(struct bh_alerter *a, struct fields *all, const struct bh_rule *rule, const struct bh_append *row,
                       const void *event) {
        if (row->suggested && bh_source_field(rule->source, BH_STR("container.id"))) {
                append_text(a, rule, suggested_output, event);
                for (size_t i = 0; i < BH_LEN(suggested_fields); i++)
                        append_field(a, all, rule, &(struct bh_append_field){ bh_str_of(suggested_fields[i]), { 0 } }, event);
        }
        append_text(a, rule, row->output, event);
        for (uint32_t i = 0; i < row->n_fields; i++)
                append_field(a, all, rule, &row->fields[i], event);
}

/* ---- JSON ---- */

static struct bh_str ip_text(struct bh_alerter *a, const struct bh_value *v) {
        char text[INET6_ADDRSTRLEN] = "";

        (void) inet_ntop(v->ip.v6 ? AF_INET6 : AF_INET, v->ip.at, text, sizeof text);
        return v->type == BH_V_NET ? bh_arena_printf(a->arena, "%s/%u", text, v->bits) : bh_arena_printf(a->arena, "%s", text);
}

static void put_value(struct bh_alerter *a, struct bh_json_put *j, const char *key, const struct bh_value *v) {
        if (v->is_list) {
                bh_json_put_open(j, key, '[');
                for (size_t i = 0; i < v->list.n; i++)
                        if (!v->list.at[i].is_list)
                                put_value(a, j, NULL, &v->list.at[i]);
                bh_json_put_close(j);
                return;
        }
        switch ((enum bh_vtype) v->type) {
        case BH_V_BOOL:
                bh_json_put_bool(j, key, v->b);
                break;
        case BH_V_INT:
        case BH_V_TIME:
                bh_json_put_int(j, key, v->i);
                break;
        case BH_V_UINT:
        case BH_V_PORT:
        case BH_V_DURATION:
                bh_json_put_u64(j, key, v->u);
                break;
        case BH_V_DOUBLE:
                bh_json_put_double(j, key, v->d, 17);
                break;
        case BH_V_IP:
        case BH_V_NET:
                bh_json_put_str(j, key, ip_text(a, v));
                break;
        case BH_V_WORD:
                if (!v->is_raw)
                        bh_json_put_str(j, key, v->str);
                else if (bh_str_starts(v->str, BH_STR("-")))
                        bh_json_put_int(j, key, v->i);
                else
                        bh_json_put_u64(j, key, v->u);
                break;
        default:
                bh_json_put_str(j, key, v->str);
        }
}

static int by_name(const void *x, const void *y) {
        return bh_str_cmp(((const struct field *) x)->name, ((const struct field *) y)->name);
}

static int by_text(const void *x, const void *y) {
        return bh_str_cmp(*(const struct bh_str *) x, *(const struct bh_str *) y);
}

static void put_fields(struct bh_alerter *a, struct bh_json_put *j, struct fields *all) {
        if (all->len)
                qsort(all->at, all->len, sizeof *all->at, by_name);
        bh_json_put_open(j, "output_fields", '{');
        for (size_t i = 0; i < all->len; i++) {
                const char *key = bh_arena_cstr(a->arena, all->at[i].name);

                if (all->at[i].have)
                        put_value(a, j, key, &all->at[i].value);
                else
                        bh_json_put_null(j, key);
        }
        bh_json_put_close(j);
}

static void put_tags(struct bh_alerter *a, struct bh_json_put *j, const struct bh_alert *alert) {
        struct bh_str *sorted = bh_arena_array(a->arena, struct bh_str, alert->n_tags);

        if (alert->n_tags) {
                memcpy(sorted, alert->tags, alert->n_tags * sizeof *sorted);
                qsort(sorted, alert->n_tags, sizeof *sorted, by_text);
        }
        bh_json_put_open(j, "tags", '[');
        for (uint32_t i = 0; i < alert->n_tags; i++)
                if (i == 0 || !bh_str_eq(sorted[i], sorted[i - 1]))
                        bh_json_put_str(j, NULL, sorted[i]);
        bh_json_put_close(j);
}

static struct bh_str iso_time(struct bh_alerter *a, int64_t time_ns) {
        time_t s = time_ns / 1000000000;
        struct tm tm;

        (void) gmtime_r(&s, &tm);
        return bh_arena_printf(a->arena, "%04d-%02d-%02dT%02d:%02d:%02d.%09lldZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                               tm.tm_sec, (long long) (time_ns % 1000000000));
}

static void put_json(struct bh_alerter *a, struct bh_alert *alert, struct fields *all) {
        struct bh_json_put j = { .out = &a->json, .compact = true };

        bh_buf_clear(&a->json);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "hostname", alert->hostname);
        if (a->opts.message)
                bh_json_put_str(&j, "message", bh_buf_str(&a->message));
        bh_json_put_str(&j, "output", bh_buf_str(&a->text));
        put_fields(a, &j, all);
        bh_json_put_str(&j, "priority", alert->priority);
        bh_json_put_str(&j, "rule", alert->rule);
        bh_json_put_str(&j, "source", alert->source);
        put_tags(a, &j, alert);
        bh_json_put_str(&j, "time", iso_time(a, alert->time_ns));
        bh_json_put_close(&j);
        while (a->json.len && a->json.at[a->json.len - 1] == '\n')
                a->json.len--;
        alert->json = bh_buf_str(&a->json);
}

/* ---- text ---- */

static void put_text(struct bh_alerter *a, struct bh_alert *alert) {
        bh_buf_clear(&a->text);
        bh_buf_add(&a->text, bh_when_text(a->arena, alert->time_ns, a->opts.iso_time ? BH_WHEN_ISO : BH_WHEN_TIME));
        bh_buf_printf(&a->text, ": %.*s ", BH_FMT(alert->priority));
        bh_buf_add(&a->text, bh_buf_str(&a->message));
        alert->text = bh_buf_str(&a->text);
        alert->output = bh_buf_str(&a->message);
}

/* One line stays one line, and bounded, whatever an attacker names a file. */
static void tame(struct bh_buf *message) {
        if (message->len > BH_LIMIT_ALERT / 4) {
                message->len = BH_LIMIT_ALERT / 4;
                bh_buf_puts(message, "... (cut)");
        }
        for (size_t i = 0; i < message->len; i++)
                if (message->at[i] == '\n' || message->at[i] == '\r')
                        message->at[i] = ' ';
}

struct bh_alerter *bh_alerter_new(const struct bh_alerter_opts *opts) {
        struct bh_alerter *a = calloc(1, sizeof *a);

        if (!a)
                bh_nomem(sizeof *a);
        a->opts = *opts;
        a->arena = bh_arena_new();
        (void) uname(&a->host);
        return a;
}

void bh_alerter_free(struct bh_alerter **a) {
        if (!*a)
                return;
        for (size_t i = 0; i < (*a)->n_compiled; i++)
                if ((*a)->compiled[i].format)
                        bh_rule_format_free(&(*a)->compiled[i].format);
        bh_buf_done(&(*a)->message);
        bh_buf_done(&(*a)->text);
        bh_buf_done(&(*a)->json);
        bh_arena_free(&(*a)->arena);
        free(*a);
        *a = NULL;
}

static void begin(struct bh_alerter *a, struct fields *all, int64_t time_ns) {
        const struct bh_value when = { .type = BH_V_TIME, .i = time_ns };

        bh_arena_reset(a->arena);
        bh_buf_clear(&a->message);
        *all = (struct fields){ 0 };
        add_field(a, all, a->opts.iso_time ? BH_STR("evt.time.iso8601") : BH_STR("evt.time"), &when);
}

void bh_alerter_make(struct bh_alerter *a, struct bh_rule_run *run, const struct bh_rule *rule, const void *event, struct bh_alert *ret) {
        int64_t time_ns = rule->source->time_of ? rule->source->time_of(event) : 0;
        struct bh_alert alert = { .id = ++a->id, .time_ns = time_ns, .rule = rule->name, .priority = bh_str_of(bh_priority_str(rule->priority)),
                                  .source = bh_str_of(rule->source->name), .hostname = bh_str_of(a->host.nodename), .tags = rule->tags,
                                  .n_tags = rule->n_tags, .level = (uint8_t) rule->priority };
        struct fields all;

        begin(a, &all, time_ns);
        bh_rule_print(run, rule, event, &a->message);
        a->collecting = &all;
        bh_rule_output_fields(run, rule, event, collect, a);
        for (size_t i = 0; i < a->opts.append.n; i++)
                if (row_fits(&a->opts.append.at[i], rule))
                        append_row(a, &all, rule, &a->opts.append.at[i], event);
        tame(&a->message);
        put_text(a, &alert);
        put_json(a, &alert, &all);
        *ret = alert;
}

void bh_alerter_own(struct bh_alerter *a, const struct bh_own_alert *own, int64_t time_ns, struct bh_alert *ret) {
        struct bh_alert alert = { .id = ++a->id, .time_ns = time_ns, .rule = own->rule, .priority = bh_str_of(bh_priority_str(own->priority)),
                                  .source = own->source.len ? own->source : BH_STR("internal"), .hostname = bh_str_of(a->host.nodename),
                                  .tags = own->tags, .n_tags = own->n_tags, .level = (uint8_t) own->priority };
        struct fields all;

        begin(a, &all, time_ns);
        bh_buf_add(&a->message, own->message);
        for (size_t i = 0; i < own->n_fields; i++) {
                const struct bh_value v = { .type = BH_V_STRING, .str = own->fields[i].text };

                add_field(a, &all, bh_str_of(own->fields[i].name), &v);
        }
        tame(&a->message);
        put_text(a, &alert);
        put_json(a, &alert, &all);
        *ret = alert;
}
