/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/checks.h"

#include <math.h>
#include <string.h>

#include "base/cur.h"
#include "base/text.h"
#include "fmt/json.h"

double bh_entropy(struct bh_str s) {
        size_t count[256] = { 0 };
        double bits = 0;

        for (size_t i = 0; i < s.len; i++)
                count[(unsigned char) s.at[i]]++;
        for (unsigned c = 0; c < 256; c++)
                if (count[c]) {
                        double p = (double) count[c] / (double) s.len;

                        bits -= p * log2(p);
                }
        return bits;
}

uint32_t bh_crc32(struct bh_str s) {
        uint32_t crc = ~0u;

        for (size_t i = 0; i < s.len; i++) {
                crc ^= (unsigned char) s.at[i];
                for (int k = 0; k < 8; k++)
                        crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
        }
        return ~crc;
}

static bool base62(struct bh_str s, uint64_t *ret) {
        static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        uint64_t v = 0;

        for (size_t i = 0; i < s.len; i++) {
                const char *d = s.at[i] ? strchr(digits, s.at[i]) : NULL;

                if (!d || v > UINT32_MAX)
                        return false;
                v = v * 62 + (uint64_t) (d - digits);
        }
        *ret = v;
        return true;
}

/* GitHub and npm: PREFIX_, 30 characters, and the CRC-32 of those in six digits of base 62. */
static bool crc_base62(struct bh_arena *scratch, struct bh_str v) {
        ptrdiff_t under = bh_str_rchr(v, '_');
        struct bh_str body = bh_str_from(v, (size_t) (under + 1));
        uint64_t want;

        (void) scratch;
        if (body.len <= 6 || !base62(bh_str_from(body, body.len - 6), &want))
                return false;
        body.len -= 6;
        return bh_crc32(body) == want;
}

/* Grafana: glsa_, 32 characters, '_', and the CRC-32 of all before it as little-endian bytes in hex. */
static bool crc_hex(struct bh_arena *scratch, struct bh_str v) {
        ptrdiff_t under = bh_str_rchr(v, '_');
        uint32_t crc;
        char want[4];

        (void) scratch;
        if (under < 0 || !bh_unhex(bh_str_from(v, (size_t) under + 1), want, sizeof want))
                return false;
        crc = bh_cur_le32(&(struct bh_cur){ want, sizeof want, 0, false });
        return bh_crc32(bh_str_part(v, 0, (size_t) under)) == crc;
}

static const struct bh_doc *json_in_base64(struct bh_arena *scratch, struct bh_str text) {
        const struct bh_doc *root = NULL;
        struct bh_str bytes;

        if (!bh_base64_decode(scratch, text, &bytes) || bh_json_parse(scratch, bytes, &root, NULL) < 0)
                return NULL;
        return root;
}

/* A JSON Web Token: the first part is a header that names an algorithm, the second an object of claims. */
static bool jwt(struct bh_arena *scratch, struct bh_str v) {
        struct bh_str head, rest, claims, signature;

        return bh_str_cut(v, '.', &head, &rest) && bh_str_cut(rest, '.', &claims, &signature) &&
               bh_doc_get_text(json_in_base64(scratch, head), "alg").len > 0 &&
               bh_doc_is(json_in_base64(scratch, claims), BH_DOC_OBJECT);
}

/* The body of a PEM block, as it stands in files and, with "\n" spelled out, in strings. */
static bool pem(struct bh_arena *scratch, struct bh_str v) {
        char *clean = bh_arena_bytes(scratch, v.len + 1);
        struct bh_str bytes;
        size_t n = 0;

        for (size_t i = 0; i < v.len; i++)
                if (v.at[i] == '\\' && i + 1 < v.len && (v.at[i + 1] == 'n' || v.at[i + 1] == 'r'))
                        i++;
                else if (v.at[i] > ' ' && v.at[i] != '\\' && v.at[i] != '"' && v.at[i] != '\'')
                        clean[n++] = v.at[i];
        if (!bh_base64_decode(scratch, (struct bh_str){ clean, n }, &bytes) || bytes.len < 32)
                return false;
        return (unsigned char) bytes.at[0] == 0x30 || bh_str_starts(bytes, BH_STR("openssh-key-v1"));
}

