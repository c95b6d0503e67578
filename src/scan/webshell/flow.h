/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_FLOW_H
#define BH_SCAN_WEBSHELL_FLOW_H
/*
 * Where what a request brings ends up: a rough walk through a script, from
 * $_POST, request.getParameter and their like, through variables, decoders and
 * the script's own functions, to what runs code, commands or files. It follows
 * no branches and believes no comments. It errs towards silence: what it does
 * not understand gives nothing on.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum bh_flow_sink {
        BH_FLOW_NONE,
        BH_FLOW_EVAL,    /* run as code */
        BH_FLOW_COMMAND, /* run as a command */
        BH_FLOW_CALL,    /* names the function that is called */
        BH_FLOW_INCLUDE, /* names the file that is run */
        BH_FLOW_DROP,    /* names a file, and is what is written to it */
        BH_FLOW_LOAD,    /* loaded as compiled code */
        BH_FLOW_PACKED,  /* not of a request: code that was packed to hide it, and is run */
        _BH_FLOW_MAX
};

struct bh_flow_hit {
        enum bh_flow_sink sink;
        uint32_t line;
        struct bh_str source; /* "$_POST['x']": hostile text, of the file */
        struct bh_str name;   /* of the sink, "eval" */
        struct bh_str through; /* a function of the script, or empty */
        bool packed;          /* it stood inside packed code */
};

typedef void (*bh_flow_fn)(void *user, const struct bh_flow_hit *hit);

/* LIMIT when only the beginning was followed; hits found until then were told. Memory comes from `arena`. */
int bh_php_flow(struct bh_arena *arena, struct bh_str bytes, bh_flow_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;
int bh_jsp_flow(struct bh_arena *arena, struct bh_str bytes, bh_flow_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
