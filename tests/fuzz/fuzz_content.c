/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file to look through, in one piece and in two chunks, with every kind of check at work. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "scan/content/run.h"

#define RULE(id, keyword, pattern, more)                                                                       \
        "- {id: " id ", title: t, severity: high, keywords: ['" keyword "'], pattern: '" pattern "', " more \
        "fires: [x], quiet: [x]}\n"

static const char yaml[] =
        "kind: secret\nmend: m\nallow: {words: [example], lines: ['^#']}\n"
        "grade: [{why: w, severity: low, paths: ['**/t/**']}]\nrules:\n"
        RULE("crc", "ghp", "[a-z]{4}[0-9A-Za-z]{8,40}", "check: crc-base62, ")
        RULE("hex", "gls", "gl[0-9A-Za-z_]{8,60}", "check: crc-hex, ")
        RULE("age", "AGE", "AGE[-0-9A-Z]{4,80}", "check: bech32, ")
        RULE("jwt", "eyJ", "eyJ[0-9A-Za-z_.-]{4,400}", "check: jwt, ")
        RULE("json", "eyJ", "eyJ[0-9A-Za-z]{4,400}", "check: base64-json, ")
        RULE("pem", "-----BEGIN", "-----BEGIN [A-Z ]*-----(?<secret>[^-]{8,4000})-----", "check: pem, ")
        RULE("basic", "basic", "basic (?<secret>\\S{4,100})", "check: basic-auth, ")
        RULE("discord", "bot", "bot (?<secret>\\S{4,100})", "check: discord, ")
        RULE("named", "pass", "(?<name>\\w*pass)\\W+(?<secret>\\S{3,60})", "generic: true, check: mixed, entropy: 1, ")
        RULE("web", "eval", "eval\\s*[(]", "kind: webshell, all: [a], any: [b, c], at-least: 1, none: [zzz], ");

struct engine {
        struct bh_content *content;
        struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
        struct bh_content_run *run;
};

static int touch(void *user, const struct bh_finding *f, struct bh_err *err) {
        uint64_t *sum = user;

        (void) err;
        for (size_t i = 0; i < f->evidence.len; i++)
                *sum += (unsigned char) f->evidence.at[i];
        return 0;
}

static struct engine *engine(void) {
        static struct engine e;
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_literals_builder *b;
        struct bh_err err = BH_ERR_NONE;

        if (e.run)
                return &e;
        b = bh_literals_builder_new();
        bh_content_bundle_add(&bundle, BH_STR("x.yaml"), bh_str_of(yaml));
        if (bh_content_load(bh_buf_str(&bundle), &e.content, &err) < 0 || bh_content_register(e.content, b, &err) < 0 ||
            bh_literals_build(b, &e.literals, &err) < 0)
                abort();
        bh_literals_builder_free(&b);
        e.scratch = bh_literals_scratch_new(e.literals);
        e.run = bh_content_run_new(e.content, e.literals);
        return &e;
}

static int relay(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        (void) owner;
        bh_content_run_hit(user, rule, end);
        return 0;
}

static void piece(struct engine *e, struct bh_str bytes, size_t at, size_t n, size_t after, size_t upto) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str part = bh_str_part(bytes, at, n);

        bh_content_run_chunk(e->run, at, part);
        BH_IGNORE(bh_literals_scan(e->literals, e->scratch, part, after, upto, relay, e->run, &err));
        bh_content_run_flush(e->run, at + n == bytes.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_content_where where = { BH_STR("a/t/b"), 0 };
        struct engine *e = engine();
        uint64_t sum = 0;
        struct bh_finding_sink sink = { &sum, touch, NULL };
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_content_scan(e->run, &where, bytes, &sink, &err));
        bh_content_run_begin(e->run, &where, &sink);
        piece(e, bytes, 0, size / 2, 0, SIZE_MAX);
        piece(e, bytes, size / 3, size, size / 2 - size / 3, SIZE_MAX);
        BH_IGNORE(bh_content_run_end(e->run, &err));
        return 0;
}
