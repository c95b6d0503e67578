/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a sensor and tells the fields it is asked for, one line an event, with
 * a tab between: for tests of recordings, and of this machine.
 *
 *     sense_tell [--backend NAME] [--replay FILE] [--record FILE] [--type NAME]... [--stats] FIELD...
 *
 * A FIELD is "proc.name" or "proc.aname[2]"; what has no value is "-". With
 * --type the others are neither asked for nor told. "ready" on standard error
 * says that it has begun; the end of standard input ends it, or of the recording.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "sense/sense.h"

#define ASKS_MOST 64

struct ask {
        const struct bh_field *field;
        struct bh_field_arg arg;
};

struct teller {
        struct ask asks[ASKS_MOST];
        size_t n_asks;
        bool types[_BH_EV_MAX], some;
        struct bh_arena *scratch;
};

static const struct bh_field *find(struct bh_str name) {
        for (size_t i = 0; i < bh_source_syscall.n_fields; i++)
                if (bh_str_is(name, bh_source_syscall.fields[i].name))
                        return &bh_source_syscall.fields[i];
        return NULL;
}

static bool add_ask(struct teller *t, const char *text) {
        struct bh_str name = bh_str_of(text), key;
        struct ask *a = &t->asks[t->n_asks];

        if (t->n_asks == ASKS_MOST)
                return false;
        if (bh_str_cut(name, '[', &name, &key)) {
                a->arg = (struct bh_field_arg){ .given = true, .key = bh_str_part(key, 0, key.len - 1) };
                (void) bh_str_u64(a->arg.key, &a->arg.index);
        }
        a->field = find(name);
        t->n_asks += a->field != NULL;
        return a->field != NULL;
}

static void put_text(struct bh_buf *out, struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                bh_buf_putc(out, s.at[i] >= ' ' || (unsigned char) s.at[i] > 0x7f ? s.at[i] : '?');
}

static void put_value(struct bh_buf *out, const struct bh_value *v) {
        if (v->is_list) {
                for (size_t i = 0; i < v->list.n; i++) {
                        if (i)
                                bh_buf_putc(out, ',');
                        put_value(out, &v->list.at[i]);
                }
        } else if (v->str.at) {
                put_text(out, v->str);
        } else if (v->type == BH_V_BOOL) {
                bh_buf_puts(out, v->b ? "true" : "false");
        } else if (v->type == BH_V_IP || v->type == BH_V_NET) {
                bh_buf_printf(out, "%u.%u.%u.%u", v->ip.at[0], v->ip.at[1], v->ip.at[2], v->ip.at[3]);
        } else {
                bh_buf_printf(out, "%lld", (long long) v->i);
        }
}

static int on_event(void *user, const struct bh_event *e) {
        struct teller *t = user;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        if (t->some && !t->types[e->head.type])
                return 0;
        bh_arena_reset(t->scratch);
        for (size_t i = 0; i < t->n_asks; i++) {
                const struct ask *a = &t->asks[i];
                struct bh_value v;

                if (i)
                        bh_buf_putc(&out, '\t');
                if (a->field->get(a->field, e, &a->arg, t->scratch, &v))
                        put_value(&out, &v);
                else
                        bh_buf_putc(&out, '-');
        }
        bh_buf_putc(&out, '\n');
        return fwrite(out.at, 1, out.len, stdout) == out.len ? 0 : 2;
}

static void tell_stats(struct bh_sense *s) {
        const struct bh_capability *c;
        struct bh_sense_stats st;
        size_t n = bh_sense_capabilities(s, &c);

        bh_sense_stats(s, &st);
        fprintf(stderr, "backend\t%s\n", bh_sense_backend(s));
        fprintf(stderr, "events\t%lu\tbad\t%lu\tunknown\t%lu\n", st.events, st.bad_records, st.unknown_process);
        fprintf(stderr, "processes\t%lu\tforgotten\t%lu\n", st.processes, st.processes_forgotten);
        fprintf(stderr, "containers\t%lu\tforgotten\t%lu\n", st.containers, st.containers_forgotten);
        for (unsigned i = 0; i < BH_LANES; i++)
                fprintf(stderr, "lane\t%u\t%lu\t%lu\n", i, st.lanes[i].seen, st.lanes[i].lost);
        for (size_t i = 0; i < n; i++)
                fprintf(stderr, "capability\t%s\t%s\t%s\n", c[i].name, c[i].have ? c[i].how : "", c[i].missing);
}

static int run(struct bh_sense *s, struct teller *t, bool replay, struct bh_err *err) {
        struct pollfd in = { .fd = 0, .events = POLLIN };
        bool last = false;
        int r = bh_sense_poll(s, 0, on_event, t, err);

        fprintf(stderr, "ready\n");
        while (r == 1 && !last) {
                last = !replay && poll(&in, 1, 0) != 0;
                r = bh_sense_poll(s, 50, on_event, t, err);
                if (fflush(stdout) != 0)
                        return 2;
        }
        return r == 1 ? 0 : r;
}

/* What is asked for: all types, or those that were named. */
static void want(const struct teller *t, struct bh_interest_type types[_BH_EV_MAX], struct bh_interest *ret) {
        for (unsigned i = 0; i < _BH_EV_MAX; i++)
                types[i].all = !t->some || t->types[i] ? BH_INTEREST_ALL : BH_INTEREST_NONE;
        *ret = (struct bh_interest){ .types = types, .n_types = _BH_EV_MAX, .wants_env = true, .wants_cwd = true };
}

static bool read_arguments(int argc, char **argv, struct teller *t, struct bh_sense_opts *opts, bool *stats) {
        for (int i = 1; i < argc; i++) {
                if (strcmp(argv[i], "--stats") == 0)
                        *stats = true;
                else if (argv[i][0] != '-') {
                        if (!add_ask(t, argv[i]))
                                return fprintf(stderr, "no field %s\n", argv[i]) < 0;
                } else if (i + 1 == argc)
                        return false;
                else if (strcmp(argv[i], "--backend") == 0)
                        opts->backend = argv[++i];
                else if (strcmp(argv[i], "--record") == 0)
                        opts->record = argv[++i];
                else if (strcmp(argv[i], "--replay") == 0) {
                        opts->backend = "replay";
                        opts->how = (struct bh_backend_opts){ .file = argv[++i], .at_full_speed = true };
                } else if (strcmp(argv[i], "--type") == 0) {
                        int type = bh_event_type(bh_str_of(argv[++i]));

                        if (type < 0)
                                return fprintf(stderr, "no type %s\n", argv[i]) < 0;
                        t->types[type] = t->some = true;
                } else
                        return false;
        }
        return true;
}

int main(int argc, char **argv) {
        static struct bh_interest_type types[_BH_EV_MAX];
        static struct teller t;
        struct bh_sense_opts opts = { 0 };
        struct bh_interest interest;
        struct bh_sense *s = NULL;
        struct bh_err err = BH_ERR_NONE;
        bool stats = false;
        int r;

        if (!read_arguments(argc, argv, &t, &opts, &stats))
                return 2;
        t.scratch = bh_arena_new();
        want(&t, types, &interest);
        r = bh_sense_open(&opts, &s, &err);
        if (r == 0)
                r = bh_sense_filter(s, &interest, &err);
        if (r == 0)
                r = run(s, &t, opts.how.file != NULL, &err);
        if (r != 0)
                fprintf(stderr, "%s\n", err.text);
        if (s && stats)
                tell_stats(s);
        bh_sense_close(&s);
        bh_arena_free(&t.scratch);
        return r != 0;
}
