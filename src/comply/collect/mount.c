/* SPDX-License-Identifier: Apache-2.0 */
/* The folders of this host that should be mounts of their own, and how they are mounted. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"

enum { POINT, SEPARATE, KIND, OPTIONS };

static const struct bh_field fields[] = {
        [POINT] = BH_FACT("mount.point", BH_V_STRING, 0, "the folder"),
        [SEPARATE] = BH_FACT("mount.separate", BH_V_BOOL, 0, "it is a mount of its own"),
        [KIND] = BH_FACT("mount.kind", BH_V_STRING, 0, "its file system"),
        [OPTIONS] = BH_FACT("mount.options", BH_V_STRING, BH_F_LIST, "options it is mounted with: nosuid, nodev, noexec"),
};
const struct bh_fact_kind bh_kind_mount = BH_FACT_KIND("mount", fields, "a folder of this host that should be a mount of its own");

static const char *const points[] = { "/tmp", "/var/tmp", "/dev/shm", "/home", "/var", "/var/log", "/var/log/audit" };

/* "36 35 98:0 /root /point options optional - kind source super": the last of a point is what is seen. */
static void tell_line(struct bh_fact *f, struct bh_str line, const char *point) {
        struct bh_str w[6], word, kind = BH_STR(""), options;

        for (size_t i = 0; i < BH_LEN(w); i++)
                if (!bh_str_word(&line, &w[i]))
                        return;
        if (!bh_str_is(w[4], point))
                return;
        while (bh_str_word(&line, &word) && !bh_str_is(word, "-"))
                ;
        (void) bh_str_word(&line, &kind);
        bh_fact_bool(f, SEPARATE, true);
        bh_fact_some(f, KIND, kind);
        f->values[OPTIONS] = (struct bh_fact_value){ 0 };
        options = w[5];
        while (bh_str_split(&options, ',', &word))
                bh_fact_once(f, OPTIONS, word);
}

int bh_collect_mount_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, line;

        (void) err;
        if (!reach->tasks)
                return 0; /* a folder, a dump */
        if (reach->proc(reach->user, 1, "mountinfo", BH_LIMIT_CONF_FILE, facts->arena, &text, &why) < 0) {
                bh_facts_gap(facts, BH_STR("/proc/1/mountinfo"), &why);
                return 0;
        }
        for (size_t i = 0; i < BH_LEN(points); i++) {
                struct bh_fact *f = bh_fact_new(facts, &bh_kind_mount, bh_str_of(points[i]), bh_str_of(points[i]));
                struct bh_str rest = text;

                f->where = BH_STR("/proc/1/mountinfo");
                bh_fact_str(f, POINT, bh_str_of(points[i]));
                bh_fact_bool(f, SEPARATE, false);
                while (bh_str_split(&rest, '\n', &line))
                        tell_line(f, line, points[i]);
        }
        return 0;
}
