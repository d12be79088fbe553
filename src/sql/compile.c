/*
 * Expressions to SQL, and the pieces that every statement is made of. See compile.h; the
 * statements themselves are in compile_statement.c. Values are numbered in the order of walk.c.
 */
#include "sql/compile.h"

#include <string.h>

#include "base/memory.h"
#include "engine/statement_text.h"

bool cn_compiler_begin(cn_compiler *compiler, cn_connection *connection, cn_error *error)
{
    *compiler      = (cn_compiler){.error = error};
    compiler->link = cn_connection_link(connection);
    if (compiler->link == NULL)
        return cn_error_set(error, CN_CAUSE_CONNECT,
                            "there is no connection to compile a statement for");
    compiler->dialect = cn_dialect_named(compiler->link->driver->dialect);
    return compiler->dialect != NULL ||
           cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                        "there is no dialect '%s': only text can be sent",
                        compiler->link->driver->dialect);
}

void cn_compiler_end(cn_compiler *compiler)
{
    cn_buffer_free(&compiler->sql);
    cn_release(compiler->slots);
    cn_release(compiler->conversions);
    cn_arena_free(&compiler->scratch);
}

cn_plan *cn_compiler_finish(cn_compiler *compiler, cn_plan *plan)
{
    cn_arena *arena = &plan->head.arena;
    if (compiler->sql.failed)
        goto no_memory;
    plan->head.sql_size = compiler->sql.size;
    plan->head.sql = cn_arena_text_sized(arena, cn_buffer_get(&compiler->sql), compiler->sql.size);
    plan->slot_count       = compiler->slot_count;
    plan->conversion_count = compiler->conversion_count;
    if (plan->head.sql == NULL)
        goto no_memory;
    if (compiler->reordered) {
        uint32_t *slots = CN_ARENA_ARRAY(arena, uint32_t, compiler->slot_count);
        if (slots == NULL)
            goto no_memory;
        memcpy(slots, compiler->slots, compiler->slot_count * sizeof *slots);
        plan->slots = slots;
    }
    if (compiler->conversion_count != 0) {
        cn_conversion *conversions = CN_ARENA_ARRAY(arena, cn_conversion,
                                                    compiler->conversion_count);
        if (conversions == NULL)
            goto no_memory;
        memcpy(conversions, compiler->conversions,
               compiler->conversion_count * sizeof *conversions);
        plan->conversions = conversions;
    }
    return plan;

no_memory:
    cn_error_no_memory(compiler->error);
    return NULL;
}

/* ---- names and values ------------------------------------------------------------------------ */

void cn_compiler_text(cn_compiler *compiler, const char *text)
{
    cn_buffer_text(&compiler->sql, text);
}

bool cn_compiler_identifier(cn_compiler *compiler, const char *name)
{
    return cn_dialect_identifier(compiler->dialect, compiler->link, &compiler->sql, name,
                                 compiler->error);
}

bool cn_compiler_table(cn_compiler *compiler, const cn_table *table)
{
    return cn_dialect_table(compiler->dialect, compiler->link, &compiler->sql, table,
                            compiler->error);
}

bool cn_compiler_column(cn_compiler *compiler, const cn_column *column)
{
    if (!compiler->bare) {
        if (!cn_compiler_table(compiler, column->table))
            return false;
        cn_buffer_char(&compiler->sql, '.');
    }
    return cn_compiler_identifier(compiler, column->name);
}

bool cn_compiler_value_at(cn_compiler *compiler, const cn_column *column, uint32_t value)
{
    if (!cn_reserve(&compiler->slots, &compiler->slot_capacity, compiler->slot_count + 1,
                    sizeof *compiler->slots))
        return cn_error_no_memory(compiler->error);
    if (value != compiler->slot_count)
        compiler->reordered = true;
    if (column != NULL && (column->type.kind == CN_TYPE_ENUM || column->type.user != NULL)) {
        if (!cn_reserve(&compiler->conversions, &compiler->conversion_capacity,
                        compiler->conversion_count + 1, sizeof *compiler->conversions))
            return cn_error_no_memory(compiler->error);
        compiler->conversions[compiler->conversion_count++] = (cn_conversion){
            (uint32_t)compiler->slot_count, column};
    }
    compiler->slots[compiler->slot_count++] = value;
    if (compiler->link->driver->numbered_parameters)
        cn_buffer_format(&compiler->sql, "$%zu", compiler->slot_count);
    else
        cn_buffer_char(&compiler->sql, '?');
    return true;
}

