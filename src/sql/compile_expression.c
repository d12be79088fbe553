/*
 * Expressions to SQL: everything but operators (compile_operator.c) and fragments
 * (compile_fragment.c). See compile.h.
 */
#include <string.h>

#include "sql/compile.h"

/* ---- conditions ------------------------------------------------------------------------------ */

/* Of the conditions below a node, how many say something; `only` is the last of them. */
static size_t count_chosen(const cn_node *node, const cn_node **only);

bool cn_node_chosen(const cn_node *node)
{
    const cn_node *only;
    if (node->kind == CN_NODE_LEFT_OUT || node->kind == CN_NODE_NONE)
        return false;
    return !cn_node_connects(node) || count_chosen(node, &only) != 0;
}

static size_t count_chosen(const cn_node *node, const cn_node **only)
{
    size_t count = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *part = cn_node_part(node, i);
        if (cn_node_chosen(part)) {
            count++;
            *only = part;
        }
    }
    return count;
}

const cn_node *cn_node_resolved(const cn_node *node)
{
    const cn_node *only = NULL;
    while ((node->kind == CN_NODE_AND || node->kind == CN_NODE_OR) &&
           count_chosen(node, &only) == 1)
        node = only;
    return node;
}

/* More conditions than this stand in groups: databases nest an AND of n conditions n deep (SQLite
   refuses 1 000), and groups of groups only a few times as deep as a group. */
#define CN_GROUP 64

