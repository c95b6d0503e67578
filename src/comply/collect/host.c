/* SPDX-License-Identifier: Apache-2.0 */
/* This machine as a whole. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "fmt/osrelease.h"

enum { H_NAME, H_DISTRIBUTION, H_VERSION, H_KERNEL };

static const struct bh_field fields[] = {
        [H_NAME] = BH_FACT("host.name", BH_V_STRING, 0, "its host name"),
        [H_DISTRIBUTION] = BH_FACT("host.distribution", BH_V_STRING, 0, "ID of os-release, and ID_LIKE after it: debian; ubuntu debian"),
        [H_VERSION] = BH_FACT("host.version", BH_V_STRING, 0, "VERSION_ID of os-release"),
        [H_KERNEL] = BH_FACT("host.kernel", BH_V_STRING, 0, "release of the kernel that runs"),
};
const struct bh_fact_kind bh_kind_host = BH_FACT_KIND("host", fields, "this machine as a whole");

static void read_release(const struct bh_reach *reach, struct bh_fact *f) {
        struct bh_str text, key, value, id = { 0 }, like = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_cur c;

        if (reach->read(reach->user, 0, "/etc/os-release", BH_LIMIT_BASELINE_SETTINGS, f->arena, &text, &why) < 0) {
                bh_fact_unknown(f, H_DISTRIBUTION, &why);
                bh_fact_unknown(f, H_VERSION, &why);
                return;
        }
        c = bh_cur_of(text);
        while (bh_osrelease_next(&c, f->arena, &key, &value)) {
                id = bh_str_is(key, "ID") ? value : id;
                like = bh_str_is(key, "ID_LIKE") ? value : like;
                if (bh_str_is(key, "VERSION_ID"))
                        bh_fact_str(f, H_VERSION, value);
        }
        bh_fact_some(f, H_DISTRIBUTION, bh_str_trim(bh_arena_printf(f->arena, "%.*s %.*s", BH_FMT(id), BH_FMT(like))));
}

static void read_kernel(const struct bh_reach *reach, struct bh_fact *f, unsigned field, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (reach->read(reach->user, 0, path, BH_LIMIT_BASELINE_SETTINGS, f->arena, &text, &why) < 0)
                bh_fact_unknown(f, field, &why);
        else
                bh_fact_str(f, field, bh_str_trim(text));
}

int bh_collect_host_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_fact *f = bh_fact_new(facts, &bh_kind_host, BH_STR("host"), BH_STR("this machine"));

        (void) err;
        f->where = BH_STR("/etc/os-release");
        read_release(reach, f);
        read_kernel(reach, f, H_NAME, "/proc/sys/kernel/hostname");
        read_kernel(reach, f, H_KERNEL, "/proc/sys/kernel/osrelease");
        return 0;
}

struct bh_host_facts bh_host_of_facts(const struct bh_facts *facts) {
        for (const struct bh_fact *f = facts->first; f; f = f->next)
                if (f->kind == &bh_kind_host)
                        return (struct bh_host_facts){ f->values[H_NAME].value.str, f->values[H_DISTRIBUTION].value.str, f->values[H_VERSION].value.str };
        return (struct bh_host_facts){ 0 };
}
