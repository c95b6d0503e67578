/* SPDX-License-Identifier: Apache-2.0 */
/* An alert as the server wants it: as guard/ wrote it, and beside it whose it is. */
#include "fmt/json_put.h"
#include "tool/agent/agent.h"

static void put_container(struct bh_json_put *j, const struct bh_container *c) {
        bh_json_put_open(j, "container", '{');
        if (c) {
                bh_json_put_str(j, "id", c->id);
                bh_json_put_some(j, "name", c->name);
                bh_json_put_some(j, "image", c->image);
                bh_json_put_some(j, "image_id", c->image_id);
                bh_json_put_some(j, "pod", c->pod_name);
                bh_json_put_some(j, "namespace", c->pod_namespace);
        }
        bh_json_put_close(j);
}

static void put_names(struct bh_json_put *j, const struct bh_process *p) {
        bh_json_put_int(j, "pid", p->now.pid);
        bh_json_put_some(j, "exe", p->exepath.len ? p->exepath : bh_process_exe(p));
        bh_json_put_some(j, "cmdline", bh_str_part(p->cmdline, 0, 4096));
}

static void put_process(struct bh_json_put *j, struct bh_process *p) {
        unsigned n = 0;

        bh_json_put_open(j, "process", '{');
        if (p) {
                put_names(j, p);
                bh_json_put_u64(j, "start_ns", p->now.start_ns);
                bh_json_put_open(j, "lineage", '[');
                for (struct bh_process *up = p->parent; up && n < BH_PROCESS_LINEAGE; up = up->parent, n++) {
                        bh_json_put_open(j, NULL, '{');
                        put_names(j, up);
                        bh_json_put_close(j);
                }
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

void bh_agent_alerted(void *user, const struct bh_alert *alert) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };
        struct bh_agent *a = ((struct bh_watch *) user)->port->user;
        struct bh_outbox_item item = { .kind = BH_ITEM_ALERT, .level = alert->level, .at_ms = alert->time_ns / 1000000 };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_raw(&j, "alert", alert->json);
        bh_json_put_int(&j, "level", alert->level);
        put_container(&j, alert->container);
        put_process(&j, alert->process);
        bh_json_put_close(&j);
        item.body = bh_str_trim(bh_buf_str(&body));
        bh_outbox_add(a->outbox, &item, NULL);
}
