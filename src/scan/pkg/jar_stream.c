/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive as it passes by. Each level of nesting is a zip reader of its own
 * that is fed with what the level above inflates, so nothing is stored but the
 * small entries that are wanted.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/zip_push.h"
#include "scan/pkg/jar.h"

struct level {
        struct bh_jar_stream *stream;
        struct bh_jar jar;
        struct bh_zip_sink sink;
        struct bh_zip_push *zip;
        enum bh_jar_want want;
        struct bh_str name; /* of the entry at hand */
        struct bh_buf meta;
        struct level *child;
        bool lost; /* the child failed: its bytes are let go by */
        struct bh_err why;
};

struct bh_jar_stream {
        struct bh_catalog *catalog;
        struct bh_budget budget;
        struct level *top;
};

static void level_free(struct level **l) {
        if (!*l)
                return;
        level_free(&(*l)->child);
        bh_zip_push_free(&(*l)->zip);
        bh_buf_done(&(*l)->meta);
        bh_arena_free(&(*l)->jar.arena);
        free(*l);
        *l = NULL;
}

static int begin(void *user, const struct bh_zip_part *part, struct bh_err *err);
static int data(void *user, struct bh_str bytes, struct bh_err *err);
static int end(void *user, const struct bh_err *broken, struct bh_err *err);

static struct level *level_new(struct bh_jar_stream *s, struct bh_str path) {
        struct level *l = calloc(1, sizeof *l);
        struct bh_arena *arena = bh_arena_new();

        if (!l)
                bh_nomem(sizeof *l);
        l->stream = s;
        l->jar = bh_jar_of(s->catalog, arena, bh_arena_str(arena, path));
        l->sink = (struct bh_zip_sink){ l, begin, data, end };
        l->zip = bh_zip_push_new(&l->sink, &s->budget);
        return l;
}

static void gap(struct level *l, const struct bh_err *why) {
        bh_catalog_gap(l->stream->catalog, bh_jar_inner(l->jar.arena, l->jar.path, l->name), why);
}

static int begin(void *user, const struct bh_zip_part *part, struct bh_err *err) {
        struct level *l = user;

        (void) err;
        l->want = bh_jar_entry(&l->jar, part->name);
        if (l->want == BH_JAR_SKIP)
                return 0;
        l->name = bh_arena_str(l->jar.arena, part->name);
        l->lost = false;
        bh_buf_clear(&l->meta);
        if (l->want != BH_JAR_NESTED)
                return 1;
        if (bh_budget_enter(&l->stream->budget, &l->why) < 0) {
                gap(l, &l->why);
                return 0;
        }
        l->child = level_new(l->stream, bh_jar_inner(l->jar.arena, l->jar.path, part->name));
        return 1;
}

static int data(void *user, struct bh_str bytes, struct bh_err *err) {
        struct level *l = user;

        if (l->child) {
                if (!l->lost && bh_zip_push_feed(l->child->zip, bytes, &l->why) < 0)
                        l->lost = true;
                return l->lost && l->why.code == BH_E_LIMIT ? bh_fail(err, BH_E_LIMIT, "%s", l->why.text) : 0;
        }
        if (l->lost)
                return 0;
        if (l->meta.len + bytes.len > BH_LIMIT_JAR_META) {
                l->lost = true;
                (void) bh_fail(&l->why, BH_E_LIMIT, "more than %llu bytes", BH_LIMIT_JAR_META);
                return 0;
        }
        bh_buf_add(&l->meta, bytes);
        return 0;
}

static void end_child(struct level *l) {
        if (!l->lost && bh_zip_push_finish(l->child->zip, &l->why) < 0)
                l->lost = true;
        bh_jar_done(&l->child->jar);
        level_free(&l->child);
        bh_budget_leave(&l->stream->budget);
}

static int end(void *user, const struct bh_err *broken, struct bh_err *err) {
        struct level *l = user;

        (void) err;
        if (l->child)
                end_child(l);
        else if (!l->lost && !broken)
                bh_jar_content(&l->jar, l->want, l->name, bh_buf_str(&l->meta));
        if (broken || l->lost)
                gap(l, broken ? broken : &l->why);
        return 0;
}

struct bh_jar_stream *bh_jar_stream_new(struct bh_catalog *c, struct bh_str path) {
        struct bh_jar_stream *s = calloc(1, sizeof *s);

        if (!s)
                bh_nomem(sizeof *s);
        s->catalog = c;
        s->budget = bh_jar_budget();
        s->top = level_new(s, path);
        return s;
}

void bh_jar_stream_free(struct bh_jar_stream **s) {
        if (!*s)
                return;
        level_free(&(*s)->top);
        free(*s);
        *s = NULL;
}

int bh_jar_stream_feed(struct bh_jar_stream *s, struct bh_str bytes, struct bh_err *err) {
        return bh_zip_push_feed(s->top->zip, bytes, err);
}

int bh_jar_stream_finish(struct bh_jar_stream *s, struct bh_err *err) {
        int r = bh_zip_push_finish(s->top->zip, err);

        bh_jar_done(&s->top->jar);
        return r;
}
