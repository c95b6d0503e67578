/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/registries.h"

#include <stdio.h>
#include <time.h>

#include "base/glob.h"
#include "base/vec.h"
#include "lib/catalogue.h"
#include "manage/promote.h"

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* ---- one ---- */

static struct bh_str owner_of(struct bh_arena *arena, int64_t id, const char *what) {
        return bh_arena_printf(arena, "registry:%lld:%s", (long long) id, what);
}

int bh_registry_seal(const struct bh_manage *m, int64_t id, const char *what, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return bh_manage_seal(m, owner_of(arena, id, what), secret, arena, ret, err);
}

int bh_registry_unseal(const struct bh_manage *m, int64_t id, const char *what, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return bh_manage_unseal(m, owner_of(arena, id, what), sealed, arena, ret, err);
}

int bh_registry_load(const struct bh_manage *m, struct bh_db *db, int64_t id, struct bh_arena *arena, struct bh_registry *ret, struct bh_err *err) {
        struct bh_str sealed = BH_STR("");
        struct bh_rows *rows = NULL;
        struct bh_registry reg;
        int r = bh_db_ask(db, "SELECT id, name, address, stage, environment, username, password, ca_pem, repositories, policy, plain_http FROM registry WHERE id = ?1",
                          BH_ARGS(bh_arg_int(id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                reg = (struct bh_registry){ .id = bh_rows_int(rows, 0), .name = bh_rows_copy(rows, 1, arena), .address = bh_rows_copy(rows, 2, arena),
                                            .stage = bh_rows_copy(rows, 3, arena), .environment = bh_rows_copy(rows, 4, arena),
                                            .username = bh_rows_copy(rows, 5, arena), .ca_pem = bh_rows_copy(rows, 7, arena),
                                            .repositories = bh_rows_copy(rows, 8, arena), .policy = bh_rows_copy(rows, 9, arena),
                                            .plain_http = bh_rows_int(rows, 10) };
                sealed = bh_rows_copy(rows, 6, arena);
        }
        bh_rows_done(&rows);
        if (r <= 0)
                return r;
        r = bh_registry_unseal(m, id, "password", sealed, arena, &reg.password, err);
        if (r < 0)
                return bh_wrap(err, r, "registry %s: password", BH_QUOTE(reg.name));
        *ret = reg;
        return 1;
}

bool bh_registry_wants(struct bh_str globs, struct bh_str repository) {
        struct bh_str one;

        if (!bh_str_trim(globs).len)
                return true;
        while (bh_str_split(&globs, ',', &one))
                if (bh_glob(bh_str_trim(one), repository))
                        return true;
        return false;
}

static bool is_digest(struct bh_str s) {
        if (!bh_str_cut_prefix(&s, BH_STR("sha256:")) || s.len != 64)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_digit(s.at[i]) && (s.at[i] < 'a' || s.at[i] > 'f'))
                        return false;
        return true;
}

bool bh_registry_is_tag(const struct bh_tag_seen *seen) {
        return bh_catalogue_is_name(seen->repository) && bh_catalogue_is_tag(seen->tag) && is_digest(seen->digest);
}

int bh_registry_check_address(struct bh_str address, struct bh_err *err) {
        struct bh_catalogue *c = NULL;
        int r = bh_catalogue_open(&(struct bh_catalogue_opts){ .address = address }, &c, err); /* asks nobody anything */

        bh_catalogue_close(&c);
        return r;
}

/* ---- when ---- */

int bh_registry_ask(struct bh_db *db, int64_t id, struct bh_str by, int64_t now, int64_t *ret_job, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str address = BH_STR("");
        int r = bh_db_text(db, "SELECT address FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(id)), arena, &address, err);

        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no registry %lld", (long long) id);
        return r < 0 ? r
                     : bh_job_add(db, &(struct bh_job_order){ .kind = "catalogue", .target = bh_arena_cat(arena, BH_STR("catalogue:"), address), .registry_id = id,
                                                              .asked_by = by, .now_ms = now },
                                  ret_job, err);
}

int bh_registries_due(struct bh_db *db, int64_t now, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_VEC(int64_t) ids = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT id FROM registry WHERE next_ms > 0 AND next_ms <= ?1", BH_ARGS(bh_arg_int(now)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &ids) = bh_rows_int(rows, 0);
        bh_rows_done(&rows);
        for (size_t i = 0; i < ids.len && r >= 0; i++) {
                int64_t job;

                r = bh_registry_ask(db, ids.at[i], BH_STR("schedule"), now, &job, err);
                r = r < 0 ? r
                          : bh_db_run(db, "UPDATE registry SET next_ms = CASE WHEN every_minutes > 0 THEN ?2 + every_minutes * 60000 ELSE 0 END WHERE id = ?1",
                                      BH_ARGS(bh_arg_int(ids.at[i]), bh_arg_int(now)), NULL, err);
        }
        return r;
}

/* ---- tags ---- */

static int queue_scan(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str by, int64_t now, struct bh_arena *arena,
                      struct bh_err *err) {
        struct bh_str target = bh_arena_printf(arena, "registry:%.*s/%.*s@%.*s", BH_FMT(reg->address), BH_FMT(seen->repository), BH_FMT(seen->digest));
        int64_t job;

        return bh_job_add(db, &(struct bh_job_order){ .kind = "image", .target = target, .registry_id = reg->id, .repository = seen->repository, .tag = seen->tag,
                                                      .digest = seen->digest, .asked_by = by, .now_ms = now },
                          &job, err);
}

/* The name that an image known already goes by here. */
static int name_image(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now,
                      struct bh_arena *arena, struct bh_err *err) {
        struct bh_str ref = bh_arena_printf(arena, "%.*s/%.*s:%.*s", BH_FMT(reg->address), BH_FMT(seen->repository), BH_FMT(seen->tag));
        int r = bh_db_run(db, "UPDATE image_ref SET gone_ms = ?3 WHERE ref = ?1 AND host_id = '' AND image_id <> ?2 AND gone_ms IS NULL",
                          BH_ARGS(bh_arg_text(ref), bh_arg_text(image), bh_arg_int(now)), NULL, err);

        return r < 0 ? r
                     : bh_db_run(db,
                                 "INSERT INTO image_ref(ref, registry, repository, tag, digest, image_id, registry_id, first_ms, seen_ms) "
                                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT(ref, image_id, host_id) DO UPDATE SET seen_ms = excluded.seen_ms, "
                                 "gone_ms = NULL, digest = excluded.digest, registry_id = excluded.registry_id",
                                 BH_ARGS(bh_arg_text(ref), bh_arg_text(reg->address), bh_arg_text(seen->repository), bh_arg_text(seen->tag),
                                         bh_arg_text(seen->digest), bh_arg_text(image), bh_arg_int(reg->id), bh_arg_int(now)),
                                 NULL, err);
}

static int settle_tag(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now,
                      struct bh_arena *arena, struct bh_err *err) {
        int r = bh_db_run(db, "UPDATE registry_tag SET image_id = ?3 WHERE registry_id = ?1 AND digest = ?2 AND image_id <> ?3",
                          BH_ARGS(bh_arg_int(reg->id), bh_arg_text(seen->digest), bh_arg_text(image)), NULL, err);

        r = r < 0 || !seen->tag.len ? r : name_image(db, reg, seen, image, now, arena, err);
        r = r < 0 || !reg->environment.len ? r
                                           : bh_db_run(db, "UPDATE image SET environment = ?2 WHERE id = ?1 AND environment <> 'prod'",
                                                       BH_ARGS(bh_arg_text(image), bh_arg_text(reg->environment)), NULL, err);
        if (r >= 0 && bh_str_is(reg->stage, "base"))
                r = bh_base_mark(db, image, true, err);
        return r < 0 ? r : bh_promoted_check(db, reg, seen, image, now, err);
}

int bh_registry_tag(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str by, int64_t now, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_args a = BH_ARGS(bh_arg_int(reg->id), bh_arg_text(seen->repository), bh_arg_text(seen->tag), bh_arg_text(seen->digest), bh_arg_int(now));
        struct bh_str image = BH_STR("");
        int r = bh_db_run(db,
                          "UPDATE registry_tag SET gone_ms = ?5 WHERE registry_id = ?1 AND repository = ?2 AND tag = ?3 AND digest <> ?4 AND gone_ms IS NULL", a,
                          NULL, err);

        r = r < 0 ? r
                  : bh_db_run(db,
                              "INSERT INTO registry_tag(registry_id, repository, tag, digest, first_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?5) "
                              "ON CONFLICT(registry_id, repository, tag, digest) DO UPDATE SET seen_ms = excluded.seen_ms, gone_ms = NULL",
                              a, NULL, err);
        r = r < 0 ? r
                  : bh_db_text(db,
                               "SELECT t.image_id FROM registry_tag t JOIN subject s ON s.id = t.image_id WHERE t.digest = ?1 AND t.image_id <> '' LIMIT 1",
                               BH_ARGS(bh_arg_text(seen->digest)), arena, &image, err);
        if (r < 0)
                return r;
        return r == 0 ? queue_scan(db, reg, seen, by, now, arena, err) : settle_tag(db, reg, seen, image, now, arena, err);
}

int bh_registry_settle(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

        return settle_tag(db, reg, seen, image, now, arena, err);
}

/* ---- a look at all of it ---- */

BH_VEC_OF(tags_seen, struct bh_tag_seen);

struct look {
        struct bh_manage *manage;
        const struct bh_job *job;
        struct bh_registry reg;
        struct bh_arena *arena;
        const atomic_bool *stop;
        struct tags_seen tags;
        size_t n_repositories;
        struct bh_str left_out; /* the first thing that could not be asked for */
        int64_t now;
};

static void leave_out(struct look *l, const struct bh_err *err) {
        if (!l->left_out.len)
                l->left_out = bh_arena_str(l->arena, bh_str_of(err->text));
}

static int renew(struct bh_db *db, void *user, struct bh_err *err) {
        const struct look *l = user;

        return bh_job_renew(db, l->job->id, now_ms(), err);
}

static int look_into(struct look *l, struct bh_catalogue *c, struct bh_str repository, struct bh_err *err) {
        struct bh_catalogue_names tags = { 0 };
        struct bh_err one = BH_ERR_NONE;
        int r = bh_catalogue_tags(c, repository, l->arena, &tags, &one);

        if (r < 0 && r != BH_E_NOTFOUND) /* a repository all of whose tags are gone is no failure */
                leave_out(l, &one);
        for (size_t i = 0; i < tags.len && !*l->stop; i++) {
                struct bh_tag_seen seen = { .repository = repository, .tag = tags.at[i] };

                r = bh_catalogue_digest(c, repository, seen.tag, l->arena, &seen.digest, &one);
                if (r >= 0)
                        *bh_vec_add(l->arena, &l->tags) = seen;
                else if (r != BH_E_NOTFOUND)
                        leave_out(l, &one);
        }
        return bh_store_write(bh_manage_opts(l->manage)->store, renew, l, err);
}

static int walk(struct look *l, struct bh_err *err) {
        struct bh_catalogue_opts opts = { .address = l->reg.address, .username = l->reg.username, .password = l->reg.password, .ca_pem = l->reg.ca_pem,
                                          .plain_http = l->reg.plain_http, .stop = l->stop };
        struct bh_catalogue_names names = { 0 };
        struct bh_catalogue *c = NULL;
        struct bh_err one = BH_ERR_NONE;
        int r = bh_catalogue_open(&opts, &c, err);

        if (r < 0)
                return r;
        r = bh_catalogue_repositories(c, l->arena, &names, &one);
        if (r == BH_E_LIMIT)
                leave_out(l, &one);
        else if (r < 0)
                *err = one;
        r = r == BH_E_LIMIT ? 0 : r;
        for (size_t i = 0; i < names.len && r >= 0 && !*l->stop; i++) {
                if (!bh_registry_wants(l->reg.repositories, names.at[i]))
                        continue;
                l->n_repositories++;
                r = look_into(l, c, names.at[i], err);
        }
        bh_catalogue_close(&c);
        return r;
}

static int write_look(struct bh_db *db, void *user, struct bh_err *err) {
        struct look *l = user;
        int r = 0;

        for (size_t i = 0; i < l->tags.len && r >= 0; i++)
                r = bh_registry_tag(db, &l->reg, &l->tags.at[i], BH_STR("registry"), l->now, err);
        if (r >= 0 && !l->left_out.len) /* what was not seen is gone only when all was seen */
                r = bh_db_run(db, "UPDATE registry_tag SET gone_ms = ?2 WHERE registry_id = ?1 AND seen_ms < ?2 AND gone_ms IS NULL",
                              BH_ARGS(bh_arg_int(l->reg.id), bh_arg_int(l->now)), NULL, err);
        return r < 0 ? r
                     : bh_db_run(db,
                                 "UPDATE registry SET state = 'ok', why = ?2, looked_ms = ?3, n_repositories = ?4, n_tags = ?5 WHERE id = ?1",
                                 BH_ARGS(bh_arg_int(l->reg.id), bh_arg_text(l->left_out), bh_arg_int(l->now), bh_arg_int((int64_t) l->n_repositories),
                                         bh_arg_int((int64_t) l->tags.len)),
                                 NULL, err);
}

static int write_failure(struct bh_db *db, void *user, struct bh_err *err) {
        struct look *l = user;

        return bh_db_run(db, "UPDATE registry SET state = 'failed', why = ?2, looked_ms = ?3 WHERE id = ?1",
                         BH_ARGS(bh_arg_int(l->job->registry_id), bh_arg_text(l->left_out), bh_arg_int(l->now)), NULL, err);
}

int bh_registry_look(struct bh_manage *m, const struct bh_job *job, const atomic_bool *stop, struct bh_arena *arena, struct bh_err *err) {
        const struct bh_manage_opts *opts = bh_manage_opts(m);
        struct look l = { .manage = m, .job = job, .arena = arena, .stop = stop, .now = now_ms() };
        struct bh_err ignored = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(opts->store, &db, err);

        if (r < 0)
                return r;
        r = bh_registry_load(m, db, job->registry_id, arena, &l.reg, err);
        bh_store_give_back(opts->store, &db);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "the registry is gone");
        r = r < 0 ? r : walk(&l, err);
        if (*stop)
                return 0;
        if (r >= 0)
                return bh_store_write(opts->store, write_look, &l, err);
        l.left_out = bh_str_of(err->text);
        BH_IGNORE(bh_store_write(opts->store, write_failure, &l, &ignored));
        return r;
}

/* ---- bases ---- */

int bh_base_mark(struct bh_db *db, struct bh_str image, bool is_base, struct bh_err *err) {
        uint64_t changed = 0;
        int64_t there = 0;
        int r = bh_db_number(db, "SELECT 1 FROM image WHERE id = ?1", BH_ARGS(bh_arg_text(image)), &there, err);

        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no image %s", BH_QUOTE(image));
        r = r < 0 ? r
                  : bh_db_run(db, "UPDATE image SET is_base = ?2 WHERE id = ?1 AND is_base <> ?2", BH_ARGS(bh_arg_text(image), bh_arg_int(is_base)), &changed,
                              err);
        if (r < 0 || !changed)
                return r;
        return bh_db_run(db,
                         "UPDATE subject SET matched_with = '' WHERE id IN (SELECT l.image_id FROM image_layer b JOIN image_layer l ON l.diff_id = b.diff_id AND "
                         "l.position = b.position WHERE b.image_id = ?1 AND b.position = (SELECT MAX(position) FROM image_layer WHERE image_id = ?1))",
                         BH_ARGS(bh_arg_text(image)), NULL, err);
}
