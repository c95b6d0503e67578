/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed.h"

#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "fmt/json.h"
#include "fmt/yaml.h"

#define READS(format) .is = bh_##format##_is, .read = bh_##format##_read

/* The first row that says yes reads the file: narrow ones stand before wide ones. */
static const struct bh_feed feeds[] = {
        { "kev", "CC0-1.0", "https://www.cisa.gov/known-exploited-vulnerabilities-catalog", BH_FEED_JSON, READS(kev_json) },
        { "vulnrichment", "CC0-1.0", "https://github.com/cisagov/vulnrichment", BH_FEED_JSON, READS(cve5) },
        { "metasploit", "BSD-3-Clause", "https://github.com/rapid7/metasploit-framework", BH_FEED_JSON, READS(metasploit) },
        { "alpine-secdb", "", "https://secdb.alpinelinux.org", BH_FEED_JSON, READS(secdb) },
        { "redhat", "CC-BY-4.0", "https://access.redhat.com/hydra/rest/securitydata/cve", BH_FEED_JSON, READS(redhat) },
        { "rocky-errata", "BSD-3-Clause", "https://errata.rockylinux.org/api/v2/advisories", BH_FEED_JSON, READS(rocky) },
        { "kubernetes", "Apache-2.0", "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/index.json",
          BH_FEED_JSON, READS(k8s_feed) },
        { "ghsa", "CC-BY-4.0", "https://github.com/github/advisory-database", BH_FEED_JSON, .ids = "GHSA-", READS(osv) },
        { "golang", "CC-BY-4.0", "https://vuln.go.dev/vulndb.zip", BH_FEED_JSON, .ids = "GO-", READS(osv) },
        { "pypa", "CC-BY-4.0", "https://github.com/pypa/advisory-database", BH_FEED_JSON, .ids = "PYSEC-", READS(osv) },
        { "rustsec", "CC0-1.0", "https://github.com/rustsec/advisory-db", BH_FEED_JSON, .ids = "RUSTSEC-", READS(osv) },
        { "haskell", "CC0-1.0", "https://github.com/haskell/security-advisories", BH_FEED_JSON, .ids = "HSEC-", READS(osv) },
        { "bitnami", "Apache-2.0", "https://github.com/bitnami/vulndb", BH_FEED_JSON, .ids = "BIT-", READS(osv) },
        { "almalinux", "MIT", "https://github.com/AlmaLinux/osv-database", BH_FEED_JSON, .ids = "ALSA- ALBA- ALEA-",
          READS(osv) },
        { "rocky-osv", "BSD-3-Clause", "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip",
          BH_FEED_JSON, .ids = "RLSA- RLBA- RLEA- RXSA-", READS(osv) },
        { "redhat-osv", "CC-BY-4.0", "https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip", BH_FEED_JSON,
          .ids = "RHSA- RHBA- RHEA-", READS(osv) },
        { "ubuntu-osv", "CC-BY-SA-4.0", "https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip", BH_FEED_JSON,
          .ids = "UBUNTU-CVE- USN- LSN-", READS(osv) },
        { "malicious-packages", "Apache-2.0", "https://github.com/ossf/malicious-packages", BH_FEED_JSON, .ids = "MAL-",
          READS(osv) },
        { "kubernetes-osv", "Apache-2.0", "https://github.com/kubernetes-sigs/cve-feed-osv", BH_FEED_JSON, .ids = "CVE-",
          .ecosystem = "kubernetes", READS(osv) },
        { "debian-osv", "", "https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip", BH_FEED_JSON,
          .ids = "CVE- DSA- DLA- DTSA- DEBIAN-CVE-", READS(osv) },
        { "osv", "", "https://osv.dev", BH_FEED_JSON, READS(osv) },

        { "wolfi", "Apache-2.0", "https://github.com/wolfi-dev/advisories", BH_FEED_YAML, READS(wolfi) },
        { "rubysec", "LicenseRef-public-domain", "https://github.com/rubysec/ruby-advisory-db", BH_FEED_YAML, READS(rubysec) },
        { "friendsofphp", "Unlicense", "https://github.com/FriendsOfPHP/security-advisories", BH_FEED_YAML,
          READS(friendsofphp) },
        { "lifecycle", "Apache-2.0", "", BH_FEED_YAML, READS(lifecycle) },
        { "pypa", "CC-BY-4.0", "https://github.com/pypa/advisory-database", BH_FEED_YAML, .ids = "PYSEC-", READS(osv) },
        { "osv", "", "https://osv.dev", BH_FEED_YAML, READS(osv) },

        { "ubuntu-cve-tracker", "CC-BY-SA-4.0", "https://git.launchpad.net/ubuntu-cve-tracker", BH_FEED_TEXT, READS(ubuntu) },
        { "rustsec", "CC0-1.0", "https://github.com/rustsec/advisory-db", BH_FEED_TEXT, READS(rustsec_md) },
        { "amazon", "", "https://cdn.amazonlinux.com", BH_FEED_TEXT, READS(amazon) },
        { "debian-tracker", "", "https://salsa.debian.org/security-tracker-team/security-tracker", BH_FEED_TEXT,
          READS(debian_tracker) },
        { "debian-support", "GPL-2.0-only", "https://salsa.debian.org/debian/debian-security-support", BH_FEED_TEXT,
          READS(debian_support) },
        { "distro-info", "ISC", "https://salsa.debian.org/debian/distro-info-data", BH_FEED_TEXT, READS(distro_info) },
        { "epss", "LicenseRef-FIRST-attribution", "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", BH_FEED_TEXT,
          READS(epss) },
        { "kev", "CC0-1.0", "https://www.cisa.gov/known-exploited-vulnerabilities-catalog", BH_FEED_TEXT, READS(kev_csv) },
        { "exploitdb", "GPL-2.0-only", "https://gitlab.com/exploit-database/exploitdb", BH_FEED_TEXT, READS(exploitdb) },
};

