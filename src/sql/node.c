/*
 * Making expressions: the functions behind the macros of cinnabar/expression.h. They allocate
 * nothing and know no database; a node with parts remembers a checksum of them, so that whoever
 * walks it can tell whether the block that wrote them is still there.
 */
#include "sql/node.h"

#include <string.h>

/* ---- checksums ------------------------------------------------------------------------------- */

uint32_t cn_sum_mix(uint32_t sum, uint64_t word)
{
    uint64_t product = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t sum_type(uint32_t sum, const cn_type *type)
{
    return cn_sum_mix(cn_sum_mix(sum, (uint64_t)type->kind | (uint64_t)type->precision << 8 |
                                          (uint64_t)type->scale << 16 |
                                          (uint64_t)type->length << 32),
                      (uint64_t)(uintptr_t)type->labels);
}

static uint32_t sum_value(uint32_t sum, const cn_value *value)
{
    uint64_t words[2];
    memcpy(words, &value->as, sizeof words);
    switch (value->kind) { /* only the bytes that the kind gives a meaning */
    case CN_KIND_NULL:
        return cn_sum_mix(sum, 0);
    case CN_KIND_BOOLEAN:
        return cn_sum_mix(sum, value->as.boolean ? 2 : 1);
    case CN_KIND_DATE:
        return cn_sum_mix(sum, (uint64_t)(uint16_t)value->as.date.year << 16 |
                                   (uint64_t)value->as.date.month << 8 | value->as.date.day);
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
    case CN_KIND_REAL:
    case CN_KIND_TIME:
    case CN_KIND_DATETIME:
    case CN_KIND_TIMESTAMP:
    case CN_KIND_PARAMS_:
    case CN_KIND_LATER_:
    case CN_KIND_TYPE_:
    case CN_KIND_SPELLINGS_:
        return cn_sum_mix(cn_sum_mix(sum, value->kind), words[0]);
    default:
        return cn_sum_mix(cn_sum_mix(cn_sum_mix(sum, value->kind), words[0]), words[1]);
    }
}

uint32_t cn_sum_node(uint32_t sum, const cn_node *node)
{
    sum = cn_sum_mix(sum, (uint64_t)node->kind | (uint64_t)node->op << 8 |
                              (uint64_t)node->storage << 16 | (uint64_t)node->flags << 24 |
                              (uint64_t)node->offset << 32);
    sum = cn_sum_mix(sum, (uint64_t)node->count << 32 | node->check);
    sum = cn_sum_mix(sum, (uint64_t)(uintptr_t)node->model ^ (uint64_t)(uintptr_t)node->parts << 1);
    return sum_value(sum, &node->value);
}

static uint32_t sum_params(const cn_node *node)
{
    const cn_param *params = node->value.as.list.items;
    uint32_t        sum    = 2166136261u;
    for (uint32_t i = 0; params != NULL && i < node->count; i++)
        sum = sum_value(cn_sum_mix(sum, (uint64_t)(uintptr_t)params[i].name), &params[i].value);
    return sum;
}

static uint32_t sum_parts(const cn_node *node)
{
    uint32_t sum = 2166136261u;
    if (node->kind == CN_NODE_FRAGMENT)
        return sum_params(node);
    if (node->kind == CN_NODE_QUERY)
        return cn_statement_sum(node->parts);
    for (uint32_t i = 0; i < node->count; i++)
        sum = cn_sum_node(sum, cn_node_part(node, i));
    return node->value.kind == CN_KIND_TYPE_ ? sum_type(sum, node->value.as.list.items) : sum;
}

uint32_t cn_node_sum(const cn_node *node)
{
    return sum_parts(node);
}

bool cn_node_alive(const cn_node *node)
{
    return node->count == 0 || sum_parts(node) == node->check;
}

/* ---- values ---------------------------------------------------------------------------------- */

cn_expr cn_expr_of_(cn_value value)
{
    return (cn_expr){{.kind = CN_NODE_VALUE, .value = value}};
}

cn_expr cn_expr_self_(cn_expr value)
{
    return value;
}

#define CN_TAKES(name, T, constructor)                                                             \
    cn_expr name(T value)                                                                          \
    {                                                                                              \
        return cn_expr_of_(constructor(value));                                                    \
    }
CN_TAKES(cn_a_bool_member_takes_, bool, cn_value_bool)
CN_TAKES(cn_an_unsigned_member_takes_, long long, cn_value_int)
CN_TAKES(cn_a_uint64_member_takes_, long long, cn_value_int)
CN_TAKES(cn_an_unsigned_value_, unsigned long long, cn_value_uint)
CN_TAKES(cn_a_double_member_takes_, double, cn_value_real)
CN_TAKES(cn_a_text_member_takes_, const char *, cn_value_text)
CN_TAKES(cn_a_bytes_member_takes_, cn_bytes, cn_value_bytes)
CN_TAKES(cn_a_decimal_member_takes_, cn_decimal, cn_value_decimal)
CN_TAKES(cn_a_date_member_takes_, cn_date, cn_value_date)
CN_TAKES(cn_a_time_member_takes_, cn_time, cn_value_time)
CN_TAKES(cn_a_datetime_member_takes_, cn_datetime, cn_value_datetime)
CN_TAKES(cn_a_timestamp_member_takes_, cn_timestamp, cn_value_timestamp)
CN_TAKES(cn_an_interval_member_takes_, cn_interval, cn_value_interval)
CN_TAKES(cn_a_uuid_member_takes_, cn_uuid, cn_value_uuid)
CN_TAKES(cn_a_json_member_takes_, cn_json, cn_value_json)

cn_expr cn_later(const char *name)
{
    return cn_expr_of_((cn_value){.kind = CN_KIND_LATER_, .as.text = {name, 0}});
}

/* ---- values with parts ----------------------------------------------------------------------- */

/* A node whose parts are at hand. */
static cn_node made_of(int kind, int op, const cn_expr *parts, size_t count)
{
    cn_node made = {
        .kind = (uint8_t)kind, .op = (uint8_t)op, .count = (uint32_t)count, .parts = parts};
    made.check = sum_parts(&made);
    return made;
}

static cn_value name_value(const char *name)
{
    return (cn_value){.kind = CN_KIND_LATER_, .as.text = {name, 0}};
}

cn_expr cn_compute_(int op, const cn_expr *parts, size_t count)
{
    return (cn_expr){made_of(CN_NODE_OPERATOR, op, parts, count)};
}

cn_expr cn_custom_(const char *op, const cn_expr *parts)
{
    cn_expr made    = cn_compute_(CN_OP_CUSTOM, parts, 2);
    made.node.value = name_value(op);
    return made;
}

cn_expr cn_parts_(int kind, const cn_expr *parts, size_t count)
{
    return (cn_expr){made_of(kind, 0, parts, count)};
}

cn_expr cn_spelled_(const cn_spelling *spellings, const cn_expr *parts, size_t count)
{
    cn_expr made                  = cn_parts_(CN_NODE_SPELLED, parts, count);
    made.node.value.kind          = CN_KIND_SPELLINGS_;
    made.node.value.as.list.items = spellings;
    return made;
}

cn_expr cn_call_(const char *name, const cn_expr *parts, size_t count)
{
    cn_expr made    = cn_parts_(CN_NODE_CALL, parts, count);
    made.node.value = name_value(name);
    return made;
}

/* An aggregate of one column has no parts: the column stands in the node itself, so the value may
   be stored. Of anything else it is a function call like any other. */
cn_expr cn_aggregate_(const char *name, const cn_expr *of)
{
    if (of->node.kind != CN_NODE_MEMBER)
        return cn_call_(name, of, 1);
    cn_expr made   = *of;
    made.node.kind = CN_NODE_CALL;
    made.node.flags &= CN_NODE_BY_INDEX;
    made.node.value = name_value(name);
    return made;
}

cn_expr cn_truth_(const cn_condition *test)
{
    return (cn_expr){made_of(CN_NODE_TRUTH, 0, (const cn_expr *)(const void *)test, 1)};
}

cn_expr cn_then_(cn_expr *parts, const cn_condition *test, cn_expr value)
{
    parts[0].node = test->node;
    parts[1]      = value;
    return cn_parts_(CN_NODE_THEN, parts, 2);
}

cn_expr cn_filter_(cn_expr *parts, const cn_condition *test)
{
    parts[1].node = test->node;
    return cn_parts_(CN_NODE_FILTER, parts, 2);
}

const cn_param *cn_param_named(const cn_param *params, const char *name)
{
    for (; params != NULL && params->name != NULL; params++)
        if (strcmp(params->name, name) == 0)
            return params;
    return NULL;
}

size_t cn_expr_count(const cn_expr *list)
{
    size_t count = 0;
    while (list != NULL && list[count].node.kind != CN_NODE_NONE)
        count++;
    return count;
}

static cn_expr list_of(const cn_expr *list)
{
    return cn_parts_(CN_NODE_LIST, list, cn_expr_count(list));
}

cn_expr cn_ordered_(int kind, cn_expr *parts, const cn_expr *by)
{
    parts[1] = list_of(by);
    return cn_parts_(kind, parts, 2);
}

cn_expr cn_over_(cn_expr *parts, const cn_window *window)
{
    parts[1]        = list_of(window->partition_by);
    parts[2]        = list_of(window->order_by);
    cn_expr made    = {made_of(CN_NODE_OVER, window->frame.unit, parts, 3)};
    made.node.value = cn_value_int(
        (int64_t)((uint64_t)(uint32_t)window->frame.from << 32 | (uint32_t)window->frame.to));
    return made;
}

cn_expr cn_cast_(const cn_expr *of, const cn_type *type)
{
    cn_expr made                  = cn_parts_(CN_NODE_CAST, of, 1);
    made.node.value.kind          = CN_KIND_TYPE_;
    made.node.value.as.list.items = type;
    made.node.check               = sum_parts(&made.node);
    return made;
}

cn_expr cn_extract_(cn_part part, const cn_expr *of)
{
    return (cn_expr){made_of(CN_NODE_EXTRACT, (int)part, of, 1)};
}

cn_expr cn_collate_(const cn_expr *of, const char *collation)
{
    cn_expr made    = cn_parts_(CN_NODE_COLLATE, of, 1);
    made.node.value = name_value(collation);
    return made;
}

cn_expr cn_json_(int result, const cn_expr *parts, size_t count)
{
    return (cn_expr){made_of(CN_NODE_JSON, result, parts, count)};
}

static cn_node query(int op, const cn_statement *statement)
{
    cn_node made = {.kind = CN_NODE_QUERY, .op = (uint8_t)op, .count = 1, .parts = statement};
    made.check   = sum_parts(&made);
    return made;
}

cn_expr cn_query_value_(int op, const cn_statement *statement)
{
    return (cn_expr){query(op, statement)};
}

cn_condition cn_exists_(const cn_statement *statement)
{
    return (cn_condition){query(CN_QUERY_EXISTS, statement)};
}

/* ---- values without -------------------------------------------------------------------------- */

cn_expr cn_entity_(const void *model)
{
    return (cn_expr){{.kind = CN_NODE_ENTITY, .model = model}};
}

cn_expr cn_named(const cn_model *table, const char *column)
{
    return (cn_expr){{.kind = CN_NODE_NAMED, .model = table, .value = name_value(column)}};
}

cn_expr cn_inline(const char *text)
{
    return (cn_expr){{.kind = CN_NODE_INLINE, .value = name_value(text)}};
}

cn_expr cn_keyword_(int which)
{
    return (cn_expr){{.kind = CN_NODE_KEYWORD, .op = (uint8_t)which}};
}

cn_expr cn_count_all(void)
{
    return cn_keyword_(CN_KEYWORD_COUNT_ALL);
}

cn_expr cn_default(void)
{
    return cn_keyword_(CN_KEYWORD_DEFAULT);
}

cn_expr cn_current_timestamp(void)
{
    return cn_keyword_(CN_KEYWORD_NOW);
}

cn_expr cn_current_date(void)
{
    return cn_keyword_(CN_KEYWORD_TODAY);
}

cn_expr cn_current_time(void)
{
    return cn_keyword_(CN_KEYWORD_TIME_OF_DAY);
}

cn_condition cn_always(void)
{
    return (cn_condition){cn_keyword_(CN_KEYWORD_ALWAYS).node};
}

cn_condition cn_never(void)
{
    return (cn_condition){cn_keyword_(CN_KEYWORD_NEVER).node};
}

cn_expr cn_row_number(void)
{
    return cn_call_("row_number", NULL, 0);
}

cn_expr cn_rank(void)
{
    return cn_call_("rank", NULL, 0);
}

cn_expr cn_dense_rank(void)
{
    return cn_call_("dense_rank", NULL, 0);
}

cn_expr cn_percent_rank(void)
{
    return cn_call_("percent_rank", NULL, 0);
}

cn_expr cn_cume_dist(void)
{
    return cn_call_("cume_dist", NULL, 0);
}

static cn_expr flagged(cn_expr value, unsigned without, unsigned with)
{
    value.node.flags = (uint8_t)((value.node.flags & ~without) | with);
    return value;
}

cn_expr cn_desc(cn_expr value)
{
    return flagged(value, 0, CN_NODE_DESC);
}

cn_expr cn_asc(cn_expr value)
{
    return flagged(value, CN_NODE_DESC, 0);
}

cn_expr cn_nulls_first(cn_expr value)
{
    return flagged(value, CN_NODE_NULLS_LAST, CN_NODE_NULLS_FIRST);
}

cn_expr cn_nulls_last(cn_expr value)
{
    return flagged(value, CN_NODE_NULLS_FIRST, CN_NODE_NULLS_LAST);
}

cn_expr cn_node_column(const cn_model *model, uint32_t index)
{
    return (cn_expr){
        {.kind = CN_NODE_MEMBER, .flags = CN_NODE_BY_INDEX, .offset = index, .model = model}};
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* Whether a value is of a type that the member's column does not hold, as cn_literal(2.5) beside an
   int: then it stays a part, whose type is structure. */
static bool is_of_another_type(const cn_node *node, const cn_value *value)
{
    cn_kind kind = cn_storage_kind(node->storage);
    return (kind == CN_KIND_INTEGER || kind == CN_KIND_UNSIGNED) && value->kind == CN_KIND_REAL;
}

/* What a member meets, in the node itself if it is flat. False: it has parts, which stay where they
   are. */
static bool take_flat(cn_node *node, const cn_node *other)
{
    if (other->kind == CN_NODE_VALUE && is_of_another_type(node, &other->value))
        return false;
    if (other->kind == CN_NODE_VALUE) {
        node->value = other->value;
    } else if (other->kind == CN_NODE_MEMBER) {
        node->value.kind          = CN_KIND_MEMBER_;
        node->value.element       = other->flags & CN_NODE_BY_INDEX;
        node->value.as.list.items = other->model;
        node->value.as.list.count = other->offset;
    } else {
        return false;
    }
    node->flags |= CN_NODE_FLAT;
    return true;
}

cn_condition cn_test_(int op, const cn_model *model, uint32_t offset, uint8_t storage,
                      const cn_expr *parts, size_t count)
{
    cn_node made = {.kind    = CN_NODE_OPERATOR,
                    .op      = (uint8_t)op,
                    .storage = storage,
                    .offset  = offset,
                    .model   = model};
    if (model != NULL && count == 1 && take_flat(&made, &parts->node))
        return (cn_condition){made};
    made.count = (uint32_t)count;
    made.parts = parts;
    made.check = count == 0 ? 0 : sum_parts(&made);
    return (cn_condition){made};
}

cn_condition cn_test_list_(const cn_model *model, uint32_t offset, uint8_t storage,
                           const cn_expr *part, const void *items, size_t count, uint8_t element)
{
    element &= CN_STORAGE_OPT - 1;
    if (element == CN_STORAGE_CHARS)
        element = CN_STORAGE_TEXT;
    cn_node made = {.kind    = CN_NODE_OPERATOR,
                    .op      = CN_OP_IN,
                    .storage = storage,
                    .flags   = CN_NODE_FLAT,
                    .offset  = offset,
                    .model   = model,
                    .count   = part == NULL ? 0 : 1,
                    .value   = cn_list_of(items, count, element),
                    .parts   = part};
    made.check   = part == NULL ? 0 : sum_parts(&made);
    return (cn_condition){made};
}

cn_condition cn_connect_(int kind, const cn_condition *parts, size_t count)
{
    return (cn_condition){made_of(kind, 0, (const cn_expr *)(const void *)parts, count)};
}

cn_condition cn_fragment_(const char *sql, const cn_param *params)
{
    cn_condition made             = {{.kind = CN_NODE_FRAGMENT, .parts = sql}};
    made.node.value.kind          = CN_KIND_PARAMS_;
    made.node.value.as.list.items = params;
    while (params != NULL && params[made.node.count].name != NULL)
        made.node.count++;
    made.node.check = sum_parts(&made.node);
    return made;
}

cn_condition cn_node_equals(const cn_model *model, uint32_t index, cn_value value)
{
    return (cn_condition){{.kind   = CN_NODE_OPERATOR,
                           .op     = CN_OP_EQUAL,
                           .flags  = CN_NODE_BY_INDEX | CN_NODE_FLAT,
                           .offset = index,
                           .model  = model,
                           .value  = value}};
}

cn_condition cn_node_joins(const cn_model *model, uint32_t index, const cn_model *other,
                           uint32_t other_index)
{
    cn_condition made             = cn_node_equals(model, index, cn_value_null());
    made.node.value.kind          = CN_KIND_MEMBER_;
    made.node.value.element       = CN_NODE_BY_INDEX;
    made.node.value.as.list.items = other;
    made.node.value.as.list.count = other_index;
    return made;
}