bool cn_compiler_value(cn_compiler *compiler, const cn_column *column)
{
    return cn_compiler_value_at(compiler, column, compiler->next_value++);
}

/* The column that a node names. */
static const cn_column *find_column(cn_compiler *compiler, const cn_model *model, uint32_t offset,
                                    bool by_index)
{
    const cn_table *table = cn_table_of(model, compiler->error);
    if (table == NULL)
        return NULL;
    if (table != compiler->from && table != compiler->also) {
        cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                     "the statement is about %s, but one of its expressions is about %s",
                     cn_table_title(compiler->from), model->name);
        return NULL;
    }
    const cn_column *column = by_index ? &table->columns[offset] : cn_table_at(table, offset);
    if (column == NULL)
        cn_error_set(compiler->error, CN_CAUSE_MODEL,
                     "a member of %s that the statement uses is not mapped to a column: add "
                     "CN_COLUMN for it",
                     model->name);
    return column;
}

/* ---- expressions ----------------------------------------------------------------------------- */

/* How tightly an operator binds; an operand that binds less tightly needs parentheses. */
enum { BIND_OR = 1, BIND_AND, BIND_NOT, BIND_COMPARE, BIND_ADD, BIND_TIMES, BIND_ATOM };

static int binding(const cn_node *node)
{
    switch (node->kind) {
    case CN_NODE_OR:
        return BIND_OR;
    case CN_NODE_AND:
        return BIND_AND;
    case CN_NODE_NOT:
        return BIND_NOT;
    case CN_NODE_ARITHMETIC:
        return node->op == '*' ? BIND_TIMES : BIND_ADD;
    case CN_NODE_FRAGMENT:
        return BIND_OR; /* whatever it is */
    case CN_NODE_MEMBER:
    case CN_NODE_VALUE:
    case CN_NODE_CALL:
    case CN_NODE_COUNT_ALL:
        return BIND_ATOM;
    default:
        return BIND_COMPARE;
    }
}

/* Of the conditions below a node, how many say something; `only` is the last of them. */
static size_t count_chosen(const cn_node *node, const cn_node **only);

/* Whether anything below was not left out. */
static bool chosen(const cn_node *node)
{
    const cn_node *only;
    if (node->kind == CN_NODE_LEFT_OUT || node->kind == CN_NODE_NONE)
        return false;
    return !cn_node_has_conditions(node) || count_chosen(node, &only) != 0;
}

static size_t count_chosen(const cn_node *node, const cn_node **only)
{
    size_t count = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *part = &((const cn_condition *)node->parts)[i].node;
        if (chosen(part)) {
            count++;
            *only = part;
        }
    }
    return count;
}

/* An AND or OR of a single condition is that condition. */
static const cn_node *resolved(const cn_node *node)
{
    const cn_node *only = NULL;
    while ((node->kind == CN_NODE_AND || node->kind == CN_NODE_OR) &&
           count_chosen(node, &only) == 1)
        node = only;
    return node;
}

static bool emit(cn_compiler *compiler, const cn_node *node, const cn_column *meets);

static bool emit_within(cn_compiler *compiler, const cn_node *node, int at_least,
                        const cn_column *meets)
{
    node             = resolved(node);
    bool parentheses = binding(node) < at_least;
    if (parentheses)
        cn_buffer_char(&compiler->sql, '(');
    bool good = emit(compiler, node, meets);
    if (parentheses)
        cn_buffer_char(&compiler->sql, ')');
    return good;
}

static const char *operator_text(uint8_t op)
{
    static const char *const texts[] = {"", " = ", " < ", " <= ", " > ", " >= ", " != "};
    return texts[op <= 6 ? op : 0];
}

