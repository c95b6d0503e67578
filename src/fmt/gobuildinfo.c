/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/gobuildinfo.h"

#include <string.h>

enum { HEADER = 32, MARK = 16, PT_W = 2, BIG = 1, INLINE = 2 };

/* The module text without the marks on both sides; empty when they are not there. */
static struct bh_str unmark(struct bh_str s) {
        if (s.len < 2 * MARK + 1 || s.at[s.len - MARK - 1] != '\n')
                return (struct bh_str){ "", 0 };
        return bh_str_part(s, MARK, s.len - 2 * MARK);
}

static struct bh_str counted(struct bh_cur *c) {
        uint64_t n = bh_cur_uvarint(c);

        return bh_cur_take(c, n > SIZE_MAX ? SIZE_MAX : (size_t) n);
}

int bh_go_build_inline(struct bh_str bytes, struct bh_go_build *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_go_build b;
        uint8_t flags;

        bh_cur_skip(&c, 15);
        flags = bh_cur_u8(&c);
        bh_cur_skip(&c, HEADER - 16);
        if (c.bad || !bh_str_starts(bytes, BH_GO_BUILD_MAGIC))
                return bh_fail(err, BH_E_NOTFOUND, "no Go build record");
        if (!(flags & INLINE))
                return bh_fail(err, BH_E_UNSUPPORTED, "Go build record: by pointer, older than Go 1.18");
        b.go_version = counted(&c);
        b.modinfo = unmark(counted(&c));
        if (c.bad || b.go_version.len == 0)
                return bh_fail(err, BH_E_FORMAT, "Go build record: it ends early");
        *ret = b;
        return 0;
}

static uint64_t pointer(struct bh_cur *c, unsigned size, bool big) {
        if (size == 4)
                return big ? bh_cur_be32(c) : bh_cur_le32(c);
        return big ? bh_cur_be64(c) : bh_cur_le64(c);
}

/* A Go string: the header at `at` holds where it lies and how long it is. */
static struct bh_str go_string(const struct bh_elf *elf, uint64_t at, unsigned size, bool big) {
        struct bh_cur c = bh_cur_of(bh_elf_memory(elf, at, 2 * size));
        uint64_t where = pointer(&c, size, big), len = pointer(&c, size, big);
        struct bh_str s = c.bad ? BH_STR("") : bh_elf_memory(elf, where, len);

        return s.len == len ? s : (struct bh_str){ "", 0 };
}

static int by_pointer(const struct bh_elf *elf, struct bh_str bytes, struct bh_go_build *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_go_build b;
        unsigned size;
        bool big;

        bh_cur_skip(&c, 14);
        size = bh_cur_u8(&c);
        big = bh_cur_u8(&c) & BIG;
        if (size != 4 && size != 8)
                return bh_fail(err, BH_E_FORMAT, "Go build record: pointers of %u bytes", size);
        b.go_version = go_string(elf, pointer(&c, size, big), size, big);
        b.modinfo = unmark(go_string(elf, pointer(&c, size, big), size, big));
        if (c.bad || b.go_version.len == 0)
                return bh_fail(err, BH_E_FORMAT, "Go build record: its strings are not there");
        *ret = b;
        return 0;
}

static int at_magic(const struct bh_elf *elf, struct bh_str bytes, struct bh_go_build *ret, struct bh_err *err) {
        if (bytes.len < HEADER)
                return bh_fail(err, BH_E_FORMAT, "Go build record: it ends early");
        return bytes.at[15] & INLINE ? bh_go_build_inline(bytes, ret, err) : by_pointer(elf, bytes, ret, err);
}

/* Stripped of its sections, the record still begins on a 16-byte boundary of a writable segment. */
static struct bh_str search(const struct bh_elf *elf) {
        struct bh_elf_segment s;

        for (uint32_t i = 0; bh_elf_segment_at(elf, i, &s); i++) {
                struct bh_str rest = s.type == BH_ELF_PT_LOAD && (s.flags & PT_W)
                                             ? bh_elf_memory(elf, s.vaddr, BH_MIN(s.size, 1u << 20))
                                             : BH_STR("");
                ptrdiff_t at = bh_str_find(rest, BH_GO_BUILD_MAGIC);

                if (at >= 0)
                        return bh_elf_memory(elf, s.vaddr + (uint64_t) at, UINT64_MAX);
        }
        return (struct bh_str){ "", 0 };
}

