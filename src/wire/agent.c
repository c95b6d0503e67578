/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/agent.h"

#include <inttypes.h>

#include "fmt/json.h"

static const char *const kinds[] = {
#define X(symbol, word) [BH_ITEM_##symbol] = word,
        BH_ITEMS(X)
#undef X
};

const char *bh_item_kind_str(enum bh_item_kind kind) {
        return kinds[kind];
}

void bh_item_put(struct bh_buf *out, uint64_t seq, enum bh_item_kind kind, int64_t at_ms, struct bh_str body) {
        bh_buf_printf(out, "{\"seq\":%" PRIu64 ",\"kind\":\"%s\",\"at\":%" PRId64 ",\"body\":", seq, kinds[kind], at_ms);
        bh_buf_add(out, body);
        bh_buf_putc(out, '}');
}

/* Digits at the front of the line. */
static bool take_number(struct bh_str *line, uint64_t *ret) {
        size_t n = 0;

        while (n < line->len && bh_is_digit(line->at[n]))
                n++;
        if (!bh_str_u64(bh_str_part(*line, 0, n), ret))
                return false;
        *line = bh_str_from(*line, n);
        return true;
}

static bool take_kind(struct bh_str *line, enum bh_item_kind *ret) {
        struct bh_str word, rest;

        if (!bh_str_cut(*line, '"', &word, &rest))
                return false;
        for (int k = 0; k < _BH_ITEM_MAX; k++)
                if (bh_str_is(word, kinds[k])) {
                        *ret = (enum bh_item_kind) k;
                        *line = rest;
                        return true;
                }
        return false;
}

/* The head is read as it was written, member by member, so that the body's own bytes are at hand. */
static int take_head(struct bh_str *line, struct bh_item *item, struct bh_err *err) {
        uint64_t at = 0;

        if (!bh_str_cut_prefix(line, BH_STR("{\"seq\":")) || !take_number(line, &item->seq))
                return bh_fail(err, BH_E_FORMAT, "an item begins with no {\"seq\":N");
        if (!bh_str_cut_prefix(line, BH_STR(",\"kind\":\"")) || !take_kind(line, &item->kind))
                return bh_fail(err, BH_E_FORMAT, "item %" PRIu64 ": no kind that is known", item->seq);
        if (!bh_str_cut_prefix(line, BH_STR(",\"at\":")) || !take_number(line, &at) || at > INT64_MAX)
                return bh_fail(err, BH_E_FORMAT, "item %" PRIu64 ": no time", item->seq);
        if (!bh_str_cut_prefix(line, BH_STR(",\"body\":")) || !bh_str_cut_suffix(line, BH_STR("}")))
                return bh_fail(err, BH_E_FORMAT, "item %" PRIu64 ": no body", item->seq);
        item->at_ms = (int64_t) at;
        return 0;
}

int bh_item_parse(struct bh_arena *arena, struct bh_str line, struct bh_item *ret, struct bh_err *err) {
        struct bh_item item = { 0 };
        int r = take_head(&line, &item, err);

        if (r < 0)
                return r;
        r = bh_json_parse(arena, line, &item.body, err);
        if (r < 0)
                return bh_wrap(err, r, "item %" PRIu64, item.seq);
        if (!bh_doc_is(item.body, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "item %" PRIu64 ": its body is no object", item.seq);
        item.text = line;
        *ret = item;
        return 0;
}
