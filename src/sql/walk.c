/*
 * See walk.h. The order of this walk is the order in which compile.c numbers values: the two must
 * visit clauses and parts alike.
 */
#include "sql/walk.h"

#include <string.h>

#include "base/memory.h"
#include "schema/table.h"

void cn_walk_begin(cn_walk *walk, cn_error *error)
{
    walk->words          = walk->first_words;
    walk->word_count     = 0;
    walk->word_capacity  = CN_WALK_WORDS;
    walk->values         = walk->first_values;
    walk->value_count    = 0;
    walk->value_capacity = CN_WALK_VALUES;
    walk->params         = NULL;
    walk->used           = 0;
    walk->depth          = 0;
    walk->error          = error;
    walk->arena          = (cn_arena){0};
}

void cn_walk_end(cn_walk *walk)
{
    if (walk->words != walk->first_words)
        cn_release(walk->words);
    if (walk->values != walk->first_values)
        cn_release(walk->values);
    cn_arena_free(&walk->arena);
}

/* Twice the room, away from the space inside the walk. */
static bool grow(cn_walk *walk, void *first, void *items_pointer, size_t *capacity, size_t element)
{
    void **items = items_pointer;
    bool   moved = *items != first;
    void  *made  = *capacity > SIZE_MAX / 2 / element
                       ? NULL
                       : cn_reallocate(moved ? *items : NULL, *capacity * 2 * element);
    if (made == NULL)
        return cn_error_no_memory(walk->error);
    if (!moved)
        memcpy(made, first, *capacity * element);
    *items = made;
    *capacity *= 2;
    return true;
}

bool cn_walk_word_slow(cn_walk *walk, uint64_t word)
{
    return grow(walk, walk->first_words, &walk->words, &walk->word_capacity, sizeof word) &&
           cn_walk_word(walk, word);
}

bool cn_walk_value_slow(cn_walk *walk, const cn_value *value)
{
    return grow(walk, walk->first_values, &walk->values, &walk->value_capacity, sizeof *value) &&
           cn_walk_value(walk, value);
}

static bool pointer(cn_walk *walk, const void *p)
{
    return cn_walk_word(walk, (uint64_t)(uintptr_t)p);
}

/* A text by its content: its size, then its bytes. */
static bool text(cn_walk *walk, const char *s)
{
    size_t size = s == NULL ? 0 : strlen(s);
    if (!cn_walk_word(walk, size))
        return false;
    for (size_t at = 0; at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, s + at, size - at < 8 ? size - at : 8);
        if (!cn_walk_word(walk, word))
            return false;
    }
    return true;
}

/* ---- errors -------------------------------------------------------------------------------------- */

/* "Author.name", for messages; the model may be unusable. */
static const char *member_name(const cn_node *node)
{
    cn_error         ignored = {0};
    const cn_model  *model   = node->model->alias_of != NULL ? node->model->alias_of : node->model;
    const cn_table  *table   = cn_table_of(model, &ignored);
    const cn_column *column  = NULL;
    cn_error_clear(&ignored);
    if (table != NULL)
        column = node->flags & CN_NODE_BY_INDEX ? &table->columns[node->offset]
                                                : cn_table_at(table, node->offset);
    return column != NULL && column->field.name != NULL ? column->field.name : model->name;
}

static bool dead(cn_walk *walk)
{
    return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                        "an expression of the statement has ended: the block that wrote its parts was left, or they "
                        "were changed; write it inside the call that uses it, or keep it with cn_keep");
}

static bool null_text(cn_walk *walk, const cn_node *node)
{
    return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                        "%s is compared with NULL, which no value equals: use cn_is_null, or cn_is_same for a "
                        "value that may be NULL",
                        member_name(node));
}

/* ---- values -------------------------------------------------------------------------------------- */

