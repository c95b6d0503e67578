/* SPDX-License-Identifier: Apache-2.0 */
/* A response that a person asked the server for: the same way as bulkhead respond do and undo go. */
#include "fmt/json_put.h"
#include "guard/respond/ledger.h"
#include "guard/respond/perform.h"
#include "tool/agent/agent.h"

enum { MINUTES_MAX = 60 * 24 * 365 };

/* What the server calls it; `undo`: it ends what `action` began. */
static const struct row {
        const char *word, *action;
        bool undo, process, file;
} rows[] = {
        { "pause", "pause", false, false, false },
        { "resume", "pause", true, false, false },
        { "stop", "stop-container", false, false, false },
        { "kill", "kill-container", false, false, false },
        { "isolate", "isolate", false, false, false },
        { "release", "isolate", true, false, false },
        { "kill-process", "kill-tree", false, true, false },
        { "quarantine", "quarantine", false, false, true },
        { "restore", "quarantine", true, false, true },
        { "evidence", "capture", false, false, false },
};

static const struct row *row_of(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(word, rows[i].word))
                        return &rows[i];
        return NULL;
}

static bool is_same(const struct bh_active *a, const struct row *row, struct bh_str container, struct bh_str path) {
        struct bh_str id = a->target.container ? a->target.container->id : (struct bh_str){ 0 };

        return bh_str_is(a->action, row->action) && (!row->file || !path.len || bh_str_eq(a->target.file, path)) &&
               (!container.len || (container.len >= 12 && bh_str_starts(id, container)));
}

/* The newest that fits. */
static int find_active(struct bh_agent *a, struct bh_arena *arena, const struct row *row, const struct bh_doc *body, struct bh_str *ret, struct bh_err *err) {
        struct bh_str container = bh_doc_get_text(body, "container"), path = bh_doc_get_text(body, "path");
        struct bh_ledger l;
        int r = bh_ledger_open(&l, arena, a->state_dir, err);

        if (r < 0)
                return r;
        bh_ledger_close(&l);
        for (size_t i = l.rows.len; i-- > 0;)
                if (is_same(&l.rows.at[i], row, container, path)) {
                        *ret = l.rows.at[i].id;
                        return 0;
                }
        return bh_fail(err, BH_E_NOTFOUND, "no %s of it is in force here", row->action);
}

static int target_of(struct bh_arena *arena, const struct row *row, const struct bh_doc *body, struct bh_target *ret, struct bh_err *err) {
        struct bh_str container = bh_doc_get_text(body, "container");
        int64_t pid = bh_doc_int(bh_doc_get(body, "pid"), 0);
        int r;

        if (row->process || (!container.len && pid > 0)) {
                if (pid <= 0 || pid > UINT32_MAX)
                        return bh_fail(err, BH_E_FORMAT, "pid: which process?");
                return bh_target_of_pid(arena, (uint32_t) pid, ret, err);
        }
        *ret = (struct bh_target){ 0 };
        if (!container.len && !row->file)
                return bh_fail(err, BH_E_FORMAT, "container: which one?");
        r = container.len ? bh_target_of_container(arena, container, ret, err) : 0;
        if (r >= 0 && row->file) {
                ret->file = bh_doc_get_text(body, "path");
                if (!ret->file.len)
                        r = bh_fail(err, BH_E_FORMAT, "path: which file?");
        }
        return r;
}

static int perform(struct bh_agent *a, struct bh_arena *arena, const struct row *row, const struct bh_doc *body, struct bh_performed *ret, struct bh_err *err) {
        int64_t minutes = BH_MIN(BH_MAX(bh_doc_int(bh_doc_get(body, "minutes"), 0), 0), MINUTES_MAX);
        struct bh_perform p = { .action = bh_action_named(bh_str_of(row->action)), .state_dir = a->state_dir, .by = BH_STR("server"),
                                .cause = bh_doc_get_text(body, "why"),
                                .mode = bh_doc_bool(bh_doc_get(body, "dry_run"), false) ? BH_RESPOND_DRY_RUN : BH_RESPOND_ACT };
        struct bh_target target;
        int r = target_of(arena, row, body, &target, err);

        p.target = &target;
        p.for_s = p.action->undo ? minutes * 60 : 0;
        return r < 0 ? r : bh_perform(arena, &p, ret, err);
}

static int take_back(struct bh_agent *a, struct bh_arena *arena, const struct row *row, const struct bh_doc *body, struct bh_performed *ret, struct bh_err *err) {
        struct bh_str id;
        int r = find_active(a, arena, row, body, &id, err);

        if (r < 0)
                return r;
        if (bh_doc_bool(bh_doc_get(body, "dry_run"), false)) {
                *ret = (struct bh_performed){ id, BH_STR("would"), bh_arena_printf(arena, "would undo %.*s (%s)", BH_FMT(id), row->action) };
                return 0;
        }
        return bh_perform_undo(arena, a->state_dir, id, BH_STR("server"), ret, err);
}

int bh_agent_respond(struct bh_agent *a, struct bh_arena *arena, const struct bh_doc *body, bool *ret_ok, struct bh_str *ret_text, struct bh_str *ret_detail,
                     struct bh_err *err) {
        struct bh_str word = bh_doc_get_text(body, "action");
        const struct row *row = row_of(word);
        BH_CLEANUP(bh_buf_done) struct bh_buf detail = { 0 };
        struct bh_json_put j = { .out = &detail, .compact = true };
        struct bh_performed done = { 0 };
        int r;

        if (!row)
                return bh_fail(err, BH_E_FORMAT, "there is no action %s", BH_QUOTE(word));
        r = row->undo ? take_back(a, arena, row, body, &done, err) : perform(a, arena, row, body, &done, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "response", done.id);
        bh_json_put_str(&j, "what", done.what);
        bh_json_put_close(&j);
        *ret_ok = !bh_str_is(done.what, "failed") && !bh_str_is(done.what, "refused");
        *ret_text = done.words;
        *ret_detail = bh_arena_str(arena, bh_str_trim(bh_buf_str(&detail)));
        return 0;
}
