/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "scan/content/judge.h"

enum {
        WINDOW_MAX = 64 * 1024, /* windows of one rule that touch are one, up to this size */
        STRETCH = 4096,         /* how much further to look when a match touches the end of its window */
};

struct window {
        size_t from, to; /* in the chunk; to == 0: none */
        bool listed;     /* the rule is in `active` */
        bool asked;      /* whether the rule is for this path has been asked */
        bool unwanted;   /* it is not, or its pattern gave up here */
        bool weighed;    /* the rule's `all`, `any` and `none` were asked about this chunk: */
        bool stands;     /* they hold */
};

struct candidate {
        const struct bh_content_rule *rule;
        uint64_t at, len; /* in the file */
        uint64_t line;    /* newlines before it */
        uint64_t fingerprint;
        struct bh_str evidence;
        uint32_t more;
        bool verified, dropped;
};

struct bh_content_run {
        const struct bh_content *content;
        const struct bh_literals *literals;
        struct bh_literals_scratch *search;
        struct bh_regex_scratch *regex;
        struct bh_arena *arena;   /* one file */
        struct bh_arena *scratch; /* one value */
        uint8_t key[16];

        struct window *windows; /* by rule */
        uint32_t *active;       /* rules with a window in this file */
        uint32_t n_active;

        const struct bh_content_where *where;
        const struct bh_finding_sink *sink;
        BH_VEC(struct candidate) found;
        struct bh_map seen; /* rule and value -> index + 1 */
        struct bh_str chunk;
        uint64_t chunk_at;
        size_t new_from;    /* candidates of this chunk begin here; they wait for their line */
        uint64_t lines;     /* newlines before the end of the last chunk, */
        uint64_t ahead;     /* and in the first `counted` bytes of the next */
        size_t counted;
        uint64_t work;      /* bytes of windows looked at */
        bool text;          /* the first chunk looks like text */
        bool full, tired;   /* a limit was met, and said */
};

static void *need(void *p) {
        if (!p)
                bh_nomem(0);
        return p;
}

struct bh_content_run *bh_content_run_new(const struct bh_content *content, const struct bh_literals *literals) {
        struct bh_content_run *r = need(calloc(1, sizeof *r));

        r->content = content;
        r->literals = literals;
        r->search = bh_literals_scratch_new(literals);
        r->regex = bh_regex_scratch_new();
        r->arena = bh_arena_new();
        r->scratch = bh_arena_new();
        r->windows = need(calloc((size_t) content->n_rules + 1, sizeof *r->windows));
        r->active = need(calloc((size_t) content->n_rules + 1, sizeof *r->active));
        return r;
}

void bh_content_run_free(struct bh_content_run **run) {
        struct bh_content_run *r = *run;

        if (r) {
                bh_literals_scratch_free(&r->search);
                bh_regex_scratch_free(&r->regex);
                bh_arena_free(&r->arena);
                bh_arena_free(&r->scratch);
                free(r->windows);
                free(r->active);
        }
        free(r);
        *run = NULL;
}

void bh_content_run_key(struct bh_content_run *run, const uint8_t key[16]) {
        memcpy(run->key, key, sizeof run->key);
}

void bh_content_run_begin(struct bh_content_run *r, const struct bh_content_where *where,
                          const struct bh_finding_sink *sink) {
        for (uint32_t i = 0; i < r->n_active; i++)
                r->windows[r->active[i]] = (struct window){ 0 };
        if (bh_arena_used(r->arena))
                bh_arena_reset(r->arena);
        memset(&r->found, 0, sizeof r->found);
        r->seen = bh_map_in(r->arena);
        r->where = where;
        r->sink = sink;
        r->chunk = (struct bh_str){ "", 0 };
        r->chunk_at = r->lines = r->ahead = r->work = 0;
        r->new_from = r->n_active = r->counted = 0;
        r->full = r->tired = false;
}

static void gap(struct bh_content_run *r, const struct bh_err *err) {
        if (r->sink->gap)
                r->sink->gap(r->sink->user, r->where->path, err);
}

typedef int8_t lanes __attribute__((vector_size(16)));

