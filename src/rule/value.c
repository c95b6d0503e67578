/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text, and constants of rules as values. */
#include "rule/value.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rule/program.h"

static void print_ip(const struct bh_value *v, struct bh_buf *out) {
        char text[INET6_ADDRSTRLEN] = "";

        (void) inet_ntop(v->ip.v6 ? AF_INET6 : AF_INET, v->ip.at, text, sizeof text);
        bh_buf_puts(out, text);
        if (v->type == BH_V_NET)
                bh_buf_printf(out, "/%u", v->bits);
}

static void print_list(const struct bh_value *v, struct bh_buf *out) {
        bh_buf_putc(out, '(');
        for (size_t i = 0; i < v->list.n; i++) {
                if (i)
                        bh_buf_putc(out, ',');
                bh_value_print(&v->list.at[i], out);
        }
        bh_buf_putc(out, ')');
}

/* Some are written in a form of their own. */
static void print_number(const struct bh_value *v, bool negative, uint64_t u, struct bh_buf *out) {
        if (v->str.len)
                bh_buf_add(out, v->str);
        else
                bh_buf_printf(out, "%s%" PRIu64, negative ? "-" : "", u);
}

void bh_value_print(const struct bh_value *v, struct bh_buf *out) {
        if (v->is_list) {
                print_list(v, out);
                return;
        }
        switch (v->type) {
        case BH_V_BOOL: bh_buf_puts(out, v->b ? "true" : "false"); break;
        case BH_V_INT:
        case BH_V_TIME: print_number(v, v->i < 0, v->i < 0 ? -(uint64_t) v->i : v->u, out); break;
        case BH_V_UINT:
        case BH_V_PORT:
        case BH_V_DURATION: print_number(v, false, v->u, out); break;
        case BH_V_DOUBLE: bh_buf_printf(out, "%.17g", v->d); break;
        case BH_V_IP:
        case BH_V_NET: print_ip(v, out); break;
        default: bh_buf_add(out, v->str);
        }
}

static bool parse_real(struct bh_str s, double *ret) {
        char text[64], *end;

        if (s.len == 0 || s.len >= sizeof text)
                return false;
        memcpy(text, s.at, s.len);
        text[s.len] = '\0';
        *ret = strtod(text, &end);
        return *end == '\0' && isfinite(*ret);
}

bool bh_number_parse(struct bh_str s, struct bh_number *ret) {
        struct bh_number n = { 0 };
        struct bh_str digits = s;
        bool negative = bh_str_cut_prefix(&digits, BH_STR("-"));
        uint64_t u;

        if (!negative)
                (void) bh_str_cut_prefix(&digits, BH_STR("+"));
        if (bh_str_cut_prefix(&digits, BH_STR("0x")) || bh_str_cut_prefix(&digits, BH_STR("0X"))) {
                if (!bh_str_hex64(digits, &u))
                        return false;
        } else if (!bh_str_u64(digits, &u)) {
                n.real = true;
                if (!digits.len || !(bh_is_digit(digits.at[0]) || digits.at[0] == '.') || !parse_real(s, &n.d))
                        return false;
                *ret = n;
                return true;
        }
        n.i = negative ? -(__int128) u : (__int128) u;
        n.d = (double) n.i;
        *ret = n;
        return true;
}

struct bh_number bh_value_number(const struct bh_value *v) {
        if (v->type == BH_V_DOUBLE)
                return (struct bh_number){ .d = v->d, .real = true };
        if (v->type == BH_V_INT || v->type == BH_V_TIME)
                return (struct bh_number){ .i = v->i };
        if (v->type == BH_V_BOOL)
                return (struct bh_number){ .i = v->b };
        return (struct bh_number){ .i = v->u };
}

int bh_number_cmp(const struct bh_number *a, const struct bh_number *b) {
        if (a->real || b->real) {
                double x = a->real ? a->d : (double) a->i, y = b->real ? b->d : (double) b->i;

                return (x > y) - (x < y);
        }
        return (a->i > b->i) - (a->i < b->i);
}

bool bh_net_parse(struct bh_str s, struct bh_net *ret) {
        struct bh_net n = { 0 };
        struct bh_str host, bits;
        char text[INET6_ADDRSTRLEN];
        uint64_t u;
        bool given = bh_str_cut(s, '/', &host, &bits);

        if (host.len == 0 || host.len >= sizeof text)
                return false;
        memcpy(text, host.at, host.len);
        text[host.len] = '\0';
        n.ip.v6 = bh_str_chr(host, ':') >= 0;
        if (inet_pton(n.ip.v6 ? AF_INET6 : AF_INET, text, n.ip.at) != 1)
                return false;
        u = n.ip.v6 ? 128 : 32;
        if (given && (!bh_str_u64(bits, &u) || u > (n.ip.v6 ? 128u : 32u)))
                return false;
        n.bits = (uint8_t) u;
        *ret = n;
        return true;
}

bool bh_net_has(const struct bh_net *net, const struct bh_ip *ip) {
        unsigned whole = net->bits / 8, rest = net->bits % 8;

        if (net->ip.v6 != ip->v6 || memcmp(net->ip.at, ip->at, whole) != 0)
                return false;
        return rest == 0 || ((net->ip.at[whole] ^ ip->at[whole]) >> (8 - rest)) == 0;
}
