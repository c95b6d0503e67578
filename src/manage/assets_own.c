/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts, containers and the names of images: kinds of asset that have tables of their own. */
#include "base/vec.h"
#include "manage/assets.h"
#include "manage/scans.h"
#include "manage/subject.h"
#include "manage/uses.h"

static struct bh_arg text(const struct bh_told_asset *a, const char *key) {
        return bh_arg_text(bh_doc_get_text(a->at, key));
}

static struct bh_arg number(const struct bh_told_asset *a, const char *key) {
        return bh_arg_int(bh_doc_int(bh_doc_get(a->at, key), 0));
}

static struct bh_arg yes(const struct bh_told_asset *a, const char *key) {
        return bh_arg_int(bh_doc_bool(bh_doc_get(a->at, key), false));
}

/* ---- host ---- */

static int put_host(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *a, struct bh_arena *arena, struct bh_err *err) {
        static const char sql[] = "INSERT INTO host(id, name, os, os_version, kernel, arch, cpus, memory_bytes, boot_ms, first_ms, seen_ms) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10) ON CONFLICT(id) DO UPDATE SET name = excluded.name, os = excluded.os, "
                                  "os_version = excluded.os_version, kernel = excluded.kernel, arch = excluded.arch, cpus = excluded.cpus, "
                                  "memory_bytes = excluded.memory_bytes, boot_ms = excluded.boot_ms, seen_ms = excluded.seen_ms, gone_ms = NULL";

        (void) arena;
        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_text(from->host_id), bh_arg_text(a->name), text(a, "os"), text(a, "os_version"), text(a, "kernel"), text(a, "arch"),
                                 number(a, "cpus"), number(a, "memory_bytes"), number(a, "boot_ms"), bh_arg_int(from->now_ms)),
                         NULL, err);
}

/* A host ends when its agent is taken away, not by its own word. */
static int keep_host(struct bh_db *db, const struct bh_sender *from, struct bh_str key, struct bh_err *err) {
        (void) db;
        (void) from;
        (void) key;
        (void) err;
        return 0;
}

/* ---- containers ---- */

static int count_running(struct bh_db *db, struct bh_str image_id, struct bh_err *err) {
        return bh_db_run(db,
                         "UPDATE image SET n_containers = (SELECT count(*) FROM container c WHERE c.image_id = ?1 AND " BH_PLACE_RUNS ") WHERE id = ?1",
                         BH_ARGS(bh_arg_text(image_id)), NULL, err);
}

static int put_container(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *a, struct bh_arena *arena, struct bh_err *err) {
        static const char sql[] =
                "INSERT INTO container(id, host_id, name, image_id, image_ref, runtime, state, pod, namespace, workload, privileged, root, host_net, host_pid, "
                "host_mounts, caps, exposed, created_ms, started_ms, first_ms, seen_ms, detail) "
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20, ?21) "
                "ON CONFLICT(id) DO UPDATE SET name = excluded.name, image_id = excluded.image_id, image_ref = excluded.image_ref, runtime = excluded.runtime, "
                "state = excluded.state, pod = excluded.pod, namespace = excluded.namespace, workload = excluded.workload, privileged = excluded.privileged, "
                "root = excluded.root, host_net = excluded.host_net, host_pid = excluded.host_pid, host_mounts = excluded.host_mounts, caps = excluded.caps, "
                "exposed = excluded.exposed, created_ms = excluded.created_ms, started_ms = excluded.started_ms, seen_ms = excluded.seen_ms, gone_ms = NULL, "
                "detail = excluded.detail WHERE container.host_id = excluded.host_id";
        struct bh_str image_id = bh_doc_get_text(a->at, "image_id");
        int r = bh_db_run(db, sql,
                          BH_ARGS(bh_arg_text(a->key), bh_arg_text(from->host_id), bh_arg_text(a->name), bh_arg_text(image_id), text(a, "image_ref"),
                                  text(a, "runtime"), text(a, "state"), text(a, "pod"), text(a, "namespace"), text(a, "workload"), yes(a, "privileged"),
                                  yes(a, "root"), yes(a, "host_net"), yes(a, "host_pid"), text(a, "host_mounts"), text(a, "caps"), text(a, "exposed"),
                                  number(a, "created_ms"), number(a, "started_ms"), bh_arg_int(from->now_ms), bh_arg_text(a->attrs)),
                          NULL, err);

        r = r < 0 ? r : bh_asset_listening(db, from->host_id, a->key, arena, err);
        r = r < 0 ? r : bh_uses_of_container(db, from->host_id, a->key, from->now_ms, err);
        return r < 0 ? r : count_running(db, image_id, err);
}

