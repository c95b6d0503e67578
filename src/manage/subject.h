/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SUBJECT_H
#define BH_MANAGE_SUBJECT_H
/*
 * What was scanned, as the rows tell it: an image by its id, or "host:" and a
 * host's id. From the rows comes again the report they were made of, so that
 * the same code matches, attributes and exports it as a scan of our own does.
 */
#include "base/arena.h"
#include "fmt/doc.h"
#include "model/exposure.h"
#include "model/report.h"
#include "store/db.h"

struct bh_subject {
        struct bh_str id, host_id;     /* host_id: of a host's own packages; else empty */
        struct bh_report report;       /* target, release, base, layers, packages; no vulns until they are matched or loaded */
        int64_t *package_ids;          /* of report.packages, at the same index */
        struct bh_use *uses;           /* likewise */
        struct bh_str package_set, matched_with;
        struct bh_place *places;       /* where it runs */
        size_t n_places;
};

/* 1: loaded, 0: nothing was scanned under that id. Packages lie by eco, name, version, location as in every report. */
int bh_subject_load(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_subject *ret, struct bh_err *err) BH_MUST_CHECK;
/* Where it runs alone. */
int bh_subject_places(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_place **ret, size_t *ret_n, struct bh_err *err)
        BH_MUST_CHECK;
/* A container that counts: it runs, or what it does is not known. And what bh_place_of_row reads, of `c` and its host `h`. */
#define BH_PLACE_RUNS "c.gone_ms IS NULL AND c.state IN ('running', 'paused', '')"
#define BH_PLACE_COLUMNS                                                                                                                             \
        "c.id, c.privileged, c.root, c.host_net, c.host_pid, c.caps, c.host_mounts, c.exposed, c.listening, c.pod, COALESCE(h.environment, ''), "    \
        "(SELECT COUNT(*) FROM incident i WHERE i.host_id = c.host_id AND i.container_id = c.id AND i.level <= 3 AND i.status IN ('open', 'working')), " \
        "EXISTS (SELECT 1 FROM asset a WHERE a.host_id = c.host_id AND a.kind = 'port' AND a.gone_ms IS NULL), c.runtime <> ''"
#define BH_PLACE_N 14 /* of them */
#define BH_PLACE_FROM "container c LEFT JOIN host h ON h.id = c.host_id"
/* Four columns from there on: in_use, how, the file, where. The row of BH_USE_FROM is that of the holding `h`. */
#define BH_USE_COLUMNS "h.in_use, h.used_how, h.used_path, COALESCE(NULLIF(uc.name, ''), SUBSTR(h.used_in, 1, 12))"
#define BH_USE_FROM "LEFT JOIN container uc ON uc.id = h.used_in AND h.used_in <> ''"
struct bh_use bh_use_of_row(struct bh_rows *rows, int from, struct bh_arena *arena);
struct bh_place bh_place_of_row(struct bh_rows *rows, struct bh_arena *arena);
/* All that a place says, without its id: two with the same key are one place to whoever counts. */
struct bh_str bh_place_key(struct bh_arena *arena, const struct bh_place *place);
/* report.vulns and report.findings from the rows of findings that are not fixed, hidden ones last; for reports and gates. */
int bh_subject_load_findings(struct bh_db *db, struct bh_subject *subject, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;
/* What an image's detail keeps: its end of life, what its scan could not read; and the whole of it. */
int bh_subject_load_detail(struct bh_db *db, struct bh_subject *subject, struct bh_arena *arena, const struct bh_doc **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
