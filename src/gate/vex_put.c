/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/vex_put.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "fmt/json_put.h"

/* The same lines are the same document: its name is made of what it says. */
static uint64_t identity(const struct bh_vex_document *d) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };

        bh_buf_slice(&all, d->author);
        bh_buf_slice(&all, d->product);
        bh_buf_le64(&all, (uint64_t) d->time_s);
        for (size_t i = 0; i < d->n_lines; i++) {
                bh_buf_slice(&all, d->lines[i].vuln);
                bh_buf_slice(&all, d->lines[i].purl);
                bh_buf_slice(&all, d->lines[i].justification);
                bh_buf_slice(&all, d->lines[i].words);
                bh_buf_putc(&all, (char) d->lines[i].status);
        }
        return bh_hash64(bh_buf_str(&all));
}

/* ---- OpenVEX ---- */

static void openvex_line(struct bh_json_put *j, const struct bh_vex_document *d, const struct bh_vex_line *l) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_open(j, "vulnerability", '{');
        bh_json_put_str(j, "name", l->vuln);
        bh_json_put_close(j);
        bh_json_put_open(j, "products", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "@id", d->product.len ? d->product : l->purl);
        if (d->product.len) {
                bh_json_put_open(j, "subcomponents", '[');
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "@id", l->purl);
                bh_json_put_close(j);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_cstr(j, "status", bh_vex_status_str(l->status));
        if (l->status == BH_VEX_NOT_AFFECTED)
                bh_json_put_some(j, "justification", l->justification);
        bh_json_put_some(j, l->status == BH_VEX_AFFECTED ? "action_statement" : l->status == BH_VEX_NOT_AFFECTED ? "impact_statement" : "status_notes", l->words);
        bh_json_put_close(j);
}

