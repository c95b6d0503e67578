/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/auditrules.h"

/* "path=/usr/bin/runc" of -F */
static void take_field(struct bh_str word, struct bh_audit_rule *r) {
        if (bh_str_cut_prefix(&word, BH_STR("path=")))
                r->path = word;
        else if (bh_str_cut_prefix(&word, BH_STR("dir="))) {
                r->path = word;
                r->tree = true;
        } else if (bh_str_cut_prefix(&word, BH_STR("perm=")))
                r->perms = word;
}

/* One option and its word; false: the line is none of ours. */
static bool take(struct bh_str option, struct bh_str *rest, struct bh_audit_rule *r) {
        struct bh_str word;

        if (bh_str_is(option, "-D")) {
                r->act = BH_AUDIT_CLEAR;
                return true;
        }
        if (option.len != 2 || option.at[0] != '-' || !bh_str_word(rest, &word))
                return false;
        switch (option.at[1]) {
        case 'W': r->act = BH_AUDIT_UNWATCH; r->path = word; break;
        case 'w': r->path = word; break;
        case 'p': r->perms = word; break;
        case 'F': take_field(word, r); break;
        case 'a':
        case 'A': r->never = bh_str_find(word, BH_STR("never")) >= 0; break;
        case 'd': return false; /* takes a rule away that stands in the same file: nobody writes so */
        default: break;
        }
        return true;
}

static bool parse(struct bh_str line, struct bh_audit_rule *r) {
        struct bh_str option;

        while (bh_str_word(&line, &option)) {
                if (option.at[0] == '#')
                        break;
                if (!take(option, &line, r))
                        return false;
        }
        return r->act == BH_AUDIT_CLEAR || bh_str_starts(r->path, BH_STR("/"));
}

bool bh_audit_rule_next(struct bh_cur *c, struct bh_audit_rule *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_audit_rule r = { 0 };

                if (parse(line, &r)) {
                        r.line = c->line;
                        while (r.path.len > 1 && bh_str_ends(r.path, BH_STR("/")))
                                r.path.len--;
                        *ret = r;
                        return true;
                }
        }
        return false;
}
