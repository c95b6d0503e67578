/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/content/judge.h"
#include "scan/content/run.h"

static const char yaml[] =
        "kind: secret\nmend: change it\n"
        "allow: {words: [example]}\n"
        "grade: [{why: a test, severity: info, paths: ['**/test/**']}]\n"
        "rules:\n"
        "- {id: key, title: A key, severity: high, keywords: [KEY-], pattern: 'KEY-([0-9a-z]{16})', group: 1,\n"
        "   entropy: 2, fires: [x], quiet: [x]}\n"
        "- {id: named, title: A named value, severity: medium, keywords: [secret], generic: true,\n"
        "   pattern: '(?<name>[a-z_]*secret)=(?<secret>[^ \\n]{8,40})', fires: [x], quiet: [x]}\n"
        "- {id: slow, title: Slow, severity: low, keywords: [slow], pattern: 'slow(?:a+)+(?:a|aa)*b\\d',\n"
        "   fires: [x], quiet: [x]}\n"
        "- {id: shell, title: A shell, kind: webshell, severity: high, keywords: [eval], pattern: 'eval *[(]',\n"
        "   all: ['POST'], none: ['harmless'], any: [base64, gzip], fires: [x], quiet: [x]}\n";

struct heap {
        struct bh_arena *arena;
        struct bh_content *content;
        struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
        struct bh_content_run *run;
        struct bh_finding *at[2000];
        size_t n, gaps;
        char gap[480];
};

static int keep(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct heap *h = user;

        (void) err;
        assert_true(h->n < BH_LEN(h->at));
        h->at[h->n++] = bh_finding_copy(h->arena, f);
        return 0;
}

static void keep_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct heap *h = user;

        (void) where;
        h->gaps++;
        (void) strcpy(h->gap, err->text);
}

static struct heap *begin(void) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_literals_builder *b = bh_literals_builder_new();
        struct heap *h = calloc(1, sizeof *h);
        struct bh_err err = BH_ERR_NONE;

        assert_non_null(h);
        h->arena = bh_arena_new();
        bh_content_bundle_add(&bundle, BH_STR("x.yaml"), bh_str_of(yaml));
        if (bh_content_load(bh_buf_str(&bundle), &h->content, &err) < 0 ||
            bh_content_register(h->content, b, &err) < 0 || bh_literals_build(b, &h->literals, &err) < 0)
                fail_msg("%s", err.text);
        bh_literals_builder_free(&b);
        h->run = bh_content_run_new(h->content, h->literals);
        h->scratch = bh_literals_scratch_new(h->literals);
        return h;
}

static void end(struct heap *h) {
        bh_content_run_free(&h->run);
        bh_literals_scratch_free(&h->scratch);
        bh_literals_free(&h->literals);
        bh_content_free(&h->content);
        bh_arena_free(&h->arena);
        free(h);
}

static void scan(struct heap *h, const char *path, struct bh_str bytes) {
        struct bh_content_where where = { bh_str_of(path), 3 };
        struct bh_finding_sink sink = { h, keep, keep_gap };
        struct bh_err err = BH_ERR_NONE;

        h->n = 0;
        assert_int_equal(bh_content_scan(h->run, &where, bytes, &sink, &err), 0);
}

static void a_secret_is_shown_masked_with_its_line(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "etc/app.conf", BH_STR("one\ntwo\nk: KEY-0a1b2c3d4e5f6g7h\n"));
        assert_int_equal(h->n, 1);
        assert_str(h->at[0]->evidence, "0a1b************");
        assert_int_equal(h->at[0]->line, 3);
        assert_int_equal(h->at[0]->layer, 3);
        assert_str(h->at[0]->path, "etc/app.conf");
        end(h);
}

static void a_short_secret_gives_away_less(void **state) {
        struct bh_arena *a = bh_arena_new();

        (void) state;
        assert_str(bh_content_mask(a, BH_STR("pw"), BH_STR("12345678")), "pw: 12******");
        assert_str(bh_content_mask(a, BH_STR(""), BH_STR("abc")), "***");
        bh_arena_free(&a);
}

