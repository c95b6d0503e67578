/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/subject.h"

#include "base/text.h"
#include "base/vec.h"

static int find(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        struct bh_report *report = &s->report;
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT target, os_id, os_version, os_codename, os_like, space, space_known, package_set, matched_with, base_name, base_layers, "
                          "base_how, base_sure FROM subject WHERE id = ?1",
                          BH_ARGS(bh_arg_text(s->id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                report->target = bh_rows_copy(rows, 0, arena);
                report->release = (struct bh_release){ .id = bh_rows_copy(rows, 1, arena), .version_id = bh_rows_copy(rows, 2, arena),
                                                       .codename = bh_rows_copy(rows, 3, arena), .like = bh_rows_copy(rows, 4, arena) };
                report->space = bh_rows_copy(rows, 5, arena);
                report->space_known = bh_rows_int(rows, 6);
                s->package_set = bh_rows_copy(rows, 7, arena);
                s->matched_with = bh_rows_copy(rows, 8, arena);
                report->base = (struct bh_report_base){ (uint32_t) bh_rows_int(rows, 10), bh_rows_copy(rows, 9, arena), bh_rows_copy(rows, 11, arena),
                                                        bh_rows_int(rows, 12) };
        }
        bh_rows_done(&rows);
        return r;
}

static int load_image(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        struct bh_report *report = &s->report;
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT os, arch, user_name, created_ms, distro FROM image WHERE id = ?1", BH_ARGS(bh_arg_text(s->id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                report->image.config_digest = s->id;
                report->image.platform = (struct bh_platform){ .os = bh_rows_copy(rows, 0, arena), .architecture = bh_rows_copy(rows, 1, arena) };
                report->image.user = bh_rows_copy(rows, 2, arena);
                report->image.created_s = bh_rows_int(rows, 3) / 1000;
                report->release.pretty = bh_rows_copy(rows, 4, arena);
        }
        bh_rows_done(&rows);
        return r;
}

static enum bh_side side_of(struct bh_str word) {
        return bh_str_is(word, "base") ? BH_SIDE_BASE : bh_str_is(word, "application") ? BH_SIDE_APP : BH_SIDE_UNKNOWN;
}

