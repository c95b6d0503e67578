/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/webshell.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "scan/webshell/flow.h"
#include "scan/webshell/packed.h"

static const struct {
        enum bh_webshell_sign sign;
        const char *text;
} literals[] = {
        { BH_WEBSHELL_REQUEST, "$_GET" },          { BH_WEBSHELL_REQUEST, "$_POST" },
        { BH_WEBSHELL_REQUEST, "$_REQUEST" },      { BH_WEBSHELL_REQUEST, "$_COOKIE" },
        { BH_WEBSHELL_REQUEST, "$_SERVER" },       { BH_WEBSHELL_REQUEST, "$_FILES" },
        { BH_WEBSHELL_REQUEST, "php://input" },    { BH_WEBSHELL_REQUEST, "getallheaders" },
        { BH_WEBSHELL_REQUEST, "filter_input" },   { BH_WEBSHELL_REQUEST, "apache_request_headers" },
        { BH_WEBSHELL_REQUEST, "HTTP_RAW_POST" },  { BH_WEBSHELL_REQUEST, "HTTP_POST_VARS" },
        { BH_WEBSHELL_REQUEST, "GLOBALS" },        { BH_WEBSHELL_REQUEST, "${" },
        { BH_WEBSHELL_REQUEST, "$$" },             { BH_WEBSHELL_DECODER, "eval(" },
        { BH_WEBSHELL_DECODER, "eval (" },         { BH_WEBSHELL_DECODER, "assert" },
        { BH_WEBSHELL_DECODER, "create_function" }, { BH_WEBSHELL_DECODER, "gzinflate" },
        { BH_WEBSHELL_DECODER, "base64_decode" },  { BH_WEBSHELL_DECODER, "str_rot13" },
        { BH_WEBSHELL_PHP, "<?php" },              { BH_WEBSHELL_JAVA, "getParameter" },
        { BH_WEBSHELL_JAVA, "getInputStream" },    { BH_WEBSHELL_JAVA, "getReader" },
        { BH_WEBSHELL_JAVA, "getHeader" },         { BH_WEBSHELL_JAVA, "getQueryString" },
        { BH_WEBSHELL_JAVA, "\\u00" },
};

static const char *const php_ends[] = { ".php", ".php3", ".php4", ".php5", ".php7", ".php8", ".phtml", ".pht", ".phps", ".inc", ".phar", ".module" };
static const char *const jsp_ends[] = { ".jsp", ".jspx", ".jspf", ".jsw", ".jsv", ".jtml", ".jspa" };
/* Where <?php is talked about, not run. */
static const char *const other_ends[] = { ".md", ".rst", ".adoc", ".js", ".ts", ".map", ".json", ".yaml", ".yml", ".py", ".pyc", ".rb", ".go",
                                          ".c", ".h", ".java", ".po", ".pot", ".mo", ".gz", ".xml", ".css", ".tex", ".info", ".vim", ".el",
                                          ".lua", ".pm", ".pl", ".so", ".jar", ".lang", ".snippets", ".1", ".3", ".5", ".8", ".yar", ".rules" };

static const struct kind {
        const char *rule, *title;
        enum bh_severity severity;
        const char *what, *tail;
} kinds[_BH_FLOW_MAX] = {
        [BH_FLOW_EVAL] = { "request-to-code", "A request is run as code", BH_SEVERITY_CRITICAL, "reaches ", "()" },
        [BH_FLOW_COMMAND] = { "request-to-command", "A request is run as a command", BH_SEVERITY_CRITICAL, "reaches ", "()" },
        [BH_FLOW_CALL] = { "request-to-call", "A request says which function is called", BH_SEVERITY_CRITICAL, "says what is called, by ", "" },
        [BH_FLOW_INCLUDE] = { "request-to-include", "A request says which file is run", BH_SEVERITY_HIGH, "reaches ", "" },
        [BH_FLOW_DROP] = { "request-to-file", "A request says what is written where", BH_SEVERITY_HIGH, "reaches ", "()" },
        [BH_FLOW_LOAD] = { "request-to-class", "A request is loaded as compiled code", BH_SEVERITY_CRITICAL, "reaches ", "()" },
        [BH_FLOW_PACKED] = { "packed-code", "Code that was packed to hide it, and is run", BH_SEVERITY_HIGH, "reaches ", "()" },
};

static const char mend[] = "Find out how the file came into the image and rebuild without it; if the image ran, treat the machine and "
                           "all credentials it saw as taken.";

struct scan {
        struct bh_arena *arena;
        struct bh_str path;
        struct bh_finding found[_BH_FLOW_MAX];
        unsigned n_hits;
};

static bool ends_in(struct bh_str path, const char *const *list, size_t n) {
        struct bh_str name = bh_str_basename(path);
        ptrdiff_t dot = bh_str_rchr(name, '.');

        for (size_t i = 0; dot >= 0 && i < n; i++)
                if (bh_str_eq_nocase(bh_str_from(name, (size_t) dot), bh_str_of(list[i])))
                        return true;
        return false;
}

