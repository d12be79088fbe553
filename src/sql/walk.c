/*
 * See walk.h: the walk over expressions; walk_statement.c has the clauses of statements.
 */
#include "sql/walk.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "schema/table.h"
#include "sql/operators.h"

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
    walk->numbers        = NULL;
    walk->describing     = false;
    walk->again          = false;
    walk->lend           = false;
    walk->depth          = 0;
    walk->error          = error;
    walk->arena          = (cn_arena){0};
}

void cn_walk_end_slow(cn_walk *walk)
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

/* ---- where values are ------------------------------------------------------------------------ */

/* One address, one hash: the map never has to compare keys. */
static uint64_t place_hash(const void *place)
{
    uint64_t hash = (uint64_t)(uintptr_t)place * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

void cn_numbers_free(cn_numbers *numbers)
{
    cn_map_free(&numbers->map);
}

uint32_t cn_numbers_get(const cn_numbers *numbers, const void *place)
{
    void *found = cn_map_get(&numbers->map, place_hash(place), place, 0);
    return found == NULL ? 0 : (uint32_t)((uintptr_t)found - 1);
}

const void *cn_numbers_whole(const cn_numbers *numbers, const cn_statement *statement)
{
    const void *found = cn_map_get(&numbers->map, place_hash(&statement->size), &statement->size,
                                   0);
    return found != NULL ? found : (const void *)statement;
}

bool cn_numbers_set_whole(cn_numbers *numbers, const cn_statement *statement, void *copy)
{
    return cn_map_put(&numbers->map, place_hash(&statement->size), &statement->size, 0, copy);
}

/* The next value is the first that belongs to `place`. */
static bool number(cn_walk *walk, const void *place)
{
    return walk->numbers == NULL ||
           cn_map_put(&walk->numbers->map, place_hash(place), place, 0,
                      (void *)(uintptr_t)(walk->value_count + 1)) ||
           cn_error_no_memory(walk->error);
}

bool cn_walk_bound(cn_walk *walk, const void *place, const cn_value *value)
{
    return number(walk, place) && cn_walk_value(walk, value);
}

/* A text by its content: its size, then its bytes. */
bool cn_walk_text(cn_walk *walk, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);
    if (!cn_walk_word(walk, size))
        return false;
    for (size_t at = 0; at < size; at += 8) {
        uint64_t word = 0;
        memcpy(&word, text + at, size - at < 8 ? size - at : 8);
        if (!cn_walk_word(walk, word))
            return false;
    }
    return true;
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* "Author.name", for messages; the model may be unusable. */
static const char *member_name(const cn_node *node)
{
    if (node->model == NULL)
        return "an expression";
    cn_error         ignored = {0};
    const cn_table  *table   = cn_table_of(node->model, &ignored);
    const cn_column *column  = NULL;
    cn_error_clear(&ignored);
    if (table != NULL && node->kind != CN_NODE_NAMED)
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

static bool no_clause(cn_walk *walk, const cn_node *node)
{
    static const char *const statements[] = {
        [CN_STATEMENT_TEXT] = "a text",          [CN_STATEMENT_SELECT] = "a SELECT",
        [CN_STATEMENT_INSERT] = "an INSERT",     [CN_STATEMENT_UPDATE] = "an UPDATE",
        [CN_STATEMENT_DELETE] = "a DELETE",      [CN_STATEMENT_COMPOUND] = "a compound query",
        [CN_STATEMENT_VALUES] = "rows of values"};
    if (node->offset == 0)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_build was given no statement");
    return cn_error_set(walk->error, CN_CAUSE_MISUSE, "%s: the statement is %s, which has none",
                        node->value.as.text.data, statements[node->offset]);
}

static bool broken(cn_walk *walk, const cn_node *node)
{
    switch (node->op) {
    case CN_BROKEN_MEMORY:
        return cn_error_no_memory(walk->error);
    case CN_BROKEN_DEEP:
        return too_deep(walk);
    case CN_BROKEN_CLAUSE:
        return no_clause(walk, node);
    case CN_BROKEN_STRUCT:
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "the builder of this statement was given columns, or values, of two "
                            "structs");
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

/* What the execution gives for a name. */
static bool given(cn_walk *walk, const char *name, cn_value *value)
{
    *value = cn_value_null();
    if (name == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_later was given no name");
    for (size_t i = 0; walk->params != NULL && walk->params[i].name != NULL; i++) {
        if (strcmp(walk->params[i].name, name) != 0)
            continue;
        walk->taken[i] = true;
        *value         = walk->params[i].value;
        return value->kind != CN_KIND_LIST || value->element != CN_STORAGE_NONE ||
               cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                            "the parameter '%s' is a void pointer, which has no type: NULL is the "
                            "only one that is a value",
                            name);
    }
    if (walk->describing) {
        value->as.text.data = name; /* it is shown in the place of the value */
        return true;
    }
    return cn_error_set(
        walk->error, CN_CAUSE_PARAMETER,
        "the statement's parameter '%s' has no value: give it with CN_PARAMS(\"%s\", ...)", name,
        name);
}

/* The same where one value is meant. */
static bool later(cn_walk *walk, const char *name, cn_value *value)
{
    return given(walk, name, value) &&
           (value->kind != CN_KIND_LIST ||
            cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                         "the parameter '%s' is a list, but cn_later stands for one value: use "
                         "cn_in_later or cn_in_array",
                         name));
}

static bool is_integer(uint8_t kind)
{
    return kind == CN_KIND_INTEGER || kind == CN_KIND_UNSIGNED || kind == CN_KIND_BOOLEAN;
}

/* What the C compiler sees to where a value is given at once, it cannot see where it comes later:
   whether values of a kind fit the member. */
static bool fits(cn_walk *walk, const cn_node *member, const char *name, cn_kind kind)
{
    cn_kind takes = cn_storage_kind(member->storage);
    if (kind == CN_KIND_NULL || kind == takes || member->storage == CN_STORAGE_NONE ||
        (is_integer((uint8_t)kind) && (is_integer((uint8_t)takes) || takes == CN_KIND_REAL)))
        return true;
    return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                        "the parameter '%s' is of type %s, and %s of type %s", name,
                        cn_kind_name(kind), member_name(member), cn_kind_name(takes));
}

static bool later_for(cn_walk *walk, const cn_node *member, const char *name, cn_value *value)
{
    return later(walk, name, value) && fits(walk, member, name, (cn_kind)value->kind);
}

/* One value, or a list of them. */
static bool list_for(cn_walk *walk, const cn_node *member, const char *name, cn_value *value)
{
    if (!given(walk, name, value))
        return false;
    bool    many = value->kind == CN_KIND_LIST;
    cn_kind kind = many ? cn_storage_kind(value->element) : (cn_kind)value->kind;
    return fits(walk, member, name, kind);
}

/* Another column that a member meets: structure. */
static bool other_column(cn_walk *walk, const cn_value *v)
{
    return cn_walk_model(walk, v->as.list.items) &&
           cn_walk_word(walk, (uint64_t)v->element << 32 | (uint32_t)v->as.list.count);
}

static bool list(cn_walk *walk, const void *place, const cn_value *v)
{
    if (v->as.list.items == NULL && v->as.list.count != 0)
        return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                            "the array of a list of %zu values is NULL", v->as.list.count);
    if (!cn_walk_word(walk, v->as.list.count) || !number(walk, place))
        return false;
    for (size_t i = 0; i < v->as.list.count; i++) {
        cn_value element = cn_convert_element(v->as.list.items, i, v->element);
        if (!cn_walk_value(walk, &element))
            return false;
    }
    return true;
}