static int load_layers(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        BH_VEC(struct bh_report_layer) layers = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT diff_id, digest, side, owner, instruction, bytes, created_ms FROM image_layer WHERE image_id = ?1 ORDER BY position",
                          BH_ARGS(bh_arg_text(s->id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &layers) = (struct bh_report_layer){
                        .diff_id = bh_rows_copy(rows, 0, arena), .digest = bh_rows_copy(rows, 1, arena), .side = side_of(bh_rows_text(rows, 2)),
                        .owner = bh_rows_copy(rows, 3, arena), .instruction = bh_rows_copy(rows, 4, arena), .bytes = (uint64_t) bh_rows_int(rows, 5),
                        .created_s = bh_rows_int(rows, 6) / 1000, .whole = true };
        bh_rows_done(&rows);
        s->report.layers = layers.at;
        s->report.n_layers = (uint32_t) layers.len;
        return r;
}

static enum bh_evidence evidence_of(struct bh_str word) {
        unsigned i = 0;

        while (i + 1 < _BH_EVIDENCE_MAX && !bh_str_is(word, bh_evidence_str((enum bh_evidence) i)))
                i++;
        return (enum bh_evidence) i;
}

static struct bh_package package_of(struct bh_rows *rows, struct bh_arena *arena) {
        return (struct bh_package){
                .eco = bh_eco_of(bh_rows_text(rows, 1)), .name = bh_rows_copy(rows, 2, arena), .version = bh_rows_copy(rows, 3, arena),
                .arch = bh_rows_copy(rows, 4, arena), .source = bh_rows_copy(rows, 5, arena), .source_version = bh_rows_copy(rows, 6, arena),
                .module = bh_rows_copy(rows, 7, arena), .vendor = bh_rows_copy(rows, 8, arena), .licence = bh_rows_copy(rows, 9, arena),
                .purl = bh_rows_copy(rows, 10, arena), .location = bh_rows_copy(rows, 11, arena), .layer = (uint32_t) bh_rows_int(rows, 12),
                .evidence = evidence_of(bh_rows_text(rows, 13)), .owner = bh_rows_copy(rows, 14, arena), .dev = bh_rows_int(rows, 15) };
}

/* What was not seen in use may be used all the same. */
struct bh_use bh_use_of_row(struct bh_rows *rows, int from, struct bh_arena *arena) {
        if (!bh_rows_int(rows, from))
                return (struct bh_use){ 0 };
        return (struct bh_use){ bh_str_is(bh_rows_text(rows, from + 1), "loaded") ? BH_RISK_LOADED : BH_RISK_EXECUTED, bh_rows_copy(rows, from + 2, arena),
                                bh_rows_copy(rows, from + 3, arena) };
}

static int load_packages(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        BH_VEC(struct bh_package) packages = { 0 };
        BH_VEC(int64_t) ids = { 0 };
        BH_VEC(struct bh_use) uses = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT p.id, p.eco, p.name, p.version, p.arch, p.source, p.source_version, p.module, p.vendor, p.licence, p.purl, h.location, "
                          "h.layer, h.evidence, h.owned_by, h.development, " BH_USE_COLUMNS " FROM holding h JOIN package p ON p.id = h.package_id " BH_USE_FROM " "
                          "WHERE h.subject = ?1 ORDER BY p.eco, p.name, p.version, h.location, p.id",
                          BH_ARGS(bh_arg_text(s->id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                *bh_vec_add(arena, &packages) = package_of(rows, arena);
                *bh_vec_add(arena, &ids) = bh_rows_int(rows, 0);
                *bh_vec_add(arena, &uses) = bh_use_of_row(rows, 16, arena);
        }
        bh_rows_done(&rows);
        s->report.packages = packages.at;
        s->report.n_packages = (uint32_t) packages.len;
        s->package_ids = ids.at;
        s->uses = uses.at;
        return r;
}

/* ---- where it runs ---- */

struct bh_place bh_place_of_row(struct bh_rows *rows, struct bh_arena *arena) {
        return (struct bh_place){
                .id = bh_rows_copy(rows, 0, arena), .rights_known = bh_rows_int(rows, 13), .privileged = bh_rows_int(rows, 1), .root = bh_rows_int(rows, 2),
                .host_net = bh_rows_int(rows, 3), .host_pid = bh_rows_int(rows, 4), .caps = bh_rows_copy(rows, 5, arena),
                .mounts = bh_rows_copy(rows, 6, arena), .published = bh_rows_copy(rows, 7, arena), .listening = bh_rows_copy(rows, 8, arena),
                .in_pod = bh_rows_text(rows, 9).len > 0, .environment = bh_rows_copy(rows, 10, arena), .n_incidents = (uint32_t) bh_rows_int(rows, 11),
                .ports_known = bh_rows_int(rows, 12) };
}

/* A host is a place of its own packages; who reaches which of them is not known from here. */
static int place_of_host(struct bh_db *db, struct bh_str host, struct bh_arena *arena, struct bh_place *ret, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT environment, (SELECT COUNT(*) FROM incident i WHERE i.host_id = h.id AND i.container_id = '' AND i.level <= 3 AND "
                          "i.status IN ('open', 'working')) FROM host h WHERE h.id = ?1",
                          BH_ARGS(bh_arg_text(host)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = (struct bh_place){ .environment = bh_rows_copy(rows, 0, arena), .n_incidents = (uint32_t) bh_rows_int(rows, 1) };
        bh_rows_done(&rows);
        return r;
}

/* An image that does not run is known by the registry it lies in. */
static int place_of_registry(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_place *ret, struct bh_err *err) {
        struct bh_str environment = BH_STR("");
        int r = bh_db_text(db, "SELECT environment FROM image WHERE id = ?1 AND environment <> ''", BH_ARGS(bh_arg_text(id)), arena, &environment, err);

        if (r > 0)
                *ret = (struct bh_place){ .environment = environment };
        return r;
}

int bh_subject_places(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_place **ret, size_t *ret_n, struct bh_err *err) {
        BH_VEC(struct bh_place) places = { 0 };
        struct bh_str host = id;
        struct bh_place one = { 0 };
        struct bh_rows *rows = NULL;
        int r;

        if (bh_str_cut_prefix(&host, BH_STR("host:"))) {
                r = place_of_host(db, host, arena, &one, err);
        } else {
                r = bh_db_ask(db, "SELECT " BH_PLACE_COLUMNS " FROM " BH_PLACE_FROM " WHERE c.image_id = ?1 AND " BH_PLACE_RUNS " ORDER BY c.id", BH_ARGS(bh_arg_text(id)), &rows, err);
                while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                        *bh_vec_add(arena, &places) = bh_place_of_row(rows, arena);
                bh_rows_done(&rows);
                if (r >= 0 && !places.len)
                        r = place_of_registry(db, id, arena, &one, err);
        }
        if (r > 0)
                *bh_vec_add(arena, &places) = one;
        if (r < 0)
                return r;
        *ret = places.at;
        *ret_n = places.len;
        return 0;
}

struct bh_str bh_place_key(struct bh_arena *arena, const struct bh_place *p) {
        return bh_arena_printf(arena, "%d%d%d%d%d%d%d|%.*s|%.*s|%.*s|%.*s|%.*s|%u", p->rights_known, p->privileged, p->root, p->host_net, p->host_pid,
                               p->ports_known, p->in_pod, BH_FMT(p->caps), BH_FMT(p->mounts), BH_FMT(p->published), BH_FMT(p->listening),
                               BH_FMT(p->environment), p->n_incidents);
}

int bh_subject_load(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_subject *ret, struct bh_err *err) {
        struct bh_subject s = { .id = bh_arena_str(arena, id) };
        int r = find(db, &s, arena, err);

        if (r <= 0)
                return r;
        s.report.target_kind = BH_STR("filesystem");
        s.host_id = s.id;
        if (!bh_str_cut_prefix(&s.host_id, BH_STR("host:"))) {
                s.host_id = BH_STR("");
                s.report.target_kind = BH_STR("image");
                r = load_image(db, &s, arena, err);
        }
        r = r < 0 ? r : load_layers(db, &s, arena, err);
        r = r < 0 ? r : load_packages(db, &s, arena, err);
        r = r < 0 ? r : bh_subject_places(db, s.id, arena, &s.places, &s.n_places, err);
        if (r < 0)
                return r;
        *ret = s;
        return 1;
}
