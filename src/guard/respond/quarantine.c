/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is taken away: copied into STATE/quarantine/ID/content with its
 * digest and all that is needed to put it back (meta.json), then its name is
 * removed, if it still is the file that was copied. Paths are walked beneath
 * the target's own root, so that no link of an attacker leads us to another
 * file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/digest.h"
#include "fmt/json.h"
#include "guard/respond/action.h"
#include "guard/respond/root.h"
#include "sys/fd.h"

static const char capability[] = "security.capability";

struct taken {
        struct stat st;
        struct bh_str digest, capability; /* raw */
};

static void free_digest(struct bh_digest **d) {
        bh_digest_free(d);
}

static int copy(struct bh_arena *arena, int from, int to, struct bh_str *ret_digest, struct bh_err *err) {
        BH_CLEANUP(free_digest) struct bh_digest *digest = bh_digest_new(BH_STR("sha256"));
        char *piece = bh_arena_bytes(arena, 65536), text[BH_DIGEST_TEXT_MAX];
        uint64_t all = 0;
        ssize_t n;

        while ((n = read(from, piece, 65536)) != 0) {
                int r;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "read");
                all += (uint64_t) n;
                if (all > BH_LIMIT_QUARANTINE)
                        return bh_fail(err, BH_E_LIMIT, "larger than a quarantined file may be");
                bh_digest_add(digest, piece, (size_t) n);
                r = to < 0 ? 0 : bh_fd_write_all(to, (struct bh_str){ piece, (size_t) n }, err);
                if (r < 0)
                        return r;
        }
        *ret_digest = bh_arena_str(arena, bh_str_of(bh_digest_end(digest, text)));
        return 0;
}

/* ---- away ---- */

static int take(struct bh_act *act, int dir, const char *name, const char *vault, struct taken *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int from = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        BH_CLEANUP(bh_fd_close) int to = -1;
        char raw[256];
        ssize_t n;
        int r;

        if (from < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "the file is not there any more") : bh_fail_sys(err, errno, "open");
        if (fstat(from, &ret->st) < 0)
                return bh_fail_sys(err, errno, "stat");
        if (!S_ISREG(ret->st.st_mode))
                return bh_fail(err, BH_E_UNSUPPORTED, "it is no regular file");
        to = open(vault, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
        if (to < 0)
                return bh_fail_sys(err, errno, "%s", vault);
        r = copy(act->arena, from, to, &ret->digest, err);
        if (r >= 0 && fsync(to) < 0)
                r = bh_fail_sys(err, errno, "%s", vault);
        n = fgetxattr(from, capability, raw, sizeof raw);
        ret->capability = n > 0 ? bh_arena_str(act->arena, (struct bh_str){ raw, (size_t) n }) : (struct bh_str){ 0 };
        return r;
}

/* The name must still lead to what was copied. */
static int forget(int dir, const char *name, const struct stat *was, struct bh_err *err) {
        struct stat now;

        if (fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "the file went away meanwhile") : bh_fail_sys(err, errno, "stat");
        if (now.st_ino != was->st_ino || now.st_dev != was->st_dev)
                return bh_fail(err, BH_E_IO, "the file was replaced meanwhile");
        return unlinkat(dir, name, 0) < 0 ? bh_fail_sys(err, errno, "unlink") : 0;
}

static struct bh_str describe(struct bh_act *act, const struct taken *t, struct bh_str vault) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "path", act->target->file);
        bh_json_put_str(&j, "vault", vault);
        bh_json_put_str(&j, "digest", t->digest);
        bh_json_put_u64(&j, "size", (uint64_t) t->st.st_size);
        bh_json_put_u64(&j, "mode", t->st.st_mode & 07777);
        bh_json_put_u64(&j, "uid", t->st.st_uid);
        bh_json_put_u64(&j, "gid", t->st.st_gid);
        bh_json_put_int(&j, "mtime", t->st.st_mtime);
        bh_json_put_u64(&j, "links", t->st.st_nlink);
        if (t->capability.len)
                bh_json_put_str(&j, "capability", bh_base64_encode(act->arena, t->capability));
        bh_json_put_close(&j);
        return bh_str_trim(bh_arena_str(act->arena, bh_buf_str(&out)));
}

static void drop_vault(struct bh_arena *arena, struct bh_str vault) {
        static const char *const names[] = { "content", "meta.json" };

        for (size_t i = 0; i < BH_LEN(names); i++)
                (void) unlink(bh_arena_printf(arena, "%.*s/%s", BH_FMT(vault), names[i]).at);
        (void) rmdir(bh_arena_cstr(arena, vault));
}

