/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_AGENT_H
#define BH_WIRE_AGENT_H
/*
 * What agent and server say to each other: HTTP/1.1 over TLS 1.3, the agent
 * known by its client certificate. JSON lines, so that a person can read them
 * and one reader, fuzzed for years in everything else, reads them too.
 *
 *     GET  /agent/v1/ca         on the console's port: the CA's certificate, PEM; the token names its digest
 *     POST /agent/v1/enrol      {"token", "csr" (PEM), "host": {"id","name",...}}   on the console's port, no client certificate
 *          -> 201 {"agent": "id", "certificate": PEM, "ca": PEM, "server": "host:port"}
 *     POST /agent/v1/renew      {"csr"} -> {"certificate"}
 *     POST /agent/v1/batch      Content-Encoding: zstd, Bulkhead-Epoch: E, Bulkhead-Time: ms
 *          one item a line, in the order of their numbers; none at all asks how far the epoch is:
 *            {"seq":17,"kind":"alert","at":1764439200123,"body":{...}}
 *          -> 200 {"acked":17,"missing":0,"time":ms,"commands":true}   after all of it is durable; `acked` goes over the whole epoch
 *          -> 429 or 503 with Retry-After: later; 413: send less at once; 403: revoked or unknown, send no more
 *     GET  /agent/v1/commands?wait=25  -> {"commands":[{"id":"...","kind":"respond","body":{...}}]}   waits that many seconds
 *     The result of a command comes back as an item of kind "result".
 *
 * (epoch, seq) names an item for ever: an epoch is a random number made with the agent's
 * spool, seq grows by one from 1. The server skips what it has (seq <= acked) and takes what
 * comes later, also over a hole. What the agent had to drop it declares as an item of
 * kind "drop", of its own epoch or one that its spool had before:
 *     sent = stored + declared drops, in each epoch.
 * `missing` is what this lacks up to `acked`: the agent that has nothing left to send
 * declares it (a page of its disk was lost; the server was put back to an older copy).
 * An item that is stored although it could not be understood counts as stored, and is noted.
 *
 * Kinds of items, and their bodies:
 *   alert      the alert's JSON as guard/ writes it, and beside it what joins it to the model:
 *              {"alert": {...}, "level": 2, "container": {"id","name","image","image_id","pod","namespace"}, "process": {"pid","exe","cmdline","start_ns",
 *               "lineage":[{"pid","exe","cmdline"}]}}
 *   asset      {"kind":"port","key":"tcp/0.0.0.0:80","op":"put"|"gone","container":"id or empty","name":"nginx","attrs":{...}}
 *              {"kind":"port","op":"whole","keys":[...]}: these are all there are; the server ends what it has beside them
 *   scan       {"subject":"image","id":"sha256:...","refs":["nginx:1.27"],"report":{...}} report: of `bulkhead scan --no-db --format json`, all of its packages
 *   compliance a part of a run of `bulkhead comply --format lines`: {"run":N,"part":1,"last":false,"whole":true,"distribution":"debian",
 *               "benchmarks":[{"id","version","title":{"en","zh"}}],"checks":[{"stamp","id","kind","title":{},"why":{},"ask":{},"severity","category","level","weight","refs":{}}],
 *               "results":[{"stamp","check","key","state","severity","category","weight","subject":{"kind","name","container","namespace","workload"},"cause",
 *               "evidence":[{"field","value","where"}],"mend":{}}],"gone":[{"check","key"}],"gaps":[{"where","why"}]}   parts are told in order from 1;
 *              whole: what no part names is there no more; else what changed since the last run is named, and what is gone. stamp: of the rest, 16 hex digits
 *   status     {"version","sensor":{...},"rules":N,"losses":[{"lane","what","count"}],"cpu_ms","rss_bytes","spool":{"items","bytes","dropped"},"gaps":["..."]}
 *   result     {"command":"id","ok":true,"text":"...","detail":{...}}
 *   drop       {"epoch":E,"from":5,"to":9,"count":3,"by_level":{"6":3}} between from and to, both dropped; epoch absent: the item's own
 *
 * Kinds of commands, and their bodies:
 *   respond    {"action":"pause"|"resume"|"stop"|"kill"|"isolate"|"release"|"kill-process"|"quarantine"|"restore"|"evidence","container":"id","pid":1,"path":"...",
 *               "dry_run":true,"minutes":30,"why":"incident 12"}
 *   scan       {"target":"docker:nginx:1.27"}
 *   compliance {"whole":true}: check how the host is set up; whole: tell all of it, not what changed since the last run alone
 *   policy     {"version":7,"files":[{"kind":"rules"|"allow"|"responses"|"indicators","name":"x.yaml","text":"..."}]}  the whole set
 *   inventory  {}: tell all of it again
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fmt/doc.h"

#define BH_ITEMS(X)         \
        X(ALERT, "alert")   \
        X(ASSET, "asset")   \
        X(SCAN, "scan")     \
        X(STATUS, "status") \
        X(RESULT, "result") \
        X(DROP, "drop")     \
        X(COMPLIANCE, "compliance")

enum bh_item_kind {
#define X(symbol, word) BH_ITEM_##symbol,
        BH_ITEMS(X)
#undef X
        _BH_ITEM_MAX
};
const char *bh_item_kind_str(enum bh_item_kind kind);

/* An item as the server takes it in. */
struct bh_item {
        uint64_t seq;
        enum bh_item_kind kind;
        int64_t at_ms;                /* by the agent's clock, put right by its skew */
        const struct bh_doc *body;   /* an object */
        struct bh_str text;           /* the body's bytes */
};

/* One line, without its newline; `body` is JSON already. */
void bh_item_put(struct bh_buf *out, uint64_t seq, enum bh_item_kind kind, int64_t at_ms, struct bh_str body);
/* FORMAT: says what is wrong with the line, whose members stand as bh_item_put writes them. The item lives in the arena and borrows from the line. */
int bh_item_parse(struct bh_arena *arena, struct bh_str line, struct bh_item *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