/* What a comparison is with: another column or a bound value. */
static bool emit_other(cn_compiler *compiler, const cn_node *node, const cn_column *column)
{
    if (node->value.kind != CN_KIND_MEMBER_)
        return cn_compiler_value(compiler, column);
    const cn_column *other = find_column(compiler, node->value.as.list.items,
                                         (uint32_t)node->value.as.list.count,
                                         (node->value.element & CN_NODE_BY_INDEX) != 0);
    return other != NULL && cn_compiler_column(compiler, other);
}

/* The expression with parts that a member meets; else what stands in the node itself. */
static bool emit_met(cn_compiler *compiler, const cn_node *node, const cn_column *column)
{
    if (node->count == 0)
        return emit_other(compiler, node, column);
    return emit_within(compiler, &((const cn_expr *)node->parts)->node, BIND_ADD, column);
}

static bool emit_like(cn_compiler *compiler, const cn_node *node, const cn_column *column)
{
    bool before = node->kind == CN_NODE_CONTAINS || node->kind == CN_NODE_ENDS_WITH;
    bool after  = node->kind == CN_NODE_CONTAINS || node->kind == CN_NODE_STARTS_WITH;
    bool joined = compiler->dialect->concat != NULL;
    cn_compiler_text(compiler, " LIKE ");
    if (node->kind == CN_NODE_LIKE) {
        bool good = emit_met(compiler, node, column);
        cn_compiler_text(compiler, " ESCAPE ");
        cn_dialect_literal(compiler->dialect, &compiler->sql, "\\", 1);
        return good;
    }
    if (!joined)
        cn_compiler_text(compiler, "concat(");
    if (before)
        cn_compiler_text(compiler, joined ? "'%' || " : "'%', ");
    if (!cn_compiler_value(compiler, column))
        return false;
    if (after)
        cn_compiler_text(compiler, joined ? " || '%'" : ", '%'");
    cn_compiler_text(compiler, joined ? " ESCAPE '/'" : ") ESCAPE '/'");
    return true;
}

