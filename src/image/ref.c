/* SPDX-License-Identifier: Apache-2.0 */
#include "image/ref.h"

#define NAME_MAX_LEN 255
#define TAG_MAX_LEN 128

static const char *const kind_words[] = {
#define X(symbol, word) [BH_REF_##symbol] = word,
        BH_REF_TABLE(X)
#undef X
};

const char *bh_ref_kind_str(enum bh_ref_kind kind) {
        return kind < _BH_REF_KIND_MAX ? kind_words[kind] : "";
}

bool bh_digest_is_valid(struct bh_str digest) {
        struct bh_str algorithm, hex;
        size_t want;

        if (!bh_str_cut(digest, ':', &algorithm, &hex))
                return false;
        want = bh_str_is(algorithm, "sha256") ? 64 : bh_str_is(algorithm, "sha512") ? 128 : 0;
        for (size_t i = 0; i < hex.len; i++)
                if (!bh_is_digit(hex.at[i]) && !(hex.at[i] >= 'a' && hex.at[i] <= 'f'))
                        return false;
        return want && hex.len == want;
}

static bool is_word_byte(char c) {
        return bh_is_digit(c) || bh_is_lower(c) || bh_is_upper(c) || c == '_';
}

static bool tag_is_valid(struct bh_str tag) {
        if (tag.len == 0 || tag.len > TAG_MAX_LEN || !is_word_byte(tag.at[0]))
                return false;
        for (size_t i = 1; i < tag.len; i++)
                if (!is_word_byte(tag.at[i]) && tag.at[i] != '.' && tag.at[i] != '-')
                        return false;
        return true;
}

/* One part between slashes: lower-case words joined by '.', '_', "__" or any number of '-'. */
static bool part_is_valid(struct bh_str part) {
        size_t run = 0;

        for (size_t i = 0; i < part.len; i++) {
                char c = part.at[i];

                if (bh_is_digit(c) || bh_is_lower(c)) {
                        run = 0;
                        continue;
                }
                if ((c != '.' && c != '_' && c != '-') || i == 0 || i + 1 == part.len)
                        return false;
                if (run++ && (c != part.at[i - 1] || c == '.' || (c == '_' && run > 2)))
                        return false;
        }
        return part.len > 0;
}

static bool repository_is_valid(struct bh_str repository) {
        struct bh_str rest = repository, part;

        if (repository.len == 0 || repository.len > NAME_MAX_LEN || repository.at[repository.len - 1] == '/')
                return false;
        while (bh_str_split(&rest, '/', &part))
                if (!part_is_valid(part))
                        return false;
        return true;
}

/* "host", "host:port", "[v6]:port": only what may stand in a URL without escapes. */
static bool registry_is_valid(struct bh_str registry) {
        for (size_t i = 0; i < registry.len; i++) {
                char c = registry.at[i];

                if (!bh_is_digit(c) && !bh_is_lower(c) && !bh_is_upper(c) && c != '.' && c != '-' && c != ':' &&
                    c != '[' && c != ']')
                        return false;
        }
        return registry.len > 0 && registry.len <= NAME_MAX_LEN && (is_word_byte(registry.at[0]) || registry.at[0] == '[');
}

/* The part before the first '/' names a registry when it looks like a host. */
static bool cut_registry(struct bh_str *name, struct bh_str *ret) {
        struct bh_str first, rest;

        if (!bh_str_cut(*name, '/', &first, &rest))
                return false;
        if (bh_str_chr(first, '.') < 0 && bh_str_chr(first, ':') < 0 && !bh_str_is(first, "localhost"))
                return false;
        *ret = first;
        *name = rest;
        return true;
}

