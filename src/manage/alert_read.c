/* SPDX-License-Identifier: Apache-2.0 */
/* One alert, out of an agent's message or a row. */
#include "base/limits.h"
#include "fmt/json.h"
#include "manage/alerts.h"
#include "rule/rules.h"

struct bh_str bh_stored_alert_uid(struct bh_arena *arena, const struct bh_stored_alert *a) {
        return bh_arena_printf(arena, "%.*s-%llx-%lld", BH_FMT(a->agent_id), (unsigned long long) a->epoch, (long long) a->seq);
}

static void read_tags(struct bh_arena *arena, const struct bh_doc *list, struct bh_stored_alert *ret) {
        size_t n = BH_MIN(bh_doc_count(list), (size_t) BH_LIMIT_ALERT_TAGS);
        struct bh_str *tags = bh_arena_array(arena, struct bh_str, n + 1);
        const struct bh_doc *d = bh_doc_is(list, BH_DOC_ARRAY) ? bh_doc_first(list) : NULL;

        for (; d && ret->n_tags < n; d = d->next)
                if (bh_doc_is(d, BH_DOC_STRING))
                        tags[ret->n_tags++] = d->str;
        ret->tags = tags;
}

static int read_level(const struct bh_doc *body, const struct bh_doc *alert, int *ret, struct bh_err *err) {
        int64_t level = bh_doc_int(bh_doc_get(body, "level"), -1);
        enum bh_priority priority;

        if (bh_priority_of(bh_doc_get_text(alert, "priority"), &priority))
                *ret = (int) priority;
        else if (level >= 0 && level < _BH_PRIORITY_MAX)
                *ret = (int) level;
        else
                return bh_fail(err, BH_E_FORMAT, "the alert has no priority that is known");
        return 0;
}

/* The agent says it in full; what Falco's own fields say is shorter. */
static struct bh_str said(const struct bh_doc *of, const char *key, const struct bh_stored_alert *a, const char *field) {
        struct bh_str text = bh_doc_get_text(of, key);

        return text.len || !field ? text : bh_doc_get_text(a->fields, field);
}

static void read_container(const struct bh_doc *c, struct bh_stored_alert *ret) {
        ret->container_id = said(c, "id", ret, "container.id");
        if (bh_str_is(ret->container_id, "host"))
                ret->container_id = (struct bh_str){ 0 };
        if (!ret->container_id.len)
                return;
        ret->container_name = said(c, "name", ret, "container.name");
        ret->image = said(c, "image", ret, "container.image");
        ret->image_id = said(c, "image_id", ret, NULL);
        ret->pod = said(c, "pod", ret, "k8s.pod.name");
        ret->namespace = said(c, "namespace", ret, "k8s.ns.name");
}

int bh_alert_read(struct bh_arena *arena, const struct bh_doc *body, struct bh_stored_alert *ret, struct bh_err *err) {
        const struct bh_doc *alert = bh_doc_get(body, "alert"), *process = bh_doc_get(body, "process");
        struct bh_stored_alert a = { .rule = bh_doc_get_text(alert, "rule"), .source = bh_doc_get_text(alert, "source"),
                                     .output = bh_doc_get_text(alert, "output"), .fields = bh_doc_get(alert, "output_fields"), .process = process };
        int r;

        if (!bh_doc_is(alert, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "no object \"alert\"");
        if (!a.rule.len)
                return bh_fail(err, BH_E_FORMAT, "the alert has no rule");
        r = read_level(body, alert, &a.level, err);
        if (r < 0)
                return r;
        read_tags(arena, bh_doc_get(alert, "tags"), &a);
        read_container(bh_doc_get(body, "container"), &a);
        *ret = a;
        return 0;
}

static const struct bh_doc *tree(struct bh_arena *arena, struct bh_str json) {
        const struct bh_doc *root = NULL;

        return bh_json_parse(arena, json, &root, NULL) < 0 ? NULL : root;
}

void bh_alert_of_row(struct bh_arena *arena, const struct bh_rows *rows, struct bh_stored_alert *ret) {
        struct bh_str *const texts[] = { [4] = &ret->agent_id, [7] = &ret->host_id, [8] = &ret->host_name, [9] = &ret->container_id,
                                         [10] = &ret->container_name, [11] = &ret->image_id, [12] = &ret->image, [13] = &ret->pod,
                                         [14] = &ret->namespace, [15] = &ret->rule, [16] = &ret->source, [17] = &ret->output, [18] = &ret->intel };
        int64_t *const numbers[] = { &ret->id, &ret->incident_id, &ret->at_ms, &ret->taken_ms, NULL, &ret->epoch, &ret->seq };

        *ret = (struct bh_stored_alert){ .level = (int) bh_rows_int(rows, 19) };
        for (size_t i = 0; i < BH_LEN(numbers); i++)
                if (numbers[i])
                        *numbers[i] = bh_rows_int(rows, (int) i);
        for (size_t i = 0; i < BH_LEN(texts); i++)
                if (texts[i])
                        *texts[i] = bh_rows_copy(rows, (int) i, arena);
        read_tags(arena, tree(arena, bh_rows_copy(rows, 20, arena)), ret);
        ret->fields = tree(arena, bh_rows_copy(rows, 21, arena));
        ret->process = tree(arena, bh_rows_copy(rows, 22, arena));
}
