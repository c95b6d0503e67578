/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/accounts.h"

#include "comply/read/conf.h"

/* ---- shadow ---- */

static struct bh_str method_of(struct bh_str hash) {
        static const struct {
                const char *begins, *method;
        } methods[] = { { "$y$", "yescrypt" }, { "$gy$", "gost-yescrypt" }, { "$7$", "scrypt" }, { "$2", "bcrypt" }, { "$6$", "sha512" }, { "$5$", "sha256" },
                        { "$md5", "md5" }, { "$1$", "md5" }, { "$3$", "nt" }, { "_", "des" }, { "$", "unknown" } };

        while (hash.len && hash.at[0] == '!')
                hash = bh_str_from(hash, 1);
        if (hash.len < 3 || hash.at[0] == '*')
                return BH_STR("");
        for (size_t i = 0; i < BH_LEN(methods); i++)
                if (bh_str_starts(hash, bh_str_of(methods[i].begins)))
                        return bh_str_of(methods[i].method);
        return hash.len == 13 ? BH_STR("des") : BH_STR("");
}

static int64_t days(struct bh_str word) {
        uint64_t n;

        return bh_str_u64(word, &n) && n < 1u << 30 ? (int64_t) n : -1;
}

bool bh_shadow_line_next(struct bh_cur *c, struct bh_shadow_line *ret) {
        struct bh_str line, f[8];

        while (bh_cur_line(c, &line)) {
                size_t n = 0;
                struct bh_str rest = line;

                while (n < BH_LEN(f))
                        (void) bh_str_cut(rest, ':', &f[n++], &rest);
                if (f[0].len == 0 || f[0].at[0] == '#' || bh_str_chr(line, ':') < 0)
                        continue;
                *ret = (struct bh_shadow_line){ .name = f[0], .method = method_of(f[1]), .empty = f[1].len == 0, .changed = days(f[2]), .min = days(f[3]),
                                                .max = days(f[4]), .warn = days(f[5]), .inactive = days(f[6]), .expires = days(f[7]) };
                ret->locked = !ret->empty && (ret->method.len == 0 || f[1].at[0] == '!' || f[1].at[0] == '*');
                return true;
        }
        return false;
}

/* ---- PAM ---- */

/* "[success=1 default=ignore]" is one word. */
static struct bh_str take_control(struct bh_str *line) {
        struct bh_str word = BH_STR("");
        ptrdiff_t end;

        *line = bh_str_trim(*line);
        end = bh_str_starts(*line, BH_STR("[")) ? bh_str_chr(*line, ']') : -1;
        if (end < 0) {
                (void) bh_str_word(line, &word);
                return word;
        }
        word = bh_str_part(*line, 0, (size_t) end + 1);
        *line = bh_str_from(*line, (size_t) end + 1);
        return word;
}

bool bh_pam_next(struct bh_cur *c, struct bh_pam_line *ret) {
        struct bh_str line, module;

        while (bh_cur_line(c, &line)) {
                struct bh_pam_line l = { .line = c->line };
                ptrdiff_t note = bh_str_chr(line, '#');

                line = bh_str_trim(note < 0 ? line : bh_str_part(line, 0, (size_t) note));
                if (!bh_str_word(&line, &l.type))
                        continue;
                (void) bh_str_cut_prefix(&l.type, BH_STR("-"));
                if (!bh_str_is(l.type, "@include"))
                        l.control = take_control(&line);
                if (!bh_str_word(&line, &module))
                        continue;
                module = bh_str_basename(module);
                (void) bh_str_cut_suffix(&module, BH_STR(".so"));
                l.module = module;
                l.args = bh_str_trim(line);
                if (bh_str_is(l.type, "@include") || bh_str_is(l.control, "include") || bh_str_is(l.control, "substack"))
                        l.type = BH_STR("include");
                *ret = l;
                return true;
        }
        return false;
}

