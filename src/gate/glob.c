/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/glob.h"

/* Where to go back to when what follows a star does not fit: the star, and how much it has eaten so far. */
struct star {
        size_t glob, text;
        bool set;
};

static bool go_back(struct star *narrow, struct star *wide, struct bh_str text, bool path, size_t *g, size_t *t) {
        if (narrow->set && narrow->text < text.len && !(path && text.at[narrow->text] == '/')) {
                *g = narrow->glob;
                *t = ++narrow->text;
                return true;
        }
        if (!wide->set || wide->text >= text.len)
                return false;
        narrow->set = false;
        *g = wide->glob;
        *t = ++wide->text;
        return true;
}

/* The last star of each width decides: what stands before it has found its first, and so its best, place. */
static bool match(struct bh_str glob, struct bh_str text, bool path) {
        struct star narrow = { 0 }, wide = { 0 };
        size_t g = 0, t = 0;

        for (;;) {
                char c = g < glob.len ? glob.at[g] : '\0';

                if (g < glob.len && c == '*') {
                        size_t stars = 0;

                        while (g < glob.len && glob.at[g] == '*') {
                                g++;
                                stars++;
                        }
                        if (path && stars > 1) {
                                /* "**" and the slash behind it may be nothing at all, so that it finds a file at the root too. */
                                if (g < glob.len && glob.at[g] == '/' && (t == 0 || text.at[t - 1] == '/') &&
                                    match(bh_str_from(glob, g + 1), bh_str_from(text, t), path))
                                        return true;
                                wide = (struct star){ g, t, true };
                                narrow.set = false;
                        } else
                                narrow = (struct star){ g, t, true };
                        continue;
                }
                if (g == glob.len && t == text.len)
                        return true;
                if (g < glob.len && t < text.len && (c == text.at[t] || (c == '?' && !(path && text.at[t] == '/')))) {
                        g++;
                        t++;
                        continue;
                }
                if (!go_back(&narrow, &wide, text, path, &g, &t))
                        return false;
        }
}

bool bh_glob(struct bh_str glob, struct bh_str text) {
        return match(glob, text, false);
}

bool bh_glob_path(struct bh_str glob, struct bh_str path) {
        BH_IGNORE(bh_str_cut_prefix(&glob, BH_STR("/")));
        BH_IGNORE(bh_str_cut_prefix(&path, BH_STR("/")));
        return match(glob, path, true);
}
