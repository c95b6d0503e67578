/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "fmt/twin.h"

enum { TEXT = 5000 };

static char text[TEXT];

static struct bh_str part(size_t from, size_t n) {
        return (struct bh_str){ text + from, n };
}

static void fill(void) {
        for (size_t i = 0; i < TEXT; i++)
                text[i] = (char) rand();
}

static const char *openssl_sha256(struct bh_str s, char out[BH_DIGEST_TEXT_MAX]) {
        struct bh_digest *d = bh_digest_new(BH_STR("sha256"));

        bh_digest_add(d, s.at, s.len);
        (void) bh_digest_end(d, out);
        bh_digest_free(&d);
        return out;
}

static uint64_t openssl_md5(struct bh_str s) {
        struct bh_hasher *h = bh_hasher_new("MD5");
        uint64_t sum = bh_hasher_sum8(h, s);

        bh_hasher_free(&h);
        return sum;
}

static void check_ends(struct bh_twin *t, struct bh_str some, struct bh_str others) {
        char want[BH_DIGEST_TEXT_MAX], got[BH_DIGEST_TEXT_MAX];

        assert_string_equal(bh_twin_sha256_end(t, got), openssl_sha256(some, want));
        assert_int_equal(bh_twin_md5_end8(t), openssl_md5(others));
}

static struct bh_twin *new_or_skip(void) {
        struct bh_twin *t = bh_twin_new();

        if (!t)
                skip(); /* of no use on this processor */
        return t;
}

static void the_known_answers_come_out(void **state) {
        struct bh_twin *t = new_or_skip();
        char out[BH_DIGEST_TEXT_MAX];

        (void) state;
        bh_twin_md5_start(t);
        bh_twin_add(t, BH_STR("abc"), BH_STR("message digest"));
        assert_string_equal(bh_twin_sha256_end(t, out), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_int_equal(bh_twin_md5_end8(t), 0xf96b697d7cb7938d);
        bh_twin_free(&t);
}

static void every_length_ends_as_openssl_ends_it(void **state) {
        struct bh_twin *t = new_or_skip();

        (void) state;
        fill();
        for (size_t n = 0; n < 300; n++) {
                bh_twin_md5_start(t);
                bh_twin_add(t, part(1, n), part(3, n));
                check_ends(t, part(1, n), part(3, n));
                bh_twin_md5_start(t);
                bh_twin_add(t, part(1, 300 - n), part(3, n));
                check_ends(t, part(1, 300 - n), part(3, n));
        }
        bh_twin_free(&t);
}

/* Both get their bytes in pieces of any length, the one much more than the other or none. */
static void pieces_of_any_length_are_the_whole(void **state) {
        struct bh_twin *t = new_or_skip();

        (void) state;
        for (unsigned round = 0; round < 300; round++) {
                size_t some = 0, others = 0, most = round % 3 ? 700 : 90;

                fill();
                bh_twin_md5_start(t);
                while (some < TEXT || others < TEXT) {
                        size_t n = (size_t) rand() % most, m = (size_t) rand() % most;

                        n = BH_MIN(n, TEXT - some);
                        m = BH_MIN(m, TEXT - others);
                        bh_twin_add(t, part(some, n), part(others, m));
                        some += n;
                        others += m;
                }
                check_ends(t, part(0, TEXT), part(0, TEXT));
        }
        bh_twin_free(&t);
}

static void many_files_pass_beside_one_stream(void **state) {
        struct bh_twin *t = new_or_skip();
        char want[BH_DIGEST_TEXT_MAX], got[BH_DIGEST_TEXT_MAX];
        size_t at = 0;

        (void) state;
        fill();
        for (size_t n = 1; at + n <= TEXT; at += n, n += 7) {
                bh_twin_md5_start(t);
                bh_twin_add(t, part(at, n), part(at, n));
                assert_int_equal(bh_twin_md5_end8(t), openssl_md5(part(at, n)));
        }
        assert_string_equal(bh_twin_sha256_end(t, got), openssl_sha256(part(0, at), want));
        bh_twin_free(&t);
}

BH_UNIT_MAIN(the_known_answers_come_out, every_length_ends_as_openssl_ends_it, pieces_of_any_length_are_the_whole,
             many_files_pass_beside_one_stream)
