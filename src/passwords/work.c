/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/work.h"

#include "wire/io.h"

static void root(struct bh_wire *w, struct bh_guess_root *r) {
        bh_wire_name(w, &r->name);
        bh_wire_name(w, &r->image);
        bh_wire_bool(w, &r->is_container);
}

static void request(struct bh_wire *w, struct bh_guess_request *q) {
        q->ask = (enum bh_guess_ask) bh_wire_enum(w, q->ask, _BH_GUESS_ASK_MAX);
        bh_wire_bytes(w, &q->common);
        bh_wire_bytes(w, &q->defaults);
        bh_wire_bytes(w, &q->words);
        bh_wire_bytes(w, &q->memory);
        bh_wire_bytes(w, &q->key);
        bh_wire_name(w, &q->host);
        bh_wire_rows(w, &q->roots, &q->n_roots, root);
        bh_wire_u64(w, &q->cpu_ms);
        bh_wire_u32(w, &q->cpu_percent);
        bh_wire_u64(w, &q->wall_ms);
        bh_wire_u32(w, &q->store);
        bh_wire_u32(w, &q->root);
        bh_wire_u32(w, &q->mode);
        bh_wire_name(w, &q->path);
}

static void follow(struct bh_wire *w, struct bh_guess_follow *f) {
        bh_wire_u32(w, &f->store);
        bh_wire_name(w, &f->path);
}

static void rate(struct bh_wire *w, struct bh_password_rate *r) {
        bh_wire_text(w, &r->scheme);
        bh_wire_u64(w, &r->tried);
        bh_wire_u64(w, &r->cpu_ns);
}

static void result(struct bh_wire *w, struct bh_password *p) {
        bh_wire_u32(w, &p->root);
        bh_wire_text(w, &p->store);
        bh_wire_name(w, &p->path);
        bh_wire_name(w, &p->account);
        bh_wire_text(w, &p->scheme);
        bh_wire_u32(w, &p->line);
        p->verdict = (enum bh_password_verdict) bh_wire_enum(w, p->verdict, _BH_PASSWORD_VERDICT_MAX);
        p->weakness = (enum bh_password_weakness) bh_wire_enum(w, p->weakness, _BH_WEAKNESS_MAX);
        bh_wire_text(w, &p->why);
        bh_wire_u64(w, &p->tried);
        bh_wire_u64(w, &p->guesses);
        bh_wire_bool(w, &p->remembered);
}

static void answer(struct bh_wire *w, struct bh_guess_answer *a) {
        a->say = (enum bh_guess_say) bh_wire_enum(w, a->say, _BH_GUESS_SAY_MAX);
        bh_wire_int(w, &a->code);
        bh_wire_text(w, &a->text);
        bh_wire_u32(w, &a->n_secrets);
        bh_wire_bool(w, &a->more);
        bh_wire_rows(w, &a->follows, &a->n_follows, follow);
        result(w, &a->result);
        bh_wire_bytes(w, &a->memory);
        bh_wire_rows(w, &a->rates, &a->n_rates, rate);
        bh_wire_u64(w, &a->tried);
        bh_wire_u64(w, &a->cpu_ns);
        bh_wire_bool(w, &a->spent);
}

static int whole(const struct bh_wire *w, const char *what, struct bh_err *err) {
        return bh_wire_bad(w) || w->in.left ? bh_fail(err, BH_E_FORMAT, "a broken %s", what) : 0;
}

void bh_guess_request_put(struct bh_buf *out, const struct bh_guess_request *q) {
        struct bh_wire w = bh_wire_writer(out);
        struct bh_guess_request copy = *q;

        request(&w, &copy);
}

int bh_guess_request_get(struct bh_arena *arena, struct bh_str bytes, struct bh_guess_request *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_guess_request q = { 0 };

        request(&w, &q);
        if (whole(&w, "request", err) < 0)
                return BH_E_FORMAT;
        *ret = q;
        return 0;
}

void bh_guess_answer_put(struct bh_buf *out, const struct bh_guess_answer *a) {
        struct bh_wire w = bh_wire_writer(out);
        struct bh_guess_answer copy = *a;

        answer(&w, &copy);
}

int bh_guess_answer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_guess_answer *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_guess_answer a = { 0 };

        answer(&w, &a);
        if (whole(&w, "answer", err) < 0)
                return BH_E_FORMAT;
        *ret = a;
        return 0;
}