/* The values that were walked last: NULL equals none, and nothing is outside of a list with it. */
static bool no_nulls(cn_walk *walk, const cn_node *left, size_t count)
{
    for (size_t i = walk->value_count - count; i < walk->value_count; i++)
        if (walk->values[i].kind == CN_KIND_NULL)
            return null_text(walk, member_name(left));
    return true;
}

static bool is_special(char c)
{
    return c == '%' || c == '_' || c == '/';
}

/* A text with its special characters escaped. */
static bool escape(cn_walk *walk, cn_value *value)
{
    if (value->kind != CN_KIND_TEXT)
        return true;
    const char *from = value->as.text.data;
    size_t      size = value->as.text.size == CN_TERMINATED ? strlen(from) : value->as.text.size;
    size_t      more = 0;
    for (size_t i = 0; i < size; i++)
        more += is_special(from[i]);
    if (more == 0)
        return true;
    char *to = cn_arena_take(&walk->arena, size + more + 1, 1);
    if (to == NULL)
        return cn_error_no_memory(walk->error);
    value->as.text.data = to;
    value->as.text.size = size + more;
    for (size_t i = 0; i < size; i++) {
        if (is_special(from[i]))
            *to++ = '/';
        *to++ = from[i];
    }
    *to = '\0';
    return true;
}

