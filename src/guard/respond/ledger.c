/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "guard/respond/root.h"
#include "sys/fd.h"

enum { MAX_FILE = 64 << 20 };

int bh_ledger_parse(struct bh_ledger *l, struct bh_str text, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = bh_json_parse(l->arena, text, &doc, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(bh_doc_get(doc, "active"), BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "it has no list \"active\"");
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(doc, "active")); e; e = e->next) {
                struct bh_active row = { .id = bh_doc_get_text(e, "id"), .action = bh_doc_get_text(e, "action"), .response = bh_doc_get_text(e, "response"),
                                         .rule = bh_doc_get_text(e, "rule"), .by = bh_doc_get_text(e, "by"), .undo = bh_doc_get_text(e, "undo"),
                                         .since_s = bh_doc_int(bh_doc_get(e, "since"), 0), .until_s = bh_doc_int(bh_doc_get(e, "until"), 0) };

                if (row.id.len == 0 || row.action.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "line %u: a row without id or action", e->line);
                bh_target_get(l->arena, bh_doc_get(e, "target"), &row.target);
                *bh_vec_add(l->arena, &l->rows) = row;
        }
        return 0;
}

void bh_ledger_print(const struct bh_ledger *l, struct bh_buf *out) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "active", '[');
        for (size_t i = 0; i < l->rows.len; i++) {
                const struct bh_active *a = &l->rows.at[i];

                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "id", a->id);
                bh_json_put_str(&j, "action", a->action);
                bh_json_put_some(&j, "response", a->response);
                bh_json_put_some(&j, "rule", a->rule);
                bh_json_put_some(&j, "by", a->by);
                bh_json_put_int(&j, "since", a->since_s);
                bh_json_put_int(&j, "until", a->until_s);
                bh_target_put(&j, "target", &a->target);
                bh_json_put_some(&j, "undo", a->undo);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static const char *path_in(const struct bh_ledger *l, const char *name) {
        return bh_arena_printf(l->arena, "%s/%s", l->state_dir, name).at;
}

int bh_ledger_open(struct bh_ledger *l, struct bh_arena *arena, const char *state_dir, struct bh_err *err) {
        struct bh_str text;
        const char *path;
        int r = 0;

        *l = (struct bh_ledger){ .arena = arena, .state_dir = state_dir, .lock = -1 };
        if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", state_dir);
        path = path_in(l, "active.lock");
        l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (l->lock < 0 || flock(l->lock, LOCK_EX) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        path = path_in(l, "active.json");
        if (access(path, F_OK) == 0)
                r = bh_fd_read_file(arena, path, MAX_FILE, &text, err);
        else
                text = (struct bh_str){ 0 };
        if (r >= 0 && text.len)
                r = bh_ledger_parse(l, text, err);
        if (r < 0)
                bh_ledger_close(l);
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

int bh_ledger_add(struct bh_ledger *l, const struct bh_active *row, struct bh_err *err) {
        if (l->rows.len >= BH_LIMIT_RESPONSE_ACTIVE)
                return bh_fail(err, BH_E_LIMIT, "%d responses wait to be undone already", BH_LIMIT_RESPONSE_ACTIVE);
        *bh_vec_add(l->arena, &l->rows) = *row;
        return 0;
}

struct bh_active *bh_ledger_find(struct bh_ledger *l, struct bh_str id) {
        for (size_t i = 0; i < l->rows.len; i++)
                if (bh_str_eq(l->rows.at[i].id, id))
                        return &l->rows.at[i];
        return NULL;
}

void bh_ledger_remove(struct bh_ledger *l, struct bh_str id) {
        size_t n = 0;

        for (size_t i = 0; i < l->rows.len; i++)
                if (!bh_str_eq(l->rows.at[i].id, id))
                        l->rows.at[n++] = l->rows.at[i];
        l->rows.len = n;
}

int bh_ledger_save(struct bh_ledger *l, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_ledger_print(l, &out);
        return bh_state_write(path_in(l, "active.json"), bh_buf_str(&out), err);
}

void bh_ledger_close(struct bh_ledger *l) {
        bh_fd_close(&l->lock);
}
