/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/report/common.h"

#include <stdio.h>

#include "base/hash.h"

struct bh_report_counts bh_report_count(const struct bh_report *r) {
        struct bh_report_counts c = { 0 };

        for (uint32_t i = 0; i < r->n_vulns; i++) {
                const struct bh_vuln_finding *v = &r->vulns[i];

                if (v->whose.hidden)
                        continue;
                c.severity[v->severity]++;
                c.exploit[v->exploit]++;
                c.fixable += v->match.fixed.len != 0;
        }
        for (uint32_t i = 0; i < r->n_findings; i++) {
                const struct bh_finding *f = &r->findings[i].finding;

                if (r->findings[i].whose.hidden)
                        continue;
                c.finding[f->kind]++;
                c.finding_severity[f->severity]++;
        }
        return c;
}

int64_t bh_report_time(const struct bh_report *r) {
        return r->image.created_s > 0 ? r->image.created_s : r->db.built_s > 0 ? r->db.built_s : 0;
}

struct bh_str bh_report_identity(const struct bh_report *r) {
        if (r->image.config_digest.len)
                return r->image.config_digest;
        if (r->image.manifest_digest.len)
                return r->image.manifest_digest;
        if (r->n_layers)
                return r->layers[0].diff_id.len ? r->layers[0].diff_id : r->layers[0].digest;
        return (struct bh_str){ 0 };
}

/* A name-based UUID, but from our own hash: version 8 of RFC 9562. */
const char *bh_report_uuid(struct bh_str about, char out[37]) {
        uint64_t a = bh_hash64(about), b = bh_hash64((struct bh_str){ (const char *) &a, sizeof a }) ^ about.len;

        a = (a & ~0xf000ull) | 0x8000;
        b = (b & ~(3ull << 62)) | 2ull << 62;
        (void) snprintf(out, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned) (a >> 32), (unsigned) (a >> 16 & 0xffff),
                        (unsigned) (a & 0xffff), (unsigned) (b >> 48), (unsigned long long) (b & 0xffffffffffffull));
        return out;
}

struct bh_str bh_report_release(const struct bh_release *release) {
        return release->pretty.len ? release->pretty : release->id;
}

const char *bh_report_vuln_url(struct bh_str id, char *buf, size_t size) {
        static const struct {
                const char *prefix, *url;
        } rows[] = {
                { "CVE-", "https://nvd.nist.gov/vuln/detail/" },
                { "GHSA-", "https://github.com/advisories/" },
                { "GO-", "https://pkg.go.dev/vuln/" },
                { "RUSTSEC-", "https://rustsec.org/advisories/" },
                { "", "https://osv.dev/vulnerability/" },
        };
        size_t i = 0;

        buf[0] = '\0';
        for (size_t k = 0; k < id.len; k++)
                if (!bh_is_alnum(id.at[k]) && id.at[k] != '-' && id.at[k] != '.' && id.at[k] != ':' && id.at[k] != '_')
                        return buf;
        if (!id.len || id.len > 80)
                return buf;
        while (!bh_str_starts(id, bh_str_of(rows[i].prefix)))
                i++;
        (void) snprintf(buf, size, "%s%.*s", rows[i].url, BH_FMT(id));
        return buf;
}

struct bh_str bh_report_fix(const struct bh_vuln_finding *v) {
        return v->match.fixed.len ? v->match.fixed : bh_str_of(bh_status_str(v->match.status));
}

/* The bits are those of enum bh_scan_part (scan/layer.h), which stands above us. */
const char *bh_report_part(unsigned parts, unsigned i) {
        static const char *const words[] = { "secrets", "malware", "files" };

        if (i == 0)
                return "packages";
        for (unsigned bit = 0, seen = 0; bit < BH_LEN(words); bit++)
                if (parts & 1u << bit && ++seen == i)
                        return words[bit];
        return NULL;
}

const char *bh_report_hidden_str(enum bh_hidden hidden) {
        static const char *const words[_BH_HIDDEN_MAX] = { "no", "exception", "vex" };

        return hidden < _BH_HIDDEN_MAX ? words[hidden] : "no";
}