struct bh_str bh_pam_arg(struct bh_str args, const char *name) {
        struct bh_str word, key, value;

        while (bh_str_word(&args, &word))
                if (bh_str_cut(word, '=', &key, &value) && bh_str_is(key, name))
                        return value;
        return BH_STR("");
}

bool bh_pam_word(struct bh_str words, const char *word) {
        struct bh_str w;

        while (bh_str_word(&words, &w))
                if (bh_str_is(w, word))
                        return true;
        return false;
}

/* ---- keys and values ---- */

struct bh_str bh_key_value(struct bh_str text, const char *key, unsigned *ret_line) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line, found = BH_STR("");

        while (bh_cur_line(&c, &line)) {
                size_t n = 0;
                ptrdiff_t note;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
                        continue;
                while (n < line.len && line.at[n] != '=' && !bh_is_space(line.at[n]))
                        n++;
                if (!bh_str_eq_nocase(bh_str_part(line, 0, n), bh_str_of(key)))
                        continue;
                line = bh_str_trim(bh_str_from(line, n));
                (void) bh_str_cut_prefix(&line, BH_STR("="));
                note = bh_str_chr(line, '#');
                found = bh_str_trim(note < 0 ? line : bh_str_part(line, 0, (size_t) note));
                if (ret_line)
                        *ret_line = c.line;
        }
        return found;
}

/* ---- sudoers ---- */

/* "#include" and "#includedir" are no notes, and "#1000" is a user. */
static bool is_note(struct bh_str line) {
        return line.at[0] == '#' && !bh_str_starts(line, BH_STR("#include")) && !(line.len > 1 && bh_is_digit(line.at[1]));
}

static bool is_include(struct bh_str word, struct bh_sudo_line *l) {
        if (!bh_str_starts(word, BH_STR("#")) && !bh_str_starts(word, BH_STR("@")))
                return false;
        word = bh_str_from(word, 1);
        if (!bh_str_is(word, "include") && !bh_str_is(word, "includedir"))
                return false;
        l->kind = bh_str_is(word, "include") ? BH_SUDO_INCLUDE : BH_SUDO_INCLUDE_DIR;
        return true;
}

bool bh_sudo_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sudo_line *ret) {
        struct bh_str line, word;

        while (bh_conf_line(arena, c, &line)) {
                struct bh_sudo_line l = { .line = c->line };

                line = bh_str_trim(line);
                if (line.len == 0 || is_note(line) || !bh_str_word(&line, &word) || bh_str_ends(word, BH_STR("_Alias")))
                        continue;
                l.what = bh_str_trim(line);
                if (is_include(word, &l)) {
                        (void) bh_str_cut_prefix(&l.what, BH_STR("\""));
                        (void) bh_str_cut_suffix(&l.what, BH_STR("\""));
                } else if (bh_str_starts(word, BH_STR("Defaults"))) {
                        l.kind = BH_SUDO_DEFAULTS;
                } else {
                        l.kind = BH_SUDO_RULE;
                        l.who = word;
                        if (bh_str_chr(l.what, '=') < 0)
                                continue;
                }
                *ret = l;
                return true;
        }
        return false;
}

/* The commands behind the "=": tags end in a colon, (who) stands in brackets. */
bool bh_sudo_is_all(struct bh_str what) {
        struct bh_str hosts, commands, command;

        if (!bh_str_cut(what, '=', &hosts, &commands))
                return false;
        while (bh_str_split(&commands, ',', &command)) {
                ptrdiff_t tag = bh_str_rchr(command, ':'), who = bh_str_rchr(command, ')');

                command = bh_str_trim(bh_str_from(command, (size_t) (BH_MAX(tag, who) + 1)));
                if (bh_str_is(command, "ALL"))
                        return true;
        }
        return false;
}

bool bh_sudo_is_free(struct bh_str what) {
        return bh_str_find(what, BH_STR("NOPASSWD:")) >= 0;
}
