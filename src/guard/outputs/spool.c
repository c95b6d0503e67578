/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/outputs/spool.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct bh_message *bh_message_new(int64_t time_ns, uint8_t level, struct bh_str bytes) {
        struct bh_message *m = malloc(sizeof *m + bytes.len);

        if (!m)
                bh_nomem(bytes.len);
        *m = (struct bh_message){ .time_ns = time_ns, .level = BH_MIN(level, BH_PRIORITY_DEBUG), .len = (uint32_t) bytes.len };
        if (bytes.len)
                memcpy(m->bytes, bytes.at, bytes.len);
        return m;
}

static size_t weight(const struct bh_message *m) {
        return sizeof *m + m->len;
}

static struct bh_message *pop(struct bh_spool *s, unsigned level) {
        struct bh_message *m = s->first[level];

        s->first[level] = m->next;
        if (!m->next)
                s->last[level] = NULL;
        m->next = NULL;
        s->bytes -= weight(m);
        s->n--;
        return m;
}

static void push(struct bh_spool *s, struct bh_message *m) {
        if (s->last[m->level])
                s->last[m->level]->next = m;
        else
                s->first[m->level] = m;
        s->last[m->level] = m;
        s->bytes += weight(m);
        s->n++;
}

/* The oldest of the least severe. */
static void drop_one(struct bh_spool *s) {
        for (unsigned level = _BH_PRIORITY_MAX; level-- > 0;)
                if (s->first[level]) {
                        s->dropped[level]++;
                        free(pop(s, level));
                        return;
                }
}

void bh_spool_add(struct bh_spool *s, struct bh_message *m) {
        m->order = ++s->order;
        push(s, m);
        while (s->bytes > s->max_bytes && s->n)
                drop_one(s);
}

struct bh_message *bh_spool_take(struct bh_spool *s) {
        int oldest = -1;

        for (int level = 0; level < _BH_PRIORITY_MAX; level++)
                if (s->first[level] && (oldest < 0 || s->first[level]->order < s->first[oldest]->order))
                        oldest = level;
        return oldest < 0 ? NULL : pop(s, (unsigned) oldest);
}

void bh_spool_back(struct bh_spool *s, struct bh_message *m) {
        m->next = s->first[m->level];
        s->first[m->level] = m;
        if (!m->next)
                s->last[m->level] = m;
        s->bytes += weight(m);
        s->n++;
}

void bh_spool_done(struct bh_spool *s) {
        struct bh_message *m;

        while ((m = bh_spool_take(s)))
                free(m);
}
