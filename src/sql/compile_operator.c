/*
 * Operators to SQL, flat or with parts, and what each database spells otherwise. See compile.h.
 */
#include <string.h>

#include "sql/compile.h"

/*
 * The operands of an operator, whichever form it has. The left one, if it stands in the node
 * itself, is a column; so may the right one be, or it is a value of the node.
 */
typedef struct operands {
    const cn_node   *node;
    const cn_node   *left_part; /* NULL: the column `left` */
    const cn_source *left_source;
    const cn_column *left;
    const cn_node   *rest; /* parts that follow the left operand */
    size_t           rest_count;
    bool             flat;                     /* the right operand stands in the node */
    const cn_column *meets_left, *meets_right; /* the column on the other side */
} operands;

/* The column that a node is, or whose values it gives if they are converted; NULL if there is none,
   and then nothing is wrong with it. */
static bool column_of(cn_compiler *compiler, const cn_node *node, const cn_column **column)
{
    const cn_source *source;
    *column = NULL;
    if (node->kind != CN_NODE_MEMBER && node->kind != CN_NODE_NAMED) {
        *column = cn_compiler_converting(compiler, node, NULL);
        return true;
    }
    *column = cn_source_of(compiler, node, &source);
    return *column != NULL;
}

/* The macros write none; whoever calls the functions behind them may. */
static bool incomplete(cn_compiler *compiler)
{
    return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "an operator of the statement has fewer operands than it needs");
}

/* What stands beside a column in these is a number that counts or marks, not a value such as the
   column has. */
static bool scales(uint8_t op)
{
    return (op >= CN_OP_TIMES && op <= CN_OP_MODULO) ||
           (op >= CN_OP_BIT_AND && op <= CN_OP_SHIFT_RIGHT);
}

static bool split(cn_compiler *compiler, const cn_node *node, operands *o)
{
    *o = (operands){.node = node, .flat = (node->flags & CN_NODE_FLAT) != 0};
    if (node->model != NULL) {
        o->left = cn_source_of(compiler, node, &o->left_source);
        if (o->left == NULL)
            return false;
        o->meets_right = o->left;
    } else if (node->count == 0) {
        return incomplete(compiler);
    } else {
        o->left_part = cn_node_part(node, 0);
        if (!column_of(compiler, o->left_part, &o->meets_right))
            return false;
    }
    o->rest_count = node->count - cn_node_rest(node);
    o->rest       = o->rest_count == 0 ? NULL : cn_node_part(node, cn_node_rest(node));
    for (size_t i = 0; !o->flat && i < o->rest_count && !cn_column_converts(o->meets_left); i++)
        if (!column_of(compiler, &o->rest[i], &o->meets_left))
            return false;
    if (o->rest_count > 1 && o->meets_right == NULL)
        o->meets_right = o->meets_left; /* a bound or element has the type of the others */
    if (scales(node->op) && cn_column_converts(o->meets_right))
        o->meets_right = NULL;
    if (scales(node->op) && cn_column_converts(o->meets_left))
        o->meets_left = NULL;
    return true;
}

/* What stands in a place of a row: of a tuple, or of a query. */
static const cn_column *column_of_row(const cn_compiler *compiler, const cn_node *row, uint32_t i)
{
    if (row->kind == CN_NODE_QUERY) {
        const cn_column *column = cn_compiler_query_column(compiler, row->parts, i);
        return cn_column_converts(column) ? column : NULL;
    }
    return i < row->count ? cn_compiler_converting(compiler, cn_node_part(row, i), NULL) : NULL;
}

