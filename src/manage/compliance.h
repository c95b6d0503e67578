/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_COMPLIANCE_H
#define BH_MANAGE_COMPLIANCE_H
/*
 * How hosts are set up, as their agents judged it: a row for each check and
 * thing, what changed from run to run, what is borne with, and sums of it.
 *
 * The score is that of docs/BASELINES.md, over all hosts: 100 x (1 - weight of
 * what fails and nobody bears with / weight of what passes or fails).
 */
#include "base/buf.h"
#include "comply/judge.h"
#include "manage/manage.h"

/*
 * Results of images: of containers made of them, and of the images themselves as engines keep them, whose key has the
 * id's digits alone. `r`: the row's name; `images`: a query of ids, or one, for IN.
 */
#define BH_COMPLIANCE_IN_CONTAINERS(r, images) r ".container_id IN (SELECT mc.id FROM container mc WHERE mc.image_id IN (" images "))"
#define BH_COMPLIANCE_OF_IMAGES(r, images)                                                                                                  \
        "(" BH_COMPLIANCE_IN_CONTAINERS(r, images) " OR (" r ".kind = 'image' AND " r ".key IN (SELECT 'image/' || replace(mi.id, 'sha256:', '') " \
        "FROM image mi WHERE mi.id IN (" images "))))"

/* What a list begins with: what fails and nobody bears with, could not be told, asks a person, is borne with, passes, does not apply; in each the severest. */
int64_t bh_compliance_badness(enum bh_comply_state state, bool excepted, int64_t severity);
/* A host's sums and its day, after its results changed. In a write. */
int bh_compliance_count(struct bh_db *db, struct bh_str host_id, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

/* ---- exceptions ---- */

struct bh_compliance_exception {
        struct bh_str check, subject, host_id; /* globs over a check's id and over "container web", one host; empty: all */
        struct bh_str owner, reason, who;
        int64_t expires_ms, now_ms;
};

/* In a write; what it fits is found by bh_compliance_settle. LIMIT: there are too many. */
int bh_compliance_except(struct bh_db *db, const struct bh_compliance_exception *e, int64_t *ret_id, struct bh_err *err) BH_MUST_CHECK;
/* In a write. NOTFOUND: none in force has that number. who: empty, its day came. */
int bh_compliance_unexcept(struct bh_db *db, int64_t id, struct bh_str who, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* Matches what fails on one host with all exceptions in force, and counts again where that changed anything. In a write. */
int bh_compliance_settle_host(struct bh_db *db, struct bh_str host_id, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* The same of every host that an exception touches, a few in each write, so that others have their turn. */
int bh_compliance_settle(struct bh_store *store, int64_t exception_id, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* Ends exceptions whose day came. Not in a write. */
int bh_compliance_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

/* Ends exceptions whose day came, and forgets hosts that no agent is left for. */
extern const struct bh_manage_part bh_part_compliance;

/* ---- reports ---- */

struct bh_compliance_report_in {
        struct bh_str format;             /* "html", "json", "csv", "junit", "oscal" */
        struct bh_str host_id, image_id;  /* of one alone; empty: of all */
        int64_t team_id, mine;            /* of this team's images, of this person's, and what runs of them; 0: of all */
        int64_t now_ms;
        bool chinese, all;             /* all: pages show what passes and does not apply, too */
};
/* Takes what is in the buffer, and clears it or leaves it to grow. */
typedef int bh_compliance_flush(void *user, struct bh_buf *buf, struct bh_err *err);

/* Its media type, and what its file's name ends with; NULL: there is no such format. */
const char *bh_compliance_report_type(struct bh_str format, const char **ret_suffix);
/* Written as it is read: `flush` is called whenever there is some, and at the end. */
int bh_compliance_report(struct bh_db *db, const struct bh_compliance_report_in *in, struct bh_buf *out, bh_compliance_flush *flush, void *user, struct bh_err *err)
        BH_MUST_CHECK;

/* ---- how things stand ---- */

/* The whole as JSON (api/paths/compliance.yaml). `mine`: of this person's containers alone; 0: of all. */
int bh_compliance_sum(struct bh_db *db, int64_t mine, int64_t now_ms, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
