/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: what each function does with what it is given (php_names.h), and whether that is worth telling. */
#include "scan/webshell/php_flow.h"

#include <string.h>

enum { PACKED_MIN = 40 };

static const struct bh_php_value nothing;

static void tell(struct bh_php_flow *f, enum bh_flow_sink sink, struct bh_str source, struct bh_str name, struct bh_str through,
                 uint32_t line) {
        struct bh_flow_hit hit = { sink, f->line ? f->line : line, source, name, through, f->unpacked > 0 };

        if (f->tell)
                f->fn(f->user, &hit);
}

static bool counts(struct bh_php_flow *f, enum bh_flow_sink sink, const struct bh_php_value *v) {
        if (sink == BH_FLOW_EVAL)
                return true;
        if (sink == BH_FLOW_COMMAND)
                return v->front;
        return v->front && !v->weak && !bh_map_has(&f->guarded, v->source);
}

/* What a function does with its parameters is told where it is called with something of the request. */
static void learn(struct bh_php_flow *f, enum bh_flow_sink sink, const struct bh_php_value *v, struct bh_str name) {
        for (unsigned i = 0; f->routine && v->params && i < BH_PHP_PARAMS; i++)
                if ((v->params & 1u << i) && !f->routine->sink[i] && counts(f, sink, v)) {
                        f->routine->sink[i] = sink;
                        f->routine->sink_name[i] = name;
                }
}

static void check(struct bh_php_flow *f, enum bh_flow_sink sink, const struct bh_php_value *v, struct bh_str name,
                  struct bh_str through, uint32_t line) {
        if (v->tainted && counts(f, sink, v))
                tell(f, sink, v->source, name, through, line);
        else if (v->params)
                learn(f, sink, v, name);
        if (sink != BH_FLOW_EVAL || !v->text.at || v->decoded == 0 || v->text.len < PACKED_MIN)
                return;
        f->at_line = line;
        if (v->decoded > 1 || v->text.len > 200)
                tell(f, BH_FLOW_PACKED, (struct bh_str){ NULL, 0 }, name, through, line);
        if (f->tell)
                bh_php_unpacked(f, v->text);
}

void bh_php_check(struct bh_php_flow *f, enum bh_flow_sink sink, struct bh_php_value v, struct bh_str name, uint32_t line) {
        check(f, sink, &v, name, (struct bh_str){ NULL, 0 }, line);
}

void bh_php_included(struct bh_php_flow *f, struct bh_str name, struct bh_php_value v, uint32_t line) {
        if (v.text.at && (bh_str_eq_nocase(v.text, BH_STR("php://input")) || bh_str_starts(v.text, BH_STR("data://text"))))
                tell(f, BH_FLOW_INCLUDE, v.text, name, (struct bh_str){ NULL, 0 }, line);
        else
                bh_php_check(f, BH_FLOW_INCLUDE, v, name, line);
}

void bh_php_return(struct bh_php_flow *f, struct bh_php_value v) {
        if (!f->routine)
                return;
        f->routine->returns |= v.params;
        if (v.tainted && !v.weak)
                f->routine->gives = v.source;
}

static const struct bh_php_value *tainted_of(const struct bh_php_args *args, size_t but) {
        for (size_t i = 0; i < args->n; i++)
                if (i != but && (args->at[i].tainted || args->at[i].params))
                        return &args->at[i];
        return NULL;
}

static struct bh_php_value merged(const struct bh_php_args *args, size_t from) {
        struct bh_php_value v = nothing;

        for (size_t i = from; i < args->n; i++)
                v = bh_php_either(v, args->at[i]);
        v.text = (struct bh_str){ NULL, 0 };
        v.routine = NULL;
        return v;
}

/* A function of the script itself. */
static struct bh_php_value apply(struct bh_php_flow *f, struct bh_php_routine *r, const struct bh_php_args *args, size_t from, uint32_t line) {
        struct bh_php_value v = nothing;

