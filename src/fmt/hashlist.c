/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/hashlist.h"

#include <stdlib.h>

#include "base/cur.h"
#include "base/text.h"
#include "fmt/digest.h"

static const struct kind {
        const char *name;
        size_t digits;
} kinds[_BH_HASH_MAX] = { [BH_HASH_MD5] = { "MD5", 32 }, [BH_HASH_SHA1] = { "SHA1", 40 }, [BH_HASH_SHA256] = { "SHA256", 64 } };

const char *bh_hash_kind_str(enum bh_hash_kind kind) {
        return kinds[kind].name;
}

struct bh_hashlist_run {
        const struct bh_hashlist *list;
        struct bh_hasher *hashers[_BH_HASH_MAX];
};

static int by_sum(const void *a, const void *b) {
        uint64_t x = ((const struct bh_hashlist_entry *) a)->sum8, y = ((const struct bh_hashlist_entry *) b)->sum8;

        return (x > y) - (x < y);
}

static int add_line(struct bh_hashlist *list, struct bh_str line, struct bh_err *err) {
        struct bh_str digest, comment;
        struct bh_hashlist_entry e;
        char text[80];

        (void) bh_str_cut(line, ';', &digest, &comment);
        digest = bh_str_trim(digest);
        for (size_t i = 0; i < BH_LEN(kinds); i++) {
                char bytes[32];

                if (digest.len != kinds[i].digits || !bh_unhex(digest, bytes, digest.len / 2))
                        continue;
                if (!bh_str_hex64(bh_str_part(digest, 0, 16), &e.sum8))
                        break;
                e.digest = bh_arena_str(list->arena, digest);
                e.comment = bh_arena_str(list->arena, bh_str_of(bh_str_quote(bh_str_trim(comment), (char[240]){ 0 }, 240)));
                *bh_vec_add(list->arena, &list->kinds[i]) = e;
                return 0;
        }
        return bh_fail(err, BH_E_FORMAT, "\"%s\" is no MD5, SHA-1 or SHA-256", bh_str_quote(digest, text, sizeof text));
}

int bh_hashlist_add(struct bh_hashlist *list, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_str line;

        while (bh_cur_line(&c, &line)) {
                int r = 0;

                line = bh_str_trim(line);
                if (line.len && line.at[0] != '#')
                        r = add_line(list, line, err);
                if (r < 0)
                        return bh_wrap(err, r, "%.*s:%u", BH_FMT(name), c.line);
        }
        return 0;
}

void bh_hashlist_sort(struct bh_hashlist *list) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (list->kinds[i].len)
                        qsort(list->kinds[i].at, list->kinds[i].len, sizeof *list->kinds[i].at, by_sum);
}

size_t bh_hashlist_count(const struct bh_hashlist *list) {
        size_t n = 0;

        for (size_t i = 0; i < BH_LEN(kinds); i++)
                n += list->kinds[i].len;
        return n;
}

struct bh_hashlist_run *bh_hashlist_run_new(const struct bh_hashlist *list) {
        struct bh_hashlist_run *run = calloc(1, sizeof *run);

        if (!run)
                bh_nomem(sizeof *run);
        run->list = list;
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (list->kinds[i].len)
                        run->hashers[i] = bh_hasher_new(kinds[i].name);
        return run;
}

void bh_hashlist_run_free(struct bh_hashlist_run **run) {
        if (!*run)
                return;
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                bh_hasher_free(&(*run)->hashers[i]);
        free(*run);
        *run = NULL;
}

void bh_hashlist_start(struct bh_hashlist_run *run) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (run->hashers[i])
                        bh_hasher_start(run->hashers[i]);
}

void bh_hashlist_feed(struct bh_hashlist_run *run, struct bh_str bytes) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (run->hashers[i])
                        bh_hasher_add(run->hashers[i], bytes);
}

void bh_hashlist_end(struct bh_hashlist_run *run, const struct bh_hashlist_entry *ret[_BH_HASH_MAX]) {
        for (size_t i = 0; i < BH_LEN(kinds); i++) {
                struct bh_hashlist_entry key;

                ret[i] = NULL;
                if (!run->hashers[i])
                        continue;
                key.sum8 = bh_hasher_end8(run->hashers[i]);
                ret[i] = bsearch(&key, run->list->kinds[i].at, run->list->kinds[i].len, sizeof key, by_sum);
        }
}
