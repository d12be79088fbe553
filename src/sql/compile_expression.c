/*
 * Expressions to SQL: everything but operators (compile_operator.c), functions
 * (compile_function.c) and fragments (compile_fragment.c). See compile.h.
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

/* What one NOT or several are about; two cancel each other. NULL: nothing was chosen. */
static const cn_node *strip_not(const cn_node *node, bool *negated)
{
    while (node->kind == CN_NODE_NOT) {
        const cn_node *only = NULL;
        if (count_chosen(node, &only) == 0)
            return NULL;
        *negated = !*negated;
        node     = cn_node_resolved(only);
    }
    return node;
}

/* NOT: the operator itself is turned round where it can be. */
static bool emit_not(cn_compiler *compiler, const cn_node *node)
{
    bool           negated = false;
    const cn_node *only    = strip_not(node, &negated);
    if (only == NULL)
        return true; /* of nothing there is nothing */
    if (!negated)
        return cn_compiler_node(compiler, only, NULL);
    if (only->kind == CN_NODE_OPERATOR)
        return cn_compiler_operator(compiler, only, true);
    if (only->kind == CN_NODE_KEYWORD) { /* cn_always or cn_never */
        bool holds = only->op == CN_KEYWORD_NEVER;
        cn_compiler_text(compiler, holds ? compiler->words->always : compiler->words->never);
        return true;
    }
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
        bool           inner = false;
        const cn_node *only  = strip_not(node, &inner);
        if (only == NULL)
            return CN_BIND_ATOM;
        return inner && only->kind != CN_NODE_OPERATOR ? CN_BIND_NOT
                                                       : cn_compiler_binding(compiler, only, inner);
    }
    case CN_NODE_OPERATOR:
        if (node->op == CN_OP_IN && (node->flags & CN_NODE_FLAT) &&
            node->value.kind == CN_KIND_LIST && node->value.as.list.count == 0)
            return CN_BIND_ATOM; /* written with parentheses */
        if ((node->op == CN_OP_CONCAT && compiler->words->concat_function) ||
            (node->op == CN_OP_IN && negated) || compiler->words->operators[node->op].closed)
            return CN_BIND_ATOM;
        return cn_operators[node->op].binding;
    case CN_NODE_FRAGMENT:
    case CN_NODE_SPELLED:
        return CN_BIND_OR; /* whatever it is */
    case CN_NODE_TRUTH:
        return cn_compiler_binding(compiler, cn_node_resolved(cn_node_part(node, 0)), negated);
    case CN_NODE_KEYWORD:
        return node->op >= CN_KEYWORD_ALWAYS ? CN_BIND_COMPARE : CN_BIND_ATOM;
    case CN_NODE_COLLATE:
        return CN_BIND_COMPARE;
    case CN_NODE_JSON:
        return compiler->words->json_arrays && node->op == CN_JSON_DOCUMENT ? CN_BIND_BIT
                                                                            : CN_BIND_ATOM;
    default:
        return CN_BIND_ATOM;
    }
}

static bool is_of_bits(const cn_node *node)
{
    return node->kind == CN_NODE_OPERATOR && node->op != CN_OP_CUSTOM &&
           cn_operators[node->op].binding == CN_BIND_BIT;
}