static int end_container(struct bh_db *db, const struct bh_sender *from, struct bh_str key, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str image_id = BH_STR("");
        int r = bh_db_run(db, "UPDATE container SET gone_ms = ?3, state = 'gone' WHERE id = ?1 AND host_id = ?2",
                          BH_ARGS(bh_arg_text(key), bh_arg_text(from->host_id), bh_arg_int(from->now_ms)), NULL, err);

        r = r < 0 ? r : bh_db_text(db, "SELECT image_id FROM container WHERE id = ?1", BH_ARGS(bh_arg_text(key)), arena, &image_id, err);
        r = r < 0 ? r : count_running(db, image_id, err);
        bh_arena_free(&arena);
        return r;
}

int bh_asset_listening(struct bh_db *db, struct bh_str host, struct bh_str container, struct bh_arena *arena, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT DISTINCT key FROM asset WHERE container_id = ?1 AND host_id = ?2 AND kind = 'port' AND gone_ms IS NULL ORDER BY key",
                          BH_ARGS(bh_arg_text(container), bh_arg_text(host)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) { /* "tcp6/:::8080/4026531840" */
                struct bh_str protocol, rest, address = BH_STR(""), namespace;
                ptrdiff_t colon;

                (void) bh_str_cut(bh_rows_copy(rows, 0, arena), '/', &protocol, &rest);
                (void) bh_str_cut(rest, '/', &address, &namespace);
                colon = bh_str_rchr(address, ':');
                if (colon >= 0)
                        bh_buf_printf(&list, "%s%.*s/%.*s", list.len ? "," : "", BH_FMT(bh_str_from(address, (size_t) colon + 1)), BH_FMT(bh_str_part(protocol, 0, 3)));
        }
        bh_rows_done(&rows);
        if (r < 0)
                return r;
        return bh_db_run(db, "UPDATE container SET listening = ?3 WHERE id = ?1 AND host_id = ?2 AND listening <> ?3",
                         BH_ARGS(bh_arg_text(container), bh_arg_text(host), bh_arg_text(bh_buf_str(&list))), NULL, err);
}

/* ---- images ---- */

/* An image that is known by name alone until its report comes. */
static int put_stub(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *a, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO image(id, name, bytes, created_ms, first_ms) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO NOTHING",
                         BH_ARGS(bh_arg_text(a->key), bh_arg_text(a->name), number(a, "bytes"), number(a, "created_ms"), bh_arg_int(from->now_ms)), NULL, err);
}

static int put_ref(struct bh_db *db, const struct bh_sender *from, struct bh_str image_id, struct bh_str ref, struct bh_arena *arena, struct bh_err *err) {
        struct bh_ref_parts p = bh_ref_split(arena, ref);

        return bh_db_run(db,
                         "INSERT INTO image_ref(ref, registry, repository, tag, digest, image_id, host_id, first_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) "
                         "ON CONFLICT(ref, image_id, host_id) DO UPDATE SET seen_ms = excluded.seen_ms, gone_ms = NULL",
                         BH_ARGS(bh_arg_text(ref), bh_arg_text(p.registry), bh_arg_text(p.repository), bh_arg_text(p.tag), bh_arg_text(p.digest),
                                 bh_arg_text(image_id), bh_arg_text(from->host_id), bh_arg_int(from->now_ms)),
                         NULL, err);
}

static int end_image(struct bh_db *db, const struct bh_sender *from, struct bh_str key, struct bh_err *err) {
        return bh_db_run(db, "UPDATE image_ref SET gone_ms = ?3 WHERE image_id = ?1 AND host_id = ?2 AND gone_ms IS NULL",
                         BH_ARGS(bh_arg_text(key), bh_arg_text(from->host_id), bh_arg_int(from->now_ms)), NULL, err);
}

/* Names that are not told again point elsewhere now. */
static int put_image(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *a, struct bh_arena *arena, struct bh_err *err) {
        int r = put_stub(db, from, a, err);

        r = r < 0 ? r : end_image(db, from, a->key, err);
        for (const struct bh_doc *ref = bh_doc_first(bh_doc_get(a->at, "refs")); r >= 0 && ref; ref = ref->next)
                r = put_ref(db, from, a->key, bh_doc_str(ref), arena, err);
        return r;
}

const struct bh_own_asset *bh_asset_own(enum bh_asset_kind kind) {
        static const struct bh_own_asset host = { put_host, keep_host, "SELECT 'host' FROM host WHERE id = ?1" };
        static const struct bh_own_asset container = { put_container, end_container, "SELECT id FROM container WHERE host_id = ?1 AND gone_ms IS NULL" };
        static const struct bh_own_asset image = { put_image, end_image, "SELECT DISTINCT image_id FROM image_ref WHERE host_id = ?1 AND gone_ms IS NULL" };
        static const struct bh_own_asset *const own[_BH_ASSET_MAX] = {
                [BH_ASSET_HOST] = &host, [BH_ASSET_CONTAINER] = &container, [BH_ASSET_IMAGE] = &image, [BH_ASSET_PACKAGE_USE] = &bh_use_asset,
        };

        return kind < _BH_ASSET_MAX ? own[kind] : NULL;
}
