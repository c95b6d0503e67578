/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source "alert" of the rule language. Its own fields say what the server
 * knows of an alert; those of Falco's names are read from what the rule that
 * fired put into its output, and are not there where it put them not.
 */
#include <arpa/inet.h>

#include "manage/alerts.h"
#include "rule/rules.h"

enum { T_RULE, T_SOURCE, T_OUTPUT, T_INTEL, T_HOST_ID, T_HOST, T_CONTAINER_ID, T_CONTAINER, T_IMAGE_ID, T_IMAGE, T_POD, T_NAMESPACE };
enum { N_ID, N_INCIDENT };

static struct bh_str text_of(const struct bh_stored_alert *a, uint8_t tag) {
        switch (tag) {
        case T_RULE: return a->rule;
        case T_SOURCE: return a->source;
        case T_OUTPUT: return a->output;
        case T_INTEL: return a->intel;
        case T_HOST_ID: return a->host_id;
        case T_HOST: return a->host_name;
        case T_CONTAINER_ID: return a->container_id.len ? a->container_id : BH_STR("host");
        case T_CONTAINER: return a->container_id.len ? a->container_name : BH_STR("host");
        case T_IMAGE_ID: return a->image_id;
        case T_IMAGE: return a->image;
        case T_POD: return a->pod;
        default: return a->namespace;
        }
}

static bool get_text(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_str text = text_of(event, self->tag);

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .str = text };
        return text.len > 0;
}

static bool get_number(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_stored_alert *a = event;

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_INT, .i = self->tag == N_ID ? a->id : a->incident_id };
        return ret->i > 0;
}

/* The word, and its place: "Critical" and 2; the worst is 0. */
static bool get_level(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_stored_alert *a = event;

        (void) arg;
        (void) scratch;
        if (self->type == BH_V_INT)
                *ret = (struct bh_value){ .type = BH_V_INT, .i = a->level };
        else
                *ret = (struct bh_value){ .type = BH_V_STRING, .str = bh_str_of(bh_priority_str((enum bh_priority) a->level)) };
        return true;
}

static bool get_tags(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_stored_alert *a = event;
        struct bh_value *all = bh_arena_array(scratch, struct bh_value, a->n_tags);

        (void) self;
        (void) arg;
        for (uint32_t i = 0; i < a->n_tags; i++)
                all[i] = (struct bh_value){ .type = BH_V_STRING, .str = a->tags[i] };
        *ret = (struct bh_value){ .type = BH_V_STRING, .is_list = true, .list = { all, a->n_tags } };
        return a->n_tags > 0;
}

static bool read_ip(struct bh_str text, struct bh_value *ret) {
        char z[INET6_ADDRSTRLEN];

        if (text.len >= sizeof z)
                return false;
        memcpy(z, text.at, text.len);
        z[text.len] = '\0';
        ret->ip.v6 = bh_str_chr(text, ':') >= 0;
        return inet_pton(ret->ip.v6 ? AF_INET6 : AF_INET, z, ret->ip.at) == 1;
}

static bool of_doc(const struct bh_doc *d, uint8_t type, struct bh_value *ret) {
        struct bh_str text = bh_doc_is(d, BH_DOC_BOOL) ? d->str : bh_doc_str(d);

        *ret = (struct bh_value){ .type = type, .str = text };
        if (type == BH_V_INT)
                ret->i = bh_doc_int(d, 0);
        if (type == BH_V_IP)
                return read_ip(text, ret);
        return type == BH_V_INT ? bh_doc_is(d, BH_DOC_NUMBER) : text.len > 0;
}

/* Of the rule's output, by the field's own name; of its process, where the agent told that. */
static bool get_output(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_stored_alert *a = event;

        (void) arg;
        (void) scratch;
        return of_doc(bh_doc_get(a->fields, self->name), self->type, ret);
}

static bool get_process(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        static const char *const keys[] = { "pid", "exe", "cmdline" };
        const struct bh_stored_alert *a = event;

        return get_output(self, event, arg, scratch, ret) || of_doc(bh_doc_get(a->process, keys[self->tag]), self->type, ret);
}

static bool get_any(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_stored_alert *a = event;

        (void) scratch;
        return of_doc(bh_doc_get_str(a->fields, arg->key), self->type, ret);
}