/* Where bits have no sign, what is computed with them must not lose its own. */
bool cn_compiler_within(cn_compiler *compiler, const cn_node *node, cn_binding at_least,
                        const cn_column *meets)
{
    node             = cn_node_resolved(node);
    bool parentheses = cn_compiler_binding(compiler, node, false) < at_least;
    bool has_no_sign = parentheses && compiler->words->bits_unsigned && is_of_bits(node);
    if (parentheses)
        cn_compiler_text(compiler, has_no_sign ? "CAST(" : "(");
    bool good = cn_compiler_node(compiler, node, meets);
    if (parentheses)
        cn_compiler_text(compiler, has_no_sign ? " AS SIGNED INTEGER)" : ")");
    return good;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_text(uint8_t kind)
{
    return kind == CN_TYPE_STRING || kind == CN_TYPE_TEXT || kind == CN_TYPE_CHAR ||
           (kind >= CN_TYPE_TINYTEXT && kind <= CN_TYPE_LONGTEXT);
}

/* The type of a column's values where nothing around one says it, without length and digits: a cast
   would cut or round. Text needs none. */
static cn_type type_of_column(const cn_compiler *compiler, const cn_column *column)
{
    cn_type type  = *cn_dialect_column_type(compiler->dialect, compiler->link, column);
    bool    label = type.kind == CN_TYPE_ENUM && type.enum_form != CN_ENUM_NATIVE;
    if (label || is_text(type.kind) || column->bind_expression != NULL)
        return (cn_type){.kind = CN_TYPE_NONE};
    type.length    = 0;
    type.precision = type.scale = 0;
    return type;
}

bool cn_compiler_free_value(cn_compiler *compiler, const cn_node *node, const cn_column *meets,
                            bool typed)
{
    uint32_t number   = cn_numbers_get(compiler->numbers, node);
    cn_type  cast     = {.kind = CN_TYPE_NONE};
    bool     converts = cn_column_converts(meets);
    if (node->value.kind == CN_KIND_LIST)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "a list stands where one value belongs: cn_in_array takes one");
    /* as a literal, a number says its type itself */
    bool says_type = compiler->inlined && node->value.kind < CN_KIND_DATE;
    if (compiler->words->typed_values && typed && converts) {
        cast = type_of_column(compiler, meets);
    } else if (compiler->words->typed_values && !converts && !says_type) {
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

bool cn_compiler_member(cn_compiler *compiler, const cn_node *node)
{
    const cn_source *source;
    const cn_column *column = cn_source_of(compiler, node, &source);
    return column != NULL && cn_compiler_source_column(compiler, source, column);
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
                            "cn_proposed belongs to .update and .update_where of cn_upsert alone");
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

/* ---- templates ------------------------------------------------------------------------------- */

bool cn_compiler_template(cn_compiler *compiler, const char *words, cn_operand_writer *write,
                          const void *context)
{
    for (const char *at = words; *at != '\0'; at++) {
        char        mark   = at[1] == '^' || at[1] == '#' || at[1] == '*' ? at[1] : '\0';
        const char *number = mark == '\0' ? at + 1 : at + 2;
        bool        any    = mark == '*'; /* which has no number */
        if (*at != '@' || !(any || (*number >= '0' && *number <= '9'))) {
            cn_buffer_char(&compiler->sql, *at);
            continue;
        }
        if (!write(compiler, context, mark, any ? 0 : (uint32_t)(*number - '0')))
            return false;
        at = any ? at + 1 : number;
    }
    return true;
}

/* The only operand of a template. */
static bool write_only(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const cn_node *operand = context;
    (void)number;
    return operand->kind == CN_NODE_VALUE
               ? cn_compiler_free_value(compiler, operand, NULL, true)
               : cn_compiler_within(compiler, operand, mark == '^' ? CN_BIND_NOTHING : CN_BIND_ATOM,
                                    NULL);
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* The condition stands in parentheses unless it has some. */
static bool emit_when(cn_compiler *compiler, const cn_node *test)
{
    if (!cn_node_chosen(test))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the condition of cn_then was left out: every cn_when in it is false");
    bool closed = cn_compiler_binding(compiler, cn_node_resolved(test), false) == CN_BIND_ATOM &&
                  cn_node_resolved(test)->kind != CN_NODE_QUERY;
    cn_compiler_text(compiler, closed ? " WHEN " : " WHEN (");
    if (!cn_compiler_node(compiler, test, NULL))
        return false;
    cn_compiler_text(compiler, closed ? " THEN " : ") THEN ");
    return true;
}

static bool emit_case(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    meets = cn_compiler_converting(compiler, node, meets);
    cn_compiler_text(compiler, "CASE");
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *part = cn_node_part(node, i);
        bool           then = part->kind == CN_NODE_THEN;
        bool           last = i != 0 && i + 1 == node->count;
        if (!then && (part->kind != CN_NODE_ELSE || !last))
            return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                "cn_case takes cn_then(condition, value), one or more, and then "
                                "at most one cn_else(value)");
        if (then) {
            if (!emit_when(compiler, cn_node_part(part, 0)))
                return false;
        } else {
            cn_compiler_text(compiler, " ELSE ");
        }
        if (!cn_compiler_node(compiler, cn_node_part(part, then ? 1 : 0), meets))
            return false;
    }
    cn_compiler_text(compiler, " END");
    return true;
}

static bool emit_cast(cn_compiler *compiler, const cn_node *node)
{
    const cn_type  *type  = node->value.as.list.items;
    const cn_node  *of    = cn_node_part(node, 0);
    const cn_words *here  = compiler->words;
    const char     *words = NULL;
    if (type->kind == CN_TYPE_NONE || type->kind >= CN_TYPE_COUNT)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "cn_cast was given no type: CN_INTEGER, CN_STRING(10), ... are some");
    if (here->cast != NULL)
        words = here->cast(type, compiler->link);
    if (words != NULL)
        return cn_compiler_template(compiler, words, write_only, of);
    cn_compiler_text(compiler, "CAST(");
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
    const char *words = node->op < CN_PART_COUNT ? compiler->words->extract[node->op] : NULL;
    return words != NULL ? cn_compiler_template(compiler, words, write_only, cn_node_part(node, 0))
                         : cn_compiler_lacks(compiler, "such part of a date");
}

static bool emit_collate(cn_compiler *compiler, const cn_node *node)
{
    if (!cn_compiler_within(compiler, cn_node_part(node, 0), CN_BIND_ATOM, NULL))
        return false;
    cn_compiler_text(compiler, " COLLATE ");
    return cn_dialect_collation(compiler->dialect, &compiler->sql, node->value.as.text.data,
                                compiler->error);
}

/* The document is @0; the path, one value that belongs to the node itself, is @1. That of the walk
   has the form of MySQL. */
