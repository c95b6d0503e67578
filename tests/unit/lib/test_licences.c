/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "gate/policy.h"
#include "lib/licences.h"
#include "scan/licence/table.h"

static struct bh_licences table_of(struct bh_arena *arena) {
        struct bh_licences l;
        struct bh_err err = BH_ERR_NONE;

        bh_licences_init(&l, arena);
        assert_int_equal(bh_licences_add(&l, BH_STR("strong.yaml"),
                                         BH_STR("class: strong-copyleft\nlicences: [GPL-2.0-or-later]\n"), &err), 0);
        assert_int_equal(bh_licences_add(&l, BH_STR("names.yaml"),
                                         BH_STR("words:\n  general public: gpl\nnames:\n  GPL-2.0-or-later: [Gnupedia 2]\n"), &err), 0);
        return l;
}

static void names_and_exceptions_are_found_however_often_they_are_asked(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_licences table = table_of(arena);
        struct bh_policy policy = { 0 };
        struct bh_package packages[] = { { .licence = BH_STR("GPL-2+ with Texinfo exception") }, { .licence = BH_STR("gnupedia-2") },
                                         { .licence = BH_STR("GPL-2+ WITH Texinfo-exception and nobody's") },
                                         { .licence = BH_STR("General Public License 2 or later") } };
        struct bh_report report = { .packages = packages, .n_packages = BH_LEN(packages) };

        (void) state;
        bh_report_licences(&report, &table, &policy, arena);
        assert_str(packages[0].licence_spdx, "GPL-2.0-or-later WITH Texinfo-exception");
        assert_str(packages[1].licence_spdx, "GPL-2.0-or-later");
        assert_int_equal(packages[1].licence_class, BH_LICENCE_STRONG_COPYLEFT);
        assert_str(packages[2].licence_spdx, "GPL-2.0-or-later WITH Texinfo-exception AND nobody's");
        assert_str(packages[3].licence_spdx, "GPL-2.0-or-later");
}

BH_UNIT_MAIN(names_and_exceptions_are_found_however_often_they_are_asked)
