/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_INTEL_PARSE_H
#define BH_MANAGE_INTEL_PARSE_H
/*
 * Lists of indicators, as others publish them. Pure: bytes in, indicators out.
 *
 *     plain   one a line; # begins a comment; "203.0.113.9", "198.51.100.0/24", "evil.example", "http://evil.example/x", digests;
 *             what stands behind a blank, a comma or a semicolon is the comment
 *     csv     RFC 4180 with a head; the column by name or number
 *     stix    a bundle of STIX 2.1: patterns of its indicators that compare ipv4-addr, ipv6-addr, domain-name, url or file hashes
 *     misp    one event, or a manifest (uuid -> event), whose events are at UUID.json beside it
 *
 * Defanged forms (hxxp://, [.]) are read as what they mean. What is none of these is refused and counted.
 */
#include "base/err.h"
#include "base/vec.h"

#define BH_INDICATOR_KINDS(X) \
        X(IP, "ip")           \
        X(NET, "net")         \
        X(DOMAIN, "domain")   \
        X(URL, "url")         \
        X(MD5, "md5")         \
        X(SHA1, "sha1")       \
        X(SHA256, "sha256")

enum bh_indicator_kind {
#define X(symbol, word) BH_INDICATOR_##symbol,
        BH_INDICATOR_KINDS(X)
#undef X
        _BH_INDICATOR_KIND_MAX
};
const char *bh_indicator_kind_str(enum bh_indicator_kind kind);

struct bh_indicator {
        enum bh_indicator_kind kind;
        struct bh_str value, comment; /* value: in the one form it is stored and looked up in */
};

struct bh_indicators {
        struct bh_arena *arena;
        BH_VEC(struct bh_indicator) all;
        size_t refused;
        struct bh_str first_refused;
};

/* What one text is, in its one form; false: nothing we know. */
bool bh_indicator_of(struct bh_arena *arena, struct bh_str text, struct bh_indicator *ret);

/* All live in ret->arena, which is the caller's. FORMAT: it is not of that format at all. */
int bh_intel_plain(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_intel_csv(struct bh_str bytes, struct bh_str column, struct bh_indicators *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_intel_stix(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_intel_misp_event(struct bh_str bytes, struct bh_indicators *ret, struct bh_err *err) BH_MUST_CHECK;
/* uuids of a manifest's events. */
BH_VEC_OF(bh_misp_uuids, struct bh_str);
int bh_intel_misp_manifest(struct bh_arena *arena, struct bh_str bytes, struct bh_misp_uuids *ret, struct bh_err *err) BH_MUST_CHECK;
/* By the name of the format: "plain", "csv", "stix", "misp" (an event). */
int bh_intel_parse(struct bh_str format, struct bh_str bytes, struct bh_str column, struct bh_indicators *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
