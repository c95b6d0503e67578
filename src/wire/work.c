/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/work.h"

#include "wire/io.h"

static void name(struct bh_wire *w, struct bh_str *s) {
        bh_wire_name(w, s);
}

static void platform(struct bh_wire *w, struct bh_platform *p) {
        bh_wire_name(w, &p->os);
        bh_wire_name(w, &p->architecture);
        bh_wire_name(w, &p->variant);
}

static void request(struct bh_wire *w, struct bh_work_request *r) {
        r->work = (enum bh_work) bh_wire_enum(w, r->work, _BH_WORK_MAX);
        bh_wire_u32(w, &r->parts);
        bh_wire_bytes(w, &r->manifest);
        bh_wire_bytes(w, &r->config);
        bh_wire_name(w, &r->tag);
        platform(w, &r->platform);
        bh_wire_name(w, &r->digest);
        bh_wire_name(w, &r->diff_id);
        bh_wire_u64(w, &r->offset);
        bh_wire_u64(w, &r->size);
        bh_wire_u64(w, &r->max_bytes);
        bh_wire_bool(w, &r->second_opinion);
}

static void body(struct bh_wire *w, struct bh_work_answer *a) {
        uint64_t len = a->body.len + a->tail_bytes;

        bh_wire_u64(w, &len);
        bh_wire_pad(w);
        if (w->out)
                bh_buf_add(w->out, a->body);
        else
                a->body = bh_cur_take(&w->in, (size_t) len);
}

static void answer(struct bh_wire *w, struct bh_work_answer *a) {
        a->answer = (enum bh_answer) bh_wire_enum(w, a->answer, _BH_ANSWER_MAX);
        bh_wire_int(w, &a->code);
        bh_wire_text(w, &a->text);
        bh_wire_u64(w, &a->bytes);
        bh_wire_u32(w, &a->n_images);
        body(w, a);
}

static void verdict(struct bh_wire *w, struct bh_work_verdict *v) {
        v->said = (enum bh_second) bh_wire_enum(w, v->said, _BH_SECOND_MAX);
        bh_wire_text(w, &v->text);
}

static void pair(struct bh_wire *w, struct bh_pair *p) {
        bh_wire_name(w, &p->key);
        bh_wire_name(w, &p->value);
}

static void history(struct bh_wire *w, struct bh_history *h) {
        bh_wire_name(w, &h->created_by);
        bh_wire_name(w, &h->comment);
        bh_wire_i64(w, &h->created_s);
        bh_wire_bool(w, &h->empty_layer);
}

static void layer_ref(struct bh_wire *w, struct bh_layer_ref *l) {
        bh_wire_name(w, &l->digest);
        bh_wire_name(w, &l->diff_id);
        bh_wire_name(w, &l->media_type);
        bh_wire_u64(w, &l->size);
        bh_wire_u64(w, &l->offset);
        bh_wire_name(w, &l->created_by);
        bh_wire_i64(w, &l->created_s);
}

static void manifest_ref(struct bh_wire *w, struct bh_manifest_ref *m) {
        bh_wire_name(w, &m->digest);
        bh_wire_name(w, &m->media_type);
        bh_wire_name(w, &m->artifact_type);
        bh_wire_u64(w, &m->size);
        platform(w, &m->platform);
        bh_wire_name(w, &m->ref_name);
        bh_wire_bool(w, &m->attestation);
}

static void image(struct bh_wire *w, struct bh_image *i) {
        bh_wire_name(w, &i->manifest_digest);
        bh_wire_name(w, &i->config_digest);
        bh_wire_rows(w, &i->repo_tags, &i->n_repo_tags, name);
        platform(w, &i->platform);
        bh_wire_i64(w, &i->created_s);
        bh_wire_name(w, &i->author);
        bh_wire_name(w, &i->user);
        bh_wire_name(w, &i->workdir);
        bh_wire_name(w, &i->stop_signal);
        bh_wire_rows(w, &i->env, &i->n_env, name);
        bh_wire_rows(w, &i->entrypoint, &i->n_entrypoint, name);
        bh_wire_rows(w, &i->cmd, &i->n_cmd, name);
        bh_wire_rows(w, &i->exposed, &i->n_exposed, name);
        bh_wire_rows(w, &i->volumes, &i->n_volumes, name);
        bh_wire_rows(w, &i->onbuild, &i->n_onbuild, name);
        bh_wire_rows(w, &i->healthcheck, &i->n_healthcheck, name);
        bh_wire_rows(w, &i->labels, &i->n_labels, pair);
        bh_wire_rows(w, &i->annotations, &i->n_annotations, pair);
        bh_wire_rows(w, &i->history, &i->n_history, history);
        bh_wire_rows(w, &i->layers, &i->n_layers, layer_ref);
        bh_wire_rows(w, &i->manifests, &i->n_manifests, manifest_ref);
}

static int whole(const struct bh_wire *w, const char *what, struct bh_err *err) {
        if (bh_wire_bad(w) || w->in.left)
                return bh_fail(err, BH_E_FORMAT, "a broken %s message", what);
        return 0;
}

/* A writer only reads what it is given: the casts below take away a const that holds. */
#define WRITABLE(type, p) ((type *) (uintptr_t) (p))

void bh_work_request_put(struct bh_buf *out, const struct bh_work_request *r) {
        struct bh_wire w = bh_wire_writer(out);
        struct bh_work_request copy = *r;

        request(&w, &copy);
}

int bh_work_request_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_request *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_work_request r = { 0 };

        request(&w, &r);
        if (whole(&w, "request", err) < 0)
                return BH_E_FORMAT;
        *ret = r;
        return 0;
}

void bh_work_answer_put(struct bh_buf *out, const struct bh_work_answer *a) {
        struct bh_wire w = bh_wire_writer(out);
        struct bh_work_answer copy = *a;

        answer(&w, &copy);
}

int bh_work_answer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_answer *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_work_answer a = { 0 };

        answer(&w, &a);
        if (whole(&w, "worker's", err) < 0)
                return BH_E_FORMAT;
        *ret = a;
        return 0;
}

void bh_work_verdict_put(struct bh_buf *out, const struct bh_work_verdict *v) {
        struct bh_wire w = bh_wire_writer(out);
        struct bh_work_verdict copy = *v;

        verdict(&w, &copy);
}

int bh_work_verdict_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_verdict *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_work_verdict v = { 0 };

        verdict(&w, &v);
        if (whole(&w, "verdict", err) < 0)
                return BH_E_FORMAT;
        *ret = v;
        return 0;
}

void bh_wire_image_put(struct bh_buf *out, const struct bh_image *i) {
        struct bh_wire w = bh_wire_writer(out);

        image(&w, WRITABLE(struct bh_image, i));
}

int bh_wire_image_get(struct bh_arena *arena, struct bh_str bytes, struct bh_image *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_image i = { 0 };

        image(&w, &i);
        if (whole(&w, "image", err) < 0)
                return BH_E_FORMAT;
        *ret = i;
        return 0;
}
