/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_ALERTS_H
#define BH_MANAGE_ALERTS_H
/*
 * One alert as everybody at the server sees it: conditions, suppressions,
 * integrations. Read from what an agent sent, or from its row in the store.
 * Slices and trees live in the arena it was read into.
 */
#include "fmt/doc.h"
#include "manage/manage.h"
#include "rule/field.h"
#include "store/db.h"

struct bh_stored_alert {
        int64_t id, incident_id, at_ms, taken_ms; /* id 0: not stored yet */
        struct bh_str agent_id;
        int64_t epoch, seq;
        struct bh_str host_id, host_name;
        struct bh_str container_id, container_name, image_id, image, pod, namespace;
        struct bh_str rule, source, output, intel;
        int level; /* enum bh_priority */
        const struct bh_str *tags;
        uint32_t n_tags;
        const struct bh_doc *fields;  /* output_fields */
        const struct bh_doc *process; /* manage/lineage.h */
};

/* Never the same for two alerts, and the same for one however often it is sent: "agent-epoch-seq". */
struct bh_str bh_stored_alert_uid(struct bh_arena *arena, const struct bh_stored_alert *a);

/* From the body of an item of kind "alert" (wire/agent.h). FORMAT: what is wrong with it. Knows no host, no id. */
int bh_alert_read(struct bh_arena *arena, const struct bh_doc *body, struct bh_stored_alert *ret, struct bh_err *err) BH_MUST_CHECK;

/* What to select, and from what, to read rows by bh_alert_of_row. */
#define BH_ALERT_COLUMNS                                                                                                                        \
        "a.id, a.incident_id, a.at_ms, a.taken_ms, a.agent_id, a.epoch, a.seq, a.host_id, h.name, a.container_id, c.name, a.image_id, c.image_ref, " \
        "c.pod, c.namespace, a.rule, a.source, a.output, a.intel, a.level, a.tags, a.fields, a.process"
#define BH_ALERT_FROM "alert a LEFT JOIN host h ON h.id = a.host_id LEFT JOIN container c ON c.id = a.container_id"
void bh_alert_of_row(struct bh_arena *arena, const struct bh_rows *rows, struct bh_stored_alert *ret);

/* Alerts as events of the rule language, whose fields docs/INCIDENTS.md lists: events are struct bh_stored_alert. */
extern const struct bh_source bh_source_alert;

/* Counts of alerts taken in, and tells people who watch of what is new. */
extern const struct bh_manage_part bh_part_alerts;
/* What is in force against alerts has changed (a suppression, an indicator): the next alert sees it. */
void bh_alerts_refresh(const struct bh_manage *m);

#endif
