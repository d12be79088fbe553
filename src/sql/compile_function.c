/*
 * Calls of functions to SQL, aggregates and windows among them, and what each database calls
 * otherwise. See compile.h.
 */
#include <string.h>

#include "sql/compile.h"

/* ---- calls ----------------------------------------------------------------------------------- */

/* A call and what stands around it. */
typedef struct call {
    const cn_node   *function; /* CN_NODE_CALL, or count(*) */
    const cn_node   *filter;   /* a condition; the others are lists of ORDER BY; NULL: none */
    const cn_node   *order;
    const cn_node   *within_group;
    const cn_column *meets; /* what the arguments that it gives are converted for; NULL */
} call;

/* A function's name is structure of the SQL, so it must be one: not whatever a text may hold. */
static bool is_name(const char *name)
{
    if (name == NULL || *name == '\0' || (*name >= '0' && *name <= '9'))
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")] ==
           '\0';
}

static bool is_count_all(const cn_node *node)
{
    return node->kind == CN_NODE_KEYWORD && node->op == CN_KEYWORD_COUNT_ALL;
}

/* What surrounds a call, whichever stands outside; each once. */
static bool unwrap(cn_compiler *compiler, const cn_node *node, call *found)
{
    *found = (call){.function = node};
    while (node->kind == CN_NODE_FILTER || node->kind == CN_NODE_ORDERED ||
           node->kind == CN_NODE_WITHIN_GROUP) {
        const cn_node **place = node->kind == CN_NODE_FILTER    ? &found->filter
                                : node->kind == CN_NODE_ORDERED ? &found->order
                                                                : &found->within_group;
        if (*place != NULL)
            return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                "an aggregate has two cn_filter, cn_ordered or cn_within_group");
        if (node->kind != CN_NODE_FILTER || cn_node_chosen(cn_node_part(node, 1)))
            *place = cn_node_part(node, 1);
        node = cn_node_part(node, 0);
    }
    found->function = node;
    return node->kind == CN_NODE_CALL || (is_count_all(node) && found->order == NULL) ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "cn_filter, cn_ordered, cn_within_group and cn_over take an aggregate or "
                        "another function, as cn_sum(...), not any value");
}

