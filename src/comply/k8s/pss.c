/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/pss.h"

#include "comply/k8s/pss_look.h"

static const struct {
        const char *name;
        enum bh_pss_level level;
        unsigned since;
} controls[] = {
#define X(symbol, word, lev, from) { word, BH_PSS_##lev, from },
        BH_PSS_TABLE(X)
#undef X
};

static const char *const levels[] = { "privileged", "baseline", "restricted" };

const char *bh_pss_control_str(enum bh_pss_control c) {
        return controls[c].name;
}

enum bh_pss_level bh_pss_control_level(enum bh_pss_control c) {
        return controls[c].level;
}

const char *bh_pss_level_str(enum bh_pss_level l) {
        return levels[l];
}

bool bh_pss_version_of(struct bh_str word, unsigned *ret_minor) {
        uint64_t minor;

        if (bh_str_is(word, "latest")) {
                *ret_minor = BH_PSS_NEWEST;
                return true;
        }
        BH_IGNORE(bh_str_cut_prefix(&word, BH_STR("v")));
        if (!bh_str_cut_prefix(&word, BH_STR("1.")) || !bh_str_u64(word, &minor) || minor > 1000)
                return false;
        *ret_minor = (unsigned) minor;
        return true;
}

/* A stricter control takes the place of these while it is in force. */
static const struct {
        enum bh_pss_control by, over;
} overrides[] = {
        { BH_PSS_VOLUMES, BH_PSS_HOST_PATH },
        { BH_PSS_CAPABILITIES_FEW, BH_PSS_CAPABILITIES },
        { BH_PSS_SECCOMP_SET, BH_PSS_SECCOMP },
        { BH_PSS_PROC_MOUNT_ALWAYS, BH_PSS_PROC_MOUNT },
};

uint32_t bh_pss_controls(enum bh_pss_level level, unsigned minor) {
        uint32_t set = 0;

        for (unsigned i = 0; i < BH_LEN(controls); i++)
                if (controls[i].level <= level && controls[i].since <= minor)
                        set |= 1u << i;
        for (size_t i = 0; i < BH_LEN(overrides); i++)
                if (set & 1u << overrides[i].by)
                        set &= ~(1u << overrides[i].over);
        return set;
}

/* From 1.25 what only Linux has is not asked of Windows; from 1.35 users inside may be root where they are nobody outside. */
static uint32_t excused(const struct bh_k8s_pod *pod, unsigned minor) {
        uint32_t set = 0;

        if (minor >= 25 && bh_k8s_windows(pod))
                set |= 1u << BH_PSS_ESCALATION | 1u << BH_PSS_CAPABILITIES_FEW | 1u << BH_PSS_SECCOMP_SET;
        if (minor >= 35 && bh_k8s_is_false(pod->of[BH_K8S_SPEC_HOST_USERS]))
                set |= 1u << BH_PSS_NON_ROOT | 1u << BH_PSS_USER | 1u << BH_PSS_PROC_MOUNT;
        return set;
}

uint32_t bh_pss_explain(const struct bh_k8s_pod *pod, enum bh_pss_level level, unsigned minor, struct bh_arena *arena, struct bh_pss_hits *hits) {
        struct bh_pss_look l = { .pod = pod, .minor = minor, .asked = bh_pss_controls(level, minor), .arena = arena, .hits = hits };

        l.asked &= ~excused(pod, minor);
        bh_pss_look(&l);
        return l.broken;
}

uint32_t bh_pss_judge(const struct bh_k8s_pod *pod, enum bh_pss_level level, unsigned minor) {
        return bh_pss_explain(pod, level, minor, NULL, NULL);
}

enum bh_pss_level bh_pss_meets(const struct bh_k8s_pod *pod, unsigned minor) {
        if (!bh_pss_judge(pod, BH_PSS_RESTRICTED, minor))
                return BH_PSS_RESTRICTED;
        return bh_pss_judge(pod, BH_PSS_BASELINE, minor) ? BH_PSS_PRIVILEGED : BH_PSS_BASELINE;
}