static bool emit_same(cn_compiler *compiler, const cn_node *node, const cn_column *column)
{
    bool negated = node->kind == CN_NODE_NOT_SAME;
    if (negated)
        cn_compiler_text(compiler, compiler->dialect->not_same_open);
    if (!cn_compiler_column(compiler, column))
        return false;
    cn_buffer_format(&compiler->sql, " %s ",
                     negated ? compiler->dialect->not_same : compiler->dialect->same);
    if (!emit_met(compiler, node, column))
        return false;
    if (negated && compiler->dialect->not_same_open[0] != '\0')
        cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit_in(cn_compiler *compiler, const cn_node *node, const cn_column *column)
{
    if (node->value.as.list.count == 0) {
        cn_compiler_text(compiler, " IN (NULL) AND (1 != 1)");
        return true;
    }
    cn_compiler_text(compiler, " IN (");
    for (size_t i = 0; i < node->value.as.list.count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_value(compiler, column))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* A condition on one column. */
static bool emit_test(cn_compiler *compiler, const cn_node *node)
{
    const cn_column *column = find_column(compiler, node->model, node->offset,
                                          (node->flags & CN_NODE_BY_INDEX) != 0);
    if (column == NULL)
        return false;
    if (node->kind == CN_NODE_SAME || node->kind == CN_NODE_NOT_SAME)
        return emit_same(compiler, node, column);
    bool empty = node->kind == CN_NODE_IN && node->value.as.list.count == 0;
    if (empty)
        cn_buffer_char(&compiler->sql, '(');
    if (!cn_compiler_column(compiler, column))
        return false;
    bool good = true;
    switch (node->kind) {
    case CN_NODE_IS_NULL:
        cn_compiler_text(compiler, " IS NULL");
        break;
    case CN_NODE_IS_NOT_NULL:
        cn_compiler_text(compiler, " IS NOT NULL");
        break;
    case CN_NODE_IN:
        good = emit_in(compiler, node, column);
        break;
    case CN_NODE_COMPARE:
    case CN_NODE_COMPARE_PART:
        cn_compiler_text(compiler, operator_text(node->op));
        good = emit_met(compiler, node, column);
        break;
    default:
        good = emit_like(compiler, node, column);
        break;
    }
    if (empty)
        cn_buffer_char(&compiler->sql, ')');
    return good;
}

/* More conditions than this stand in groups: databases nest an AND of n conditions n deep (SQLite
   refuses 1 000), and groups of groups only a few times as deep as a group. */
#define CN_GROUP 64

/* The conditions of an AND or OR that were not left out. */
static const cn_node **list_chosen(cn_compiler *compiler, const cn_node *node, size_t *count)
{
    const cn_node **list = CN_ARENA_ARRAY(&compiler->scratch, const cn_node *, node->count + 1);
    *count               = 0;
    if (list == NULL) {
        cn_error_no_memory(compiler->error);
        return NULL;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *part = &((const cn_condition *)node->parts)[i].node;
        if (chosen(part))
            list[(*count)++] = part;
    }
    return list;
}

static bool emit_list(cn_compiler *compiler, int level, const cn_node *const *list, size_t count)
{
    size_t size = 1; /* of the groups that this list consists of */
    while (count > size * CN_GROUP)
        size *= CN_GROUP;
    for (size_t i = 0; i < count; i += size) {
        size_t here  = count - i < size ? count - i : size;
        bool   alone = here == 1;
        if (i != 0)
            cn_compiler_text(compiler, level == BIND_OR ? " OR " : " AND ");
        if (!alone)
            cn_buffer_char(&compiler->sql, '(');
        if (!(alone ? emit_within(compiler, list[i], level, NULL)
                    : emit_list(compiler, level, list + i, here)))
            return false;
        if (!alone)
            cn_buffer_char(&compiler->sql, ')');
    }
    return true;
}

static bool emit_connected(cn_compiler *compiler, const cn_node *node)
{
    const cn_node *only = NULL;
    if (node->kind == CN_NODE_NOT) {
        if (count_chosen(node, &only) == 0)
            return true; /* of nothing there is nothing */
        cn_compiler_text(compiler, "NOT ");
        return emit_within(compiler, only, BIND_ATOM, NULL);
    }
    size_t          count;
    const cn_node **list = list_chosen(compiler, node, &count);
    return list != NULL &&
           emit_list(compiler, node->kind == CN_NODE_OR ? BIND_OR : BIND_AND, list, count);
}

static bool emit_call(cn_compiler *compiler, const cn_node *node)
{
    cn_buffer_format(&compiler->sql, "%s(", node->value.as.text.data);
    if (node->model != NULL) { /* an aggregate: the column stands in the node */
        const cn_column *column = find_column(compiler, node->model, node->offset,
                                              (node->flags & CN_NODE_BY_INDEX) != 0);
        if (column == NULL || !cn_compiler_column(compiler, column))
            return false;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!emit(compiler, &((const cn_expr *)node->parts)[i].node, NULL))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* The column that an expression is; NULL if it is none, and then nothing is wrong with it. */
static const cn_column *column_of(cn_compiler *compiler, const cn_node *node)
{
    return node->kind == CN_NODE_MEMBER ? find_column(compiler, node->model, node->offset,
                                                      (node->flags & CN_NODE_BY_INDEX) != 0)
                                        : NULL;
}

static bool emit_two(cn_compiler *compiler, const cn_node *node, const char *text, int left,
                     int right)
{
    const cn_expr   *two    = node->parts;
    const cn_column *first  = column_of(compiler, &two[0].node);
    const cn_column *second = column_of(compiler, &two[1].node);
    if (!emit_within(compiler, &two[0].node, left, second))
        return false;
    cn_compiler_text(compiler, text);
    return emit_within(compiler, &two[1].node, right, first);
}

static bool emit_arithmetic(cn_compiler *compiler, const cn_node *node)
{
    const char text[4] = {' ', (char)node->op, ' ', '\0'};
    int        level   = binding(node);
    return emit_two(compiler, node, text, level,
                    level + 1); /* as it was written: reals are not associative */
}

/* ---- fragments ------------------------------------------------------------------------------- */

/* A parameter of a fragment: where its values begin, and how many there are. */
typedef struct fragment_param {
    const cn_param *param;
    uint32_t        first;
    bool            used;
} fragment_param;

static uint32_t count_of(const cn_param *param)
{
    return param->value.kind == CN_KIND_LIST ? (uint32_t)param->value.as.list.count : 1;
}

/* The parameters in the order of their values; none may be there twice. */
static fragment_param *fragment_params(cn_compiler *compiler, const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    fragment_param *list   = CN_ARENA_ARRAY(&compiler->scratch, fragment_param, node->count + 1);
    if (list == NULL)
        cn_error_no_memory(compiler->error);
    for (uint32_t i = 0; list != NULL && i < node->count; i++) {
        list[i] = (fragment_param){.param = &params[i], .first = compiler->next_value};
        compiler->next_value += count_of(&params[i]);
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(params[i].name, params[j].name) == 0) {
                cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                             "the parameter '%s' of the fragment \"%s\" is given twice",
                             params[i].name, (const char *)node->parts);
                return NULL;
            }
    }
    return list;
}

static fragment_param *fragment_named(cn_compiler *compiler, const cn_node *node,
                                      fragment_param *list, const cn_text_name *name)
{
    for (uint32_t i = 0; i < node->count; i++)
        if (strlen(list[i].param->name) == name->size &&
            memcmp(list[i].param->name, name->text, name->size) == 0) {
            list[i].used = true;
            return &list[i];
        }
    cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                 "the fragment \"%s\" has no value for its parameter '%.*s'",
                 (const char *)node->parts, (int)name->size, name->text);
    return NULL;
}