/* Newlines in a slice, sixteen bytes at a time; a lane counts to 127 at most. */
static uint64_t newlines(struct bh_str s) {
        uint64_t n = 0;

        while (s.len >= sizeof(lanes)) {
                size_t rounds = BH_MIN(s.len / sizeof(lanes), (size_t) 127);
                lanes sum = { 0 }, v;

                for (size_t i = 0; i < rounds; i++) {
                        memcpy(&v, s.at + i * sizeof v, sizeof v);
                        sum -= v == '\n';
                }
                for (size_t i = 0; i < sizeof sum; i++)
                        n += (uint64_t) sum[i];
                s = bh_str_from(s, rounds * sizeof v);
        }
        for (size_t i = 0; i < s.len; i++)
                n += s.at[i] == '\n';
        return n;
}

void bh_content_run_ahead(struct bh_content_run *r, struct bh_str bytes) {
        r->ahead += newlines(bh_str_from(bytes, r->counted));
        r->counted = bytes.len;
}

void bh_content_run_chunk(struct bh_content_run *r, uint64_t offset, struct bh_str bytes) {
        uint64_t end = r->chunk_at + r->chunk.len;

        if (offset == 0)
                r->text = bh_content_is_text(bytes);
        else if (end > offset) /* the bytes both chunks have were counted with the last one */
                r->lines -= newlines(bh_str_part(bytes, 0, (size_t) (end - offset)));
        for (uint32_t i = 0; i < r->n_active; i++)
                r->windows[r->active[i]].weighed = false;
        r->chunk = bytes;
        r->chunk_at = offset;
        r->new_from = r->found.len;
}

/* A candidate that stands and is new; one seen before, elsewhere in the file, is counted with the first. */
static void add(struct bh_content_run *r, const struct bh_content_rule *rule, const struct bh_content_place *place,
                struct bh_str name, bool verified) {
        struct bh_str value = bh_str_part(place->bytes, place->from, place->to - place->from);
        bool secret = rule->kind == BH_FINDING_SECRET;
        struct bh_str key = bh_arena_cat(r->scratch, rule->id, BH_STR("\0"));
        uint64_t at = r->chunk_at + place->from;
        struct candidate *c;
        void **seen;

        if (secret)
                key = bh_arena_cat(r->scratch, key, value);
        seen = bh_map_at(&r->seen, bh_arena_str(r->arena, key));
        if (*seen) {
                c = &r->found.at[(uintptr_t) *seen - 1];
                c->more += c->at != at;
                return;
        }
        if (r->found.len >= BH_LIMIT_CONTENT_FINDINGS) {
                struct bh_err err = BH_ERR_NONE;

                if (!r->full && bh_fail(&err, BH_E_LIMIT, "more than %d findings in one file", BH_LIMIT_CONTENT_FINDINGS) < 0)
                        gap(r, &err);
                r->full = true;
                return;
        }
        c = bh_vec_add(r->arena, &r->found);
        *seen = (void *) (uintptr_t) r->found.len;
        *c = (struct candidate){ .rule = rule, .at = at, .len = value.len, .verified = verified };
        c->evidence = secret ? bh_content_mask(r->arena, name, value) : bh_content_show(r->arena, place);
        key = bh_arena_cat(r->scratch, (struct bh_str){ (const char *) r->key, sizeof r->key }, key);
        if (!secret) /* the same rule in another file is another finding */
                key = bh_arena_cat(r->scratch, key, r->where->path);
        c->fingerprint = bh_hash64(key);
}

static struct bh_str group(struct bh_str bytes, const struct bh_regex_match *m, unsigned n) {
        return m->group[n].from > m->group[n].to ? (struct bh_str){ "", 0 }
                                                 : bh_str_part(bytes, m->group[n].from, m->group[n].to - m->group[n].from);
}

/* Asked once a chunk, however often the pattern matches: else a file of matches would cost their number times its size. */
static bool besides(struct bh_content_run *r, const struct bh_content_rule *rule, struct window *w) {
        if (!w->weighed) {
                w->stands = rule->all.n + rule->any.n + rule->none.n == 0 ||
                            bh_content_holds_besides(rule, r->regex, bh_str_part(r->chunk, 0, BH_LIMIT_CONTENT_TEXT));
                w->weighed = true;
        }
        return w->stands;
}

static void weigh(struct bh_content_run *r, const struct bh_content_rule *rule, struct window *w,
                  const struct bh_regex_match *m) {
        unsigned g = m->group[rule->secret].from < m->group[rule->secret].to ? rule->secret : 0;
        struct bh_content_place place = { r->where->path, r->chunk, m->group[g].from, m->group[g].to };
        bool verified = false;

        bh_arena_reset(r->scratch);
        if (!bh_content_holds(r->content, rule, r->regex, r->scratch, &place, &verified))
                return;
        if (!besides(r, rule, w))
                return;
        add(r, rule, &place, rule->name ? group(r->chunk, m, rule->name) : (struct bh_str){ "", 0 }, verified);
}

