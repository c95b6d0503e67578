/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_MATCHER_H
#define BH_ADVISORY_MATCHER_H
/* What the rooms of the match share: match.c runs it, ask.c asks the index, weigh.c weighs the answers. */
#include "advisory/index.h"
#include "advisory/judge.h"
#include "advisory/match.h"
#include "advisory/space.h"

/* A name in a space, and the version to hold against the answers. */
struct bh_question {
        struct bh_space space;
        struct bh_installed have;
        struct bh_index_rows rows;
        struct bh_judgement *judgements; /* by statement */
};
BH_VEC_OF(bh_questions, struct bh_question);

/* One statement about one vulnerability. */
struct bh_answer {
        uint32_t vuln, question, statement;
        enum bh_reason reason; /* as judged alone, then as weighed */
};
BH_VEC_OF(bh_answers, struct bh_answer);

struct bh_vendor_word; /* match.c */

struct bh_matcher {
        struct bh_index *ix;
        const struct bh_match_query *q;
        struct bh_arena *arena;   /* results */
        struct bh_arena *scratch; /* of one package */
        struct bh_arena *keep;    /* of this run */
        struct bh_spaces spaces;
        BH_VEC(struct bh_vuln_match) out;
        int32_t *owner;                /* by package: the OS package that owns its file, or -1 */
        struct bh_vendor_word *vendor; /* by package */
        uint64_t n_statements;
};

/* Adds what the index knows of an OS package, not judged yet. */
int bh_ask_os(struct bh_matcher *m, const struct bh_package *p, struct bh_questions *list, struct bh_err *err) BH_MUST_CHECK;
/* Adds what it knows of any package, each statement judged. */
int bh_ask(struct bh_matcher *m, const struct bh_package *p, struct bh_questions *list, struct bh_err *err) BH_MUST_CHECK;
/* Sorted by vulnerability. */
struct bh_answers bh_answers_of(struct bh_matcher *m, const struct bh_questions *list);

/* All answers about one vulnerability for one package. */
struct bh_answer_group {
        struct bh_matcher *m;
        const struct bh_questions *questions;
        struct bh_answer *items;
        size_t n;
        bool os;
};

struct bh_weighed {
        bool heard, vulnerable;
        const struct bh_answer *by;
        struct bh_str fixed;
};

const struct bh_question *bh_question_of(const struct bh_answer_group *g, const struct bh_answer *it);
struct bh_str bh_fix_of(const struct bh_answer_group *g, const struct bh_answer *it); /* empty: it names none, or does not hold */
int bh_weigh(struct bh_answer_group *g, struct bh_weighed *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
