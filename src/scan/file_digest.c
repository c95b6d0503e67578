/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/file_digest.h"

#include <stdlib.h>

#include "base/arena.h"
#include "fmt/digest.h"

enum { MD5, SHA1, SHA256, N_KINDS };

struct bh_file_digester {
        struct bh_twin *twin; /* NULL: hasher[MD5] */
        struct bh_hasher *hasher[N_KINDS];
        bool told, needed[N_KINDS];
        bool running[N_KINDS]; /* over the file at hand */
};

struct bh_file_digester *bh_file_digester_new(struct bh_twin *twin) {
        static const char *const names[N_KINDS] = { "MD5", "SHA1", "SHA256" };
        struct bh_file_digester *d = calloc(1, sizeof *d);

        if (!d)
                bh_nomem(sizeof *d);
        d->twin = twin;
        for (int i = 0; i < N_KINDS; i++)
                d->hasher[i] = bh_hasher_new(names[i]);
        return d;
}

void bh_file_digester_free(struct bh_file_digester **d) {
        if (!*d)
                return;
        for (int i = 0; i < N_KINDS; i++)
                bh_hasher_free(&(*d)->hasher[i]);
        free(*d);
        *d = NULL;
}

void bh_file_digester_see(struct bh_file_digester *d, struct bh_str path) {
        static const struct {
                const char *prefix;
                int kind;
        } marks[] = { { "etc/apt", MD5 },       { "etc/debian_version", MD5 }, { "etc/dpkg", MD5 },
                      { "etc/apk", SHA1 },      { "etc/alpine-release", SHA1 }, { "lib/apk", SHA1 },
                      { "etc/redhat-release", SHA256 }, { "etc/yum", SHA256 }, { "etc/dnf", SHA256 },
                      { "etc/rpm", SHA256 },    { "etc/zypp", SHA256 } };

        if (path.len < 7 || (path.at[0] != 'e' && path.at[0] != 'l'))
                return;
        for (size_t i = 0; i < BH_LEN(marks); i++)
                if (bh_str_starts(path, bh_str_of(marks[i].prefix)))
                        d->told = d->needed[marks[i].kind] = true;
}

bool bh_file_changes(struct bh_str path) {
        static const struct bh_str prefixes[] = {
                BH_STR_INIT("etc/"), BH_STR_INIT("usr/share/doc/"), BH_STR_INIT("usr/share/man/"), BH_STR_INIT("usr/share/info/"),
                BH_STR_INIT("usr/share/locale/"), BH_STR_INIT("var/"), BH_STR_INIT("usr/lib/locale/"), BH_STR_INIT("usr/share/mime/"),
                BH_STR_INIT("usr/share/applications/mimeinfo") };
        static const struct bh_str suffixes[] = { BH_STR_INIT(".pyc"), BH_STR_INIT(".cache"), BH_STR_INIT("/gconv-modules.cache"),
                                                  BH_STR_INIT("/dir"), BH_STR_INIT(".pyo"), BH_STR_INIT("/loaders.cache"),
                                                  BH_STR_INIT("/giomodule.cache") };

        for (size_t i = 0; i < BH_LEN(prefixes); i++)
                if (bh_str_starts(path, prefixes[i]))
                        return true;
        for (size_t i = 0; i < BH_LEN(suffixes); i++)
                if (bh_str_ends(path, suffixes[i]))
                        return true;
        return false;
}

/* usr/lib/locale/ may be recorded without its usr/, and then be looked up. */
static bool is_never_asked(struct bh_str path) {
        return bh_file_changes(path) && !bh_str_starts(path, BH_STR("usr/lib/locale/"));
}

bool bh_file_digester_wants(struct bh_str path) {
        static const char *const roots[] = { "usr/bin/", "usr/sbin/", "usr/lib", "usr/share/", "usr/include/", "usr/games/",
                                             "bin/",     "sbin/",     "lib",     "boot/" };

        for (size_t i = 0; i < BH_LEN(roots); i++)
                if (bh_str_starts(path, bh_str_of(roots[i])))
                        return !is_never_asked(path);
        return false;
}

static bool of_use(const struct bh_file_digester *d, int kind) {
        return !d->told || d->needed[kind];
}

static void start(struct bh_file_digester *d, int kind) {
        if (kind == MD5 && d->twin)
                bh_twin_md5_start(d->twin);
        else
                bh_hasher_start(d->hasher[kind]);
}

void bh_file_digester_start(struct bh_file_digester *d) {
        for (int i = 0; i < N_KINDS; i++) {
                d->running[i] = of_use(d, i);
                if (d->running[i])
                        start(d, i);
        }
}

void bh_file_digester_add(struct bh_file_digester *d, struct bh_str bytes, struct bh_str beside) {
        if (d->twin)
                bh_twin_add(d->twin, beside, d->running[MD5] ? bytes : BH_STR(""));
        for (int i = d->twin ? MD5 + 1 : MD5; i < N_KINDS; i++)
                if (d->running[i])
                        bh_hasher_add(d->hasher[i], bytes);
}

static uint64_t last(struct bh_file_digester *d, int kind) {
        if (!d->running[kind])
                return 0;
        return kind == MD5 && d->twin ? bh_twin_md5_end8(d->twin) : bh_hasher_end8(d->hasher[kind]);
}

struct bh_file_digest bh_file_digester_end(struct bh_file_digester *d, uint64_t path_hash) {
        return (struct bh_file_digest){ path_hash, last(d, MD5), last(d, SHA1), last(d, SHA256) };
}
