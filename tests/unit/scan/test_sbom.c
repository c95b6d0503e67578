/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "../../formats/sample.h"
#include "scan/sbom/sbom.h"
#include "wire/report/common.h"

/* Everything matching looks at must survive the way out and in again. */
static void assert_same_package(const struct bh_package *a, const struct bh_package *b) {
        assert_int_equal(a->eco, b->eco);
        assert_true(bh_str_eq(a->name, b->name));
        assert_true(bh_str_eq(a->version, b->version));
        assert_true(bh_str_eq(a->arch, b->arch));
        assert_true(bh_str_eq(a->source, b->source));
        assert_true(bh_str_eq(a->source_version, b->source_version));
        assert_true(bh_str_eq(a->module, b->module));
        assert_true(bh_str_eq(a->owner, b->owner));
        assert_true(bh_str_eq(a->location, b->location));
        assert_int_equal(a->dev, b->dev);
        assert_int_equal(b->evidence, BH_EVIDENCE_SBOM);
}

static void there_and_back(int (*write)(struct bh_buf *, const struct bh_report *, size_t, const struct bh_report_opts *, struct bh_err *)) {
        struct bh_arena *a = bh_arena_new();
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_layer layer;
        struct bh_report r;

        bh_sample_report(a, &r);
        r.n_packages = 11; /* the last one is not clean text, and may not come back as it was */
        r.n_vulns = 0;
        assert_int_equal(write(&out, &r, 1, &opts, &err), 0);
        if (bh_sbom_read(bh_buf_str(&out), a, &layer, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(layer.n_packages, r.n_packages);
        assert_int_equal(layer.n_gaps, 0);
        for (uint32_t i = 0; i < r.n_packages; i++) {
                struct bh_package want = r.packages[i];

                if (bh_str_eq(want.source, want.name)) /* a source of the same name says nothing */
                        want.source.len = 0;
                assert_same_package(&want, &layer.packages[i]);
        }
        assert_str(layer.release.id, "debian");
        assert_str(layer.release.version_id, "12");
        assert_str(layer.release.codename, "bookworm");
        bh_buf_done(&out);
        bh_arena_free(&a);
}

static void our_cyclonedx_comes_back_whole(void **state) {
        (void) state;
        there_and_back(bh_report_cyclonedx);
}

static void our_spdx_comes_back_whole(void **state) {
        (void) state;
        there_and_back(bh_report_spdx);
}

static void a_hostile_package_is_read_or_counted(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };
        struct bh_layer layer;
        struct bh_report r;

        (void) state;
        bh_sample_report(a, &r);
        assert_int_equal(bh_report_cyclonedx(&out, &r, 1, &opts, NULL), 0);
        assert_int_equal(bh_sbom_read(bh_buf_str(&out), a, &layer, NULL), 0);
        assert_int_equal(layer.n_packages + layer.n_gaps, r.n_packages);
        bh_buf_done(&out);
        bh_arena_free(&a);
}

BH_UNIT_MAIN(our_cyclonedx_comes_back_whole, our_spdx_comes_back_whole, a_hostile_package_is_read_or_counted)