/*
 * The value beside an operator, which stands in the node at `place`; `left` says what it meets.
 * Text that is NULL here was meant to be a value.
 */
static bool operand(cn_walk *walk, const cn_node *left, const void *place, const cn_value *from,
                    cn_operand how)
{
    cn_value found;
    bool     unknown = walk->describing && from->kind == CN_KIND_LATER_;
    if (from->kind == CN_KIND_MEMBER_)
        return other_column(walk, from);
    if (from->kind == CN_KIND_LATER_) {
        const char *name = from->as.text.data;
        if (how == CN_OPERAND_LIST ? !list_for(walk, left, name, &found)
                                   : !later_for(walk, left, name, &found))
            return false;
        from = &found;
    }
    if (how == CN_OPERAND_LIST && from->kind == CN_KIND_LIST)
        return list(walk, place, from) && no_nulls(walk, left, from->as.list.count);
    if (from->kind == CN_KIND_NULL && how != CN_OPERAND_ANY && !unknown)
        return null_text(walk, member_name(left));
    if (how != CN_OPERAND_ESCAPED)
        return cn_walk_bound(walk, place, from);
    found = *from;
    return escape(walk, &found) && cn_walk_bound(walk, place, &found);
}

/* The structure of a value that no column gives its type to: what it is cast to. */
static bool free_value(cn_walk *walk, const cn_node *left, const cn_node *node, cn_operand how)
{
    size_t before = walk->value_count;
    if (!operand(walk, left, node, &node->value, how))
        return false;
    return cn_walk_word(walk, walk->value_count == before + 1
                                  ? 1 + (uint64_t)walk->values[before].kind +
                                        ((uint64_t)cn_value_type(&walk->values[before]) << 8)
                                  : 0);
}

/* ---- fragments ------------------------------------------------------------------------------- */

/* A parameter of a fragment: whether it is a list, and its values. */
static bool fragment_param(cn_walk *walk, const cn_param *param)
{
    if (!cn_walk_text(walk, param->name))
        return false;
    if (param->value.kind != CN_KIND_LIST)
        return cn_walk_word(walk, 0) && cn_walk_bound(walk, param, &param->value);
    if (param->value.element == CN_STORAGE_NONE)
        return cn_error_set(
            walk->error, CN_CAUSE_PARAMETER,
            "the parameter '%s' is a void pointer, which has no type: NULL is the only one that is "
            "a value",
            param->name);
    return cn_walk_word(walk, 1) && list(walk, param, &param->value);
}