static bool later(cn_walk *walk, const char *name, cn_value *value)
{
    for (size_t i = 0; walk->params != NULL && walk->params[i].name != NULL; i++) {
        if (strcmp(walk->params[i].name, name) != 0)
            continue;
        if (i < 64)
            walk->used |= UINT64_C(1) << i;
        *value = walk->params[i].value;
        return true;
    }
    return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                        "the statement's parameter '%s' has no value: give it with .params = CN_PARAMS(\"%s\", ...)",
                        name, name);
}

/* One value of a node: another column is structure, anything else is bound. */
static bool value(cn_walk *walk, const cn_value *v)
{
    if (v->kind == CN_KIND_MEMBER_)
        return pointer(walk, v->as.list.items) && cn_walk_word(walk, v->as.list.count);
    if (v->kind != CN_KIND_LATER_)
        return cn_walk_value(walk, v);
    cn_value found;
    return later(walk, v->as.text.data, &found) && cn_walk_value(walk, &found);
}

static bool list(cn_walk *walk, const cn_value *v)
{
    if (!cn_walk_word(walk, v->as.list.count))
        return false;
    for (size_t i = 0; i < v->as.list.count; i++) {
        cn_value element = cn_convert_element(v->as.list.items, i, v->element);
        if (!cn_walk_value(walk, &element))
            return false;
    }
    return true;
}

/* The value of a LIKE whose text is taken as it is: %, _ and the escape character are escaped. */
static bool escaped(cn_walk *walk, const cn_value *v)
{
    cn_value found = *v;
    if (v->kind == CN_KIND_LATER_ && !later(walk, v->as.text.data, &found))
        return false;
    if (found.kind != CN_KIND_TEXT)
        return cn_walk_value(walk, &found);
    const char *from = found.as.text.data;
    size_t      size = found.as.text.size == CN_TERMINATED ? strlen(from) : found.as.text.size;
    size_t      more = 0;
    for (size_t i = 0; i < size; i++)
        more += from[i] == '%' || from[i] == '_' || from[i] == '/';
    found.as.text.size = size;
    if (more != 0) {
        char *to = cn_arena_take(&walk->arena, size + more + 1, 1);
        if (to == NULL)
            return cn_error_no_memory(walk->error);
        found.as.text.data = to;
        found.as.text.size = size + more;
        for (size_t i = 0; i < size; i++) {
            if (from[i] == '%' || from[i] == '_' || from[i] == '/')
                *to++ = '/';
            *to++ = from[i];
        }
        *to = '\0';
    }
    return cn_walk_value(walk, &found);
}

static bool fragment(cn_walk *walk, const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    if (!text(walk, node->parts))
        return false;
    for (; params != NULL && params->name != NULL; params++)
        if (!text(walk, params->name) || !cn_walk_value(walk, &params->value))
            return false;
    return cn_walk_word(walk, UINT64_MAX);
}

/* ---- nodes --------------------------------------------------------------------------------------- */

static bool walk_node(cn_walk *walk, const cn_node *node);

static bool parts(cn_walk *walk, const cn_node *node)
{
    if (!cn_node_alive(node))
        return dead(walk);
    if (++walk->depth > CN_WALK_DEPTH)
        return cn_error_set(walk->error, CN_CAUSE_LIMIT,
                            "the statement nests more than %d expressions in each other", CN_WALK_DEPTH);
    bool conditions = cn_node_has_conditions(node);
    bool good       = cn_walk_word(walk, node->count);
    for (uint32_t i = 0; good && i < node->count; i++)
        good = walk_node(walk, conditions ? &((const cn_condition *)node->parts)[i].node
                                          : &((const cn_expr *)node->parts)[i].node);
    walk->depth--;
    return good;
}

/* What a comparison is with: text that is NULL here was meant to be a value. */
static bool compared(cn_walk *walk, const cn_node *node)
{
    cn_value v = node->value;
    if (v.kind == CN_KIND_LATER_ && !later(walk, v.as.text.data, &v))
        return false;
    if (v.kind == CN_KIND_NULL)
        return null_text(walk, node);
    return value(walk, &v);
}

