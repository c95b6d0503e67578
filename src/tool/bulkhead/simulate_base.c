/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/simulate_base.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fmt/digest.h"
#include "fmt/tarout.h"
#include "tool/bulkhead/simulate_standin.h"

/* A file when it has text, a symbolic link when it has a target, else a directory. Parents come first. */
struct entry {
        const char *path;
        unsigned mode;
        const char *text, *link;
};

static const struct entry entries[] = {
        { "dev", 0755, NULL, NULL },
        { "etc", 0755, NULL, NULL },
        { "etc/alternatives", 0755, NULL, NULL },
        { "etc/cron.d", 0755, NULL, NULL },
        { "etc/ld.so.conf.d", 0755, NULL, NULL },
        { "etc/pam.d", 0755, NULL, NULL },
        { "etc/profile.d", 0755, NULL, NULL },
        { "etc/ssh", 0755, NULL, NULL },
        { "etc/sudoers.d", 0755, NULL, NULL },
        { "etc/systemd", 0755, NULL, NULL },
        { "etc/systemd/system", 0755, NULL, NULL },
        { "etc/crontab", 0644, "# a crontab of a simulation\n", NULL },
        { "etc/group", 0644, "root:x:0:\nshadow:x:42:\nwww-data:x:33:\nutmp:x:43:\napp:x:1000:\nnogroup:x:65534:\n", NULL },
        { "etc/hosts", 0644, "127.0.0.1 localhost\n", NULL },
        { "etc/nsswitch.conf", 0644, "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n", NULL },
        { "etc/os-release", 0644, "ID=bulkhead-simulation\nPRETTY_NAME=\"A place for simulations\"\n", NULL },
        { "etc/pam.d/common-auth", 0644, "auth required pam_unix.so\n", NULL },
        { "etc/passwd", 0644,
          "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
          "app:x:1000:1000::/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
          NULL },
        { "etc/profile", 0644, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\n", NULL },
        { "etc/shadow", 0640, "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\napp:!:19000:0:99999:7:::\n", NULL },
        { "etc/sudoers", 0440, "root ALL=(ALL:ALL) ALL\n", NULL },
        { "home", 0755, NULL, NULL },
        { "home/app", 0755, NULL, NULL },
        { "home/app/.bash_history", 0600, "ls\n", NULL },
        { "mnt", 0755, NULL, NULL },
        { "opt", 0755, NULL, NULL },
        { "opt/app", 0755, NULL, NULL },
        { "proc", 0555, NULL, NULL },
        { "root", 0700, NULL, NULL },
        { "root/.bash_history", 0600, "ls\n", NULL },
        { "root/.bashrc", 0644, "# a shell of a simulation\n", NULL },
        { "root/.ssh", 0700, NULL, NULL },
        { "run", 0755, NULL, NULL },
        { "srv", 0755, NULL, NULL },
        { "sys", 0555, NULL, NULL },
        { "tmp", 01777, NULL, NULL },
        { "usr", 0755, NULL, NULL },
        { "var", 0755, NULL, NULL },
        { "var/lib", 0755, NULL, NULL },
        { "var/log", 0755, NULL, NULL },
        { "var/log/auth.log", 0640, "nothing happened yet\n", NULL },
        { "var/log/wtmp", 0664, "", NULL },
        { "var/run", 0777, NULL, "/run" },
        { "var/spool", 0755, NULL, NULL },
        { "var/spool/cron", 0755, NULL, NULL },
        { "var/spool/cron/crontabs", 01730, NULL, NULL },
        { "var/tmp", 01777, NULL, NULL },
        { "var/www", 0755, NULL, NULL },
        { "var/www/html", 0755, NULL, NULL },
};

/* Beside /usr: links into it on merged systems, folders of their own on others. */
static const char *const system_dirs[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32" };

static void put_bytes(struct bh_buf *tar, const struct entry *e, struct bh_str text) {
        mode_t kind = e->link ? S_IFLNK : e->text || text.len ? S_IFREG : S_IFDIR;
        struct stat st = { .st_mode = kind | e->mode, .st_size = (off_t) text.len, .st_mtime = 1700000000 };
        struct bh_tarout out = { .path = bh_str_of(e->path), .link = bh_str_of(e->link), .st = &st };
        size_t padding = bh_tarout_padding(text.len);

        if (strcmp(e->path, "etc/shadow") == 0)
                st.st_gid = 42;
        (void) bh_tarout_header(tar, &out);
        bh_buf_add(tar, text);
        memset(bh_buf_room(tar, padding), 0, padding);
        tar->len += padding;
}

static void put(struct bh_buf *tar, const struct entry *e) {
        put_bytes(tar, e, bh_str_of(e->text));
}

static void add_bind(struct bh_arena *arena, const char *path, struct bh_str *binds, uint32_t *n) {
        binds[(*n)++] = bh_arena_printf(arena, "%s:%s:ro", path, path);
}

static int add_system_dir(struct bh_arena *arena, const char *name, struct bh_buf *tar, struct bh_str *binds, uint32_t *n, struct bh_err *err) {
        const char *path = bh_arena_printf(arena, "/%s", name).at;
        char target[4096];
        struct stat st;
        ssize_t len;

        if (lstat(path, &st) < 0)
                return errno == ENOENT ? 0 : bh_fail_sys(err, errno, "%s", path);
        if (!S_ISLNK(st.st_mode)) {
                put(tar, &(struct entry){ name, 0755, NULL, NULL });
                add_bind(arena, path, binds, n);
                return 0;
        }
        len = readlink(path, target, sizeof target - 1);
        if (len < 0)
                return bh_fail_sys(err, errno, "%s", path);
        target[len] = '\0';
        put(tar, &(struct entry){ name, 0777, NULL, target });
        return 0;
}

int bh_simulation_base(struct bh_arena *arena, struct bh_simulation_base *ret, struct bh_err *err) {
        static const char *const shared[] = { "/usr", "/etc/alternatives", "/etc/ld.so.cache" };
        BH_CLEANUP(bh_buf_done) struct bh_buf tar = { 0 };
        struct bh_str *binds = bh_arena_array(arena, struct bh_str, BH_LEN(shared) + BH_LEN(system_dirs)), digest;
        uint32_t n = 0;
        int r = 0;

        for (size_t i = 0; i < BH_LEN(entries); i++)
                put(&tar, &entries[i]);
        if (bh_standin().len)
                put_bytes(&tar, &(struct entry){ "opt/app/server", 0755, NULL, NULL }, bh_standin());
        for (size_t i = 0; i < BH_LEN(system_dirs) && r >= 0; i++)
                r = add_system_dir(arena, system_dirs[i], &tar, binds, &n, err);
        if (r < 0)
                return r;
        bh_tarout_end(&tar);
        for (size_t i = 0; i < BH_LEN(shared); i++)
                if (access(shared[i], F_OK) == 0)
                        add_bind(arena, shared[i], binds, &n);
        digest = bh_digest_sha256(arena, bh_buf_str(&tar)); /* "sha256:..." */
        *ret = (struct bh_simulation_base){ .tar = bh_arena_str(arena, bh_buf_str(&tar)),
                                            .image = bh_arena_printf(arena, BH_SIMULATION_IMAGE ":%.12s", bh_str_from(digest, 7).at),
                                            .binds = { binds, n } };
        return 0;
}

static int give(void *user, char *at, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *left = user;
        size_t n = BH_MIN(room, left->len);

        (void) err;
        if (n)
                memcpy(at, left->at, n);
        *left = bh_str_from(*left, n);
        *ret_n = n;
        return 0;
}

int bh_simulation_base_import(struct bh_docker *d, const struct bh_simulation_base *base, struct bh_err *err) {
        const struct bh_str changes[] = { BH_STR("LABEL bulkhead.simulation=image"),
                                          BH_STR("ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                                          BH_STR("CMD [\"/bin/sh\"]") };
        struct bh_str left = base->tar, id;
        int r = bh_docker_image_id(d, base->image, &id, err);

        if (r != BH_E_NOTFOUND)
                return r < 0 ? r : 1;
        return bh_docker_import(d, base->image, (struct bh_docker_words){ changes, BH_LEN(changes) }, give, &left, &id, err);
}
