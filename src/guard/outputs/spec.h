/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_OUTPUTS_SPEC_H
#define BH_GUARD_OUTPUTS_SPEC_H
/*
 * Where alerts go, as a person writes it:
 *
 *     stdout,format=json
 *     file:/var/log/bulkhead/alerts.json,size=100M,keep=5
 *     syslog:tls://logs.example.org:6514,ca=/etc/ssl/ca.pem,facility=authpriv
 *     https://hooks.example.org/alerts,priority=warning,spool=/var/lib/bulkhead/spool
 *     unix:/run/siem.sock,when=container.id != host
 *
 * A target, then options set apart by commas; `when` takes all that follows.
 * A comma inside a URL is written %2C.
 */
#include "base/arena.h"
#include "base/err.h"
#include "rule/rules.h"

enum bh_output_kind { BH_OUTPUT_STDOUT, BH_OUTPUT_FILE, BH_OUTPUT_SYSLOG, BH_OUTPUT_HTTP, BH_OUTPUT_UNIX };
enum bh_output_way { BH_WAY_UDP, BH_WAY_TCP, BH_WAY_TLS };

struct bh_output_spec {
        struct bh_str text;         /* as written, without a password in it */
        enum bh_output_kind kind;
        enum bh_output_way way;     /* of syslog */
        const char *target;         /* path, URL, or host */
        const char *port;
        bool json;                  /* else text */
        enum bh_priority least;     /* nothing below */
        struct bh_str tags;         /* "a+b": one of them; empty: any */
        struct bh_str when;         /* a condition; empty: always */
        uint64_t memory_bytes;      /* of the spool */
        const char *spool_dir;      /* NULL: none on disk */
        uint64_t spool_bytes;
        uint32_t timeout_ms;
        uint64_t size_bytes;        /* file: rotate at; 0: never */
        uint32_t keep;              /* file: rotated ones */
        uint8_t facility;           /* syslog */
        const char *app;
        const char *ca, *cert, *key; /* PEM files */
        bool insecure;
        const char *authorization;  /* of HTTP */
        uint32_t batch;             /* HTTP: alerts a request; 1: a bare object, else an array */
};

/* Lives in the arena. Fails with USAGE: an unknown option names the nearest. */
int bh_output_spec_parse(struct bh_arena *arena, const char *text, struct bh_output_spec *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