        for (size_t i = from; i < args->n && i - from < BH_PHP_PARAMS; i++) {
                const struct bh_php_value *a = &args->at[i];

                if (r->sink[i - from])
                        check(f, r->sink[i - from], a, r->sink_name[i - from], r->name.len ? r->name : BH_STR("a closure"), line);
                if (r->returns & 1u << (i - from))
                        v = bh_php_either(v, *a);
        }
        v.text = (struct bh_str){ NULL, 0 };
        v.routine = NULL;
        if (r->gives.len && !v.tainted)
                v = (struct bh_php_value){ .tainted = true, .front = true, .source = r->gives, .line = line };
        return v;
}

static struct bh_php_value fold(struct bh_php_flow *f, struct bh_str name, const struct bh_php_args *args, struct bh_php_value v) {
        struct bh_str texts[BH_PHP_ARGS];

        v.text = (struct bh_str){ NULL, 0 };
        for (size_t i = 0; i < args->n; i++)
                texts[i] = args->at[i].text;
        if (!bh_php_fold(f->arena, f->budget, name, texts, args->n, &v.text))
                v.text = (struct bh_str){ NULL, 0 };
        return v;
}

struct call {
        struct bh_php_flow *f;
        const struct bh_php_function *fn;
        struct bh_str name;
        struct bh_php_args *args;
        uint32_t line;
};

static const struct bh_php_value *arg(const struct call *c, size_t i) {
        return i < c->args->n ? &c->args->at[i] : &nothing;
}

static struct bh_php_value carry(const struct call *c) {
        struct bh_php_value v = c->fn->arg ? *arg(c, c->fn->arg) : merged(c->args, 0);

        if (bh_str_is(bh_str_part(c->name, c->name.len >= 7 ? c->name.len - 7 : 0, 7), "sprintf"))
                v.front &= arg(c, 0)->tainted || bh_str_starts(arg(c, 0)->text, BH_STR("%"));
        v.routine = NULL;
        return fold(c->f, c->name, c->args, v);
}

static struct bh_php_value decode(const struct call *c) {
        struct bh_php_value v = merged(c->args, 0);

        v.decoded = (uint8_t) BH_MIN(v.decoded + 1, 100);
        v.front |= v.tainted;
        if (bh_str_eq_nocase(c->name, BH_STR("chr"))) { /* of a number: a letter, which is not the request's text */
                v.tainted = false;
                v.decoded = 1;
        }
        return fold(c->f, c->name, c->args, v);
}

static struct bh_str words_of(const struct call *c) {
        const char *from = c->f->tokens.at[c->args->first].text.at;
        struct bh_str last = c->f->tokens.at[c->args->last ? c->args->last - 1 : 0].text;

        return last.at > from && (size_t) (last.at - from) < 400 ? (struct bh_str){ from, (size_t) (last.at - from) } : BH_STR("");
}

static struct bh_php_value source(const struct call *c) {
        struct bh_str words = words_of(c);

        if (bh_str_find(words, BH_STR("FILTER_")) >= 0 && bh_str_find(words, BH_STR("FILTER_UNSAFE_RAW")) < 0 &&
            bh_str_find(words, BH_STR("FILTER_DEFAULT")) < 0)
                return nothing;
        if (bh_str_find(words, BH_STR("INPUT_SERVER")) >= 0 || bh_str_find(words, BH_STR("INPUT_ENV")) >= 0)
                return nothing;
        return (struct bh_php_value){ .tainted = true, .front = true, .line = c->line,
                                      .source = bh_arena_printf(c->f->arena, "%.*s()", BH_FMT(c->name)) };
}

static struct bh_php_value out(const struct call *c) {
        size_t to = c->fn->arg;
        struct bh_php_value v = arg(c, 0)->tainted || arg(c, 0)->params ? *arg(c, 0) : to == 2 ? *arg(c, 1) : nothing;

        v.text = (struct bh_str){ NULL, 0 };
        v.weak = true;
        if (v.tainted && c->args->n <= to)
                bh_map_set(&c->f->guarded, v.source, c->f); /* preg_match without an answer is a question */
        else if ((v.tainted || v.params) && to < c->args->n && c->args->var[to].len)
                bh_php_set(c->f, c->args->var[to], v);
        return nothing;
}

static struct bh_php_value guard(const struct call *c) {
        for (size_t i = 0; i < c->args->n; i++)
                if (c->args->at[i].tainted)
                        bh_map_set(&c->f->guarded, c->args->at[i].source, c->f);
        return bh_str_eq_nocase(c->name, BH_STR("realpath")) ? *arg(c, 0) : nothing;
}

