/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/perform.h"

#include <sys/random.h>
#include <time.h>

#include "base/text.h"
#include "fmt/json.h"
#include "guard/respond/audit.h"
#include "guard/respond/never.h"

/* "r-0123456789": short enough to be typed, long enough not to meet another. */
static struct bh_str new_id(struct bh_arena *arena) {
        unsigned char dice[5] = { 0 };
        char hex[2 * sizeof dice + 1];

        if (getrandom(dice, sizeof dice, 0) != (ssize_t) sizeof dice)
                bh_nomem(0);
        return bh_arena_printf(arena, "r-%s", bh_hex(dice, sizeof dice, hex));
}

struct deed {
        struct bh_arena *arena;
        const struct bh_perform *p;
        struct bh_act act;
        int64_t until_s;
};

static struct bh_str text_of(const char *word) {
        return bh_str_of(word);
}

static int write_down(struct deed *d, const char *what, struct bh_str why, struct bh_performed *ret, struct bh_err *err) {
        const struct bh_perform *p = d->p;
        struct bh_audit_entry e = { .id = d->act.id, .what = text_of(what), .action = text_of(p->action->name), .response = p->response, .place = p->place,
                                    .rule = p->rule, .by = p->by, .why = why, .note = d->act.note, .cause = p->cause, .target = p->target,
                                    .until_s = d->until_s };

        ret->id = d->act.id;
        ret->what = e.what;
        ret->words = bh_arena_printf(d->arena, "%s %s on %.*s%s%.*s%s%.*s", what, p->action->name, BH_FMT(bh_target_words(d->arena, p->target, p->action->on == BH_ON_FILE)),
                                     d->act.note.len ? ": " : "", BH_FMT(d->act.note), why.len ? ": " : "", BH_FMT(why));
        return bh_audit_add(p->state_dir, &e, err);
}

static bool has_object(const struct bh_action *a, const struct bh_target *t, const char **ret_why) {
        static const char *const whys[] = { [BH_ON_PROCESS] = "the alert names no process", [BH_ON_CONTAINER] = "it is in no container",
                                            [BH_ON_FILE] = "the alert names no file", [BH_ON_ANY] = "the alert names neither process nor container" };
        const bool have[] = { [BH_ON_PROCESS] = t->pid, [BH_ON_CONTAINER] = t->container, [BH_ON_FILE] = t->file.len > 0,
                              [BH_ON_ANY] = t->pid || t->container };

        *ret_why = whys[a->on];
        return have[a->on];
}

/* ---- the ledger around an action ---- */

static int begin(struct deed *d, struct bh_err *err) {
        struct bh_active row = { .id = d->act.id, .action = text_of(d->p->action->name), .response = d->p->response, .rule = d->p->rule, .by = d->p->by,
                                 .target = *d->p->target, .since_s = time(NULL), .until_s = d->until_s, .undo = BH_STR("{}") };
        struct bh_ledger l;
        int r = bh_ledger_open(&l, d->arena, d->p->state_dir, err);

        if (r < 0)
                return r;
        r = bh_ledger_add(&l, &row, err);
        r = r < 0 ? r : bh_ledger_save(&l, err);
        bh_ledger_close(&l);
        return r;
}

/* Keeps how to undo it, or forgets it. */
static int finish(struct deed *d, struct bh_err *err) {
        struct bh_active *row;
        struct bh_ledger l;
        int r = bh_ledger_open(&l, d->arena, d->p->state_dir, err);

        if (r < 0)
                return r;
        row = bh_ledger_find(&l, d->act.id);
        if (row && d->act.undo.len)
                row->undo = d->act.undo;
        else
                bh_ledger_remove(&l, d->act.id);
        r = bh_ledger_save(&l, err);
        bh_ledger_close(&l);
        return r;
}

static int act(struct deed *d, struct bh_performed *ret, struct bh_err *err) {
        const struct bh_action *a = d->p->action;
        struct bh_err why = BH_ERR_NONE;
        int done, r = a->undo ? begin(d, err) : 0;

        if (r < 0)
                return r;
        done = a->run(&d->act, &why);
        if (done < 0)
                d->act.undo = (struct bh_str){ 0 };
        if (!d->act.undo.len)
                d->until_s = 0;
        r = a->undo ? finish(d, err) : 0;
        return r < 0 ? r : write_down(d, done < 0 ? "failed" : "done", done < 0 ? bh_arena_printf(d->arena, "%s", why.text) : (struct bh_str){ 0 }, ret, err);
}

