/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/subject.h"

enum { S_KIND, S_RULE, S_TITLE, S_CATEGORY, S_PATH, S_EVIDENCE, S_SEVERITY, S_SIDE, S_OWNER, S_ID, S_EXPLOIT, S_FIXED, S_STATUS, S_SOURCE,
       P_NAME, P_VERSION, P_TYPE, P_ARCH, P_LICENCE, P_LOCATION, I_TARGET, I_KIND, I_SPACE, I_BASE };
enum { N_LINE, N_LAYER, N_CVSS, N_EPSS, N_RISK };
enum { B_REMOVED, B_VERIFIED, B_KEV, B_RANSOMWARE, B_DEV, B_END_OF_LIFE };
enum { L_TAGS, L_ALIASES, L_CWES };

static const struct bh_package *package_of(const struct bh_subject *s) {
        return s->vuln ? &s->report->packages[s->vuln->package] : NULL;
}

static enum bh_severity severity_of(const struct bh_subject *s) {
        return s->vuln ? s->vuln->severity : s->finding->severity;
}

static struct bh_str finding_text(const struct bh_subject *s, uint8_t tag) {
        const struct bh_finding *f = s->finding;

        switch (tag) {
        case S_KIND: return bh_str_of(bh_finding_kind_str(f ? f->kind : BH_FINDING_VULN));
        case S_RULE: return f ? f->rule : s->vuln->vuln.id;
        case S_TITLE: return f ? f->title : (struct bh_str){ 0 };
        case S_CATEGORY: return f ? f->category : (struct bh_str){ 0 };
        case S_PATH: return f ? f->path : package_of(s)->location;
        case S_EVIDENCE: return f ? f->evidence : (struct bh_str){ 0 };
        case S_SIDE: return bh_str_of(bh_side_str(s->whose->side));
        default: return s->whose->owner;
        }
}

static struct bh_str vuln_text(const struct bh_vuln_finding *v, uint8_t tag) {
        switch (tag) {
        case S_ID: return v->vuln.id;
        case S_EXPLOIT: return bh_str_of(bh_exploit_level_str(v->exploit));
        case S_FIXED: return v->match.fixed;
        case S_STATUS: return bh_str_of(bh_status_str(v->match.status));
        default: return v->severity_source;
        }
}

static struct bh_str package_text(const struct bh_package *p, uint8_t tag) {
        switch (tag) {
        case P_NAME: return p->name;
        case P_VERSION: return p->version;
        case P_TYPE: return bh_str_of(bh_eco_str(p->eco));
        case P_ARCH: return p->arch;
        case P_LICENCE: return p->licence_spdx.len ? p->licence_spdx : p->licence;
        default: return p->location;
        }
}

static struct bh_str image_text(const struct bh_report *r, uint8_t tag) {
        switch (tag) {
        case I_TARGET: return r->target;
        case I_KIND: return r->target_kind;
        case I_SPACE: return r->space;
        default: return r->base.name;
        }
}

/* An empty text is one that is not there. */
static bool get_text(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_subject *s = event;
        const struct bh_package *p = package_of(s);
        struct bh_str text = { 0 };

        (void) arg;
        (void) scratch;
        if (self->tag >= I_TARGET)
                text = image_text(s->report, self->tag);
        else if (self->tag == P_NAME && !p)
                text = s->finding->package;
        else if (self->tag >= P_NAME)
                text = p ? package_text(p, self->tag) : text;
        else if (self->tag >= S_ID)
                text = s->vuln ? vuln_text(s->vuln, self->tag) : text;
        else
                text = finding_text(s, self->tag);
        *ret = (struct bh_value){ .type = self->type, .str = text };
        return text.len > 0;
}

/* The word, and its place among them: "high" and 4. */
static bool get_severity(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_subject *s = event;

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_WORD, .u = severity_of(s), .str = bh_str_of(bh_severity_str(severity_of(s))) };
        return self->tag == S_SEVERITY || s->vuln != NULL;
}

static bool get_number(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_subject *s = event;
        const struct bh_vuln_finding *v = s->vuln;

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = self->type };
        switch (self->tag) {
        case N_LINE: ret->u = s->finding ? s->finding->line : 0; return ret->u > 0;
        case N_LAYER: ret->u = s->whose->layer; return true;
        case N_CVSS: ret->d = v ? v->cvss_score : 0; return ret->d > 0;
        case N_EPSS: ret->d = v ? v->vuln.epss : 0; return ret->d > 0;
        default: ret->d = v ? v->risk.score : 0; return v != NULL;
        }
}

static bool get_bool(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_subject *s = event;
        const struct bh_package *p = package_of(s);

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_BOOL };
        switch (self->tag) {
        case B_REMOVED: ret->b = s->finding && s->finding->removed; return true;
        case B_VERIFIED: ret->b = s->finding && s->finding->verified; return true;
        case B_KEV: ret->b = s->vuln && s->vuln->vuln.kev; return s->vuln != NULL;
        case B_RANSOMWARE: ret->b = s->vuln && s->vuln->vuln.ransomware; return s->vuln != NULL;
        case B_DEV: ret->b = p && p->dev; return p != NULL;
        default: ret->b = s->report->end_of_life; return true;
        }
}

static bool get_list(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct bh_subject *s = event;
        const struct bh_str *texts = self->tag == L_TAGS ? s->finding ? s->finding->tags : NULL
                                     : s->vuln           ? self->tag == L_ALIASES ? s->vuln->vuln.aliases : s->vuln->vuln.cwes
                                                         : NULL;
        size_t n = !texts ? 0 : self->tag == L_TAGS ? s->finding->n_tags : self->tag == L_ALIASES ? s->vuln->vuln.n_aliases : s->vuln->vuln.n_cwes;
        struct bh_value *items = bh_arena_array(scratch, struct bh_value, n);

        (void) arg;
        for (size_t i = 0; i < n; i++)
                items[i] = (struct bh_value){ .type = BH_V_STRING, .str = texts[i] };
        *ret = (struct bh_value){ .type = BH_V_STRING, .is_list = true, .list = { items, n } };
        return n > 0;
}