#define OWN(n, type_, get_, tag_, help_) { .name = n, .type = type_, .life = BH_LIFE_EVENT, .tag = tag_, .help = help_, .get = get_ }
#define OUT(n, type_) { .name = n, .type = type_, .life = BH_LIFE_EVENT, .help = "of the rule's output", .get = get_output }

static const struct bh_field fields[] = {
        OWN("alert.id", BH_V_INT, get_number, N_ID, "its number"),
        OWN("alert.incident", BH_V_INT, get_number, N_INCIDENT, "the number of its incident"),
        OWN("alert.rule", BH_V_STRING, get_text, T_RULE, "the rule that fired"),
        OWN("alert.priority", BH_V_STRING, get_level, 0, "how bad, as a word: Critical"),
        OWN("alert.level", BH_V_INT, get_level, 0, "how bad, as a number: 0 is the worst, Critical is 2"),
        OWN("alert.source", BH_V_STRING, get_text, T_SOURCE, "syscall, k8s_audit, login, internal, hash"),
        OWN("alert.output", BH_V_STRING, get_text, T_OUTPUT, "its text"),
        OWN("alert.intel", BH_V_STRING, get_text, T_INTEL, "whose indicator it meets, and which"),
        { .name = "alert.tags", .type = BH_V_STRING, .life = BH_LIFE_EVENT, .flags = BH_F_LIST, .help = "tags of the rule", .get = get_tags },
        { .name = "alert.field", .type = BH_V_STRING, .arg = BH_ARG_KEY, .life = BH_LIFE_EVENT, .help = "any other field of the rule's output: alert.field[evt.arg.flags]", .get = get_any },
        OWN("host.id", BH_V_STRING, get_text, T_HOST_ID, "the machine's id"),
        OWN("host.name", BH_V_STRING, get_text, T_HOST, "its name"),
        OWN("container.id", BH_V_STRING, get_text, T_CONTAINER_ID, "the container's full id; host: none"),
        OWN("container.name", BH_V_STRING, get_text, T_CONTAINER, "its name; host: none"),
        OWN("container.image", BH_V_STRING, get_text, T_IMAGE, "its image, as it was asked for"),
        OWN("image.id", BH_V_STRING, get_text, T_IMAGE_ID, "the digest of its image's configuration"),
        OWN("k8s.pod.name", BH_V_STRING, get_text, T_POD, "its pod"),
        OWN("k8s.ns.name", BH_V_STRING, get_text, T_NAMESPACE, "the pod's namespace"),
        OWN("proc.pid", BH_V_INT, get_process, 0, "the process"),
        OWN("proc.exepath", BH_V_PATH, get_process, 1, "its program"),
        OWN("proc.cmdline", BH_V_STRING, get_process, 2, "its command line"),
        OUT("container.image.repository", BH_V_STRING),
        OUT("container.image.tag", BH_V_STRING),
        OUT("evt.type", BH_V_STRING),
        OUT("evt.res", BH_V_STRING),
        OUT("fd.name", BH_V_PATH),
        OUT("fd.type", BH_V_STRING),
        OUT("fd.l4proto", BH_V_STRING),
        OUT("fd.cip", BH_V_IP),
        OUT("fd.sip", BH_V_IP),
        OUT("fd.rip", BH_V_IP),
        OUT("fd.lip", BH_V_IP),
        OUT("fd.cport", BH_V_INT),
        OUT("fd.sport", BH_V_INT),
        OUT("fd.rport", BH_V_INT),
        OUT("fd.lport", BH_V_INT),
        OUT("proc.name", BH_V_STRING),
        OUT("proc.pname", BH_V_STRING),
        OUT("proc.pcmdline", BH_V_STRING),
        OUT("proc.args", BH_V_STRING),
        OUT("proc.cwd", BH_V_PATH),
        OUT("proc.tty", BH_V_INT),
        OUT("user.name", BH_V_STRING),
        OUT("user.uid", BH_V_INT),
        OUT("user.loginname", BH_V_STRING),
        OUT("user.loginuid", BH_V_INT),
        OUT("group.name", BH_V_STRING),
};

static int64_t time_of(const void *event) {
        return ((const struct bh_stored_alert *) event)->at_ms * 1000000;
}

const struct bh_source bh_source_alert = { .name = "alert", .fields = fields, .n_fields = BH_LEN(fields), .time_of = time_of };
