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
    walk->taken          = NULL;
    walk->describing     = false;
    walk->lend           = false;
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

/* By its address; of one that may end, also by its number: another may come to stand there. */
static bool model(cn_walk *walk, const cn_model *m)
{
    if (m == NULL || m->state == NULL || m->state->serial == 0)
        return pointer(walk, m);
    return cn_walk_word(walk, (uint64_t)(uintptr_t)m | 1) && cn_walk_word(walk, m->state->serial);
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

/* ---- errors ---------------------------------------------------------------------------------- */

/* "Author.name", for messages; the model may be unusable. */
static const char *member_name(const cn_node *node)
{
    cn_error         ignored = {0};
    const cn_table  *table   = cn_table_of(node->model, &ignored);
    const cn_column *column  = NULL;
    cn_error_clear(&ignored);
    if (table != NULL)
        column = node->flags & CN_NODE_BY_INDEX ? &table->columns[node->offset]
                                                : cn_table_at(table, node->offset);
    return column != NULL && column->field.name != NULL ? column->field.name : node->model->name;
}

static bool dead(cn_walk *walk)
{
    return cn_error_set(
        walk->error, CN_CAUSE_MISUSE,
        "an expression of the statement has ended: the block that wrote its parts was left, or "
        "they "
        "were changed; write it inside the call that uses it, or keep it with cn_keep");
}

static bool too_deep(cn_walk *walk)
{
    return cn_error_set(walk->error, CN_CAUSE_LIMIT,
                        "the statement nests more than %d expressions in each other",
                        CN_NODE_DEPTH);
}

static bool broken(cn_walk *walk, const cn_node *node)
{
    switch (node->op) {
    case CN_BROKEN_MEMORY:
        return cn_error_no_memory(walk->error);
    case CN_BROKEN_DEEP:
        return too_deep(walk);
    case CN_BROKEN_MATCH:
        return cn_error_set(
            walk->error, CN_CAUSE_MISUSE,
            "cn_contains, cn_starts_with and cn_ends_with take a text or cn_later: for another "
            "expression use cn_like or cn_sql");
    default:
        return dead(walk);
    }
}

static bool null_text(cn_walk *walk, const char *what)
{
    return cn_error_set(
        walk->error, CN_CAUSE_PARAMETER,
        "%s is compared with NULL, which no value equals: use cn_is_null, or cn_is_same for a "
        "value that may be NULL",
        what);
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool later(cn_walk *walk, const char *name, cn_value *value)
{
    *value = cn_value_null();
    if (name == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_later was given no name");
    for (size_t i = 0; walk->params != NULL && walk->params[i].name != NULL; i++) {
        if (strcmp(walk->params[i].name, name) != 0)
            continue;
        walk->taken[i] = true;
        *value         = walk->params[i].value;
        if (value->kind != CN_KIND_LIST)
            return true;
        return cn_error_set(
            walk->error, CN_CAUSE_PARAMETER,
            value->element == CN_STORAGE_NONE
                ? "the parameter '%s' is a void pointer, which has no type: NULL is the only one "
                  "that is a value"
                : "the parameter '%s' is a list, but cn_later stands for one value: use "
                  "cn_in_array",
            name);
    }
    return walk->describing ||
           cn_error_set(
               walk->error, CN_CAUSE_PARAMETER,
               "the statement's parameter '%s' has no value: give it with CN_PARAMS(\"%s\", ...)",
               name, name);
}

static bool is_integer(uint8_t kind)
{
    return kind == CN_KIND_INTEGER || kind == CN_KIND_UNSIGNED || kind == CN_KIND_BOOLEAN;
}

/* What the C compiler sees to where a value is given at once, it cannot see where it comes later.
   */
static bool later_for(cn_walk *walk, const cn_node *member, const char *name, cn_value *value)
{
    cn_kind takes = cn_storage_kind(member->storage);
    if (!later(walk, name, value))
        return false;
    if (value->kind == CN_KIND_NULL || value->kind == takes || member->storage == CN_STORAGE_NONE ||
        (is_integer(value->kind) && (is_integer((uint8_t)takes) || takes == CN_KIND_REAL)))
        return true;
    return cn_error_set(
        walk->error, CN_CAUSE_PARAMETER, "the parameter '%s' is of type %s, and %s of type %s",
        name, cn_kind_name((cn_kind)value->kind), member_name(member), cn_kind_name(takes));
}

/* Another column that a member meets: structure. */
static bool other_column(cn_walk *walk, const cn_value *v)
{
    return pointer(walk, v->as.list.items) &&
           cn_walk_word(walk, (uint64_t)v->element << 32 | (uint32_t)v->as.list.count);
}

/* One value of a node: another column is structure, anything else is bound. */
static bool value(cn_walk *walk, const cn_node *node)
{
    const cn_value *v = &node->value;
    if (v->kind == CN_KIND_MEMBER_)
        return other_column(walk, v);
    if (v->kind != CN_KIND_LATER_)
        return cn_walk_value(walk, v);
    cn_value found;
    return later_for(walk, node, v->as.text.data, &found) && cn_walk_value(walk, &found);
}

/* A value that no column gives its type to. */
static bool free_value(cn_walk *walk, const cn_node *node)
{
    return value(walk, node) &&
           cn_walk_word(walk, cn_value_cast(&walk->values[walk->value_count - 1]));
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

/* What a comparison is with: text that is NULL here was meant to be a value. */
static bool compared(cn_walk *walk, const cn_node *node)
{
    cn_value v = node->value;
    if (v.kind == CN_KIND_MEMBER_)
        return other_column(walk, &v);
    if (v.kind == CN_KIND_LATER_ && !later_for(walk, node, v.as.text.data, &v))
        return false;
    if (v.kind == CN_KIND_NULL && !walk->describing)
        return null_text(walk, member_name(node));
    return cn_walk_value(walk, &v);
}

static bool is_special(char c)
{
    return c == '%' || c == '_' || c == '/';
}

/* The value of a LIKE whose text is taken as it is: %, _ and the escape character are escaped. */
static bool escaped(cn_walk *walk, const cn_node *node)
{
    cn_value found = node->value;
    if (found.kind == CN_KIND_LATER_ && !later_for(walk, node, found.as.text.data, &found))
        return false;
    if (found.kind == CN_KIND_NULL)
        return walk->describing ? cn_walk_value(walk, &found) : null_text(walk, member_name(node));
    const char *from = found.as.text.data;
    size_t      size = found.as.text.size == CN_TERMINATED ? strlen(from) : found.as.text.size;
    size_t      more = 0;
    for (size_t i = 0; i < size; i++)
        more += is_special(from[i]);
    found.as.text.size = size;
    if (more != 0) {
        char *to = cn_arena_take(&walk->arena, size + more + 1, 1);
        if (to == NULL)
            return cn_error_no_memory(walk->error);
        found.as.text.data = to;
        found.as.text.size = size + more;
        for (size_t i = 0; i < size; i++) {
            if (is_special(from[i]))
                *to++ = '/';
            *to++ = from[i];
        }
        *to = '\0';
    }
    return cn_walk_value(walk, &found);
}

/* A parameter of a fragment: how many values it is, 0 if it is not a list, and they. */
static bool fragment_param(cn_walk *walk, const cn_param *param)
{
    if (!text(walk, param->name))
        return false;
    if (param->value.kind != CN_KIND_LIST)
        return cn_walk_word(walk, 0) && cn_walk_value(walk, &param->value);
    if (param->value.element == CN_STORAGE_NONE)
        return cn_error_set(
            walk->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' is a void pointer, which has no type: NULL is the only one that is "
            "a value",
            param->name);
    return cn_walk_word(walk, 1) && list(walk, &param->value);
}

static bool fragment(cn_walk *walk, const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    if (!cn_node_alive(node))
        return dead(walk);
    if (node->parts == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_sql was given no text");
    if (!text(walk, node->parts) || !cn_walk_word(walk, node->count))
        return false;
    for (uint32_t i = 0; i < node->count; i++)
        if (!fragment_param(walk, &params[i]))
            return false;
    return true;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static bool walk_node(cn_walk *walk, const cn_node *node);

static bool enter(cn_walk *walk, const cn_node *node)
{
    walk->depth++;
    if (!cn_node_alive(node))
        return dead(walk);
    return walk->depth <= CN_NODE_DEPTH || too_deep(walk);
}

static bool parts(cn_walk *walk, const cn_node *node)
{
    bool good = enter(walk, node) && cn_walk_word(walk, node->count);
    for (uint32_t i = 0; good && i < node->count; i++)
        good = walk_node(walk, &((const cn_expr *)node->parts)[i].node);
    walk->depth--;
    return good;
}

/*
 * AND, OR and NOT of what was not left out: the same conditions have the same key, whatever else
 * there might have been. Of nothing there is nothing; of a single one, it alone.
 */
static bool connected(cn_walk *walk, const cn_node *node)
{
    size_t at     = walk->word_count;
    size_t chosen = 0;
    bool   good   = enter(walk, node) && cn_walk_word(walk, node->kind);
    for (uint32_t i = 0; good && i < node->count; i++) {
        size_t before = walk->word_count;
        good          = walk_node(walk, &((const cn_condition *)node->parts)[i].node);
        chosen += walk->word_count != before;
    }
    walk->depth--;
    if (!good || (chosen != 0 && (chosen != 1 || node->kind == CN_NODE_NOT)))
        return good && cn_walk_word(walk, UINT64_MAX);
    walk->word_count -= 1;
    memmove(walk->words + at, walk->words + at + 1, (walk->word_count - at) * sizeof *walk->words);
    return true;
}

/* Of two expressions that are compared, a NULL that stands there plainly. */
static bool null_side(cn_walk *walk, const cn_node *node)
{
    const cn_expr *two = node->parts;
    for (uint32_t i = 0; i < node->count; i++) {
        const cn_node *side = &two[i].node, *other = &two[1 - i].node;
        cn_value       v = side->value;
        if (side->kind != CN_NODE_VALUE)
            continue;
        if (v.kind == CN_KIND_LATER_ && !later(walk, v.as.text.data, &v))
            return false;
        if (v.kind == CN_KIND_NULL && !walk->describing)
            return null_text(walk,
                             other->kind == CN_NODE_MEMBER ? member_name(other) : "an expression");
    }
    return true;
}

/* A function's name is structure of the SQL, so it must be one: not whatever a text may hold. */
static bool call(cn_walk *walk, const cn_node *node)
{
    const char *name = node->value.as.text.data;
    size_t      size = name == NULL ? 0 : strlen(name);
    bool        good = size != 0 && !(name[0] >= '0' && name[0] <= '9');
    for (size_t i = 0; good && i < size; i++)
        good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
               (name[i] >= '0' && name[i] <= '9') || name[i] == '_' || name[i] == '.';
    if (!good)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "\"%s\" is no name of a function: letters, digits, _ and . make one",
                            name == NULL ? "" : name);
    return text(walk, name) && parts(walk, node);
}

/* A test of a member with an expression that has parts. */
static bool tested(cn_walk *walk, const cn_node *node, bool (*flat)(cn_walk *, const cn_node *))
{
    return cn_walk_word(walk, node->count) &&
           (node->count != 0 ? parts(walk, node) : flat(walk, node));
}

static bool walk_node(cn_walk *walk, const cn_node *node)
{
    uint64_t head = (uint64_t)node->kind | (uint64_t)node->op << 8 | (uint64_t)node->flags << 16 |
                    (uint64_t)(node->value.kind == CN_KIND_MEMBER_) << 24 |
                    (uint64_t)node->offset << 32;
    if (node->kind == CN_NODE_NONE || node->kind == CN_NODE_LEFT_OUT)
        return true;
    if (cn_node_has_conditions(node))
        return connected(walk, node);
    if (node->kind >= CN_NODE_BROKEN)
        return broken(walk, node);
    if (!cn_walk_word(walk, head) || !model(walk, node->model))
        return false;
    switch (node->kind) {
    case CN_NODE_VALUE:
        return free_value(walk, node);
    case CN_NODE_SAME:
    case CN_NODE_NOT_SAME:
        return tested(walk, node, value);
    case CN_NODE_LIKE:
        return tested(walk, node, compared);
    case CN_NODE_COMPARE:
        return compared(walk, node);
    case CN_NODE_CONTAINS:
    case CN_NODE_STARTS_WITH:
    case CN_NODE_ENDS_WITH:
        return escaped(walk, node);
    case CN_NODE_IN:
        return list(walk, &node->value);
    case CN_NODE_FRAGMENT:
        return fragment(walk, node);
    case CN_NODE_CALL:
        return call(walk, node);
    case CN_NODE_COMPARE_BOTH:
        return parts(walk, node) && null_side(walk, node);
    case CN_NODE_COMPARE_PART:
    case CN_NODE_ARITHMETIC:
        return parts(walk, node);
    default:
        return true; /* a member, a count, IS NULL: all that they say is in their head */
    }
}

static bool expressions(cn_walk *walk, const cn_expr *list_)
{
    for (; list_ != NULL && list_->node.kind != CN_NODE_NONE; list_++)
        if (!walk_node(walk, &list_->node))
            return false;
    return cn_walk_word(walk, UINT64_MAX);
}

/* The numbers that a member holds; what is in no such member has no limits here. */
static bool fits_member(cn_walk *walk, const cn_items *into, const cn_field *field,
                        const cn_value *v)
{
    static const struct {
        int64_t  least;
        uint64_t most;
    } ranges[]     = {[CN_STORAGE_BOOL]   = {0, 1},
                      [CN_STORAGE_INT8]   = {INT8_MIN, INT8_MAX},
                      [CN_STORAGE_UINT8]  = {0, UINT8_MAX},
                      [CN_STORAGE_INT16]  = {INT16_MIN, INT16_MAX},
                      [CN_STORAGE_UINT16] = {0, UINT16_MAX},
                      [CN_STORAGE_INT32]  = {INT32_MIN, INT32_MAX},
                      [CN_STORAGE_UINT32] = {0, UINT32_MAX},
                      [CN_STORAGE_INT64]  = {INT64_MIN, INT64_MAX},
                      [CN_STORAGE_UINT64] = {0, UINT64_MAX}};
    size_t storage = field->storage & (CN_STORAGE_OPT - 1);
    if (storage == 0 || storage >= sizeof ranges / sizeof *ranges)
        return true;
    bool below = v->kind == CN_KIND_INTEGER && v->as.integer < ranges[storage].least;
    bool above = v->kind == CN_KIND_INTEGER
                     ? v->as.integer > 0 && (uint64_t)v->as.integer > ranges[storage].most
                     : v->kind == CN_KIND_UNSIGNED && v->as.unsigned_integer > ranges[storage].most;
    return (!below && !above) ||
           cn_error_set(walk->error, CN_CAUSE_CONVERSION,
                        "%s.%s: the number %s than the member can hold", into->struct_name,
                        field->name, below ? "is less" : "is more");
}

/* What is assigned to a member. */
static bool assignment(cn_walk *walk, const cn_items *into, const cn_item *item)
{
    cn_node node = item->value.node;
    if (node.kind != CN_NODE_VALUE)
        return walk_node(walk, &item->value.node);
    if (node.value.kind == CN_KIND_LATER_) {
        const cn_node member = {
            .model = into->model, .offset = item->field.offset, .storage = item->field.storage};
        if (!later_for(walk, &member, node.value.as.text.data, &node.value))
            return false;
    }
    return fits_member(walk, into, &item->field, &node.value) &&
           cn_walk_word(walk, CN_NODE_VALUE) && cn_walk_value(walk, &node.value);
}

/* Assignments and result columns. The struct that is filled is part of the structure. */
static bool items(cn_walk *walk, const cn_items *list_)
{
    if (list_ == NULL)
        return cn_walk_word(walk, UINT64_MAX);
    if (!cn_walk_word(walk, list_->count) || !cn_walk_word(walk, list_->struct_size) ||
        !model(walk, list_->model) || !text(walk, list_->struct_name))
        return false;
    for (size_t i = 0; i < list_->count; i++) {
        const cn_item *item = &list_->items[i];
        if (!cn_walk_word(walk, (uint64_t)item->field.offset << 32 |
                                    (uint64_t)item->field.size << 8 | item->field.storage) ||
            !(list_->model != NULL
                  ? assignment(walk, list_, item)
                  : text(walk, item->field.name) && walk_node(walk, &item->value.node)))
            return false;
    }
    return true;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Reading a statement of an older program: what it does not have is zero. */
#define CN_COPY_STATEMENT(T, to, from)                                                             \
    T to = {.head = *(from)};                                                                      \
    memcpy(&to, (from), (from)->size < sizeof(T) ? (from)->size : sizeof(T))

static bool where(cn_walk *walk, const cn_condition *condition)
{
    return walk_node(walk, &condition->node) && cn_walk_word(walk, UINT64_MAX);
}

/* A condition that must say something, unless every row is meant. */
static bool where_some(cn_walk *walk, const cn_condition *condition, bool every_row,
                       const char *verb, const cn_model *model)
{
    size_t before = walk->word_count;
    if (!walk_node(walk, &condition->node))
        return false;
    if (walk->word_count == before && !every_row)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "the %s of %s has no condition, or every cn_when of it was false: say "
                            ".every_row = true if "
                            "every row is meant",
                            verb, model->name);
    return cn_walk_word(walk, UINT64_MAX);
}

static bool walk_select(cn_walk *walk, const cn_select_statement *select)
{
    if (select->limit < 0 || select->offset < 0)
        return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                            "%s: limit and offset cannot be negative", select->from->name);
    cn_value limit  = cn_value_int(select->limit);
    cn_value offset = cn_value_int(select->offset);
    uint64_t flags  = (select->distinct ? 1u : 0u) | (select->limit != 0 ? 2u : 0u) |
                     (select->offset != 0 ? 4u : 0u);
    return cn_walk_word(walk, CN_STATEMENT_SELECT | flags << 8) && model(walk, select->from) &&
           items(walk, select->columns) && where(walk, &select->where) &&
           expressions(walk, select->order_by) &&
           (select->limit == 0 || cn_walk_value(walk, &limit)) &&
           (select->offset == 0 || cn_walk_value(walk, &offset));
}

static bool walk_insert(cn_walk *walk, const cn_insert_statement *insert)
{
    return cn_walk_word(walk, CN_STATEMENT_INSERT) && model(walk, insert->into) &&
           items(walk, insert->values) && items(walk, insert->returning);
}

static bool walk_update(cn_walk *walk, const cn_update_statement *update)
{
    return cn_walk_word(walk, CN_STATEMENT_UPDATE) && model(walk, update->table) &&
           items(walk, update->set) &&
           where_some(walk, &update->where, update->every_row, "update", update->table) &&
           items(walk, update->returning);
}

static bool walk_delete(cn_walk *walk, const cn_delete_statement *deletion)
{
    return cn_walk_word(walk, CN_STATEMENT_DELETE) && model(walk, deletion->from) &&
           where_some(walk, &deletion->where, deletion->every_row, "delete", deletion->from) &&
           items(walk, deletion->returning);
}

/* Room to remember which parameters were asked for. */
static bool take_params(cn_walk *walk, const cn_param *params)
{
    size_t count = 0;
    while (params != NULL && params[count].name != NULL)
        count++;
    walk->params = params;
    walk->taken  = count <= CN_WALK_PARAMS ? memset(walk->first_taken, 0, sizeof walk->first_taken)
                                           : CN_ARENA_ARRAY(&walk->arena, bool, count);
    return walk->taken != NULL || cn_error_no_memory(walk->error);
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
        if (!walk->taken[i])
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
        good = take_params(walk, params != NULL ? params : select.params) &&
               walk_select(walk, &select);
        break;
    }
    case CN_STATEMENT_INSERT: {
        CN_COPY_STATEMENT(cn_insert_statement, insert, statement);
        good = take_params(walk, params != NULL ? params : insert.params) &&
               walk_insert(walk, &insert);
        break;
    }
    case CN_STATEMENT_UPDATE: {
        CN_COPY_STATEMENT(cn_update_statement, update, statement);
        good = take_params(walk, params != NULL ? params : update.params) &&
               walk_update(walk, &update);
        break;
    }
    case CN_STATEMENT_DELETE: {
        CN_COPY_STATEMENT(cn_delete_statement, deletion, statement);
        good = take_params(walk, params != NULL ? params : deletion.params) &&
               walk_delete(walk, &deletion);
        break;
    }
    default:
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "this is no statement that was built from values");
    }
    return good && params_used(walk);
}
