/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_POLICY_H
#define BH_GUARD_RESPOND_POLICY_H
/*
 * What is to be done about alerts, as people write it down; docs/RESPONSES.md.
 *
 *     mode: act
 *     never:
 *       - { name: database, container: 'pg-*' }
 *     responses:
 *       - name: reverse shells end
 *         rules: ['Reverse shell*']
 *         do: [capture, kill-tree]
 *         scope: { image: 'shop-*' }
 *     prevent:
 *       - { name: no drift in shops, stop: [exec-drifted], scope: { image: 'shop-*' }, mode: would }
 *
 * A key that is not known and a value of the wrong kind are errors with their
 * place and the nearest known word: a response with a typo in it must not be a
 * response.
 */
#include "base/vec.h"
#include "fmt/doc.h"
#include "model/ports.h"
#include "rule/rules.h"

enum bh_respond_mode { BH_RESPOND_OBSERVE, BH_RESPOND_DRY_RUN, BH_RESPOND_ACT, _BH_RESPOND_MODE_MAX };
const char *bh_respond_mode_str(enum bh_respond_mode mode); /* "observe", "dry-run", "act" */
bool bh_respond_mode_of(struct bh_str word, enum bh_respond_mode *ret);

/* Globs; all that are given must fit. */
struct bh_scope {
        const struct bh_str *images, *labels, *namespaces, *containers; /* any of each; labels: "key=glob" or "key" */
        uint32_t n_images, n_labels, n_namespaces, n_containers;
        int host; /* -1: both; 0: containers only; 1: the host only */
};

struct bh_action;

struct bh_response {
        struct bh_str name, place; /* place: "file.yaml:12" */
        const struct bh_str *rules, *tags; /* globs of names; tags as they are */
        uint32_t n_rules, n_tags;
        enum bh_priority least;
        struct bh_str when;
        struct bh_condition *condition; /* NULL: always. Freed with the policy */
        struct bh_scope scope;
        const struct bh_action **actions;
        uint32_t n_actions;
        enum bh_respond_mode mode;
        int64_t for_s;       /* undo after; 0: never */
        uint32_t per_minute; /* 0: no limit of its own */
        const struct bh_str *even; /* names of never-rows that do not hold here */
        uint32_t n_even;
};

/* Whom no response touches. All that is given must fit. */
struct bh_never {
        struct bh_str name, process, exe; /* globs: comm, path */
        struct bh_scope scope;
        struct bh_str place;
};

struct bh_prevent_row {
        struct bh_str name, place;
        uint32_t bits;
        bool would;
        struct bh_scope scope;
        const struct bh_str *paths, *files; /* of exec-listed; of file-open and file-write */
        uint32_t n_paths, n_files;
};

struct bh_respond_policy {
        struct bh_arena *arena;
        enum bh_respond_mode mode;
        uint32_t per_minute; /* of all together; 0: 60 */
        BH_VEC(struct bh_response) responses;
        BH_VEC(struct bh_never) never;
        BH_VEC(struct bh_prevent_row) prevent;
};

/* `source`: whose fields `when` is written in; NULL: conditions are not looked at. */
int bh_respond_policy_parse(struct bh_str name, struct bh_str text, const struct bh_source *source, struct bh_respond_policy **ret,
                            struct bh_err *err) BH_MUST_CHECK;
void bh_respond_policy_free(struct bh_respond_policy **policy);

#endif