/* What a function is called here; NULL: the same. */
static const cn_function *function_here(const cn_compiler *compiler, const char *name)
{
    const cn_function *list = compiler->words->functions;
    for (; list->name != NULL; list++)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

/* A template is one for a certain number of arguments: with others the function is itself. */
static bool is_template_for(const char *words, uint32_t count)
{
    uint32_t least = 0;
    for (const char *at = strchr(words, '@'); at != NULL; at = strchr(at + 1, '@')) {
        const char *digit = at + 1 + (at[1] == '^' || at[1] == '#');
        if (*digit >= '0' && *digit <= '9' && (uint32_t)(*digit - '0') >= least)
            least = (uint32_t)(*digit - '0') + 1;
    }
    return least == count;
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* Aggregates that leave NULLs out: what CASE turns into NULL is as good as filtered. */
static bool leaves_nulls_out(const char *name)
{
    static const char *const names[] = {
        "count",        "sum",         "avg",     "min",      "max",    "string_agg",
        "group_concat", "variance",    "var_pop", "var_samp", "stddev", "std",
        "stddev_pop",   "stddev_samp", "bit_or",  "bit_xor",  NULL};
    for (const char *const *at = names; *at != NULL; at++)
        if (strcmp(*at, name) == 0)
            return true;
    return false;
}

static bool is_distinct(const cn_node *node)
{
    return node->kind == CN_NODE_OPERATOR && node->op == CN_OP_DISTINCT;
}

static uint32_t count_arguments(const cn_node *function)
{
    return function->model != NULL ? 1 : function->count;
}

/* The condition of a FILTER, where there is none, as CASE around the first argument. */
static bool emit_filtered(cn_compiler *compiler, const call *c, const cn_node *argument,
                          const cn_column *meets)
{
    cn_compiler_text(compiler, "CASE WHEN (");
    if (!cn_compiler_node(compiler, c->filter, NULL))
        return false;
    cn_compiler_text(compiler, ") THEN ");
    if (!(argument != NULL ? cn_compiler_node(compiler, argument, meets)
                           : cn_compiler_member(compiler, c->function)))
        return false;
    cn_compiler_text(compiler, " END");
    return true;
}

/* An argument of a function; the first may have DISTINCT before it. */
static bool emit_argument(cn_compiler *compiler, const call *c, uint32_t index, cn_binding at_least)
{
    const cn_node   *function = c->function;
    const cn_node   *argument = function->model != NULL ? NULL : cn_node_part(function, index);
    const cn_column *meets    = NULL;
    if (c->meets != NULL && cn_function_gives(function->value.as.text.data, index))
        meets = c->meets;
    if (index == 0 && argument != NULL && is_distinct(argument)) {
        cn_compiler_text(compiler, "DISTINCT ");
        argument = cn_node_part(argument, 0);
    }
    if (index == 0 && c->filter != NULL && !cn_compiler_has(compiler, CN_FEATURE_FILTER))
        return emit_filtered(compiler, c, argument, meets);
    return argument != NULL ? cn_compiler_within(compiler, argument, at_least, meets)
                            : cn_compiler_member(compiler, function);
}

static bool emit_order(cn_compiler *compiler, const call *c, cn_feature needs)
{
    if (c->order == NULL || c->order->count == 0)
        return true;
    cn_compiler_text(compiler, " ORDER BY ");
    return (needs == CN_FEATURE_NONE || cn_compiler_needs(compiler, needs)) &&
           cn_compiler_order(compiler, c->order->parts, c->order->count);
}

/* ---- forms ----------------------------------------------------------------------------------- */

/* A text that no character set may stand before. */
static bool emit_bare_text(cn_compiler *compiler, const cn_node *argument)
{
    if (argument->kind != CN_NODE_INLINE)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "string_agg takes its separator as cn_inline(\"...\") here");
    cn_dialect_bare_literal(compiler->dialect, &compiler->sql, argument->value.as.text.data);
    return true;
}

/* A call and what its function is here. */
typedef struct spelled {
    const cn_function *here;
    const call        *call;
} spelled;

static bool write_argument(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const spelled *s = context;
    if (mark == '*')
        return emit_order(compiler, s->call, s->here->order);
    if (mark == '#')
        return emit_bare_text(compiler, cn_node_part(s->call->function, number));
    return emit_argument(compiler, s->call, number, mark == '^' ? CN_BIND_NOTHING : CN_BIND_ATOM);
}

static bool emit_template(cn_compiler *compiler, const cn_function *here, const call *c)
{
    const spelled s = {here, c};
    if (c->order != NULL && strstr(here->words, "@*") == NULL)
        return cn_compiler_lacks(compiler, cn_feature_name(CN_FEATURE_AGGREGATE_ORDER));
    return cn_compiler_template(compiler, here->words, write_argument, &s);
}

static bool emit_plain(cn_compiler *compiler, const char *name, const call *c)
{
    uint32_t count = count_arguments(c->function);
    cn_buffer_format(&compiler->sql, "%s(", name);
    for (uint32_t i = 0; i < count; i++) {
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!emit_argument(compiler, c, i, CN_BIND_NOTHING))
            return false;
    }
    if (!emit_order(compiler, c, CN_FEATURE_AGGREGATE_ORDER))
        return false;
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* count(*) of some rows is a count of what is NULL for the others. */
static bool emit_count_all(cn_compiler *compiler, const call *c)
{
    if (c->filter == NULL || cn_compiler_has(compiler, CN_FEATURE_FILTER)) {
        cn_compiler_text(compiler, "count(*)");
        return true;
    }
    cn_compiler_text(compiler, "count(CASE WHEN (");
    if (!cn_compiler_node(compiler, c->filter, NULL))
        return false;
    cn_compiler_text(compiler, ") THEN 1 END)");
    return true;
}

static bool emit_function(cn_compiler *compiler, const call *c)
{
    const char *name = c->function->value.as.text.data;
    if (is_count_all(c->function))
        return emit_count_all(compiler, c);
    if (!is_name(name))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "\"%s\" is no name of a function: letters, digits, _ and . make one",
                            name == NULL ? "" : name);
    uint32_t           count    = count_arguments(c->function);
    const cn_function *here     = function_here(compiler, name);
    bool               distinct = count > 1 && is_distinct(cn_node_part(c->function, 0));
    if ((distinct && !cn_compiler_needs(compiler, CN_FEATURE_DISTINCT_MANY)) ||
        (c->filter != NULL && !leaves_nulls_out(name) &&
         !cn_compiler_needs(compiler, CN_FEATURE_FILTER)))
        return false;
    if (here == NULL)
        return emit_plain(compiler, name, c);
    if (strchr(here->words, '@') == NULL)
        return emit_plain(compiler, here->words, c);
    return is_template_for(here->words, count) ? emit_template(compiler, here, c)
                                               : emit_plain(compiler, name, c);
}

