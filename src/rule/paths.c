/* SPDX-License-Identifier: Apache-2.0 */
/* pmatch: a path is, or lies below, one of many; parts of theirs may be globs. */
#include "base/vec.h"
#include "rule/glob.h"
#include "rule/set.h"

struct bh_paths {
        struct bh_set plain; /* without globs, as "a/b", no slash at either end */
        uint64_t depths;     /* bit n: one has n parts; bit 63: 63 or more */
        bool root;           /* "/": everything lies below */
        struct bh_str *globs;
        uint32_t n_globs;
};

/* The next part of a path, past any slashes. */
static bool part(struct bh_str *rest, struct bh_str *ret) {
        while (rest->len && rest->at[0] == '/')
                *rest = bh_str_from(*rest, 1);
        return rest->len && bh_str_split(rest, '/', ret);
}

/* Parts joined by one slash each. */
static struct bh_str tidy(struct bh_arena *arena, struct bh_str path, unsigned *ret_parts) {
        char *out = bh_arena_bytes(arena, path.len + 1);
        struct bh_str one;
        size_t n = 0;

        for (*ret_parts = 0; part(&path, &one); ++*ret_parts) {
                if (n)
                        out[n++] = '/';
                for (size_t i = 0; i < one.len; i++)
                        out[n++] = one.at[i];
        }
        return (struct bh_str){ out, n };
}

const struct bh_paths *bh_paths_build(struct bh_arena *arena, const struct bh_str *items, size_t n) {
        struct bh_paths *p = bh_arena_make(arena, struct bh_paths);
        struct bh_str *plain = bh_arena_array(arena, struct bh_str, n);
        size_t n_plain = 0;

        p->globs = bh_arena_array(arena, struct bh_str, n);
        for (size_t i = 0; i < n; i++) {
                unsigned parts;
                struct bh_str path = tidy(arena, items[i], &parts);

                if (parts == 0)
                        p->root = true;
                else if (bh_rule_glob_head(path).len < path.len)
                        p->globs[p->n_globs++] = path;
                else {
                        plain[n_plain++] = path;
                        p->depths |= 1ull << BH_MIN(parts, 63u);
                }
        }
        bh_set_build(arena, plain, n_plain, &p->plain);
        return p;
}

static bool below_glob(struct bh_str glob, struct bh_str path) {
        struct bh_str want, have;

        while (part(&glob, &want))
                if (!part(&path, &have) || !bh_rule_glob(want, have, false))
                        return false;
        return true;
}

/* Paths of events have single slashes; others are asked part by part all the same. */
bool bh_paths_has(const struct bh_paths *p, struct bh_str path) {
        unsigned parts = 0;
        size_t i = 0;

        if (p->root)
                return true;
        for (uint32_t g = 0; g < p->n_globs; g++)
                if (below_glob(p->globs[g], path))
                        return true;
        while (path.len && path.at[0] == '/')
                path = bh_str_from(path, 1);
        while (p->plain.n && i < path.len) {
                struct bh_str head;

                while (i < path.len && path.at[i] != '/')
                        i++;
                head = bh_str_part(path, 0, i);
                parts++;
                if ((p->depths >> BH_MIN(parts, 63u) & 1) && bh_set_may(&p->plain, head) &&
                    bh_set_find(&p->plain, head, p->plain.slots ? bh_set_hash(head) : 0) >= 0)
                        return true;
                i++;
        }
        return false;
}
