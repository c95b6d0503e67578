/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PHP_FLOW_H
#define BH_SCAN_WEBSHELL_PHP_FLOW_H
/* What the walk through PHP carries with it, and what its rooms offer: php_walk.h reads, php_value.c combines, php_call.c judges. */
#include "base/budget.h"
#include "base/map.h"
#include "scan/webshell/flow.h"
#include "scan/webshell/php_fold.h"
#include "scan/webshell/php_lex.h"
#include "scan/webshell/php_names.h"

enum { BH_PHP_PARAMS = 16, BH_PHP_ARGS = 12 };

/* A function of the script, and what it does with its parameters. */
struct bh_php_routine {
        struct bh_str name;
        unsigned n_params;
        uint32_t returns;                        /* bits of parameters that come back */
        struct bh_str gives;                     /* it returns this part of a request */
        enum bh_flow_sink sink[BH_PHP_PARAMS];   /* where each ends up */
        struct bh_str sink_name[BH_PHP_PARAMS];
};

struct bh_php_value {
        bool tainted;         /* holds something of a request */
        bool front;           /* and begins with it */
        bool weak;            /* by a way on which legitimate programs go too: only the worst sinks count */
        bool stream;          /* a file whose name is of a request */
        uint8_t decoded;      /* how many decoders a fixed text went through */
        uint32_t params;      /* bits of the parameters it holds */
        uint32_t line;
        struct bh_str source; /* "$_POST['x']" */
        struct bh_str text;   /* when it is fixed; at = NULL: not known */
        struct bh_php_routine *routine; /* a closure, or an object that can be called */
};

struct bh_php_args {
        struct bh_php_value at[BH_PHP_ARGS];
        struct bh_str var[BH_PHP_ARGS]; /* the variable an argument begins with */
        size_t n, first, last;          /* their words */
};

struct bh_php_flow {
        struct bh_arena *arena;
        struct bh_budget *budget;
        bh_flow_fn fn;
        void *user;
        struct bh_php_tokens tokens;
        size_t i;
        unsigned depth, unpacked;
        bool tell, too_deep;
        uint32_t line, at_line;         /* the place of the packed code this is, and of the sink at hand */
        struct bh_map *vars, *globals;  /* name -> struct bh_php_value */
        struct bh_map routines;         /* name in lower case -> struct bh_php_routine */
        struct bh_map guarded;          /* sources that were compared with what is allowed */
        struct bh_str extracted;        /* variables were made of this */
        struct bh_php_routine *routine; /* the function at hand */
};

/* php_flow.c */
void bh_php_unpacked(struct bh_php_flow *f, struct bh_str code); /* a script that this one unpacks is followed as well */

/* php_variable.c */
struct bh_php_value bh_php_variable(struct bh_php_flow *f, struct bh_str name);
void bh_php_set(struct bh_php_flow *f, struct bh_str name, struct bh_php_value v);

/* php_value.c */
struct bh_str bh_php_lower(struct bh_php_flow *f, struct bh_str s);
bool bh_php_runs_next(struct bh_str before); /* whether a command that begins so runs what follows */
struct bh_php_value bh_php_concat(struct bh_php_flow *f, struct bh_php_value a, struct bh_php_value b);
struct bh_php_value bh_php_either(struct bh_php_value a, struct bh_php_value b);
struct bh_php_value bh_php_mix(struct bh_php_flow *f, struct bh_php_value a, struct bh_php_value b); /* ^ | & */
struct bh_php_value bh_php_invert(struct bh_php_flow *f, struct bh_php_value v);

/* php_call.c */
void bh_php_check(struct bh_php_flow *f, enum bh_flow_sink sink, struct bh_php_value v, struct bh_str name, uint32_t line);
void bh_php_included(struct bh_php_flow *f, struct bh_str name, struct bh_php_value v, uint32_t line);
void bh_php_return(struct bh_php_flow *f, struct bh_php_value v);
struct bh_php_value bh_php_call(struct bh_php_flow *f, struct bh_str name, struct bh_php_args *args, uint32_t line);
struct bh_php_value bh_php_call_value(struct bh_php_flow *f, struct bh_php_value v, struct bh_php_args *args, uint32_t line);
struct bh_php_value bh_php_method(struct bh_php_flow *f, struct bh_php_value object, struct bh_str name, bool self,
                                  struct bh_php_args *args);
struct bh_php_value bh_php_construct(struct bh_php_flow *f, struct bh_php_value class, struct bh_php_args *args);

#endif
