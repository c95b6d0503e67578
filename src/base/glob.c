/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

/* Where to go back to when what follows a star does not fit: the star, and how much it has eaten so far. */
struct star {
        size_t glob, text;
        bool set;
        bool parts; /* it eats whole parts of a path, each with its slash */
};

static bool eat(struct star *s, struct bh_str text, bool stop_at_slash) {
        if (!s->set || s->text >= text.len || (stop_at_slash && text.at[s->text] == '/'))
                return false;
        s->text++;
        while (s->parts && s->text < text.len && text.at[s->text - 1] != '/')
                s->text++;
        return !s->parts || text.at[s->text - 1] == '/';
}

/* "**" between slashes, with the slash behind it: any number of whole parts, also none. */
static bool is_parts(struct bh_str glob, size_t from, size_t to) {
        return to < glob.len && glob.at[to] == '/' && (from == 0 || glob.at[from - 1] == '/');
}

/* Takes the run of stars at *g. */
static void take_stars(struct bh_str glob, bool path, size_t *g, size_t t, struct star *narrow, struct star *wide) {
        size_t from = *g;

        while (*g < glob.len && glob.at[*g] == '*')
                ++*g;
        if (!path || *g - from == 1) {
                *narrow = (struct star){ *g, t, true, false };
                return;
        }
        *wide = (struct star){ *g, t, true, is_parts(glob, from, *g) };
        if (wide->parts)
                wide->glob = ++*g;
        narrow->set = false;
}

/* The last star of each width decides: what stands before it has found its first, and so its best, place. */
static bool match(struct bh_str glob, struct bh_str text, bool path) {
        struct star narrow = { 0 }, wide = { 0 };
        size_t g = 0, t = 0;

        for (;;) {
                char c = g < glob.len ? glob.at[g] : '\0';

                if (g < glob.len && c == '*') {
                        take_stars(glob, path, &g, t, &narrow, &wide);
                } else if (g == glob.len && t == text.len) {
                        return true;
                } else if (g < glob.len && t < text.len && (c == text.at[t] || (c == '?' && !(path && text.at[t] == '/')))) {
                        g++;
                        t++;
                } else if (eat(&narrow, text, path)) {
                        g = narrow.glob;
                        t = narrow.text;
                } else if (eat(&wide, text, false)) {
                        narrow.set = false;
                        g = wide.glob;
                        t = wide.text;
                } else
                        return false;
        }
}

bool bh_glob(struct bh_str glob, struct bh_str text) {
        return match(glob, text, false);
}

bool bh_glob_path(struct bh_str glob, struct bh_str path) {
        (void) bh_str_cut_prefix(&glob, BH_STR("/"));
        (void) bh_str_cut_prefix(&path, BH_STR("/"));
        return match(glob, path, true);
}
