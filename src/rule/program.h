/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_PROGRAM_H
#define BH_RULE_PROGRAM_H
/*
 * Conditions over one source, compiled. Three tables, each of distinct things:
 *
 *   operands    what is got from an event: a field with its argument, or a call over such
 *   predicates  an operand against constants: "proc.name in (a, b)", without field names, lists, macros
 *   nodes       predicates joined: "all of these", each as it is or negated
 *
 * Everything is named by its number, and the same thing has one number, so
 * whatever several rules ask is asked once an event (run.h).
 */
#include "base/map.h"
#include "base/vec.h"
#include "rule/ast.h"
#include "rule/field.h"
#include "rule/regex.h"
#include "rule/set.h"

enum bh_operand_kind {
        BH_OPERAND_FIELD,
        BH_OPERAND_CONSTANT, /* of a call */
        BH_OPERAND_TOLOWER,
        BH_OPERAND_TOUPPER,
        BH_OPERAND_B64,
        BH_OPERAND_BASENAME,
        BH_OPERAND_LEN,
        BH_OPERAND_JOIN,
        BH_OPERAND_CONCAT,
        BH_OPERAND_GETOPT,
};

struct bh_operand {
        enum bh_operand_kind kind;
        uint8_t type;  /* enum bh_vtype */
        uint8_t life;  /* enum bh_life */
        uint8_t flags; /* BH_F_LIST, ANY, EITHER, TYPE, FILTER_ONLY, NAMED */
        const struct bh_field *field;
        struct bh_field_arg arg; /* of the field; getopt: key is the option */
        struct bh_value constant;
        uint32_t *operands;
        uint32_t n_operands;
        struct bh_str text; /* "proc.aname[2]" */
};

enum bh_test {
        BH_TEST_EXISTS,
        BH_TEST_EQ,      /* one of `items`, also for numbers, addresses and nets */
        BH_TEST_NE,
        BH_TEST_ORDER,   /* < <= > >= the only item; `op` says which */
        BH_TEST_STARTS,
        BH_TEST_ENDS,
        BH_TEST_CONTAINS,
        BH_TEST_ICONTAINS,
        BH_TEST_GLOB,
        BH_TEST_IGLOB,
        BH_TEST_REGEX,
        BH_TEST_PATHS,
        BH_TEST_RIGHT,   /* `op` against another operand */
        _BH_TEST_MAX
};

/* Which of a list's values the test must hold for. */
enum bh_quantity { BH_QUANTITY_ONE, BH_QUANTITY_ANY, BH_QUANTITY_ALL };

struct bh_number {
        __int128 i;
        double d;
        bool real; /* `d` it is */
};

struct bh_net {
        struct bh_ip ip;
        uint8_t bits;
};

/* Tests that are one comparison. */
enum bh_quick { BH_QUICK_NO, BH_QUICK_BOOL, BH_QUICK_INT, BH_QUICK_UINT };

struct bh_pred {
        uint8_t test;     /* enum bh_test */
        uint8_t quantity; /* enum bh_quantity */
        uint8_t op;       /* enum bh_op; of a quick one how `number` is compared */
        uint8_t life;
        uint8_t quick;    /* enum bh_quick */
        uint8_t type;     /* of the operand: of a value of another type nothing is quick */
        uint16_t cost;    /* in units of about a nanosecond */
        uint32_t operand, right;
        uint64_t traits; /* of the source: holds when one of them does; 0: it is none */
        int64_t number;
        struct bh_str *items; /* in order, each once */
        uint32_t n_items;
        struct bh_str text;
        /* made of the items, as the test and the type need them */
        struct bh_set set;
        struct bh_ends ends;
        const struct bh_parts *parts;
        const struct bh_paths *paths;
        struct bh_rule_regex **regexes; /* n_items */
        struct bh_number *numbers; /* of a bool: 0 and 1 */
        uint32_t n_numbers;
        struct bh_net *nets;
        uint32_t n_nets;
        struct bh_named **names; /* of a field of addresses that are asked by name */
};

/* A node's number, twice, plus one for "not". */
typedef uint32_t bh_ref;
#define BH_REF_TRUE 0u
#define BH_REF_FALSE 1u
#define BH_REF_NODE(ref) ((ref) >> 1)
#define BH_REF_IS_NOT(ref) ((ref) & 1)
#define BH_REF_NOT(ref) ((ref) ^ 1)

enum bh_gate_kind { BH_GATE_TRUE, BH_GATE_PRED, BH_GATE_ALL, BH_GATE_ONE_OF };