static bool wanted(struct bh_content_run *r, const struct bh_content_rule *rule, struct window *w) {
        if (!w->asked) {
                w->unwanted = (rule->text_only && !r->text) ||
                              !bh_content_wants_path(r->content, rule, r->regex, r->where->path);
                w->asked = true;
        }
        return !w->unwanted;
}

/* The bytes that windows made us look at are bounded for a whole file, so that no file can hold up a scan. */
static bool rested(struct bh_content_run *r, size_t bytes) {
        struct bh_err err = BH_ERR_NONE;

        r->work += bytes;
        if (r->work > BH_LIMIT_CONTENT_WORK && !r->tired) {
                r->tired = true;
                BH_IGNORE(bh_fail(&err, BH_E_LIMIT, "so full of keywords that only part of it was looked at"));
                gap(r, &err);
        }
        return !r->tired;
}

static void give_up(struct bh_content_run *r, const struct bh_content_rule *rule, struct window *w, struct bh_err *err) {
        BH_IGNORE(bh_wrap(err, BH_E_LIMIT, "rule %.*s", BH_FMT(rule->id)));
        gap(r, err);
        w->unwanted = true;
}

/* All matches that begin inside the window. One that touches its end may go on behind it: look again, further. */
static void look(struct bh_content_run *r, uint32_t n, struct window *w) {
        const struct bh_content_rule *rule = &r->content->rules[n];
        size_t from = w->from, to = BH_MIN(w->to, r->chunk.len);
        struct bh_err err = BH_ERR_NONE;
        struct bh_regex_match m;
        int x = 0;

        w->to = 0;
        if (from >= to || !wanted(r, rule, w) || !rested(r, to - from))
                return;
        while ((x = bh_regex_find(rule->pattern, r->regex, bh_str_part(r->chunk, 0, to), from, &m, &err)) == 1) {
                size_t end = m.group[0].to;

                if (end == to && to < r->chunk.len && rested(r, STRETCH)) {
                        to = BH_MIN(to + STRETCH, r->chunk.len);
                        continue;
                }
                weigh(r, rule, w, &m);
                from = BH_MAX(end, m.group[0].from + 1);
        }
        if (x < 0)
                give_up(r, rule, w, &err);
}

void bh_content_run_hit(struct bh_content_run *r, uint32_t n, size_t end) {
        const struct bh_content_rule *rule = n < r->content->n_rules ? &r->content->rules[n] : NULL;
        struct window *w = rule ? &r->windows[n] : NULL;
        size_t from, to;

        if (!w || r->tired || r->full || w->unwanted)
                return;
        from = end - BH_MIN(end, (size_t) rule->before + rule->longest);
        to = end + rule->after;
        if (!w->listed) {
                r->active[r->n_active++] = n;
                w->listed = true;
        }
        if (w->to && from <= w->to && to >= w->from && w->to - w->from < WINDOW_MAX) {
                w->from = BH_MIN(w->from, from);
                w->to = BH_MAX(w->to, to);
                return;
        }
        if (w->to)
                look(r, n, w);
        w->from = from;
        w->to = to;
}

static int by_place(const void *a, const void *b) {
        const struct candidate *x = a, *y = b;

        if (x->at != y->at)
                return x->at < y->at ? -1 : 1;
        if (x->rule != y->rule)
                return x->rule < y->rule ? -1 : 1;
        return 0;
}

struct spot {
        uint64_t at;
        size_t index;
};

static int by_spot(const void *a, const void *b) {
        const struct spot *x = a, *y = b;

        return x->at < y->at ? -1 : x->at > y->at;
}

/* The lines of this chunk's candidates, counted in one go. */
static void number_lines(struct bh_content_run *r) {
        size_t n = r->found.len - r->new_from, at = 0;
        struct spot *spots = bh_arena_array(r->arena, struct spot, n);
        uint64_t lines = r->lines;

        for (size_t i = 0; i < n; i++)
                spots[i] = (struct spot){ r->found.at[r->new_from + i].at - r->chunk_at, r->new_from + i };
        qsort(spots, n, sizeof *spots, by_spot);
        for (size_t i = 0; i < n; i++) {
                lines += newlines(bh_str_part(r->chunk, at, spots[i].at - at));
                at = spots[i].at;
                r->found.at[spots[i].index].line = lines;
        }
}