bool cn_compiler_call(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    call c;
    if (!unwrap(compiler, node, &c))
        return false;
    c.meets = cn_compiler_converting(compiler, c.function, meets);
    if ((c.within_group != NULL && !cn_compiler_needs(compiler, CN_FEATURE_WITHIN_GROUP)) ||
        !emit_function(compiler, &c))
        return false;
    if (c.within_group != NULL) {
        cn_compiler_text(compiler, " WITHIN GROUP (ORDER BY ");
        if (!cn_compiler_order(compiler, c.within_group->parts, c.within_group->count))
            return false;
        cn_buffer_char(&compiler->sql, ')');
    }
    if (c.filter != NULL && cn_compiler_has(compiler, CN_FEATURE_FILTER)) {
        cn_compiler_text(compiler, " FILTER (WHERE ");
        if (!cn_compiler_node(compiler, c.filter, NULL))
            return false;
        cn_buffer_char(&compiler->sql, ')');
    }
    return true;
}

/* ---- windows --------------------------------------------------------------------------------- */

static bool emit_bound(cn_compiler *compiler, int32_t end, uint32_t *number)
{
    int64_t distance = end < 0 ? -(int64_t)end : end;
    if (end == 0) {
        cn_compiler_text(compiler, "CURRENT ROW");
        return true;
    }
    if (end == INT32_MIN || end == INT32_MAX) {
        cn_compiler_text(compiler, "UNBOUNDED");
    } else if (!cn_compiler_has(compiler, CN_FEATURE_FRAME_VALUES)) {
        cn_buffer_format(&compiler->sql, "%lld", (long long)distance);
    } else if (!cn_compiler_value_at(compiler, NULL, (*number)++)) {
        return false;
    }
    cn_compiler_text(compiler, end < 0 ? " PRECEDING" : " FOLLOWING");
    return true;
}

static bool emit_frame(cn_compiler *compiler, const cn_node *node)
{
    static const char *const units[] = {"", "ROWS", "RANGE", "GROUPS"};
    uint64_t                 packed  = (uint64_t)node->value.as.integer;
    uint32_t                 number  = cn_numbers_get(compiler->numbers, node);
    int32_t                  from = (int32_t)(packed >> 32), to = (int32_t)(uint32_t)packed;
    if (node->op == CN_FRAME_GROUPS && !cn_compiler_needs(compiler, CN_FEATURE_FRAME_GROUPS))
        return false;
    if (from > to || from == INT32_MAX || to == INT32_MIN)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the frame of a window ends before it begins");
    cn_buffer_format(&compiler->sql, "%s BETWEEN ", units[node->op]);
    if (!emit_bound(compiler, from, &number))
        return false;
    cn_compiler_text(compiler, " AND ");
    return emit_bound(compiler, to, &number);
}

bool cn_compiler_over(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *of        = cn_node_part(node, 0);
    const cn_node *partition = cn_node_part(node, 1), *order = cn_node_part(node, 2);
    const char    *space = "";
    call           ignored;
    if (!cn_compiler_needs(compiler, CN_FEATURE_WINDOW) ||
        (of->kind != CN_NODE_FRAGMENT && !unwrap(compiler, of, &ignored)) ||
        !cn_compiler_node(compiler, of, NULL))
        return false;
    cn_compiler_text(compiler, " OVER (");
    if (partition->count != 0) {
        cn_compiler_text(compiler, "PARTITION BY ");
        if (!cn_compiler_list(compiler, partition->parts, partition->count))
            return false;
        space = " ";
    }
    if (order->count != 0) {
        cn_buffer_format(&compiler->sql, "%sORDER BY ", space);
        if (!cn_compiler_order(compiler, order->parts, order->count))
            return false;
        space = " ";
    }
    if (node->op != CN_FRAME_NONE) {
        cn_compiler_text(compiler, space);
        if (!emit_frame(compiler, node))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}