static bool walk_node(cn_walk *walk, const cn_node *node)
{
    uint64_t head = (uint64_t)node->kind | (uint64_t)node->op << 8 | (uint64_t)node->flags << 16 |
                    (uint64_t)node->value.kind << 24 | (uint64_t)node->offset << 32;
    if (node->value.kind == CN_KIND_LATER_ || node->value.kind < CN_KIND_MEMBER_)
        head &= ~((uint64_t)0xFF << 24); /* a value is a value, given now or later */
    if (!cn_walk_word(walk, head) || !pointer(walk, node->model))
        return false;
    switch (node->kind) {
    case CN_NODE_NONE:
    case CN_NODE_MEMBER:
    case CN_NODE_LEFT_OUT:
    case CN_NODE_IS_NULL:
    case CN_NODE_IS_NOT_NULL:
    case CN_NODE_COUNT_ALL: return true;
    case CN_NODE_VALUE:
    case CN_NODE_SAME:
    case CN_NODE_NOT_SAME: return value(walk, &node->value);
    case CN_NODE_COMPARE:
    case CN_NODE_LIKE: return compared(walk, node);
    case CN_NODE_CONTAINS:
    case CN_NODE_STARTS_WITH:
    case CN_NODE_ENDS_WITH:
        return node->value.kind == CN_KIND_NULL ? null_text(walk, node)
                                                : escaped(walk, &node->value);
    case CN_NODE_IN: return list(walk, &node->value);
    case CN_NODE_FRAGMENT: return fragment(walk, node);
    case CN_NODE_CALL: return text(walk, node->value.as.text.data) && parts(walk, node);
    case CN_NODE_COMPARE_PART:
    case CN_NODE_COMPARE_BOTH:
    case CN_NODE_ARITHMETIC:
    case CN_NODE_AND:
    case CN_NODE_OR:
    case CN_NODE_NOT: return parts(walk, node);
    default: return dead(walk);
    }
}

static bool expressions(cn_walk *walk, const cn_expr *list_)
{
    for (; list_ != NULL && list_->node.kind != CN_NODE_NONE; list_++)
        if (!walk_node(walk, &list_->node))
            return false;
    return cn_walk_word(walk, UINT64_MAX);
}

/* Assignments and result columns. The struct that is filled is part of the structure. */
static bool items(cn_walk *walk, const cn_items *list_)
{
    if (list_ == NULL)
        return cn_walk_word(walk, UINT64_MAX);
    if (!cn_walk_word(walk, list_->count) || !cn_walk_word(walk, list_->struct_size) ||
        !text(walk, list_->struct_name))
        return false;
    for (size_t i = 0; i < list_->count; i++) {
        const cn_item *item = &list_->items[i];
        if (!cn_walk_word(walk, (uint64_t)item->field.offset << 32 | (uint64_t)item->field.size << 8 |
                                    item->field.storage) ||
            (list_->model == NULL && !text(walk, item->field.name)) ||
            !walk_node(walk, &item->value.node))
            return false;
    }
    return true;
}

/* ---- statements ---------------------------------------------------------------------------------- */

/* Reading a statement of an older program: what it does not have is zero. */
#define CN_COPY_STATEMENT(T, to, from)                                                             \
    T to = {.head = *(from)};                                                                      \
    memcpy(&to, (from), (from)->size < sizeof(T) ? (from)->size : sizeof(T))

static bool walk_select(cn_walk *walk, const cn_select_statement *select)
{
    if (select->limit < 0 || select->offset < 0)
        return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                            "%s: limit and offset cannot be negative", select->from->name);
    cn_value limit  = cn_value_int(select->limit);
    cn_value offset = cn_value_int(select->offset);
    uint64_t flags  = (select->distinct ? 1u : 0u) | (select->limit != 0 ? 2u : 0u) |
                     (select->offset != 0 ? 4u : 0u);
    return cn_walk_word(walk, CN_STATEMENT_SELECT | flags << 8) && pointer(walk, select->from) &&
           items(walk, select->columns) && walk_node(walk, &select->where.node) &&
           expressions(walk, select->order_by) &&
           (select->limit == 0 || cn_walk_value(walk, &limit)) &&
           (select->offset == 0 || cn_walk_value(walk, &offset));
}