/* The conditions of an AND or OR that were not left out. */
static const cn_node **list_chosen(cn_compiler *compiler, const cn_node *node, size_t *count)
{
    const cn_node **list = CN_ARENA_ARRAY(&compiler->scratch, const cn_node *,
                                          (size_t)node->count + 1);
    *count               = 0;
    if (list == NULL) {
        cn_compiler_no_memory(compiler);
        return NULL;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (cn_node_chosen(cn_node_part(node, i)))
            list[(*count)++] = cn_node_part(node, i);
    return list;
}

static bool emit_group(cn_compiler *compiler, cn_binding level, const cn_node *const *list,
                       size_t count)
{
    size_t size = 1; /* of the groups that this list consists of */
    while (count > size * CN_GROUP)
        size *= CN_GROUP;
    for (size_t i = 0; i < count; i += size) {
        size_t here  = count - i < size ? count - i : size;
        bool   alone = here == 1;
        if (i != 0)
            cn_compiler_text(compiler, level == CN_BIND_OR ? " OR " : " AND ");
        if (!alone)
            cn_buffer_char(&compiler->sql, '(');
        if (!(alone ? cn_compiler_within(compiler, list[i], level, NULL)
                    : emit_group(compiler, level, list + i, here)))
            return false;
        if (!alone)
            cn_buffer_char(&compiler->sql, ')');
    }
    return true;
}

/* NOT: the operator itself is turned round where it can be; two cancel each other. */
static bool emit_not(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *only = NULL;
    if (count_chosen(node, &only) == 0)
        return true; /* of nothing there is nothing */
    only = cn_node_resolved(only);
    if (only->kind == CN_NODE_NOT) {
        const cn_node *inner = NULL;
        return count_chosen(only, &inner) == 0 || cn_compiler_node(compiler, inner, NULL);
    }
    if (only->kind == CN_NODE_OPERATOR)
        return cn_compiler_operator(compiler, only, true);
    cn_compiler_text(compiler, "NOT ");
    bool exists = only->kind == CN_NODE_QUERY; /* NOT (EXISTS (...)) */
    if (exists)
        cn_buffer_char(&compiler->sql, '(');
    if (!cn_compiler_within(compiler, only, CN_BIND_ATOM, NULL))
        return false;
    if (exists)
        cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_connected(cn_compiler *compiler, const cn_node *node)
{
    size_t count;
    if (node->kind == CN_NODE_NOT)
        return emit_not(compiler, node);
    const cn_node **list = list_chosen(compiler, node, &count);
    return list != NULL &&
           emit_group(compiler, node->kind == CN_NODE_OR ? CN_BIND_OR : CN_BIND_AND, list, count);
}

/* ---- how tightly nodes bind ------------------------------------------------------------------ */

cn_binding cn_compiler_binding(const cn_compiler *compiler, const cn_node *node, bool negated)
{
    switch (node->kind) {
    case CN_NODE_OR:
        return CN_BIND_OR;
    case CN_NODE_AND:
        return CN_BIND_AND;
    case CN_NODE_NOT: {
        const cn_node *only = NULL;
        if (count_chosen(node, &only) == 0)
            return CN_BIND_ATOM;
        only = cn_node_resolved(only);
        if (only->kind == CN_NODE_OPERATOR || only->kind == CN_NODE_NOT)
            return cn_compiler_binding(compiler, only, !negated);
        return CN_BIND_NOT;
    }
    case CN_NODE_OPERATOR:
        if (node->op == CN_OP_IN && (node->flags & CN_NODE_FLAT) &&
            node->value.kind == CN_KIND_LIST && node->value.as.list.count == 0)
            return CN_BIND_ATOM; /* written with parentheses */
        if (node->op == CN_OP_CONCAT && compiler->words->concat_function)
            return CN_BIND_ATOM;
        return cn_operators[node->op].binding;
    case CN_NODE_FRAGMENT:
        return CN_BIND_OR; /* whatever it is */
    case CN_NODE_TRUTH:
        return cn_compiler_binding(compiler, cn_node_resolved(cn_node_part(node, 0)), negated);
    case CN_NODE_KEYWORD:
        return node->op >= CN_KEYWORD_ALWAYS ? CN_BIND_COMPARE : CN_BIND_ATOM;
    case CN_NODE_COLLATE:
        return CN_BIND_UNARY;
    case CN_NODE_JSON:
        return compiler->words->json_arrays && node->op == CN_JSON_DOCUMENT ? CN_BIND_BIT
                                                                            : CN_BIND_ATOM;
    default:
        return CN_BIND_ATOM;
    }
}

bool cn_compiler_within(cn_compiler *compiler, const cn_node *node, cn_binding at_least,
                        const cn_column *meets)
{
    node             = cn_node_resolved(node);
    bool parentheses = cn_compiler_binding(compiler, node, false) < at_least;
    if (parentheses)
        cn_buffer_char(&compiler->sql, '(');
    bool good = cn_compiler_node(compiler, node, meets);
    if (parentheses)
        cn_buffer_char(&compiler->sql, ')');
    return good;
}

/* ---- values ---------------------------------------------------------------------------------- */

bool cn_compiler_free_value(cn_compiler *compiler, const cn_node *node, const cn_column *meets,
                            bool typed)
{
    uint32_t number   = cn_numbers_get(compiler->numbers, node);
    cn_type  cast     = {.kind = CN_TYPE_NONE};
    bool     is_label = meets != NULL && meets->type.kind == CN_TYPE_ENUM;
    if (node->value.kind == CN_KIND_LIST)
        return cn_compiler_lacks(compiler, "list where one value belongs");
    if (compiler->words->typed_values && !is_label && !compiler->inlined) {
        const cn_value *value = &compiler->values[number];
        cast.kind = (uint8_t)(typed && meets == NULL ? cn_value_type(value) : cn_value_cast(value));
    }
    if (cast.kind == CN_TYPE_NONE)
        return cn_compiler_value_at(compiler, meets, number);
    cn_compiler_text(compiler, "CAST(");
    if (!cn_compiler_value_at(compiler, meets, number))
        return false;
    cn_compiler_text(compiler, " AS ");
    compiler->dialect->type(&compiler->sql, &cast, compiler->link);
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_member(cn_compiler *compiler, const cn_node *node)
{
    const cn_source *source;
    const cn_column *column = cn_source_of(compiler, node, &source);
    return column != NULL && cn_compiler_source_column(compiler, source, column);
}

/* A column of the result by its name; the statement must have it. */
static bool emit_label(cn_compiler *compiler, const cn_node *node)
{
    const cn_items *labels = compiler->scope->labels;
    const char     *name   = node->value.as.text.data;
    for (size_t i = 0; labels != NULL && i < labels->count; i++)
        if (strcmp(labels->items[i].field.name, name) == 0)
            return cn_compiler_identifier(compiler, name);
    return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "cn_label names \"%s\", but no column of the statement fills that member",
                        name);
}

/* What an upsert's row would have had: excluded.c, VALUES(c), new.c */
static bool emit_proposed(cn_compiler *compiler, const cn_node *node)
{
    const cn_source *source;
    const cn_column *column = cn_source_of(compiler, node, &source);
    if (column == NULL)
        return false;
    if (compiler->proposed == NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "cn_proposed belongs to .update and .update_where of cn_upsert");
    cn_compiler_text(compiler, compiler->proposed);
    if (!cn_compiler_identifier(compiler, column->name))
        return false;
    cn_compiler_text(compiler, strchr(compiler->proposed, '(') != NULL ? ")" : "");
    return true;
}

static bool emit_keyword(cn_compiler *compiler, const cn_node *node)
{
    if (node->op == CN_KEYWORD_DEFAULT && !cn_compiler_needs(compiler, CN_FEATURE_DEFAULT_VALUE))
        return false;
    const char *const words[] = {
        [CN_KEYWORD_COUNT_ALL] = "count(*)",        [CN_KEYWORD_DEFAULT] = "DEFAULT",
        [CN_KEYWORD_NOW] = "CURRENT_TIMESTAMP",     [CN_KEYWORD_TODAY] = "CURRENT_DATE",
        [CN_KEYWORD_TIME_OF_DAY] = "CURRENT_TIME",  [CN_KEYWORD_ALWAYS] = compiler->words->always,
        [CN_KEYWORD_NEVER] = compiler->words->never};
    cn_compiler_text(compiler, words[node->op]);
    return true;
}

/* ---- lists and templates --------------------------------------------------------------------- */

bool cn_compiler_list(cn_compiler *compiler, const cn_node *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_node(compiler, &parts[i], NULL))
            return false;
    }
    return true;
}

