/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_MADE_H
#define BH_TESTS_MADE_H
/* A small index made of records after the manner of the real feeds, for the tests of the index and of matching. */
#include "advisory/compile.h"
#include "advisory/index.h"

#define STRS(...) (struct bh_str[]){ __VA_ARGS__ }, BH_LEN(((struct bh_str[]){ __VA_ARGS__ }))
#define S(text) BH_STR_INIT(text)

static const struct bh_affected openssl_bookworm[] = {
        { .eco = BH_ECO_DEB, .space = S("debian:12"), .package = S("openssl"), .status = BH_STATUS_FIXED,
          .ranges = (struct bh_range[]){ { .fixed = S("3.0.8-1") } }, .n_ranges = 1, .fix_id = S("DSA-5343-1") },
};

static const struct bh_affected pyca[] = {
        { .eco = BH_ECO_PYPI, .space = S("pypi"), .package = S("Crypto_Graphy"), .status = BH_STATUS_FIXED,
          .ranges = (struct bh_range[]){ { .introduced = S("0.8.1"), .fixed = S("39.0.1") } }, .n_ranges = 1 },
};

static const struct bh_affected alma_ssl[] = {
        { .eco = BH_ECO_RPM, .space = S("alma:9"), .package = S("openssl-libs"), .binary = true, .status = BH_STATUS_FIXED,
          .ranges = (struct bh_range[]){ { .fixed = S("1:3.0.1-47.el9_1") } }, .n_ranges = 1, .fix_id = S("ALSA-2023:0946"),
          .arch = S("x86_64") },
        { .eco = BH_ECO_RPM, .space = S("alma:9"), .package = S("openssl-libs"), .binary = true, .status = BH_STATUS_FIXED,
          .ranges = (struct bh_range[]){ { .fixed = S("1:3.0.1-47.el9_1") } }, .n_ranges = 1, .fix_id = S("ALSA-2023:0946"),
          .arch = S("aarch64") },
};

static const struct bh_advisory made_advisories[] = {
        { .id = S("CVE-2023-0286"), .aliases = (struct bh_str[]){ S("GHSA-x4qr-2fvf-3mr5") }, .n_aliases = 1,
          .summary = S("X.400 address type confusion in X.509 GeneralName"), .details = S("There is a type confusion."),
          .cvss = (struct bh_str[]){ S("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:H") }, .n_cvss = 1,
          .cwes = (struct bh_str[]){ S("CWE-843") }, .n_cwes = 1,
          .references = (struct bh_str[]){ S("https://www.openssl.org/news/secadv/20230207.txt") }, .n_references = 1,
          .published_s = 1675886124, .affected = (struct bh_affected *) openssl_bookworm, .n_affected = 1 },
        { .id = S("GHSA-x4qr-2fvf-3mr5"), .summary = S("Vulnerable OpenSSL included in cryptography wheels"),
          .severity = S("HIGH"), .affected = (struct bh_affected *) pyca, .n_affected = 1 },
        { .id = S("ALSA-2023:0946"), .aliases = (struct bh_str[]){ S("CVE-2023-0286"), S("CVE-2022-4304") }, .n_aliases = 2,
          .summary = S("openssl security update"), .severity = S("Important"),
          .affected = (struct bh_affected *) alma_ssl, .n_affected = 2 },
        { .id = S("PYSEC-2021-1"), .aliases = (struct bh_str[]){ S("GHSA-aaaa-bbbb-cccc") }, .n_aliases = 1,
          .summary = S("A problem nobody gave a number"), .affected = (struct bh_affected *) pyca, .n_affected = 1 },
};

static const struct bh_advisory_fact made_facts[] = {
        { .kind = BH_FACT_EPSS, .cve = S("CVE-2023-0286"), .a = 0.25, .b = 0.96, .date_s = 1700000000 },
        { .kind = BH_FACT_KEV, .cve = S("CVE-2022-4304"), .date_s = 1690000000, .text = S("ransomware") },
        { .kind = BH_FACT_EXPLOITDB, .cve = S("CVE-2022-4304"), .text = S("EDB-1234"), .verified = true },
        { .kind = BH_FACT_METASPLOIT, .cve = S("CVE-2022-4304"), .text = S("exploit/linux/http/x"), .a = 600 },
        { .kind = BH_FACT_SSVC, .cve = S("CVE-2022-4304"), .text = S("active yes total") },
};

static inline void made_source(struct bh_feed_sink *sink, const char *name) {
        struct bh_feed_source s = { .name = bh_str_of(name), .licence = BH_STR("CC0-1.0"), .date_s = 1700000000 };

        if (sink->source(sink->user, &s, NULL) < 0)
                abort();
}

/* Forwards, or backwards. */
static inline void made_fill(struct bh_feed_sink *sink, bool backwards) {
        struct bh_lifecycle life = { .space = BH_STR("debian:12"), .codename = BH_STR("bookworm"), .end_s = 1781000000 };
        size_t n = BH_LEN(made_advisories), m = BH_LEN(made_facts);
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++) {
                made_source(sink, (backwards ? n - 1 - i : i) % 2 ? "one-feed" : "other-feed");
                r = sink->advisory(sink->user, &made_advisories[backwards ? n - 1 - i : i], NULL);
        }
        made_source(sink, "facts");
        for (size_t i = 0; i < m && r == 0; i++)
                r = sink->fact(sink->user, &made_facts[backwards ? m - 1 - i : i], NULL);
        if (r < 0 || sink->lifecycle(sink->user, &life, NULL) < 0)
                abort();
}

static const struct bh_private_key *made_key(void) {
        static struct bh_private_key key;

        if (bh_private_key_parse(BH_STR("-----BEGIN PRIVATE KEY-----\n"
                                        "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
                                        "-----END PRIVATE KEY-----\n"),
                                 &key, NULL) < 0)
                abort();
        return &key;
}

static inline void made_write(struct bh_buf *into, bool backwards) {
        struct bh_compile *c = bh_compile_new();
        struct bh_feed_sink sink = bh_compile_sink(c);

        made_fill(&sink, backwards);
        if (bh_compile_write(c, made_key(), into, NULL) < 0)
                abort();
        bh_compile_free(&c);
}

#endif