static void openvex(struct bh_json_put *j, const struct bh_vex_document *d) {
        char date[21], id[80];

        (void) snprintf(id, sizeof id, "urn:bulkhead:vex:%016llx", (unsigned long long) identity(d));
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "@context", "https://openvex.dev/ns/v0.2.0");
        bh_json_put_cstr(j, "@id", id);
        bh_json_put_str(j, "author", d->author);
        bh_json_put_cstr(j, "timestamp", bh_time_print(d->time_s, date));
        bh_json_put_int(j, "version", 1);
        bh_json_put_str(j, "tooling", d->tool);
        bh_json_put_open(j, "statements", '[');
        for (size_t i = 0; i < d->n_lines; i++)
                openvex_line(j, d, &d->lines[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

/* ---- CycloneDX ---- */

static const struct {
        const char *openvex, *cyclonedx;
} justifications[] = {
        { "component_not_present", "code_not_present" },
        { "vulnerable_code_not_present", "code_not_present" },
        { "vulnerable_code_not_in_execute_path", "code_not_reachable" },
        { "vulnerable_code_cannot_be_controlled_by_adversary", "requires_environment" },
        { "inline_mitigations_already_exist", "protected_by_mitigating_control" },
};

static const char *cyclonedx_justification(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(justifications); i++)
                if (bh_str_is(word, justifications[i].openvex))
                        return justifications[i].cyclonedx;
        return "";
}

/* The same purl in several lines is one component; lines are few, and sorted by vulnerability, so look back. */
static bool said_before(const struct bh_vex_document *d, size_t i) {
        for (size_t k = 0; k < i; k++)
                if (bh_str_eq(d->lines[k].purl, d->lines[i].purl))
                        return true;
        return false;
}

static void cyclonedx_components(struct bh_json_put *j, const struct bh_vex_document *d) {
        bh_json_put_open(j, "components", '[');
        for (size_t i = 0; i < d->n_lines; i++) {
                if (said_before(d, i))
                        continue;
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "type", "library");
                bh_json_put_str(j, "bom-ref", d->lines[i].purl);
                bh_json_put_str(j, "name", d->lines[i].purl);
                bh_json_put_str(j, "purl", d->lines[i].purl);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void cyclonedx_line(struct bh_json_put *j, const struct bh_vex_line *l) {
        static const char *const states[_BH_VEX_STATUS_MAX] = { "not_affected", "resolved", "exploitable", "in_triage" };

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "id", l->vuln);
        bh_json_put_open(j, "analysis", '{');
        bh_json_put_cstr(j, "state", states[l->status]);
        bh_json_put_some(j, "justification", bh_str_of(cyclonedx_justification(l->justification)));
        bh_json_put_some(j, "detail", l->words);
        bh_json_put_close(j);
        bh_json_put_open(j, "affects", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "ref", l->purl);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void cyclonedx(struct bh_json_put *j, const struct bh_vex_document *d) {
        char date[21];

        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "bomFormat", "CycloneDX");
        bh_json_put_cstr(j, "specVersion", "1.6");
        bh_json_put_int(j, "version", 1);
        bh_json_put_open(j, "metadata", '{');
        bh_json_put_cstr(j, "timestamp", bh_time_print(d->time_s, date));
        bh_json_put_open(j, "supplier", '{');
        bh_json_put_str(j, "name", d->author);
        bh_json_put_close(j);
        bh_json_put_open(j, "component", '{');
        bh_json_put_cstr(j, "type", "container");
        bh_json_put_str(j, "name", d->title);
        bh_json_put_some(j, "purl", d->product);
        bh_json_put_close(j);
        bh_json_put_close(j);
        cyclonedx_components(j, d);
        bh_json_put_open(j, "vulnerabilities", '[');
        for (size_t i = 0; i < d->n_lines; i++)
                cyclonedx_line(j, &d->lines[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

/* ---- CSAF ---- */

static void csaf_product(struct bh_json_put *j, const char *key, struct bh_str id, struct bh_str purl) {
        bh_json_put_open(j, key, '{');
        bh_json_put_str(j, "name", id);
        bh_json_put_str(j, "product_id", id);
        if (purl.len) {
                bh_json_put_open(j, "product_identification_helper", '{');
                bh_json_put_str(j, "purl", purl);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

/* A package within the image is a product of its own, so that the statement does not leave the image. */
static void csaf_part_id(const struct bh_vex_document *d, const struct bh_vex_line *l, struct bh_buf *out) {
        bh_buf_clear(out);
        if (d->product.len) {
                bh_buf_add(out, d->product);
                bh_buf_putc(out, ' ');
        }
        bh_buf_add(out, l->purl);
}

static void csaf_relationships(struct bh_json_put *j, const struct bh_vex_document *d) {
        BH_CLEANUP(bh_buf_done) struct bh_buf id = { 0 };

        if (d->product.len == 0)
                return;
        bh_json_put_open(j, "relationships", '[');
        for (size_t i = 0; i < d->n_lines; i++) {
                if (said_before(d, i))
                        continue;
                csaf_part_id(d, &d->lines[i], &id);
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "category", "default_component_of");
                bh_json_put_str(j, "product_reference", d->lines[i].purl);
                bh_json_put_str(j, "relates_to_product_reference", d->product);
                csaf_product(j, "full_product_name", bh_buf_str(&id), BH_STR(""));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void csaf_tree(struct bh_json_put *j, const struct bh_vex_document *d) {
        bh_json_put_open(j, "product_tree", '{');
        bh_json_put_open(j, "full_product_names", '[');
        if (d->product.len)
                csaf_product(j, NULL, d->product, d->product);
        for (size_t i = 0; i < d->n_lines; i++)
                if (!said_before(d, i))
                        csaf_product(j, NULL, d->lines[i].purl, d->lines[i].purl);
        bh_json_put_close(j);
        csaf_relationships(j, d);
        bh_json_put_close(j);
}

static void csaf_said(struct bh_json_put *j, const char *list, const char *category, const char *key, struct bh_str text, struct bh_str id) {
        if (text.len == 0)
                return;
        bh_json_put_open(j, list, '[');
        bh_json_put_open(j, NULL, '{');
        if (category)
                bh_json_put_cstr(j, "category", category);
        bh_json_put_str(j, key, text);
        bh_json_put_open(j, "product_ids", '[');
        bh_json_put_str(j, NULL, id);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void csaf_line(struct bh_json_put *j, const struct bh_vex_document *d, const struct bh_vex_line *l) {
        static const char *const lists[_BH_VEX_STATUS_MAX] = { "known_not_affected", "fixed", "known_affected", "under_investigation" };
        BH_CLEANUP(bh_buf_done) struct bh_buf id = { 0 };

        csaf_part_id(d, l, &id);
        bh_json_put_open(j, NULL, '{');
        if (bh_str_starts(l->vuln, BH_STR("CVE-")))
                bh_json_put_str(j, "cve", l->vuln);
        else {
                bh_json_put_open(j, "ids", '[');
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "system_name", "advisory");
                bh_json_put_str(j, "text", l->vuln);
                bh_json_put_close(j);
                bh_json_put_close(j);
        }
        bh_json_put_open(j, "product_status", '{');
        bh_json_put_open(j, lists[l->status], '[');
        bh_json_put_str(j, NULL, bh_buf_str(&id));
        bh_json_put_close(j);
        bh_json_put_close(j);
        csaf_said(j, "flags", NULL, "label", l->justification, bh_buf_str(&id));
        if (l->status == BH_VEX_AFFECTED)
                csaf_said(j, "remediations", "no_fix_planned", "details", l->words, bh_buf_str(&id));
        else
                csaf_said(j, "threats", "impact", "details", l->words, bh_buf_str(&id));
        bh_json_put_close(j);
}

static void csaf_document(struct bh_json_put *j, const struct bh_vex_document *d) {
        char date[21], id[40];

        (void) bh_time_print(d->time_s, date);
        (void) snprintf(id, sizeof id, "bulkhead-%016llx", (unsigned long long) identity(d));
        bh_json_put_open(j, "document", '{');
        bh_json_put_cstr(j, "category", "csaf_vex");
        bh_json_put_cstr(j, "csaf_version", "2.0");
        bh_json_put_open(j, "publisher", '{');
        bh_json_put_cstr(j, "category", "user");
        bh_json_put_str(j, "name", d->author);
        bh_json_put_cstr(j, "namespace", "https://bulkhead.invalid");
        bh_json_put_close(j);
        bh_json_put_str(j, "title", d->title);
        bh_json_put_open(j, "tracking", '{');
        bh_json_put_cstr(j, "id", id);
        bh_json_put_cstr(j, "status", "final");
        bh_json_put_cstr(j, "version", "1");
        bh_json_put_cstr(j, "initial_release_date", date);
        bh_json_put_cstr(j, "current_release_date", date);
        bh_json_put_open(j, "revision_history", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "number", "1");
        bh_json_put_cstr(j, "date", date);
        bh_json_put_cstr(j, "summary", "made from a scan and a policy");
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void csaf(struct bh_json_put *j, const struct bh_vex_document *d) {
        bh_json_put_open(j, NULL, '{');
        csaf_document(j, d);
        csaf_tree(j, d);
        bh_json_put_open(j, "vulnerabilities", '[');
        for (size_t i = 0; i < d->n_lines; i++)
                csaf_line(j, d, &d->lines[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static const struct {
        const char *name;
        void (*put)(struct bh_json_put *j, const struct bh_vex_document *d);
} formats[] = { { "openvex", openvex }, { "cyclonedx", cyclonedx }, { "csaf", csaf } };

int bh_vex_put(const char *format, const struct bh_vex_document *d, struct bh_buf *out, struct bh_err *err) {
        struct bh_json_put j = { .out = out };

        for (size_t i = 0; i < BH_LEN(formats); i++)
                if (strcmp(format, formats[i].name) == 0) {
                        formats[i].put(&j, d);
                        return 0;
                }
        return bh_fail(err, BH_E_USAGE, "--format is openvex, cyclonedx or csaf, not \"%s\"", BH_QUOTE(bh_str_of(format)));
}