/* A row of values, each of which meets what stands in its place in the other. */
static bool emit_tuple(cn_compiler *compiler, const cn_node *tuple, const cn_node *other)
{
    cn_buffer_char(&compiler->sql, '(');
    for (uint32_t i = 0; i < tuple->count; i++) {
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!cn_compiler_node(compiler, cn_node_part(tuple, i), column_of_row(compiler, other, i)))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* A value beside something that has a type of its own, or not. */
static bool emit_part(cn_compiler *compiler, const cn_node *part, cn_binding at_least,
                      const cn_column *meets, const cn_node *other)
{
    bool typed = other == NULL || other->kind == CN_NODE_VALUE;
    bool same  = meets != NULL && part->value.kind == CN_KIND_REAL &&
                cn_storage_kind(meets->field.storage) == CN_KIND_REAL;
    if (part->kind == CN_NODE_TUPLE && other != NULL &&
        (other->kind == CN_NODE_TUPLE || other->kind == CN_NODE_QUERY))
        return emit_tuple(compiler, part, other);
    if (part->kind == CN_NODE_VALUE)
        return same ? cn_compiler_value_at(compiler, meets, cn_numbers_get(compiler->numbers, part))
                    : cn_compiler_free_value(compiler, part, meets, typed);
    return cn_compiler_within(compiler, part, at_least, meets);
}

static bool emit_left(cn_compiler *compiler, const operands *o, cn_binding at_least)
{
    const cn_node *other = o->flat || o->rest_count == 0 ? NULL : o->rest;
    if (o->left_part == NULL)
        return cn_compiler_source_column(compiler, o->left_source, o->left);
    if (o->flat || o->rest_count > 1)
        other = o->left_part; /* lists and bounds are values, which say no type */
    return emit_part(compiler, o->left_part, at_least, o->meets_left, other);
}

/* The value, or the column, that stands in the node. */
static bool emit_flat(cn_compiler *compiler, const operands *o)
{
    const cn_value *value = &o->node->value;
    if (value->kind != CN_KIND_MEMBER_)
        return cn_compiler_value_at(compiler, o->meets_right,
                                    cn_numbers_get(compiler->numbers, o->node));
    const cn_node    member = {.kind   = CN_NODE_MEMBER,
                               .flags  = value->element & CN_NODE_BY_INDEX,
                               .offset = (uint32_t)value->as.list.count,
                               .model  = value->as.list.items};
    const cn_source *source;
    const cn_column *column = cn_source_of(compiler, &member, &source);
    return column != NULL && cn_compiler_source_column(compiler, source, column);
}

static bool emit_right(cn_compiler *compiler, const operands *o, cn_binding at_least)
{
    if (o->flat)
        return emit_flat(compiler, o);
    if (o->rest == NULL)
        return incomplete(compiler);
    return emit_part(compiler, o->rest, at_least, o->meets_right, o->left_part);
}

/* ---- forms ----------------------------------------------------------------------------------- */

/* What the operands of an infix operator need, so that the tree is read as it was written. */
static cn_binding right_level(const cn_node *node)
{
    cn_binding own = cn_operators[node->op].binding;
    if (own == CN_BIND_COMPARE)
        return node->op == CN_OP_REGEXP ? CN_BIND_ADD : CN_BIND_OPERAND;
    return own == CN_BIND_BIT ? CN_BIND_UNARY : own + 1;
}

/* In the template of a database's own @0 and @1 are the operands. */
static bool write_operand(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const operands *o     = context;
    cn_binding      level = mark == '^' ? CN_BIND_NOTHING : right_level(o->node);
    return number == 0 ? emit_left(compiler, o, level) : emit_right(compiler, o, level);
}

/* Reals are not associative, and - and / are not at all: only the left side goes without. */
static cn_binding left_level(const cn_node *node)
{
    cn_binding own = cn_operators[node->op].binding;
    return own == CN_BIND_ADD || own == CN_BIND_TIMES ? own : right_level(node);
}

static bool is_sign(const char *text)
{
    return text != NULL && *text != '\0' && text[strspn(text, "+-*/<>=~!@#%^&|`?")] == '\0' &&
           strstr(text, "--") == NULL && strstr(text, "/*") == NULL && strchr(text, '?') == NULL;
}

static bool emit_infix(cn_compiler *compiler, const operands *o, const char *text)
{
    const cn_node *node = o->node;
    bool           sign = node->op == CN_OP_CUSTOM;
    if (sign && !is_sign(node->value.as.text.data))
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "\"%s\" is no sign of an operator: + - * / < > = ~ ! @ # %% ^ & | make "
                            "one, and no comment",
                            node->value.as.text.data == NULL ? "" : node->value.as.text.data);
    if (!emit_left(compiler, o, left_level(node)))
        return false;
    if (sign)
        cn_buffer_format(&compiler->sql, " %s ", node->value.as.text.data);
    else
        cn_compiler_text(compiler, text);
    return emit_right(compiler, o, right_level(node));
}

/* concat(a, b, c), or a || b || c */
static bool emit_concat(cn_compiler *compiler, const operands *o)
{
    bool function = compiler->words->concat_function;
    cn_compiler_text(compiler, function ? "concat(" : "");
    for (uint32_t i = 0; i < o->node->count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, function ? ", " : " || ");
        if (!cn_compiler_within(compiler, cn_node_part(o->node, i),
                                function ? CN_BIND_NOTHING : CN_BIND_UNARY, NULL))
            return false;
    }
    cn_compiler_text(compiler, function ? ")" : "");
    return true;
}