int bh_act_quarantine(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int dir = -1;
        struct bh_str vault, meta;
        struct taken taken = { 0 };
        const char *name;
        int r = bh_target_parent(act->arena, act->target, act->target->file, &dir, &name, err);

        r = r < 0 ? r : bh_state_dir(act->arena, act->state_dir, "quarantine", act->id, &vault, err);
        if (r < 0)
                return r;
        r = take(act, dir, name, bh_arena_printf(act->arena, "%.*s/content", BH_FMT(vault)).at, &taken, err);
        meta = r < 0 ? (struct bh_str){ 0 } : describe(act, &taken, vault);
        r = r < 0 ? r : bh_state_write(bh_arena_printf(act->arena, "%.*s/meta.json", BH_FMT(vault)).at, meta, err);
        r = r < 0 ? r : forget(dir, name, &taken.st, err);
        if (r < 0) {
                drop_vault(act->arena, vault);
                return r;
        }
        act->undo = meta;
        act->note = bh_arena_printf(act->arena, "%s (%.*s) is in %.*s%s", BH_QUOTE(act->target->file), BH_FMT(taken.digest), BH_FMT(vault),
                                    taken.st.st_nlink > 1 ? "; it has further names" : "");
        return 0;
}

/* ---- back ---- */

static int check_content(struct bh_act *act, int from, struct bh_err *err) {
        struct bh_str digest, want = bh_doc_get_text(act->undone, "digest");
        int r = copy(act->arena, from, -1, &digest, err);

        if (r < 0)
                return r;
        if (!bh_str_eq(digest, want))
                return bh_fail(err, BH_E_FORMAT, "what is in quarantine is not what was put there");
        return lseek(from, 0, SEEK_SET) < 0 ? bh_fail_sys(err, errno, "seek") : 0;
}

static int dress(struct bh_act *act, int to, struct bh_err *err) {
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = bh_doc_int(bh_doc_get(act->undone, "mtime"), 0) } };
        struct bh_str raw, text = bh_doc_get_text(act->undone, "capability");

        if (fchown(to, (uid_t) bh_doc_int(bh_doc_get(act->undone, "uid"), 0), (gid_t) bh_doc_int(bh_doc_get(act->undone, "gid"), 0)) < 0 ||
            fchmod(to, (mode_t) bh_doc_int(bh_doc_get(act->undone, "mode"), 0) & 07777) < 0)
                return bh_fail_sys(err, errno, "owner and mode");
        if (text.len && bh_base64_decode(act->arena, text, &raw) && fsetxattr(to, capability, raw.at, raw.len, 0) < 0)
                return bh_fail_sys(err, errno, "%s", capability);
        return futimens(to, times) < 0 ? bh_fail_sys(err, errno, "times") : 0;
}

/* What is known of it; after a crash only the vault itself knows. */
static int recall(struct bh_act *act, struct bh_err *err) {
        struct bh_str text;
        int r;

        if (bh_doc_get(act->undone, "vault"))
                return 0;
        r = bh_fd_read_file(act->arena, bh_arena_printf(act->arena, "%s/quarantine/%.*s/meta.json", act->state_dir, BH_FMT(act->id)).at, BH_LIMIT_CONFIG_FILE,
                            &text, err);
        return r < 0 ? r : bh_json_parse(act->arena, text, &act->undone, err);
}

int bh_act_restore(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int dir = -1, from = -1, to = -1;
        struct bh_err why = BH_ERR_NONE;
        struct bh_str vault, digest;
        const char *name, *content;
        int r = recall(act, err);

        if (r < 0)
                return r;
        vault = bh_doc_get_text(act->undone, "vault");
        content = bh_arena_printf(act->arena, "%.*s/content", BH_FMT(vault)).at;
        from = open(content, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (from < 0)
                return bh_fail_sys(err, errno, "%s", content);
        r = check_content(act, from, err);
        if (r < 0)
                return r;
        r = bh_target_parent(act->arena, act->target, bh_doc_get_text(act->undone, "path"), &dir, &name, &why);
        if (r < 0) /* not NOTFOUND: that would say that it is as good as restored */
                return bh_fail(err, BH_E_IO, "nowhere to put it (%s); it stays in %.*s", why.text, BH_FMT(vault));
        to = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (to < 0)
                return errno == EEXIST ? bh_fail(err, BH_E_IO, "there is a file of that name again") : bh_fail_sys(err, errno, "create");
        r = copy(act->arena, from, to, &digest, err);
        r = r < 0 ? r : dress(act, to, err);
        if (r < 0) {
                (void) unlinkat(dir, name, 0);
                return r;
        }
        drop_vault(act->arena, vault);
        act->note = bh_arena_printf(act->arena, "%s is back", BH_QUOTE(bh_doc_get_text(act->undone, "path")));
        return 0;
}