static void the_same_secret_twice_is_one_finding(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "a", BH_STR("KEY-0a1b2c3d4e5f6g7h KEY-0a1b2c3d4e5f6g7h KEY-0a1b2c3d4e5f6g7i"));
        assert_int_equal(h->n, 2);
        assert_int_equal(h->at[0]->more, 1);
        assert_int_equal(h->at[1]->more, 0);
        end(h);
}

static void who_knows_the_value_goes_before_who_knows_its_name(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "a", BH_STR("my_secret=KEY-0a1b2c3d4e5f6g7h other_secret=0a1b2c3d4e5f"));
        assert_int_equal(h->n, 2);
        assert_str(h->at[0]->rule, "key");
        assert_str(h->at[1]->rule, "named");
        assert_str(h->at[1]->evidence, "other_secret: 0a1*********");
        end(h);
}

static void what_is_allowed_is_left_alone(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "a", BH_STR("KEY-example3d4e5f6g7 KEY-aaaaaaaaaaaaaaaa"));
        assert_int_equal(h->n, 0);
        end(h);
}

static void a_place_can_lower_the_severity(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "usr/lib/test/a", BH_STR("KEY-0a1b2c3d4e5f6g7h"));
        assert_int_equal(h->at[0]->severity, BH_SEVERITY_INFO);
        assert_str(h->at[0]->detail, "a test");
        end(h);
}

static void a_fingerprint_depends_on_the_key_alone(void **state) {
        static const uint8_t key[16] = { 1 };
        struct heap *h = begin();
        uint64_t first;

        (void) state;
        scan(h, "a", BH_STR("KEY-0a1b2c3d4e5f6g7h"));
        first = h->at[0]->fingerprint;
        scan(h, "elsewhere", BH_STR("\n\nKEY-0a1b2c3d4e5f6g7h"));
        assert_int_equal(h->at[0]->fingerprint, first);
        scan(h, "a", BH_STR("KEY-0a1b2c3d4e5f6g7i"));
        assert_int_not_equal(h->at[0]->fingerprint, first);
        bh_content_run_key(h->run, key);
        scan(h, "a", BH_STR("KEY-0a1b2c3d4e5f6g7h"));
        assert_int_not_equal(h->at[0]->fingerprint, first);
        end(h);
}

static void a_rule_that_takes_too_long_becomes_a_gap(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "a", BH_STR("slowaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabx KEY-0a1b2c3d4e5f6g7h"));
        assert_int_equal(h->n, 1);
        assert_int_equal(h->gaps, 1);
        assert_non_null(strstr(h->gap, "rule slow: an expression took too many steps"));
        end(h);
}

static void further_expressions_decide_over_the_whole_text(void **state) {
        struct heap *h = begin();

        (void) state;
        scan(h, "a.php", BH_STR("<?php eval($_POST['x']); base64_decode(1); eval (2); ?>"));
        assert_int_equal(h->n, 1);
        assert_int_equal(h->at[0]->kind, BH_FINDING_WEBSHELL);
        assert_int_equal(h->at[0]->more, 1);
        assert_str(h->at[0]->evidence, "<?php eval($_POST['x']); base64_decode(1); eval (2); ?>");
        scan(h, "a.php", BH_STR("<?php eval($_POST['x']); ?>"));
        assert_int_equal(h->n, 0);
        scan(h, "a.php", BH_STR("<?php eval($_POST['x']); base64_decode(1); harmless ?>"));
        assert_int_equal(h->n, 0);
        end(h);
}

/* Two million bytes that match forty thousand times: asked each time, `all` would read 80 GB. */
static void further_expressions_are_asked_once(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct heap *h = begin();

        (void) state;
        for (unsigned i = 0; i < 40000; i++)
                bh_buf_puts(&text, "eval (......................................)\n");
        scan(h, "a.php", bh_buf_str(&text));
        assert_int_equal(h->n, 0);
        end(h);
}