int bh_webshell_register(struct bh_literals_builder *b, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(literals); i++)
                r = bh_literals_add(b, BH_OWNER_OTHER, literals[i].sign, bh_str_of(literals[i].text), literals[i].sign != BH_WEBSHELL_REQUEST, err);
        return r;
}

static const struct bh_str tags[] = { BH_STR_INIT("T1505.003"), BH_STR_INIT("CWE-506") };

static struct bh_finding finding_of(struct scan *s, enum bh_flow_sink sink, uint32_t line) {
        const struct kind *k = &kinds[sink];
        struct bh_str key = bh_arena_printf(s->arena, "%s\n%.*s", k->rule, BH_FMT(s->path));

        return (struct bh_finding){
                .kind = BH_FINDING_WEBSHELL, .severity = k->severity, .rule = bh_str_of(k->rule), .title = bh_str_of(k->title),
                .category = BH_STR("webshell"), .path = s->path, .mend = bh_str_of(mend), .tags = tags, .n_tags = BH_LEN(tags),
                .line = line, .fingerprint = bh_hash64(key),
        };
}

static struct bh_str evidence(struct scan *s, const struct bh_flow_hit *h) {
        struct bh_buf text = { 0 };
        char source[120], through[64], name[64];
        struct bh_str ret;

        bh_buf_printf(&text, "line %u: %s ", h->line, h->source.len ? bh_str_quote(h->source, source, sizeof source) : "packed code");
        bh_buf_printf(&text, "%s%s%s", kinds[h->sink].what, bh_str_quote(h->name, name, sizeof name), kinds[h->sink].tail);
        if (h->through.len)
                bh_buf_printf(&text, " through %s", bh_str_quote(h->through, through, sizeof through));
        if (h->packed)
                bh_buf_puts(&text, ", inside packed code");
        ret = bh_arena_str(s->arena, bh_buf_str(&text));
        bh_buf_done(&text);
        return ret;
}

/* One finding a kind; the first place is shown, the others are counted. */
static void on_hit(void *user, const struct bh_flow_hit *h) {
        struct scan *s = user;
        struct bh_finding *f = &s->found[h->sink];

        if (f->rule.len)
                f->more++;
        else {
                *f = finding_of(s, h->sink, h->line);
                f->evidence = evidence(s, h);
        }
}

static void measure(struct scan *s, struct bh_str bytes) {
        struct bh_packed m = bh_packed_measure(bytes);
        char text[160];
        const char *odd = bh_packed_judge(&m, bytes, text, sizeof text);

        if (!odd || s->found[BH_FLOW_PACKED].rule.len)
                return;
        s->found[BH_FLOW_PACKED] = finding_of(s, BH_FLOW_PACKED, 0);
        s->found[BH_FLOW_PACKED].severity = BH_SEVERITY_MEDIUM;
        s->found[BH_FLOW_PACKED].evidence = bh_arena_str(s->arena, bh_str_of(odd));
}

static int look(struct scan *s, struct bh_str bytes, unsigned signs, struct bh_err *err) {
        bool php = ends_in(s->path, php_ends, BH_LEN(php_ends)), jsp = ends_in(s->path, jsp_ends, BH_LEN(jsp_ends));
        int r = 0;

        php |= !jsp && (signs & 1u << BH_WEBSHELL_PHP) && !ends_in(s->path, other_ends, BH_LEN(other_ends)) &&
               !bh_str_starts(bytes, BH_STR("\177ELF"));
        if (php && (signs & (1u << BH_WEBSHELL_REQUEST | 1u << BH_WEBSHELL_DECODER)))
                r = bh_php_flow(s->arena, bytes, on_hit, s, err);
        if (php && (signs & 1u << BH_WEBSHELL_DECODER))
                measure(s, bytes);
        if (jsp && r >= 0)
                r = bh_jsp_flow(s->arena, bytes, on_hit, s, err);
        return r;
}

int bh_webshell_scan(struct bh_arena *scratch, struct bh_str path, struct bh_str bytes, unsigned signs,
                     const struct bh_finding_sink *sink, struct bh_err *err) {
        struct scan s = { .arena = scratch, .path = path };
        struct bh_err why = BH_ERR_NONE;
        int r = 0, followed;

        if (signs == 0)
                return 0;
        followed = look(&s, bh_str_part(bytes, 0, BH_LIMIT_WEBSHELL_BYTES), signs, &why);
        if (followed >= 0 && bytes.len > BH_LIMIT_WEBSHELL_BYTES && (signs & 1u << BH_WEBSHELL_PHP) && ends_in(path, php_ends, BH_LEN(php_ends)))
                followed = bh_fail(&why, BH_E_LIMIT, "only the first %llu bytes of the script were followed", BH_LIMIT_WEBSHELL_BYTES);
        if (followed < 0) {
                char text[256];

                sink->gap(sink->user, bh_str_of(bh_str_quote(path, text, sizeof text)), &why);
        }
        for (size_t i = 0; r >= 0 && i < _BH_FLOW_MAX; i++)
                if (s.found[i].rule.len)
                        r = sink->finding(sink->user, &s.found[i], err);
        return r;
}
