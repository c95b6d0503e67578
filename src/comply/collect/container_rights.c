/* SPDX-License-Identifier: Apache-2.0 */
/* Who a container is, and what it may: user, capabilities, privilege, new privileges. */
#include <linux/capability.h>
#include <string.h>

#include "base/limits.h"
#include "comply/collect/container.h"
#include "fmt/accounts.h"
#include "model/event_words.h"

#define ALL_CAPS ((2ull << CAP_LAST_CAP) - 1)

/* "CHOWN" of "CAP_CHOWN", as engines write them. */
static struct bh_str short_word(const struct bh_ev_word *w) {
        return bh_str_of(w->word + strlen("CAP_"));
}

static uint64_t cap_of(struct bh_str name) {
        (void) bh_str_cut_prefix(&name, BH_STR("CAP_"));
        if (bh_str_eq_nocase(name, BH_STR("ALL")))
                return ALL_CAPS;
        for (const struct bh_ev_word *w = bh_words_cap; w->word; w++)
                if (bh_str_eq_nocase(name, short_word(w)))
                        return 1ull << w->value;
        return 0;
}

static uint64_t caps_in(const struct bh_doc *list) {
        uint64_t all = 0;

        for (const struct bh_doc *e = bh_doc_first(list); e; e = e->next)
                all |= cap_of(bh_doc_str(e));
        return all;
}

/* As dockerd counts them: "--cap-add ALL" is all but what was dropped by name, "--cap-drop ALL" leaves what was added. */
static uint64_t configured_caps(const struct bh_box *b, bool privileged) {
        uint64_t add = caps_in(bh_doc_get(b->host, "CapAdd")), drop = caps_in(bh_doc_get(b->host, "CapDrop"));

        if (privileged)
                return ALL_CAPS;
        if (add == ALL_CAPS)
                return drop == ALL_CAPS ? ALL_CAPS : ALL_CAPS & ~drop;
        return drop == ALL_CAPS ? add : (BH_CAPS_USUAL & ~drop) | add;
}

static void set_caps(struct bh_engine_look *look, struct bh_box *b, bool privileged) {
        uint64_t has = configured_caps(b, privileged), kernel;

        if (bh_str_hex64(bh_box_status(look, b, "CapBnd"), &kernel) && b->task)
                has = kernel;
        bh_fact_list(b->fact, BH_BOX_CAPS);
        for (const struct bh_ev_word *w = bh_words_cap; w->word; w++) {
                if (!(has >> w->value & 1))
                        continue;
                bh_fact_add(b->fact, BH_BOX_CAPS, short_word(w));
                if (!(BH_CAPS_USUAL >> w->value & 1))
                        bh_fact_add(b->fact, BH_BOX_EXTRA_CAPS, short_word(w));
        }
}

/* ---- new privileges ---- */

/* "no-new-privileges", "no-new-privileges:true", "no-new-privileges=false" */
static bool forbids_new(const struct bh_engine_look *look, const struct bh_box *b) {
        bool forbids = look->no_new_privileges;

        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->host, "SecurityOpt")); e; e = e->next) {
                struct bh_str text = bh_doc_str(e);

                if (bh_str_cut_prefix(&text, BH_STR("no-new-privileges")))
                        forbids = text.len == 0 || bh_str_is(bh_str_from(text, 1), "true") || bh_str_is(bh_str_from(text, 1), "1");
        }
        return forbids;
}

static void set_new_privileges(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str kernel = bh_box_status(look, b, "NoNewPrivs");

        bh_fact_bool(b->fact, BH_BOX_NNP, kernel.len ? bh_str_is(kernel, "1") : forbids_new(look, b));
}

/* ---- the user ---- */

/* 0 in any spelling, and numbers beyond 31 bits, which engines have taken for 0. */
static bool is_root_number(struct bh_str name) {
        uint64_t n;

        if (bh_str_starts(name, BH_STR("-")))
                return true;
        return bh_str_u64(name, &n) ? n == 0 || n > INT32_MAX : name.len > 9 && bh_is_digit(name.at[0]) && bh_is_digit(name.at[name.len - 1]);
}

static bool read_below(struct bh_engine_look *look, struct bh_str dir, struct bh_str *ret) {
        struct bh_err why = BH_ERR_NONE;
        const char *path = bh_arena_printf(look->scratch, "%.*s/etc/passwd", BH_FMT(dir)).at;

        return dir.len && look->reach->read(look->reach->user, 0, path, BH_LIMIT_INVENTORY_FILE, look->scratch, ret, &why) >= 0;
}

/* The container's own passwd: of its root, if it runs, else of the highest layer that has one. */
static bool read_passwd(struct bh_engine_look *look, const struct bh_box *b, struct bh_str *ret) {
        const struct bh_doc *data = bh_doc_path(b->all, "GraphDriver.Data");
        struct bh_str lower = bh_doc_get_text(data, "LowerDir"), dir;
        uint32_t root = bh_box_root(look, b);
        struct bh_err why = BH_ERR_NONE;

        if (root)
                return look->reach->read(look->reach->user, root, "/etc/passwd", BH_LIMIT_INVENTORY_FILE, look->scratch, ret, &why) >= 0;
        if (read_below(look, bh_doc_get_text(data, "UpperDir"), ret))
                return true;
        while (bh_str_split(&lower, ':', &dir))
                if (read_below(look, dir, ret))
                        return true;
        return false;
}

/* The number of that name in the container's own passwd; false: it cannot be told. */
static bool number_inside(struct bh_engine_look *look, const struct bh_box *b, struct bh_str name, struct bh_str *ret) {
        struct bh_passwd user;
        struct bh_str text;
        struct bh_cur c;

        if (!read_passwd(look, b, &text))
                return false;
        c = bh_cur_of(text);
        while (bh_passwd_next(&c, &user))
                if (bh_str_eq(user.name, name)) {
                        *ret = bh_arena_printf(look->scratch, "%u", user.uid);
                        return true;
                }
        return false;
}

/* A name that no passwd could be asked for is taken at its word: it is somebody, and not called root. */
static bool is_root(struct bh_engine_look *look, const struct bh_box *b, struct bh_str user) {
        struct bh_str name, group, number;

        (void) bh_str_cut(user, ':', &name, &group);
        if (name.len == 0 || bh_str_is(name, "root") || is_root_number(name))
                return true;
        return !bh_is_digit(name.at[0]) && number_inside(look, b, name, &number) && is_root_number(number);
}

static void set_user(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str user = bh_doc_get_text(b->config, "User");

        bh_fact_str(b->fact, BH_BOX_USER, bh_arena_str(b->fact->arena, user));
        bh_fact_bool(b->fact, BH_BOX_ROOT, is_root(look, b, user));
}

/* All capabilities, no filter, and devices at hand: that is --privileged by another name. */
static bool is_privileged_by_parts(const struct bh_box *b) {
        return caps_in(bh_doc_get(b->host, "CapAdd")) == ALL_CAPS && bh_doc_has_text(bh_doc_get(b->host, "SecurityOpt"), "seccomp=unconfined") &&
               bh_doc_has_text(bh_doc_get(b->host, "DeviceCgroupRules"), "a *:* rwm");
}

void bh_box_rights(struct bh_engine_look *look, struct bh_box *b) {
        bool privileged = bh_doc_bool(bh_doc_get(b->host, "Privileged"), false) || is_privileged_by_parts(b);

        bh_fact_bool(b->fact, BH_BOX_PRIVILEGED, privileged);
        set_user(look, b);
        set_caps(look, b, privileged);
        set_new_privileges(look, b);
}