/* What comes out of a file: of the request, of another machine, or of a place the request names. */
static struct bh_php_value open_file(const struct call *c) {
        struct bh_php_value v = *arg(c, 0);

        if (v.text.at && bh_str_find_nocase(v.text, BH_STR("php://input")) == 0)
                return (struct bh_php_value){ .tainted = true, .front = true, .source = BH_STR("php://input"), .line = c->line };
        if (v.text.at && (bh_str_starts(v.text, BH_STR("http://")) || bh_str_starts(v.text, BH_STR("https://"))))
                return (struct bh_php_value){ .tainted = true, .front = true, .weak = true, .line = c->line,
                                              .source = bh_str_part(v.text, 0, 60) };
        v.stream = v.tainted && v.front && !v.weak && !bh_map_has(&c->f->guarded, v.source);
        v.weak = true;
        v.text = (struct bh_str){ NULL, 0 };
        return v;
}

static struct bh_php_value eval(const struct call *c) {
        bh_php_check(c->f, BH_FLOW_EVAL, *arg(c, c->fn->arg), c->name, c->line);
        if (c->fn->arg)
                bh_php_check(c->f, BH_FLOW_EVAL, *arg(c, 0), c->name, c->line);
        return nothing;
}

static struct bh_php_value command(const struct call *c) {
        bh_php_check(c->f, BH_FLOW_COMMAND, *arg(c, 0), c->name, c->line);
        return nothing;
}

/* Calls `callee` with one of the arguments. */
static void called_back(const struct call *c, const struct bh_php_value *callee, const struct bh_php_value *with) {
        const struct bh_php_function *fn = bh_php_function_of(callee->text);
        struct bh_php_args inner = { .n = 1 };
        bool late = bh_str_eq_nocase(c->name, BH_STR("ob_start"));

        if ((callee->tainted || callee->params) && (with || late))
                bh_php_check(c->f, BH_FLOW_CALL, *callee, c->name, c->line);
        if (!with)
                return;
        inner.at[0] = *with;
        if (callee->routine)
                (void) apply(c->f, callee->routine, &inner, 0, c->line);
        if (fn && (fn->role == BH_PHP_EVAL || fn->role == BH_PHP_COMMAND)) {
                inner.at[0].front = true;
                bh_php_check(c->f, fn->role == BH_PHP_EVAL ? BH_FLOW_EVAL : BH_FLOW_COMMAND, inner.at[0], callee->text, c->line);
        }
}

static struct bh_php_value callback(const struct call *c) {
        called_back(c, arg(c, c->fn->arg), tainted_of(c->args, c->fn->arg));
        return nothing;
}

/* /.../e runs its replacement. */
static struct bh_php_value replace(const struct call *c) {
        struct bh_str pattern = arg(c, 0)->text;
        ptrdiff_t close = pattern.len ? bh_str_rchr(pattern, pattern.at[0]) : -1;
        bool runs = bh_str_starts(c->name, BH_STR("mb")) ? bh_str_chr(arg(c, 3)->text, 'e') >= 0
                                                         : close > 0 && bh_str_chr(bh_str_from(pattern, (size_t) close), 'e') >= 0;

        if (runs)
                for (size_t i = 1; i < 3; i++)
                        bh_php_check(c->f, BH_FLOW_EVAL, *arg(c, i), c->name, c->line);
        else if (arg(c, 0)->tainted && arg(c, 0)->front && arg(c, 1)->tainted)
                bh_php_check(c->f, BH_FLOW_CALL, *arg(c, 0), c->name, c->line);
        return nothing;
}

static bool is_script(struct bh_str path) {
        static const char *const ends[] = { ".php", ".phtml", ".jsp", ".jspx", ".asp", ".aspx", ".php5" };

        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (path.at && bh_str_ends(path, bh_str_of(ends[i])))
                        return true;
        return false;
}

static struct bh_php_value put(const struct call *c) {
        const struct bh_php_value *path = arg(c, 0), *data = arg(c, 1);

        if (!data->tainted)
                return nothing;
        if (path->stream)
                tell(c->f, BH_FLOW_DROP, path->source, c->name, (struct bh_str){ NULL, 0 }, c->line);
        else if (path->tainted)
                bh_php_check(c->f, BH_FLOW_DROP, *path, c->name, c->line);
        else if (is_script(path->text))
                bh_php_check(c->f, BH_FLOW_DROP, *data, c->name, c->line);
        return nothing;
}

