/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/outputs/spec.h"

#include <string.h>

#include "base/limits.h"
#include "base/near.h"

struct reading {
        struct bh_arena *arena;
        struct bh_output_spec *spec;
        struct bh_err *err;
};

static const struct {
        const char *prefix;
        enum bh_output_kind kind;
        enum bh_output_way way;
        const char *port;
        bool json;
} kinds[] = {
        { "file:", BH_OUTPUT_FILE, BH_WAY_TCP, NULL, true },
        { "syslog:udp://", BH_OUTPUT_SYSLOG, BH_WAY_UDP, "514", false },
        { "syslog:tcp://", BH_OUTPUT_SYSLOG, BH_WAY_TCP, "601", false },
        { "syslog:tls://", BH_OUTPUT_SYSLOG, BH_WAY_TLS, "6514", false },
        { "http://", BH_OUTPUT_HTTP, BH_WAY_TCP, NULL, true },
        { "https://", BH_OUTPUT_HTTP, BH_WAY_TLS, NULL, true },
        { "unix:", BH_OUTPUT_UNIX, BH_WAY_TCP, NULL, true },
};

/* RFC 5424, table 1, by the names syslog.conf has used ever since. */
static const char *const facilities[] = { "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
                                          "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5",
                                          "local6", "local7" };

static int unknown(struct bh_err *err, const char *what, struct bh_str word, const char *const *known, size_t n) {
        const char *near = bh_nearest(word, known, n);

        return near ? bh_fail(err, BH_E_USAGE, "there is no %s \"%s\"; did you mean \"%s\"?", what, BH_QUOTE(word), near)
                    : bh_fail(err, BH_E_USAGE, "there is no %s \"%s\"", what, BH_QUOTE(word));
}

static int number(struct bh_str value, uint64_t least, uint64_t most, uint64_t *ret, struct bh_err *err) {
        static const struct bh_str units = BH_STR_INIT("KMG");
        struct bh_str digits = value;
        uint64_t n, factor = 1;
        ptrdiff_t unit = value.len ? bh_str_chr(units, value.at[value.len - 1]) : -1;

        if (unit >= 0) {
                digits.len--;
                factor = 1ull << (10 * (unit + 1));
        }
        if (!bh_str_u64(digits, &n) || __builtin_mul_overflow(n, factor, &n) || n < least || n > most)
                return bh_fail(err, BH_E_USAGE, "\"%s\" is no number from %llu to %llu", BH_QUOTE(value), (unsigned long long) least,
                               (unsigned long long) most);
        *ret = n;
        return 0;
}

static int bytes(struct reading *p, struct bh_str value, uint64_t *ret) {
        return number(value, 4 * BH_KIB, 1024 * BH_GIB, ret, p->err);
}

static int small(struct reading *p, struct bh_str value, uint64_t least, uint64_t most, uint32_t *ret) {
        uint64_t n;
        int r = number(value, least, most, &n, p->err);

        if (r >= 0)
                *ret = (uint32_t) n;
        return r;
}

static int yes_no(struct reading *p, struct bh_str value, bool *ret) {
        *ret = bh_str_is(value, "yes");
        return *ret || bh_str_is(value, "no") ? 0 : bh_fail(p->err, BH_E_USAGE, "\"%s\" is neither yes nor no", BH_QUOTE(value));
}

static int o_format(struct reading *p, struct bh_str v) {
        static const char *const words[] = { "json", "text" };

        p->spec->json = bh_str_is(v, "json");
        return p->spec->json || bh_str_is(v, "text") ? 0 : unknown(p->err, "format", v, words, 2);
}

static int o_priority(struct reading *p, struct bh_str v) {
        return bh_priority_of(v, &p->spec->least) ? 0 : bh_fail(p->err, BH_E_USAGE, "\"%s\" is no priority such as warning", BH_QUOTE(v));
}

static int o_tags(struct reading *p, struct bh_str v) {
        p->spec->tags = bh_arena_str(p->arena, v);
        return 0;
}

static int o_when(struct reading *p, struct bh_str v) {
        p->spec->when = bh_arena_str(p->arena, v);
        return 0;
}

static int o_memory(struct reading *p, struct bh_str v) {
        return bytes(p, v, &p->spec->memory_bytes);
}