static void too_many_findings_end_in_a_gap(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct heap *h = begin();

        (void) state;
        for (unsigned i = 0; i < BH_LIMIT_CONTENT_FINDINGS + 50; i++)
                bh_buf_printf(&text, "KEY-%08xabcdwxyz\n", i * 2654435761u);
        scan(h, "a", bh_buf_str(&text));
        assert_int_equal(h->n, BH_LIMIT_CONTENT_FINDINGS);
        assert_int_equal(h->gaps, 1);
        assert_string_equal(h->gap, "more than 1000 findings in one file");
        end(h);
}

static int relay(void *user, enum bh_owner owner, uint32_t rule, size_t at) {
        if (owner == BH_OWNER_CONTENT)
                bh_content_run_hit(user, rule, at);
        return 0;
}

/* A file in chunks is read as the file in one piece, wherever a secret lies across the cuts. */
static void chunks_make_no_difference(void **state) {
        enum { CHUNK = 64 * 1024, TOTAL = 200 * 1024 };
        struct bh_content_where where = { BH_STR("big"), 0 };
        struct heap *h = begin();
        struct bh_finding_sink sink = { h, keep, keep_gap };
        struct bh_err err = BH_ERR_NONE;
        char *big = bh_arena_bytes(h->arena, TOTAL);

        (void) state;
        for (size_t i = 0; i < TOTAL; i++)
                big[i] = i % 50 ? '.' : '\n';
        for (unsigned i = 0; i < 40; i++) {
                char key[32];

                (void) snprintf(key, sizeof key, "KEY-%08xqrstuvwx", i * 2654435761u);
                memcpy(big + i * 5100 + 1, key, 20);
        }
        bh_content_run_begin(h->run, &where, &sink);
        for (size_t at = 0;;) {
                size_t n = BH_MIN((size_t) TOTAL - at, (size_t) CHUNK);
                bool last = at + n == TOTAL;
                char *copy = malloc(n + 1); /* of its own, so that nobody looks at the chunk before */
                struct bh_str chunk = { copy, n };

                if (!copy)
                        break;
                memcpy(copy, big + at, n);
                for (size_t some = 5000; at % 3 && some < n; some += 9000) /* lines may be counted as they come */
                        bh_content_run_ahead(h->run, bh_str_part(chunk, 0, some));
                bh_content_run_chunk(h->run, at, chunk);
                assert_int_equal(bh_literals_scan(h->literals, h->scratch, chunk,
                                                  at ? BH_CONTENT_OVERLAP - BH_CONTENT_TAIL : 0,
                                                  last ? SIZE_MAX : n - BH_CONTENT_TAIL, relay, h->run, &err),
                                 0);
                bh_content_run_flush(h->run, last);
                free(copy);
                if (last)
                        break;
                at += n - BH_CONTENT_OVERLAP;
        }
        assert_int_equal(bh_content_run_end(h->run, &err), 0);
        assert_int_equal(h->n, 40);
        for (size_t i = 0; i < h->n; i++) {
                assert_int_equal(h->at[i]->line, i * 5100 / 50 + 2);
                assert_int_equal(h->at[i]->more, 0);
        }
        end(h);
}

static void a_checksum_says_what_is_real(void **state) {
        const struct bh_check *crc = bh_checks;
        struct bh_arena *a = bh_arena_new();

        (void) state;
        while (crc->name && strcmp(crc->name, "crc-base62") != 0)
                crc++;
        assert_non_null(crc->name);
        assert_int_equal(bh_crc32(BH_STR("123456789")), 0xcbf43926);
        assert_true(crc->holds(a, BH_STR("gh" "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")));
        assert_false(crc->holds(a, BH_STR("gh" "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")));
        assert_false(crc->holds(a, BH_STR("")));
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_secret_is_shown_masked_with_its_line, a_short_secret_gives_away_less,
             the_same_secret_twice_is_one_finding, who_knows_the_value_goes_before_who_knows_its_name,
             what_is_allowed_is_left_alone, a_place_can_lower_the_severity, a_fingerprint_depends_on_the_key_alone,
             a_rule_that_takes_too_long_becomes_a_gap, further_expressions_decide_over_the_whole_text,
             further_expressions_are_asked_once, too_many_findings_end_in_a_gap, chunks_make_no_difference, a_checksum_says_what_is_real)
