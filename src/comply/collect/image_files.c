/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies in an image's layers, read where the storage driver keeps them
 * (overlay2 names the folders). Only usual folders of programs and a few files
 * are looked at; a full look is `bulkhead scan`. Layers that images share are
 * read once.
 */
#include <sys/stat.h>

#include "base/limits.h"
#include "comply/collect/image.h"

/* What was found in one layer. */
struct layer {
        BH_VEC(struct bh_str) setuid, unneeded, unverified, hostile;
};

static const char *const folders[] = { "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/usr/lib/openssh" };

static bool is_unneeded(struct bh_str name) {
        static const char *const names[] = { "gcc", "cc", "g++", "clang", "make", "gdb", "strace", "tcpdump", "nmap", "nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet",
                                             "ftp", "tftp", "ssh", "sshd", "rsh", "rlogin", "sudo", "masscan", "hydra", "john" };

        return bh_str_among(name, names, BH_LEN(names));
}

static void look_at(struct bh_engine_look *look, struct layer *l, struct bh_str dir, const char *folder, struct bh_str name) {
        struct bh_str inside = bh_arena_printf(look->arena, "%s/%.*s", folder, BH_FMT(name));
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        if (look->reach->stat(look->reach->user, 0, bh_path_join(look->scratch, dir, inside).at, true, &st, &why) < 0 || !S_ISREG(st.mode))
                return;
        if (st.mode & (S_ISUID | S_ISGID))
                *bh_vec_add(look->arena, &l->setuid) = inside;
        if (is_unneeded(name))
                *bh_vec_add(look->arena, &l->unneeded) = inside;
}

static void look_in(struct bh_engine_look *look, struct layer *l, struct bh_str dir, const char *folder) {
        struct bh_str path = bh_path_join(look->scratch, dir, bh_str_of(folder)), *names;
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;
        size_t n = 0;

        if (look->reach->stat(look->reach->user, 0, path.at, true, &st, &why) < 0 || !S_ISDIR(st.mode))
                return;
        if (look->reach->list(look->reach->user, 0, path.at, look->scratch, &names, &n, &why) < 0)
                return;
        for (size_t i = 0; i < n; i++)
                look_at(look, l, dir, folder, names[i]);
}

/* Files that tell a package manager to ask nobody. */
static void look_at_sources(struct bh_engine_look *look, struct layer *l, struct bh_str dir) {
        static const struct {
                const char *folder, *word;
        } rows[] = { { "/etc/apt/sources.list.d", "trusted=yes" }, { "/etc/apt/apt.conf.d", "AllowUnauthenticated \"true\"" }, { "/etc/yum.repos.d", "gpgcheck=0" } };

        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_str folder = bh_path_join(look->scratch, dir, bh_str_of(rows[i].folder)), *names, text;
                struct bh_err why = BH_ERR_NONE;
                size_t n = 0;

                if (look->reach->list(look->reach->user, 0, folder.at, look->scratch, &names, &n, &why) < 0)
                        continue;
                for (size_t k = 0; k < n; k++)
                        if (look->reach->read(look->reach->user, 0, bh_path_join(look->scratch, folder, names[k]).at, BH_LIMIT_BASELINE_SETTINGS, look->scratch, &text, &why) >= 0 &&
                            bh_str_find(text, bh_str_of(rows[i].word)) >= 0)
                                *bh_vec_add(look->arena, &l->unverified) = bh_arena_printf(look->arena, "%s/%.*s: %s", rows[i].folder, BH_FMT(names[k]), rows[i].word);
        }
}

/* A link where engines will make devices (CVE-2026-41579), tables of groups too large to read (CVE-2026-47262). */
static void look_for_traps(struct bh_engine_look *look, struct layer *l, struct bh_str dir) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        if (look->reach->stat(look->reach->user, 0, bh_path_join(look->scratch, dir, BH_STR("/dev")).at, true, &st, &why) >= 0 && S_ISLNK(st.mode))
                *bh_vec_add(look->arena, &l->hostile) = BH_STR("/dev is a link");
        if (look->reach->stat(look->reach->user, 0, bh_path_join(look->scratch, dir, BH_STR("/etc/group")).at, true, &st, &why) >= 0 && S_ISREG(st.mode) && st.size > 10 * BH_MIB)
                *bh_vec_add(look->arena, &l->hostile) = BH_STR("/etc/group is huge");
}

static const struct layer *layer_of(struct bh_engine_look *look, struct bh_str dir) {
        struct layer *l = bh_map_get(&look->layers, dir);

        if (l)
                return l;
        l = bh_arena_make(look->arena, struct layer);
        for (size_t i = 0; i < BH_LEN(folders); i++)
                look_in(look, l, dir, folders[i]);
        look_at_sources(look, l, dir);
        look_for_traps(look, l, dir);
        (void) bh_map_set(&look->layers, bh_arena_str(look->arena, dir), l);
        return l;
}

#define ADD_ALL(f, field, list)                           \
        for (size_t i_ = 0; i_ < (list)->len; i_++)       \
                bh_fact_add((f), (field), (list)->at[i_])

static void add(struct bh_engine_look *look, struct bh_fact *f, struct bh_str dir) {
        const struct layer *l = layer_of(look, dir);

        ADD_ALL(f, BH_IMG_SETUID, &l->setuid);
        ADD_ALL(f, BH_IMG_UNNEEDED, &l->unneeded);
        ADD_ALL(f, BH_IMG_UNVERIFIED, &l->unverified);
        ADD_ALL(f, BH_IMG_HOSTILE, &l->hostile);
}

static bool is_seen(const struct bh_engine_look *look, struct bh_str dir) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        return look->reach->stat(look->reach->user, 0, bh_arena_cstr(look->scratch, dir), false, &st, &why) >= 0;
}

/* Programs of a lower layer that a higher one replaced are told too: they are still in the image. */
void bh_image_files(struct bh_engine_look *look, struct bh_fact *f, const struct bh_doc *inspection) {
        const struct bh_doc *data = bh_doc_path(inspection, "GraphDriver.Data");
        struct bh_str upper = bh_doc_get_text(data, "UpperDir"), lower = bh_doc_get_text(data, "LowerDir"), dir;
        struct bh_err why = BH_ERR_NONE;

        if (upper.len && is_seen(look, upper)) {
                add(look, f, upper);
                while (bh_str_split(&lower, ':', &dir))
                        add(look, f, dir);
                return;
        }
        (void) bh_fail(&why, BH_E_UNSUPPORTED, "the storage driver does not tell where its layers are; bulkhead scan looks into the image");
        bh_fact_unknown(f, BH_IMG_SETUID, &why);
        bh_fact_unknown(f, BH_IMG_UNNEEDED, &why);
}