const struct bh_feed *bh_feed_table(size_t *ret_n) {
        *ret_n = BH_LEN(feeds);
        return feeds;
}

/* What lies beside the data in every repository. */
static bool is_company(struct bh_str path) {
        static const char *const names = "LICENSE LICENCE COPYING README NOTICE copyright CONTRIBUTING SECURITY Makefile .";
        struct bh_str name = bh_str_basename(path);

        if (bh_str_ends(path, BH_STR("security-tracker/data/config.json")))
                return true;
        return bh_feed_has_prefix(name, names) || bh_str_find(path, BH_STR("/.github/")) >= 0 ||
                (bh_str_ends(name, BH_STR(".md")) && !bh_str_starts(name, BH_STR("RUSTSEC-"))) || bh_str_ends(name, BH_STR("package.json")) ||
                bh_str_ends(name, BH_STR("_schema.json"));
}

static bool looks_like_json(struct bh_str bytes) {
        (void) bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf"));
        while (bytes.len && bh_is_space(bytes.at[0]))
                bytes = bh_str_from(bytes, 1);
        /* "[29 Mar 2023] DSA-..." is no JSON */
        return bytes.len && (bytes.at[0] == '{' || (bytes.at[0] == '[' && bytes.len > 1 && !bh_is_alnum(bytes.at[1])));
}

static enum bh_feed_shape shape_of(struct bh_str path, struct bh_str bytes) {
        if (bh_str_ends(path, BH_STR(".yaml")) || bh_str_ends(path, BH_STR(".yml")))
                return BH_FEED_YAML;
        return looks_like_json(bytes) ? BH_FEED_JSON : BH_FEED_TEXT;
}

static int read_as(struct bh_feed_in *in, const struct bh_feed *feed, struct bh_err *err) {
        const struct bh_feed_source source = { bh_str_of(feed->name), bh_str_of(feed->licence), bh_str_of(feed->url), 0 };
        int r = in->sink->source(in->sink->user, &source, err);

        if (r < 0)
                return r;
        r = feed->read(in, err);
        return r < 0 ? r : 1;
}

int bh_feed_file(struct bh_arena *arena, struct bh_str path, struct bh_str bytes, struct bh_feed_sink *sink,
                 struct bh_err *err) {
        struct bh_feed_in in = { .arena = arena, .path = path, .bytes = bytes, .sink = sink };
        enum bh_feed_shape shape;
        int r = 0;

        if (is_company(path) || bytes.len == 0)
                return 0;
        shape = shape_of(path, bytes);
        if (shape == BH_FEED_JSON)
                r = bh_json_parse(arena, bytes, &in.root, err);
        else if (shape == BH_FEED_YAML)
                r = bh_yaml_parse(arena, bytes, &in.root, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(feeds); i++) {
                in.feed = &feeds[i];
                if (feeds[i].shape == shape && feeds[i].is(&in))
                        return read_as(&in, &feeds[i], err);
        }
        if (shape == BH_FEED_TEXT)
                return 0;
        return bh_fail(err, BH_E_UNSUPPORTED, "%s of no feed we know", shape == BH_FEED_JSON ? "JSON" : "YAML");
}
