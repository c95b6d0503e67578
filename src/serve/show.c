/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as JSON, by a table of what each column is. */
#include "manage/findings.h"
#include "model/finding.h"
#include "serve/images.h"

const char *const bh_words_severity[] = {
#define X(symbol, word) word,
        BH_SEVERITY_TABLE(X)
#undef X
                NULL,
};

static void show(struct bh_json_put *j, const struct bh_rows *rows, int i, const struct bh_show *w) {
        switch (w->type) {
        case BH_SHOW_TEXT: bh_json_put_str(j, w->name, bh_rows_text(rows, i)); break;
        case BH_SHOW_INT: bh_json_put_int(j, w->name, bh_rows_int(rows, i)); break;
        case BH_SHOW_REAL: bh_json_put_double(j, w->name, bh_rows_real(rows, i), 12); break;
        case BH_SHOW_BOOL: bh_json_put_bool(j, w->name, bh_rows_int(rows, i) != 0); break;
        case BH_SHOW_RAW: bh_json_put_raw(j, w->name, bh_rows_text(rows, i)); break;
        case BH_SHOW_SEVERITY: bh_json_put_cstr(j, w->name, bh_severity_str((enum bh_severity) bh_rows_int(rows, i))); break;
        case BH_SHOW_INT_OR_NULL:
                if (bh_rows_null(rows, i))
                        bh_json_put_null(j, w->name);
                else
                        bh_json_put_int(j, w->name, bh_rows_int(rows, i));
                break;
        }
}

void bh_show_row(struct bh_json_put *j, const struct bh_rows *rows, const struct bh_show *what) {
        for (int i = 0; what[i].name; i++)
                show(j, rows, i, &what[i]);
}

int bh_show_list(struct bh_json_put *j, const char *key, struct bh_db *db, const char *sql, struct bh_args args, const struct bh_show *what,
                 struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);

        bh_json_put_open(j, key, '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(j, NULL, '{');
                bh_show_row(j, rows, what);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_rows_done(&rows);
        return r;
}

int bh_factors_show(struct bh_json_put *j, struct bh_arena *arena, struct bh_str kept, struct bh_err *err) {
        struct bh_risk risk;
        int r = bh_factors_parse(arena, kept, &risk, err);

        if (r < 0)
                return r;
        bh_json_put_open(j, "factors", '[');
        for (uint32_t i = 0; i < risk.n_factors; i++) {
                const struct bh_risk_factor *f = &risk.factors[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "name", f->name);
                bh_json_put_double(j, "value", f->value, 16);
                bh_json_put_double(j, "low", f->low, 16);
                bh_json_put_double(j, "high", f->high, 16);
                bh_json_put_bool(j, "known", f->known);
                bh_json_put_str(j, "words", f->words);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        return 0;
}