struct bh_gate {
        uint8_t kind;   /* enum bh_gate_kind */
        uint8_t life;   /* EXEC when all below is */
        bool has_type;  /* something below asks the type of the event */
        uint16_t depth;
        uint32_t pred;
        bh_ref *refs; /* of ALL and ONE_OF; cheap ones first */
        uint32_t n_refs, cost;
};

BH_VEC_OF(bh_operand_vec, struct bh_operand);
BH_VEC_OF(bh_pred_vec, struct bh_pred);
BH_VEC_OF(bh_gate_vec, struct bh_gate);

struct bh_names; /* names that are resolved in the background: names.h */

struct bh_program {
        struct bh_arena *arena, *work; /* what lasts; what only making it needs */
        const struct bh_source *source;
        struct bh_operand_vec operands;
        struct bh_pred_vec preds;
        struct bh_gate_vec gates;
        struct bh_map fields, operand_by_text, pred_by_text, gate_by_text, macro_by_name;
        struct bh_names *names;
        BH_VEC(struct bh_rule_regex *) regexes; /* to free */
        struct {
                unsigned type;
                bh_ref *refs; /* ref + 1 by node, 0: not asked yet */
                size_t n;
        } typed; /* what bh_gate_for_type found for its last type */
};

void bh_program_init(struct bh_program *p, struct bh_arena *arena, struct bh_arena *work, const struct bh_source *source);
/* Nothing is added any more: `work` may go. */
void bh_program_finish(struct bh_program *p);
void bh_program_done(struct bh_program *p);

/* The number of a field or call; `for_output`: what can be printed. `*ret_at` is set where it fails. */
int bh_operand_of(struct bh_program *p, const struct bh_cond_term *term, bool for_output, uint32_t *ret, uint32_t *ret_at,
                  struct bh_err *err) BH_MUST_CHECK;
/* A check's predicates, joined as they must be. */
int bh_check_compile(struct bh_program *p, const struct bh_node *check, bh_ref *ret, uint32_t *ret_at, struct bh_err *err)
        BH_MUST_CHECK;
/* Which operators a type has, as bits 1 << enum bh_op. */
unsigned bh_check_ops(enum bh_vtype type, uint8_t flags);

/* A predicate of these items: sorted, made unique, looked for among those there are. Fails for what is no constant of the type. */
int bh_pred_of(struct bh_program *p, enum bh_test test, enum bh_quantity quantity, enum bh_op op, uint32_t operand,
               const struct bh_str *items, size_t n, uint32_t *ret, struct bh_err *err) BH_MUST_CHECK;
uint32_t bh_pred_right(struct bh_program *p, enum bh_quantity quantity, enum bh_op op, uint32_t left, uint32_t right);
/* True when two of the same operand hold together exactly when one with all their items does. */
bool bh_pred_merges(const struct bh_pred *a, const struct bh_pred *b);

bh_ref bh_gate_pred(struct bh_program *p, uint32_t pred);
/* All of them, simplified. */
bh_ref bh_gate_all(struct bh_program *p, const bh_ref *refs, size_t n);
bh_ref bh_gate_any(struct bh_program *p, const bh_ref *refs, size_t n);
bh_ref bh_gate_one_of(struct bh_program *p, const bh_ref *refs, size_t n);
/* The same with the type of the event known. */
bh_ref bh_gate_for_type(struct bh_program *p, bh_ref ref, unsigned type);
/* What holds whenever `ref` does, asking only what changes with an exec. */
bh_ref bh_gate_exec_only(struct bh_program *p, bh_ref ref);

/* Word forms of a value and of constants. */
struct bh_buf;
void bh_value_print(const struct bh_value *v, struct bh_buf *out);
bool bh_number_parse(struct bh_str s, struct bh_number *ret);
bool bh_net_parse(struct bh_str s, struct bh_net *ret);
struct bh_number bh_value_number(const struct bh_value *v);
int bh_number_cmp(const struct bh_number *a, const struct bh_number *b);
bool bh_net_has(const struct bh_net *net, const struct bh_ip *ip);
/* Kinds of types that compare alike. */
static inline bool bh_type_is_number(uint8_t type) {
        return type >= BH_V_INT && type <= BH_V_DURATION;
}
/* str holds it: strings, paths, words, bytes */
static inline bool bh_type_is_text(uint8_t type) {
        return type >= BH_V_STRING && type <= BH_V_WORD;
}

#endif
