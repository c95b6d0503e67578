/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unit of systemd that a kubelet runs in, and which addresses it may speak
 * to by it: files and drop-ins of the unit and of the slices around it, as
 * systemd itself puts them together.
 */
#include <stdlib.h>

#include "comply/collect/kubernetes.h"
#include "comply/read/unit.h"
#include "sys/cgroup.h"

enum { CGROUP_MOST = 65536, SLICES_MOST = 8 };

/* The earlier goes before the later, by the name of the file. */
static const char *const folders[] = { "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system" };

struct addresses {
        struct bh_paths deny, allow; /* texts, as paths are */
};

/* ---- which unit ---- */

/* "/system.slice/kubelet.service": its parts. */
static struct bh_str cgroup_of(const struct bh_program *p) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, path;

        if (!p->pid || p->at.reach->proc(p->at.reach->user, p->pid, "cgroup", CGROUP_MOST, p->at.arena, &text, &why) < 0)
                return BH_STR("");
        path = bh_cgroup_path(text, "");
        return path.len > 1 ? path : bh_cgroup_path(text, "name=systemd");
}

static bool has_unit(struct bh_place *at, struct bh_str unit) {
        for (size_t i = 0; i < BH_LEN(folders); i++)
                if (bh_place_has(at, bh_arena_printf(at->arena, "%s/%.*s", folders[i], BH_FMT(unit))))
                        return true;
        return false;
}

/* What it runs in; else, on a machine where it was started by hand, the unit of its name that would start it. */
static struct bh_str unit_of(struct bh_program *p, struct bh_str cgroup) {
        struct bh_str part, found = BH_STR(""), usual = BH_STR("kubelet.service");

        while (bh_str_split(&cgroup, '/', &part))
                if (bh_str_ends(part, BH_STR(".service")))
                        found = part;
        return found.len && has_unit(&p->at, found) ? found : has_unit(&p->at, usual) ? usual : BH_STR("");
}

/* ---- its files ---- */

/* One more row of it; an empty one begins the list anew. */
static void take_words(struct bh_arena *arena, struct bh_str value, struct bh_paths *list) {
        struct bh_str word;

        if (!value.len)
                list->len = 0;
        while (bh_str_word(&value, &word))
                *bh_vec_add(arena, list) = word;
}

static void take_file(struct bh_place *at, struct bh_str path, const char *section, struct addresses *a) {
        struct bh_unit u = { 0 };
        struct bh_str text;
        struct bh_cur c;

        if (!bh_place_read(at, path, &text))
                return;
        c = bh_cur_of(text);
        while (bh_unit_next(at->arena, &c, &u)) {
                if (!bh_str_is(u.section, section))
                        continue;
                if (bh_str_is(u.name, "IPAddressDeny"))
                        take_words(at->arena, u.value, &a->deny);
                else if (bh_str_is(u.name, "IPAddressAllow"))
                        take_words(at->arena, u.value, &a->allow);
        }
}

static int by_name(const void *a, const void *b) {
        return bh_str_cmp(bh_str_basename(*(const struct bh_str *) a), bh_str_basename(*(const struct bh_str *) b));
}

static bool has_name(const struct bh_paths *all, struct bh_str path) {
        for (size_t i = 0; i < all->len; i++)
                if (bh_str_eq(bh_str_basename(all->at[i]), bh_str_basename(path)))
                        return true;
        return false;
}

/* FOLDER/NAME.d/ *.conf of all folders: of one name the first, and all in the order of names. */
static void find_drop_ins(struct bh_place *at, struct bh_str name, struct bh_paths *all) {
        for (size_t i = 0; i < BH_LEN(folders); i++) {
                struct bh_paths here = { 0 };

                bh_place_glob(at, bh_arena_printf(at->arena, "%s/%.*s.d/*.conf", folders[i], BH_FMT(name)), &here);
                for (size_t k = 0; k < here.len; k++)
                        if (!has_name(all, here.at[k]))
                                *bh_vec_add(at->arena, all) = here.at[k];
        }
}

/* kind: "service" or "slice", whose own folder of drop-ins is for all units of it. */
static void take_unit(struct bh_place *at, struct bh_str unit, const char *kind, const char *section, struct addresses *all) {
        struct addresses a = { 0 };
        struct bh_paths drop_ins = { 0 };

        for (size_t i = 0; i < BH_LEN(folders); i++) {
                struct bh_str path = bh_arena_printf(at->arena, "%s/%.*s", folders[i], BH_FMT(unit));

                if (bh_place_has(at, path)) {
                        take_file(at, path, section, &a);
                        break;
                }
        }
        find_drop_ins(at, unit, &drop_ins);
        find_drop_ins(at, bh_str_of(kind), &drop_ins);
        if (drop_ins.len > 1)
                qsort(drop_ins.at, drop_ins.len, sizeof drop_ins.at[0], by_name);
        for (size_t i = 0; i < drop_ins.len; i++)
                take_file(at, drop_ins.at[i], section, &a);
        for (size_t i = 0; i < a.deny.len; i++)
                *bh_vec_add(at->arena, &all->deny) = a.deny.at[i];
        for (size_t i = 0; i < a.allow.len; i++)
                *bh_vec_add(at->arena, &all->allow) = a.allow.at[i];
}

/* ---- the whole ---- */

/* Both families together are "any". */
static void tell_list(struct bh_fact *f, unsigned field, const struct bh_paths *list) {
        bool four = false, six = false;

        bh_fact_list(f, field);
        for (size_t i = 0; i < list->len; i++) {
                four |= bh_str_is(list->at[i], "0.0.0.0/0");
                six |= bh_str_is(list->at[i], "::/0");
                bh_fact_once(f, field, list->at[i]);
        }
        if (four && six)
                bh_fact_once(f, field, BH_STR("any"));
}

void bh_k8s_tell_unit(struct bh_program *p, struct bh_fact *f) {
        struct bh_str cgroup = cgroup_of(p), unit = unit_of(p, cgroup), part;
        struct addresses all = { 0 };
        unsigned slices = 0;

        if (!unit.len)
                return;
        take_unit(&p->at, unit, "service", "Service", &all);
        take_unit(&p->at, BH_STR("-.slice"), "slice", "Slice", &all);
        while (bh_str_split(&cgroup, '/', &part) && slices < SLICES_MOST)
                if (bh_str_ends(part, BH_STR(".slice"))) {
                        take_unit(&p->at, part, "slice", "Slice", &all);
                        slices++;
                }
        bh_fact_str(f, BH_K8S_KUBELET_UNIT, unit);
        tell_list(f, BH_K8S_KUBELET_DENY, &all.deny);
        tell_list(f, BH_K8S_KUBELET_ALLOW, &all.allow);
}