/* A list in place of its mark; `at` is where the text goes on. */
static bool fragment_list(cn_compiler *compiler, const cn_text_compiled *text,
                          const cn_text_mark *mark, const fragment_param *from, size_t *at)
{
    uint32_t count = count_of(from->param);
    if (mark->place == CN_TEXT_PLAIN || (mark->place == CN_TEXT_IN_PARENTHESES && count == 0))
        return cn_error_set(
            compiler->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' of a fragment is a list, which only stands after IN, and an empty "
            "one there alone: write IN :%s",
            from->param->name, from->param->name);
    if (count == 0) {
        cn_buffer_add(&compiler->sql, text->text + *at, mark->in_from - *at);
        cn_compiler_text(compiler,
                         mark->negated ? text->rules->not_in_nothing : text->rules->in_nothing);
        *at = mark->place == CN_TEXT_IN ? mark->to : mark->in_to;
        return true;
    }
    cn_buffer_add(&compiler->sql, text->text + *at, mark->from - *at);
    *at = mark->to;
    cn_compiler_text(compiler, mark->place == CN_TEXT_IN ? "(" : "");
    for (uint32_t i = 0; i < count; i++) {
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!cn_compiler_value_at(compiler, NULL, from->first + i))
            return false;
    }
    cn_compiler_text(compiler, mark->place == CN_TEXT_IN ? ")" : "");
    return true;
}

static bool fragment_mark(cn_compiler *compiler, const cn_text_compiled *text,
                          const cn_text_mark *mark, const fragment_param *from, size_t *at)
{
    if (from->param->value.kind == CN_KIND_LIST)
        return fragment_list(compiler, text, mark, from, at);
    if (mark->place == CN_TEXT_IN)
        return cn_error_set(
            compiler->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' of a fragment stands after IN and is not a list: give it as "
            "cn_list(items, count), or write IN (:%s)",
            from->param->name, from->param->name);
    cn_buffer_add(&compiler->sql, text->text + *at, mark->from - *at);
    *at = mark->to;
    return cn_compiler_value_at(compiler, NULL, from->first);
}

