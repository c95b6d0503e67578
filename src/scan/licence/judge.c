/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/licence/table.h"

static enum bh_licence_class by_glob(const struct bh_licences *l, struct bh_str id) {
        const struct bh_licence_glob *best = NULL;

        for (size_t i = 0; i < l->globs.len; i++)
                if (bh_str_starts(id, l->globs.at[i].prefix) && (!best || l->globs.at[i].prefix.len > best->prefix.len))
                        best = &l->globs.at[i];
        return best ? best->class : BH_LICENCE_UNKNOWN;
}

static enum bh_licence_class of_id(const struct bh_licences *l, struct bh_str id) {
        const enum bh_licence_class *row = bh_map_get(&l->classes, id);

        if (!row && bh_str_cut_suffix(&id, BH_STR("+")))
                row = bh_map_get(&l->classes, id);
        return row ? *row : by_glob(l, id);
}

static enum bh_licence_class of_name(const struct bh_licences *l, const struct bh_spdx *e, const struct bh_licence_own *own) {
        const enum bh_licence_class *eased = e->exception.len ? bh_map_get(&l->exception_classes, e->exception) : NULL;
        enum bh_licence_class c = own ? own->class_of(own->user, e->id) : _BH_LICENCE_CLASS_MAX;

        if (c != _BH_LICENCE_CLASS_MAX)
                return c;
        c = of_id(l, e->id); /* a name that is not known may begin like one: Debian's "BSD-3-clause-Cambridge" */
        return eased && c > *eased ? *eased : c;
}

static enum bh_licence_class of_choice(enum bh_licence_class a, enum bh_licence_class b) {
        if (a == BH_LICENCE_UNKNOWN || b == BH_LICENCE_UNKNOWN)
                return BH_MAX(a, b);
        return BH_MIN(a, b);
}

static enum bh_licence_class of_both(enum bh_licence_class a, enum bh_licence_class b) {
        enum bh_licence_class worse = BH_MAX(a, b);

        return (a == BH_LICENCE_UNKNOWN || b == BH_LICENCE_UNKNOWN) && worse <= BH_LICENCE_PERMISSIVE ? BH_LICENCE_UNKNOWN : worse;
}

enum bh_licence_class bh_licence_judge(const struct bh_licences *l, const struct bh_spdx *e, const struct bh_licence_own *own) {
        enum bh_licence_class all;

        if (e->kind == BH_SPDX_NAME)
                return of_name(l, e, own);
        all = bh_licence_judge(l, e->first, own);
        for (const struct bh_spdx *c = e->first->next; c; c = c->next) {
                enum bh_licence_class one = bh_licence_judge(l, c, own);

                all = e->kind == BH_SPDX_OR ? of_choice(all, one) : of_both(all, one);
        }
        return all;
}
