/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of system calls, one row each: what rules can ask, what outputs
 * can print, and the reference that people read. Names are Falco's where Falco
 * has the field; the others say "ours". The rows stand in rooms by topic.
 */
#include "sense/fields.h"

#include "rule/when.h"
#include "sense/sense.h"

static const struct bh_field fields[] = {
#include "sense/fields_evt.inc"
#include "sense/fields_proc.inc"
#include "sense/fields_fd.inc"
#include "sense/fields_owner.inc"
};

static const char *type_name(unsigned type) {
        const struct bh_ev_info *info = bh_event_info(type);

        if (!info)
                return NULL;
        return info->flags & BH_EVI_SILENT ? "" : info->name;
}

static unsigned type_of(const void *event) {
        return ((const struct bh_event *) event)->head.type;
}

static bool knows_key(const struct bh_field *field, struct bh_str key) {
        if (field->get == bh_field_evt_arg || field->get == bh_field_evt_rawarg)
                return bh_field_knows_arg(key);
        return field->get != bh_field_evt_is_type || bh_event_type(key) >= 0;
}

/* By its name: what stands at a number is another argument in another type. */
static enum bh_arg_view arg_view(unsigned type, struct bh_str key) {
        const struct bh_ev_info *info = bh_event_info(type);
        const struct bh_ev_arg *arg = bh_event_arg(info, key);
        uint64_t number;

        if (!arg)
                return bh_str_u64(key, &number) && number < info->n_args ? BH_ARG_UNSEEN : BH_ARG_MISSING;
        if (type == BH_EV_SOCKET && bh_str_is(key, "domain"))
                return BH_ARG_FAMILY;
        if (type == BH_EV_SOCKET && bh_str_is(key, "type"))
                return BH_ARG_TYPE;
        return info->flags & BH_EVI_PATHS && arg->render == BH_AS_PATH ? BH_ARG_PATH : BH_ARG_UNSEEN;
}

static struct bh_process_memo *memo(const void *event, uint64_t *ret_key) {
        struct bh_process *p = bh_actor(event);

        if (!p)
                return NULL;
        if (p->memo && p->memo->owner != p)
                *p->memo = (struct bh_process_memo){ .owner = p };
        *ret_key = bh_process_key(p) * 0x9e3779b97f4a7c15ull + (p->container ? p->container->version : 0);
        return p->memo;
}

static int64_t time_of(const void *event) {
        return ((const struct bh_event *) event)->time_ns;
}

const struct bh_source bh_source_syscall = {
        .name = "syscall",
        .fields = fields,
        .n_fields = BH_LEN(fields),
        .elsewhere = "Falco",
        .gaps = bh_field_gaps,
        .type_name = type_name,
        .type_of = type_of,
        .n_types = _BH_EV_MAX,
        .knows_key = knows_key,
        .arg_view = arg_view,
        .arg_fit = bh_arguments_fit,
        .memo = memo,
        .traits = bh_traits,
        .trait_table = bh_trait_table,
        .time_of = time_of,
};