int bh_go_build_find(const struct bh_elf *elf, struct bh_go_build *ret, struct bh_err *err) {
        struct bh_elf_section s;
        struct bh_str bytes = { "", 0 };

        if (bh_elf_find(elf, ".go.buildinfo", &s))
                bytes = bh_elf_bytes(elf, &s);
        if (!bh_str_starts(bytes, BH_GO_BUILD_MAGIC))
                bytes = search(elf);
        if (!bh_str_starts(bytes, BH_GO_BUILD_MAGIC))
                return bh_fail(err, BH_E_NOTFOUND, "no Go build record");
        return at_magic(elf, bytes, ret, err);
}

static bool next_line(struct bh_str *rest, struct bh_str *line) {
        struct bh_cur c = bh_cur_of(*rest);

        if (!bh_cur_line(&c, line))
                return false;
        *rest = bh_cur_rest(&c);
        return true;
}

static struct bh_go_module fields(struct bh_str line) {
        struct bh_go_module m = { .version = { "", 0 } };

        (void) bh_str_split(&line, '\t', &m.path);
        (void) bh_str_split(&line, '\t', &m.version);
        return m;
}

bool bh_go_build_module(struct bh_str *rest, struct bh_go_module *ret, bool *ret_main) {
        struct bh_str line, ahead;

        while (next_line(rest, &line)) {
                bool is_main = bh_str_cut_prefix(&line, BH_STR("mod\t"));

                if (!is_main && !bh_str_cut_prefix(&line, BH_STR("dep\t")))
                        continue;
                *ret = fields(line);
                *ret_main = is_main;
                ahead = *rest;
                if (next_line(&ahead, &line) && bh_str_cut_prefix(&line, BH_STR("=>\t"))) {
                        struct bh_go_module by = fields(line);

                        if (by.version.len) /* a replacement by a local folder has none: keep the name it stands for */
                                *ret = by;
                        *rest = ahead;
                }
                if (ret->path.len)
                        return true;
        }
        return false;
}

struct bh_str bh_go_build_setting(struct bh_str modinfo, struct bh_str key) {
        struct bh_str line;

        while (next_line(&modinfo, &line)) {
                struct bh_str k, v;

                if (!bh_str_cut_prefix(&line, BH_STR("build\t")) || !bh_str_cut(line, '=', &k, &v))
                        continue;
                if (bh_str_eq(k, key))
                        return v;
        }
        return (struct bh_str){ "", 0 };
}

/* "1.2.3", "v1.2.3-rc.1+x": a number, a dot, a number. */
static bool is_version(struct bh_str s) {
        size_t i = 0, dots = 0;

        (void) bh_str_cut_prefix(&s, BH_STR("v"));
        for (; i < s.len && (bh_is_digit(s.at[i]) || s.at[i] == '.'); i++)
                dots += s.at[i] == '.';
        if (i == 0 || dots == 0 || !bh_is_digit(s.at[0]) || !bh_is_digit(s.at[i - 1]))
                return false;
        return i == s.len || s.at[i] == '-' || s.at[i] == '+';
}

static const char *const version_names[] = { "version", "buildversion", "appversion", "gitversion", "releaseversion",
                                             "tag",     "gittag",       "verstr",     "ver",        "cliversion" };

static bool names_a_version(struct bh_str symbol) {
        ptrdiff_t dot = bh_str_rchr(symbol, '.');
        struct bh_str last = bh_str_from(symbol, dot < 0 ? 0 : (size_t) dot + 1);

        for (size_t i = 0; i < BH_LEN(version_names); i++)
                if (bh_str_eq_nocase(last, bh_str_of(version_names[i])))
                        return true;
        return false;
}

static struct bh_str unquote(struct bh_str s) {
        static const char quotes[] = "\"'`";

        for (size_t i = 0; s.len && i < 3; i++) {
                while (s.len && s.at[0] == quotes[i])
                        s = bh_str_from(s, 1);
                while (s.len && s.at[s.len - 1] == quotes[i])
                        s.len--;
        }
        return s;
}

struct bh_str bh_go_ldflags_version(struct bh_str ldflags) {
        struct bh_str word, symbol, value;
        bool after_x = false;

        while (bh_str_word(&ldflags, &word)) {
                struct bh_str w = unquote(word);

                if (bh_str_is(w, "-X")) {
                        after_x = true;
                        continue;
                }
                if (!bh_str_cut_prefix(&w, BH_STR("-X=")) && !after_x)
                        continue;
                after_x = false;
                if (!bh_str_cut(unquote(w), '=', &symbol, &value))
                        continue;
                value = unquote(value);
                if (names_a_version(symbol) && is_version(value))
                        return value;
        }
        return (struct bh_str){ "", 0 };
}
