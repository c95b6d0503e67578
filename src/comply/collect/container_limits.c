/* SPDX-License-Identifier: Apache-2.0 */
/* What bounds a container: memory, processors, processes, restarts, ulimits; and what it gets beyond: devices. */
#include "comply/collect/container.h"

static int64_t number(const struct bh_box *b, const char *key) {
        return bh_doc_int(bh_doc_get(b->host, key), 0);
}

/* A limit as large as the machine is none. */
static void set_memory(const struct bh_engine_look *look, struct bh_box *b) {
        int64_t bytes = BH_MAX(number(b, "Memory"), 0);

        bh_fact_int(b->fact, BH_BOX_MEMORY, bytes);
        bh_fact_bool(b->fact, BH_BOX_MEMORY_LIMITED, bytes > 0 && (look->memory_bytes == 0 || (uint64_t) bytes < look->memory_bytes));
}

static bool is_quota(const struct bh_engine_look *look, double cpus) {
        return cpus > 0 && (look->n_cpus == 0 || cpus < (double) look->n_cpus);
}

/* --cpus, or --cpu-quota of each --cpu-period (100 ms unless said). 1024 shares are what everybody has. */
static void set_cpu(const struct bh_engine_look *look, struct bh_box *b) {
        int64_t quota = number(b, "CpuQuota"), period = number(b, "CpuPeriod"), shares = number(b, "CpuShares");
        double cpus = quota > 0 ? (double) quota / (double) (period > 0 ? period : 100000) : (double) number(b, "NanoCpus") / 1e9;

        bh_fact_bool(b->fact, BH_BOX_CPU_LIMITED, is_quota(look, cpus) || (shares > 0 && shares != 1024) || bh_doc_get_text(b->host, "CpusetCpus").len > 0);
}

static void set_restart(struct bh_box *b) {
        const struct bh_doc *policy = bh_doc_get(b->host, "RestartPolicy");
        struct bh_str name = bh_doc_get_text(policy, "Name");

        bh_keep(b->fact, BH_BOX_RESTART, name.len ? name : BH_STR("no"));
        bh_fact_int(b->fact, BH_BOX_RETRIES, BH_MAX(bh_doc_int(bh_doc_get(policy, "MaximumRetryCount"), 0), 0));
}

/* HEALTHCHECK NONE is written ["NONE"]. */
static void set_health(struct bh_box *b) {
        const struct bh_doc *test = bh_doc_path(b->config, "Healthcheck.Test");

        bh_fact_bool(b->fact, BH_BOX_CHECKED, bh_doc_first(test) && !bh_str_is(bh_doc_str(bh_doc_first(test)), "NONE"));
        bh_fact_str(b->fact, BH_BOX_HEALTH, bh_arena_str(b->fact->arena, bh_doc_get_text(bh_doc_get(b->state, "Health"), "Status")));
        bh_fact_int(b->fact, BH_BOX_RESTARTS, BH_MAX(bh_doc_int(bh_doc_get(b->all, "RestartCount"), 0), 0));
        bh_fact_bool(b->fact, BH_BOX_OOM, bh_doc_bool(bh_doc_get(b->state, "OOMKilled"), false));
}

static void add_devices(struct bh_box *b) {
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(b->host, "Devices")); d; d = d->next)
                bh_keep_more(b->fact, BH_BOX_DEVICES, bh_doc_get_text(d, "PathOnHost"));
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(b->host, "DeviceCgroupRules")); d; d = d->next)
                bh_fact_add(b->fact, BH_BOX_DEVICES, bh_arena_printf(b->fact->arena, "rule %.*s", BH_FMT(bh_doc_str(d))));
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(b->host, "DeviceRequests")); d; d = d->next)
                bh_fact_add(b->fact, BH_BOX_DEVICES, bh_arena_printf(b->fact->arena, "request %.*s", BH_FMT(bh_doc_get_text(d, "Driver"))));
        if (b->fact->values[BH_BOX_PRIVILEGED].value.b)
                bh_fact_add(b->fact, BH_BOX_DEVICES, BH_STR("all, by --privileged"));
}

/* "nofile", "nproc" of a million and more, a core file of any size: they bound nothing. */
static bool is_wide(struct bh_str name, int64_t hard) {
        bool counts = bh_str_is(name, "nofile") || bh_str_is(name, "nproc") || bh_str_is(name, "RLIMIT_NOFILE") || bh_str_is(name, "RLIMIT_NPROC");

        return counts ? hard < 0 || hard > 1048576 : hard < 0 && (bh_str_is(name, "core") || bh_str_is(name, "RLIMIT_CORE"));
}

static void add_ulimits(struct bh_box *b) {
        for (const struct bh_doc *u = bh_doc_first(bh_doc_get(b->host, "Ulimits")); u; u = u->next) {
                struct bh_str name = bh_doc_get_text(u, "Name"), hard = bh_doc_get_text(u, "Hard");
                struct bh_str text = bh_arena_printf(b->fact->arena, "%.*s=%.*s:%.*s", BH_FMT(name), BH_FMT(bh_doc_get_text(u, "Soft")), BH_FMT(hard));

                bh_fact_add(b->fact, BH_BOX_ULIMITS, text);
                if (is_wide(name, bh_doc_int(bh_doc_get(u, "Hard"), 0)))
                        bh_fact_add(b->fact, BH_BOX_ULIMITS_WIDE, text);
        }
}

void bh_box_limits(struct bh_engine_look *look, struct bh_box *b) {
        set_memory(look, b);
        set_cpu(look, b);
        bh_fact_int(b->fact, BH_BOX_PIDS, number(b, "PidsLimit"));
        set_restart(b);
        set_health(b);
        add_devices(b);
        add_ulimits(b);
        bh_fact_str(b->fact, BH_BOX_CGROUP, bh_arena_str(b->fact->arena, bh_doc_get_text(b->host, "CgroupParent")));
}