static bool fragment(cn_walk *walk, const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    if (!cn_node_alive(node))
        return dead(walk);
    if (node->parts == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_sql was given no text");
    if (!cn_walk_text(walk, node->parts) || !cn_walk_word(walk, node->count))
        return false;
    for (uint32_t i = 0; i < node->count; i++)
        if (!fragment_param(walk, &params[i]))
            return false;
    return true;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

bool cn_walk_enter(cn_walk *walk)
{
    walk->depth++;
    return walk->depth <= CN_NODE_DEPTH || too_deep(walk);
}

static bool enter(cn_walk *walk, const cn_node *node)
{
    return cn_walk_enter(walk) && (cn_node_alive(node) || dead(walk));
}

static bool absent(cn_walk *walk)
{
    return cn_error_set(
        walk->error, CN_CAUSE_MISUSE,
        "a part of cn_and, cn_or or cn_not is no condition: cn_when leaves one out");
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
        const cn_node *part   = cn_node_part(node, i);
        size_t         before = walk->word_count;
        good = part->kind != CN_NODE_NONE ? cn_walk_node(walk, part) : absent(walk);
        chosen += walk->word_count != before;
    }
    walk->depth--;
    if (!good || (chosen != 0 && (chosen != 1 || node->kind == CN_NODE_NOT)))
        return good && cn_walk_word(walk, UINT64_MAX);
    walk->word_count -= 1;
    memmove(walk->words + at, walk->words + at + 1, (walk->word_count - at) * sizeof *walk->words);
    return true;
}

/* An operator, whose value on the right is taken as it says. */
static bool operation(cn_walk *walk, const cn_node *node)
{
    cn_operand how = cn_operators[node->op < CN_OP_COUNT ? node->op : 0].operand;
    if (node->count == 0)
        return (node->flags & CN_NODE_FLAT) == 0 || operand(walk, node, node, &node->value, how);
    bool           good = enter(walk, node) && cn_walk_word(walk, node->count);
    const cn_node *left = node->model != NULL ? node : cn_node_part(node, 0);
    for (uint32_t i = 0; good && i < node->count; i++) {
        const cn_node *part = cn_node_part(node, i);
        if (part->kind == CN_NODE_VALUE)
            good = cn_walk_word(walk, CN_NODE_VALUE) && free_value(walk, left, part, how);
        else
            good = cn_walk_node(walk, part);
    }
    if (good && (node->flags & CN_NODE_FLAT))
        good = operand(walk, left, node, &node->value, how);
    if (good && node->op == CN_OP_CUSTOM)
        good = cn_walk_text(walk, node->value.as.text.data);
    walk->depth--;
    return good;
}

/* A condition that was left out leaves a word in its place: the parts that follow stay what they
   are. */
static bool parts(cn_walk *walk, const cn_node *node)
{
    bool good = enter(walk, node) && cn_walk_word(walk, node->count);
    for (uint32_t i = 0; good && i < node->count; i++) {
        size_t before = walk->word_count;
        good          = cn_walk_node(walk, cn_node_part(node, i)) &&
               (walk->word_count != before || cn_walk_word(walk, 0));
    }
    walk->depth--;
    return good;
}

/* A name that becomes structure of the SQL must be one: not whatever a text may hold. */
static bool named(cn_walk *walk, const cn_node *node)
{
    return cn_walk_text(walk, node->value.as.text.data) && parts(walk, node);
}

/* A path into a JSON document: '$."key"[0]', as SQLite and MySQL want it. One value. */
static bool json(cn_walk *walk, const cn_node *node)
{
    cn_buffer path = {0};
    bool      good = enter(walk, node) && cn_walk_node(walk, cn_node_part(node, 0));
    if (good && node->count < 2)
        good = cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "a value inside a JSON document needs a path: one key or index at "
                            "least");
    cn_buffer_char(&path, '$');
    for (uint32_t i = 1; good && i < node->count; i++) {
        const cn_value *step = &cn_node_part(node, i)->value;
        bool            text = step->kind == CN_KIND_TEXT;
        if (cn_node_part(node, i)->kind != CN_NODE_VALUE ||
            (!text && step->kind != CN_KIND_INTEGER)) {
            good = cn_error_set(walk->error, CN_CAUSE_MISUSE,
                                "a step into a JSON document is a key, which is a text, or an "
                                "index, which is a number");
        } else if (!text) {
            cn_buffer_format(&path, "[%lld]", (long long)step->as.integer);
        } else {
            cn_buffer_text(&path, ".\"");
            for (const char *c = step->as.text.data; *c != '\0'; c++) {
                if (*c == '"' || *c == '\\')
                    cn_buffer_char(&path, '\\');
                cn_buffer_char(&path, *c);
            }
            cn_buffer_char(&path, '"');
        }
        good = good && cn_walk_word(walk, text);
    }
    walk->depth--;
    if (good && path.failed)
        good = cn_error_no_memory(walk->error);
    cn_value value = cn_value_text(good ? cn_arena_text(&walk->arena, path.text) : NULL);
    cn_buffer_free(&path);
    if (good && value.kind == CN_KIND_NULL)
        return cn_error_no_memory(walk->error);
    return good && cn_walk_word(walk, node->count) && cn_walk_bound(walk, node, &value);
}

