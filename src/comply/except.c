/* SPDX-License-Identifier: Apache-2.0 */
/* What is borne with, by whom, why and until when. It is never hidden: it stands in the report with its reason. */
#include "base/glob.h"
#include "base/text.h"
#include "comply/judge.h"
#include "fmt/yaml.h"

enum { DAY_S = 24 * 60 * 60 };

static int read_row(const struct bh_row_file *file, const struct bh_doc *row, struct bh_comply_exception *e, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "check", true }, { "subject", false }, { "owner", true }, { "reason", true }, { "expires", true } };
        struct bh_str *const at[] = { &e->check, &e->subject, &e->owner, &e->reason, &e->date };
        int r = bh_row_check(file, row, keys, BH_LEN(keys), err);
        int64_t day = 0;

        for (size_t i = 0; i < BH_LEN(keys) && r >= 0; i++)
                r = bh_row_text(file, row, keys[i].name, at[i], err);
        if (r >= 0 && (e->date.len != 10 || !bh_time_parse(e->date, &day)))
                r = bh_row_fail(file, bh_doc_get(row, "expires"), err, "\"expires\" is a day, such as 2027-01-31");
        e->expires_s = day + DAY_S;
        if (r >= 0)
                e->place = bh_row_place(file, row);
        return r;
}

int bh_comply_exceptions_parse(struct bh_arena *arena, struct bh_str name, struct bh_str yaml, struct bh_comply_exceptions *ret, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "exceptions", false } };
        struct bh_row_file file = { arena, bh_arena_str(arena, name) };
        const struct bh_doc *root, *list;
        char shown[256];
        int r = bh_yaml_parse(arena, yaml, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", bh_str_quote(name, shown, sizeof shown));
        if (!root || bh_doc_is(root, BH_DOC_NULL))
                return 0;
        r = bh_row_check(&file, root, keys, BH_LEN(keys), err);
        list = bh_doc_get(root, "exceptions");
        if (r >= 0 && list && !bh_doc_is(list, BH_DOC_ARRAY))
                r = bh_row_fail(&file, list, err, "a list of rows is expected here");
        for (const struct bh_doc *row = bh_doc_first(list); row && r >= 0; row = row->next)
                r = read_row(&file, row, bh_vec_add(arena, ret), err);
        return r;
}

static bool fits(const struct bh_comply_exception *e, const struct bh_comply_result *r, struct bh_arena *arena) {
        return bh_glob(e->check, r->check->id) && (e->subject.len == 0 || bh_glob(e->subject, bh_comply_subject(arena, r)));
}

void bh_comply_except(struct bh_comply_exceptions *all, int64_t now_s, struct bh_comply_report *report, struct bh_arena *arena, struct bh_gap **ret_notes,
                      size_t *ret_n) {
        BH_VEC(struct bh_gap) notes = { 0 };

        for (size_t i = 0; i < all->len; i++) {
                struct bh_comply_exception *e = &all->at[i];
                bool over = e->expires_s <= now_s;

                for (size_t k = 0; k < report->n; k++) {
                        struct bh_comply_result *r = &report->results[k];

                        if (r->state != BH_COMPLY_FAIL || r->exception || !fits(e, r, arena))
                                continue;
                        e->used = true;
                        r->exception = over ? NULL : e;
                }
                if (over && e->used)
                        *bh_vec_add(arena, &notes) = (struct bh_gap){
                                .where = e->place, .why = bh_arena_printf(arena, "the exception of %.*s for %.*s ran out on %.*s", BH_FMT(e->owner), BH_FMT(e->check), BH_FMT(e->date)) };
                else if (!e->used)
                        *bh_vec_add(arena, &notes) = (struct bh_gap){ .where = e->place, .why = bh_arena_printf(arena, "the exception for %.*s fits nothing that fails", BH_FMT(e->check)) };
        }
        bh_comply_count(report);
        *ret_notes = notes.at;
        *ret_n = notes.len;
}