int bh_perform(struct bh_arena *arena, const struct bh_perform *p, struct bh_performed *ret, struct bh_err *err) {
        struct deed d = { arena, p, { .arena = arena, .target = p->target, .policy = p->policy, .even = p->even, .n_even = p->n_even, .state_dir = p->state_dir,
                                      .id = new_id(arena), .cause = p->cause }, 0 };
        struct bh_str never;
        const char *why;

        if (p->mode == BH_RESPOND_OBSERVE)
                return write_down(&d, "observed", (struct bh_str){ 0 }, ret, err);
        if (!has_object(p->action, p->target, &why))
                return write_down(&d, "refused", text_of(why), ret, err);
        never = bh_never_holds(arena, p->policy, p->even, p->n_even, p->target, p->action->on == BH_ON_FILE);
        if (never.len && p->action->run != bh_act_capture) /* looking touches nobody */
                return write_down(&d, "refused", bh_arena_printf(arena, "the never-list has it: %.*s", BH_FMT(never)), ret, err);
        if (p->for_s && p->action->undo)
                d.until_s = time(NULL) + p->for_s;
        if (p->mode == BH_RESPOND_DRY_RUN)
                return write_down(&d, "would", (struct bh_str){ 0 }, ret, err);
        return act(&d, ret, err);
}

/* ---- undoing ---- */

static int undo_row(struct bh_arena *arena, struct bh_ledger *l, const struct bh_active *row, struct bh_str by, struct bh_performed *ret, struct bh_err *err) {
        const struct bh_action *a = bh_action_named(row->action);
        struct bh_act act = { .arena = arena, .target = &row->target, .state_dir = l->state_dir, .id = row->id };
        struct bh_audit_entry e = { .id = row->id, .response = row->response, .rule = row->rule, .by = by, .target = &row->target };
        struct bh_err why = BH_ERR_NONE;
        int r;

        if (!a || !a->back)
                return bh_fail(err, BH_E_FORMAT, "\"%s\" is no action that can be undone", BH_QUOTE(row->action));
        r = bh_json_parse(arena, row->undo, &act.undone, err);
        if (r < 0)
                return bh_wrap(err, r, "how to undo %.*s", BH_FMT(row->id));
        r = a->back(&act, &why);
        e.action = text_of(a->undo);
        e.note = act.note;
        e.what = r < 0 && r != BH_E_NOTFOUND ? BH_STR("failed") : BH_STR("undone");
        if (r < 0)
                e.why = bh_arena_printf(arena, "%s", why.text);
        *ret = (struct bh_performed){ row->id, e.what, bh_arena_printf(arena, "%.*s %s on %.*s: %.*s%.*s", BH_FMT(e.what), a->undo,
                                                                      BH_FMT(bh_target_words(arena, &row->target, bh_action_takes_file(row->action))), BH_FMT(e.note), BH_FMT(e.why)) };
        return bh_audit_add(l->state_dir, &e, err);
}

int bh_perform_undo(struct bh_arena *arena, const char *state_dir, struct bh_str id, struct bh_str by, struct bh_performed *ret, struct bh_err *err) {
        struct bh_active *row;
        struct bh_ledger l;
        int r = bh_ledger_open(&l, arena, state_dir, err);

        if (r < 0)
                return r;
        row = bh_ledger_find(&l, id);
        r = row ? undo_row(arena, &l, row, by, ret, err) : bh_fail(err, BH_E_NOTFOUND, "no response %s is active; `bulkhead respond list` shows those that are", BH_QUOTE(id));
        if (r >= 0 && bh_str_is(ret->what, "undone")) {
                bh_ledger_remove(&l, id);
                r = bh_ledger_save(&l, err);
        }
        bh_ledger_close(&l);
        return r;
}

enum { AGAIN_S = 60 }; /* what could not be undone is tried again */

/* By itself: what could not be read is over only when somebody says so. */
static bool is_over(struct bh_arena *arena, const struct bh_active *row) {
        const struct bh_action *a = bh_action_named(row->action);
        struct bh_act act = { .arena = arena, .target = &row->target, .id = row->id };
        struct bh_err why = BH_ERR_NONE;

        return a && a->is_over && bh_json_parse(arena, row->undo, &act.undone, &why) >= 0 && a->is_over(&act);
}

int bh_perform_due(const char *state_dir, int64_t now_s, void (*report)(void *, const struct bh_performed *), void *user, int64_t *ret_next_s,
                   struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_ledger l;
        int n = 0, r = bh_ledger_open(&l, arena, state_dir, err);

        *ret_next_s = 0;
        for (size_t i = 0; r >= 0 && i < l.rows.len;) {
                struct bh_active *row = &l.rows.at[i++];
                struct bh_performed done;
                bool due = row->until_s && row->until_s <= now_s;

                if (due || is_over(arena, row)) {
                        r = undo_row(arena, &l, row, due ? BH_STR("its time was over") : BH_STR("it ended by itself"), &done, err);
                        if (r < 0)
                                break;
                        report(user, &done);
                        n++;
                        if (bh_str_is(done.what, "undone")) {
                                bh_ledger_remove(&l, row->id);
                                i--;
                                continue;
                        }
                        row->until_s = now_s + AGAIN_S;
                }
                if (row->until_s && (!*ret_next_s || row->until_s < *ret_next_s))
                        *ret_next_s = row->until_s;
        }
        if (r >= 0 && n)
                r = bh_ledger_save(&l, err);
        bh_ledger_close(&l);
        bh_arena_free(&arena);
        return r < 0 ? r : n;
}