static bool emit_between(cn_compiler *compiler, const operands *o, const char *text)
{
    if (o->rest == NULL || o->rest_count < 2)
        return incomplete(compiler);
    if (!emit_left(compiler, o, CN_BIND_OPERAND))
        return false;
    cn_compiler_text(compiler, text);
    if (!emit_part(compiler, &o->rest[0], CN_BIND_OPERAND, o->meets_right, o->left_part))
        return false;
    cn_compiler_text(compiler, " AND ");
    return emit_part(compiler, &o->rest[1], CN_BIND_OPERAND, o->meets_right, o->left_part);
}

/* ---- LIKE ------------------------------------------------------------------------------------ */

static bool is_caseless(uint8_t op)
{
    return op == CN_OP_ILIKE || op == CN_OP_ICONTAINS || op == CN_OP_ISTARTS_WITH ||
           op == CN_OP_IENDS_WITH;
}

/* lower(x), where there is no operator for it */
static bool emit_side(cn_compiler *compiler, const operands *o, bool left, bool lower,
                      cn_binding at_least)
{
    if (lower)
        cn_compiler_text(compiler, "lower(");
    if (lower)
        at_least = CN_BIND_NOTHING;
    if (!(left ? emit_left(compiler, o, at_least) : emit_right(compiler, o, at_least)))
        return false;
    if (lower)
        cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* '%' || text || '%' */
static bool emit_around(cn_compiler *compiler, const operands *o, bool lower)
{
    uint8_t op     = o->node->op;
    bool    before = op != CN_OP_STARTS_WITH && op != CN_OP_ISTARTS_WITH;
    bool    after  = op != CN_OP_ENDS_WITH && op != CN_OP_IENDS_WITH;
    bool    joined = !compiler->words->concat_function;
    cn_compiler_text(compiler, joined ? "" : "concat(");
    if (before)
        cn_compiler_text(compiler, joined ? "'%' || " : "'%', ");
    if (!emit_side(compiler, o, false, lower, joined ? CN_BIND_UNARY : CN_BIND_NOTHING))
        return false;
    if (after)
        cn_compiler_text(compiler, joined ? " || '%'" : ", '%'");
    cn_compiler_text(compiler, joined ? "" : ")");
    return true;
}

static bool emit_like(cn_compiler *compiler, const operands *o, bool negated)
{
    uint8_t op    = o->node->op;
    bool    plain = op == CN_OP_LIKE || op == CN_OP_ILIKE;
    bool    ilike = is_caseless(op) && compiler->words->ilike != NULL;
    bool    lower = is_caseless(op) && !ilike;
    if (!plain)
        cn_buffer_char(&compiler->sql, '(');
    if (!emit_side(compiler, o, true, lower, CN_BIND_OPERAND))
        return false;
    cn_compiler_text(compiler, negated ? " NOT " : " ");
    cn_compiler_text(compiler, ilike ? compiler->words->ilike : "LIKE");
    cn_buffer_char(&compiler->sql, ' ');
    if (!plain) {
        if (!emit_around(compiler, o, lower))
            return false;
        cn_compiler_text(compiler, " ESCAPE '/')");
        return true;
    }
    if (!emit_side(compiler, o, false, lower, CN_BIND_OPERAND))
        return false;
    if (compiler->words->escape_needed) {
        cn_compiler_text(compiler, " ESCAPE ");
        cn_dialect_literal(compiler->dialect, &compiler->sql, "\\", 1);
    }
    return true;
}

/* ---- IN -------------------------------------------------------------------------------------- */

/* Nothing is in an empty list, and everything is not in it, NULL included. */
static bool emit_in_nothing(cn_compiler *compiler, const operands *o, bool negated)
{
    cn_buffer_char(&compiler->sql, '(');
    if (!emit_left(compiler, o, CN_BIND_OPERAND))
        return false;
    cn_compiler_text(compiler, negated ? " NOT IN (NULL) OR (1 = 1))" : " IN (NULL) AND (1 != 1))");
    return true;
}

static bool emit_in_list(cn_compiler *compiler, const operands *o, size_t count)
{
    uint32_t first = cn_numbers_get(compiler->numbers, o->node);
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_value_at(compiler, o->meets_right, first + (uint32_t)i))
            return false;
    }
    return true;
}

/* The number of elements of a list in the node itself; one that comes later is counted by the
   walk, whose values are the first execution's. */
static bool list_count(cn_compiler *compiler, const operands *o, size_t *count)
{
    const cn_value *value = &o->node->value;
    if (!o->flat || value->kind == CN_KIND_MEMBER_)
        return false;
    if (value->kind == CN_KIND_LIST) {
        *count = value->as.list.count;
        return true;
    }
    if (value->kind != CN_KIND_LATER_)
        return false;
    const cn_param *found = cn_param_named(compiler->params, value->as.text.data);
    if (found == NULL || found->value.kind != CN_KIND_LIST)
        return false;
    *count = found->value.as.list.count;
    return true;
}

