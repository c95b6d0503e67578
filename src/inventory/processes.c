/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that live longer than a moment, and what software of note is among them. */
#include <stdio.h>

#include "inventory/collect.h"

static struct bh_str key_of(struct bh_collect *c, const struct bh_task *t) {
        return bh_arena_printf(c->arena, "%u:%llu", t->pid, (unsigned long long) t->start_ticks);
}

int bh_collect_processes(struct bh_collect *c, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < c->tasks->n; i++) {
                const struct bh_task *t = &c->tasks->at[i];
                struct bh_json_put *j;

                if (t->new_here || t->kernel_thread) /* what is over by the next look, the sensor tells */
                        continue;
                j = bh_collect_thing(c, BH_ASSET_PROCESS, key_of(c, t), t->comm, t->container);
                bh_json_put_int(j, "pid", t->pid);
                bh_json_put_int(j, "ppid", t->ppid);
                bh_json_put_int(j, "uid", t->uid);
                bh_json_put_some(j, "exe", t->exe);
                bh_json_put_some(j, "cmdline", t->cmdline);
                bh_json_put_int(j, "started_ms", t->start_ms / 1000 * 1000);
                bh_collect_told(c);
        }
        return 0;
}
