/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers a row is about. */
#include "base/glob.h"
#include "guard/respond/target.h"

static bool any(const struct bh_str *globs, uint32_t n, struct bh_str a, struct bh_str b) {
        for (uint32_t i = 0; i < n; i++)
                if ((a.len && bh_glob(globs[i], a)) || (b.len && bh_glob(globs[i], b)))
                        return true;
        return n == 0;
}

/* "key" or "key=glob" */
static bool has_label(const struct bh_container *c, struct bh_str want) {
        struct bh_str key, glob;
        bool valued = bh_str_cut(want, '=', &key, &glob);

        for (uint32_t i = 0; i < c->n_labels; i++)
                if (bh_str_eq(c->labels[i].key, key) && (!valued || bh_glob(glob, c->labels[i].value)))
                        return true;
        return false;
}

static bool labels_fit(const struct bh_scope *s, const struct bh_container *c) {
        for (uint32_t i = 0; i < s->n_labels; i++)
                if (has_label(c, s->labels[i]))
                        return true;
        return s->n_labels == 0;
}

bool bh_scope_fits(const struct bh_scope *s, const struct bh_container *c) {
        bool named = s->n_images || s->n_labels || s->n_namespaces || s->n_containers;

        if (!c)
                return !named && s->host != 0;
        return s->host != 1 && any(s->images, s->n_images, c->image, c->image_repository) &&
               any(s->namespaces, s->n_namespaces, c->pod_namespace, (struct bh_str){ 0 }) &&
               (any(s->containers, s->n_containers, c->name, c->id) || any(s->containers, s->n_containers, bh_str_of(c->short_id), c->pod_name)) &&
               labels_fit(s, c);
}
