/* SPDX-License-Identifier: Apache-2.0 */
/* `kubectl proxy`: whoever reaches its port is whoever started it, in the whole cluster. */
#include "comply/collect/collectors.h"

enum { P_PID, P_ADDRESS, P_EVERYWHERE, P_HOSTS, P_ANY_HOST };

static const struct bh_field fields[] = {
        [P_PID] = BH_FACT("kubectl_proxy.pid", BH_V_UINT, 0, "its process"),
        [P_ADDRESS] = BH_FACT("kubectl_proxy.address", BH_V_STRING, 0, "the address it listens on"),
        [P_EVERYWHERE] = BH_FACT("kubectl_proxy.everywhere", BH_V_BOOL, 0, "others than this machine reach it"),
        [P_HOSTS] = BH_FACT("kubectl_proxy.accept_hosts", BH_V_STRING, 0, "the names it may be called by"),
        [P_ANY_HOST] = BH_FACT("kubectl_proxy.any_host", BH_V_BOOL, 0, "it may be called by any name, or does not ask"),
};
const struct bh_fact_kind bh_kind_kubectl_proxy = BH_FACT_KIND("kubectl_proxy", fields, "a kubectl proxy that runs");

/* "--address=0.0.0.0" or "--address 0.0.0.0" among words. */
static bool option(struct bh_str words, struct bh_str name, struct bh_str *ret) {
        struct bh_str word;

        while (bh_str_word(&words, &word)) {
                if (!bh_str_cut_prefix(&word, name))
                        continue;
                if (word.len == 0)
                        return bh_str_word(&words, ret);
                if (bh_str_cut_prefix(&word, BH_STR("="))) {
                        *ret = word;
                        return true;
                }
        }
        return false;
}

static bool is_proxy(const struct bh_task *t) {
        struct bh_str words = t->cmdline, word;
        bool found = false;

        if (!bh_str_is(bh_str_basename(t->exe), "kubectl") && !bh_str_is(t->comm, "kubectl"))
                return false;
        while (bh_str_word(&words, &word))
                found = found || bh_str_is(word, "proxy");
        return found;
}

static void tell(struct bh_facts *facts, const struct bh_task *t) {
        struct bh_fact *f = bh_fact_new(facts, &bh_kind_kubectl_proxy, bh_arena_printf(facts->arena, "%u", t->pid), BH_STR("kubectl proxy"));
        struct bh_str address = BH_STR("127.0.0.1"), hosts = BH_STR("^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$"), off = BH_STR("false");

        (void) option(t->cmdline, BH_STR("--address"), &address);
        (void) option(t->cmdline, BH_STR("--accept-hosts"), &hosts);
        (void) option(t->cmdline, BH_STR("--disable-filter"), &off);
        f->where = bh_arena_printf(f->arena, "/proc/%u/cmdline", t->pid);
        f->container = bh_arena_str(f->arena, t->container);
        bh_fact_int(f, P_PID, t->pid);
        bh_fact_str(f, P_ADDRESS, bh_arena_str(f->arena, address));
        bh_fact_bool(f, P_EVERYWHERE, !bh_str_starts(address, BH_STR("127.")) && !bh_str_is(address, "localhost") && !bh_str_is(address, "::1"));
        bh_fact_str(f, P_HOSTS, bh_arena_str(f->arena, hosts));
        bh_fact_bool(f, P_ANY_HOST, bh_str_is(off, "true") || bh_str_find(hosts, BH_STR(".*")) >= 0);
}

int bh_collect_kubectl_proxy_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; reach->tasks && i < reach->tasks->n; i++)
                if (is_proxy(&reach->tasks->at[i]))
                        tell(facts, &reach->tasks->at[i]);
        return 0;
}