#define ROW(field_name, field_type, field_flags, field_tag, field_get, text) \
        { .name = field_name, .type = field_type, .life = BH_LIFE_EVENT, .flags = field_flags, .tag = field_tag, .get = field_get, .help = text }

static const struct bh_field fields[] = {
        ROW("finding.kind", BH_V_STRING, 0, S_KIND, get_text, "vulnerability, secret, malware, webshell, config, integrity, tamper, licence, weight"),
        ROW("finding.rule", BH_V_STRING, 0, S_RULE, get_text, "name of the check that found it; of a vulnerability its id"),
        ROW("finding.title", BH_V_STRING, 0, S_TITLE, get_text, "one line that says what it is"),
        ROW("finding.category", BH_V_STRING, 0, S_CATEGORY, get_text, "what the check belongs to: cloud, vcs, setuid, ..."),
        ROW("finding.severity", BH_V_WORD, 0, S_SEVERITY, get_severity, "info, low, medium, high, critical; as a number 1 to 5"),
        ROW("finding.path", BH_V_PATH, 0, S_PATH, get_text, "path of the file, without a slash in front"),
        ROW("finding.line", BH_V_UINT, 0, N_LINE, get_number, "line in it"),
        ROW("finding.layer", BH_V_UINT, 0, N_LAYER, get_number, "number of the layer that brought it, from 0"),
        ROW("finding.side", BH_V_STRING, 0, S_SIDE, get_text, "base, application, unknown"),
        ROW("finding.owner", BH_V_STRING, 0, S_OWNER, get_text, "whose it is, by the policy"),
        ROW("finding.evidence", BH_V_STRING, 0, S_EVIDENCE, get_text, "what was seen, secrets masked"),
        ROW("finding.tags", BH_V_STRING, BH_F_LIST, L_TAGS, get_list, "CWE-798, T1552.001, ..."),
        ROW("finding.removed", BH_V_BOOL, 0, B_REMOVED, get_bool, "a later layer took the file away"),
        ROW("finding.verified", BH_V_BOOL, 0, B_VERIFIED, get_bool, "its form was proved by a checksum or structure"),
        ROW("vuln.id", BH_V_STRING, 0, S_ID, get_text, "CVE, where there is one"),
        ROW("vuln.aliases", BH_V_STRING, BH_F_LIST, L_ALIASES, get_list, "other ids of the same"),
        ROW("vuln.cwes", BH_V_STRING, BH_F_LIST, L_CWES, get_list, "kinds of weakness"),
        ROW("vuln.severity", BH_V_WORD, 0, S_ID, get_severity, "info, low, medium, high, critical; as a number 1 to 5"),
        ROW("vuln.severity_source", BH_V_STRING, 0, S_SOURCE, get_text, "whose word the severity is"),
        ROW("vuln.cvss", BH_V_DOUBLE, 0, N_CVSS, get_number, "score, 0 to 10"),
        ROW("vuln.epss", BH_V_DOUBLE, 0, N_EPSS, get_number, "probability of use within 30 days, 0 to 1"),
        ROW("vuln.risk", BH_V_DOUBLE, 0, N_RISK, get_number, "our risk, 0 to 100"),
        ROW("vuln.kev", BH_V_BOOL, 0, B_KEV, get_bool, "CISA lists it as used"),
        ROW("vuln.ransomware", BH_V_BOOL, 0, B_RANSOMWARE, get_bool, "used by ransomware, says CISA"),
        ROW("vuln.exploit", BH_V_STRING, 0, S_EXPLOIT, get_text, "how far exploitation has come"),
        ROW("vuln.status", BH_V_STRING, 0, S_STATUS, get_text, "what the publisher says of it"),
        ROW("vuln.fixed", BH_V_STRING, 0, S_FIXED, get_text, "the version that mends it; missing when there is none"),
        ROW("package.name", BH_V_STRING, 0, P_NAME, get_text, "package it is in"),
        ROW("package.version", BH_V_STRING, 0, P_VERSION, get_text, "its version"),
        ROW("package.type", BH_V_STRING, 0, P_TYPE, get_text, "deb, apk, rpm, npm, pypi, ..."),
        ROW("package.arch", BH_V_STRING, 0, P_ARCH, get_text, "its architecture"),
        ROW("package.licence", BH_V_STRING, 0, P_LICENCE, get_text, "its licence"),
        ROW("package.location", BH_V_PATH, 0, P_LOCATION, get_text, "the file that told of it"),
        ROW("package.dev", BH_V_BOOL, 0, B_DEV, get_bool, "for development only"),
        ROW("image.target", BH_V_STRING, 0, I_TARGET, get_text, "what was scanned, as it was named"),
        ROW("image.kind", BH_V_STRING, 0, I_KIND, get_text, "image, filesystem, sbom"),
        ROW("image.space", BH_V_STRING, 0, I_SPACE, get_text, "distribution: debian:12"),
        ROW("image.base", BH_V_STRING, 0, I_BASE, get_text, "what it is built upon, where that is known"),
        ROW("image.end_of_life", BH_V_BOOL, 0, B_END_OF_LIFE, get_bool, "the distribution is out of support"),
};

const struct bh_source bh_source_finding = { .name = "finding", .fields = fields, .n_fields = BH_LEN(fields) };
