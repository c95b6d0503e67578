/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/vex.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "gate/vex_read.h"

static const char *const statuses[_BH_VEX_STATUS_MAX] = { "not_affected", "fixed", "affected", "under_investigation" };

const char *bh_vex_status_str(enum bh_vex_status status) {
        return status < _BH_VEX_STATUS_MAX ? statuses[status] : "unknown";
}

enum bh_vex_status bh_vex_status_of(struct bh_str word) {
        int i = 0;

        while (i < _BH_VEX_STATUS_MAX && !bh_str_is(word, statuses[i]))
                i++;
        return (enum bh_vex_status) i;
}

void bh_vex_add_name(struct bh_vex_reading *r, struct bh_vex_names *names, struct bh_str name) {
        if (name.len)
                *bh_vec_add(r->arena, names) = name;
}

struct bh_vex_thing bh_vex_thing_of(const struct bh_vex_names *names) {
        return (struct bh_vex_thing){ names->at, (uint32_t) names->len };
}

struct bh_vex_thing *bh_vex_one(struct bh_vex_reading *r, struct bh_vex_thing thing) {
        struct bh_vex_thing *one = bh_arena_make(r->arena, struct bh_vex_thing);

        *one = thing;
        return one;
}

int64_t bh_vex_time(struct bh_str text) {
        int64_t s;

        return bh_time_parse(text, &s) ? s : 0;
}

int bh_vex_bad(const struct bh_doc *at, struct bh_err *err, const char *what) {
        return bh_fail(err, BH_E_FORMAT, "line %u: %s", at ? at->line : 1, what);
}

static bool is_openvex(const struct bh_doc *root) {
        return bh_str_find(bh_doc_get_text(root, "@context"), BH_STR("openvex")) >= 0;
}

static bool is_csaf(const struct bh_doc *root) {
        return bh_doc_path(root, "document.csaf_version") != NULL;
}

static bool is_cyclonedx(const struct bh_doc *root) {
        return bh_str_is(bh_doc_get_text(root, "bomFormat"), "CycloneDX");
}

static const struct {
        const char *name;
        bool (*is)(const struct bh_doc *root);
        int (*read)(struct bh_vex_reading *r, struct bh_err *err);
} formats[] = {
        { "OpenVEX", is_openvex, bh_vex_openvex },
        { "CSAF", is_csaf, bh_vex_csaf },
        { "CycloneDX", is_cyclonedx, bh_vex_cyclonedx },
};

int bh_vex_parse(struct bh_arena *arena, struct bh_str file, struct bh_str bytes, struct bh_vex *ret, struct bh_err *err) {
        struct bh_vex vex = { .file = file };
        struct bh_vex_reading reading = { .arena = arena, .vex = &vex, .budget = { .name = "VEX products", .entries = BH_LIMIT_VEX_PRODUCTS } };
        size_t i = 0;
        char shown[200];
        int r = bh_json_parse(arena, bytes, &reading.root, err);

        while (r >= 0 && i < BH_LEN(formats) && !formats[i].is(reading.root))
                i++;
        if (r >= 0 && i == BH_LEN(formats))
                r = bh_fail(err, BH_E_FORMAT, "this is no VEX document: neither OpenVEX, CSAF nor CycloneDX");
        if (r >= 0)
                r = formats[i].read(&reading, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", bh_str_quote(file, shown, sizeof shown));
        vex.format = formats[i].name;
        vex.statements = reading.statements.at;
        vex.n_statements = (uint32_t) reading.statements.len;
        *ret = vex;
        return 0;
}