/* The rows of a query, each of whose columns meets a value of the left operand. */
static bool emit_in_query(cn_compiler *compiler, const operands *o)
{
    const cn_node    *tuple = o->left_part;
    cn_column_list    meets = {&o->meets_right, 1};
    const cn_column **list  = NULL;
    if (tuple != NULL && tuple->kind == CN_NODE_TUPLE) {
        list = cn_compiler_column_list(compiler, tuple->count, &meets);
        if (list == NULL)
            return false;
        for (uint32_t i = 0; i < tuple->count; i++)
            list[i] = cn_compiler_converting(compiler, cn_node_part(tuple, i), NULL);
    }
    return cn_compiler_sub_query(compiler, o->rest->parts, CN_QUERY_ROWS, meets);
}

static bool emit_in(cn_compiler *compiler, const operands *o, bool negated)
{
    const cn_operator *info  = &cn_operators[CN_OP_IN];
    size_t             count = 0;
    bool               list  = list_count(compiler, o, &count);
    if (!emit_left(compiler, o, CN_BIND_OPERAND))
        return false;
    if (!o->flat && o->rest_count == 1 && o->rest->kind == CN_NODE_QUERY) {
        cn_compiler_text(compiler, negated ? " NOT IN " : " IN ");
        return emit_in_query(compiler, o);
    }
    cn_compiler_text(compiler, negated ? info->negated : info->text);
    if (list ? !emit_in_list(compiler, o, count) : o->flat && !emit_flat(compiler, o))
        return false;
    for (size_t i = 0; !o->flat && i < o->rest_count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!emit_part(compiler, &o->rest[i], CN_BIND_OPERAND, o->meets_right, o->left_part))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* NOT IN stands in parentheses. */
static bool emit_in_form(cn_compiler *compiler, const operands *o, bool negated)
{
    size_t count;
    if (list_count(compiler, o, &count) && count == 0)
        return emit_in_nothing(compiler, o, negated);
    cn_compiler_text(compiler, negated ? "(" : "");
    if (!emit_in(compiler, o, negated))
        return false;
    cn_compiler_text(compiler, negated ? ")" : "");
    return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool emit_form(cn_compiler *compiler, const operands *o, bool negated)
{
    const cn_operator *info = &cn_operators[o->node->op];
    const char        *text = negated ? info->negated : info->text;
    switch (info->form) {
    case CN_FORM_PREFIX:
        cn_compiler_text(compiler, text);
        return emit_left(compiler, o, CN_BIND_ATOM);
    case CN_FORM_POSTFIX:
        if (!emit_left(compiler, o, CN_BIND_OPERAND))
            return false;
        cn_compiler_text(compiler, text);
        return true;
    case CN_FORM_LIKE:
        return emit_like(compiler, o, negated);
    case CN_FORM_IN:
        return emit_in_form(compiler, o, negated);
    case CN_FORM_BETWEEN:
        return emit_between(compiler, o, text);
    case CN_FORM_CONCAT:
        return emit_concat(compiler, o);
    default:
        return emit_infix(compiler, o, text);
    }
}

/* `a != ANY (...)` is not the opposite of `a = ANY (...)`. */
static bool is_quantified(const operands *o)
{
    return !o->flat && o->rest_count == 1 && o->rest->kind == CN_NODE_QUERY &&
           (o->rest->op == CN_QUERY_ANY || o->rest->op == CN_QUERY_ALL);
}

bool cn_compiler_operator(cn_compiler *compiler, const cn_node *node, bool negated)
{
    if (node->op == CN_OP_NONE || node->op >= CN_OP_COUNT)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "an expression has an operator that this version does not know");
    if (node->op == CN_OP_DISTINCT)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "cn_distinct stands where no aggregate takes it: write "
                            "cn_count(cn_distinct(...)), or .distinct = true for a whole select");
    const cn_operator *info = &cn_operators[node->op];
    const cn_template *own  = &compiler->words->operators[node->op];
    operands           o;
    if (!split(compiler, node, &o) ||
        (node->op == CN_OP_REGEXP && !cn_compiler_needs(compiler, CN_FEATURE_REGEXP)))
        return false;
    if (own->words != NULL && (!negated || own->negated != NULL))
        return cn_compiler_template(compiler, negated ? own->negated : own->words, write_operand,
                                    &o);
    if (!negated || (info->negated != NULL && !is_quantified(&o)))
        return emit_form(compiler, &o, negated);
    cn_compiler_text(compiler, "NOT (");
    if (!emit_form(compiler, &o, false))
        return false;
    cn_buffer_char(&compiler->sql, ')');
    return true;
}
