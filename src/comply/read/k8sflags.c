/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/k8sflags.h"

struct bh_k8sflags bh_k8sflags_in(struct bh_arena *arena) {
        struct bh_doc *tail = NULL;

        return (struct bh_k8sflags){ arena, bh_doc_add(arena, NULL, &tail, BH_DOC_OBJECT) };
}

static struct bh_doc *find(const struct bh_k8sflags *flags, struct bh_str name, struct bh_doc **ret_last) {
        struct bh_doc *last = NULL;

        for (struct bh_doc *n = flags->object->first; n; n = n->next) {
                if (bh_str_eq(n->key, name))
                        return n;
                last = n;
        }
        *ret_last = last;
        return NULL;
}

void bh_k8sflags_set(struct bh_k8sflags *flags, struct bh_str name, struct bh_str value) {
        struct bh_doc *last = NULL, *n = find(flags, name, &last);

        if (n && bh_str_is(name, "feature-gates") && n->str.len) {
                n->str = bh_arena_printf(flags->arena, "%.*s,%.*s", BH_FMT(n->str), BH_FMT(value));
                return;
        }
        if (!n) {
                n = bh_doc_add(flags->arena, flags->object, &last, BH_DOC_STRING);
                n->key = name;
        }
        n->str = value;
}

static struct bh_str dashed(struct bh_arena *arena, struct bh_str name) {
        char *out;

        if (bh_str_chr(name, '_') < 0)
                return name;
        out = bh_arena_bytes(arena, name.len);
        for (size_t i = 0; i < name.len; i++)
                out[i] = name.at[i] == '_' ? '-' : name.at[i];
        return (struct bh_str){ out, name.len };
}

/* These stand alone: the word behind them is no value. */
static bool stands_alone(struct bh_str name) {
        static const char *const names[] = { "allow-privileged", "anonymous-auth", "auto-tls", "client-cert-auth", "contention-profiling", "enable-aggregator-routing",
                                             "enable-bootstrap-token-auth", "leader-elect", "make-iptables-util-chains", "peer-auto-tls", "peer-client-cert-auth",
                                             "profiling", "protect-kernel-defaults", "rotate-certificates", "rotate-server-certificates", "seccomp-default",
                                             "service-account-extend-token-expiration", "service-account-lookup", "use-service-account-credentials", "authentication-token-webhook" };

        return bh_str_among(name, names, BH_LEN(names));
}

void bh_k8sflags_words(struct bh_k8sflags *flags, const struct bh_str *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                struct bh_str word = words[i], name, value;

                if (!bh_str_cut_prefix(&word, BH_STR("--")) && !bh_str_cut_prefix(&word, BH_STR("-")))
                        continue;
                if (!bh_str_cut(word, '=', &name, &value)) {
                        bool takes = i + 1 < n && !stands_alone(dashed(flags->arena, name)) && !bh_str_starts(words[i + 1], BH_STR("-"));

                        value = takes ? words[++i] : BH_STR("true");
                }
                if (name.len)
                        bh_k8sflags_set(flags, dashed(flags->arena, name), value);
        }
}

/* Quotes around a value are the file's, not the value's. */
static struct bh_str unquoted(struct bh_str s) {
        if (s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0])
                return bh_str_part(s, 1, s.len - 2);
        return s;
}

void bh_k8sflags_lines(struct bh_k8sflags *flags, struct bh_str text) {
        struct bh_str line, name, value;

        while (bh_str_split(&text, '\n', &line)) {
                line = bh_str_trim(line);
                if (!bh_str_cut_prefix(&line, BH_STR("--")))
                        continue;
                if (!bh_str_cut(line, '=', &name, &value) && !bh_str_cut(line, ' ', &name, &value))
                        value = BH_STR("true");
                bh_k8sflags_set(flags, dashed(flags->arena, bh_str_trim(name)), unquoted(bh_str_trim(value)));
        }
}

struct bh_str bh_k8sflags_get(const struct bh_k8sflags *flags, const char *name) {
        return bh_doc_get_text(flags->object, name);
}

bool bh_k8sflags_lists(struct bh_str list, const char *word) {
        struct bh_str part;

        while (bh_str_split(&list, ',', &part))
                if (bh_str_is(bh_str_trim(part), word))
                        return true;
        return false;
}