static int o_spool(struct reading *p, struct bh_str v) {
        p->spec->spool_dir = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_spool_size(struct reading *p, struct bh_str v) {
        return bytes(p, v, &p->spec->spool_bytes);
}

static int o_timeout(struct reading *p, struct bh_str v) {
        uint32_t seconds = 0;
        int r = small(p, v, 1, 600, &seconds);

        p->spec->timeout_ms = seconds * 1000;
        return r;
}

static int o_size(struct reading *p, struct bh_str v) {
        return bytes(p, v, &p->spec->size_bytes);
}

static int o_keep(struct reading *p, struct bh_str v) {
        return small(p, v, 0, 1000, &p->spec->keep);
}

static int o_facility(struct reading *p, struct bh_str v) {
        for (uint8_t i = 0; i < BH_LEN(facilities); i++)
                if (bh_str_is(v, facilities[i])) {
                        p->spec->facility = i;
                        return 0;
                }
        return unknown(p->err, "facility", v, facilities, BH_LEN(facilities));
}

/* RFC 5424: APP-NAME is up to 48 printable bytes without a blank. */
static int o_app(struct reading *p, struct bh_str v) {
        for (size_t i = 0; i < v.len; i++)
                if (v.at[i] < 33 || v.at[i] > 126)
                        return bh_fail(p->err, BH_E_USAGE, "\"%s\" is no name for syslog", BH_QUOTE(v));
        if (v.len == 0 || v.len > 48)
                return bh_fail(p->err, BH_E_USAGE, "a name for syslog has 1 to 48 letters");
        p->spec->app = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_ca(struct reading *p, struct bh_str v) {
        p->spec->ca = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_cert(struct reading *p, struct bh_str v) {
        p->spec->cert = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_key(struct reading *p, struct bh_str v) {
        p->spec->key = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_insecure(struct reading *p, struct bh_str v) {
        return yes_no(p, v, &p->spec->insecure);
}

static int o_authorization(struct reading *p, struct bh_str v) {
        p->spec->authorization = bh_arena_cstr(p->arena, v);
        return 0;
}

static int o_batch(struct reading *p, struct bh_str v) {
        return small(p, v, 1, 1000, &p->spec->batch);
}

#define ALL 0xffu
#define KIND(k) (1u << BH_OUTPUT_##k)
static const struct option {
        const char *name;
        unsigned kinds; /* where it means something */
        int (*read)(struct reading *p, struct bh_str value);
} options[] = {
        { "format", ALL, o_format },
        { "priority", ALL, o_priority },
        { "tags", ALL, o_tags },
        { "memory", ALL, o_memory },
        { "spool", ALL, o_spool },
        { "spool_size", ALL, o_spool_size },
        { "timeout", KIND(SYSLOG) | KIND(HTTP) | KIND(UNIX), o_timeout },
        { "size", KIND(FILE), o_size },
        { "keep", KIND(FILE), o_keep },
        { "facility", KIND(SYSLOG), o_facility },
        { "app", KIND(SYSLOG), o_app },
        { "ca", KIND(SYSLOG) | KIND(HTTP), o_ca },
        { "cert", KIND(SYSLOG) | KIND(HTTP), o_cert },
        { "key", KIND(SYSLOG) | KIND(HTTP), o_key },
        { "insecure", KIND(SYSLOG) | KIND(HTTP), o_insecure },
        { "authorization", KIND(HTTP), o_authorization },
        { "batch", KIND(HTTP), o_batch },
        { "when", ALL, o_when },
};

static int read_option(struct reading *p, struct bh_str name, struct bh_str value) {
        const char *names[BH_LEN(options)];
        int r;

        for (size_t i = 0; i < BH_LEN(options); i++) {
                names[i] = options[i].name;
                if (!bh_str_is(name, options[i].name))
                        continue;
                if (!(options[i].kinds & (1u << p->spec->kind)))
                        return bh_fail(p->err, BH_E_USAGE, "%s means nothing to this kind of output", options[i].name);
                if (value.len == 0)
                        return bh_fail(p->err, BH_E_USAGE, "%s needs a value", options[i].name);
                r = options[i].read(p, value);
                return r < 0 ? bh_wrap(p->err, r, "%s", options[i].name) : 0;
        }
        return unknown(p->err, "option", name, names, BH_LEN(names));
}

/* "host:port", "[::1]:port", or without a port. */
static int read_address(struct reading *p, struct bh_str text, const char *port) {
        struct bh_str host = text, rest = { 0 };
        ptrdiff_t colon;

        if (bh_str_cut_prefix(&host, BH_STR("["))) {
                if (!bh_str_cut(host, ']', &host, &rest) || (rest.len && rest.at[0] != ':'))
                        return bh_fail(p->err, BH_E_USAGE, "\"%s\" is no address such as [::1]:514", BH_QUOTE(text));
                rest = bh_str_from(rest, 1);
        } else if ((colon = bh_str_rchr(host, ':')) >= 0) {
                rest = bh_str_from(host, (size_t) colon + 1);
                host = bh_str_part(host, 0, (size_t) colon);
        }
        if (host.len == 0)
                return bh_fail(p->err, BH_E_USAGE, "which host?");
        p->spec->target = bh_arena_cstr(p->arena, host);
        p->spec->port = rest.len ? bh_arena_cstr(p->arena, rest) : port;
        return 0;
}

static int read_target(struct reading *p, struct bh_str target) {
        static const char *const words[] = { "stdout", "file:", "syslog:udp://", "syslog:tcp://", "syslog:tls://", "http://", "https://", "unix:" };

        if (bh_str_is(target, "stdout") || bh_str_is(target, "-"))
                return 0;
        for (size_t i = 0; i < BH_LEN(kinds); i++) {
                struct bh_str rest = target;

                if (!bh_str_cut_prefix(&rest, bh_str_of(kinds[i].prefix)))
                        continue;
                p->spec->kind = kinds[i].kind;
                p->spec->way = kinds[i].way;
                p->spec->json = kinds[i].json;
                if (rest.len == 0)
                        return bh_fail(p->err, BH_E_USAGE, "%s what?", kinds[i].prefix);
                if (kinds[i].port)
                        return read_address(p, rest, kinds[i].port);
                p->spec->target = bh_arena_cstr(p->arena, kinds[i].kind == BH_OUTPUT_HTTP ? target : rest);
                return 0;
        }
        return unknown(p->err, "output", target, words, BH_LEN(words));
}

static void defaults(struct bh_output_spec *s) {
        *s = (struct bh_output_spec){ .least = BH_PRIORITY_DEBUG, .memory_bytes = 4 * BH_MIB, .spool_bytes = 256 * BH_MIB, .timeout_ms = 10000,
                                      .keep = 5, .facility = 10 /* authpriv */, .app = "bulkhead", .batch = 1 };
}

/* What may be shown: no credentials of a URL, no authorization. */
static struct bh_str shown(struct bh_arena *arena, struct bh_str target) {
        ptrdiff_t slashes = bh_str_find(target, BH_STR("://")), at = bh_str_rchr(target, '@');

        if (slashes < 0 || at < slashes)
                return bh_arena_str(arena, target);
        return bh_arena_printf(arena, "%.*s***%.*s", BH_FMT(bh_str_part(target, 0, (size_t) slashes + 3)), BH_FMT(bh_str_from(target, (size_t) at)));
}

int bh_output_spec_parse(struct bh_arena *arena, const char *text, struct bh_output_spec *ret, struct bh_err *err) {
        struct bh_output_spec spec;
        struct reading p = { arena, &spec, err };
        struct bh_str rest = bh_str_of(text), target = { 0 }, part, name, value;
        int r;

        defaults(&spec);
        (void) bh_str_split(&rest, ',', &target);
        r = read_target(&p, target);
        while (r >= 0 && rest.len) {
                struct bh_str all = rest;

                (void) bh_str_split(&rest, ',', &part);
                if (bh_str_starts(all, BH_STR("when=")))
                        part = all, rest = (struct bh_str){ 0 };
                (void) bh_str_cut(part, '=', &name, &value);
                r = read_option(&p, bh_str_trim(name), bh_str_trim(value));
        }
        if (r < 0)
                return bh_wrap(err, r, "output %s", BH_QUOTE(shown(arena, target)));
        spec.text = shown(arena, target);
        *ret = spec;
        return 0;
}