/* A database without NULLS FIRST sorts by a term more: `x IS NULL` is 1 for NULL. */
static bool emit_nulls(cn_compiler *compiler, const cn_node *term)
{
    bool first = (term->flags & CN_NODE_NULLS_FIRST) != 0;
    if (!cn_compiler_within(compiler, term, CN_BIND_CONCAT, NULL))
        return false;
    cn_compiler_text(compiler, first ? " IS NOT NULL, " : " IS NULL, ");
    return true;
}

bool cn_compiler_order(cn_compiler *compiler, const cn_node *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cn_node *term  = &terms[i];
        bool           nulls = (term->flags & (CN_NODE_NULLS_FIRST | CN_NODE_NULLS_LAST)) != 0;
        bool           words = nulls && cn_compiler_has(compiler, CN_FEATURE_NULLS_ORDER);
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if ((nulls && !words && !emit_nulls(compiler, term)) ||
            !cn_compiler_node(compiler, term, NULL))
            return false;
        if (term->flags & CN_NODE_DESC)
            cn_compiler_text(compiler, " DESC");
        if (words)
            cn_compiler_text(compiler,
                             term->flags & CN_NODE_NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST");
    }
    return true;
}

bool cn_compiler_template(cn_compiler *compiler, const char *words, const cn_node *const *operands,
                          cn_binding at_least)
{
    for (const char *at = words; *at != '\0'; at++) {
        if (*at != '@') {
            cn_buffer_char(&compiler->sql, *at);
            continue;
        }
        bool plain = at[1] == '^';
        at += plain ? 2 : 1;
        const cn_node *operand = operands[*at - '0'];
        bool           good    = operand->kind == CN_NODE_VALUE
                                     ? cn_compiler_free_value(compiler, operand, NULL, true)
                                     : cn_compiler_within(compiler, operand, plain ? CN_BIND_NOTHING : at_least,
                                                          NULL);
        if (!good)
            return false;
    }
    return true;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* A function's name is structure of the SQL, so it must be one: not whatever a text may hold. */
static bool is_name(const char *name)
{
    if (name == NULL || *name == '\0' || (*name >= '0' && *name <= '9'))
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")] ==
           '\0';
}

/* What a function is called here; a template has an @. */
static const char *function_words(const cn_compiler *compiler, const char *name)
{
    const cn_function *list = compiler->words->functions;
    for (; list != NULL && list->name != NULL; list++)
        if (strcmp(list->name, name) == 0)
            return list->words;
    return name;
}

/* The arguments of a call; with a condition, only of rows for which it holds. */
static bool emit_arguments(cn_compiler *compiler, const cn_node *node)
{
    if (node->model != NULL) /* an aggregate: the column stands in the node */
        return emit_member(compiler, node);
    return cn_compiler_list(compiler, node->parts, node->count);
}

static bool emit_call(cn_compiler *compiler, const cn_node *node, const cn_node *order)
{
    const char *name = node->value.as.text.data;
    if (!is_name(name))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "\"%s\" is no name of a function: letters, digits, _ and . make one",
                            name == NULL ? "" : name);
    const char *words = function_words(compiler, name);
    if (strchr(words, '@') != NULL && node->count <= 10) {
        const cn_node *operands[10];
        for (uint32_t i = 0; i < node->count; i++)
            operands[i] = cn_node_part(node, i);
        return order == NULL
                   ? cn_compiler_template(compiler, words, operands, CN_BIND_NOTHING)
                   : cn_compiler_lacks(compiler, cn_feature_name(CN_FEATURE_AGGREGATE_ORDER));
    }
    cn_buffer_format(&compiler->sql, "%s(", words);
    if (!emit_arguments(compiler, node))
        return false;
    if (order != NULL && order->count != 0) {
        cn_compiler_text(compiler, " ORDER BY ");
        if (!cn_compiler_needs(compiler, CN_FEATURE_AGGREGATE_ORDER) ||
            !cn_compiler_order(compiler, order->parts, order->count))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool is_call(cn_compiler *compiler, const cn_node *node, const char *what)
{
    return node->kind == CN_NODE_CALL ||
           (node->kind == CN_NODE_KEYWORD && node->op == CN_KEYWORD_COUNT_ALL) ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s belongs to an aggregate", what);
}

static bool emit_ordered(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *call = cn_node_part(node, 0), *order = cn_node_part(node, 1);
    if (!is_call(compiler, call, "cn_ordered and cn_within_group"))
        return false;
    if (node->kind == CN_NODE_ORDERED)
        return emit_call(compiler, call, order);
    if (!cn_compiler_needs(compiler, CN_FEATURE_WITHIN_GROUP) ||
        !cn_compiler_node(compiler, call, NULL))
        return false;
    cn_compiler_text(compiler, " WITHIN GROUP (ORDER BY ");
    if (!cn_compiler_order(compiler, order->parts, order->count))
        return false;
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* FILTER; where there is none: what the condition does not hold for becomes NULL, which aggregates
   leave out. */
static bool emit_filter(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *call = cn_node_part(node, 0), *test = cn_node_part(node, 1);
    if (!is_call(compiler, call, "cn_filter"))
        return false;
    if (cn_compiler_has(compiler, CN_FEATURE_FILTER)) {
        if (!cn_compiler_node(compiler, call, NULL))
            return false;
        cn_compiler_text(compiler, " FILTER (WHERE ");
        if (!cn_compiler_node(compiler, test, NULL))
            return false;
        cn_buffer_char(&compiler->sql, ')');
        return true;
    }
    bool all      = call->kind == CN_NODE_KEYWORD;
    bool distinct = call->count == 1 && cn_node_part(call, 0)->kind == CN_NODE_OPERATOR &&
                    cn_node_part(call, 0)->op == CN_OP_DISTINCT;
    if (!all && call->model == NULL && call->count != 1)
        return cn_compiler_needs(compiler, CN_FEATURE_FILTER);
    cn_buffer_format(&compiler->sql, "%s(%sCASE WHEN (", all ? "count" : call->value.as.text.data,
                     distinct ? "DISTINCT " : "");
    if (!cn_compiler_node(compiler, test, NULL))
        return false;
    cn_compiler_text(compiler, ") THEN ");
    if (all)
        cn_buffer_char(&compiler->sql, '1');
    else if (!(distinct ? cn_compiler_node(compiler, cn_node_part(cn_node_part(call, 0), 0), NULL)
                        : emit_arguments(compiler, call)))
        return false;
    cn_compiler_text(compiler, " END)");
    return true;
}

/* ---- windows --------------------------------------------------------------------------------- */

static bool emit_bound(cn_compiler *compiler, int32_t end, uint32_t *number)
{
    if (end == 0) {
        cn_compiler_text(compiler, "CURRENT ROW");
        return true;
    }
    if (end == INT32_MIN || end == INT32_MAX) {
        cn_compiler_text(compiler, "UNBOUNDED");
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
    if (node->op == CN_FRAME_GROUPS && !cn_compiler_needs(compiler, CN_FEATURE_FRAME_GROUPS))
        return false;
    cn_buffer_format(&compiler->sql, "%s BETWEEN ", units[node->op]);
    if (!emit_bound(compiler, (int32_t)(packed >> 32), &number))
        return false;
    cn_compiler_text(compiler, " AND ");
    return emit_bound(compiler, (int32_t)(uint32_t)packed, &number);
}

static bool emit_over(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *partition = cn_node_part(node, 1), *order = cn_node_part(node, 2);
    const char    *space = "";
    if (!cn_compiler_needs(compiler, CN_FEATURE_WINDOW) ||
        !cn_compiler_node(compiler, cn_node_part(node, 0), NULL))
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

/* ---- the rest -------------------------------------------------------------------------------- */

static bool emit_case(cn_compiler *compiler, const cn_node *node)
{
    cn_compiler_text(compiler, "CASE");
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *part = cn_node_part(node, i);
        bool           then = part->kind == CN_NODE_THEN;
        if (part->kind != CN_NODE_ELSE &&
            (!then || (i != 0 && cn_node_part(node, i - 1)->kind == CN_NODE_ELSE)))
            return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                "cn_case takes cn_then(condition, value), one or more, and then "
                                "at most one cn_else(value)");
        if (then) {
            const cn_node *test  = cn_node_part(part, 0);
            bool           group = cn_node_resolved(test)->kind == CN_NODE_OPERATOR;
            cn_compiler_text(compiler, group ? " WHEN (" : " WHEN ");
            if (!cn_compiler_node(compiler, test, NULL))
                return false;
            cn_compiler_text(compiler, group ? ") THEN " : " THEN ");
        } else {
            cn_compiler_text(compiler, " ELSE ");
        }
        if (!cn_compiler_node(compiler, cn_node_part(part, then ? 1 : 0), NULL))
            return false;
    }
    cn_compiler_text(compiler, " END");
    return true;
}

static bool emit_cast(cn_compiler *compiler, const cn_node *node)
{
    const cn_type *type = node->value.as.list.items;
    cn_compiler_text(compiler, "CAST(");
    const cn_node *of = cn_node_part(node, 0);
    if (!(of->kind == CN_NODE_VALUE ? cn_compiler_free_value(compiler, of, NULL, false)
                                    : cn_compiler_node(compiler, of, NULL)))
        return false;
    cn_compiler_text(compiler, " AS ");
    if (compiler->dialect->cast_type != NULL)
        compiler->dialect->cast_type(&compiler->sql, type, compiler->link);
    else
        compiler->dialect->type(&compiler->sql, type, compiler->link);
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_extract(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *operand = cn_node_part(node, 0);
    const char    *words   = node->op < CN_PART_COUNT ? compiler->words->extract[node->op] : NULL;
    return words != NULL ? cn_compiler_template(compiler, words, &operand, CN_BIND_UNARY)
                         : cn_compiler_lacks(compiler, "such part of a date");
}

static bool emit_collate(cn_compiler *compiler, const cn_node *node)
{
    if (!cn_compiler_within(compiler, cn_node_part(node, 0), CN_BIND_UNARY, NULL))
        return false;
    cn_compiler_text(compiler, " COLLATE ");
    return cn_dialect_collation(compiler->dialect, &compiler->sql, node->value.as.text.data,
                                compiler->error);
}

/* The document is @0; the path, one value that belongs to the node itself, is @1. */
static bool emit_json(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *last     = cn_node_part(node, node->count - 1);
    bool           by_index = last->value.kind == CN_KIND_INTEGER;
    const char *words  = compiler->words->json(node->op, node->count - 1, by_index, compiler->link);
    uint32_t    number = cn_numbers_get(compiler->numbers, node);
    for (; *words != '\0'; words++) {
        if (*words != '@') {
            cn_buffer_char(&compiler->sql, *words);
            continue;
        }
        words++;
        if (*words == '0') {
            if (!cn_compiler_within(compiler, cn_node_part(node, 0), CN_BIND_UNARY, NULL))
                return false;
            continue;
        }
        cn_conversion_kind how = node->count == 2 ? CN_CONVERT_JSON_STEP : CN_CONVERT_JSON_PATH;
        if (!(compiler->words->json_arrays ? cn_compiler_converted(compiler, how, number)
                                           : cn_compiler_value_at(compiler, NULL, number)))
            return false;
    }
    return true;
}

static bool emit_query(cn_compiler *compiler, const cn_node *node)
{
    static const char *const before[] = {"", "EXISTS ", "ANY ", "ALL ", ""};
    if ((node->op == CN_QUERY_ANY || node->op == CN_QUERY_ALL) &&
        !cn_compiler_needs(compiler, CN_FEATURE_QUANTIFIED))
        return false;
    cn_compiler_text(compiler, before[node->op]);
    return cn_compiler_sub_query(compiler, node->parts, node->op, 0);
}

static bool emit_tuple(cn_compiler *compiler, const cn_node *node)
{
    cn_buffer_char(&compiler->sql, '(');
    if (!cn_compiler_list(compiler, node->parts, node->count))
        return false;
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool misplaced(cn_compiler *compiler, const cn_node *node)
{
    return cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s cannot stand inside an expression",
                        node->kind == CN_NODE_ENTITY ? "cn_entity" : "cn_then or cn_else");
}

bool cn_compiler_node(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    node = cn_node_resolved(node);
    switch (node->kind) {
    case CN_NODE_MEMBER:
    case CN_NODE_NAMED:
        return emit_member(compiler, node);
    case CN_NODE_VALUE:
        return cn_compiler_free_value(compiler, node, meets, true);
    case CN_NODE_OPERATOR:
        return cn_compiler_operator(compiler, node, false);
    case CN_NODE_AND:
    case CN_NODE_OR:
    case CN_NODE_NOT:
        return emit_connected(compiler, node);
    case CN_NODE_TRUTH:
        return cn_compiler_node(compiler, cn_node_part(node, 0), NULL);
    case CN_NODE_FRAGMENT:
        return cn_compiler_fragment(compiler, node);
    case CN_NODE_CALL:
        return emit_call(compiler, node, NULL);
    case CN_NODE_KEYWORD:
        return emit_keyword(compiler, node);
    case CN_NODE_LABEL:
        return emit_label(compiler, node);
    case CN_NODE_PROPOSED:
        return emit_proposed(compiler, node);
    case CN_NODE_QUERY:
        return emit_query(compiler, node);
    case CN_NODE_CASE:
        return emit_case(compiler, node);
    case CN_NODE_CAST:
        return emit_cast(compiler, node);
    case CN_NODE_EXTRACT:
        return emit_extract(compiler, node);
    case CN_NODE_COLLATE:
        return emit_collate(compiler, node);
    case CN_NODE_OVER:
        return emit_over(compiler, node);
    case CN_NODE_FILTER:
        return emit_filter(compiler, node);
    case CN_NODE_ORDERED:
    case CN_NODE_WITHIN_GROUP:
        return emit_ordered(compiler, node);
    case CN_NODE_JSON:
        return emit_json(compiler, node);
    case CN_NODE_TUPLE:
        return emit_tuple(compiler, node);
    default:
        return misplaced(compiler, node);
    }
}

bool cn_compiler_where(cn_compiler *compiler, const cn_condition *where, const char *before)
{
    if (!cn_node_chosen(&where->node))
        return true;
    cn_compiler_text(compiler, before);
    return cn_compiler_node(compiler, &where->node, NULL);
}

bool cn_compiler_expression(cn_compiler *compiler, const cn_expr *value, const cn_column *meets)
{
    if (value->node.kind == CN_NODE_VALUE && meets != NULL)
        return cn_compiler_value_at(compiler, meets,
                                    cn_numbers_get(compiler->numbers, &value->node));
    return cn_compiler_node(compiler, &value->node, meets);
}