void bh_content_run_flush(struct bh_content_run *r, bool last) {
        for (uint32_t i = 0; i < r->n_active; i++)
                if (r->windows[r->active[i]].to)
                        look(r, r->active[i], &r->windows[r->active[i]]);
        if (r->found.len > r->new_from)
                number_lines(r);
        r->new_from = r->found.len;
        if (!last) {
                bh_content_run_ahead(r, r->chunk);
                r->lines += r->ahead;
        }
        r->ahead = r->counted = 0;
}

/* Of two that hold the same bytes: the one that knows more about them. */
static bool better(const struct candidate *a, const struct candidate *b) {
        if (a->rule->generic != b->rule->generic)
                return b->rule->generic;
        if (a->verified != b->verified)
                return a->verified;
        if (a->rule->severity != b->rule->severity)
                return a->rule->severity > b->rule->severity;
        if (a->len != b->len)
                return a->len > b->len;
        return a->rule <= b->rule;
}

static void drop_overlaps(struct bh_content_run *r) {
        struct candidate *c = r->found.at;

        for (size_t i = 0; i < r->found.len; i++)
                for (size_t k = i + 1; k < r->found.len && c[k].at < c[i].at + c[i].len; k++) {
                        struct candidate *worse = better(&c[i], &c[k]) ? &c[k] : &c[i];

                        if (c[i].rule->kind == c[k].rule->kind && c[i].rule->kind == BH_FINDING_SECRET &&
                            !c[i].dropped && !c[k].dropped)
                                worse->dropped = true;
                }
}

/* What is critical stays worth a look wherever it stands: a forge's token in a test folder is still a token. */
static struct bh_str grade(struct bh_content_run *r, struct bh_finding *f) {
        enum bh_severity least = f->severity == BH_SEVERITY_CRITICAL ? BH_SEVERITY_MEDIUM : BH_SEVERITY_INFO;

        for (size_t i = 0; i < r->content->grades.len; i++) {
                const struct bh_content_grade *g = &r->content->grades.at[i];

                if (g->kind == f->kind && g->severity < f->severity &&
                    bh_regex_has(g->paths, r->regex, r->where->path)) {
                        f->severity = BH_MAX(g->severity, least);
                        return g->why;
                }
        }
        return (struct bh_str){ "", 0 };
}

static int give(struct bh_content_run *r, const struct candidate *c, struct bh_err *err) {
        const struct bh_content_rule *rule = c->rule;
        struct bh_finding f = {
                .kind = rule->kind,
                .severity = rule->severity,
                .rule = rule->id,
                .title = rule->title,
                .category = rule->category,
                .path = r->where->path,
                .evidence = c->evidence,
                .mend = rule->mend,
                .references = rule->references.at,
                .n_references = rule->references.n,
                .tags = rule->tags.at,
                .n_tags = rule->tags.n,
                .line = (uint32_t) BH_MIN(c->line + 1, (uint64_t) UINT32_MAX),
                .layer = r->where->layer,
                .more = c->more,
                .verified = c->verified,
                .fingerprint = c->fingerprint,
        };
        struct bh_str why = grade(r, &f);

        if (c->verified)
                f.detail = bh_arena_printf(r->arena, "%s%s%.*s", rule->check->what, why.len ? "; " : "", BH_FMT(why));
        else
                f.detail = why;
        return r->sink->finding(r->sink->user, &f, err);
}

int bh_content_run_end(struct bh_content_run *r, struct bh_err *err) {
        int x = 0;

        if (r->found.len == 0)
                return 0;
        qsort(r->found.at, r->found.len, sizeof *r->found.at, by_place);
        drop_overlaps(r);
        for (size_t i = 0; i < r->found.len && x >= 0; i++)
                if (!r->found.at[i].dropped)
                        x = give(r, &r->found.at[i], err);
        return x < 0 ? x : 0;
}

static int pass_on(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        if (owner == BH_OWNER_CONTENT)
                bh_content_run_hit(user, rule, end);
        return 0;
}

int bh_content_scan(struct bh_content_run *run, const struct bh_content_where *where, struct bh_str bytes,
                    const struct bh_finding_sink *sink, struct bh_err *err) {
        int x;

        bh_content_run_begin(run, where, sink);
        bh_content_run_chunk(run, 0, bytes);
        x = bh_literals_scan(run->literals, run->search, bytes, 0, SIZE_MAX, pass_on, run, err);
        if (x < 0)
                return x;
        bh_content_run_flush(run, true);
        return bh_content_run_end(run, err);
}
