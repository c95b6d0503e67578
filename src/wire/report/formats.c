/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"
#include "wire/report/common.h"

const struct bh_report_format bh_report_formats[] = {
        { "table", "for people at a terminal", false, false, bh_report_table },
        { "json", "everything, for programs (docs/FORMATS/report.md)", false, true, bh_report_json },
        { "html", "one page for browsers and printers, English and Chinese", false, true, bh_report_html },
        { "markdown", "for merge requests and tickets", false, false, bh_report_markdown },
        { "sarif", "SARIF 2.1.0, for code hosts", false, true, bh_report_sarif },
        { "cyclonedx", "CycloneDX 1.6 JSON: an SBOM with its vulnerabilities", true, true, bh_report_cyclonedx },
        { "spdx", "SPDX 2.3 JSON: an SBOM", true, false, bh_report_spdx },
        { "junit", "JUnit XML, for test reports of CI systems", false, true, bh_report_junit },
        { "gitlab", "GitLab container scanning report 15", false, true, bh_report_gitlab },
        { "csv", "one line a finding, for spreadsheets", false, true, bh_report_csv },
        { NULL, NULL, false, false, NULL },
};

int bh_report_format_find(struct bh_str name, const struct bh_report_format **ret, struct bh_err *err) {
        const char *known[BH_LEN(bh_report_formats)] = { 0 };
        const char *near;

        for (size_t i = 0; bh_report_formats[i].name; i++) {
                known[i] = bh_report_formats[i].name;
                if (bh_str_is(name, known[i])) {
                        *ret = &bh_report_formats[i];
                        return 0;
                }
        }
        near = bh_nearest(name, known, BH_LEN(known) - 1);
        return near ? bh_fail(err, BH_E_USAGE, "no format \"%s\"; did you mean %s?", BH_QUOTE(name), near)
                    : bh_fail(err, BH_E_USAGE, "no format \"%s\"; --help lists them", BH_QUOTE(name));
}