static struct bh_php_value move(const struct call *c) {
        const struct bh_php_value *from = arg(c, 0), *to = arg(c, 1);

        if (!from->tainted || bh_str_find(from->source, BH_STR("_FILES")) < 0)
                return nothing;
        if (to->tainted)
                bh_php_check(c->f, BH_FLOW_DROP, *to, c->name, c->line);
        else if (is_script(to->text))
                bh_php_check(c->f, BH_FLOW_DROP, *from, c->name, c->line);
        return nothing;
}

static struct bh_php_value extract(const struct call *c) {
        if (arg(c, 0)->tainted && c->f->vars == c->f->globals)
                c->f->extracted = arg(c, 0)->source;
        return nothing;
}

static struct bh_php_value plain(const struct call *c) {
        (void) c;
        return nothing;
}

static struct bh_php_value (*const roles[])(const struct call *) = {
        [BH_PHP_PLAIN] = plain,     [BH_PHP_CARRY] = carry,       [BH_PHP_DECODE] = decode,     [BH_PHP_SOURCE] = source,
        [BH_PHP_OUT] = out,         [BH_PHP_GUARD] = guard,       [BH_PHP_OPEN] = open_file,    [BH_PHP_EVAL] = eval,
        [BH_PHP_COMMAND] = command, [BH_PHP_CALLBACK] = callback, [BH_PHP_REPLACE] = replace,   [BH_PHP_PUT] = put,
        [BH_PHP_MOVE] = move,       [BH_PHP_EXTRACT] = extract,
};

struct bh_php_value bh_php_call(struct bh_php_flow *f, struct bh_str name, struct bh_php_args *args, uint32_t line) {
        const struct bh_php_function *fn = bh_php_function_of(name);
        struct bh_php_routine *r;

        if (name.len && name.at[0] == '\\')
                name = bh_str_from(name, 1);
        if (fn)
                return roles[fn->role](&(struct call){ f, fn, name, args, line });
        r = bh_map_get(&f->routines, bh_php_lower(f, name));
        return r ? apply(f, r, args, 0, line) : nothing;
}

struct bh_php_value bh_php_call_value(struct bh_php_flow *f, struct bh_php_value v, struct bh_php_args *args, uint32_t line) {
        const struct bh_php_value *with = tainted_of(args, BH_PHP_ARGS);

        if (v.routine)
                return apply(f, v.routine, args, 0, line);
        if (v.text.at)
                return bh_php_call(f, v.text, args, line);
        if ((v.tainted || v.params) && with)
                bh_php_check(f, BH_FLOW_CALL, v, BH_STR("name"), line);
        return nothing;
}

/* Methods count when they are the script's own; `self`: called on $this, or by the name of a class. */
struct bh_php_value bh_php_method(struct bh_php_flow *f, struct bh_php_value object, struct bh_str name, bool self,
                                  struct bh_php_args *args) {
        static const char *const invokes[] = { "invoke", "invokeArgs", "call", "__invoke" };
        uint32_t line = f->tokens.at[args->first].line;
        struct bh_php_routine *r;

        for (size_t i = 0; i < BH_LEN(invokes); i++)
                if (bh_str_is(name, invokes[i]) && (object.text.at || object.tainted || object.routine))
                        return bh_php_call_value(f, object, args, line);
        r = bh_map_get(&f->routines, bh_php_lower(f, name));
        return r && self ? apply(f, r, args, 0, line) : nothing;
}

struct bh_php_value bh_php_construct(struct bh_php_flow *f, struct bh_php_value class, struct bh_php_args *args) {
        struct bh_php_routine *r = bh_map_get(&f->routines, BH_STR("__construct"));
        struct bh_php_value v = { .routine = bh_map_get(&f->routines, BH_STR("__invoke")) };

        if (class.text.at && bh_str_eq_nocase(class.text, BH_STR("ReflectionFunction")) && args->n)
                return args->at[0];
        if (r && args->n)
                (void) apply(f, r, args, 0, f->tokens.at[args->first].line);
        return v;
}