static bool write_json(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const cn_node     *node  = context;
    const cn_words    *words = compiler->words;
    uint32_t           path  = cn_numbers_get(compiler->numbers, node);
    cn_conversion_kind array = node->count == 2 ? CN_CONVERT_JSON_STEP : CN_CONVERT_JSON_PATH;
    (void)mark;
    if (number == 0)
        return cn_compiler_within(compiler, cn_node_part(node, 0), CN_BIND_UNARY, NULL);
    if (words->json_plain_keys)
        return cn_compiler_converted(compiler, CN_CONVERT_JSON_PLAIN, path);
    return words->json_arrays ? cn_compiler_converted(compiler, array, path)
                              : cn_compiler_value_at(compiler, NULL, path);
}

static bool emit_json(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *last     = cn_node_part(node, node->count - 1);
    bool           by_index = last->value.kind == CN_KIND_INTEGER;
    return cn_compiler_template(
        compiler, compiler->words->json(node->op, node->count - 1, by_index, compiler->link),
        write_json, node);
}

static bool emit_query(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    static const char *const before[] = {"", "EXISTS ", "ANY ", "ALL ", ""};
    if ((node->op == CN_QUERY_ANY || node->op == CN_QUERY_ALL) &&
        !cn_compiler_needs(compiler, CN_FEATURE_QUANTIFIED))
        return false;
    cn_compiler_text(compiler, before[node->op]);
    bool given = meets != NULL && node->op != CN_QUERY_EXISTS;
    return cn_compiler_sub_query(compiler, node->parts, node->op,
                                 (cn_column_list){&meets, given ? 1 : 0});
}

static bool emit_tuple(cn_compiler *compiler, const cn_node *node)
{
    cn_buffer_char(&compiler->sql, '(');
    if (!cn_compiler_list(compiler, node->parts, node->count))
        return false;
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_truth(cn_compiler *compiler, const cn_node *test)
{
    return cn_node_chosen(test)
               ? cn_compiler_node(compiler, test, NULL)
               : cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                              "the condition of cn_truth was left out: every cn_when in it is "
                              "false");
}

static bool emit_inline(cn_compiler *compiler, const cn_node *node)
{
    const char *text = node->value.as.text.data;
    cn_dialect_literal(compiler->dialect, &compiler->sql, text, strlen(text));
    return true;
}

static bool misplaced(cn_compiler *compiler, const cn_node *node)
{
    static const char *const names[CN_NODE_BROKEN] = {
        [CN_NODE_ENTITY] = "cn_entity",
        [CN_NODE_THEN]   = "cn_then",
        [CN_NODE_ELSE]   = "cn_else",
        [CN_NODE_ROLLUP] = "cn_rollup, which is the only term of a GROUP BY,"};
    const char *name = node->kind < CN_NODE_BROKEN ? names[node->kind] : NULL;
    return cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s cannot stand inside an expression",
                        name == NULL ? "a part of this kind" : name);
}

bool cn_compiler_node(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    node = cn_node_resolved(node);
    switch (node->kind) {
    case CN_NODE_MEMBER:
    case CN_NODE_NAMED:
        return cn_compiler_member(compiler, node);
    case CN_NODE_VALUE:
        return cn_compiler_free_value(compiler, node, meets, true);
    case CN_NODE_OPERATOR:
        return cn_compiler_operator(compiler, node, false);
    case CN_NODE_AND:
    case CN_NODE_OR:
    case CN_NODE_NOT:
        return emit_connected(compiler, node);
    case CN_NODE_TRUTH:
        return emit_truth(compiler, cn_node_part(node, 0));
    case CN_NODE_FRAGMENT:
        return cn_compiler_fragment(compiler, node);
    case CN_NODE_KEYWORD:
        return emit_keyword(compiler, node);
    case CN_NODE_LABEL:
        return cn_compiler_label(compiler, node);
    case CN_NODE_PROPOSED:
        return emit_proposed(compiler, node);
    case CN_NODE_QUERY:
        return emit_query(compiler, node, meets);
    case CN_NODE_CASE:
        return emit_case(compiler, node, meets);
    case CN_NODE_CAST:
        return emit_cast(compiler, node);
    case CN_NODE_EXTRACT:
        return emit_extract(compiler, node);
    case CN_NODE_COLLATE:
        return emit_collate(compiler, node);
    case CN_NODE_OVER:
        return cn_compiler_over(compiler, node);
    case CN_NODE_CALL:
    case CN_NODE_FILTER:
    case CN_NODE_ORDERED:
    case CN_NODE_WITHIN_GROUP:
        return cn_compiler_call(compiler, node, meets);
    case CN_NODE_INLINE:
        return emit_inline(compiler, node);
    case CN_NODE_JSON:
        return emit_json(compiler, node);
    case CN_NODE_TUPLE:
        return emit_tuple(compiler, node);
    case CN_NODE_SPELLED:
        return cn_compiler_spelled(compiler, node);
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
