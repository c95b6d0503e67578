/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* O_PATH */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inventory/owners.h"
#include "sys/fd.h"

struct made {
        char dir[40];
        struct bh_root root;
        struct bh_arena *arena;
        struct bh_map wanted;
};

static struct made made_new(void) {
        struct made m = { .dir = "/tmp/bulkhead-owners-XXXXXX", .arena = bh_arena_new() };

        assert_non_null(mkdtemp(m.dir));
        m.root.fd = open(m.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        assert_true(m.root.fd >= 0);
        m.wanted = bh_map_in(m.arena);
        return m;
}

static void made_done(struct made *m) {
        char command[100];

        bh_fd_close(&m->root.fd);
        bh_arena_free(&m->arena);
        (void) snprintf(command, sizeof command, "rm -rf %s", m->dir);
        assert_int_equal(system(command), 0);
}

static void put(struct made *m, const char *path, const char *text) {
        char whole[200];
        FILE *f;

        (void) snprintf(whole, sizeof whole, "%s%s", m->dir, path);
        for (char *at = whole + strlen(m->dir) + 1; (at = strchr(at, '/')); at++) {
                *at = '\0';
                (void) mkdir(whole, 0755);
                *at = '/';
        }
        f = fopen(whole, "we");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static struct bh_owner *want(struct made *m, const char *path) {
        struct bh_owner *o = bh_arena_make(m->arena, struct bh_owner);

        (void) bh_map_set(&m->wanted, bh_owner_path(bh_str_of(path)), o);
        return o;
}

static int look(struct made *m) {
        struct bh_err err = BH_ERR_NONE;

        return bh_owners_look(&m->root, m->arena, &m->wanted, &err);
}

static void assert_owner(const struct bh_owner *o, const char *type, const char *package) {
        assert_non_null(o->type);
        assert_string_equal(o->type, type);
        assert_str(o->package, package);
}

static void a_file_belongs_to_the_package_whose_list_names_it(void **state) {
        struct made m = made_new();
        struct bh_owner *nginx = want(&m, "/usr/sbin/nginx"), *libc = want(&m, "/usr/lib/x86_64-linux-gnu/libc.so.6"), *mine = want(&m, "/opt/app");

        (void) state;
        put(&m, "/var/lib/dpkg/info/nginx.list", "/.\n/usr\n/usr/sbin\n/usr/sbin/nginx\n");
        put(&m, "/var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib/x86_64-linux-gnu/libc.so.6\n"); /* written before /lib became a link */
        put(&m, "/var/lib/dpkg/info/nginx.md5sums", "d41d8cd98f00b204e9800998ecf8427e  opt/app\n");
        assert_int_equal(look(&m), 0);
        assert_owner(nginx, "deb", "nginx");
        assert_owner(libc, "deb", "libc6");
        assert_null(mine->type);
        made_done(&m);
}

static void an_image_without_dpkg_has_digests_alone(void **state) {
        struct made m = made_new();
        struct bh_owner *ssl = want(&m, "/usr/lib/x86_64-linux-gnu/libssl.so.3");

        (void) state;
        put(&m, "/var/lib/dpkg/status.d/libssl3", "Package: libssl3\n");
        put(&m, "/var/lib/dpkg/status.d/libssl3.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/x86_64-linux-gnu/libssl.so.3\n");
        assert_int_equal(look(&m), 0);
        assert_owner(ssl, "deb", "libssl3");
        made_done(&m);
}

static void a_bad_record_of_apk_costs_itself(void **state) {
        struct made m = made_new();
        struct bh_owner *musl = want(&m, "/lib/ld-musl-x86_64.so.1"), *box = want(&m, "/bin/busybox");

        (void) state;
        put(&m, "/lib/apk/db/installed", "P:musl\nV:1.2.4-r2\nF:lib\nR:ld-musl-x86_64.so.1\n\nV:1\nF:x\nR:y\n\nP:busybox\nV:1.36-r1\nF:bin\nR:busybox\n\n");
        assert_int_equal(look(&m), 0);
        assert_owner(musl, "apk", "musl");
        assert_owner(box, "apk", "busybox");
        made_done(&m);
}

static void a_database_that_cannot_be_read_is_told_and_hides_no_other(void **state) {
        struct made m = made_new();
        struct bh_owner *nginx = want(&m, "/usr/sbin/nginx");

        (void) state;
        put(&m, "/var/lib/dpkg/info/nginx.list", "/usr/sbin/nginx\n");
        put(&m, "/var/lib/rpm/rpmdb.sqlite", "this is none");
        assert_int_equal(look(&m), BH_E_FORMAT);
        assert_owner(nginx, "deb", "nginx");
        made_done(&m);
}

static void nothing_there_is_no_failure(void **state) {
        struct made m = made_new();
        struct bh_owner *o = want(&m, "/app");

        (void) state;
        assert_int_equal(look(&m), 0);
        assert_null(o->type);
        made_done(&m);
}

static void only_folders_that_may_be_links_are_one(void **state) {
        (void) state;
        assert_str(bh_owner_path(BH_STR("/usr/lib64/x.so")), "/lib64/x.so");
        assert_str(bh_owner_path(BH_STR("/usr/bin/x")), "/bin/x");
        assert_str(bh_owner_path(BH_STR("/usr/share/x")), "/usr/share/x");
        assert_str(bh_owner_path(BH_STR("/usr/binaries")), "/usr/binaries");
        assert_str(bh_owner_path(BH_STR("/opt/usr/bin/x")), "/opt/usr/bin/x");
}

BH_UNIT_MAIN(a_file_belongs_to_the_package_whose_list_names_it, an_image_without_dpkg_has_digests_alone, a_bad_record_of_apk_costs_itself,
             a_database_that_cannot_be_read_is_told_and_hides_no_other, nothing_there_is_no_failure, only_folders_that_may_be_links_are_one)