static bool walk_insert(cn_walk *walk, const cn_insert_statement *insert)
{
    return cn_walk_word(walk, CN_STATEMENT_INSERT) && pointer(walk, insert->into) &&
           items(walk, insert->values) && items(walk, insert->returning);
}

static bool nothing_chosen(const cn_node *node)
{
    if (node->kind == CN_NODE_NONE || node->kind == CN_NODE_LEFT_OUT)
        return true;
    if (node->kind != CN_NODE_AND && node->kind != CN_NODE_OR && node->kind != CN_NODE_NOT)
        return false;
    for (uint32_t i = 0; i < node->count; i++)
        if (!nothing_chosen(&((const cn_condition *)node->parts)[i].node))
            return false;
    return true;
}

static bool every_row_meant(cn_walk *walk, const cn_condition *where, bool every_row,
                            const char *verb, const cn_model *model)
{
    if (every_row)
        return true;
    if (!cn_node_alive(&where->node))
        return dead(walk);
    return !nothing_chosen(&where->node) ||
           cn_error_set(walk->error, CN_CAUSE_MISUSE,
                        "the %s of %s has no condition, or every cn_when of it was false: say .every_row = true if "
                        "every row is meant",
                        verb, model->name);
}

static bool walk_update(cn_walk *walk, const cn_update_statement *update)
{
    return every_row_meant(walk, &update->where, update->every_row, "update", update->table) &&
           cn_walk_word(walk, CN_STATEMENT_UPDATE) && pointer(walk, update->table) &&
           items(walk, update->set) && walk_node(walk, &update->where.node) &&
           items(walk, update->returning);
}

static bool walk_delete(cn_walk *walk, const cn_delete_statement *deletion)
{
    return every_row_meant(walk, &deletion->where, deletion->every_row, "delete", deletion->from) &&
           cn_walk_word(walk, CN_STATEMENT_DELETE) && pointer(walk, deletion->from) &&
           walk_node(walk, &deletion->where.node) && items(walk, deletion->returning);
}

/* Every parameter was asked for, and none is there twice. */
static bool params_used(cn_walk *walk)
{
    const cn_param *params = walk->params;
    for (size_t i = 0; params != NULL && params[i].name != NULL; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(params[i].name, params[j].name) == 0)
                return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                                    "the parameter '%s' is given twice", params[i].name);
        if (i < 64 && !(walk->used >> i & 1))
            return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                                "the statement has no parameter '%s'", params[i].name);
    }
    return true;
}

bool cn_walk_statement(cn_walk *walk, const cn_statement *statement, const cn_param *params)
{
    bool good = false;
    switch (statement->kind) {
    case CN_STATEMENT_SELECT: {
        CN_COPY_STATEMENT(cn_select_statement, select, statement);
        walk->params = params != NULL ? params : select.params;
        good         = walk_select(walk, &select);
        break;
    }
    case CN_STATEMENT_INSERT: {
        CN_COPY_STATEMENT(cn_insert_statement, insert, statement);
        walk->params = params != NULL ? params : insert.params;
        good         = walk_insert(walk, &insert);
        break;
    }
    case CN_STATEMENT_UPDATE: {
        CN_COPY_STATEMENT(cn_update_statement, update, statement);
        walk->params = params != NULL ? params : update.params;
        good         = walk_update(walk, &update);
        break;
    }
    case CN_STATEMENT_DELETE: {
        CN_COPY_STATEMENT(cn_delete_statement, deletion, statement);
        walk->params = params != NULL ? params : deletion.params;
        good         = walk_delete(walk, &deletion);
        break;
    }
    default:
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "this is no statement that was built from values");
    }
    return good && params_used(walk);
}
