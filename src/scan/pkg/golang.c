/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go: what the linker wrote into a program, and go.mod of sources left behind.
 *
 * The toolchain is the package "stdlib" with the version of Go. The main
 * module mostly calls itself "(devel)"; then the version that a build script
 * set by -ldflags is taken, else it stays unknown: empty.
 */
#include "base/cur.h"
#include "base/map.h"
#include "fmt/gobuildinfo.h"
#include "scan/pkg/go.h"
#include "scan/pkg/pkg.h"

static void add(struct bh_catalog *c, struct bh_str path, enum bh_evidence evidence, struct bh_str name,
                struct bh_str version) {
        (void) bh_catalog_add(c, &(struct bh_package){
                .eco = BH_ECO_GO, .evidence = evidence, .name = name, .version = version, .location = path });
}

/* "go1.22.1 X:boringcrypto" -> "1.22.1"; "devel go1.23-abc" has none. */
static struct bh_str toolchain(struct bh_str go_version) {
        struct bh_str word = { "", 0 };

        if (!bh_str_cut_prefix(&go_version, BH_STR("go")))
                return word;
        (void) bh_str_word(&go_version, &word);
        return word;
}

void bh_go_add_build(struct bh_catalog *c, struct bh_str path, const struct bh_go_build *build) {
        struct bh_str rest = build->modinfo, go = toolchain(build->go_version);
        struct bh_go_module m;
        bool is_main;

        if (go.len)
                add(c, path, BH_EVIDENCE_BINARY, BH_STR("stdlib"), go);
        while (bh_go_build_module(&rest, &m, &is_main)) {
                if (is_main && bh_str_is(m.version, "(devel)"))
                        m.version = bh_go_ldflags_version(bh_go_build_setting(build->modinfo, BH_STR("-ldflags")));
                add(c, path, BH_EVIDENCE_BINARY, m.path, m.version);
        }
}

int bh_pkg_go_binary(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_err none = BH_ERR_NONE;
        struct bh_go_build build;
        struct bh_elf elf;
        int r;

        (void) scratch;
        if (bh_elf_open(file->bytes, &elf, &none) < 0)
                return 0;
        r = bh_go_build_find(&elf, &build, err);
        if (r == BH_E_NOTFOUND || (r < 0 && file->truncated)) /* a large one is found as the pass streams by */
                return 0;
        if (r < 0)
                return r;
        bh_go_add_build(c, file->path, &build);
        return 0;
}

/* go.mod: a directive and its words, alone or in a block "require ( ... )". */
struct mod {
        struct bh_map replaced; /* by module path: struct bh_go_module */
        struct bh_arena *arena;
};

/* "A [V] => B [V]" */
static void replace(struct mod *m, struct bh_str line) {
        struct bh_go_module *by = bh_arena_make(m->arena, struct bh_go_module);
        struct bh_str old = { "", 0 }, word;
        bool after = false;

        (void) bh_str_word(&line, &old);
        while (bh_str_word(&line, &word)) {
                if (bh_str_is(word, "=>"))
                        after = true;
                else if (after && by->path.len == 0)
                        by->path = word;
                else if (after)
                        by->version = word;
        }
        if (by->version.len) /* by a folder: what it stands for is still what it is */
                (void) bh_map_set(&m->replaced, old, by);
}

static void require(struct bh_catalog *c, const struct bh_file *file, const struct mod *m, struct bh_str line) {
        struct bh_go_module r = { 0 };
        const struct bh_go_module *by;

        if (!bh_str_word(&line, &r.path) || !bh_str_word(&line, &r.version) || r.version.at[0] != 'v')
                return;
        by = bh_map_get(&m->replaced, r.path);
        if (by)
                r = *by;
        add(c, file->path, BH_EVIDENCE_MANIFEST, r.path, r.version);
}

/* Walks the arguments of one directive; comments are cut off. */
static bool next_argument(struct bh_cur *c, const char *directive, bool *in_block, struct bh_str *ret) {
        struct bh_str line, word, rest;

        while (bh_cur_line(c, &line)) {
                ptrdiff_t note = bh_str_find(line, BH_STR("//"));

                line = bh_str_trim(note < 0 ? line : bh_str_part(line, 0, (size_t) note));
                if (line.len == 0)
                        continue;
                if (*in_block && !bh_str_is(line, ")")) {
                        *ret = line;
                        return true;
                }
                *in_block = false;
                rest = line;
                if (!bh_str_word(&rest, &word) || !bh_str_is(word, directive))
                        continue;
                rest = bh_str_trim(rest);
                *in_block = bh_str_is(rest, "(");
                if (!*in_block) {
                        *ret = rest;
                        return true;
                }
        }
        return false;
}

int bh_pkg_go_mod(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct mod m = { bh_map_in(scratch), scratch };
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_str line;
        bool block = false;

        (void) err;
        if (bh_str_find(file->path, BH_STR("pkg/mod/")) >= 0 || bh_str_find(file->path, BH_STR("/vendor/")) >= 0 ||
            bh_str_find(file->path, BH_STR("/testdata/")) >= 0) /* a dependency's own wishes: not what is built */
                return 0;
        while (next_argument(&cur, "replace", &block, &line))
                replace(&m, line);
        cur = bh_cur_of(file->bytes);
        for (block = false; next_argument(&cur, "require", &block, &line);)
                require(c, file, &m, line);
        return 0;
}