/* Base64 of anything that reads "user:password". */
static bool basic_auth(struct bh_arena *scratch, struct bh_str v) {
        struct bh_str bytes;
        ptrdiff_t colon;

        if (!bh_base64_decode(scratch, v, &bytes) || (colon = bh_str_chr(bytes, ':')) < 1)
                return false;
        for (size_t i = 0; i < bytes.len; i++)
                if ((unsigned char) bytes.at[i] < ' ')
                        return false;
        return (size_t) colon + 1 < bytes.len;
}

/* Base64 of a JSON object, after the last '_' of a prefix if there is one. */
static bool base64_json(struct bh_arena *scratch, struct bh_str v) {
        ptrdiff_t brace = bh_str_find(v, BH_STR("eyJ"));

        return brace >= 0 && bh_doc_is(json_in_base64(scratch, bh_str_from(v, (size_t) brace)), BH_DOC_OBJECT);
}

/* Telegram, Discord: what stands before the first separator is a number, plain or in base64. */
static bool discord(struct bh_arena *scratch, struct bh_str v) {
        struct bh_str id, rest, digits;
        uint64_t n;

        return bh_str_cut(v, '.', &id, &rest) && bh_base64_decode(scratch, id, &digits) && bh_str_u64(digits, &n);
}

/* Bech32 (BIP-173): what age writes its keys in. */
static uint32_t polymod(uint32_t chk, unsigned v) {
        static const uint32_t gen[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
        uint32_t top = chk >> 25;

        chk = (chk & 0x1ffffff) << 5 ^ v;
        for (unsigned i = 0; i < 5; i++)
                chk ^= top >> i & 1 ? gen[i] : 0;
        return chk;
}

static bool bech32(struct bh_arena *scratch, struct bh_str v) {
        static const char digits[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
        ptrdiff_t one = bh_str_rchr(v, '1');
        uint32_t chk = 1;

        (void) scratch;
        if (one < 1)
                return false;
        for (ptrdiff_t i = 0; i < one; i++)
                chk = polymod(chk, (unsigned char) (v.at[i] | 0x20) >> 5);
        chk = polymod(chk, 0);
        for (ptrdiff_t i = 0; i < one; i++)
                chk = polymod(chk, (v.at[i] >= 'A' && v.at[i] <= 'Z' ? v.at[i] | 0x20 : v.at[i]) & 31);
        for (size_t i = (size_t) one + 1; i < v.len; i++) {
                const char *d = v.at[i] ? strchr(digits, v.at[i]) : NULL;

                if (!d)
                        return false;
                chk = polymod(chk, (unsigned) (d - digits));
        }
        return chk == 1;
}

/* A password people choose: letters and digits or signs, not a word of code such as a call, a type or a variable. */
static bool mixed(struct bh_arena *scratch, struct bh_str v) {
        bool lower = false, upper = false, digit = false, sign = false;

        (void) scratch;
        for (size_t i = 0; i < v.len; i++) {
                char c = v.at[i];

                lower |= c >= 'a' && c <= 'z';
                upper |= c >= 'A' && c <= 'Z';
                digit |= c >= '0' && c <= '9';
                sign |= c > ' ' && strchr("!@#$%^&*?+=~;,|", c) != NULL;
        }
        return lower + upper + digit + sign >= 2 && (digit || sign);
}

const struct bh_check bh_checks[] = {
        { "crc-base62", "its checksum holds", crc_base62 },
        { "crc-hex", "its checksum holds", crc_hex },
        { "bech32", "its checksum holds", bech32 },
        { "jwt", "it holds a header and claims", jwt },
        { "pem", "it holds a key", pem },
        { "basic-auth", "it decodes to a name and a password", basic_auth },
        { "base64-json", "it decodes to an object", base64_json },
        { "discord", "it holds a user's number", discord },
        { "mixed", NULL, mixed },
        { NULL, NULL, NULL },
};
