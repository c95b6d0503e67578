/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system this is: os-release, and the files that told it before there was
 * an os-release. A row's rank says whose word goes first when several speak.
 */
#include "fmt/json.h"
#include "fmt/osrelease.h"
#include "scan/pkg/pkg.h"

struct teller {
        const char *path;
        uint8_t rank;
        void (*read)(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch);
};

struct key {
        const char *name;
        size_t member;
};

#define MEMBER(m) offsetof(struct bh_release, m)

static void read_keys(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch, const struct key *keys,
                      size_t n) {
        struct bh_cur cur = bh_cur_of(bytes);
        struct bh_str key, value;

        while (bh_osrelease_next(&cur, scratch, &key, &value))
                for (size_t i = 0; i < n; i++)
                        if (bh_str_is(key, keys[i].name))
                                *(struct bh_str *) (void *) ((char *) r + keys[i].member) = value;
}

static void os_release(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch) {
        static const struct key keys[] = {
                { "ID", MEMBER(id) },
                { "VERSION_ID", MEMBER(version_id) },
                { "VERSION_CODENAME", MEMBER(codename) },
                { "PRETTY_NAME", MEMBER(pretty) },
                { "ID_LIKE", MEMBER(like) },
        };

        read_keys(r, bytes, scratch, keys, BH_LEN(keys));
        if (r->id.len == 0)
                r->id = BH_STR("linux"); /* as os-release(5) has it */
}

static void lsb_release(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch) {
        static const struct key keys[] = {
                { "DISTRIB_ID", MEMBER(id) },
                { "DISTRIB_RELEASE", MEMBER(version_id) },
                { "DISTRIB_CODENAME", MEMBER(codename) },
                { "DISTRIB_DESCRIPTION", MEMBER(pretty) },
        };
        char *id;

        read_keys(r, bytes, scratch, keys, BH_LEN(keys));
        id = bh_arena_bytes(scratch, r->id.len);
        for (size_t i = 0; i < r->id.len; i++)
                id[i] = bh_lower(r->id.at[i]);
        r->id.at = id;
}

static void alpine_release(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch) {
        (void) scratch;
        r->id = BH_STR("alpine");
        r->version_id = bh_str_trim(bytes);
}

/* "12.5" is a point release of Debian 12; "trixie/sid" has no number yet. */
static void debian_version(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch) {
        struct bh_str text = bh_str_trim(bytes), rest;

        (void) scratch;
        r->id = BH_STR("debian");
        if (text.len && bh_is_digit(text.at[0]))
                (void) bh_str_cut(text, '.', &r->version_id, &rest);
        else
                (void) bh_str_cut(text, '/', &r->codename, &rest);
}

/* How the line of a redhat-release begins; the first that fits. */
static const struct {
        const char *begins, *id;
} brands[] = {
        { "Red Hat Enterprise Linux", "rhel" }, { "CentOS", "centos" },       { "Fedora", "fedora" },
        { "Amazon Linux", "amzn" },             { "Rocky Linux", "rocky" },   { "AlmaLinux", "almalinux" },
        { "Oracle Linux", "ol" },               { "Scientific", "scientific" }, { "openEuler", "openEuler" },
        { "Anolis", "anolis" },                 { "Mageia", "mageia" },       { "CBL-Mariner", "mariner" },
};

/* "CentOS release 6.10 (Final)" */
static void redhat_release(struct bh_release *r, struct bh_str bytes, struct bh_arena *scratch) {
        struct bh_cur cur = bh_cur_of(bytes);
        struct bh_str line = { "", 0 }, word, rest;
        bool next = false;

        (void) scratch;
        (void) bh_cur_line(&cur, &line);
        for (size_t i = 0; i < BH_LEN(brands) && r->id.len == 0; i++)
                if (bh_str_starts(line, bh_str_of(brands[i].begins)))
                        r->id = bh_str_of(brands[i].id);
        r->pretty = bh_str_trim(line);
        for (rest = line; bh_str_word(&rest, &word); next = bh_str_is(word, "release"))
                if (next)
                        r->version_id = word;
        if (bh_str_cut(line, '(', &rest, &r->codename))
                (void) bh_str_cut(r->codename, ')', &r->codename, &rest);
}

static const struct teller tellers[] = {
        { "etc/os-release", 9, os_release },
        { "usr/lib/os-release", 8, os_release },
        { "etc/lsb-release", 6, lsb_release },
        { "etc/alpine-release", 5, alpine_release },
        { "etc/centos-release", 4, redhat_release },
        { "etc/redhat-release", 3, redhat_release },
        { "etc/system-release", 3, redhat_release },
        { "etc/debian_version", 1, debian_version }, /* Debian's children have it too */
};

static struct bh_str kept(struct bh_catalog *c, struct bh_str s) {
        return s.len ? bh_arena_str(c->arena, s) : (struct bh_str){ "", 0 };
}

static void keep(struct bh_catalog *c, const struct bh_release *r) {
        c->release = (struct bh_release){
                .id = kept(c, r->id),
                .version_id = kept(c, r->version_id),
                .codename = kept(c, r->codename),
                .pretty = kept(c, r->pretty),
                .like = kept(c, r->like),
                .rank = r->rank,
        };
}

int bh_pkg_release(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < BH_LEN(tellers); i++) {
                struct bh_release r = { .rank = tellers[i].rank };

                if (!bh_str_is(file->path, tellers[i].path) || r.rank < c->release.rank)
                        continue;
                tellers[i].read(&r, file->bytes, scratch);
                if (r.id.len)
                        keep(c, &r);
        }
        return 0;
}

/* Red Hat: { "content_sets": ["rhel-9-for-x86_64-baseos-rpms", ...] }: the repositories a layer was built from. */
int bh_pkg_content_sets(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                         struct bh_err *err) {
        const struct bh_doc *root;
        int r;

        if (!bh_str_ends(file->path, BH_STR(".json")))
                return 0;
        r = bh_json_parse(scratch, file->bytes, &root, err);
        if (r < 0)
                return r;
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(root, "content_sets")); n; n = n->next)
                if (bh_doc_is(n, BH_DOC_STRING))
                        *bh_vec_add(c->arena, &c->content_sets) = bh_arena_str(c->arena, bh_doc_str(n));
        return 0;
}