/* Its spellings by what they say: constant data may still be at another place the next time. */
static bool spelled(cn_walk *walk, const cn_node *node)
{
    const cn_spelling *spelling = node->value.as.list.items;
    if (spelling == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_spelled was given no spellings");
    for (; spelling->dialect != NULL; spelling++)
        if (!cn_walk_text(walk, spelling->dialect) || !cn_walk_text(walk, spelling->sql))
            return false;
    return parts(walk, node);
}

static bool cast(cn_walk *walk, const cn_node *node)
{
    if (!parts(walk, node))
        return false;
    const cn_type     *type   = node->value.as.list.items;
    const char *const *labels = type->labels;
    if (!cn_walk_word(walk, (uint64_t)type->kind | (uint64_t)type->is_unsigned << 8 |
                                (uint64_t)type->precision << 16 | (uint64_t)type->scale << 24 |
                                (uint64_t)type->length << 32) ||
        !cn_walk_word(walk, (uint64_t)type->element | (uint64_t)type->dimensions << 8 |
                                (uint64_t)type->enum_form << 16 |
                                (uint64_t)type->with_zone << 24) ||
        !cn_walk_text(walk, type->name))
        return false;
    while (labels != NULL && *labels != NULL)
        if (!cn_walk_text(walk, *labels++))
            return false;
    return cn_walk_word(walk, UINT64_MAX);
}

/* The bounds of a frame that are numbers are values, and structure for a database that does not
   take them as parameters. */
static bool over(cn_walk *walk, const cn_node *node)
{
    uint64_t packed = (uint64_t)node->value.as.integer;
    int32_t  ends[] = {(int32_t)(packed >> 32), (int32_t)(uint32_t)packed};
    if (!parts(walk, node) || !number(walk, node))
        return false;
    for (size_t i = 0; node->op != CN_FRAME_NONE && i < 2; i++) {
        int32_t  end   = ends[i];
        bool     bound = end != 0 && end != INT32_MIN && end != INT32_MAX;
        cn_value value = cn_value_int(end < 0 ? -(int64_t)end : end);
        if (!cn_walk_word(walk, (uint32_t)end) || (bound && !cn_walk_value(walk, &value)))
            return false;
    }
    return true;
}

static bool sub_query(cn_walk *walk, const cn_node *node)
{
    bool good = enter(walk, node) && cn_walk_query(walk, node->parts);
    walk->depth--;
    return good;
}

bool cn_walk_node(cn_walk *walk, const cn_node *node)
{
    uint64_t head = cn_walk_head(node);
    if (node->kind == CN_NODE_NONE || node->kind == CN_NODE_LEFT_OUT)
        return true;
    if (cn_node_connects(node))
        return connected(walk, node);
    if (node->kind >= CN_NODE_BROKEN)
        return broken(walk, node);
    if (!cn_walk_word(walk, head) || !cn_walk_model(walk, node->model))
        return false;
    switch (node->kind) {
    case CN_NODE_OPERATOR:
        return operation(walk, node);
    case CN_NODE_VALUE:
        return free_value(walk, node, node, CN_OPERAND_ANY);
    case CN_NODE_FRAGMENT:
        return fragment(walk, node);
    case CN_NODE_CALL:
    case CN_NODE_COLLATE:
    case CN_NODE_NAMED:
    case CN_NODE_LABEL:
        return named(walk, node);
    case CN_NODE_INLINE:
        return node->value.as.text.data != NULL
                   ? cn_walk_text(walk, node->value.as.text.data)
                   : cn_error_set(
                         walk->error, CN_CAUSE_MISUSE,
                         "cn_inline, or the separator of cn_string_agg, was given no text");
    case CN_NODE_CAST:
        return cast(walk, node);
    case CN_NODE_SPELLED:
        return spelled(walk, node);
    case CN_NODE_OVER:
        return over(walk, node);
    case CN_NODE_JSON:
        return json(walk, node);
    case CN_NODE_QUERY:
        return sub_query(walk, node);
    default:
        return parts(walk, node); /* all else that they say is in their head */
    }
}

/* ---- what a member holds --------------------------------------------------------------------- */

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

bool cn_walk_assigned(cn_walk *walk, const cn_items *into, const cn_item *item)
{
    const cn_node *node = &item->value.node;
    cn_value       v    = node->value;
    if (node->kind != CN_NODE_VALUE)
        return cn_walk_node(walk, node);
    if (v.kind == CN_KIND_LATER_) {
        const cn_node member = {
            .model = into->model, .offset = item->field.offset, .storage = item->field.storage};
        if (!later_for(walk, &member, v.as.text.data, &v))
            return false;
    }
    return fits_member(walk, into, &item->field, &v) && cn_walk_word(walk, CN_NODE_VALUE) &&
           cn_walk_bound(walk, node, &v);
}