static bool emit_fragment(cn_compiler *compiler, const cn_node *node)
{
    const char             *sql  = node->parts;
    fragment_param         *list = fragment_params(compiler, node);
    const cn_text_compiled *text = NULL;
    size_t                  at   = 0;
    if (list != NULL)
        text = (const cn_text_compiled *)(const void *)cn_text_compile(
            cn_text_rules_of(compiler->link->driver), sql, strlen(sql), sql, strlen(sql), 0,
            compiler->error);
    bool good = text != NULL;
    for (size_t i = 0; good && i < text->mark_count; i++) {
        const cn_text_mark *mark = &text->marks[i];
        fragment_param     *from = fragment_named(compiler, node, list, &text->names[mark->name]);
        good                     = from != NULL && fragment_mark(compiler, text, mark, from, &at);
    }
    if (good)
        cn_buffer_add(&compiler->sql, text->text + at, text->text_size - at);
    for (uint32_t i = 0; good && i < node->count; i++)
        good = list[i].used ||
               cn_error_set(compiler->error, CN_CAUSE_PARAMETER,
                            "the fragment \"%s\" has no parameter '%s'", sql, list[i].param->name);
    cn_compiled_release((cn_compiled *)(uintptr_t)text);
    return good;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* A value in an expression, which no column gives its type to. */
static bool emit_free_value(cn_compiler *compiler, const cn_column *meets)
{
    cn_type cast     = {.kind = CN_TYPE_NONE};
    bool    is_label = meets != NULL && meets->type.kind == CN_TYPE_ENUM;
    if (compiler->dialect->typed_values && compiler->values != NULL && !is_label)
        cast.kind = (uint8_t)cn_value_cast(&compiler->values[compiler->next_value]);
    if (cast.kind == CN_TYPE_NONE)
        return cn_compiler_value(compiler, meets);
    cn_compiler_text(compiler, "CAST(");
    if (!cn_compiler_value(compiler, meets))
        return false;
    cn_compiler_text(compiler, " AS ");
    compiler->dialect->type(&compiler->sql, &cast, compiler->link);
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

static bool emit(cn_compiler *compiler, const cn_node *node, const cn_column *meets)
{
    switch (node->kind) {
    case CN_NODE_MEMBER: {
        const cn_column *column = find_column(compiler, node->model, node->offset,
                                              (node->flags & CN_NODE_BY_INDEX) != 0);
        return column != NULL && cn_compiler_column(compiler, column);
    }
    case CN_NODE_VALUE:
        return emit_free_value(compiler, meets);
    case CN_NODE_COUNT_ALL:
        cn_compiler_text(compiler, "count(*)");
        return true;
    case CN_NODE_CALL:
        return emit_call(compiler, node);
    case CN_NODE_ARITHMETIC:
        return emit_arithmetic(compiler, node);
    case CN_NODE_FRAGMENT:
        return emit_fragment(compiler, node);
    case CN_NODE_COMPARE_BOTH:
        return emit_two(compiler, node, operator_text(node->op), BIND_ADD, BIND_ADD);
    case CN_NODE_AND:
    case CN_NODE_OR:
    case CN_NODE_NOT:
        return emit_connected(compiler, node);
    default:
        return emit_test(compiler, node);
    }
}

bool cn_compiler_where(cn_compiler *compiler, const cn_condition *where)
{
    if (!chosen(&where->node))
        return true;
    cn_compiler_text(compiler, " \nWHERE ");
    return emit(compiler, resolved(&where->node), NULL);
}

bool cn_compiler_expression(cn_compiler *compiler, const cn_expr *value, const cn_column *meets)
{
    if (value->node.kind == CN_NODE_VALUE && meets != NULL)
        return cn_compiler_value(compiler, meets);
    return emit(compiler, &value->node, meets);
}

bool cn_compiler_columns(cn_compiler *compiler, const cn_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_column(compiler, &table->columns[i]))
            return false;
    }
    return true;
}

const cn_decode *cn_plan_of_table(cn_arena *arena, const cn_table *table, uint32_t first_column)
{
    cn_decode *plan = CN_ARENA_ARRAY(arena, cn_decode, table->column_count);
    for (size_t i = 0; plan != NULL && i < table->column_count; i++) {
        plan[i]        = table->columns[i].field;
        plan[i].column = first_column + (uint32_t)i;
    }
    return plan;
}
