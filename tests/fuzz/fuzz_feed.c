/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is the file's path, as the reader is chosen by both. */
#include "advisory/feed.h"
#include "fuzz.h"

/* Reads every byte that is handed over, so that a slice that dangles is seen. */
static void touch(uint64_t *sum, struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                *sum += (unsigned char) s.at[i];
}

static int on_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        (void) err;
        touch(user, s->name);
        return 0;
}

static int on_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        (void) err;
        touch(user, a->id);
        touch(user, a->summary);
        touch(user, a->details);
        for (uint32_t i = 0; i < a->n_aliases; i++)
                touch(user, a->aliases[i]);
        for (uint32_t i = 0; i < a->n_affected; i++) {
                const struct bh_affected *f = &a->affected[i];

                touch(user, f->space);
                touch(user, f->package);
                touch(user, f->module);
                touch(user, f->severity);
                for (uint32_t k = 0; k < f->n_ranges; k++) {
                        touch(user, f->ranges[k].introduced);
                        touch(user, f->ranges[k].fixed);
                        touch(user, f->ranges[k].last_affected);
                }
                for (uint32_t k = 0; k < f->n_versions; k++)
                        touch(user, f->versions[k]);
                for (uint32_t k = 0; k < f->n_symbols; k++)
                        touch(user, f->symbols[k]);
        }
        return 0;
}

static int on_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        (void) err;
        touch(user, f->cve);
        touch(user, f->text);
        touch(user, f->url);
        return 0;
}

static int on_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        (void) err;
        touch(user, l->space);
        touch(user, l->codename);
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        (void) err;
        touch(user, where);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str input = { (const char *) data, size }, path, bytes;
        uint64_t sum = 0;
        struct bh_feed_sink sink = { &sum, on_source, on_advisory, on_fact, on_lifecycle, on_gap };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;

        (void) bh_str_cut(input, '\n', &path, &bytes);
        BH_IGNORE(bh_feed_file(arena, path, bytes, &sink, &err));
        bh_arena_free(&arena);
        return 0;
}
