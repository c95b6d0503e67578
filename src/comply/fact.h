/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_FACT_H
#define BH_COMPLY_FACT_H
/*
 * A fact: one thing that is set up somehow (an engine, a container, a file, a
 * server's effective configuration), with a value for each field of its kind.
 * A kind is a table of fields and thereby a source of the rule language, so a
 * check's condition over it is compiled and its words are proved:
 *
 *     enum { C_NAME, C_PRIVILEGED, ... };
 *     static const struct bh_field fields[] = {
 *             [C_NAME]       = BH_FACT("container.name", BH_V_STRING, 0, "its name"),
 *             [C_PRIVILEGED] = BH_FACT("container.privileged", BH_V_BOOL, 0, "it was started with --privileged"),
 *     };
 *     const struct bh_fact_kind bh_kind_container = BH_FACT_KIND("container", fields, "a container of Docker or Podman");
 *
 *     struct bh_fact *f = bh_fact_new(facts, &bh_kind_container, key, name);
 *     bh_fact_bool(f, C_PRIVILEGED, true);
 *
 * Three ways a field can have no value, and checks tell them apart:
 *     never set          it is not there: "exists" is false, comparisons are false
 *     bh_fact_unknown    it could not be read: a check that asks for it can tell nothing, with this cause
 *     the fact itself    is not there: the check does not apply
 *
 * A collector gives effective values: a default that the program would use is
 * put in as the value, with the words "default" for its place.
 */
#include "base/vec.h"
#include "fmt/doc.h"
#include "model/gap.h"
#include "rule/field.h"

struct bh_fact_kind {
        const char *name;        /* "container": the first word of its fields */
        const char *help;
        struct bh_source source; /* of the same name */
};

/* flags: BH_F_LIST or 0. */
#define BH_FACT(field_name, field_type, field_flags, text) \
        { .name = field_name, .type = field_type, .life = BH_LIFE_EVENT, .flags = field_flags, .get = bh_fact_get, .help = text }
/* By a key in brackets: sysctl[kernel.kptr_restrict]. Its value is set with bh_fact_map; numbers are read from text. */
#define BH_FACT_MAP(field_name, field_type, text) \
        { .name = field_name, .type = field_type, .arg = BH_ARG_KEY, .life = BH_LIFE_EVENT, .get = bh_fact_get_map, .help = text }
/* Octal digits of a mode by a key: file.wider[640] is true when bits are set beyond rw-r-----. Needs a field before it with the mode (BH_V_UINT). */
#define BH_FACT_WIDER(field_name, mode_field, text) \
        { .name = field_name, .type = BH_V_BOOL, .arg = BH_ARG_KEY, .life = BH_LIFE_EVENT, .tag = mode_field, .get = bh_fact_get_wider, .help = text }
#define BH_FACT_KIND(kind_name, rows, text) \
        { .name = kind_name, .help = text, .source = { .name = kind_name, .fields = rows, .n_fields = BH_LEN(rows) } }

struct bh_fact_value {
        bool set;
        struct bh_value value;
        const struct bh_doc *map;
        struct bh_str where;   /* "/etc/ssh/sshd_config:12", "default"; empty: the fact's */
        struct bh_str unknown; /* why it could not be read; empty: nothing is wrong */
};

struct bh_fact {
        const struct bh_fact_kind *kind;
        struct bh_arena *arena;
        struct bh_str key;       /* of this kind, the same in the next run: a container's id, a path */
        struct bh_str name;      /* for people: "web", "/etc/passwd" */
        struct bh_str container; /* 64 digits of the container it is in (or is); empty: the host's own */
        struct bh_str where;     /* what told of it: a path, "GET /containers/ID/json" */
        struct bh_str namespace, workload; /* of Kubernetes; empty elsewhere */
        bool idle;               /* a program without a process: its files tell how it would run */
        struct bh_fact_value *values; /* by field */
        struct bh_fact *next;
};

/* A kind that was not looked for at all, so that nobody takes "none" for "none there". */
struct bh_fact_unlooked {
        const struct bh_fact_kind *kind;
        struct bh_str why;
        bool failed; /* it was to be: its checks are unknown; else they do not apply */
};

/* All that was seen in one run; in an arena. */
struct bh_facts {
        struct bh_arena *arena;
        struct bh_fact *first, **tail;
        size_t n;
        BH_VEC(struct bh_gap) gaps; /* what could not be looked at */
        BH_VEC(struct bh_fact_unlooked) unlooked;
};

void bh_facts_init(struct bh_facts *facts, struct bh_arena *arena);
/* What could not be looked at: `where` is copied. */
void bh_facts_gap(struct bh_facts *facts, struct bh_str where, const struct bh_err *why);
void bh_facts_unlooked(struct bh_facts *facts, const struct bh_fact_kind *kind, bool failed, const struct bh_err *why);
/* Texts are copied. */
struct bh_fact *bh_fact_new(struct bh_facts *facts, const struct bh_fact_kind *kind, struct bh_str key, struct bh_str name);
/* "redis 6379", "file /etc/passwd": its kind and its name, in the facts' arena. */
struct bh_str bh_fact_called(const struct bh_fact *f);
/* Texts are borrowed: they live as long as the facts. Setting again replaces. */
void bh_fact_bool(struct bh_fact *f, unsigned field, bool v);
void bh_fact_int(struct bh_fact *f, unsigned field, int64_t v); /* of an INT or UINT field */
void bh_fact_str(struct bh_fact *f, unsigned field, struct bh_str v);
void bh_fact_some(struct bh_fact *f, unsigned field, struct bh_str v); /* nothing for an empty text */
void bh_fact_add(struct bh_fact *f, unsigned field, struct bh_str v);  /* one more of a list; an empty list is set by bh_fact_list */
void bh_fact_list(struct bh_fact *f, unsigned field);
void bh_fact_map(struct bh_fact *f, unsigned field, const struct bh_doc *object);
void bh_fact_unknown(struct bh_fact *f, unsigned field, const struct bh_err *why);
/* Where the value of that field was told: "PATH:LINE". */
void bh_fact_where(struct bh_fact *f, unsigned field, struct bh_str where);
/* From people's YAML or JSON: keys without the kind's word. BH_E_FORMAT names the key. For cases and for dumps. */
int bh_fact_read(struct bh_fact *f, const struct bh_doc *object, struct bh_err *err) BH_MUST_CHECK;

/* What a condition is asked about: the fact, and what was touched that is unknown. */
struct bh_fact_look {
        const struct bh_fact *fact;
        const struct bh_fact_value *unknown; /* set by a getter */
};

/* The getters of the macros above. */
bool bh_fact_get(const struct bh_field *self, const void *look, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret);
bool bh_fact_get_map(const struct bh_field *self, const void *look, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret);
bool bh_fact_get_wider(const struct bh_field *self, const void *look, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret);

/* Is that field a mode, by a row of BH_FACT_WIDER over it? People read those in octal digits. */
bool bh_fact_is_mode(const struct bh_fact_kind *kind, unsigned field);

/* All kinds there are; ended by NULL. (kinds.c) */
extern const struct bh_fact_kind *const bh_fact_kinds[];
const struct bh_fact_kind *bh_fact_kind_of(struct bh_str name); /* NULL */

#endif