static int parse_name(struct bh_arena *arena, struct bh_str name, struct bh_ref *ref, struct bh_err *err) {
        struct bh_str left, full, digest = { 0 }, tag = { 0 }, registry = BH_STR("docker.io");
        bool named;
        ptrdiff_t colon;

        if (bh_digest_is_valid(name))
                return bh_fail(err, BH_E_USAGE, "'%s' is an id, which only an engine can look up", BH_QUOTE(name));
        if (bh_str_cut(name, '@', &left, &digest)) {
                if (!bh_digest_is_valid(digest))
                        return bh_fail(err, BH_E_USAGE, "'%s': a digest is sha256: and 64 hex digits", BH_QUOTE(digest));
                name = left;
        }
        named = cut_registry(&name, &registry);
        colon = bh_str_rchr(name, ':');
        if (colon >= 0) {
                tag = bh_str_from(name, (size_t) colon + 1);
                name = bh_str_part(name, 0, (size_t) colon);
                if (!tag_is_valid(tag))
                        return bh_fail(err, BH_E_USAGE, "'%s' cannot be a tag", BH_QUOTE(tag));
        }
        if (!registry_is_valid(registry))
                return bh_fail(err, BH_E_USAGE, "'%s' cannot be a registry", BH_QUOTE(registry));
        full = name;
        if (bh_str_is(registry, "index.docker.io"))
                registry = BH_STR("docker.io");
        if ((!named || bh_str_is(registry, "docker.io")) && bh_str_chr(name, '/') < 0)
                full = bh_arena_cat(arena, BH_STR("library/"), name);
        if (!repository_is_valid(full))
                return bh_fail(err, BH_E_USAGE, "'%s' cannot be the name of an image", BH_QUOTE(name));
        ref->registry = registry;
        ref->repository = full;
        ref->digest = digest;
        ref->tag = tag.len || digest.len ? tag : BH_STR("latest");
        return 0;
}

/* DIR[:TAG]: the last colon sets a tag apart unless what follows has a '/'. */
static void parse_layout(struct bh_ref *ref) {
        ptrdiff_t colon = bh_str_rchr(ref->path, ':');
        struct bh_str tag;

        if (colon <= 0)
                return;
        tag = bh_str_from(ref->path, (size_t) colon + 1);
        if (!tag_is_valid(tag))
                return;
        ref->tag = tag;
        ref->path = bh_str_part(ref->path, 0, (size_t) colon);
}

static enum bh_ref_kind kind_of(struct bh_str text, struct bh_str *ret_rest) {
        struct bh_str word;

        *ret_rest = text;
        if (bh_str_is(text, "host"))
                return BH_REF_HOST;
        if (bh_str_cut(text, ':', &word, ret_rest))
                for (size_t i = BH_REF_ANY + 1; i < BH_LEN(kind_words); i++)
                        if (i != BH_REF_HOST && bh_str_is(word, kind_words[i]))
                                return (enum bh_ref_kind) i;
        *ret_rest = text;
        return BH_REF_ANY;
}

static int parse_rest(struct bh_arena *arena, struct bh_ref *ref, struct bh_err *err) {
        switch (ref->kind) {
        case BH_REF_REGISTRY:
                return parse_name(arena, ref->path, ref, err);
        case BH_REF_ANY:
        case BH_REF_DOCKER:
        case BH_REF_PODMAN:
                /* An engine also knows images by id, and a word may be a path: no name is no failure yet. */
                BH_IGNORE(parse_name(arena, ref->path, ref, NULL));
                return 0;
        case BH_REF_OCI:
                parse_layout(ref);
                return 0;
        case BH_REF_HOST:
                ref->path = BH_STR("/");
                return 0;
        default:
                return 0;
        }
}

int bh_ref_parse(struct bh_arena *arena, struct bh_str text, struct bh_ref *ret, struct bh_err *err) {
        struct bh_ref ref = { .text = bh_arena_str(arena, text) };
        int r;

        if (text.len == 0)
                return bh_fail(err, BH_E_USAGE, "nothing was named to look at");
        for (size_t i = 0; i < text.len; i++)
                if (text.at[i] == '\0' || text.at[i] == '\n')
                        return bh_fail(err, BH_E_USAGE, "'%s': a name has no NUL and no newline", BH_QUOTE(text));
        ref.kind = kind_of(ref.text, &ref.path);
        if (ref.path.len == 0)
                return bh_fail(err, BH_E_USAGE, "'%s': nothing follows the colon", BH_QUOTE(text));
        r = parse_rest(arena, &ref, err);
        if (r < 0)
                return r;
        *ret = ref;
        return 0;
}

struct bh_str bh_ref_name(struct bh_arena *arena, const struct bh_ref *ref) {
        if (ref->registry.len == 0)
                return ref->text;
        return bh_arena_printf(arena, "%.*s/%.*s%s%.*s%s%.*s", BH_FMT(ref->registry), BH_FMT(ref->repository),
                               ref->tag.len ? ":" : "", BH_FMT(ref->tag), ref->digest.len ? "@" : "",
                               BH_FMT(ref->digest));
}
